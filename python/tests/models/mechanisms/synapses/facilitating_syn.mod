TITLE Synapse with short-term facilitation and depression, of each input by itself

COMMENT
Tsodyks M, Pawelzik K, Markram H (1998), Neural networks with dynamic synapses, Neural Comput
10:821-835: each event raises the utilisation of the resources that it then takes from. Both are kept
in the NetCon's weights.
ENDCOMMENT

NEURON {
    POINT_PROCESS FacilitatingSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, U, recovery, facilitation, i
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
    U = 0.05
    recovery = 130 (ms)
    facilitation = 530 (ms)
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

NET_RECEIVE(weight (uS), u, resources, last (ms)) {
    INITIAL {
        u = 0
        resources = 1
        last = t
    }
    resources = 1 - (1 - resources) * exp(-(t - last) / recovery)
    u = u * exp(-(t - last) / facilitation)
    u = u + U * (1 - u)
    last = t
    g = g + weight * u * resources
    resources = resources - u * resources
}
