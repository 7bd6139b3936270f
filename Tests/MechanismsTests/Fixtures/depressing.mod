: a synapse that remembers its last event, for tests
NEURON {
  POINT_PROCESS depressing
  ELECTRODE_CURRENT i
  RANGE tau, e, i
}

PARAMETER { tau = 3 e = 0 recovery = 100 }

ASSIGNED { v i }

STATE { g }

INITIAL { g = 0 net_send(1, 1) }

BREAKPOINT {
  SOLVE fall METHOD derivimplicit
  i = g*(v - e)
}

DERIVATIVE fall { g' = -g/tau }

NET_RECEIVE(w, r, last (ms)) {
  INITIAL { r = 1 last = t }
  IF (flag == 0) {
    r = 1 + (r*0.8 - 1)*exp(-(t - last)/recovery)
    last = t
    g = g + w*r
  } ELSE {
    WATCH (v > -20) 2
    net_event(t)
  }
}
