TITLE GABA_B receptors with a G-protein

COMMENT
Destexhe A, Sejnowski TJ (1995), G protein activation kinetics and spillover of GABA may account for
differences between inhibitory responses in the hippocampus and thalamus, PNAS 92:9515-9519: receptors
that transmitter activates produce a messenger, of which several molecules open a channel. An event
activates the share "weight" of the receptors that are not active.
ENDCOMMENT

NEURON {
    POINT_PROCESS GababSyn
    NONSPECIFIC_CURRENT i
    RANGE gmax, e, release, production, decay, half, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    gmax = 1e-3 (uS)
    e = -95 (mV)
    release = 0.0012 (/ms)
    production = 0.18 (/ms)
    decay = 0.034 (/ms)
    half = 100
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    r
    s
}

INITIAL {
    r = 0
    s = 0
}

BREAKPOINT { LOCAL bound
    SOLVE cascade METHOD cnexp
    bound = s * s * s * s
    i = gmax * bound / (bound + half) * (v - e)
}

DERIVATIVE cascade {
    r' = -release * r
    s' = production * r - decay * s
}

NET_RECEIVE(weight) {
    r = r + weight * (1 - r)
}
