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
from typing import Any, NamedTuple

import numpy as np
from neuron import h, hoc, nrn

from .._library import inputs as library
from .._session import collect, mechanisms
from ..errors import ArgumentError, EngineError, SynapseError


class Stimulator(NamedTuple):
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
class Crossing:
    """The same of a cell that is known.

    :ivar section: its index among the cell's.
    """

    section: int
    x: float
    threshold: float


@dataclasses.dataclass(frozen=True)
class Process:
    """A point process that has events when it calls net_event.

    :ivar index: among those that were given.
    """

    index: int


Origin = Stimulator | Times | Voltage | Crossing | Process | None


@dataclasses.dataclass(frozen=True, eq=False)
class Inputs:
    """All NetCons onto some point processes, n of them, in the order in which NEURON made them.

    :ivar netcons: the objects themselves; none where there is no session.
    :ivar sources: for each origin the object that has the events, which a NetCon does not keep;
        None for potentials and for nothing.
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
    sources: list[Any]
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
    :raises SynapseError: one of ``netcons`` is none.
    """
    given = Given(events)
    every = list(h.List("NetCon"))
    table, every_weight, netstims = library.read(
        collect.object_references(every, "netcons", "NetCon")
    )
    known = np.fromiter(map(_pointer, point_processes), np.uint64, len(point_processes))
    targets, processes = (_indices(table[name], known) for name in ("target", "source"))
    places = np.flatnonzero(targets >= 0)
    found = [every[place] for place in places]
    _check_that_all_are_among(netcons, found)
    own = table[places]
    for place in np.flatnonzero(~(own["delay"] >= 0))[:1]:
        raise EngineError(
            f"{found[place].hname()} has a delay of {own['delay'][place]:g} ms; expected 0 or "
            "greater"
        )
    elsewhere = np.flatnonzero((targets < 0) & (table["target"] != 0))[::-1]
    driven = {int(table["target"][place]): every[place] for place in elsewhere}
    origins = _Origins(given, driven, _stimulators(netstims))
    origin_indices = [
        origins.index(*each)
        for each in zip(
            found,
            own["source"].tolist(),
            own["netstim"].tolist(),
            processes[places].tolist(),
            own["is_valid"].tolist(),
            strict=True,
        )
    ]
    starts = np.concatenate([[0], np.cumsum(own["weight_count"])]).astype(np.int64)
    weights = np.repeat(own["first_weight"] - starts[:-1], own["weight_count"])
    deliveries = given.deliveries(found)
    given.check_that_all_were_used()
    return Inputs(
        found,
        origins.sources,
        targets[places],
        origins.found,
        np.array(origin_indices, dtype=np.int64),
        own["delay"].copy(),
        own["is_active"] != 0,
        every_weight[weights + np.arange(starts[-1])],
        starts,
        deliveries,
        int(h.Random().Random123_globalindex()),
    )


def _indices(pointers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For NEURON's references their places among those that are known; -1 for others."""
    if not len(known):
        return np.full(len(pointers), -1, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    places = np.minimum(np.searchsorted(known[order], pointers), len(known) - 1)
    return np.where(known[order][places] == pointers, order[places], -1)


def _stimulators(table: np.ndarray) -> list[Stimulator | None]:
    """The NetStims of a table; None where NEURON does not tell of its stream there."""
    columns = [table[name].tolist() for name in ("interval", "number", "start")]
    # As max and min have it: what is no number stays so.
    columns.append(np.minimum(np.maximum(table["noise"], 0.0), 1.0).tolist())
    columns.append(list(map(tuple, table["ids"].tolist())))
    made = map(Stimulator._make, zip(*columns, strict=True))
    if table["has_ids"].all():
        return list(made)
    return [
        each if is_known else None
        for each, is_known in zip(made, table["has_ids"].tolist(), strict=True)
    ]


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


class Given:
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

    def is_of(self, pointer: int) -> bool:
        """Whether something was stated of an object."""
        return pointer in self._of

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

    :param driven: by a point process's pointer the first NetCon onto it, of those onto none of the
        cell's.
    :param stimulators: all NetStims; None where what it is like has to be asked for.
    """

    def __init__(
        self,
        given: Given,
        driven: Mapping[int, Any],
        stimulators: Sequence[Stimulator | None],
    ):
        self.found: list[Origin] = []
        self.sources: list[Any] = []
        self._given = given
        self._driven = driven
        self._stimulators = stimulators
        self._known: dict[Any, int] = {}

    def index(self, netcon, source: int | None, netstim: int, process: int, is_valid: bool) -> int:
        """The index of a NetCon's origin.

        :param source: NEURON's reference to the object that it has its events from.
        :param netstim: the index of the NetStim that this is; -1 for another one, or none.
        :param process: the same of one of the cell's point processes.
        :param is_valid: False where what it had its events from is gone.
        """
        if source:
            found = self._known.get(source)
            return (
                self._add(source, self._of_object(netcon, source, netstim, process), netcon.pre())
                if found is None
                else found
            )
        origin = _of_section(netcon) if is_valid else None
        found = self._known.get(origin)
        return self._add(origin, origin, None) if found is None else found

    def _add(self, key: Any, origin: Origin, source: Any) -> int:
        self._known[key] = len(self.found)
        self.found.append(origin)
        self.sources.append(source)
        return self._known[key]

    def _of_object(self, netcon, pointer: int, netstim: int, process: int) -> Origin:
        if self._given.is_of(pointer):
            source = netcon.pre()
            times = self._given.times(source)
            return Times(_as_played(times, source) if hasattr(source, "play") else np.sort(times))
        if process >= 0:
            return Process(process)
        if netstim < 0:
            raise EngineError(
                f"{netcon.hname()} has its events from {netcon.pre().hname()}, and when that has "
                "them is not known; expected a NetStim, a membrane potential, or events= with its "
                "times"
            )
        driver = self._driven.get(pointer)
        if driver is not None:
            raise EngineError(
                f"{netcon.pre().hname()} is started and stopped by {driver.hname()}, which the "
                "engine does not do; expected a NetStim that no NetCon targets, or events= with "
                "its times"
            )
        return self._stimulators[netstim] or Stimulator.of(netcon.pre())


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
    if is_of_another_variable(netcon):
        raise EngineError(
            f"{netcon.hname()} has its events from a variable that is no membrane potential; "
            "expected a section's v"
        )
    return None


def is_of_another_variable(netcon) -> bool:
    """Whether a NetCon without an object as its source watches something other than a membrane
    potential."""
    place = netcon.preloc()
    if place == -1:
        return False
    # The section was pushed for the caller to pop.
    h.pop_section()
    return place == -2


def _check_that_all_are_among(netcons: Sequence[Any], found: Sequence[Any]) -> None:
    references = collect.object_references(list(netcons), "netcons", "NetCon")
    known = set(map(_pointer, found)) if len(references) else set()
    for index, reference in enumerate(references):
        if reference not in known:
            netcon = netcons[index]
            if mechanisms.class_name(netcon) != "NetCon":
                raise SynapseError(
                    f"netcons[{index}] is {collect.described(netcon)}; expected a NetCon"
                )
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
