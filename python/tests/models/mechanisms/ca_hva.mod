TITLE High-voltage-activated calcium channel

COMMENT
Rates: Reuveni I, Friedman A, Amitai Y, Gutnick MJ (1993), Stepwise repolarization from
Ca2+ plateaus in neocortical pyramidal cells: evidence for nonhomogeneous distribution of
HVA Ca2+ channels in dendrites, J Neurosci 13:4609-4621.
ENDCOMMENT

NEURON {
    SUFFIX ca_hva
    USEION ca READ eca WRITE ica
    RANGE gbar, g
    THREADSAFE
}

UNITS {
    (S) = (siemens)
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 1e-5 (S/cm2)
}

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
    g (S/cm2)
    m_alpha (/ms)
    m_beta (/ms)
    h_alpha (/ms)
    h_beta (/ms)
}

STATE {
    m
    h
}

INITIAL {
    rates(v)
    m = m_alpha / (m_alpha + m_beta)
    h = h_alpha / (h_alpha + h_beta)
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * m * m * h
    ica = g * (v - eca)
}

DERIVATIVE gates {
    rates(v)
    m' = m_alpha * (1 - m) - m_beta * m
    h' = h_alpha * (1 - h) - h_beta * h
}

PROCEDURE rates(v (mV)) {
    m_alpha = 0.055 (/ms) * 3.8 * ratio((-27 (mV) - v) / 3.8 (mV))
    m_beta = 0.94 (/ms) * exp((-75 (mV) - v) / 17 (mV))
    h_alpha = 0.000457 (/ms) * exp((-13 (mV) - v) / 50 (mV))
    h_beta = 0.0065 (/ms) / (1 + exp((-15 (mV) - v) / 28 (mV)))
}

: x / (exp(x) - 1), continuous at 0
FUNCTION ratio(x) {
    if (fabs(x) < 1e-6) {
        ratio = 1 - x / 2
    } else {
        ratio = x / (exp(x) - 1)
    }
}
