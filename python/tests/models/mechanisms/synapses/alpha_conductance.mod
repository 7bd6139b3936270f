TITLE Conductance with an alpha function's time course, of events that add up

COMMENT
Rall W (1967), Distinguishing theoretical synaptic potentials computed for different soma-dendritic
distributions of synaptic input, J Neurophysiol 30:1138-1168: g(t) = weight * t/tau * exp(1 - t/tau),
here as two equal stages in series.
ENDCOMMENT

NEURON {
    POINT_PROCESS AlphaConductance
    NONSPECIFIC_CURRENT current
    RANGE tau, reversal, current
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 2 (ms)
    reversal = -75 (mV)
}

ASSIGNED {
    v (mV)
    current (nA)
}

STATE {
    source (uS)
    g (uS)
}

INITIAL {
    source = 0
    g = 0
}

BREAKPOINT {
    SOLVE stages METHOD derivimplicit
    current = g * (v - reversal)
}

DERIVATIVE stages {
    source' = -source / tau
    g' = (source - g) / tau
}

NET_RECEIVE(weight (uS)) {
    source = source + weight * exp(1)
}
