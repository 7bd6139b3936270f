: calcium in shells with a buffer, for tests
NEURON {
  SUFFIX pump
  USEION ca READ cai, ica WRITE cai
  RANGE bound
}

DEFINE N 3

UNITS { FARADAY = (faraday) (coulomb) R = (k-mole) (joule/degC) PI = (pi) (1) HALF = 0.5 (1) }

CONSTANT { volume = 2 }

PARAMETER { d = 0.4 kon = 5 koff = 0.3 decay = 20 rest = 1e-4 buffer = 0.05 }

ASSIGNED { ica cai bound diam part[N] }

STATE { ca[N] free[N] taken[N] }

INITIAL {
  FROM i = 0 TO N - 1 {
    ca[i] = cai
    part[i] = 1 + i*HALF
    free[i] = buffer
    taken[i] = 0
  }
}

BREAKPOINT { SOLVE diffuse METHOD sparse }

KINETIC diffuse {
  COMPARTMENT i, part[i]*volume { ca free taken }
  ~ ca[0] << (-ica*PI*diam/(2*FARADAY)*1e4)
  FROM i = 0 TO N - 2 { ~ ca[i] <-> ca[i + 1] (d, d) }
  FROM i = 0 TO N - 1 { ~ ca[i] + free[i] <-> taken[i] (kon, koff) }
  ~ ca[N - 1] -> (1/decay)
  cai = ca[0]
  bound = taken[0]
}
