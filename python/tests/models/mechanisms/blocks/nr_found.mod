: BREAKPOINT reads the current that it sets: what it finds is what its first evaluation left.
NEURON { SUFFIX nr_found USEION k READ ek, ik WRITE ik RANGE s }
PARAMETER { g = 5e-5 }
ASSIGNED { v ek ik s }
STATE { m }
INITIAL { m = 0 s = 0 }
BREAKPOINT { SOLVE states METHOD cnexp s = ik ik = g * (v - ek) * (1 + m) }
DERIVATIVE states { m' = (s * 100 - m) / 5 }
