"""The exceptions of neuron_reduce, all under one base class.

A call that raises one of them has left the NEURON session and the cell as they were.
"""


class NeuronReduceError(Exception):
    """Base class of everything that neuron_reduce raises on purpose.

    :ivar code: which error it is, such as ``'missingLeak'``; empty where the message says all.
    :ivar details: what it is about, such as ``{'section': 'dend[2]'}``.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.code = ""
        self.details: dict[str, str | float] = {}


class UnsupportedNeuronError(NeuronReduceError):
    """NEURON is older than 9.0, the first version with the C API that the reduction needs."""


class ArgumentError(NeuronReduceError, ValueError):
    """A number or option that has no meaning: frequency, segments, mapping type, and the like."""


class CellError(NeuronReduceError, ValueError):
    """The cell cannot be reduced: its topology, or the passive properties of a section."""


class SynapseError(NeuronReduceError, ValueError):
    """An element of the synapse or NetCon list is not what was expected."""


class TemplateError(NeuronReduceError, ValueError):
    """The hoc template for the reduced cell is missing or cannot hold it."""


class SavedCellError(NeuronReduceError, ValueError):
    """A cell cannot be kept; or what was read is no cell that was kept, or was changed or cut
    short, or needs mechanisms that the session does not have. The message names the path in the
    file.
    """


class SimulatorError(NeuronReduceError, RuntimeError):
    """NEURON reported an error that the checks before did not foresee."""


class WorkerError(NeuronReduceError, RuntimeError):
    """A process that was forked to run a cell ended before it was done."""


class EngineError(NeuronReduceError, RuntimeError):
    """The engine cannot run a cell as NEURON would: a mechanism or an input that it does not know,
    no source, no compiler. The message names what it is, and where it was looked for.
    """


class MissingPackageError(NeuronReduceError, ImportError):
    """Something was asked for that needs a package which is not installed."""


class NeuronReduceWarning(UserWarning):
    """Something was done that may not be what was meant: the text says what, and what to pass."""
