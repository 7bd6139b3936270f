: A loop that is done as often as each instance says, within a kinetic scheme.
NEURON { SUFFIX nr_turns NONSPECIFIC_CURRENT i RANGE g, n, last, sum, c }
PARAMETER { g = 0.0005 (S/cm2) n = 3 last = -1 }
ASSIGNED { v (mV) i (mA/cm2) x[8] sum }
STATE { c o }
INITIAL { LOCAL k FROM k = 0 TO 7 { x[k] = k } c = 1 o = 0 sum = 0 }
BREAKPOINT { SOLVE d METHOD sparse i = g * o * (v - 30) }
KINETIC d {
  ~ c <-> o (0.1 * drive() * exp(v / 60), 0.2)
  CONSERVE c + o = 1
}
FUNCTION drive() { LOCAL k
  sum = 0
  FROM k = 1 TO n { sum = sum + x[k] if (k == 3) { sum = sum + 0.5 } }
  FROM k = last TO 5 BY 2 { sum = sum + k / 100 }
  drive = sum
}
