NEURON { SUFFIX nr_reader USEION ca READ eca, cai WRITE ica RANGE p, first }
PARAMETER { p = 0.0001 (S/cm2) }
ASSIGNED { v (mV) eca (mV) cai (mM) ica (mA/cm2) first (mV) }
STATE { m }
INITIAL { first = eca m = cai / (cai + 1e-3) }
BREAKPOINT { SOLVE d METHOD cnexp ica = p * m * (v - eca) + 0 * first }
DERIVATIVE d { m' = (cai / (cai + 1e-3) - m) / 5 }
