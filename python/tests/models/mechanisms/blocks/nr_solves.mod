: SOLVE in an IF: NEURON does it in any case.
NEURON { SUFFIX nr_solves NONSPECIFIC_CURRENT i RANGE m, most }
PARAMETER { most = 0.2 }
ASSIGNED { v (mV) i (mA/cm2) }
STATE { m }
INITIAL { m = 0 }
BREAKPOINT {
  if (m >= most) { m = most } else { SOLVE s METHOD cnexp }
  i = 1e-4 * m * (v + 20)
}
DERIVATIVE s { m' = (1 / (1 + exp(-(v + 50) / 8)) - m) / 3 }
