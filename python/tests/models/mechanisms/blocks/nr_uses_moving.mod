: Uses what another mechanism sets.
NEURON { SUFFIX nr_uses_moving EXTERNAL moving_nr_owner RANGE m }
ASSIGNED { m }
INITIAL { m = 0 }
BREAKPOINT { m = moving_nr_owner }
