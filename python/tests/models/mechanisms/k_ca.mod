TITLE Small-conductance calcium-activated potassium channel

COMMENT
Activation: Koehler M, Hirschberg B, Bond CT, Kinzie JM, Marrion NV, Maylie J, Adelman JP
(1996), Small-conductance, calcium-activated potassium channels from mammalian brain,
Science 273:1709-1714 (Hill curve: 0.43 uM, exponent 4.8).
ENDCOMMENT

NEURON {
    SUFFIX k_ca
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar, tau, g
    THREADSAFE
}

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (S) = (siemens)
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 1e-6 (S/cm2)
    tau = 1 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    cai (mM)
    ik (mA/cm2)
    g (S/cm2)
}

STATE {
    z
}

INITIAL {
    z = activation(cai)
}

BREAKPOINT {
    SOLVE gate METHOD cnexp
    g = gbar * z
    ik = g * (v - ek)
}

DERIVATIVE gate {
    z' = (activation(cai) - z) / tau
}

FUNCTION activation(c (mM)) {
    if (c <= 0) {
        activation = 0
    } else {
        activation = 1 / (1 + (0.00043 (mM) / c)^4.8)
    }
}
