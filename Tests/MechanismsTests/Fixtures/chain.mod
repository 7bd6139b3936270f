: three states in a chain, conserved; for tests
NEURON {
  SUFFIX chain
  USEION k READ ek WRITE ik
  RANGE gbar, open
}

PARAMETER { gbar = 0.01 k1 = 2 k2 = 0.5 k3 = 1.5 k4 = 0.25 total = 1 }

ASSIGNED { v ek ik open flow }

STATE { c1 c2 o }

INITIAL { SOLVE scheme STEADYSTATE sparse }

BREAKPOINT {
  SOLVE scheme METHOD sparse
  open = o
  ik = gbar*open*(v - ek)
}

KINETIC scheme {
  ~ c1 <-> c2 (k1, k2*2)
  flow = f_flux - b_flux
  ~ c2 <-> o (k3, k4)
  CONSERVE c1 + c2 + o = total
}
