"""What hoc has set FUNCTION_TABLEs to.

NEURON does not tell, but computes what they give, and takes it from Vectors of the session as
these are then: a table is known where two of them give the same, at all arguments to the last bit,
between them and beyond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._session import mechanisms
from .sources import Source, without_comments

_DECLARATION = re.compile(r"\bFUNCTION_TABLE\s+(\w+)")
_PARTS = (0.25, 0.5, 0.8125)
"""Where between two arguments a table is looked at."""

Table = tuple[np.ndarray, np.ndarray]
"""Arguments, ascending, and values."""


def read(
    sources: Mapping[str, Source], point_processes: Sequence[Any]
) -> dict[tuple[str, str], Table]:
    """By mechanism and name what is known of the FUNCTION_TABLEs of some mechanisms."""
    vectors: list[np.ndarray] | None = None
    found = {}
    for mechanism, source in sources.items():
        for name in names(source):
            function = _function(mechanism, name, point_processes)
            if function is None:
                continue
            if vectors is None:
                vectors = [np.array(each) for each in h.List("Vector")]
            table = _table(function, vectors)
            if table is not None:
                found[mechanism, name] = table
    return found


def names(source: Source) -> list[str]:
    """The names of a mechanism's FUNCTION_TABLEs."""
    return _DECLARATION.findall(without_comments(source.text))


def _function(
    mechanism: str, name: str, point_processes: Sequence[Any]
) -> Callable[[float], float] | None:
    """What computes it in the session; None where it was not set."""
    owners = (each for each in point_processes if mechanisms.class_name(each) == mechanism)
    owner = next(owners, None)
    function = (
        getattr(h, f"{name}_{mechanism}", None) if owner is None else getattr(owner, name, None)
    )
    if function is None:
        return None
    try:
        function(0.0)
    except RuntimeError:
        return None
    return function


def _table(function: Callable[[float], float], vectors: Sequence[np.ndarray]) -> Table | None:
    ends = function(-np.inf), function(np.inf)
    for values in vectors:
        if len(values) < 2 or (values[0], values[-1]) != ends:
            continue
        for arguments in vectors:
            is_table = (
                len(arguments) == len(values)
                and np.isfinite(arguments).all()
                and (np.diff(arguments) > 0).all()
                and all(
                    abs(function(x) - y) <= tolerance
                    for x, y, tolerance in _samples(arguments, values)
                )
            )
            if is_table:
                return arguments, values
    return None


def _samples(arguments: np.ndarray, values: np.ndarray) -> Iterator[tuple[float, float, float]]:
    """What a table gives, with what rounding may make of it: at its arguments, and between them as
    NEURON interpolates."""
    yield from ((x, y, 0.0) for x, y in zip(arguments.tolist(), values.tolist(), strict=True))
    low, high, first, second = arguments[:-1], arguments[1:], values[:-1], values[1:]
    for part in _PARTS:
        x = low + part * (high - low)
        own = (x - low) / (high - low)
        y = np.where(own > 0, (1.0 - own) * first + own * second, first)
        tolerance = 4e-16 * np.maximum(np.abs(first), np.abs(second))
        yield from zip(x.tolist(), y.tolist(), tolerance.tolist(), strict=True)
