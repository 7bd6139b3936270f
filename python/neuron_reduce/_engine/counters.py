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
from .cells import Cell, pointer
from .programs import Loaded
from .references import Variable
from .trials import Traces

_CLASS = "APCount"
_MEMBERS = ("n", "time", "firing")
_RECORDED = ("n", "time")
_BELOW_ALL_MV = -1e300


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

    :param is_starting: whether a run is about to be initialised, so that their Vectors may be
        found: what they hold does not matter any more.
    :raises EngineError: several of them have one Vector.
    """
    found = [
        Counter(index, process, _vector(process) if is_starting else None)
        for index, process in enumerate(cell.point_processes)
        if mechanisms.class_name(process) == _CLASS
    ]
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


def _vector(process: Any) -> Any | None:
    """The Vector that a count would be written into: that which has one element after the first,
    and two after the second."""
    names = ("thresh", *_MEMBERS)
    before = [getattr(process, name) for name in names]
    vectors = list(h.List("Vector"))
    try:
        process.thresh = _BELOW_ALL_MV
        for count in (0, 1):
            process.n, process.firing = count, 0
            process.check()
            vectors = [each for each in vectors if len(each) == count + 1]
    finally:
        for name, value in zip(names, before, strict=True):
            setattr(process, name, value)
    return vectors[0] if vectors else None
