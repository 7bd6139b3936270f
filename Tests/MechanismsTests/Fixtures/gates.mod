TITLE sodium channel with tables, for tests

NEURON {
  SUFFIX gates
  USEION na READ ena WRITE ina
  NONSPECIFIC_CURRENT il
  RANGE gbar, gl, el, g
  GLOBAL vhalf
}

UNITS { (mV) = (millivolt) }

PARAMETER {
  gbar = .12 (S/cm2) <0, 1e9>
  gl = 3e-4
  el = -54.3
  vhalf = -40
  q = 3
}

STATE { m h }

ASSIGNED { v ena ina il g minf mtau hinf htau celsius }

LOCAL sum

BREAKPOINT {
  SOLVE states METHOD cnexp
  g = gbar*m^3*h
  ina = g*(v - ena)
  il = gl*(v - el)
}

INITIAL {
  rates(v)
  m = minf
  h = hinf
}

DERIVATIVE states {
  rates(v)
  m' = (minf - m)/mtau
  h' = (hinf - h)/htau
}

PROCEDURE rates(u (mV)) {
  LOCAL a, b, tadj
  TABLE minf, mtau, hinf, htau DEPEND celsius, q FROM -100 TO 100 WITH 400
  tadj = q^((celsius - 6.3)/10)
  a = .1*ratio(vhalf - u, 10)
  b = 4*exp(-(u + 65)/18)
  sum = a + b
  mtau = 1/(tadj*sum)
  minf = a/sum
  a = .07*exp(-(u + 65)/20)
  b = 1/(1 + exp(-(u + 35)/10))
  sum = a + b
  htau = 1/(tadj*sum)
  hinf = a/sum
}

FUNCTION ratio(x, y) {
  if (fabs(x/y) < 1e-6) {
    ratio = y*(1 - x/y/2)
  } else {
    ratio = x/(exp(x/y) - 1)
  }
}
