TITLE Synapse that sends itself each event once more, later

NEURON {
    POINT_PROCESS DelayedSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, after, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 3 (ms)
    e = 0 (mV)
    after = 15 (ms)
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
    if (flag == 0) {
        net_send(after, 1)
    }
    g = g + weight
}
