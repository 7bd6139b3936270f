: A number that events raise, for others to point to.
NEURON { POINT_PROCESS nr_level RANGE level }
ASSIGNED { level }
INITIAL { level = 1 }
NET_RECEIVE(w) { level = level + w }
