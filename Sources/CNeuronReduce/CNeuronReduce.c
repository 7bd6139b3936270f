// A target of headers needs one source.
#include "neuron_reduce.h"
