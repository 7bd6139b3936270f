: More than a stack holds.
NEURON { SUFFIX nr_large NONSPECIFIC_CURRENT i RANGE x }
ASSIGNED { i (mA/cm2) x[20000] }
INITIAL { x[3] = 1 }
BREAKPOINT { i = 0 * x[3] }
