COMMENT
SUFFIX not_this_one: in a comment. “Quotation marks” that are not ASCII, too.
ENDCOMMENT

: SUFFIX nor_this_one
NEURON {
    SUFFIX including : SUFFIX nor_this
    NONSPECIFIC_CURRENT i
    RANGE g, e
}

INCLUDE "including.inc"

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = g*(v - e)
}
