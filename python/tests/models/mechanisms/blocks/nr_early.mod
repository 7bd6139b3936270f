: What follows from parameters alone, in INITIAL as in each step.
NEURON { SUFFIX nr_early NONSPECIFIC_CURRENT i RANGE g, tau, first, m }
PARAMETER { g = 0.0003 (S/cm2) tau = 4 (ms) dt (ms) }
ASSIGNED { v (mV) i (mA/cm2) first }
STATE { m }
INITIAL { first = 1 - exp(-dt / tau) m = 3 * first }
BREAKPOINT { SOLVE d i = g * m * (v - 20) }
PROCEDURE d() { m = m + (1 - exp(-dt / tau)) * (1 / (1 + exp(-(v + 40) / 9)) - m) }
