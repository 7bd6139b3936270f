: A density mechanism whose state follows what it points to.
NEURON { SUFFIX nr_follows POINTER p NONSPECIFIC_CURRENT i RANGE m, g, scale }
PARAMETER { g = 1e-4 scale = 1 }
ASSIGNED { v (mV) i (mA/cm2) p }
STATE { m }
INITIAL { m = 0.1 }
BREAKPOINT { SOLVE s METHOD cnexp i = g * m * (v + 10) }
DERIVATIVE s { m' = (1 / (1 + exp(-scale * p)) - m) / 2.5 }
