: Each instance sets what they share; what is read is the last one's.
NEURON { SUFFIX nr_lasts NONSPECIFIC_CURRENT i RANGE m, offset GLOBAL minf, start }
PARAMETER { offset = 0 }
ASSIGNED { v (mV) i (mA/cm2) minf start }
STATE { m }
INITIAL {
  start = offset + 0.1
  m = minf
}
BREAKPOINT {
  SOLVE s
  i = 1e-4 * minf * (m + start) * (v + 20)
}
PROCEDURE s() {
  minf = 1 / (1 + exp(-(v + 50) / 8))
  m = m + 0.05 * (minf - m) + 0.001 * start
}
