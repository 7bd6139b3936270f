: two exponentials, for tests
NEURON {
  POINT_PROCESS synapse
  NONSPECIFIC_CURRENT i
  RANGE tau1, tau2, e, i, g
}

PARAMETER { tau1 = 0.5 tau2 = 4 e }

ASSIGNED { v i g factor }

STATE { a b }

INITIAL {
  LOCAL tp
  IF (tau1/tau2 > 0.9999) { tau1 = 0.9999*tau2 }
  a = 0
  b = 0
  tp = tau1*tau2/(tau2 - tau1)*log(tau2/tau1)
  factor = 1/(exp(-tp/tau2) - exp(-tp/tau1))
}

BREAKPOINT {
  SOLVE fall METHOD cnexp
  g = b - a
  i = g*(v - e)
}

DERIVATIVE fall {
  a' = -a/tau1
  b' = -b/tau2
}

NET_RECEIVE(w (uS)) {
  a = a + w*factor
  b = b + w*factor
}
