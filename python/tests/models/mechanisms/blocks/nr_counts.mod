: Instances that count themselves.
NEURON { SUFFIX nr_counts GLOBAL n NONSPECIFIC_CURRENT i RANGE number }
ASSIGNED { i (mA/cm2) n number }
INITIAL { n = n + 1 number = n }
BREAKPOINT { i = 0 }
