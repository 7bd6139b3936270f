: What hoc sets although it is no PARAMETER, and what INITIAL finds in a GLOBAL.
NEURON { SUFFIX nr_left NONSPECIFIC_CURRENT i RANGE gmax, start GLOBAL minf }
ASSIGNED { v (mV) i (mA/cm2) gmax (S/cm2) start minf }
STATE { m }
INITIAL { m = minf + start }
BREAKPOINT { SOLVE d METHOD cnexp i = gmax * m * (v + 30) }
DERIVATIVE d { minf = 1 / (1 + exp(-(v + 50) / 8)) m' = (minf - m) / 7 }
