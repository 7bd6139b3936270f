: It looks on as well, but what it calls may do anything.
NEURON { POINT_PROCESS nr_meddles RANGE n }
ASSIGNED { v n }
INITIAL { n = 0 }
BREAKPOINT { SOLVE look METHOD after_cvode }
PROCEDURE look() {
VERBATIM
  for (int k = 0; k < 3; k++) { n += hoc_ac_; }
  hoc_pushx(n); hoc_xpop();
ENDVERBATIM
}
