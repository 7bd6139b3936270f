: A concentration that is pumped out until little is left: of that NEURON's own iteration leaves what it leaves.
NEURON { SUFFIX nr_pumps RANGE little, c }
ASSIGNED { v (mV) little }
STATE { c }
INITIAL { c = 5e-4 little = log(c) }
BREAKPOINT { SOLVE s METHOD derivimplicit  little = log(c) }
DERIVATIVE s {
  LOCAL in
  in = 0
  if (v > -60) { in = 1e-3 * (v + 60) }
  c' = in - c / (c + 5e-4) + (1e-8 - c) / 700
}
