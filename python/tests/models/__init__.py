"""Cells and synapses that the tests build; the same in every NEURON version."""
