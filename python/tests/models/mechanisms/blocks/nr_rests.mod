: INITIAL keeps a current: the last run's.
NEURON { SUFFIX nr_rests USEION ca READ ica RANGE rest, m }
ASSIGNED { ica (mA/cm2) rest v (mV) }
STATE { m }
INITIAL { rest = ica m = 0 }
BREAKPOINT { SOLVE s METHOD cnexp }
DERIVATIVE s { m' = 1e3 * (ica - rest) - m / 5 }
