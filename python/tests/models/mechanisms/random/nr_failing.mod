: A synapse whose releases are drawn, from streams that it names itself.
NEURON { POINT_PROCESS nr_failing NONSPECIFIC_CURRENT i RANGE g, p, number, released RANDOM rng THREADSAFE }
PARAMETER { p = 0.6 number = 0 }
ASSIGNED { v (mV) i (nA) released }
STATE { g (uS) }
INITIAL { g = 0 released = 0 if (number > 0) { random_setids(rng, number, 4294967295, 7) random_setseq(rng, 6) } }
BREAKPOINT { SOLVE d METHOD cnexp i = g * v }
DERIVATIVE d { g' = -g / 3 }
NET_RECEIVE(w) {
  if (random_uniform(rng) < p) { g = g + w released = released + 1 } else { g = g + w * 0.1 * fabs(random_normal(rng)) }
}
