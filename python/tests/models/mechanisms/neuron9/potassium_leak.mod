TITLE A constant potassium conductance: ik = gkbar * (v - ek)

NEURON {
    SUFFIX potassiumleak
    USEION k READ ek WRITE ik
    RANGE gkbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER { gkbar = 1e-5 (S/cm2) }

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

BREAKPOINT { ik = gkbar * (v - ek) }
