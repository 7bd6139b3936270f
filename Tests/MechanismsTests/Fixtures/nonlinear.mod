: backward Euler of what is not linear, for tests
NEURON { POINT_PROCESS nonlinear NONSPECIFIC_CURRENT i RANGE x }

PARAMETER { r = 0.7 s = 0.2 }

ASSIGNED { v i x }

STATE { b c }

INITIAL { b = 0.5 c = 2 }

BREAKPOINT {
  SOLVE states METHOD derivimplicit
  i = b*v*v
}

DERIVATIVE states {
  x = r*b
  b' = -x + s*c*b
  c' = x - s*c*b
}
