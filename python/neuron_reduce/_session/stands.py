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
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nonvint_block_supervisor

from .._library import responses
from .._library.responses import CLOCK, THOROUGH, Finding, Nature, Stand
from . import mechanisms

_CAPACITANCE = 1e15
"""In µF/cm²: no synapse moves a voltage by its last digit."""

_RESISTIVITY = 1e20
"""In Ω·cm: no current flows along a stand."""

_AREA = 100.0
"""In µm²."""

_AT_ONCE = 1024
"""Stands in one run: what they record stays under 50 MB."""


@dataclasses.dataclass
class Group:
    """Kinds of synapse of one class.

    :ivar subjects: one of each kind.
    :ivar sample: those that are measured thoroughly, by index; the others as these were found.
    """

    subjects: list[Subject]
    sample: list[int]


@dataclasses.dataclass
class Subject:
    """A synapse that is measured.

    :ivar class_name: the synapse's.
    :ivar synapse: the user's own.
    :ivar another: another one of its kind; None where there is none.
    :ivar weights: all weights of a NetCon onto it; the first is positive.
    :ivar values: in a copy, those that instances like it get.
    """

    class_name: str
    synapse: Any
    another: Any
    weights: list[float]
    values: list[Any] = dataclasses.field(default_factory=list)


def measure(groups: list[Group]) -> list[list[Finding]]:
    """Measures point processes in a process that is thrown away: all else is taken out of NEURON.

    :returns: for each group, what was found of each of its subjects.
    :raises RuntimeError: NEURON reported an error.
    """
    _clear(groups)
    found: list[dict[int, Finding]] = [{} for _ in groups]
    _fill(groups, found, [group.sample for group in groups], [THOROUGH] * len(groups))
    rest = [
        [index for index in range(len(group.subjects)) if index not in known]
        for group, known in zip(groups, found, strict=True)
    ]
    protocols = [_protocol(list(known.values())) for known in found]
    brief: list[dict[int, Finding]] = [{} for _ in groups]
    _fill(groups, brief, rest, protocols)
    for known, others in zip(found, brief, strict=True):
        like = next(iter(known.values()), None)
        for index, finding in others.items():
            if (finding.nature, finding.superposition) == (like.nature, like.superposition):
                known[index] = finding
    rest = [
        [index for index in each if index not in known]
        for each, known in zip(rest, found, strict=True)
    ]
    _fill(groups, found, rest, [THOROUGH] * len(groups))
    return [
        [known[index] for index in range(len(group.subjects))]
        for group, known in zip(groups, found, strict=True)
    ]


def _protocol(sample: list[Finding]) -> int | None:
    """The protocol that is enough for others like these; None where these are not all alike."""
    alike = {(each.nature, each.superposition, each.brief_protocol) for each in sample}
    return alike.pop()[2] if len(alike) == 1 else None


def _fill(
    groups: list[Group],
    found: list[dict[int, Finding]],
    chosen: list[list[int]],
    protocols: Sequence[int | None],
) -> None:
    """Measures some subjects of each group; what was found of them is added to ``found``."""
    work: dict[int, list[tuple[int, int]]] = {}
    for number, (indices, protocol) in enumerate(zip(chosen, protocols, strict=True)):
        if protocol is not None:
            work.setdefault(protocol, []).extend((number, index) for index in indices)
    for protocol, places in work.items():
        subjects = [groups[number].subjects[index] for number, index in places]
        for (number, index), finding in zip(places, _measured(subjects, protocol), strict=True):
            if finding is not None:
                found[number][index] = finding


