"""What events do in the mean where they come at their rates, to synapses that remember earlier
events or fail at random: the first event to one at rest says too much or too little, or nothing.
"""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from .._library.responses import Nature, Superposition
from .._processes import copies
from . import elsewhere, measuring, trains
from .measuring import Response, Responses

_MOST = {True: 64, False: 12}
"""Kinds of one class that get trains, where their responses to one event are known and where these
vary; the others do as the nearest of these."""

_FEW_RATES = 4
"""Rates of one class that trains are measured at as they are; more are taken from powers of 2."""

_LOWEST, _HIGHEST = 1e-3, 1e3
"""In Hz: what trains are measured at."""

_LASTING = 300.0
"""In ms: how long a response that varies is followed closely."""

_KEPT = 100_000
"""Of how many kinds and rates it is known at most what a train does."""


@dataclasses.dataclass(frozen=True)
class Steady:
    """What events do in the mean.

    :ivar charges: for each synapse ∫g dt of an event of its NetCon in µS·ms per unit of weight; not
        a number where it is that of a first event, or not known.
    :ivar exponents: for each of them d ln(charge) / d ln(weight).
    :ivar reversals: of kinds whose response to one event says nothing, in mV, by their indices.
    :ivar notes: what a user should know, one sentence each.
    """

    charges: np.ndarray
    exponents: np.ndarray
    reversals: dict[int, float]
    notes: list[str]


def events(synapses: list[Any], responses: Responses, rates: np.ndarray) -> Steady | None:
    """What events do at their rates; None where all synapses do what they do with a first event.

    :param rates: of the NetCon onto each synapse, in Hz; where not a number, not known.
    """
    wanted = np.array([_remembers(each) for each in responses.kinds], dtype=bool)
    indices = responses.indices
    concerned = np.flatnonzero((indices >= 0) & wanted[indices]) if wanted.any() else []
    if not len(concerned):
        return None
    arriving = _arriving(synapses, responses, rates, concerned)
    result = Steady(np.full(len(synapses), np.nan), np.ones(len(synapses)), {}, [])
    classes: dict[tuple[str, bool], list[int]] = {}
    for index in concerned:
        if arriving[index] > 0:
            kind = int(indices[index])
            example = responses.examples[kind]
            group = example.subject.class_name, _is_known(responses.kinds[kind])
            classes.setdefault(group, []).append(index)
    for (name, is_known), members in classes.items():
        _add(result, name, is_known, np.array(members), responses, arriving)
    return result


def _remembers(response: Response) -> bool:
    return response.nature is Nature.STOCHASTIC or (
        response.nature in (Nature.LINEAR, Nature.NONLINEAR)
        and (not response.adds_up or response.superposition is Superposition.INTERACTION)
    )


def _is_known(response: Response) -> bool:
    """Whether the response to one event is the same every time, and a conductance."""
    return _charge(response) > 0


def _charge(response: Response) -> float:
    """∫g dt of a first event, in µS·ms per unit of weight."""
    steps = np.diff(response.times)
    return float((0.5 * (response.conductances[1:] + response.conductances[:-1]) * steps).sum())


def _arriving(
    synapses: list[Any], responses: Responses, rates: np.ndarray, concerned: Sequence[int]
) -> np.ndarray:
    """The rate of the events that a synapse remembers, in Hz, for each NetCon: its own, where each
    has a history of its own, or else those of all NetCons onto the synapse."""
    arriving = np.nan_to_num(rates)
    totals: dict[int, float] = collections.defaultdict(float)
    addresses = {index: synapses[index].hocobjptr() for index in concerned}
    for index, address in addresses.items():
        totals[address] += arriving[index]
    result = arriving.copy()
    for index, address in addresses.items():
        response = responses.kinds[responses.indices[index]]
        if response.superposition in (Superposition.INTERACTION, Superposition.RANDOMNESS):
            result[index] = totals[address]
    return result


def _add(
    result: Steady,
    name: str,
    is_known: bool,
    members: np.ndarray,
    responses: Responses,
    arriving: np.ndarray,
) -> None:
    """Adds what the synapses of a class do."""
    found = sorted({int(each) for each in responses.indices[members]})
    nearest, distances = measuring.stand_ins(
        [responses.examples[kind].values for kind in found], _MOST[is_known]
    )
    like = {kind: found[other] for kind, other in zip(found, nearest, strict=True)}
    grid = _grid(arriving[members])
    try:
        known = _measured(sorted(set(like.values())), grid, is_known, responses)
    except copies.CopyFailed as error:
        result.notes.append(
            f"What trains of events do to {len(members)} {name} could not be measured ({error}): "
            "in the operating point they count with what a first event does."
        )
        return
    if any(distances):
        result.notes.append(
            f"Of {len(found)} kinds of {name} that remember events or fail at random, "
            f"{sum(map(bool, distances))} got no trains of events: they do as the nearest of the "
            f"others, whose parameters differ by up to {100 * max(distances):.2g} %."
        )
    for index in members:
        kind = int(responses.indices[index])
        at_rates = known[like[kind]]
        charge = _between(grid, [each.charge for each in at_rates], arriving[index])
        if is_known:
            charge *= _charge(responses.kinds[kind])
        else:
            reversals = [each.reversal for each in at_rates if not math.isnan(each.reversal)]
            if reversals:
                result.reversals[kind] = float(np.mean(reversals))
        result.charges[index] = charge
        result.exponents[index] = np.interp(
            math.log(arriving[index]), np.log(grid), [each.exponent for each in at_rates]
        )


def _grid(rates: np.ndarray) -> list[float]:
    """The rates at which trains are measured, rising."""
    rates = np.clip(rates, _LOWEST, _HIGHEST)
    few = sorted({float(f"{each:.6g}") for each in rates})
    if len(few) <= _FEW_RATES:
        return few
    powers = range(math.floor(math.log2(few[0])), math.ceil(math.log2(few[-1])) + 1)
    return [2.0**each for each in powers]


def _between(grid: list[float], charges: list[float], rate: float) -> float:
    """The charge at a rate. Its inverse is linear in between, as where one time constant is that of
    depression; the charge itself is where one of them is 0."""
    if min(charges) > 0:
        return float(1 / np.interp(rate, grid, 1 / np.array(charges)))
    return float(np.interp(rate, grid, charges))


def _measured(
    chosen: list[int], grid: list[float], is_known: bool, responses: Responses
) -> dict[int, list[trains.Found]]:
    """For each of some kinds what was found at each rate.

    :raises CopyFailed: a process gave no result.
    """
    requests, places = [], []
    for kind in chosen:
        example, response = responses.examples[kind], responses.kinds[kind]
        missing = tuple(rate for rate in grid if (example.key, rate) not in _known)
        if missing:
            lasting = float(response.times[-1]) if is_known else _LASTING
            requests.append(
                trains.Request(
                    example.subject,
                    missing,
                    is_known,
                    response.is_alone,
                    response.reversal,
                    lasting,
                )
            )
            places.append(example.key)
    if requests:
        results = elsewhere.measure_trains(requests, measuring.TIMEOUT)
        for key, request, found in zip(places, requests, results, strict=True):
            for rate, each in zip(request.rates, found, strict=True):
                _known[key, rate] = each
    result = {
        kind: [_known[responses.examples[kind].key, rate] for rate in grid] for kind in chosen
    }
    while len(_known) > _KEPT:
        _known.popitem(last=False)
    return result


_known: collections.OrderedDict[Hashable, trains.Found] = collections.OrderedDict()
"""What was found in this session."""
