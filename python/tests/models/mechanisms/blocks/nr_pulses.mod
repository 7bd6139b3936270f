: Begins by itself, is put off by input, sends to others.
NEURON { POINT_PROCESS nr_pulses ELECTRODE_CURRENT i RANGE amp, every, count }
PARAMETER { amp = 0.02 (nA) every = 6 (ms) }
ASSIGNED { i (nA) on count }
INITIAL { on = 0 count = 0 i = 0 net_send(every / 2, 1) }
BREAKPOINT { i = on * amp }
NET_RECEIVE(w) {
  if (flag == 1) {
    on = 1 - on
    count = count + 1
    net_event(t)
    net_send(every, 1)
  } else if (flag == 0) {
    net_move(t + 2.5)
  }
}
