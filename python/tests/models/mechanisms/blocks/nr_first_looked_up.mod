: BREAKPOINT looks up what SOLVE uses.
NEURON { SUFFIX nr_first_looked_up NONSPECIFIC_CURRENT i RANGE m, a }
ASSIGNED { v (mV) i (mA/cm2) a b }
STATE { m c }
INITIAL { c = 1 m = 0 }
BREAKPOINT {
  rates(v)
  SOLVE k METHOD sparse
  i = 1e-4 * m * (v + 20)
}
KINETIC k { ~ c <-> m (a, b) CONSERVE c + m = 1 }
PROCEDURE rates(u (mV)) {
  TABLE a, b FROM -100 TO 100 WITH 200
  a = 0.5 / (1 + exp(-(u + 50) / 8))
  b = 0.3 / (1 + exp((u + 50) / 8))
}
