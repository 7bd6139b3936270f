: Bound by what another point process lets out; NEURON does it before that one.
NEURON { POINT_PROCESS nr_bound POINTER C NONSPECIFIC_CURRENT i RANGE O, g, r, seen }
PARAMETER { g = 2e-3 (uS) r = 0.7 (/ms) }
ASSIGNED { v (mV) i (nA) C seen }
STATE { U O }
INITIAL { U = 1 O = 0 }
BREAKPOINT {
  SOLVE k METHOD sparse
  seen = C
  i = g * O * v
}
KINETIC k {
  ~ U <-> O (r * C, 0.1)
  CONSERVE U + O = 1
}
