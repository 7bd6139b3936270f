NEURON {
    SUFFIX plain_for_engine
    NONSPECIFIC_CURRENT i
    RANGE g
}

PARAMETER {
    g = 1e-4 (S/cm2)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = g*(v + 65)
}
