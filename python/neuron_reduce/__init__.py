"""Detailed NEURON models with thousands of synapses reduced to a few cables.

See :func:`reduce` and :func:`subtree_reductor`; :func:`evaluate` and :func:`compare` for how close
the result comes; :func:`tune` for the settings that come close enough with the smallest tree.
"""

from neuron import h as _h

from . import _distribution, reducing_methods, subtree_reductor_func
from .comparison import Comparison, VoltageDifference, compare
from .engine import Engine, compile, fast
from .errors import (
    ArgumentError,
    CellError,
    EngineError,
    MissingPackageError,
    NeuronReduceError,
    NeuronReduceWarning,
    SavedCellError,
    SimulatorError,
    SynapseError,
    TemplateError,
    UnsupportedNeuronError,
    WorkerError,
)
from .evaluation import Case, Evaluation, evaluate
from .geometry import Geometry
from .record import ReductionRecord
from .recording import Recording
from .reduced_cell import ReducedCell
from .reduction import Reduction, reduce
from .reductor import subtree_reductor
from .saved import CellInstance, SavedCell, load
from .synapse_currents import SynapseCurrents
from .tuning import Candidate, Tuning, tune

__all__ = [
    "ArgumentError",
    "Candidate",
    "Case",
    "CellError",
    "CellInstance",
    "Comparison",
    "Engine",
    "EngineError",
    "Evaluation",
    "Geometry",
    "MissingPackageError",
    "NeuronReduceError",
    "NeuronReduceWarning",
    "Recording",
    "ReducedCell",
    "Reduction",
    "ReductionRecord",
    "SavedCell",
    "SavedCellError",
    "SimulatorError",
    "SynapseCurrents",
    "SynapseError",
    "TemplateError",
    "Tuning",
    "UnsupportedNeuronError",
    "VoltageDifference",
    "WorkerError",
    "compare",
    "compile",
    "evaluate",
    "fast",
    "load",
    "reduce",
    "reducing_methods",
    "subtree_reductor",
    "subtree_reductor_func",
    "tune",
]

__version__ = _distribution.version()

_distribution.warn_of_namesake()

# Scripts written for neuron_reduce rely on its import for h.run, h.tstop and h.v_init.
_h.load_file("stdrun.hoc")
