"""Events that reach a point process at exactly the same time, where their order matters to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from .._display.warned import warn
from ..errors import EngineError
from . import structures

if TYPE_CHECKING:
    from .programs import Loaded

_ELSEWHERE = (
    "its NET_RECEIVE depends on their order, which NEURON's queue sometimes turns around: the run "
    "may differ from NEURON's; expected delays or times that differ, or a run that is left to "
    "NEURON (engine='neuron')"
)


@dataclasses.dataclass(frozen=True)
class Ties:
    """What of a run's events came at the same time.

    :ivar process: the first point process of which two did, by its name.
    :ivar time: when, in ms.
    :ivar count: how often an event came at the time of the one before it, in the whole run.
    :ivar is_joined: whether the other event was one of a point process that a POINTER joins with
        it.
    """

    process: str
    time: float
    count: int
    is_joined: bool = False

    def __str__(self) -> str:
        who = _who(self.process, self.is_joined, "has", "have")
        return f"{who} at exactly the same time, {self.time:g} ms"


def of(run: structures.Run, loaded: Loaded) -> Ties | None:
    """What a run has noted; None for nothing."""
    if not run.tie_count:
        return None
    name = name_of(loaded, run.tie_kind, run.tie_instance)
    return Ties(name, run.tie_time, run.tie_count, bool(run.tie_is_joined))


def _who(process: str, is_joined: bool, one: str, two: str) -> str:
    if is_joined:
        return f"{process} and a point process that a POINTER joins with it {two} events"
    return f"{process} {one} two events"


def name_of(loaded: Loaded, kind: int, instance: int) -> str:
    """What the first point process is called that is this one of a program's."""
    found = np.flatnonzero((loaded.program.instances == (kind, instance)).all(axis=1))
    try:
        return loaded.cell.catalogue.processes[int(found[0])]
    except (EngineError, IndexError):
        # The cell is gone, and nobody asked for names before.
        return f"the point process with the index {found[0] if len(found) else '?'}"


def warn_of_pending(ties: Ties | None) -> None:
    """Warns of what comes at the same time after the engine has handed a session over."""
    if ties is not None:
        who = _who(ties.process, ties.is_joined, "will have", "will have")
        warn(f"{who} at exactly the same time, {ties.time:g} ms, and {_ELSEWHERE}")


def warn_of_run(ties: Ties | None) -> None:
    """Warns of what came at the same time in a run, if anything did."""
    if ties is not None:
        more = f", the first of {ties.count} such pairs" if ties.count > 1 else ""
        warn(f"{ties}{more}, and {_ELSEWHERE}")


def warn_of_batch(every: Iterable[Ties | None]) -> None:
    """The same of all trials of a batch, once."""
    trials = [(trial, ties) for trial, ties in enumerate(every) if ties is not None]
    if not trials:
        return
    first, ties = trials[0]
    count = sum(each.count for _, each in trials)
    which = f"{len(trials)} trials have" if len(trials) > 1 else "one trial has"
    pairs = f"{count} such pairs" if count > 1 else "one such pair"
    warn(f"in trial {first} {ties}; {which} {pairs}, and {_ELSEWHERE}")
