"""Detailed NEURON models with thousands of synapses reduced to a few cables.

See :func:`subtree_reductor`.
"""

from neuron import h as _h

from .errors import (
    ArgumentError,
    CellError,
    MissingPackageError,
    NeuronReduceError,
    SimulatorError,
    SynapseError,
    TemplateError,
    UnsupportedNeuronError,
)
from .reduced_cell import ReducedCell
from .reductor import subtree_reductor

__all__ = [
    "ArgumentError",
    "CellError",
    "MissingPackageError",
    "NeuronReduceError",
    "ReducedCell",
    "SimulatorError",
    "SynapseError",
    "TemplateError",
    "UnsupportedNeuronError",
    "subtree_reductor",
]

# Scripts written for neuron_reduce rely on its import for h.run, h.tstop and h.v_init.
_h.load_file("stdrun.hoc")
