TITLE Synapse that cannot do without what it points to, and fails as that says

COMMENT
An event is transmitted unless the place that is pointed to holds 0, and leaves there another number of
a linear congruential sequence: state outside of NEURON's reach, as that of a Random object.
ENDCOMMENT

NEURON {
    POINT_PROCESS PointingSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, fails, i
    POINTER state
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 3 (ms)
    e = 0 (mV)
    fails = 1
}

ASSIGNED {
    v (mV)
    i (nA)
    state
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

NET_RECEIVE(weight (uS)) { LOCAL next
    next = 16807 * state
    state = next - 2147483647 * floor(next / 2147483647)
    if (fails == 0 || state > 1073741824) {
        g = g + weight
    }
}
