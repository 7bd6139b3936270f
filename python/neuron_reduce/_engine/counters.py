"""NEURON's own APCount in the session's runs by the engine: what it leaves to the user.

It counts the steps in which a potential rises to its threshold, and acts on nothing. The program
has ``n``, ``time`` and ``firing``; the Vector that its ``record()`` was given it keeps to itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from neuron import h

from .._session import mechanisms
from ..errors import EngineError
from . import internals
from .cells import Cell, pointer
from .programs import Loaded
from .references import Variable
from .trials import Traces

_CLASS = "APCount"
_MEMBERS = ("n", "time", "firing")
_RECORDED = ("n", "time")
_VECTOR = "space"


@dataclasses.dataclass(frozen=True, eq=False)
class Counter:
    """An APCount of a cell.

    :ivar index: among the cell's point processes.
    :ivar process: the object.
    :ivar vector: what its ``record()`` was given; None for nothing, or where nobody asked.
    """

    index: int
    process: Any
    vector: Any | None

    def variables(self) -> list[Variable]:
        """What has to be recorded for its Vector."""
        if self.vector is None:
            return []
        segment = self.process.get_segment()
        return [
            Variable(
                *(segment.sec.name(), segment.x, _CLASS, name, None, self.index),
                f"{self.process.hname()}.{name}",
            )
            for name in _RECORDED
        ]

    def fill(self, counts: np.ndarray, times: np.ndarray) -> None:
        """Gives the Vector the times of all counts.

        :param counts: what :meth:`variables` are at all steps; likewise ``times``.
        """
        found = times[np.diff(counts, prepend=0.0) > 0]
        assert self.vector is not None
        self.vector.resize(len(found))
        if len(found):
            self.vector.as_numpy()[:] = found


def read(cell: Cell, is_starting: bool) -> list[Counter]:
    """The APCounts of a cell.

    :param is_starting: whether a run is about to be initialised, so that their Vectors are wanted.
    :raises EngineError: several of them have one Vector, or NEURON does not tell which.
    """
    indices = [
        index
        for index, process in enumerate(cell.point_processes)
        if mechanisms.class_name(process) == _CLASS
    ]
    processes = [cell.point_processes[index] for index in indices]
    vectors = _vectors(processes) if processes and is_starting else [None] * len(processes)
    found = [Counter(*each) for each in zip(indices, processes, vectors, strict=True)]
    known: dict[int, Counter] = {}
    for each in found:
        if each.vector is None:
            continue
        other = known.setdefault(pointer(each.vector), each)
        if other is not each:
            raise EngineError(f"{other.process.hname()} and {each.process.hname()} have one Vector")
    return found


def hand_back(counters: Sequence[Counter], loaded: Loaded, traces: Traces) -> None:
    """Leaves in the session what a run has counted."""
    for each in counters:
        for name in _MEMBERS:
            place = loaded.program.member(each.index, name)
            if place is not None:
                setattr(each.process, name, traces.memory[place])


def _vectors(processes: Sequence[Any]) -> list[Any | None]:
    """The Vectors that APCounts were given: each has the address in a variable of its own."""
    internals.check()
    properties = internals.properties_of_processes(internals.contents(processes))
    addresses = internals.Instances(_CLASS, properties).get(_VECTOR).view(np.uint64)
    known = {internals.content(each): each for each in h.List("Vector")}
    return [known.get(int(each)) for each in addresses]
