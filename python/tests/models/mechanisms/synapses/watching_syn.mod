TITLE Synapse that a spike of its cell makes ready for one event of double size

NEURON {
    POINT_PROCESS WatchingSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 3 (ms)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    is_ready
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
    is_ready = 0
    net_send(0, 1)
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS)) {
    if (flag == 1) {
        WATCH (v > 0) 2
    } else if (flag == 2) {
        is_ready = 1
    } else {
        g = g + weight * (1 + is_ready)
        is_ready = 0
    }
}
