TITLE Leak in three layers, with every kind of member that a density mechanism can have

COMMENT
Of these, gbar, e and share are parameters of a segment. The GLOBAL is the session's; the
POINTER, the RANDOM, the FUNCTION and the PROCEDURE are none. RANDOM needs NEURON 9.
ENDCOMMENT

NEURON {
    SUFFIX layered
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, share, total
    GLOBAL strength
    POINTER level
    RANDOM noise
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 1e-5 (S/cm2)
    e = -70 (mV)
    share[3]
    strength = 1
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    level
    total
}

INITIAL {
    add()
}

BREAKPOINT {
    i = conductance() * (v - e)
}

FUNCTION conductance() (S/cm2) {
    conductance = gbar * total * strength
    if (nrn_pointing(level)) {
        conductance = conductance * (1 + level)
    }
}

PROCEDURE add() {
    total = share[0] + share[1] + share[2]
}
