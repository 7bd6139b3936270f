"""What the passive membrane of a cell is made of, where it is not pas.

A leak is a conductance that is ohmic and constant: held at several potentials for a while, the
current that comes with more of it is proportional to the distance from one potential, at all
times. Which parameters of a mechanism are such a conductance and its reversal potential is found by
changing them: the leak of a mechanism with gates beside it, as hh's, is one too. All of it in a
copy of the process, in a section of its own with the values of one of the cell's.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from neuron import h, nrn

from .._library.reducing import Cell
from .._library.structures import Leak
from .._processes import copies
from ..errors import ArgumentError
from . import collect, mechanisms, stands

Leaks: TypeAlias = Sequence[str] | Sequence[Sequence[str]] | None
"""What callers say of leaks: names of a mechanism and its parameters, or several such."""

_HOLDING = (-100.0, -85.0, -70.0, -55.0, -40.0)
"""In mV: around rest."""

_TIMES = (0.1, 5.0, 100.0, 500.0)
"""In ms after the start of a run: past the slowest gates that a soma's rest waits for."""

_TOLERANCE = 1e-4
"""What counts as equal, relative to the largest current: a potential's last digits are within, the
faintest gate is not."""

_CAPACITANCE = 1e6
"""In uF/cm2: so large that the potential stays for a step, and its drift is the current, and so
small that the drift is far more than a potential's last digit."""

_STILL = 1e12
"""In uF/cm2: so large that the potential stays for as long as gates may take."""

_FARTHEST = 300.0
"""In mV: no leak reverses farther from 0; what does is a current that depends on no voltage."""

_SHIFT = 10.0
"""In mV: by how much what may be a reversal potential is changed."""

_STEP = 0.025
"""In ms."""

_TIMEOUT = 60.0
"""Seconds after which finding out is given up."""


_given_up: collections.deque[list[_Example]] = collections.deque(maxlen=1000)
"""What finding out took too long of in this session: it would every time."""


def named(leak: Any) -> list[Leak] | None:
    """Leaks as the library takes them.

    :returns: None where nothing was said.
    :raises ArgumentError: where it is neither names nor a list of such.
    """
    if leak is None:
        return None
    expected = (
        '("Mechanism", "conductance", "reversal") with names of parameters, the last one only '
        "where there is one, or a list of such"
    )
    try:
        if issubclass(type(leak), str):
            raise TypeError
        given = [leak] if issubclass(type(leak[0]), str) else list(leak)
        found = []
        for each in given:
            mechanism, conductance, *reversal = each
            texts = (mechanism, conductance, *reversal)
            if len(reversal) > 1:
                raise TypeError
            if not all(type(text) is str and text.isidentifier() for text in texts):
                raise TypeError
            found.append(
                Leak(
                    mechanism.encode(),
                    conductance.encode(),
                    reversal[0].encode() if reversal else None,
                    math.nan,
                )
            )
    except (TypeError, ValueError, LookupError, ReferenceError):
        raise ArgumentError(f"leak is {collect.described(leak)}; expected {expected}") from None
    if not found:
        raise ArgumentError(f"leak is {collect.described(leak)}; expected {expected}")
    return found


def settle(cell: Cell, given: list[Leak] | None, soma: nrn.Section) -> None:
    """Tells a cell that was read which conductances are leaks.

    :param given: what the caller says; None for nothing.
    :raises ArgumentError: it names nothing of the cell's.
    """
    if given is not None:
        cell.set_leaks(given)
        return
    candidates = cell.possible_leaks
    if not candidates:
        return
    examples = list(_examples(candidates, soma))
    if examples in _given_up:
        return
    try:
        found = copies.call(_found, examples, timeout=_TIMEOUT)
    except copies.CopyFailed as error:
        if issubclass(type(error), copies.TookTooLong):
            _given_up.append(examples)
        # The reduction will say what it lacks, and how to name it.
        return
    if found:
        cell.set_leaks([each.in_library for each in found])


@dataclasses.dataclass(frozen=True)
class _Example:
    """A mechanism in one of the cell's segments.

    :ivar values: of its PARAMETERs, those that are no arrays.
    :ivar reversals: of the ions in that segment.
    """

    mechanism: str
    values: dict[str, float]
    reversals: dict[str, float]


@dataclasses.dataclass(frozen=True)
class _Found:
    mechanism: str
    conductance: str
    reversal: str | None
    factor: float

    @property
    def in_library(self) -> Leak:
        reversal = None if self.reversal is None else self.reversal.encode()
        return Leak(self.mechanism.encode(), self.conductance.encode(), reversal, self.factor)


