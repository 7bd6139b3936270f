: It sets what it points to.
NEURON { POINT_PROCESS nr_sets POINTER p }
ASSIGNED { v (mV) p }
BREAKPOINT { p = v }
