TITLE Synapse whose conductance has a limit, as a number of receptors sets it

NEURON {
    POINT_PROCESS SaturatingSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, most, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 5 (ms)
    e = 0 (mV)
    most = 0.05 (uS)
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS)) {
    g = g + weight
    if (g > most) {
        g = most
    }
}
