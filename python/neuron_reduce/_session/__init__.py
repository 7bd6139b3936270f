"""The NEURON session: finds cells, synapses and mechanisms in it, and asks how they behave."""