def _examples(candidates: list[str], soma: nrn.Section) -> Iterator[_Example]:
    """Each mechanism where it has most: with the largest sum of its parameters' absolute values."""
    for mechanism in candidates:
        names = [name for name, size in mechanisms.parameters(mechanism) if size == 1]
        best: tuple[float, nrn.Segment] | None = None
        for section in soma.wholetree():
            if not h.ismembrane(mechanism, sec=section):
                continue
            for segment in section:
                values = [getattr(segment, name) for name in names]
                size = sum(abs(value) for value in values if math.isfinite(value))
                if best is None or size > best[0]:
                    best = size, segment
        if best is None:
            continue
        segment = best[1]
        reversals = {}
        for each in mechanisms.names(point_processes=False):
            if each.endswith("_ion") and h.ismembrane(each, sec=segment.sec):
                name = "e" + each.removesuffix("_ion")
                reversals[name] = getattr(segment, name)
        yield _Example(mechanism, {name: getattr(segment, name) for name in names}, reversals)


def _found(examples: list[_Example]) -> list[_Found]:
    """Which of the mechanisms are leaks. In a copy: all else is taken out of NEURON."""
    stands.clear([])
    return [found for example in examples for found in _leaks(example)]


def _leaks(example: _Example) -> Iterator[_Found]:
    held = _Held(example)
    for name, value in example.values.items():
        if value == 0 or not math.isfinite(value):
            continue
        conductance, reversal = held.ohmic(name)
        if not conductance > 0:
            continue
        of_reversal = None
        for other, before in example.values.items():
            if other == name:
                continue
            with held.changed(other, before + _SHIFT):
                same, shifted = held.ohmic(name)
            if _equal(same, conductance) and _equal(shifted, reversal + _SHIFT):
                of_reversal = other
                break
        yield _Found(example.mechanism, name, of_reversal, conductance / value)


class _Held:
    """A section with one mechanism, whose potential stays where it is put."""

    def __init__(self, example: _Example):
        self._section = section = h.Section(name="neuron_reduce_held")
        section.L = section.diam = 10.0
        section.cm = _CAPACITANCE
        section.insert(example.mechanism)
        for name, value in (example.values | example.reversals).items():
            # An ion's reversal potential may be one that NEURON computes from concentrations.
            with contextlib.suppress(Exception):
                setattr(section(0.5), name, value)

    @contextlib.contextmanager
    def changed(self, name: str, value: float) -> Iterator[None]:
        """While this holds, a parameter has another value."""
        segment = self._section(0.5)
        before = getattr(segment, name)
        setattr(segment, name, value)
        try:
            yield
        finally:
            setattr(segment, name, before)

    def ohmic(self, name: str) -> tuple[float, float]:
        """The conductance in S/cm2 that a parameter stands for, and its reversal potential in mV.

        :returns: not numbers where what it stands for is not ohmic and constant.
        """
        try:
            once = np.array([self._currents(potential) for potential in _HOLDING])
            with self.changed(name, 2 * getattr(self._section(0.5), name)):
                twice = np.array([self._currents(potential) for potential in _HOLDING])
        except RuntimeError:
            return math.nan, math.nan
        currents = twice - once
        largest = np.max(np.abs(currents))
        if not (np.isfinite(currents).all() and largest > 0):
            return math.nan, math.nan
        slope, intercept = np.polyfit(_HOLDING, currents[:, 0], 1)
        line = slope * np.array(_HOLDING) + intercept
        if np.max(np.abs(currents - line[:, None])) > _TOLERANCE * largest:
            return math.nan, math.nan
        if not slope > 0 or abs(intercept) > _FARTHEST * slope:
            return math.nan, math.nan
        # mA/cm2 over mV is S/cm2.
        return float(slope), float(-intercept / slope)

    def _currents(self, potential: float) -> list[float]:
        """The outward membrane currents in mA/cm2 at ``_TIMES``."""
        h.dt = _STEP
        h.finitialize(potential)
        currents = []
        for time in _TIMES:
            # In large steps from one time to the next, and one small one to see the drift.
            self._section.cm = _STILL
            h.dt = max((time - h.t) / 100, _STEP)
            while h.t < time:
                h.fadvance()
            self._section.cm = _CAPACITANCE
            h.dt = _STEP
            self._section(0.5).v = potential
            h.fadvance()
            # uF/cm2 * mV/ms = uA/cm2
            drift = (self._section(0.5).v - potential) / _STEP
            currents.append(-1e-3 * self._section.cm * drift)
        return currents


def _equal(first: float, second: float) -> bool:
    return math.isfinite(first) and abs(first - second) <= 10 * _TOLERANCE * abs(second)
