: everything else, for tests
NEURON { SUFFIX mixed RANGE x, y, z, w, part, turns POINTER p }

DEFINE COUNT 4

PARAMETER { x y = 2 z = -1.5e-1 k[3] }

ASSIGNED { v w[COUNT] part[2] turns rate last p }

STATE { s q START 3 f }

LOCAL kept, memory

INITIAL {
  memory = 5
  twice(y)
  last = 0
}

BREAKPOINT {
  SOLVE turn
  SOLVE both
  SOLVE slow METHOD euler
  turns = 0
  WHILE (smaller(turns) && turns < 100) { turns = turns + 1 }
}

PROCEDURE turn() {
  LOCAL sum[2], i
  twice(x + 1)
  rate = kept + memory
  FROM i = 0 TO COUNT - 1 { w[i] = i*i w[i] = w[i] + 1 }
  sum[0] = 0
  FROM i = 0 TO COUNT - 1 BY 2 { sum[0] = sum[0] + w[i] }
  IF (x < 0) { z = -1 } ELSE IF (x == 0 || !y) { z = sum[0] } ELSE { z = 1 - -2^2 }
  last = last + 1
  lines(1.5)
  VERBATIM
  /* nothing */
  return 0;
  ENDVERBATIM
}

PROCEDURE twice(u) { kept = 2*u }

PROCEDURE lines(u) {
  TABLE part FROM 0 TO 4 WITH 4
  FROM i = 0 TO 1 { part[i] = u*u + i }
}

FUNCTION smaller(u) { smaller = u < 7 }

FUNCTION cube(u) {
  TABLE DEPEND y FROM 0 TO 10 WITH 10
  cube = y*u^3
}

LINEAR both {
  ~ 2*s + q = 5 + cube(2.5)
  ~ s - q = 1
}

DERIVATIVE slow { f' = 1 - f/10 }

PROCEDURE unused() {
  p = 3
  VERBATIM
  double thing = 3; (void) thing;
  ENDVERBATIM
}
