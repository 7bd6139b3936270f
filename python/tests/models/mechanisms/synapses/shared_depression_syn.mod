TITLE Synapse with short-term depression, all of whose inputs draw on the same resources

COMMENT
Tsodyks MV, Markram H (1997), The neural code between neocortical pyramidal neurons depends on
neurotransmitter release probability, PNAS 94:719-723. The resources belong to the point process, so
that an event of one NetCon takes from those of all others.
ENDCOMMENT

NEURON {
    POINT_PROCESS SharedDepressionSyn
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
    resources
    last (ms)
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
    resources = 1
    last = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE(weight (uS)) {
    resources = 1 - (1 - resources) * exp(-(t - last) / recovery)
    last = t
    g = g + weight * u * resources
    resources = resources - u * resources
}
