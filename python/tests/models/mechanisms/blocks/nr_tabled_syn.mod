: A synapse whose decay is a table's.
NEURON { POINT_PROCESS nr_tabled_syn NONSPECIFIC_CURRENT i RANGE g }
ASSIGNED { v (mV) i (nA) }
STATE { g (uS) }
FUNCTION_TABLE decay(v (mV)) (/ms)
INITIAL { g = 0 }
BREAKPOINT { SOLVE d METHOD cnexp i = g * v }
DERIVATIVE d { g' = -g * decay(v) }
NET_RECEIVE(w) { g = g + w }
