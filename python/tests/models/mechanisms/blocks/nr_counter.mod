: Its x crosses the threshold of a NetCon.
NEURON { POINT_PROCESS nr_counter RANGE x }
ASSIGNED { x v (mV) }
INITIAL { x = 0 }
BREAKPOINT { x = v + 60 }
