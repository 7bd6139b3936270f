"""NEURON goes on where the engine has stopped."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._session import mechanisms
from ..errors import EngineError
from . import inputs, internals, sources, structures
from .cells import Cell
from .programs import Loaded
from .trials import Traces

_PENDING = np.dtype(structures.Pending)

_KEPT_BY_NEURON = re.compile(r"\b(WATCH|net_move)\b")
"""What leaves something in NEURON's own objects that the engine has elsewhere."""


class Continuation:
    """What NEURON needs to go on from a run's end.

    To be made when NEURON has initialised. It does the last step itself: currents, and whatever
    else is computed on the way, are then those of the end.

    :param detectors: of the session, in the order of the run's sites.
    :raises EngineError: NEURON could not go on; the message says why.
    """

    def __init__(self, loaded: Loaded, detectors: Sequence[inputs.Detector]):
        self._loaded = loaded
        cell = loaded.cell
        assert isinstance(cell, Cell)
        self._cell = cell
        self._detectors = [each.netcon for each in detectors]
        _check_session()
        _check_mechanisms(cell)
        self._processes = [internals.content(each) for each in cell.point_processes]
        self._stimulators = {
            index: internals.content(source)
            for index, source in enumerate(cell.inputs.sources)
            if isinstance(cell.inputs.origins[index], inputs.Stimulator)
        }
        self._netcons = [internals.content(each) for each in cell.inputs.netcons]
        self._check_netcons()
        self._check_events()
        self._records = internals.records()
        self._check_records()
        self._instances = _Instances(cell, self._processes)

    def take(self, run: structures.Run, sources: np.ndarray, plays: np.ndarray) -> None:
        """Takes the events that are to come, before the run is gone."""
        pending = self._loaded.functions.pending
        count = pending(run, None, 0)
        events = np.zeros(count, dtype=_PENDING)
        pending(run, events.ctypes.data, count)
        self._events = events[np.lexsort((events["order"], events["time"]))]
        self._sources, self._plays = sources, plays

    def give(self, traces: Traces, vectors: dict[int | None, Any]) -> None:
        """Leaves the session where the run has ended.

        :param vectors: all of the session, filled up to there.
        """
        cell, loaded, memory = self._cell, self._loaded, traces.memory
        h.t = traces.t[-1]
        for index, section in enumerate(cell.sections):
            for segment in section.allseg():
                segment.v = memory[cell.potential(index, segment.x, loaded.program)]
        self._instances.give(loaded, memory)
        cell.randoms.hand_back(memory, loaded.program)
        for play, offset in zip(cell.plays, loaded.wiring.plays["offset"], strict=True):
            setattr(cell.point_processes[play.process], play.name, memory[offset])
        internals.clear_events()
        self._give_weights(memory)
        self._give_crossings()
        self._give_streams()
        self._give_events()
        self._give_records(traces.t[-1], vectors)

    def _check_netcons(self) -> None:
        given = self._cell.inputs
        for address, netcon, delay in zip(self._netcons, given.netcons, given.delays, strict=True):
            if netcon.pre() is None and netcon.preseg() is None:
                continue
            if not internals.is_netcon(address, delay):
                raise EngineError(f"{netcon.hname()} is not as expected")
        own = set(self._processes)
        for netcon in h.List("NetCon"):
            target = internals.target(internals.content(netcon))
            if target and target not in own:
                raise EngineError(f"{netcon.hname()} has its target elsewhere")
        for netcon in self._watching():
            if not internals.is_detector(internals.content(netcon), netcon.threshold):
                raise EngineError(f"the source of {netcon.hname()} is not as expected")

    def _watching(self) -> Iterator[Any]:
        """One NetCon for each source that is a potential: the cell's, and then the detectors."""
        given = self._cell.inputs
        for index, origin in enumerate(given.origins):
            if isinstance(origin, inputs.Crossing):
                yield given.netcons[int(np.flatnonzero(given.origin_indices == index)[0])]
        yield from self._detectors

    def _check_events(self) -> None:
        known = {*self._processes, *self._stimulators.values()}
        known |= {
            internals.content(source)
            for index, source in enumerate(self._cell.inputs.sources)
            if source is not None and isinstance(self._cell.inputs.origins[index], inputs.Times)
        }
        for kind, target in internals.event_classes():
            if not kind:
                raise EngineError("the session has events of its own, as CVode.event makes them")
            if target and target not in known:
                raise EngineError("the session has an artificial cell that is none of the cell's")

    def _check_records(self) -> None:
        for each in self._records:
            if not each.is_as_expected:
                raise EngineError("what records and plays is not as expected")
        plays = [each for each in self._records if each.is_play]
        known = [[internals.content(each) for each in play.vectors] for play in self._cell.plays]
        if len(plays) != len(known) or any(
            play.vector not in vectors for play, vectors in zip(plays, known, strict=True)
        ):
            raise EngineError("the session's plays are not as expected")

    def _give_weights(self, memory: np.ndarray) -> None:
        given, first = self._cell.inputs, self._loaded.program.weights
        values = memory[first : first + len(given.weights)]
        counts = np.diff(given.weight_starts)
        differs = np.zeros(len(given.weights) + 1, dtype=np.int64)
        differs[1:] = np.cumsum(values != given.weights)
        starts = given.weight_starts
        changed = (differs[starts[1:]] > differs[starts[:-1]]) | (counts > 1)
        for index in np.flatnonzero(changed):
            own = slice(starts[index], starts[index + 1])
            internals.weights(self._netcons[index], counts[index])[:] = values[own]

    def _give_crossings(self) -> None:
        is_crossing = self._sources["kind"] == structures.CROSSING
        found = self._sources["is_above"][is_crossing]
        for netcon, is_above in zip(self._watching(), found, strict=True):
            internals.set_above(internals.content(netcon), bool(is_above))

    def _give_streams(self) -> None:
        places, origins = self._streams()
        if not len(places):
            return
        given = self._cell.inputs
        own = [self._stimulators[origin] for origin in origins]
        instances = internals.Instances("NetStim", list(map(internals.property_of_process, own)))
        sent, next_ones = self._sources["sent"][places], self._pending_of(places)
        is_on = np.where(next_ones | (sent == 0), instances.get("on"), 0.0)
        instances.set("on", is_on)
        instances.set("ispike", sent)
        for place, origin in zip(places, origins, strict=True):
            drawn = int(self._sources["drawn"][place])
            if drawn:
                given.sources[origin].ranvar.set_seq(drawn)

    def _streams(self) -> tuple[np.ndarray, np.ndarray]:
        """Which sources are NetStims, and the indices of the cell's origins that they are."""
        origins = self._loaded.wiring.origins
        places = np.flatnonzero(self._sources["kind"][: len(origins)] == structures.STREAM)
        return places, origins[places]

    def _pending_of(self, places: np.ndarray) -> np.ndarray:
        """Which of some sources have events to come."""
        events = self._events[self._events["what"] == structures.OF_SOURCE]
        return np.isin(places, events["index"])

    def _give_events(self) -> None:
        given, wiring, program = self._cell.inputs, self._loaded.wiring, self._loaded.program
        instances = {tuple(each): index for index, each in enumerate(program.instances.tolist())}
        movables = {
            origin: internals.movable(process, "NetStim")
            for origin, process in self._stimulators.items()
        }
        for event in self._events.tolist():
            time, _, what, index, kind, instance, flag, weights = event
            if what == structures.DELIVERY:
                given.netcons[wiring.netcons[index]].event(time)
            elif what == structures.TO_ITSELF:
                process = self._processes[instances[kind, instance]]
                address = self._address_of_weights(weights - program.weights)
                internals.send_to_itself(process, address, time, flag, internals.no_datum())
            elif self._sources["kind"][index] == structures.STREAM:
                origin = wiring.origins[index]
                flag = 1.0 if self._sources["sent"][index] else 3.0
                internals.send_to_itself(
                    self._stimulators[origin], 0, time, flag, movables[origin]
                )
            else:
                self._give_times(index)

    def _give_times(self, index: int) -> None:
        """What NetCons are to deliver at times that were stated."""
        given, wiring, source = self._cell.inputs, self._loaded.wiring, self._sources[index]
        times = np.ctypeslib.as_array(
            (ctypes.c_double * int(source["time_count"])).from_address(int(source["times"]))
        )
        for each in range(source["first"], source["first"] + source["count"]):
            netcon, delay = given.netcons[wiring.netcons[each]], wiring.connections["delay"][each]
            for time in times[source["time_index"] :].tolist():
                netcon.event(time + delay)

    def _address_of_weights(self, place: int) -> int:
        """Where NEURON has a weight, by its place among all; 0 where it is none."""
        starts = self._cell.inputs.weight_starts
        if not 0 <= place < starts[-1]:
            return 0
        index = int(np.searchsorted(starts, place, "right")) - 1
        return internals.address_of_weights(self._netcons[index]) + 8 * int(place - starts[index])

    def _give_records(self, t: float, vectors: dict[int | None, Any]) -> None:
        known = {internals.content(each): each for each in vectors.values()}
        plays = iter(self._plays)
        for each in self._records:
            if each.is_play:
                play = next(plays)
                if each.kind == "VecPlayStep":
                    each.indices[:] = [int(play["index"])]
                else:
                    names = ("place", "break_index", "index")
                    each.indices[:] = [int(play[name]) for name in names]
                each.send(float(play["next"]))
            elif each.kind == "VecRecordDt":
                due = 0.0
                while due <= t:
                    due += each.interval
                each.send(due)
            else:
                times = known[each.times]
                done = len(known[each.vector])
                if done < len(times):
                    each.send(times[done])


