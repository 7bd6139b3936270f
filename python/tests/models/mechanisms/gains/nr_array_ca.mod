TITLE Calcium channel whose conductance is an array: its total is that of both elements

NEURON {
    SUFFIX nr_array_ca
    USEION ca READ eca WRITE ica
    RANGE gbar
    THREADSAFE
}

UNITS {
    (S) = (siemens)
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar[2] (S/cm2)
}

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
}

STATE {
    m
}

INITIAL {
    m = open(v)
}

BREAKPOINT {
    SOLVE gate METHOD cnexp
    ica = (gbar[0] + gbar[1] * m) * m * (v - eca)
}

DERIVATIVE gate {
    m' = (open(v) - m) / 5
}

FUNCTION open(v (mV)) {
    open = 1 / (1 + exp(-(v + 40) / 8))
}
