: A current that INITIAL sets and BREAKPOINT leaves.
NEURON { POINT_PROCESS nr_constant ELECTRODE_CURRENT i RANGE amp, i }
PARAMETER { amp = 0.03 (nA) }
ASSIGNED { i (nA) }
INITIAL { i = amp }
BREAKPOINT { }
