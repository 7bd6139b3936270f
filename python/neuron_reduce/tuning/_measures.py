"""How far a candidate is from the full cell, as one number."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from typing import Any

from .._session import collect, gone
from ..errors import ArgumentError
from ..evaluation import Evaluation


def _of_rate(found: Evaluation) -> float:
    return found.rate_error


def _of_timing(found: Evaluation) -> float:
    return _missing(found, found.gamma_share)


def _of_synchronization(found: Evaluation) -> float:
    return _missing(found, found.synchronization_share)


def _missing(found: Evaluation, share: float) -> float:
    """What is missing of what the full cell reaches with itself."""
    return math.nan if math.isnan(_of_rate(found) + share) else max(1.0 - share, 0.0)


def _of_spikes(found: Evaluation) -> float:
    timing = _of_timing(found)
    return math.nan if math.isnan(timing) else max(_of_rate(found), timing)


ERRORS: dict[str, Callable[[Evaluation], float]] = {
    "spikes": _of_spikes,
    "rate": _of_rate,
    "timing": _of_timing,
    "synchronization": _of_synchronization,
    "voltage": lambda found: found.rmsd,
}
"""The measures of error by name: see :func:`tune`."""


def measure(error) -> tuple[str, Callable[[Any], float]]:
    """The name of a measure of error, and what computes it."""
    if callable(error) and not gone.is_gone(error):
        return getattr(error, "__qualname__", type(error).__qualname__), error
    if type(error) is str and error in ERRORS:
        return error, ERRORS[error]
    raise ArgumentError(
        f"error is {collect.described(error)}; expected one of {list(ERRORS)}, or a function from "
        "an Evaluation to a number"
    )


def identity(error) -> str:
    """What stands for a measure in the keys of the results file: of a function that another may
    have the name of a text that never occurs again."""
    if isinstance(error, str):
        return error
    name = getattr(error, "__qualname__", "<unnamed>")
    if "<" in name:
        return f"{name} {uuid.uuid4().hex}"
    return f"{getattr(error, '__module__', '')}.{name}"
