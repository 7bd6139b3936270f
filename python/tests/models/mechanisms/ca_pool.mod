TITLE First-order calcium pool below the membrane

COMMENT
Destexhe A, Babloyantz A, Sejnowski TJ (1993), Ionic mechanisms for intrinsic slow
oscillations in thalamic relay neurons, Biophys J 65:1538-1552: calcium enters a thin shell
and decays to its resting concentration with one time constant. An outward current
does not pump calcium out.
ENDCOMMENT

NEURON {
    SUFFIX ca_pool
    USEION ca READ ica WRITE cai
    RANGE depth, tau, rest
    THREADSAFE
}

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (um) = (micron)
    (mA) = (milliamp)
    FARADAY = (faraday) (coulomb)
}

PARAMETER {
    depth = 0.1 (um)
    tau = 80 (ms)
    rest = 1e-4 (mM)
}

ASSIGNED {
    ica (mA/cm2)
}

STATE {
    cai (mM)
}

INITIAL {
    cai = rest
}

BREAKPOINT {
    SOLVE pool METHOD cnexp
}

DERIVATIVE pool {
    cai' = inflow(ica) + (rest - cai) / tau
}

FUNCTION inflow(current (mA/cm2)) (mM/ms) {
    inflow = -(1e4) * current / (2 * FARADAY * depth)
    if (inflow < 0) {
        inflow = 0
    }
}
