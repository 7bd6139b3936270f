"""Brings point processes to a process where they can be measured: a copy of this one, or where this
is one of several MPI processes, a fresh one with point processes that are equal to these.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from neuron import h

from .._library.responses import Finding
from .._processes import copies, outside
from ..errors import SimulatorError
from . import mechanisms, stands, trains


@dataclasses.dataclass(frozen=True)
class _Described:
    """A subject as data.

    :ivar values: of its synapse, by the names of variables.
    :ivar streams: by the names of RANDOM variables: what identifies them, and where they are.
    """

    class_name: str
    values: dict[str, list[float]]
    streams: dict[str, tuple[list[float], float]]
    weights: list[float]


def measure(groups: list[stands.Group], timeout: float) -> list[list[Finding | None]]:
    """What :func:`stands.measure` finds; the session stays as it is.

    :param timeout: seconds after which it is given up.
    :raises CopyFailed: there is no result, with the reason.
    :raises SimulatorError: no process can be made for it; or this is one of several MPI processes,
        and what is to be measured is more than the values of its variables.
    """
    if copies.process_count() == 1:
        return copies.call(stands.measure, groups, timeout=timeout)
    described = [
        ([_described(each) for each in group.subjects], group.nearest, group.like)
        for group in groups
    ]
    return outside.call(_measured, described, _settings(), timeout=timeout)


def measure_trains(requests: list[trains.Request], timeout: float) -> list[list[trains.Found]]:
    """What :func:`trains.measure` finds; the session stays as it is. See :func:`measure`."""
    if copies.process_count() == 1:
        return copies.call(trains.measure, requests, timeout=timeout)
    described = [
        (_described(each.subject), dataclasses.replace(each, subject=None)) for each in requests
    ]
    return outside.call(_trained, described, _settings(), timeout=timeout)


def _described(subject: stands.Subject) -> _Described:
    values: dict[str, list[float]] = {}
    for which in (mechanisms.PARAMETER, mechanisms.ASSIGNED, mechanisms.STATE):
        for name, size in mechanisms.variables(subject.class_name, which):
            values[name] = mechanisms.numbers(getattr(subject.synapse, name), size)
    streams = {}
    for name in _others(subject.class_name):
        try:
            stream = getattr(subject.synapse, name)
            streams[name] = list(stream.get_ids()), stream.get_seq()
        except (AttributeError, TypeError, ValueError):
            # A POINTER, about which the other process has its say.
            continue
    return _Described(subject.class_name, values, streams, subject.weights)


def _others(class_name: str) -> list[str]:
    """The variables that are no numbers: POINTERs and RANDOMs."""
    numbers = {
        name
        for which in (mechanisms.PARAMETER, mechanisms.ASSIGNED, mechanisms.STATE)
        for name, _ in mechanisms.variables(class_name, which)
    }
    every = mechanisms.variables(class_name, mechanisms.ALL)
    return [name for name, _ in every if name not in numbers]


def _settings() -> dict[str, list[float]]:
    """What is the session's, by hoc's names."""
    found = {"celsius": [h.celsius]}
    for point_processes in (False, True):
        for kind in mechanisms.names(point_processes):
            for name, size in mechanisms.variables(kind, mechanisms.GLOBAL):
                found[name] = mechanisms.numbers(getattr(h, name), size)
    return found


def _measured(
    described: list[tuple[list[_Described], list[int], list[Finding]]],
    settings: dict[str, list[float]],
) -> list[list[Finding | None]]:
    """Measures, in the fresh process."""
    section = _prepared(settings)
    groups = []
    for subjects, nearest, like in described:
        _check_that_values_are_all(subjects[0].class_name, section)
        groups.append(stands.Group([_made(each, section) for each in subjects], nearest, like))
    return stands.measure(groups)


def _trained(
    described: list[tuple[_Described, trains.Request]], settings: dict[str, list[float]]
) -> list[list[trains.Found]]:
    """Measures trains, in the fresh process."""
    section = _prepared(settings)
    requests = []
    for subject, request in described:
        _check_that_values_are_all(subject.class_name, section)
        requests.append(dataclasses.replace(request, subject=_made(subject, section)))
    return trains.measure(requests)


def _prepared(settings: dict[str, list[float]]) -> Any:
    """A section for synapses, in a process with the session's settings."""
    for name, numbers in settings.items():
        _assign(h, name, numbers)
    return h.Section()


def _made(described: _Described, section: Any) -> stands.Subject:
    synapse = getattr(h, described.class_name)(section(0.5))
    for name, numbers in described.values.items():
        _assign(synapse, name, numbers)
    for name, (identifiers, position) in described.streams.items():
        stream = getattr(synapse, name)
        stream.set_ids(*identifiers)
        stream.set_seq(position)
    return stands.Subject(described.class_name, synapse, None, described.weights)


def _assign(owner: Any, name: str, numbers: list[float]) -> None:
    if len(numbers) == 1:
        setattr(owner, name, numbers[0])
        return
    variable = getattr(owner, name)
    for index, number in enumerate(numbers):
        variable[index] = number


def _check_that_values_are_all(class_name: str, section: Any) -> None:
    """:raises SimulatorError: where a POINTER leads from point processes to something else."""
    probe = getattr(h, class_name)(section(0.5))
    for name in _others(class_name):
        if mechanisms.is_pointer(probe, name):
            raise SimulatorError(
                f"{class_name} has a POINTER, {name}, to what only one of several MPI processes "
                "has, where responses cannot be measured; expected a session in one process, or "
                "method 'classic', which measures none"
            )
