: Streams of Random123, and NEURON's own generator.
NEURON { SUFFIX random RANGE x, y, z RANDOM rng }
ASSIGNED { x y z }
INITIAL {
  random_setids(rng, 1, 2, 3)
  x = random_ipick(rng)
  y = random_ipick(rng)
  random_setseq(rng, 5)
  z = random_ipick(rng)
}
BREAKPOINT { SOLVE draw }
PROCEDURE draw() {
  set_seed(7)
  x = scop_random()
  y = 0
  if (x < 0 && scop_random() > 2) { y = 1 }
  z = scop_random()
}
