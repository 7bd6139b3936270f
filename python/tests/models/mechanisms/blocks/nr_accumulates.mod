: The second weight begins with 0 in each run; v is that of the node.
NEURON { POINT_PROCESS nr_accumulates NONSPECIFIC_CURRENT i RANGE e, vmin }
PARAMETER { e = 0 (mV) }
ASSIGNED { v (mV) i (nA) vmin (mV) }
STATE { A (uS) }
INITIAL { A = 0 vmin = 0 }
BREAKPOINT { SOLVE d METHOD cnexp i = A * (v - e) }
DERIVATIVE d { A' = -A / 3 }
NET_RECEIVE(w, sum) { sum = sum + w A = A + sum if (v < vmin) { vmin = v } }