def _check_session() -> None:
    if int(h.ParallelContext().nthread()) > 1:
        raise EngineError("the session has several threads")
    if internals.variable("nrn_use_selfqueue_", ctypes.c_int):
        raise EngineError("artificial cells keep their events for themselves")


def _check_mechanisms(cell: Cell) -> None:
    for kind in dict.fromkeys(map(mechanisms.class_name, cell.point_processes)):
        source = cell.source(kind)
        text = sources.without_comments(source.text) if source is not None else ""
        found = _KEPT_BY_NEURON.search(text)
        if found:
            raise EngineError(
                f"{kind} uses {found[0]}, of which NEURON keeps what cannot be handed over"
            )


class _Instances:
    """All mechanisms and point processes of a cell."""

    def __init__(self, cell: Cell, processes: Sequence[int]):
        self._cell = cell
        self._processes: dict[str, list[int]] = {}
        for index, process in enumerate(cell.point_processes):
            self._processes.setdefault(mechanisms.class_name(process), []).append(index)
        self._of_processes = {
            kind: internals.Instances(
                kind, [internals.property_of_process(processes[index]) for index in own]
            )
            for kind, own in self._processes.items()
        }
        places: dict[str, list[tuple[int, float]]] = {}
        found: dict[str, list[int]] = {}
        for index, section in enumerate(cell.sections):
            kinds = [each.name() for each in section(0.5)]
            properties = internals.properties_of_section(section, kinds)
            for kind, own in zip(kinds, properties, strict=True):
                places.setdefault(kind, []).extend((index, each.x) for each in section)
                found.setdefault(kind, []).extend(own)
        self._places = places
        self._of_sections = {
            kind: internals.Instances(kind, own) for kind, own in found.items()
        }

    def give(self, loaded: Loaded, memory: np.ndarray) -> None:
        """Sets all variables to what a run has left."""
        for kind, instances in self._of_sections.items():
            _give_of_sections(kind, instances, self._places[kind], loaded, memory)
        for kind, instances in self._of_processes.items():
            _give_of_processes(kind, instances, self._processes[kind], loaded, memory)


