: Events to itself with the weights of their connection and flags that are no whole numbers; arrays.
NEURON { POINT_PROCESS nr_selfish NONSPECIFIC_CURRENT i RANGE e, g, n, past }
PARAMETER { e = 0 (mV) }
ASSIGNED { v (mV) i (nA) g (uS) n past[3] }
STATE { A (uS) }
INITIAL { A = 0 n = 0 FROM k = 0 TO 2 { past[k] = 0 } }
BREAKPOINT { SOLVE d METHOD cnexp g = A + 0.0001 * past[1] i = g * (v - e) }
DERIVATIVE d { A' = -A / 4 }
NET_RECEIVE(w, on, r, last (ms)) {
  if (flag == 0) {
    n = n + 1
    r = r * exp(-(t - last) / 10) + 1
    last = t
    if (!on) {
      on = 1
      state_discontinuity(A, A + w)
    }
    past[2] = past[1]
    past[1] = r
    net_send(1.3, w + 1)
  } else {
    on = 0
    A = A + (flag - 1) * r / 10
  }
}
