: Takes no notice of what NetCons deliver: its own events alone do something, of which the order matters.
NEURON { POINT_PROCESS nr_clocks NONSPECIFIC_CURRENT i RANGE n }
ASSIGNED { v (mV) i (nA) n }
INITIAL { n = 1 net_send(1, 1) }
BREAKPOINT { i = n * 1e-9 }
NET_RECEIVE(w) {
  if (flag == 1) {
    n = 2 * n + 1
    if (n > 1000) { n = 1 }
    net_send(1, 1)
  }
}
