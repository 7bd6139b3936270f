: Counts in a block that NEURON does several times in a step.
NEURON { SUFFIX nr_repeats RANGE n, q }
ASSIGNED { n }
STATE { q }
INITIAL { n = 0 q = 1 }
BREAKPOINT { SOLVE s METHOD derivimplicit }
DERIVATIVE s { n = n + 1  q' = -q * q / 5 }
