TITLE Synapse of two conductances, one of which the voltage blocks slowly

COMMENT
A block that follows the voltage with a time constant of its own, whatever the events are: as the slow
part of magnesium's (Vargas-Caballero M, Robinson HPC (2003), J Neurophysiol 89:2778-2783).
ENDCOMMENT

NEURON {
    POINT_PROCESS KineticSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, slowness, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 20 (ms)
    e = 0 (mV)
    slowness = 4 (ms)
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    closed (uS)
    g (uS)
    free
}

INITIAL {
    closed = 0
    g = 0
    free = unblocked(v)
}

BREAKPOINT {
    SOLVE states METHOD sparse
    SOLVE block METHOD cnexp
    i = g * free * (v - e)
}

KINETIC states {
    ~ closed <-> g (0.5 (/ms), 0)
    ~ g -> (1 / tau)
}

DERIVATIVE block {
    free' = (unblocked(v) - free) / slowness
}

NET_RECEIVE(weight (uS)) {
    closed = closed + weight
}

FUNCTION unblocked(v (mV)) {
    unblocked = 1 / (1 + exp(-0.062 (/mV) * v) / 3.57)
}
