TITLE Double-exponential synapse with magnesium block

COMMENT
Block: Jahr CE, Stevens CF (1990), Voltage dependence of NMDA-activated macroscopic
conductances predicted by single-channel kinetics, J Neurosci 10:3178-3182.
It has a FUNCTION, a PROCEDURE and a GLOBAL, which do not tell two synapses apart.
ENDCOMMENT

NEURON {
    POINT_PROCESS NmdaExp2
    NONSPECIFIC_CURRENT i
    RANGE tau1, tau2, e, i, g
    GLOBAL mg
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    tau1 = 2 (ms)
    tau2 = 60 (ms)
    e = 0 (mV)
    mg = 1 (mM)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    scale
}

STATE {
    A (uS)
    B (uS)
}

INITIAL {
    A = 0
    B = 0
    normalise()
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    g = (B - A) * unblocked(v)
    i = g * (v - e)
}

DERIVATIVE decay {
    A' = -A / tau1
    B' = -B / tau2
}

NET_RECEIVE(weight (uS)) {
    A = A + weight * scale
    B = B + weight * scale
}

: peak conductance equal to the weight, magnesium aside
PROCEDURE normalise() { LOCAL peak
    peak = tau1 * tau2 / (tau2 - tau1) * log(tau2 / tau1)
    scale = 1 / (exp(-peak / tau2) - exp(-peak / tau1))
}

FUNCTION unblocked(v (mV)) {
    unblocked = 1 / (1 + mg / 3.57 (mM) * exp(-0.062 (/mV) * v))
}
