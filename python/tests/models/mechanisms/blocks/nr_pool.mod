: Writes a concentration in INITIAL too: the reversal potential follows at once.
NEURON { SUFFIX nr_pool USEION ca READ ica, cai WRITE cai RANGE rest, tau }
PARAMETER { rest = 2e-4 (mM) tau = 40 (ms) }
ASSIGNED { ica (mA/cm2) }
STATE { cai (mM) }
INITIAL { cai = 3 * rest }
BREAKPOINT { SOLVE d METHOD cnexp }
DERIVATIVE d { cai' = -ica * 3 + (rest - cai) / tau }
