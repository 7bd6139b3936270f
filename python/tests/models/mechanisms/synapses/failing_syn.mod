TITLE Synapse of which an event ends the process, or never ends

VERBATIM
#include <unistd.h>
ENDVERBATIM

NEURON {
    POINT_PROCESS FailingSyn
    NONSPECIFIC_CURRENT i
    RANGE hangs, i
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    hangs = 0
}

ASSIGNED {
    i (nA)
}

BREAKPOINT {
    i = 0
}

NET_RECEIVE(weight) {
    if (hangs > 0) {
        VERBATIM
        for (;;) { sleep(1); }
        ENDVERBATIM
    }
    VERBATIM
    abort();
    ENDVERBATIM
}
