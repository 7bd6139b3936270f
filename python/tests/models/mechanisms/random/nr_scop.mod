: A current from NEURON's own generator.
NEURON { POINT_PROCESS nr_scop ELECTRODE_CURRENT i RANGE amp, x, n, seed RANGE b }
PARAMETER { amp = 0.05 (nA) seed = 0 dt (ms) }
ASSIGNED { i (nA) x n b }
INITIAL { if (seed > 0) { set_seed(seed) } x = normrand(0, 1) n = poisrand(3) b = exprand(2) }
BREAKPOINT { SOLVE walk i = amp * x }
PROCEDURE walk() { x = x + (1 - exp(-dt / 2)) * (-x) + sqrt(1 - exp(-2 * dt / 2)) * normrand(0, 1) b = scop_random() }
