"""The runs that are compared, whether they come as an evaluation or as a single comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ..comparison import ABOUT_SPIKES
from ..inputs import Own


@dataclass(frozen=True)
class Case:
    """One input, given to both cells.

    :ivar label: what the input is called, such as ``seed 3``; its number and name before that where
        there are several.
    :ivar short: the same where there is little room: the number alone.
    :ivar seed: what the input was made with; None if not known.
    :ivar full: the recording of the full cell; None where it was not kept.
    :ivar reduced: the recording of the reduced cell; None where it was not kept.
    :ivar comparison: of the two.
    """

    label: str
    short: str
    seed: Any
    full: Any
    reduced: Any
    comparison: Any


@dataclass(frozen=True)
class Summary:
    """A number over all cases that have it; all three are nan where none has."""

    mean: float
    least: float
    greatest: float


def of(evaluation: Any) -> list[Case]:
    """The cases of an evaluation; one for a single comparison, none for None."""
    if evaluation is None:
        return []
    if not hasattr(evaluation, "cases"):
        recordings = (getattr(evaluation, name, None) for name in ("full", "reduced"))
        return [Case("input", "input", None, *recordings, evaluation)]
    inputs = [getattr(case, "input", "") for case in evaluation.cases]
    found = []
    for number, case in enumerate(evaluation.cases, start=1):
        label = short = f"input {number}" if case.seed is None else f"seed {case.seed}"
        if len(set(inputs)) > 1:
            label, short = f"{number}: {inputs[number - 1] or Own()}, {label}", str(number)
        found.append(Case(label, short, case.seed, case.full, case.reduced, case.comparison))
    return found


def ceiling_names(cases: Iterable[Case]) -> list[str]:
    """The names of the ceilings that any case has, in the order of their first appearance."""
    return list(dict.fromkeys(name for case in cases for name in case.comparison.ceiling or {}))


def ceilings(cases: Iterable[Case], name: str) -> list[Any]:
    """The comparisons of the full cell with itself that have this name."""
    return [case.comparison.ceiling[name] for case in cases if name in case.comparison.ceiling]


def summary(things: Iterable[Any], value: str | Callable[[Any], Any]) -> Summary:
    """A number of each thing, an attribute's name or a function, over those that have it. What is
    about both cells' spikes has none where the full cell never fires."""
    read = value if callable(value) else lambda thing: _known(thing, value)
    found = [each for each in map(read, things) if each is not None and not math.isnan(each)]
    if not found:
        return Summary(math.nan, math.nan, math.nan)
    return Summary(fmean(found), min(found), max(found))


def silent(cases: Iterable[Case]) -> int:
    """With how many inputs the full cell never fires."""
    return sum(_is_silent(case.comparison) for case in cases)


def _known(thing: Any, name: str) -> Any:
    is_missing = name in ABOUT_SPIKES and _is_silent(thing)
    return None if is_missing else getattr(thing, name, None)


def _is_silent(comparison: Any) -> bool:
    spikes = getattr(comparison, "spikes_full", None)
    return spikes is not None and count(spikes) == 0


def total(things: Iterable[Any], value: str) -> float | None:
    """The sum of an attribute; None where a thing lacks it."""
    found = [getattr(thing, value, None) for thing in things]
    if not found or any(each is None for each in found):
        return None
    return sum(count(each) for each in found)


def count(value: Any) -> Any:
    """A number as it is, and of a series how many it has."""
    return len(value) if hasattr(value, "__len__") else value


def speedup(cases: Iterable[Case]) -> float | None:
    """How many times faster the reduced cell ran; None where a wall time is not known."""
    comparisons = [case.comparison for case in cases]
    full, reduced = (total(comparisons, f"seconds_{cell}") for cell in ("full", "reduced"))
    return None if full is None or not reduced else full / reduced
