"""What a copy of the process does to point processes to see how they respond.

Each gets compartments of its own, stands, whose capacitance is so large that their voltage stays.
The capacitive current of a stand is then what its point process lets in. What a protocol asks for
is done on as many stands at once, each with an instance of its own: the one that is measured, and
others that are made like it. Where it has a POINTER, or another instance does not respond as it
does, it is measured alone, in one run after another.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nonvint_block_supervisor

from .._library import responses
from .._library.responses import (
    CLOCK,
    THOROUGH,
    TIMES,
    Finding,
    Nature,
    Stand,
    Superposition,
)
from . import mechanisms

_CAPACITANCE = 1e15
"""In µF/cm²: no synapse moves a voltage by its last digit."""

_RESISTIVITY = 1e20
"""In Ω·cm: no current flows along a stand."""

AREA = 100.0
"""In µm²."""

_AT_ONCE = 1024
"""Stands in one run: what they record stays under 50 MB, or four times that where they are measured
in turn."""


_PAUSES = (100.0, 150.0, 200.0, 300.0, 400.0, 600.0, 800.0, 1100.0)
"""In ms: when it is asked whether a run is over."""


@dataclasses.dataclass
class Group:
    """Kinds of synapse of one class.

    :ivar subjects: one of each kind.
    :ivar nearest: for each of them the one that it is most like, by index; those that are most like
        themselves are measured thoroughly, and the others as these were found.
    :ivar like: for each of them what was found of the one that it is most like, where that was
        measured earlier; otherwise nothing.
    """

    subjects: list[Subject]
    nearest: list[int]
    like: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def sample(self) -> list[int]:
        """Those that are measured thoroughly, by index."""
        if self.like:
            return []
        return [index for index, other in enumerate(self.nearest) if index == other]


@dataclasses.dataclass
class Subject:
    """A synapse that is measured.

    :ivar class_name: the synapse's.
    :ivar synapse: the user's own.
    :ivar another: another one of its kind; None where there is none.
    :ivar weights: all weights of a NetCon onto it; the first is positive.
    :ivar values: in a copy, those that instances like it get; none where none can be made.
    """

    class_name: str
    synapse: Any
    another: Any
    weights: list[float]
    values: list[Any] = dataclasses.field(default_factory=list)


def measure(groups: list[Group]) -> list[list[Finding | None]]:
    """Measures point processes in a process that is thrown away: all else is taken out of NEURON.

    :returns: for each group, what was found of each of its subjects. None for those beyond the
        sample of a class of which no instances can be made that respond as the user's do: these
        would have to be simulated all the while. They are for another call, which knows what was
        found of the sample; and those that are not like it for a third, whose sample they are.
    :raises RuntimeError: NEURON reported an error.
    """
    clear(groups)
    found: list[dict[int, Finding]] = [{} for _ in groups]
    _fill(groups, found, [dict.fromkeys(group.sample, _Task(THOROUGH)) for group in groups])
    for group in groups:
        if any(not group.subjects[index].values for index in group.sample):
            # Instances that are made are not like the user's.
            for subject in group.subjects:
                subject.values = []
    _fill(groups, found, [_tasks(*each) for each in zip(groups, found, strict=True)])
    _fill(
        groups,
        found,
        [
            {
                index: _Task(THOROUGH)
                for index in _rest(group, known)
                if group.subjects[index].values
            }
            for group, known in zip(groups, found, strict=True)
        ],
    )
    return [
        [_with_way(known.get(index), subject) for index, subject in enumerate(group.subjects)]
        for group, known in zip(groups, found, strict=True)
    ]


def _with_way(finding: Finding | None, subject: Subject) -> Finding | None:
    """With whether it was the user's own instance alone that could be measured."""
    return finding and dataclasses.replace(finding, is_alone=not subject.values)


def _rest(group: Group, known: dict[int, Finding]) -> list[int]:
    """The subjects of which nothing is known, and of which something can be found."""
    return [
        index
        for index, subject in enumerate(group.subjects)
        if index not in known and (subject.values or subject.synapse)
    ]


@dataclasses.dataclass(frozen=True)
class _Task:
    """What is done with some subjects of a group.

    :ivar until: for how long they are looked at, at least, in ms.
    :ivar expected: what is to be found; anything is where this is None.
    :ivar is_ohmic: whether those that they are most like were, which brief protocols tell in part.
    """

    protocol: int
    until: float = CLOCK.end
    expected: tuple[Nature, Superposition] | None = None
    is_ohmic: bool = True


