: A synapse whose events count as much as what it points to says.
NEURON { POINT_PROCESS nr_peeks NONSPECIFIC_CURRENT i RANGE g POINTER level }
ASSIGNED { v (mV) i (nA) level }
STATE { g }
INITIAL { g = 0 }
BREAKPOINT { SOLVE s METHOD cnexp  i = g * v }
DERIVATIVE s { g' = -g / 5 }
NET_RECEIVE(w) { g = g + w * level }