def _measured(subjects: list[Subject], protocol: int) -> list[Finding | None]:
    result: list[Finding | None] = [None] * len(subjects)
    together = [index for index, each in enumerate(subjects) if each.values]
    alone = [index for index, each in enumerate(subjects) if not each.values]
    size = max(1, _AT_ONCE // len(responses.stands(protocol)))
    for start in range(0, len(together), size):
        batch = together[start : start + size]
        findings = _at_once([subjects[index] for index in batch], protocol)
        for index, finding in zip(batch, findings, strict=True):
            result[index] = finding
            if finding and finding.nature is Nature.STOCHASTIC and subjects[index].synapse:
                # It varies, or an instance that is made does not respond as this one does.
                alone.append(index)
    for start in range(0, len(alone), _AT_ONCE):
        batch = alone[start : start + _AT_ONCE]
        findings = _in_turn([subjects[index] for index in batch], protocol)
        for index, finding in zip(batch, findings, strict=True):
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


@dataclasses.dataclass
class _Setup:
    """An instance on a stand, what is done to it, and what is recorded."""

    section: Any
    instance: Any
    inputs: list[Any]
    plan: Stand
    record: Any


def _setup(place: Callable[[Any], Any], weights: list[float], plan: Stand) -> _Setup:
    """A stand, and on it what ``place`` puts at a segment and returns."""
    section = h.Section()
    section.L = 10.0
    section.diam = _AREA / (math.pi * section.L)
    section.cm = _CAPACITANCE
    section.Ra = _RESISTIVITY
    middle = section(0.5)
    instance = place(middle)
    inputs = []
    for scale, events in plan.inputs():
        if events:
            connection = h.NetCon(None, instance)
            connection.weight[0] = scale * weights[0]
            for index in range(1, len(weights)):
                connection.weight[index] = weights[index]
            inputs.append((connection, events))
    record = h.Vector()
    record.buffer_size(CLOCK.sample_count)
    record.record(middle._ref_i_cap)
    return _Setup(section, instance, inputs, plan, record)


def _moved(instance: Any, segment: Any) -> Any:
    instance.loc(segment)
    return instance


def _made(subject: Subject, segment: Any) -> Any:
    instance = getattr(h, subject.class_name)(segment)
    for each in subject.values:
        each.out(instance)
    return instance


def _at_once(subjects: list[Subject], protocol: int) -> list[Finding | None]:
    """Measures with as many instances as there are stands, in one run."""
    plans = responses.stands(protocol)
    # Where two stands show whether it differs, one of them is the user's own.
    own = max(index for index, plan in enumerate(plans) if not plan.is_repetition)
    setups = []
    for subject in subjects:
        made = functools.partial(_made, subject)
        for index, plan in enumerate(plans):
            is_own = index == own and subject.synapse is not None
            place = functools.partial(_moved, subject.synapse) if is_own else made
            setups.append(_setup(place, subject.weights, plan))
    records = _run(setups, to_the_end=protocol == THOROUGH)
    count = len(plans)
    by_kind = [records[start : start + count] for start in range(0, len(records), count)]
    findings = _analysed(protocol, by_kind, subjects)
    _put_back(subjects)
    return findings


def _in_turn(subjects: list[Subject], protocol: int) -> list[Finding | None]:
    """Measures with the users' own instances, in a run for each stand."""
    by_stand = []
    for plan in responses.stands(protocol):
        own = [
            each.another if plan.is_repetition and each.another is not None else each.synapse
            for each in subjects
        ]
        setups = [
            _setup(functools.partial(_moved, instance), each.weights, plan)
            for each, instance in zip(subjects, own, strict=True)
        ]
        by_stand.append([each.copy() for each in _run(setups, to_the_end=True)])
        _put_back(subjects)
    return _analysed(protocol, list(zip(*by_stand, strict=True)), subjects)


def _analysed(
    protocol: int, records: Sequence[Sequence[np.ndarray]], subjects: list[Subject]
) -> list[Finding | None]:
    return responses.analyse(
        protocol, records, [_AREA] * len(subjects), [each.weights[0] for each in subjects]
    )


def _run(setups: list[_Setup], to_the_end: bool) -> list[np.ndarray]:
    """Runs all stands; what they recorded.

    :param to_the_end: whether the run goes on where all responses are over.
    """
    steps = [(step.time, step.voltage) for step in responses.voltage_steps()]
    stepped = [each for each in setups if each.plan.is_stepped]
    if not stepped:
        steps = []
    pauses = sorted(
        {time for time, _ in steps} | {CLOCK.fine_end, 100.0, 200.0, 400.0, 800.0, CLOCK.end}
    )
    h.dt = CLOCK.fine_step
    for each in setups:
        each.section.v = each.plan.holding
    # Without a voltage: each keeps its own.
    h.finitialize()
    for each in setups:
        for connection, events in each.inputs:
            for time in events:
                connection.event(CLOCK.before + time)
    due = dict(steps)
    for pause in pauses:
        _run_until(CLOCK.before + pause)
        if pause in due:
            for each in stepped:
                each.section.v = due[pause]
        if pause == CLOCK.fine_end:
            h.dt = CLOCK.coarse_step
        if pause >= CLOCK.fine_end and not to_the_end and _are_over(setups):
            break
    records = [each.record.as_numpy() for each in setups]
    expected = 1 + round((min(pause, CLOCK.fine_end) + CLOCK.before) / CLOCK.fine_step)
    expected += round(max(0.0, pause - CLOCK.fine_end) / CLOCK.coarse_step)
    if any(len(each) != expected for each in records):
        raise RuntimeError(
            f"NEURON took {len(records[0]) - 1} steps; expected {expected - 1} of the same length"
        )
    return records


def _run_until(time: float) -> None:
    """Takes steps until a time, one after another, without Python in between."""
    h.batch_run(time, 1e9)


def _are_over(setups: list[_Setup]) -> bool:
    return responses.are_over([each.record.as_numpy() for each in setups])


# MARK: The session


def _clear(groups: list[Group]) -> None:
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
    for netcon in h.List("NetCon"):
        netcon.setpost(None)
    # Their events lead nowhere now, and take half of the time.
    for stimulus in h.List("NetStim"):
        stimulus.number = 0
    _haven.append(h.Section())
    for group in groups:
        can_be_made = _can_be_made(group.subjects[0].class_name)
        sample = set(group.sample)
        for index, subject in enumerate(group.subjects):
            if can_be_made:
                subject.values = _values(subject)
                subject.another = None
                if index not in sample:
                    subject.synapse = None
        _put_back(group.subjects)
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


def _put_back(subjects: list[Subject]) -> None:
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
