TITLE AMPA and NMDA receptors of one synapse

COMMENT
Block: Jahr CE, Stevens CF (1990), Voltage dependence of NMDA-activated macroscopic conductances
predicted by single-channel kinetics, J Neurosci 10:3178-3182, with 1 mM magnesium. The weight is the
peak of the AMPA conductance; that of NMDA is "ratio" times it, before the block.
ENDCOMMENT

NEURON {
    POINT_PROCESS AmpaNmda
    NONSPECIFIC_CURRENT i
    RANGE tau, rise, decay, ratio, e, i
    THREADSAFE
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 2 (ms)
    rise = 2 (ms)
    decay = 60 (ms)
    ratio = 1
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    scale
}

STATE {
    ampa (uS)
    rising (uS)
    falling (uS)
}

INITIAL { LOCAL peak
    ampa = 0
    rising = 0
    falling = 0
    peak = rise * decay / (decay - rise) * log(decay / rise)
    scale = ratio / (exp(-peak / decay) - exp(-peak / rise))
}

BREAKPOINT {
    SOLVE fall METHOD cnexp
    i = (ampa + (falling - rising) / (1 + exp(-0.062 (/mV) * v) / 3.57)) * (v - e)
}

DERIVATIVE fall {
    ampa' = -ampa / tau
    rising' = -rising / rise
    falling' = -falling / decay
}

NET_RECEIVE(weight (uS)) {
    ampa = ampa + weight
    rising = rising + weight * scale
    falling = falling + weight * scale
}
