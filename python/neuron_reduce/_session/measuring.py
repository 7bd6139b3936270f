"""How point processes respond to events, measured in NEURON whatever their mechanism is called.

One synapse of each kind is put to the test in a copy of the process (:mod:`stands`), and the
library says what follows from its currents. What was found is known for the rest of the session.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import math
import time
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._display import log
from .._library import responses
from .._library.responses import TIMES, Finding, Nature, Superposition
from .._processes import copies
from . import elsewhere, kinds, mechanisms, stands
from .kinds import Kinds

_SAMPLE = 12
"""Kinds of one class that are measured thoroughly: those with the least and the most of each
parameter, and others that differ much."""

_MOST = 1024
"""Kinds of one class that are measured at all; the others count as the nearest of these."""

_ANY_WEIGHT = 1e-3
"""Of an event where the NetCons have none that is positive."""

TIMEOUT = 120.0
"""Seconds after which measuring is given up."""

_KEPT = 8_000_000
"""How many conductances are known at most, of all kinds: 64 MB."""


_KEPT_PROBLEMS = 10_000
"""Of how many kinds it is known at most that they cannot be measured."""


@dataclasses.dataclass(frozen=True)
class Response:
    """What one event does.

    :ivar times: in ms from the event on.
    :ivar conductances: in µS per unit of weight; empty where there is none to speak of: the
        difference of two random currents means nothing, and a current has none.
    :ivar reversal: in mV, where the current reverses; not a number where there is no conductance.
    :ivar distance: 0 where it was measured; where it is that of a kind with other parameters, their
        largest relative difference.
    :ivar adds_up: whether several events of one NetCon make what one makes, several times.
    :ivar is_ohmic: whether the current of one event is linear in the voltage and proportional to
        the weight.
    :ivar is_alone: whether instances that are made like it do not respond as it does.
    :ivar charges: what an event of a voltage-dependent conductance lets in at each of the thorough
        protocol's potentials, in nA·ms per unit of weight; None of others, and where that is not
        known.
    """

    nature: Nature
    superposition: Superposition
    times: np.ndarray
    conductances: np.ndarray
    reversal: float = math.nan
    distance: float = 0.0
    adds_up: bool = True
    is_ohmic: bool = False
    is_alone: bool = False
    charges: np.ndarray | None = None


_REASONS = {
    Superposition.INTERACTION: "an event of one NetCon changes the response to another's",
    Superposition.TONIC_CURRENT: "each lets a current flow without any event",
    Superposition.RANDOMNESS: "their responses vary, and no run tells what they depend on",
}
"""Why one point process cannot stand for two."""

_NOTHING = Response(Nature.NONE, Superposition.NOTHING_SEEN, np.empty(0), np.empty(0))


@dataclasses.dataclass(frozen=True)
class Example:
    """A synapse that stands for its kind.

    :ivar key: all that its response depends on.
    """

    subject: stands.Subject
    values: tuple[float, ...]
    key: Hashable


@dataclasses.dataclass(frozen=True)
class Responses:
    """The responses of a list of synapses.

    :ivar kinds: the different ones.
    :ivar indices: for each synapse the index of its own, -1 where it could not be measured.
    :ivar problem: why some could not be measured; empty where all could.
    :ivar notes: what else a user should know, one sentence each.
    :ivar examples: for each kind the synapse that was measured.
    """

    kinds: list[Response]
    indices: np.ndarray
    problem: str
    notes: list[str]
    examples: list[Example]


def measure(synapses: list[Any], netcons: list[Any], found: Kinds | None = None) -> Responses:
    """Measures the responses of synapses to their NetCons' events; the session stays as it is.

    :param netcons: the i-th targets the i-th synapse.
    :param found: the kinds of synapse, where they are known.
    :raises SimulatorError: see :func:`elsewhere.measure`.
    """
    if found is None:
        found = kinds.among(synapses, netcons)
    examples = _examples(synapses, netcons, found)
    known = [_memory.get(each.key) for each in examples]
    given_up = [_memory.problem(each.key) for each in examples]
    problems = {
        example.subject.class_name: problem
        for example, problem in zip(examples, given_up, strict=True)
        if problem
    }
    requests = _requests(
        examples, [one or other for one, other in zip(known, given_up, strict=True)]
    )
    results = _measured(requests, examples, problems)
    for request, findings in zip(requests, results, strict=True):
        if findings is None:
            continue
        for index, finding in zip(request.chosen, findings, strict=True):
            response = _response(finding)
            known[index] = response
            _memory.keep(examples[index].key, response)
        all_superpose = all(each.superposition is Superposition.HOLDS for each in findings)
        for index, (nearest, distance) in request.nearest.items():
            response = dataclasses.replace(known[nearest], distance=distance)
            if not all_superpose:
                response = dataclasses.replace(response, superposition=Superposition.NOTHING_SEEN)
            known[index] = response
            _memory.keep(examples[index].key, response)
    indices = found.indices.copy()
    unmeasured = np.array([each is None for each in known], dtype=bool)
    if unmeasured.any():
        indices[(indices >= 0) & unmeasured[indices]] = -1
    return Responses(
        [each or _NOTHING for each in known],
        indices,
        "; ".join(f"{name}: {problem}" for name, problem in problems.items()),
        _notes_of_distances(examples, known) + _notes_of_superposition(examples, known, indices),
        examples,
    )


def _examples(synapses: list[Any], netcons: list[Any], found: Kinds) -> list[Example]:
    others = _others(found)
    conditions: dict[str, tuple] = {}
    examples = []
    for (synapse_index, netcon_index), other in zip(found.examples, others, strict=True):
        synapse, netcon, another = synapses[synapse_index], netcons[netcon_index], synapses[other]
        class_name = mechanisms.class_name(synapse)
        if class_name not in conditions:
            conditions[class_name] = _conditions(class_name)
        values = kinds.values(synapse, class_name)
        weights = [netcon.weight[index] for index in range(int(netcon.wcnt()))]
        if not weights[0] > 0:
            weights[0] = _ANY_WEIGHT
        if another.hocobjptr() == synapse.hocobjptr():
            another = None
        examples.append(
            Example(
                stands.Subject(class_name, synapse, another, weights),
                values,
                (class_name, values, tuple(weights), conditions[class_name]),
            )
        )
    return examples


def _others(found: Kinds) -> list[int]:
    """For each kind the last synapse of it."""
    last = dict(zip(found.indices.tolist(), range(len(found.indices)), strict=True))
    return [last[kind] for kind in range(len(found.examples))]


def _conditions(class_name: str) -> tuple:
    """What the responses of a class depend on that is no parameter of theirs: the temperature, and
    the GLOBALs of the mechanism and of ions."""
    ions = [each for each in mechanisms.names(point_processes=False) if each.endswith("_ion")]
    return h.celsius, *(
        tuple(mechanisms.numbers(getattr(h, name), size))
        for kind in (class_name, *ions)
        for name, size in mechanisms.variables(kind, mechanisms.GLOBAL)
    )


# MARK: What is measured


@dataclasses.dataclass(frozen=True)
class _Request:
    """Kinds of one class of which nothing is known, as indices of examples.

    :ivar chosen: those that are measured.
    :ivar like: for each of these the one of a sample of them that it is most like, as positions in
        ``chosen``.
    :ivar nearest: for each of the others the one that it counts as, and the distance to that.
    """

    chosen: list[int]
    like: list[int]
    nearest: dict[int, tuple[int, float]]


def _requests(examples: list[Example], known: Sequence[object]) -> list[_Request]:
    """:param known: for each example what is known of it, if anything."""
    classes: dict[str, list[int]] = {}
    for index, (example, each) in enumerate(zip(examples, known, strict=True)):
        if not each:
            classes.setdefault(example.subject.class_name, []).append(index)
    return [_request(indices, examples) for indices in classes.values()]


def _request(indices: list[int], examples: list[Example]) -> _Request:
    chosen, nearest = indices, {}
    if len(indices) > _MOST:
        stands_for, distances = stand_ins([examples[index].values for index in indices], _MOST)
        nearest = {
            index: (indices[other], distance)
            for position, (index, other, distance) in enumerate(
                zip(indices, stands_for, distances, strict=True)
            )
            if other != position
        }
        chosen = [index for index in indices if index not in nearest]
    like, _ = stand_ins([examples[index].values for index in chosen], _SAMPLE)
    return _Request(chosen, like, nearest)


def stand_ins(values: list[tuple[float, ...]], limit: int) -> tuple[list[int], list[float]]:
    """For each kind which one stands for it, and how far that is."""
    if len(values) <= limit:
        return list(range(len(values))), [0.0] * len(values)
    nearest, distances = responses.chosen_kinds(values, limit)
    return nearest.tolist(), distances.tolist()


def _measured(
    requests: list[_Request], examples: list[Example], problems: dict[str, str]
) -> list[list[Finding] | None]:
    """What was found for each request; None where it failed, and why in ``problems``.

    That one took too long is known from then on, as it would every time.
    """
    groups = [
        stands.Group([examples[index].subject for index in request.chosen], request.like)
        for request in requests
    ]
    if len(groups) > 1:
        try:
            return _in_processes(groups)
        except copies.CopyFailed:
            # A class that cannot be measured takes the others with it.
            pass
    results: list[list[Finding] | None] = []
    for group, request in zip(groups, requests, strict=True):
        try:
            results += _in_processes([group])
        except copies.CopyFailed as error:
            problems[group.subjects[0].class_name] = str(error)
            results.append(None)
            if issubclass(type(error), copies.TookTooLong):
                for index in (*request.chosen, *request.nearest):
                    _memory.give_up(examples[index].key, str(error))
    return results


def _in_processes(groups: list[stands.Group]) -> list[list[Finding]]:
    """What was found of each subject of each group.

    :raises CopyFailed: a process gave no result.
    """
    begun = time.monotonic()
    results = elsewhere.measure(groups, TIMEOUT)
    kinds = sum(len(group.subjects) for group in groups)
    log.debug("%d kinds of synapses measured in %.2f s", kinds, time.monotonic() - begun)
    rest = []
    for group, found in zip(groups, results, strict=True):
        left = [index for index, one in enumerate(found) if one is None]
        if left:
            # Those that are not like what they were taken for are a sample of themselves.
            like = [] if group.like else [found[group.nearest[index]] for index in left]
            subjects = [group.subjects[index] for index in left]
            rest.append(stands.Group(subjects, list(range(len(left))), like))
    more = iter(itertools.chain.from_iterable(_in_processes(rest) if rest else []))
    return [[one or next(more) for one in found] for found in results]


def _response(finding: Finding) -> Response:
    count = len(finding.conductances)
    return Response(
        finding.nature,
        finding.superposition,
        TIMES[:count],
        finding.conductances,
        finding.reversal,
        adds_up=finding.adds_up,
        is_ohmic=finding.is_ohmic,
        is_alone=finding.is_alone,
        charges=finding.charges,
    )


def _notes_of_distances(examples: list[Example], known: Sequence[Response | None]) -> list[str]:
    distances: dict[str, list[float]] = {}
    for example, response in zip(examples, known, strict=True):
        if response:
            distances.setdefault(example.subject.class_name, []).append(response.distance)
    return [
        f"Of {len(each)} kinds of {name}, {sum(map(bool, each))} were not measured: they count as "
        f"the nearest of the others, whose parameters differ by up to {100 * max(each):.2g} %."
        for name, each in distances.items()
        if any(each)
    ]


def _notes_of_superposition(
    examples: list[Example], known: Sequence[Response | None], indices: np.ndarray
) -> list[str]:
    """Why one synapse cannot stand for others of its kind, where there are others."""
    counts = np.bincount(indices[indices >= 0], minlength=len(examples))
    totals: dict[tuple[str, str], int] = {}
    for example, response, count in zip(examples, known, counts.tolist(), strict=True):
        reason = response and _REASONS.get(response.superposition)
        if reason and count > 1:
            key = example.subject.class_name, reason
            totals[key] = totals.get(key, 0) + count
    return [
        f"None of {count} {name} can stand for another: {reason}."
        for (name, reason), count in totals.items()
    ]


# MARK: What is known


class _Memory:
    """What was found in this session, the last of it. It holds no object of NEURON's."""

    def __init__(self) -> None:
        self._known: collections.OrderedDict[Hashable, Response] = collections.OrderedDict()
        self._size = 0
        self._problems: collections.OrderedDict[Hashable, str] = collections.OrderedDict()

    def get(self, key: Hashable) -> Response | None:
        """What was found under a key."""
        return self._known.get(key)

    def problem(self, key: Hashable) -> str | None:
        """Why what is under a key is not measured any more."""
        return self._problems.get(key)

    def give_up(self, key: Hashable, problem: str) -> None:
        """Keeps that what is under a key cannot be measured, and lets go of what is too much."""
        self._problems[key] = problem
        while len(self._problems) > _KEPT_PROBLEMS:
            self._problems.popitem(last=False)

    def keep(self, key: Hashable, response: Response) -> None:
        """Keeps what was found under a key, and lets go of what is too much."""
        self._known[key] = response
        # Those that are another's share its memory.
        self._size += 1 if response.distance else 1 + len(response.conductances)
        while self._size > _KEPT:
            _, oldest = self._known.popitem(last=False)
            self._size -= 1 if oldest.distance else 1 + len(oldest.conductances)


_memory = _Memory()
