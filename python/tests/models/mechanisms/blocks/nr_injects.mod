: A current that what it points to makes at once.
NEURON { POINT_PROCESS nr_injects POINTER p ELECTRODE_CURRENT i RANGE k, offset }
PARAMETER { k = 1e-3 offset = 0 }
ASSIGNED { v (mV) i (nA) p }
BREAKPOINT { i = k * (p - offset) }
