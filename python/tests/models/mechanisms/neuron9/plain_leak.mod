TITLE A leak under another name: i = gbar * (v - erest)

NEURON {
    SUFFIX plainleak
    NONSPECIFIC_CURRENT i
    RANGE gbar, erest, i
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mS) = (millisiemens)
}

PARAMETER {
    gbar = 0.05 (mS/cm2)
    erest = -70 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT { i = (0.001) * gbar * (v - erest) }
