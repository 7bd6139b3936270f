: Gates by the potential alone, and what their step leaves for other blocks; one of a small range.
NEURON { SUFFIX nr_gates USEION k READ ek WRITE ik RANGE g, seen }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) minf mtau (ms) seen }
STATE { m h w }
INITIAL { rates(v) m = minf h = 0.6 w = 0 seen = 0 }
BREAKPOINT { SOLVE d METHOD cnexp ik = g * (m * h + w * 1e4) * (v - ek) }
AFTER SOLVE { seen = seen + minf }
DERIVATIVE d {
  rates(v)
  m' = (minf - m) / mtau
  h' = (1 / (1 + exp((v + 60) / 7)) - h) / (3 + 20 / (1 + exp((v + 50) / 9)))
  w' = (1e-5 / (1 + exp(-(v + 50) / 5)) - w) / 12
}
PROCEDURE rates(v (mV)) {
  minf = 1 / (1 + exp(-(v + 40) / 6))
  mtau = 1 + 4 / (1 + exp((v + 30) / 8))
}
