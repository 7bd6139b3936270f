: The same with a buffer: two states that depend on each other, and a third one that follows.
NEURON { SUFFIX nr_binds RANGE little, c, b, f }
ASSIGNED { v (mV) little }
STATE { c b f }
INITIAL { c = 5e-4 b = 0 f = 1 little = log(c) }
BREAKPOINT { SOLVE s METHOD derivimplicit  little = log(c) }
DERIVATIVE s {
  LOCAL in
  in = 0
  if (v > -60) { in = 1e-2 * (v + 60) }
  c' = in - c / (c + 5e-4) - 30 * c * (0.02 - b) + 0.1 * b
  b' = 30 * c * (0.02 - b) - 0.1 * b
  f' = (b * b - f) / 3
}
