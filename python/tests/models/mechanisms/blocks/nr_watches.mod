: Answers when the potential rises above or falls below.
NEURON { POINT_PROCESS nr_watches NONSPECIFIC_CURRENT i RANGE high, low, g, count }
PARAMETER { high = -50 (mV) low = -68 (mV) }
ASSIGNED { v (mV) i (nA) g (uS) count }
INITIAL { g = 0 count = 0 net_send(0, 1) }
BREAKPOINT { i = g * (v + 70) }
NET_RECEIVE(w) {
  if (flag == 1) {
    WATCH (v > high) 2
    WATCH (v < low) 3
  } else if (flag == 2) {
    g = 0.004
    count = count + 1
    net_send(3, 4)
  } else if (flag == 3) {
    g = g / 2
    count = count + 100
    WATCH (v > high) 2
  } else if (flag == 4) {
    g = 0
  }
}
