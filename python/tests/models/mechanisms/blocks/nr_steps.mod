: What is done before and after.
NEURON { SUFFIX nr_steps USEION k READ ek WRITE ik RANGE g, a, b, c }
PARAMETER { g = 0.0002 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) a b c }
STATE { m }
INITIAL { m = 0.3 a = 0 b = 0 c = 0 }
BEFORE BREAKPOINT { a = a + m }
BREAKPOINT { SOLVE d METHOD cnexp ik = g * (m + a / 1e5) * (v - ek) }
AFTER SOLVE { b = b + m m = m * 0.9999 }
BEFORE STEP { c = c + ik + m }
DERIVATIVE d { m' = (1 / (1 + exp(-(v + 45) / 10)) - m) / 6 }