def _tasks(group: Group, known: dict[int, Finding]) -> dict[int, _Task]:
    """What is enough for those that are no sample, by index."""
    lasting = max((len(each.conductances) for each in [*known.values(), *group.like]), default=0)
    until = float(TIMES[min(lasting, len(TIMES) - 1)])
    tasks = {}
    for index in _rest(group, known):
        like = group.like[index] if group.like else known[group.nearest[index]]
        if like.brief_protocol is not None:
            expected = like.nature, like.superposition
            tasks[index] = _Task(like.brief_protocol, until, expected, like.is_ohmic)
    return tasks


def _fill(
    groups: list[Group], found: list[dict[int, Finding]], tasks: list[dict[int, _Task]]
) -> None:
    """Measures some subjects of each group; what was found of them is added to ``found``."""
    work: dict[_Task, list[tuple[int, int]]] = {}
    for number, each in enumerate(tasks):
        for index, task in each.items():
            work.setdefault(task, []).append((number, index))
    for task, places in work.items():
        subjects = [groups[number].subjects[index] for number, index in places]
        for (number, index), finding in zip(places, _measured(subjects, task), strict=True):
            if finding is not None and task.expected in (
                None,
                (finding.nature, finding.superposition),
            ):
                found[number][index] = dataclasses.replace(
                    finding,
                    is_ohmic=finding.is_ohmic and task.is_ohmic,
                    charges=_charges(groups[number], found[number], index, finding),
                )


def _charges(
    group: Group, known: dict[int, Finding], index: int, finding: Finding
) -> np.ndarray | None:
    """What an event lets in at each potential: brief protocols have three of these, and the others
    are as for what a subject is most like."""
    like = group.like[index] if group.like else known.get(group.nearest[index])
    if finding.charges is not None or like is None or like.charges is None:
        return finding.charges
    own, other = (_total(each.conductances) for each in (finding, like))
    return like.charges * (own / other) if other > 0 else None


def _total(conductances: np.ndarray) -> float:
    """The integral of a conductance over time."""
    steps = np.diff(TIMES[: len(conductances)])
    return float((0.5 * (conductances[1:] + conductances[:-1]) * steps).sum())


