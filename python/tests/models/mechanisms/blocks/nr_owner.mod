: GLOBALs for others to use.
NEURON { SUFFIX nr_owner GLOBAL level, moving RANGE x }
PARAMETER { level = 2 }
ASSIGNED { moving x v (mV) }
INITIAL { x = 0 }
BREAKPOINT { x = v moving = v }
