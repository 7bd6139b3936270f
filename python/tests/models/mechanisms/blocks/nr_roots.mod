: Equations without time.
NEURON { SUFFIX nr_roots RANGE x, z }
ASSIGNED { v (mV) }
STATE { x z }
INITIAL { x = 1 z = 1 SOLVE r }
BREAKPOINT { SOLVE r }
NONLINEAR r {
  ~ x * x * x + x = (v + 70) / 10 + z / 10
  ~ z * exp(z) = x * x
}
