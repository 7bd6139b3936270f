: A pump as reactions, two ions at a time, and a rate that follows a state.
NEURON { SUFFIX nr_reacts RANGE little, c, p, cp, b, cb }
ASSIGNED { v (mV) little k }
STATE { c p cp b cb }
INITIAL { c = 1e-4 p = 1e-3 cp = 0 b = 0.02 cb = 0 little = log(c) }
BREAKPOINT { SOLVE s METHOD sparse  little = log(c + 1e-12) }
KINETIC s {
  LOCAL in
  in = 0
  if (v > -60) { in = 1e-3 * (v + 60) }
  k = 1 + cb * 20
  ~ c << (in)
  ~ 2 c + p <-> cp (1e8, 0.5)
  ~ cp <-> p (k, 0)
  ~ c + b <-> cb (500, 0.1)
  CONSERVE p + cp = 1e-3
}
