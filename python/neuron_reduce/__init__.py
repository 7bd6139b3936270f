"""Detailed NEURON models with thousands of synapses reduced to a few cables.

See :func:`reduce` and :func:`subtree_reductor`, and :func:`compare` for how close the result comes.
"""

from neuron import h as _h

from .comparison import Comparison, VoltageDifference, compare
from .errors import (
    ArgumentError,
    CellError,
    NeuronReduceError,
    SimulatorError,
    SynapseError,
    TemplateError,
    UnsupportedNeuronError,
)
from .record import ReductionRecord
from .recording import Recording
from .reduced_cell import ReducedCell
from .reduction import Reduction, reduce
from .reductor import subtree_reductor

__all__ = [
    "ArgumentError",
    "CellError",
    "Comparison",
    "NeuronReduceError",
    "Recording",
    "ReducedCell",
    "Reduction",
    "ReductionRecord",
    "SimulatorError",
    "SynapseError",
    "TemplateError",
    "UnsupportedNeuronError",
    "VoltageDifference",
    "compare",
    "reduce",
    "subtree_reductor",
]

# Scripts written for neuron_reduce rely on its import for h.run, h.tstop and h.v_init.
_h.load_file("stdrun.hoc")
