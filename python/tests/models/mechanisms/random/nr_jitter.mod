: Draws where the current is computed: twice in each step, which NEURON does for the current's slope.
NEURON { POINT_PROCESS nr_jitter NONSPECIFIC_CURRENT i RANGE g, x, reset RANDOM rng THREADSAFE }
PARAMETER { g = 1e-8 (uS) reset = 0 }
ASSIGNED { v (mV) i (nA) x }
INITIAL { if (reset > 0) { random_setseq(rng, reset) } x = random_dpick(rng) }
BREAKPOINT { x = random_negexp(rng, 0.5) i = g * x * (v + 20) }
