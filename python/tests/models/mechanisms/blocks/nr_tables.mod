: Tables: values of arrays, what is set besides, what depends on a temperature, one without.
NEURON { SUFFIX nr_tables NONSPECIFIC_CURRENT i RANGE g, s GLOBAL inf, tau, q10, old }
PARAMETER { g = 0.0005 (S/cm2) old = 4 (ms) celsius (degC) }
ASSIGNED { v (mV) i (mA/cm2) inf[2] tau[2] q10 s }
STATE { m h }
INITIAL { rates(v) m = inf[0] h = inf[1] s = 0 }
BREAKPOINT { SOLVE d METHOD cnexp i = g * m * h * (v + 75) * block(v) s = q10 }
DERIVATIVE d {
  rates(v)
  m' = (inf[0] - m) / tau[0]
  h' = (inf[1] - h) / (tau[1] + old)
}
PROCEDURE rates(x) {
  TABLE inf, tau, old DEPEND celsius FROM -110 TO 90 WITH 150
  q10 = 2.3^((celsius - 20) / 10)
  FROM k = 0 TO 1 {
    inf[k] = 1 / (1 + exp(-(x + 40 + 20 * k) / (9 - 18 * k)))
    tau[k] = (1 + 5 * k + exp(-((x + 40) / 30)^2)) / q10
  }
}
FUNCTION block(x) {
  TABLE FROM -110 TO 90 WITH 90
  block = 1 / (1 + exp(-0.06 * x) / 3)
}
