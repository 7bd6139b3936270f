: What POINTERs and EXTERNALs are: one that is asked for, one that nothing reads.
NEURON {
  POINT_PROCESS pointing
  POINTER level, unused
  EXTERNAL scale_other
  NONSPECIFIC_CURRENT i
}
ASSIGNED { v (mV) i (nA) level unused }
STATE { g (uS) }
INITIAL { g = 0 }
BREAKPOINT {
  SOLVE s METHOD cnexp
  i = g * gate() * scale_other * v
}
DERIVATIVE s { g' = -g / 2 }
FUNCTION gate() {
  gate = 1
  if (nrn_pointing(level)) { gate = level }
}
PROCEDURE never() { unused = 1 }
NET_RECEIVE(weight (uS)) { g = g + weight }
