: A POINTER that nothing reads, one that is asked for, and one for C alone.
NEURON { SUFFIX nr_idle POINTER unused, perhaps NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 1e-5 }
ASSIGNED { v (mV) i (mA/cm2) unused perhaps (mV) }
BREAKPOINT { i = g * (v - other()) }
FUNCTION other() {
  other = -30
  if (nrn_pointing(perhaps)) { other = perhaps }
}
PROCEDURE never() { unused = perhaps }
