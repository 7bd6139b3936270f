: Keeps a reversal potential, of which another mechanism's current depends.
NEURON { SUFFIX nr_writes_e USEION k READ ek WRITE ek RANGE rate }
PARAMETER { rate = 0.01 }
ASSIGNED { v (mV) }
STATE { ek (mV) }
INITIAL { ek = -80 }
BREAKPOINT { SOLVE d METHOD cnexp }
DERIVATIVE d { ek' = rate * (v - ek) }
