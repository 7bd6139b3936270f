: Passes an event on, later, and adds one of its own; it has a conductance too.
NEURON { POINT_PROCESS nr_sender NONSPECIFIC_CURRENT i RANGE g, count, late }
PARAMETER { late = 0.7 (ms) }
ASSIGNED { v (mV) i (nA) count }
STATE { g (uS) }
INITIAL { g = 0 count = 0 }
BREAKPOINT { SOLVE s METHOD cnexp i = g * v }
DERIVATIVE s { g' = -g / 3 }
NET_RECEIVE(w (uS)) {
  if (flag == 0) {
    g = g + w
    net_send(late, 1)
    if (w > 0.0015) { net_event(t) }
  } else {
    count = count + 1
    net_event(t)
  }
}
