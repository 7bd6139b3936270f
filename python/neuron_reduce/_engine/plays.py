"""What Vectors are played into a cell's point processes, as NEURON's fixed step does it.

``Vector.play(reference, dt)`` and ``Vector.play(reference, times)`` set a value when its time has
come, as an event: with the step whose middle is not before it. ``Vector.play(reference, times, 1)``
sets, at the middle and at the end of each step, what is on the line through the values before and
after; before the first time the first value, and after the last one what is on the line through
the last two. Where jumps were named by their indices, lines are drawn as if there was nothing
behind the next jump until its time has come (``simulation.h``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from .._library.reducing import Recording
from .._session import mechanisms
from .._session import plays as session_plays
from ..errors import EngineError

_EXPECTED = "expected Vectors played into parameters of the cell's point processes alone"


@dataclasses.dataclass(frozen=True, eq=False)
class Play:
    """A Vector that is played into a parameter of a point process.

    :ivar process: the point process's index.
    :ivar kind: its class.
    :ivar name: of the parameter.
    :ivar label: of both, such as ``IClamp[0].amp``.
    :ivar values: shaped (n,).
    :ivar times: in ms, never falling; None where each value follows the one before it after
        ``interval`` ms.
    :ivar is_continuous: whether it is lines between values, rather than steps.
    :ivar breaks: of lines the indices of the times at which they may jump; None for all of them.
    :ivar vectors: the session's own objects.
    """

    process: int
    kind: str
    name: str
    label: str
    values: np.ndarray
    times: np.ndarray | None
    interval: float
    is_continuous: bool
    breaks: np.ndarray | None
    vectors: tuple[Any, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"vectors": ()}


def read(
    recordings: Sequence[Recording], point_processes: Sequence[Any], sections: Iterable[nrn.Section]
) -> list[Play]:
    """The plays among what a session records and plays, but for those into other cells, which
    drive this one by their potentials alone.

    :param point_processes: a cell's, by which the recordings have their indices.
    :param sections: the cell's.
    :raises EngineError: one is none that the engine does; the message names it.
    """
    plays = session_plays.of_no_other_cell(recordings, sections)
    if not plays:
        return []
    vectors = {hoc.HocObject.hocobjptr(each): each for each in h.List("Vector")}
    found: dict[tuple[int, str], Play] = {}
    for each in plays:
        play = _play(each, point_processes, vectors)
        if (play.process, play.name) in found:
            raise EngineError(
                f"two Vectors are played into {play.label}, which the engine does not do; "
                "expected one"
            )
        found[play.process, play.name] = play
    return list(found.values())


def _play(
    recording: Recording, point_processes: Sequence[Any], vectors: Mapping[int | None, Any]
) -> Play:
    if recording.name is None or recording.point_process < 0:
        # What is none of the cell's may drive it all the same: a weight, a NetStim, a GLOBAL.
        name = recording.name
        what = f"{name} of its sections"
        if name is None:
            what = "a variable that is not the cell's, or a statement of hoc"
        raise EngineError(
            f"a Vector is played into {what}, which the engine does not do; {_EXPECTED}"
        )
    process = point_processes[recording.point_process]
    kind, name = mechanisms.class_name(process), recording.name
    label = f"{process.hname()}.{name}"
    if (name, 1) not in mechanisms.parameters(kind):
        raise EngineError(
            f"a Vector is played into {label}, which is no scalar PARAMETER, and the engine does "
            f"not do that; {_EXPECTED}"
        )

    def content(vector: int | None, what: str) -> np.ndarray:
        if vector not in vectors:
            raise EngineError(
                f"the {what} of what is played into {label} are no Vector of the session; expected "
                "one"
            )
        return np.array(vectors[vector], dtype=float)

    values = content(recording.vector, "values")
    times = content(recording.times, "times") if recording.has_times else None
    breaks = content(recording.breaks, "indices of jumps") if recording.has_breaks else None
    problem = _problem(recording, values, times, breaks)
    if problem:
        raise EngineError(f"what is played into {label} {problem}")
    return Play(
        recording.point_process,
        kind,
        name,
        label,
        values,
        times,
        recording.interval,
        recording.is_continuous,
        None if breaks is None else breaks.astype(np.int64),
        tuple(
            vectors[each]
            for each in (recording.vector, recording.times, recording.breaks)
            if each in vectors
        ),
    )


def _problem(
    recording: Recording,
    values: np.ndarray,
    times: np.ndarray | None,
    breaks: np.ndarray | None,
) -> str:
    """Why it cannot be played; empty where it can."""
    if not len(values):
        return "has no values; expected one at least"
    if times is None:
        if not 0 < recording.interval < np.inf:
            return f"has an interval of {recording.interval:g} ms; expected one greater than 0"
        return ""
    if not len(times):
        return "has no times; expected one at least"
    if recording.is_continuous and len(values) < len(times):
        return f"has {len(values)} values at {len(times)} times; expected one for each"
    wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
    if len(wrong):
        return f"has the time {times[wrong[0]]:g} ms; expected finite ones, 0 or greater"
    if (np.diff(times) < 0).any():
        return "has times that fall; expected them in order"
    if breaks is not None:
        places = breaks.astype(np.int64)
        if (places < 0).any() or (places >= len(times)).any() or (np.diff(places) < 0).any():
            return (
                f"has jumps that are no indices of its {len(times)} times in order; expected such"
            )
    return ""
