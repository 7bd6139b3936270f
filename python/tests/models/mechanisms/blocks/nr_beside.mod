: A FUNCTION that sets what is read beside its call.
NEURON { SUFFIX nr_beside NONSPECIFIC_CURRENT i RANGE u, r, q }
PARAMETER { g = 1e-5 }
ASSIGNED { v i u r q }
STATE { m }
INITIAL { u = 1 m = 0 r = 0 q = 0 }
BREAKPOINT { SOLVE states METHOD cnexp i = g * (1 + m) * (v + 65) }
DERIVATIVE states {
    r = u + used(0.5)
    q = used(0.7) + u
    m' = (r - q / 2 - m) / 5
}
FUNCTION used(x) { u = 0.3 + u * 0.8 used = u * x }
