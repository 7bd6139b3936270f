: A point process that writes a concentration, which others read.
NEURON { POINT_PROCESS nr_drip USEION ca READ cai WRITE cai RANGE rate }
PARAMETER { rate = 1e-5 (mM/ms) }
STATE { cai (mM) }
BREAKPOINT { SOLVE d METHOD cnexp }
DERIVATIVE d { cai' = rate - cai / 30 }
