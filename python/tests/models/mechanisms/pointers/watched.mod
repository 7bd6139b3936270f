TITLE Copies what its POINTER points to, in every segment

COMMENT
As mechanisms for extracellular stimulation and recording do (xtra), which are pointed to the potential
and the membrane current of their own segment.
ENDCOMMENT

NEURON {
    SUFFIX watched
    RANGE seen, gain
    POINTER source
}

PARAMETER {
    gain = 1
}

ASSIGNED {
    source
    seen
}

INITIAL {
    seen = gain * source
}

AFTER SOLVE {
    seen = gain * source
}
