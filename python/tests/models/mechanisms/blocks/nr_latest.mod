: When something was the case the last time, and how much there was: nothing reads it.
NEURON { SUFFIX nr_latest NONSPECIFIC_CURRENT i RANGE g, when, most, since }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) when (ms) most since (ms) }
STATE { m }
INITIAL { m = 0 when = -1 most = 0 since = -1 }
BREAKPOINT {
  SOLVE d METHOD cnexp
  i = g * m * (v + 60)
  if (v > -63) { when = t }
}
DERIVATIVE d {
  if (m > most) { most = m }
  if (v > -66) { since = t }
  m' = (1 / (1 + exp(-(v + 60) / 8)) - m) / 5
}
