TITLE One side of a gap junction, whose other side's potential ParallelContext brings

NEURON {
    POINT_PROCESS SentGap
    ELECTRODE_CURRENT i
    RANGE g, i, vpeer
}

PARAMETER {
    g = 1e-3 (microsiemens)
}

ASSIGNED {
    v (millivolt)
    vpeer (millivolt)
    i (nanoamp)
}

BREAKPOINT {
    i = g * (vpeer - v)
}