def _elements(instances: internals.Instances) -> Iterator[tuple[str, int, str]]:
    """All variables of a mechanism and elements of such: names, indices, and what is behind the
    names."""
    for name, size in instances.fields.items():
        for element in range(size):
            yield name, element, f"[{element}]" if size > 1 else ""


def _give_of_sections(
    kind: str,
    instances: internals.Instances,
    places: Sequence[tuple[int, float]],
    loaded: Loaded,
    memory: np.ndarray,
) -> None:
    program = loaded.program
    suffix = "" if kind.endswith("_ion") else f"_{kind}"
    for name, element, subscript in _elements(instances):
        if name == "v" or (kind.endswith("_ion") and name in _currents_of_ion(kind)):
            continue
        found = [
            program.variable(section, x, f"{name}{suffix}{subscript}") for section, x in places
        ]
        if None not in found:
            instances.set(name, memory[found], element)
        elif any(each is not None for each in found):
            values = instances.get(name, element)
            for index, place in enumerate(found):
                if place is not None:
                    values[index] = memory[place]
            instances.set(name, values, element)


def _currents_of_ion(kind: str) -> tuple[str, str]:
    ion = kind.removesuffix("_ion")
    return f"i{ion}", f"di{ion}_dv_"


def _give_of_processes(
    kind: str,
    instances: internals.Instances,
    indices: Sequence[int],
    loaded: Loaded,
    memory: np.ndarray,
) -> None:
    program = loaded.program
    states = {name for name, _ in mechanisms.variables(kind, mechanisms.STATE)}
    own = program.instances[indices]
    assert len(np.unique(own[:, 0])) == 1
    # Of those that are computed together the first has what all have.
    _, first = np.unique(own, axis=0, return_index=True)
    is_other = np.ones(len(own), dtype=bool)
    is_other[first] = False
    for name, element, subscript in _elements(instances):
        place = program.member(indices[0], f"{name}{subscript}")
        if place is None:
            continue
        values = memory[place - own[0, 1] + own[:, 1]]
        if name in states:
            values[is_other] = 0
        instances.set(name, values, element)
