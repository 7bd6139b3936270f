"""Copies of this process, in which NEURON may be used up."""
