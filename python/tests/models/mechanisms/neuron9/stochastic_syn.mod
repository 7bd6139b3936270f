TITLE Exponential synapse that fails at random, with every kind of member that one can have

COMMENT
Of these, tau, e, p and stage are parameters of a synapse. The POINTER, the RANDOM, the FUNCTION,
the PROCEDURE and the state do not tell two synapses apart. RANDOM needs NEURON 9.
ENDCOMMENT

NEURON {
    POINT_PROCESS StochasticSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, p, stage, i, released
    POINTER gate
    RANDOM noise
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
    p = 0.5
    stage[2]
}

ASSIGNED {
    v (mV)
    i (nA)
    gate
    released
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
    released = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS), bonus (uS)) {
    if (random_uniform(noise) < p) {
        release(weight + bonus)
    }
}

PROCEDURE release(weight (uS)) {
    g = g + weight * open()
    released = released + 1
}

FUNCTION open() {
    open = 1 + stage[0] + stage[1]
    if (nrn_pointing(gate)) {
        open = open * gate
    }
}
