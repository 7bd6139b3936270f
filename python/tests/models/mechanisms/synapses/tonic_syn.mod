TITLE Synapse with a conductance that is always there, beside that of its events

NEURON {
    POINT_PROCESS TonicSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, tonic, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 5 (ms)
    e = -75 (mV)
    tonic = 1e-4 (uS)
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
    i = (tonic + g) * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS)) {
    g = g + weight
}
