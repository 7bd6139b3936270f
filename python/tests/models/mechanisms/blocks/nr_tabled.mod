: Rates from tables that hoc sets.
NEURON { SUFFIX nr_tabled NONSPECIFIC_CURRENT i RANGE g, h THREADSAFE }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) h }
STATE { m }
FUNCTION_TABLE minf(v (mV))
FUNCTION_TABLE tau(v (mV)) (ms)
FUNCTION_TABLE never(v (mV))
INITIAL { m = minf(v) h = 0 }
BREAKPOINT { SOLVE d METHOD cnexp i = g * m * (v + 80) }
DERIVATIVE d { h = minf(v + 7) m' = (minf(v) - m) / tau(v) }
