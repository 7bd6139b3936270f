: Reads what another pool writes, and writes it.
NEURON { SUFFIX nr_second USEION ca READ cai, ica WRITE cao RANGE out, seen }
PARAMETER { out = 2 (mM) }
ASSIGNED { cai (mM) ica (mA/cm2) seen (mM) }
STATE { cao (mM) }
INITIAL { cao = out seen = cai }
BREAKPOINT { SOLVE d METHOD cnexp }
DERIVATIVE d { seen = cai cao' = (out + 100 * cai - cao) / 20 }
