"""Cells compiled into code of their own, which gives NEURON's numbers in less time."""
