"""What trains of events do to point processes that remember earlier ones, or that fail at random.

What an event does in the mean at a rate is measured as one event is (:mod:`stands`): in a copy of
the process, on compartments whose voltage stays. Events come at independent times (Poisson), with
intervals that have this distribution exactly and follow each other without any pattern.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from neuron import h

from .._library.responses import CLOCK
from . import stands

_COUNT = 256
"""Events that count: with a prime less one, what :func:`_intervals` makes of it."""

_MULTIPLIER = 47
"""A primitive root of ``_COUNT + 1``: of all of them the one with which the mean release of
synapses with depression and facilitation, of time constants from 20 ms to 1 s, at rates from 1 to
100 Hz, is nearest to that under a long Poisson train: within 0.4 %."""

_EARLIER = 64
"""Events before those that count, at least, and for how long, in ms."""
_EARLIER_TIME = 2000.0

_STEP = 0.5
"""In ms: events come at multiples of it, so that each is met by the same steps."""

_FAST, _SLOW_STEP = 50.0, 2.0
"""For how long after an event a step is ``_STEP``; and the step from there on, in ms."""

_SILENT_STEP, _SILENT_STEPS = 25.0, 20
"""The step where the response is over, in ms, and how many there are at most until an event."""

_SCALES = (0.8, 1.25)
"""Factors on the weight that show how the charge goes with it."""

_AWAY = 10.0
"""In mV: so far from where the current reverses it is measured."""

_LOW, _MIDDLE, _HIGH = -110.0, -65.0, -20.0
_POTENTIALS = (_LOW, _MIDDLE, _HIGH, 0.0, 40.0)
"""In mV: where currents that are not known are looked for."""

_REPEATS = 5
"""How often what varies is measured once more, with instances of its own or one after another."""

_KEPT_SAMPLES = 20_000
"""Of each stand: their sums are taken so often."""


@dataclasses.dataclass
class Request:
    """A point process, and what is asked of it.

    :ivar rates: of the trains, in Hz.
    :ivar is_known: whether the response to one event is the same every time: charges are relative
        to that, and weights are tried.
    :ivar is_alone: whether instances that are made do not respond as it does.
    :ivar reversal: of its current, in mV; not a number where that is not known.
    :ivar lasting: for how long it responds to one event, in ms.
    """

    subject: stands.Subject
    rates: tuple[float, ...]
    is_known: bool
    is_alone: bool
    reversal: float
    lasting: float


@dataclasses.dataclass(frozen=True)
class Found:
    """What an event does in the mean.

    :ivar charge: relative to that of a first event; or where that is not known ∫g dt, in µS·ms per
        unit of weight; not a number where there is none.
    :ivar exponent: d ln(charge) / d ln(weight).
    :ivar reversal: in mV; not a number where it was not looked for.
    """

    charge: float
    exponent: float = 1.0
    reversal: float = math.nan


def measure(requests: list[Request]) -> list[list[Found]]:
    """Measures in a process that is thrown away: all else is taken out of NEURON.

    :returns: for each request, what was found at each of its rates.
    """
    stands.clear([stands.Group([each.subject], [0]) for each in requests])
    for each in requests:
        if each.is_alone:
            each.subject.values = []
    found: list[dict[float, Found]] = [{} for _ in requests]
    for rate in sorted({rate for each in requests for rate in each.rates}):
        for is_known in (True, False):
            places = [
                index
                for index, each in enumerate(requests)
                if rate in each.rates and each.is_known == is_known
            ]
            charges = _charges([requests[index] for index in places], rate, is_known)
            for index, each in zip(places, charges, strict=True):
                found[index][rate] = each
    return [
        [known[rate] for rate in each.rates] for each, known in zip(requests, found, strict=True)
    ]


@dataclasses.dataclass(frozen=True)
class _Plan:
    """What is done on one stand.

    :ivar is_single: whether there is but the first event of the train.
    """

    holding: float
    scale: float = 1.0
    is_single: bool = False

    @property
    def scales(self) -> tuple[float, float]:
        """On the weights of two NetCons, of which the second has no events."""
        return self.scale, self.scale


def _plans(request: Request) -> list[_Plan]:
    if not request.is_known:
        return [_Plan(each) for each in _POTENTIALS] + [_Plan(_MIDDLE)] * _REPEATS
    near = abs(request.reversal - _MIDDLE) < _AWAY
    holding = _HIGH if near else _MIDDLE
    return [
        _Plan(holding),
        *(_Plan(holding, scale) for scale in _SCALES),
        _Plan(holding, is_single=True),
    ]


def _charges(requests: list[Request], rate: float, is_known: bool) -> list[Found]:
    """What trains of a rate do, all at once."""
    if not requests:
        return []
    times, first = _train(rate)
    phases = _phases(times, max(each.lasting for each in requests))
    results: list[Any] = [None] * len(requests)
    together = [index for index, each in enumerate(requests) if each.subject.values]
    alone = [index for index, each in enumerate(requests) if not each.subject.values]
    if together:
        work = [
            (
                stands.Place(
                    functools.partial(stands.made, requests[index].subject),
                    requests[index].subject.weights,
                ),
                plan,
            )
            for index in together
            for plan in _plans(requests[index])
        ]
        charges = iter(_run(work, times, phases, first))
        for index in together:
            results[index] = [next(charges) for _ in _plans(requests[index])]
    if alone:
        own = [
            stands.Place(
                functools.partial(stands.moved, requests[index].subject.synapse),
                requests[index].subject.weights,
            )
            for index in alone
        ]
        by_plan = [
            _run(list(zip(own, plans, strict=True)), times, phases, first)
            for plans in zip(*(_plans(requests[index]) for index in alone), strict=True)
        ]
        for index, each in zip(alone, zip(*by_plan, strict=True), strict=True):
            results[index] = list(each)
        stands.put_back([requests[index].subject for index in alone])
    analysed = _relative if is_known else _absolute
    return [
        analysed(charges, each.subject.weights[0])
        for charges, each in zip(results, requests, strict=True)
    ]


def _relative(charges: Sequence[float], weight: float) -> Found:
    train, less, more, single = charges
    if not (single and math.isfinite(train / single) and train / single >= 0):
        return Found(math.nan)
    exponent = 1.0
    if less and more / less > 0:
        exponent = math.log(more / less) / math.log(_SCALES[1] / _SCALES[0])
        if abs(exponent - 1) < 1e-3:
            exponent = 1.0
    return Found(train / single, exponent)


def _absolute(charges: Sequence[float], weight: float) -> Found:
    """From the current at the middle and where it reverses."""
    by_potential = charges[: len(_POTENTIALS)]
    middle = np.mean([by_potential[_POTENTIALS.index(_MIDDLE)], *charges[len(_POTENTIALS) :]])
    for low, high, one, other in zip(
        _POTENTIALS, _POTENTIALS[1:], by_potential, by_potential[1:], strict=False
    ):
        if one > 0 >= other:
            reversal = low + (high - low) * one / (one - other)
            if abs(reversal - _MIDDLE) < _AWAY:
                charge = (by_potential[0] - by_potential[2]) / (_HIGH - _LOW)
            else:
                charge = middle / (reversal - _MIDDLE)
            return Found(max(float(charge), 0.0) / weight, reversal=reversal)
    return Found(0.0 if not np.any(charges) else math.nan)


# MARK: Trains


def _intervals() -> np.ndarray:
    """Intervals of a mean of 1, of which as many are between any two quantiles as in a Poisson
    train, in the order of a Lehmer generator."""
    place, order = 1, []
    for _ in range(_COUNT):
        order.append(place - 1)
        place = place * _MULTIPLIER % (_COUNT + 1)
    intervals = -np.log1p(-(np.array(order) + 0.5) / _COUNT)
    return intervals / intervals.mean()


def _train(rate: float) -> tuple[np.ndarray, int]:
    """When events come, in ms from the first one on, and the index of the first that counts; the
    last one ends the train, and is none."""
    intervals = _intervals() * 1e3 / rate
    count = max(_EARLIER, math.ceil(_EARLIER_TIME * 1e-3 * rate))
    earlier = np.resize(intervals[::-1], count)[::-1]
    times = np.concatenate([[0.0], np.cumsum(np.concatenate([earlier, intervals]))])
    return np.round(times / _STEP) * _STEP, count


@dataclasses.dataclass(frozen=True)
class _Phase:
    """Steps of time of equal length.

    :ivar end: in ms from the first event on.
    :ivar meets_event: whether an event, or the end of the train, comes at its end.
    """

    step: float
    count: int
    end: float
    meets_event: bool


def _phases(times: np.ndarray, lasting: float) -> list[_Phase]:
    """The steps between events, and how the steps get longer."""
    found = []
    for start, end in itertools.pairwise(times):
        now, gap = 0.0, float(end - start)
        for step, until in ((_STEP, _FAST), (_SLOW_STEP, lasting), (_SILENT_STEP, gap)):
            length = min(until, gap) - now
            if length > 0:
                count = math.ceil(length / step - 1e-9)
                if until == gap:
                    count = min(count, _SILENT_STEPS)
                now += length
                found.append(_Phase(length / count, count, float(start) + now, now == gap))
    return found


def _weights(phases: list[_Phase]) -> np.ndarray:
    """What the currents at the beginnings of steps are to be multiplied by, to have their integral:
    that of straight lines between them, and over a step that ends in an event, which makes a
    current jump, the current at its beginning.

    :param phases: the last meets an event.
    """
    lengths = np.concatenate([np.full(each.count, each.step) for each in phases])
    meet = np.zeros(len(lengths), dtype=bool)
    meet[np.cumsum([each.count for each in phases]) - 1] = [each.meets_event for each in phases]
    weights = np.where(meet, lengths, lengths / 2)
    weights[1:] += np.where(meet, 0.0, lengths / 2)[:-1]
    return weights


def _run(
    work: list[tuple[stands.Place, _Plan]], times: np.ndarray, phases: list[_Phase], first: int
) -> list[float]:
    """The charge per event that came in on each stand, in nA·ms: of the events that count, or of
    the first one alone."""
    for place, plan in work:
        place.prepare(plan.holding, plan.scales)
    h.dt = _STEP
    h.finitialize()
    for place, plan in work:
        place.queue([times[:1] if plan.is_single else times[:-1]])
    stands.run_until(CLOCK.before)
    baseline = np.array([place.take()[-1] for place, _ in work])
    # Of all events, and of those that count.
    whole, counted = np.zeros((2, len(work)))
    waiting: list[_Phase] = []
    start = float(times[first])
    for phase in phases:
        h.dt = phase.step
        stands.run_until(CLOCK.before + phase.end)
        waiting.append(phase)
        is_last_before = phase.end == start
        if (
            is_last_before
            or phase is phases[-1]
            or (phase.meets_event and sum(each.count for each in waiting) > _KEPT_SAMPLES)
        ):
            values = np.array([place.take() for place, _ in work]) - baseline[:, None]
            weights = _weights(waiting)
            if values.shape[1] != len(weights):
                raise RuntimeError(f"NEURON took {values.shape[1]} steps; expected {len(weights)}")
            charges = values @ weights
            whole += charges
            if phase.end > start:
                counted += charges
            waiting.clear()
    # mA/cm² · µm² = 0.01 nA
    scale = 0.01 * stands.AREA
    return [
        float(whole[index] if plan.is_single else counted[index] / _COUNT) * scale
        for index, (_, plan) in enumerate(work)
    ]
