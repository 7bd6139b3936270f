"""What drives a cell: the NetCons onto its point processes, and what these have their events from.

How NEURON 9.0 makes the events of a NetStim, of which :class:`Stimulator` has all that matters
(``test_engine_inputs.py`` has the same in Python, and compares each event with NEURON's):

- Random123's philox4x32-10: key = (global index, 0), counter = (block, id3, id1, id2), all uint32.
  A block's four words are used in order; then comes the next block. The time of finitialize sets
  block 0 and the first word, whatever ``set_seq`` said before.
- A word w is the uniform number (w + 1.0) * (1.0 / 4294967297.0), and -log of it the exponential.
- invl = (1.0 - noise)*mean + noise*mean*exponential, mean being interval, or 0.01 where that is not
  positive; without noise it is mean, and no number is drawn.
- The first event, where start >= 0 and number > 0, is at start + invl - interval*(1.0 - noise), but
  at 0 where that is negative; each next one at the last one's time + invl, until there are number
  of them, a fraction counting as one.
- Each addition and multiplication rounds: contracted to FMA, the times are others.
- A NetCon delivers at the event's time + delay.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from .._session import collect, mechanisms
from ..errors import ArgumentError, EngineError

_STIMULATOR = "NetStim"


@dataclasses.dataclass(frozen=True)
class Stimulator:
    """A NetStim: what its events follow from, with the session's global index of Random123.

    :ivar interval: mean time between events in ms.
    :ivar number: of events; infinite or huge where there is no end.
    :ivar start: of the first event in ms.
    :ivar noise: 0 to 1, as NEURON clips it.
    :ivar ids: of the stream, three of 32 bits.
    """

    interval: float
    number: float
    start: float
    noise: float
    ids: tuple[int, int, int]

    @classmethod
    def of(cls, netstim) -> Stimulator:
        """What a NetStim is like now."""
        first, second, third = netstim.ranvar.get_ids()
        return cls(
            netstim.interval,
            netstim.number,
            netstim.start,
            min(max(netstim.noise, 0.0), 1.0),
            (int(first), int(second), int(third)),
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Times:
    """Something that has events at known times.

    :ivar times: in ms, never falling, shaped (n,).
    """

    times: np.ndarray


@dataclasses.dataclass(frozen=True)
class Voltage:
    """A membrane potential that has an event where it rises through a threshold.

    :ivar section: of the session.
    :ivar x: the middle of the segment, or 0 or 1.
    :ivar threshold: in mV.
    """

    section: nrn.Section
    x: float
    threshold: float


@dataclasses.dataclass(frozen=True)
class Process:
    """A point process that has events when it calls net_event.

    :ivar index: among those that were given.
    """

    index: int


Origin = Stimulator | Times | Voltage | Process | None


@dataclasses.dataclass(frozen=True, eq=False)
class Inputs:
    """All NetCons onto some point processes, n of them, in the order in which NEURON made them.

    :ivar netcons: the objects themselves.
    :ivar targets: for each the index of its point process, shaped (n,).
    :ivar origins: what has events; None alone for what has none of its own.
    :ivar origin_indices: for each NetCon the index of its origin, shaped (n,).
    :ivar delays: in ms, shaped (n,).
    :ivar is_active: shaped (n,); one that is not passes nothing on, :attr:`deliveries` neither.
    :ivar weights: of all NetCons, one after the other.
    :ivar weight_starts: for each NetCon where its weights begin in ``weights``, and their number at
        the end, shaped (n + 1,).
    :ivar deliveries: for the index of a NetCon the times in ms at which it delivers, whatever its
        delay and origin, as ``NetCon.event`` has it; never falling.
    :ivar global_index: of Random123, which all streams of the session share.
    """

    netcons: list[Any]
    targets: np.ndarray
    origins: list[Origin]
    origin_indices: np.ndarray
    delays: np.ndarray
    is_active: np.ndarray
    weights: np.ndarray
    weight_starts: np.ndarray
    deliveries: dict[int, np.ndarray]
    global_index: int


def read(
    point_processes: Sequence[Any],
    netcons: Sequence[Any] = (),
    events: Mapping[Any, Any] | None = None,
) -> Inputs:
    """What drives some point processes.

    :param point_processes: a cell's.
    :param netcons: some that must be among those found, which are all of the session's.
    :param events: times in ms. Of a NetCon: when it delivers, as its ``event`` has it, beside what
        it has from its source. Of an artificial cell, such as a VecStim, whose vector cannot be
        read back: when it has an event, instead of what it would do.
    :raises ArgumentError: ``events`` is not as described, or is of something that drives nothing
        here.
    :raises EngineError: a source of events is none that the engine knows, a NetStim is itself
        driven by events, or one of ``netcons`` has its target elsewhere; the message names it.
    """
    places = {_pointer(each): index for index, each in enumerate(point_processes)}
    given = _Given(events)
    found, targets, driven = [], [], {}
    for netcon in h.List("NetCon"):
        target = netcon.syn()
        if target is None:
            continue
        pointer = _pointer(target)
        index = places.get(pointer)
        if index is None:
            driven.setdefault(pointer, netcon)
        else:
            found.append(netcon)
            targets.append(index)
    _check_that_all_are_among(netcons, found)
    for each in found:
        if not each.delay >= 0:
            raise EngineError(
                f"{each.hname()} has a delay of {each.delay:g} ms; expected 0 or greater"
            )
    origins = _Origins(given, driven, places)
    origin_indices = [origins.index(each) for each in found]
    weights = [_weights(each) for each in found]
    counts = np.array([0, *map(len, weights)], dtype=np.int64)
    deliveries = given.deliveries(found)
    given.check_that_all_were_used()
    return Inputs(
        found,
        np.array(targets, dtype=np.int64),
        origins.found,
        np.array(origin_indices, dtype=np.int64),
        np.array([each.delay for each in found], dtype=float),
        np.array([each.active() for each in found], dtype=bool),
        np.array([number for each in weights for number in each], dtype=float),
        np.cumsum(counts),
        deliveries,
        int(h.Random().Random123_globalindex()),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Detector:
    """A NetCon that has events where a membrane potential rises through a threshold.

    :ivar netcon: the object.
    :ivar origin: what it has its events from.
    :ivar recording: the Vector that its ``record`` fills with times; None where there is none, or
        it does something else. NEURON does not tell the one that it fills with identifiers.
    """

    netcon: Any
    origin: Voltage
    recording: Any | None


def detectors(sections: Iterable[nrn.Section]) -> list[Detector]:
    """All NetCons of the session that watch a cell's potentials, whatever they target, in the order
    in which NEURON made them.

    :param sections: the cell's.
    """
    watched = set(sections)
    found = []
    for netcon in h.List("NetCon"):
        segment = None if netcon.pre() is not None else netcon.preseg()
        if segment is not None and segment.sec in watched:
            origin = Voltage(segment.sec, segment.x, netcon.threshold)
            found.append(Detector(netcon, origin, _recording(netcon)))
    return found


def _recording(netcon) -> Any | None:
    found = netcon.get_recordvec()
    return found if isinstance(found, hoc.HocObject) else None


class _Given:
    """The events that a user states, by what they are of."""

    def __init__(self, events: Mapping[Any, Any] | None):
        self._of: dict[int, tuple[Any, np.ndarray]] = {}
        self._unused: set[int] = set()
        expected = "a dictionary from NetCons and artificial cells to arrays of times in ms"
        if events is None:
            return
        if not isinstance(events, Mapping):
            raise ArgumentError(f"events is {collect.described(events)}; expected {expected}")
        for key, times in events.items():
            try:
                pointer = _pointer(key)
            except TypeError:
                pointer = 0
            if not pointer:
                raise ArgumentError(
                    f"events has the key {collect.described(key)}; expected {expected}"
                )
            self._of[pointer] = key, _times(times, f"events[{key.hname()}]")
            self._unused.add(pointer)

    def times(self, source) -> np.ndarray | None:
        """What was stated of an object."""
        pointer = _pointer(source)
        if pointer not in self._of:
            return None
        self._unused.discard(pointer)
        return self._of[pointer][1]

    def deliveries(self, netcons: Sequence[Any]) -> dict[int, np.ndarray]:
        """For the indices of NetCons what was stated of these."""
        if not self._of:
            return {}
        stated = ((index, self.times(each)) for index, each in enumerate(netcons))
        return {index: np.sort(times) for index, times in stated if times is not None}

    def check_that_all_were_used(self) -> None:
        """:raises ArgumentError: where something that was stated drives nothing."""
        if self._unused:
            key = self._of[min(self._unused)][0]
            raise ArgumentError(
                f"events has times of {key.hname()}, which drives none of the cell's point "
                "processes; expected a NetCon onto one of them, or the source of such"
            )


class _Origins:
    """What NetCons have their events from, each once.

    :param driven: by a point process's pointer a NetCon onto it, of those onto none of the cell's.
    :param places: by a point process's pointer its index, of the cell's.
    """

    def __init__(self, given: _Given, driven: Mapping[int, Any], places: Mapping[int, int]):
        self._places = places
        self.found: list[Origin] = []
        self._given = given
        self._driven = driven
        self._known: dict[Any, int] = {}

    def index(self, netcon) -> int:
        source = netcon.pre()
        if source is not None:
            key = _pointer(source)
            return (
                self._known[key]
                if key in self._known
                else self._add(key, self._of_object(netcon, source))
            )
        origin = _of_section(netcon)
        return self._known[origin] if origin in self._known else self._add(origin, origin)

    def _add(self, key: Any, origin: Origin) -> int:
        self._known[key] = len(self.found)
        self.found.append(origin)
        return self._known[key]

    def _of_object(self, netcon, source) -> Origin:
        times = self._given.times(source)
        if times is not None:
            return Times(_as_played(times, source) if hasattr(source, "play") else np.sort(times))
        if _pointer(source) in self._places:
            return Process(self._places[_pointer(source)])
        if mechanisms.class_name(source) != _STIMULATOR:
            raise EngineError(
                f"{netcon.hname()} has its events from {source.hname()}, and when that has them is "
                "not known; expected a NetStim, a membrane potential, or events= with its times"
            )
        driver = self._driven.get(_pointer(source))
        if driver is not None:
            raise EngineError(
                f"{source.hname()} is started and stopped by {driver.hname()}, which the engine "
                "does not do; expected a NetStim that no NetCon targets, or events= with its times"
            )
        return Stimulator.of(source)


def _of_section(netcon) -> Origin:
    """The origin of a NetCon that has no object as its source."""
    segment = netcon.preseg()
    if segment is not None:
        return Voltage(segment.sec, segment.x, netcon.threshold)
    if netcon.srcgid() >= 0:
        raise EngineError(
            f"{netcon.hname()} has its events from the cell with the gid {netcon.srcgid()}, of "
            "another process; expected sources in this one"
        )
    if _is_of_another_variable(netcon):
        raise EngineError(
            f"{netcon.hname()} has its events from a variable that is no membrane potential; "
            "expected a section's v"
        )
    return None


def _is_of_another_variable(netcon) -> bool:
    place = netcon.preloc()
    if place == -1:
        return False
    # The section was pushed for the caller to pop.
    h.pop_section()
    return place == -2


def _weights(netcon) -> list[float]:
    count = int(netcon.wcnt())
    return [netcon.weight[index] for index in range(count)]


def _check_that_all_are_among(netcons: Iterable[Any], found: Sequence[Any]) -> None:
    known = set(map(_pointer, found))
    for index, netcon in enumerate(netcons):
        if _pointer(netcon) not in known:
            target = netcon.syn()
            where = "has no target" if target is None else f"targets {target.hname()}"
            raise EngineError(
                f"netcons[{index}] {where}; expected a point process of the cell that is compiled"
            )


def _times(given, what: str) -> np.ndarray:
    """:raises ArgumentError: it is no array of times."""
    expected = "expected a list of finite times in ms, 0 or greater"
    try:
        times = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"{what} is {collect.described(given)}; {expected}") from None
    if times.ndim != 1:
        raise ArgumentError(f"{what} has the shape {times.shape}; {expected}")
    wrong = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
    if len(wrong):
        raise ArgumentError(f"{what}[{wrong[0]}] is {times[wrong[0]]:g}; {expected}")
    return times


def _as_played(times: np.ndarray, source) -> np.ndarray:
    """The times at which a VecStim has its events: nrnivmodl makes ``t + time - t`` of the wait for
    the next one, which rounds.

    :raises ArgumentError: the times fall, which NEURON refuses at that time.
    """
    if (np.diff(times) < 0).any():
        raise ArgumentError(
            f"events[{source.hname()}] has times that fall; expected them in order, as the vector "
            "that it plays"
        )
    played = times.copy()
    for index in range(1, len(played)):
        played[index] = (played[index - 1] + times[index]) - played[index - 1]
    return played


def _pointer(instance) -> int:
    return hoc.HocObject.hocobjptr(instance)
