: It looks on, in C that is not read: how often the potential was in each of four ranges.
NEURON { POINT_PROCESS nr_looks RANGE n, most }
ASSIGNED { v n most counts[4] }
INITIAL {
VERBATIM
  for (int k = 0; k < 4; k++) { counts[k] = 0; }
ENDVERBATIM
  n = 0
}
BREAKPOINT { SOLVE look METHOD after_cvode }
PROCEDURE look() {
VERBATIM
  /* extern "of no matter" */
  int which = v < -60 ? 0 : v < -40 ? 1 : v < 0 ? 2 : 3;
  counts[which] += 1;
  for (int k = 0; k < 4; k++) { if (counts[k] > most) { most = counts[k]; } }
ENDVERBATIM
  n = n + 1
}
NET_RECEIVE(w, other) { n = n + 100 }
