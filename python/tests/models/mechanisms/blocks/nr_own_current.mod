: What it does not READ is its own: of two calcium currents each pool sees one.
NEURON { SUFFIX nr_own_current USEION ca WRITE ica RANGE g, sum }
PARAMETER { g = 0.0002 (S/cm2) }
ASSIGNED { v (mV) ica (mA/cm2) }
STATE { sum }
INITIAL { sum = 0 }
BREAKPOINT { SOLVE d METHOD cnexp ica = g * (1 + sum) * (v - 60) }
DERIVATIVE d { sum' = -100 * ica - sum / 5 }
