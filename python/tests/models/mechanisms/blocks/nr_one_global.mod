: The same, of a GLOBAL.
NEURON { SUFFIX nr_one_global NONSPECIFIC_CURRENT i RANGE g, shift GLOBAL minf }
PARAMETER { g = 0.0003 (S/cm2) shift = 0 (mV) }
ASSIGNED { v (mV) i (mA/cm2) minf }
STATE { m }
INITIAL { rates(v) m = minf }
BREAKPOINT { SOLVE d METHOD cnexp i = g * m * (v + 75) }
DERIVATIVE d { rates(v) m' = (minf - m) / 4 }
PROCEDURE rates(x) {
  TABLE minf FROM -110 TO 90 WITH 120
  minf = 1 / (1 + exp(-(x + 45 + shift) / 7))
}
