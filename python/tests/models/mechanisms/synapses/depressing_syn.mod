TITLE Synapse with short-term depression

COMMENT
Tsodyks MV, Markram H (1997), The neural code between neocortical pyramidal neurons depends on
neurotransmitter release probability, PNAS 94:719-723: each event takes the share u of the resources
that are there, and they recover with one time constant.
ENDCOMMENT

NEURON {
    POINT_PROCESS DepressingSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, u, recovery, i
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
    u = 0.5
    recovery = 800 (ms)
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

NET_RECEIVE(weight (uS), resources, last (ms)) {
    INITIAL {
        resources = 1
        last = t
    }
    resources = 1 - (1 - resources) * exp(-(t - last) / recovery)
    last = t
    g = g + weight * u * resources
    resources = resources - u * resources
}
