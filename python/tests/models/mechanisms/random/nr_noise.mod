: A current of all distributions that RANDOM has, drawn in all blocks; the stream goes on from run to run.
NEURON { SUFFIX nr_noise NONSPECIFIC_CURRENT i RANGE size, first, last, state RANDOM rng, other THREADSAFE }
PARAMETER { size = 0.0002 (mA/cm2) }
ASSIGNED { v (mV) i (mA/cm2) first last }
STATE { state }
INITIAL { first = random_normal(rng, 1, 2) state = random_uniform(other) last = 0 }
BREAKPOINT { SOLVE walk i = size * state * (1 + v / 100) }
PROCEDURE walk() {
  if (random_uniform(rng) < 0.7 && random_negexp(other) > 0.2) {
    state = 0.9 * state + 0.1 * random_normal(rng)
  }
  last = random_uniform(other, -1, 3) + random_ipick(rng) / 1e10
}
