TITLE AMPA and NMDA receptors of one synapse

COMMENT
Two double exponentials. Magnesium's block of the second: Jahr CE, Stevens CF (1990), Voltage
dependence of NMDA-activated macroscopic conductances predicted by single-channel kinetics,
J Neurosci 10:3178-3182.
ENDCOMMENT

NEURON {
    POINT_PROCESS AmpaNmda
    NONSPECIFIC_CURRENT i
    RANGE ampa, nmda, rise_ampa, decay_ampa, rise_nmda, decay_nmda, mg, e, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    : peak conductances as shares of the weight, the second without block
    ampa = 1
    nmda = 1
    rise_ampa = 0.3 (ms)
    decay_ampa = 1.8 (ms)
    rise_nmda = 2 (ms)
    decay_nmda = 60 (ms)
    mg = 1 (mM)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    scale_ampa
    scale_nmda
}

STATE {
    a (uS)
    b (uS)
    c (uS)
    d (uS)
}

INITIAL {
    a = 0
    b = 0
    c = 0
    d = 0
    scale_ampa = ampa * scale(rise_ampa, decay_ampa)
    scale_nmda = nmda * scale(rise_nmda, decay_nmda)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = (b - a + (d - c) / (1 + mg / 3.57 (mM) * exp(-0.062 (/mV) * v))) * (v - e)
}

DERIVATIVE states {
    a' = -a / rise_ampa
    b' = -b / decay_ampa
    c' = -c / rise_nmda
    d' = -d / decay_nmda
}

NET_RECEIVE(weight (uS)) {
    a = a + weight * scale_ampa
    b = b + weight * scale_ampa
    c = c + weight * scale_nmda
    d = d + weight * scale_nmda
}

: 1 over the peak of the difference of two exponentials
FUNCTION scale(rise (ms), decay (ms)) {
    LOCAL peak
    peak = rise * decay / (decay - rise) * log(decay / rise)
    scale = 1 / (exp(-peak / decay) - exp(-peak / rise))
}
