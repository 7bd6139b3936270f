: When the last event came: nothing reads it, and hoc sees only one of two.
NEURON { POINT_PROCESS nr_late NONSPECIFIC_CURRENT i RANGE when, g }
ASSIGNED { v (mV) i (nA) when (ms) before (ms) g (uS) }
STATE { A (uS) }
INITIAL { A = 0 when = -1 before = 0 }
BREAKPOINT { SOLVE d METHOD cnexp g = A * (1 + before / 100) i = g * v }
DERIVATIVE d { A' = -A / 3 }
NET_RECEIVE(w (uS)) {
  when = t
  A = A + w
  if (w > 0.001) { before = before + 1 }
}
