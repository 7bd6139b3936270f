: Transmitter that a potential elsewhere lets out, for others to point to.
NEURON {
  POINT_PROCESS nr_release
  POINTER pre
  RANGE C, level, k
}
PARAMETER { k = 0.02 }
ASSIGNED { pre (mV) C }
STATE { level }
INITIAL { level = 0  C = 0.25 }
BREAKPOINT {
  SOLVE s METHOD cnexp
  C = 1 / (1 + exp(-(pre + 55) / 4)) + level
}
DERIVATIVE s { level' = k * C - level / 7 }
