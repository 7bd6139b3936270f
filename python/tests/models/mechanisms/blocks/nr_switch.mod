: Ohmic for a while, then nothing: neither branch speaks for both.
NEURON { POINT_PROCESS nr_switch NONSPECIFIC_CURRENT i RANGE g, e, until }
PARAMETER { g = 0.002 (uS) e = -20 (mV) until = 12 (ms) }
ASSIGNED { v (mV) i (nA) }
BREAKPOINT {
  if (t < until) { i = g * (v - e) } else { i = 0 }
}
