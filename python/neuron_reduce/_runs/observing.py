"""What a full cell does with what drives it in the session: potentials of all its segments.

It is run by the engine, in a copy of the process: the session stays as it is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._processes import tasks
from .._session import collect
from .._session.job import Job
from ..engine import compile
from ..errors import ArgumentError, EngineError

_INTERVAL_MS = 0.5
_START = 0.2
"""Of a run, comes before what counts, in shares of that."""

_AT_ONCE = 200
"""How many potentials are recorded in one run, which keeps every step: 32 MB for each 0.5 s."""

_TIME_LIMIT_SECONDS = 24 * 3600.0


def checked(duration: Any) -> float:
    """What ``observe`` is, in ms.

    :raises ArgumentError: it is no duration.
    """
    expected = "the duration of a run in ms, at least 10, or None"
    found = collect.number(duration, "observe", expected)
    if not 10 <= found < math.inf:
        raise ArgumentError(f"observe is {collect.described(duration)}; expected {expected}")
    return found


def observe(job: Job, duration: float) -> None:
    """Tells a job what its cell does.

    :param duration: in ms; a fifth more is run before.
    :raises EngineError: the engine cannot run the cell.
    :raises WorkerError: the process ended before it was done.
    :raises NeuronReduceError: the cell cannot be read.
    """
    found = tasks.call("observe", _potentials, job, duration, timeout=_TIME_LIMIT_SECONDS)
    job.observe(*found)


def _potentials(job: Job, duration: float) -> tuple[np.ndarray, float]:
    """Of all segments, shaped (segments, samples) in mV, and the interval in ms."""
    try:
        engine = compile(*job.subject)
        segments = job.segments()
        step = max(1, round(_INTERVAL_MS / engine.dt))
        parts = []
        for first in range(0, len(segments), _AT_ONCE):
            run = engine.run(
                (1 + _START) * duration, record=segments[first : first + _AT_ONCE], spikes=False
            )
            kept = np.flatnonzero(run.t >= _START * duration)[::step]
            parts.append(np.asarray(run.v)[:, kept])
    except EngineError as error:
        raise EngineError(f"observe runs the cell in the engine, which cannot: {error}") from None
    return np.concatenate(parts), step * engine.dt
