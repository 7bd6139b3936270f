: Arithmetic in C.
NEURON { SUFFIX nr_verbatim NONSPECIFIC_CURRENT i RANGE g, kind, part }
PARAMETER { g = 0.0003 (S/cm2) kind = 1 least = 0.8 (ms) }
ASSIGNED { v (mV) i (mA/cm2) Tau[2] (ms) Inf[2] part }
STATE { m h }
INITIAL {
  rates(v)
  m = Inf[0]
  h = Inf[1]
  part = chosen(3)
  VERBATIM
  return;
  ENDVERBATIM
}
BREAKPOINT { SOLVE d METHOD cnexp i = g * m * h * (v - 20) }
DERIVATIVE d { rates(v) m' = (Inf[0] - m) / Tau[0] h' = (Inf[1] - h) / Tau[1] part = chosen(v) }
PROCEDURE rates(v) {
  LOCAL a, b, j
  FROM j = 0 TO 1 {
    a = exp((v + 40) / (10 - 20 * j)) / 5
    b = exp(-(v + 50) / (10 - 20 * j)) / 7
    Inf[j] = a / (a + b)
    VERBATIM
    switch (_lj) {
      case 0:
        /* not below the least */
        if ((Tau[_lj] = 1 / (_la + _lb)) < least) {
          Tau[_lj] = least;
        }
        break;
      case 1:
        Tau[_lj] = 3. / (_la + _lb);
        Tau[_lj] *= 2;
        break;
    }
    ENDVERBATIM
  }
}
FUNCTION chosen(x) {
  VERBATIM
  double far;
  far = fabs(_lx) - pow(2., kind);
  if (far > 50 || !(_lx != 3))
    return -far;
  else if (_lx > -52) {
    return 1;
  }
  ENDVERBATIM
  chosen = far + x
}
