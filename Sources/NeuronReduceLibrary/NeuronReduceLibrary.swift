// The shared library is `NeuronReduceABI`, linked as the package's manifest says.
