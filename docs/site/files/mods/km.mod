COMMENT
The M current, as Yamada, Koch and Adams (1989) wrote its rates:
    m_inf = 1/(1 + exp(-(v + 35)/10))
    tau   = 1000 ms/(3.3 exp((v + 35)/20) + exp(-(v + 35)/20))
at 36 degC; a Q10 of 3 for other temperatures.
ENDCOMMENT

NEURON {
    SUFFIX km
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gbar = 0.0001 (S/cm2) }

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    celsius (degC)
    minf
    tau (ms)
}

STATE { m }

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * m * (v - ek)
}

INITIAL {
    rates(v)
    m = minf
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/tau
}

PROCEDURE rates(v (mV)) {
    minf = 1/(1 + exp(-(v + 35)/10))
    tau = 1000/(3.3*exp((v + 35)/20) + exp(-(v + 35)/20))/3^((celsius - 36)/10)
}
