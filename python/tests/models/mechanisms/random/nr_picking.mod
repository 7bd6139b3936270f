: A synapse that asks a Random of hoc whether it releases.
NEURON { POINT_PROCESS nr_picking NONSPECIFIC_CURRENT i RANGE g, p, released POINTER rng THREADSAFE }
PARAMETER { p = 0.6 }
ASSIGNED { v (mV) i (nA) released rng }
STATE { g (uS) }
VERBATIM
#ifndef NRN_VERSION_GTEQ_8_2_0
double nrn_random_pick(void* r);
void* nrn_random_arg(int argpos);
#define RANDCAST
#else
#define RANDCAST (Rand*)
#endif
ENDVERBATIM
INITIAL { g = 0 released = 0 }
BREAKPOINT { SOLVE d METHOD cnexp i = g * v }
DERIVATIVE d { g' = -g / 3 }
NET_RECEIVE(w) {
  if (w <= 0) {
VERBATIM
    return;
ENDVERBATIM
  }
  if (number() < p) { g = g + w released = released + 1 }
}
FUNCTION number() {
VERBATIM
  double value = 0.0;
  if (_p_rng) {
    /* a stream of its own */
    value = nrn_random_pick(RANDCAST _p_rng);
    return value;
  } else {
    hoc_execerror("a stream", "is missing");
ENDVERBATIM
    number = exprand(1)
VERBATIM
  }
ENDVERBATIM
  number = value
}
PROCEDURE setRNG() {
VERBATIM
  void** pv = (void**)(&_p_rng);
  if (ifarg(1)) { *pv = nrn_random_arg(1); } else { *pv = (void*)0; }
ENDVERBATIM
}
