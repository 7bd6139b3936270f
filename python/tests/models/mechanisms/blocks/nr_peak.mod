: BREAKPOINT remembers: it is done at v + 0.001 mV too.
NEURON { SUFFIX nr_peak NONSPECIFIC_CURRENT i RANGE g, peak }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) peak (mA/cm2) }
INITIAL { peak = -1 }
BREAKPOINT { i = g * (v + 60) if (i > peak) { peak = i } }