def _measured(subjects: list[Subject], task: _Task) -> list[Finding | None]:
    result: list[Finding | None] = [None] * len(subjects)
    together = [index for index, each in enumerate(subjects) if each.values]
    alone = [index for index, each in enumerate(subjects) if not each.values]
    size = max(1, _AT_ONCE // len(responses.stands(task.protocol)))
    for start in range(0, len(together), size):
        batch = together[start : start + size]
        findings = _at_once([subjects[index] for index in batch], task)
        for index, finding in zip(batch, findings, strict=True):
            result[index] = finding
            if finding and finding.nature is Nature.STOCHASTIC and subjects[index].synapse:
                # It varies, or an instance that is made does not respond as this one does.
                alone.append(index)
    # All of these are simulated in each run, whichever is measured: few runs of many.
    for start in range(0, len(alone), 4 * size):
        batch = alone[start : start + 4 * size]
        findings = _in_turn([subjects[index] for index in batch], task)
        for index, finding in zip(batch, findings, strict=True):
            if result[index] is not None and finding and finding.nature is not Nature.STOCHASTIC:
                subjects[index].values = []
            result[index] = finding
    return result


def _can_be_made(class_name: str) -> bool:
    """Whether instances of a class can be made that are like a user's."""
    named = {
        name
        for which in (mechanisms.PARAMETER, mechanisms.ASSIGNED, mechanisms.STATE)
        for name, _ in mechanisms.variables(class_name, which)
    }
    others = [
        name for name, _ in mechanisms.variables(class_name, mechanisms.ALL) if name not in named
    ]
    if not others:
        return True
    section = h.Section()
    instance = getattr(h, class_name)(section(0.5))
    return not any(mechanisms.is_pointer(instance, name) for name in others)


# MARK: Runs


class Place:
    """A stand with an instance on it, two NetCons, and what is recorded.

    :param place: puts the instance at a segment, and returns it.
    """

    def __init__(self, place: Callable[[Any], Any], weights: list[float]):
        self._section = section = h.Section()
        section.L = 10.0
        section.diam = AREA / (math.pi * section.L)
        section.cm = _CAPACITANCE
        section.Ra = _RESISTIVITY
        middle = section(0.5)
        self._instance = place(middle)
        self._connections = [h.NetCon(None, self._instance) for _ in range(2)]
        self._weights = weights
        self.record = h.Vector()
        self.record.buffer_size(CLOCK.sample_count)
        self.record.record(middle._ref_i_cap)

    def take(self) -> np.ndarray:
        """What was recorded since this was asked for last; the record is empty afterwards."""
        values = np.array(self.record)
        self.record.resize(0)
        return values

    def set_voltage(self, voltage: float) -> None:
        """:param voltage: in mV."""
        self._section.v = voltage

    def prepare(self, voltage: float, scales: Iterable[float]) -> None:
        """What is to be done before a run is initialised.

        :param scales: factors on the weights of the two NetCons.
        """
        self.set_voltage(voltage)
        for connection, scale in zip(self._connections, scales, strict=True):
            connection.weight[0] = scale * self._weights[0]
            for index in range(1, len(self._weights)):
                connection.weight[index] = self._weights[index]

    def queue(self, events_of_netcons: Iterable[Iterable[float]]) -> None:
        """What is to be done when it was initialised.

        :param events_of_netcons: in ms, for as many of the two as have events.
        """
        for connection, events in zip(self._connections, events_of_netcons, strict=False):
            for time in events:
                connection.event(CLOCK.before + time)


def moved(instance: Any, segment: Any) -> Any:
    """An instance, put at a segment."""
    instance.loc(segment)
    return instance


def made(subject: Subject, segment: Any) -> Any:
    """An instance that is made like a subject, at a segment."""
    instance = getattr(h, subject.class_name)(segment)
    for each in subject.values:
        each.out(instance)
    return instance


def _at_once(subjects: list[Subject], task: _Task) -> list[Finding | None]:
    """Measures with as many instances as there are stands, in one run."""
    plans = responses.stands(task.protocol)
    # Where two stands show whether it differs, one of them is the user's own.
    own = max(index for index, plan in enumerate(plans) if not plan.is_repetition)
    work = []
    for subject in subjects:
        another = functools.partial(made, subject)
        for index, plan in enumerate(plans):
            is_own = index == own and subject.synapse is not None
            place = functools.partial(moved, subject.synapse) if is_own else another
            work.append((Place(place, subject.weights), plan))
    records = _run(work, task.until)
    count = len(plans)
    by_kind = [records[start : start + count] for start in range(0, len(records), count)]
    findings = _analysed(task.protocol, by_kind, subjects)
    put_back(subjects)
    return findings


def _in_turn(subjects: list[Subject], task: _Task) -> list[Finding | None]:
    """Measures with the users' own instances, in a run for each stand of the protocol."""

    def stands(instances: list[Any]) -> list[Place]:
        return [
            Place(functools.partial(moved, instance), subject.weights)
            for instance, subject in zip(instances, subjects, strict=True)
            if instance is not None
        ]

    first = stands([each.synapse for each in subjects])
    others = iter(stands([each.another for each in subjects]))
    again = [
        stand if subject.another is None else next(others)
        for stand, subject in zip(first, subjects, strict=True)
    ]
    by_plan = []
    for plan in responses.stands(task.protocol):
        work = [(stand, plan) for stand in (again if plan.is_repetition else first)]
        by_plan.append([each.copy() for each in _run(work, task.until)])
    lengths = [len(records[0]) for records in by_plan]
    # Runs that were over sooner say nothing of later.
    by_plan = [
        [np.concatenate([each, np.full(max(lengths) - len(each), each[1])]) for each in records]
        for records in by_plan
    ]
    findings = _analysed(task.protocol, list(zip(*by_plan, strict=True)), subjects)
    put_back(subjects)
    return findings


def _analysed(
    protocol: int, records: Sequence[Sequence[np.ndarray]], subjects: list[Subject]
) -> list[Finding | None]:
    return responses.analyse(
        protocol, records, [AREA] * len(subjects), [each.weights[0] for each in subjects]
    )


def _run(work: list[tuple[Place, Stand]], until: float) -> list[np.ndarray]:
    """Runs stands; what they recorded.

    :param until: to when a run goes on in any case; and then until all responses are over.
    """
    stepped = [stand for stand, plan in work if plan.is_stepped]
    steps = {step.time: step.voltage for step in responses.voltage_steps()} if stepped else {}
    h.dt = CLOCK.fine_step
    for stand, plan in work:
        stand.prepare(plan.holding, plan.scales)
    # Without a voltage: each keeps its own.
    h.finitialize()
    for stand, plan in work:
        stand.queue(plan.events_of_netcons)
    for pause in sorted({*steps, *_PAUSES, CLOCK.fine_end, CLOCK.end}):
        run_until(CLOCK.before + pause)
        if pause in steps:
            for stand in stepped:
                stand.set_voltage(steps[pause])
        if pause == CLOCK.fine_end:
            h.dt = CLOCK.coarse_step
        if pause >= max(until, CLOCK.fine_end) and _are_over(work):
            break
    records = [stand.record.as_numpy() for stand, _ in work]
    expected = 1 + round((min(pause, CLOCK.fine_end) + CLOCK.before) / CLOCK.fine_step)
    expected += round(max(0.0, pause - CLOCK.fine_end) / CLOCK.coarse_step)
    if any(len(each) != expected for each in records):
        raise RuntimeError(
            f"NEURON took {len(records[0]) - 1} steps; expected {expected - 1} of the same length"
        )
    return records


def run_until(time: float) -> None:
    """Takes steps until a time, one after another, without Python in between."""
    h.batch_run(time, 1e9)


def _are_over(work: list[tuple[Place, Stand]]) -> bool:
    return responses.are_over([stand.record.as_numpy() for stand, _ in work])


# MARK: The session


def clear(groups: list[Group]) -> None:
    """Takes out of NEURON all but the subjects that are needed themselves."""
    _destroy_all("FInitializeHandler")
    nonvint_block_supervisor.clear()
    h.ParallelContext().gid_clear()
    solver = h.CVode()
    solver.active(0)
    solver.use_fast_imem(0)
    h.secondorder = 0
    h.stoprun = 0
    for vector in h.List("Vector"):
        vector.play_remove()
        solver.record_remove(vector)
    _haven.append(h.Section())
    for netcon in h.List("NetCon"):
        netcon.setpost(None)
        source = netcon.pre()
        if source is not None and source.has_loc():
            # NEURON initialises what events come from, and takes none that is nowhere.
            source.loc(_haven[0](0.5))
    # Their events lead nowhere now, and take half of the time.
    for stimulus in h.List("NetStim"):
        stimulus.number = 0
    for group in groups:
        can_be_made = not group.like and _can_be_made(group.subjects[0].class_name)
        sample = set(group.sample)
        for index, subject in enumerate(group.subjects):
            if can_be_made:
                subject.values = _values(subject)
            if can_be_made or group.like:
                subject.another = None
            if index not in sample and not group.like:
                subject.synapse = subject.another = None
        put_back(group.subjects)
    for section in list(h.allsec()):
        if section != _haven[0]:
            h.delete_section(sec=section)


def _values(subject: Subject) -> list[Any]:
    """The values of a synapse, for instances that are made like it."""
    found = []
    for which in (mechanisms.PARAMETER, mechanisms.ASSIGNED):
        standard = h.MechanismStandard(subject.class_name, which)
        getattr(standard, "in")(subject.synapse)
        found.append(standard)
    return found


def put_back(subjects: list[Subject]) -> None:
    """Puts synapses where they stay when the sections that they are on go, with their values."""
    for subject in subjects:
        for instance in (subject.synapse, subject.another):
            if instance is not None:
                instance.loc(_haven[0](0.5))


_haven: list = []
"""In a copy, a section where synapses wait."""


def _destroy_all(class_name: str) -> None:
    """Destroys all objects of a class, whoever refers to them: what a user's handlers do, such as
    to write files, is not to be done once more by a copy."""
    unref = ctypes.PyDLL(hoc.__file__).nrn_object_unref
    unref.argtypes, unref.restype = [ctypes.c_void_p], None
    for each in list(h.List(class_name)):
        # Python's own reference must not be given back: there is nothing left that it refers to.
        _dangling.append(each)
        address = each.hocobjptr()
        # An object begins with the number of references to it.
        ctypes.c_int.from_address(address).value = 1
        unref(address)


_dangling: list = []
"""In a copy, references to objects that were destroyed."""
