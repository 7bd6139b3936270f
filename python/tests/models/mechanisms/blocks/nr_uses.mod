: Uses another mechanism's GLOBAL.
NEURON { SUFFIX nr_uses EXTERNAL level_nr_owner NONSPECIFIC_CURRENT i RANGE m, scaled }
ASSIGNED { v (mV) i (mA/cm2) scaled }
STATE { m }
INITIAL { scaled = 3 * level_nr_owner m = 0 }
BREAKPOINT { SOLVE s METHOD cnexp i = 1e-5 * m * (v + 20) }
DERIVATIVE s { m' = (level_nr_owner - m) / scaled }
