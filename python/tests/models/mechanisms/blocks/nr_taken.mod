: As nr_bound, and after what lets it out.
NEURON { POINT_PROCESS nr_taken POINTER C NONSPECIFIC_CURRENT i RANGE b, g }
PARAMETER { g = 1e-3 (uS) }
ASSIGNED { v (mV) i (nA) C }
STATE { b }
INITIAL { b = C }
BREAKPOINT { SOLVE s METHOD cnexp i = g * b * (v + 80) }
DERIVATIVE s { b' = (C - b) / 3 }
NET_RECEIVE(w) { b = b + w * C }
