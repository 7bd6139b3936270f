TITLE One side of a gap junction, by a POINTER to the other side's potential

NEURON {
    POINT_PROCESS HalfGap
    ELECTRODE_CURRENT i
    RANGE g, i
    POINTER vpeer
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
