TITLE Exponential synapse whose conductance is multiplied by what its POINTER points to, if anything

NEURON {
    POINT_PROCESS GatedSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, i
    POINTER level
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 2 (ms)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    level
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * gate() * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

FUNCTION gate() {
    gate = 1
    if (nrn_pointing(level)) {
        gate = level
    }
}

NET_RECEIVE(weight (uS)) {
    g = g + weight
}
