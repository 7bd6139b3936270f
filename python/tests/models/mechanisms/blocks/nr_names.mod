: Variables that are called as the temporaries of generated code are.
NEURON { SUFFIX nr_names NONSPECIFIC_CURRENT i RANGE g, k1, q2, slope }
PARAMETER { g = 0.0004 (S/cm2) slope = 9 (mV) }
ASSIGNED { v (mV) i (mA/cm2) q2 }
STATE { k1 l1 }
INITIAL { k1 = 0.1 l1 = 0.2 }
BREAKPOINT { SOLVE d METHOD cnexp i = g * k1 * l1 * (v + 20) }
DERIVATIVE d {
  if (v > -50) { q2 = 0.9 } else { q2 = 0.2 }
  k1' = (q2 - k1) / 3
  if (k1 > 0.3) { q2 = 0.1 + v / 1000 }
  l1' = (1 / (1 + exp(-(v + 40) / slope)) - l1) / (1 + q2)
}
