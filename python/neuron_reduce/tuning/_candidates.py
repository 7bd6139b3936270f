"""A setting that was tried, and what came of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from .._session.collect import described
from ..evaluation import Evaluation

_CHOSEN = ("method", "frequency", "segments")
_MEASURED = ("rate_error", "gamma", "gamma_share", "synchronization_share", "rmsd", "speed_up")


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One setting that was tried.

    :ivar method: see :func:`reduce`; likewise ``frequency`` (Hz) and ``segments``.
    :ivar error: by the measure of the tuning; nan where it cannot be said, as for a cell that never
        fires, or where the reduction failed.
    :ivar rate_error: as in :class:`Evaluation`; likewise ``gamma``, ``gamma_share``,
        ``synchronization_share``, ``rmsd`` (mV) and ``speed_up``.
    :ivar seconds: the processor time of the reduced cell's runs, all seeds together.
    :ivar segments_full: segments of the full cell, soma and axon included.
    :ivar segments_reduced: those of the reduced cell.
    :ivar point_processes_reduced: point processes that remain.
    :ivar problem: why the reduction failed; None where it did not.
    :ivar evaluation: the runs; None where the candidate comes from the results file or failed.
    """

    method: str
    frequency: float
    segments: float
    error: float = math.nan
    rate_error: float = math.nan
    gamma: float = math.nan
    gamma_share: float = math.nan
    synchronization_share: float = math.nan
    rmsd: float = math.nan
    speed_up: float = math.nan
    seconds: float = math.nan
    segments_reduced: int = 0
    segments_full: int = 0
    point_processes_reduced: int = 0
    problem: str | None = None
    evaluation: Evaluation | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def settings(self) -> dict[str, Any]:
        """What :func:`reduce` takes to make this reduction."""
        return {"method": self.method, "frequency": self.frequency, "segments": self.segments}

    @property
    def label(self) -> str:
        """The settings for people to read."""
        return text_of(self.settings)


def failed(settings: dict[str, Any], problem: str) -> Candidate:
    """One that could not be run."""
    return _candidate(settings, problem=problem)


def _candidate(settings: dict[str, Any], **others) -> Candidate:
    chosen = {name: settings[name] for name in _CHOSEN}
    return Candidate(**chosen, **others)


def evaluated(
    settings: dict[str, Any], evaluation: Evaluation, measured: Callable[[Any], float]
) -> Candidate:
    """One that was run.

    :param measured: the measure of error.
    """
    error = float(measured(evaluation))
    return _candidate(
        settings,
        error=error if math.isfinite(error) else math.nan,
        **{name: getattr(evaluation, name) for name in _MEASURED},
        seconds=sum(case.reduced.seconds for case in evaluation.cases),
        segments_reduced=evaluation.record.segments_reduced,
        segments_full=evaluation.record.segments_full,
        point_processes_reduced=evaluation.record.point_processes_reduced,
        evaluation=evaluation,
    )


def text_of(settings: dict[str, Any]) -> str:
    """Settings for people to read."""
    method, frequency, segments = (settings[name] for name in _CHOSEN)
    return f"{method} at {_text(frequency)} Hz, segments {_text(segments)}"


def _text(value: Any) -> str:
    """A number, or what was given in its place, which the reduction refuses."""
    try:
        return f"{value:g}"
    except (TypeError, ValueError):
        return described(value)
