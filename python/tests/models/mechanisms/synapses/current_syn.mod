TITLE Synapse that is a current, whatever the voltage

NEURON {
    POINT_PROCESS CurrentSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    tau = 4 (ms)
}

ASSIGNED {
    i (nA)
}

STATE {
    inward (nA)
}

INITIAL {
    inward = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = -inward
}

DERIVATIVE decay {
    inward' = -inward / tau
}

NET_RECEIVE(weight (nA)) {
    inward = inward + weight
}
