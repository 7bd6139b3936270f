: Loops that C leaves early, one in another, with more to do behind.
NEURON { SUFFIX nr_breaks NONSPECIFIC_CURRENT i RANGE g, n, sum, level }
DEFINE STEPS 6
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) n sum level[STEPS] }
STATE { m }
INITIAL {
  FROM j = 0 TO STEPS - 1 { level[j] = -80 + 12 * j }
  count()
  m = n / 10
}
BREAKPOINT { SOLVE d METHOD cnexp count() i = g * m * n * (v - 20) }
DERIVATIVE d { m' = (sum / 100 - m) / 4 }
PROCEDURE count() {
  n = 0
  sum = 0
  FROM j = 0 TO STEPS - 1 {
    FROM k = 0 TO STEPS - 1 {
      if (k > j) {
        sum = sum + 1
        VERBATIM
        break;
        ENDVERBATIM
        sum = 1000
      }
      sum = sum + 0.1
    }
    if (v < level[j]) {
      sum = sum + 3
      if (j > 1) {
        VERBATIM
        break;
        ENDVERBATIM
      }
      sum = sum + 0.01
    }
    n = n + 1
  }
}
