: It sets what it points to.
NEURON { SUFFIX setting POINTER p }
ASSIGNED { v (mV) p }
BREAKPOINT { p = v }
