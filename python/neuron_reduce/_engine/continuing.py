"""NEURON goes on where the engine has stopped."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._library import session
from .._library.programs import Program
from .._session import mechanisms
from ..errors import EngineError
from . import inputs, internals, sources, structures, ties
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
        internals.check()
        _check_session()
        _check_mechanisms(cell)
        self._processes = internals.contents(cell.point_processes)
        given = cell.inputs
        self._sources_of_origins = np.zeros(len(given.origins), dtype=np.uint64)
        having = [index for index, each in enumerate(given.sources) if each is not None]
        self._sources_of_origins[having] = internals.contents(given.sources[k] for k in having)
        self._netcons = internals.contents(given.netcons)
        watching = list(self._watching_netcons())
        self._watching = internals.contents(watching)
        self._sending = self._netcons[
            [
                index
                for index, origin in enumerate(given.origin_indices)
                if isinstance(given.origins[origin], inputs.Crossing | inputs.Process)
            ]
        ]
        self._check_netcons(watching)
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
        if run.failure:
            raise EngineError("there is no memory for the events that are to come")
        # What there was in the run itself is warned of already.
        if not run.tie_count:
            ties.warn_of_pending(self._tied())

    def _tied(self) -> ties.Ties | None:
        """A point process whose NET_RECEIVE depends on the order of events, with two to come at the
        same time that are not alike, or one at the time of one of a process joined with it."""
        orders, joined = self._loaded.program.event_orders, self._loaded.program.joined
        if not orders.any() and not len(joined):
            return None
        known: dict[tuple[int, int, float], tuple] = {}
        every: set[tuple[int, int, float]] = set()
        for kind, instance, time, what in self._coming():
            place = kind, instance, time
            every.add(place)
            is_own = what[1] != 0
            counts = orders[kind] == 2 or (orders[kind] == 1 and is_own)
            if counts and known.setdefault(place, what) != what:
                return self._ties_of(*place)
        writers: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for kind, instance, *writer in joined.tolist():
            writers.setdefault((kind, instance), []).append(tuple(writer))
        for kind, instance, time in every:
            if any((*each, time) in every for each in writers.get((kind, instance), ())):
                return self._ties_of(kind, instance, time, is_joined=True)
        return None

    def _ties_of(self, kind: int, instance: int, time: float, is_joined: bool = False) -> ties.Ties:
        name = ties.name_of(self._loaded, kind, instance)
        return ties.Ties(name, time, 1, is_joined)

    def _coming(self) -> Iterator[tuple[int, int, float, tuple]]:
        """Of each event that is known to come the kind and index of the point process, the time,
        and its weights' place and flag."""
        connections = self._loaded.wiring.connections
        for event in self._events:
            if event["what"] == structures.TO_ITSELF:
                coming = [(event, 0.0, float(event["flag"]))]
            elif event["what"] == structures.DELIVERY:
                coming = [(connections[event["index"]], 0.0, 0.0)]
            else:
                source = self._sources[event["index"]]
                own = connections[source["first"] : source["first"] + source["count"]]
                coming = [(each, each["delay"], 0.0) for each in own]
            for each, delay, flag in coming:
                what = int(each["weights"]), flag
                yield int(each["kind"]), int(each["instance"]), float(event["time"] + delay), what

    def give(self, traces: Traces, vectors: dict[int | None, Any]) -> None:
        """Leaves the session where the run has ended.

        :param vectors: all of the session, filled up to there.
        :raises EngineError: NEURON does not take something: the session is then between.
        """
        cell, loaded, memory = self._cell, self._loaded, traces.memory
        self._give_streams()
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
        self._give_events()
        self._give_records(traces.t[-1], vectors)

    def _check_netcons(self, watching: Sequence[Any]) -> None:
        given = self._cell.inputs
        # One that has lost its source is asked for nothing.
        is_valid = given.delays != 0
        are_netcons = internals.are_netcons(self._netcons, given.delays)
        for index in np.flatnonzero(is_valid & ~are_netcons)[:1]:
            raise EngineError(f"{given.netcons[index].hname()} is not as expected")
        every = list(h.List("NetCon"))
        targets = internals.targets(internals.contents(every))
        for index in np.flatnonzero(~np.isin(targets, _with_none(self._processes)))[:1]:
            raise EngineError(f"{every[index].hname()} has its target elsewhere")
        for netcon, address in zip(watching, self._watching, strict=True):
            if not internals.is_detector(int(address), netcon.threshold):
                raise EngineError(f"the source of {netcon.hname()} is not as expected")

    def _watching_netcons(self) -> Iterator[Any]:
        """One NetCon for each source that is a potential: the cell's, and then the detectors."""
        given = self._cell.inputs
        for index, origin in enumerate(given.origins):
            if isinstance(origin, inputs.Crossing):
                yield given.netcons[int(np.flatnonzero(given.origin_indices == index)[0])]
        yield from self._detectors

    def _check_events(self) -> None:
        kinds, targets = internals.event_classes()
        if "" in kinds:
            raise EngineError("the session has events of its own, as CVode.event makes them")
        known = _with_none(self._processes, self._sources_of_origins)
        if not np.isin(targets, known).all():
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
        addresses = internals.addresses_of_weights(self._netcons)
        for index in np.flatnonzero(changed):
            own = slice(starts[index], starts[index + 1])
            internals.numbers_at(int(addresses[index]), counts[index])[:] = values[own]

    def _give_crossings(self) -> None:
        is_crossing = self._sources["kind"] == structures.CROSSING
        found = self._sources["is_above"][is_crossing]
        for netcon, is_above in zip(self._watching, found, strict=True):
            internals.set_above(int(netcon), bool(is_above))

    def _give_streams(self) -> None:
        places, origins = self._streams()
        if not len(places):
            return
        given = self._cell.inputs
        own = self._sources_of_origins[origins]
        drawn = self._sources["drawn"][places]
        have_drawn = drawn > 0
        index = internals.stream_index(given.sources[origins[0]], "ranvar")
        if not session.set_streams(own[have_drawn], drawn[have_drawn], index):
            raise EngineError("NEURON does not tell where NetStims have their random numbers")
        instances = internals.Instances("NetStim", internals.properties_of_processes(own))
        sent = self._sources["sent"][places]
        # One that has had its last event is off.
        is_on = self._pending_of(places) | (sent == 0)
        instances.set("on", np.where(is_on, instances.get("on"), 0.0))
        instances.set("ispike", sent)

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
        events, wiring, program = self._events, self._loaded.wiring, self._loaded.program
        found = np.zeros(len(events), dtype=session.EVENT)
        found["time"] = events["time"]
        what, index = events["what"], events["index"]
        is_delivery = what == structures.DELIVERY
        netcons = self._netcons[wiring.netcons[index[is_delivery]]]
        found["target"][is_delivery] = self._targets_of(netcons)
        self._fill_own(found, np.flatnonzero(what == structures.TO_ITSELF), program)
        of_source = np.flatnonzero(what == structures.OF_SOURCE)
        is_stream = self._sources["kind"][index[of_source]] == structures.STREAM
        streams = of_source[is_stream]
        own = self._sources_of_origins[wiring.origins[index[streams]]]
        found["target"][streams] = own
        found["movable"][streams] = internals.movables(own, "NetStim")
        # As NetStim has it: 3 for the first event, 1 for others.
        found["flag"][streams] = np.where(self._sources["sent"][index[streams]] > 0, 1.0, 3.0)
        others = of_source[~is_stream]
        # One event of a source stands for those of all its NetCons.
        keys = np.stack([found["target"], found["time"].view(np.uint64)], axis=1)
        _, first = np.unique(keys, axis=0, return_index=True)
        is_again = is_delivery.copy()
        is_again[first] = False
        again = np.flatnonzero(is_again & ~np.isin(found["target"], self._netcons))
        internals.send(np.delete(found, np.concatenate([others, again])))
        for source in index[others]:
            internals.send(self._times_of(self._sources[source]))

    def _targets_of(self, netcons: np.ndarray) -> np.ndarray:
        """What the queue has events of for deliveries by NetCons: these, or their sources."""
        if not len(netcons):
            return netcons
        sources = internals.sources_of(netcons)
        # Those whose times are stated have none, or one that does not send.
        is_watched = np.isin(sources, internals.sources_of(self._sending))
        as_one = np.zeros(len(netcons), dtype=bool)
        as_one[is_watched] = internals.are_sent_as_one(sources[is_watched])
        return np.where(as_one, sources, netcons)

    def _fill_own(self, found: np.ndarray, places: np.ndarray, program: Program) -> None:
        """Events of point processes to themselves."""
        instances = {tuple(each): index for index, each in enumerate(program.instances.tolist())}
        starts = self._cell.inputs.weight_starts
        addresses = internals.addresses_of_weights(self._netcons)
        for place in places:
            event = self._events[place]
            process = instances[int(event["kind"]), int(event["instance"])]
            found["target"][place] = self._processes[process]
            kind = mechanisms.class_name(self._cell.point_processes[process])
            (found["movable"][place],) = internals.movables(self._processes[[process]], kind)
            found["flag"][place] = event["flag"]
            weight = int(event["weights"]) - program.weights
            # Those of INITIAL have none.
            if 0 <= weight < starts[-1]:
                netcon = int(np.searchsorted(starts, weight, "right")) - 1
                address = int(addresses[netcon]) + 8 * int(weight - starts[netcon])
                found["weights"][place] = address

    def _times_of(self, source: np.void) -> np.ndarray:
        """What NetCons are to deliver at times that were stated."""
        wiring, count = self._loaded.wiring, int(source["time_count"])
        times = np.array(internals.numbers_at(int(source["times"]), count))[source["time_index"] :]
        found = []
        for each in range(source["first"], source["first"] + source["count"]):
            events = np.zeros(len(times), dtype=session.EVENT)
            events["target"] = self._netcons[wiring.netcons[each]]
            events["time"] = times + wiring.connections["delay"][each]
            found.append(events)
        return np.concatenate([np.zeros(0, dtype=session.EVENT), *found])

    def _give_records(self, t: float, vectors: dict[int | None, Any]) -> None:
        known = (
            {internals.content(each): each for each in vectors.values()} if self._records else {}
        )
        plays, dues = iter(self._plays), []
        for each in self._records:
            if each.is_play:
                play = next(plays)
                if each.kind == "VecPlayStep":
                    each.indices[:] = [int(play["index"])]
                else:
                    names = ("place", "break_index", "index")
                    each.indices[:] = [int(play[name]) for name in names]
                dues.append((each.event, play["next"]))
            elif each.kind == "VecRecordDt":
                due = 0.0
                while due <= t:
                    due += each.interval
                dues.append((each.event, due))
            else:
                times = known[each.times]
                done = len(known[each.vector])
                if done < len(times):
                    dues.append((each.event, times[done]))
        events = np.zeros(len(dues), dtype=session.EVENT)
        for place, (event, due) in enumerate(dues):
            events[place]["target"], events[place]["time"] = event, due
        internals.send(events[events["time"] < np.inf])


def _with_none(*addresses: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros(1, dtype=np.uint64), *addresses])


def _check_session() -> None:
    if int(h.ParallelContext().nthread()) > 1:
        raise EngineError("the session has several threads")
    if internals.variable("nrn_use_selfqueue_", ctypes.c_int):
        raise EngineError("artificial cells keep their events for themselves")
    if internals.variable("nrn_use_bin_queue_", ctypes.c_int):
        raise EngineError("events are in NEURON's other queue")


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

    def __init__(self, cell: Cell, processes: np.ndarray):
        self._processes: dict[str, list[int]] = {}
        for index, process in enumerate(cell.point_processes):
            self._processes.setdefault(mechanisms.class_name(process), []).append(index)
        self._of_processes = {
            kind: internals.Instances(kind, internals.properties_of_processes(processes[own]))
            for kind, own in self._processes.items()
        }
        places: dict[str, list[int]] = {}
        found: dict[str, list[int]] = {}
        start = 0
        for section in cell.sections:
            kinds = [each.name() for each in section(0.5)]
            properties = internals.properties_of_section(section, kinds)
            for kind, own in zip(kinds, properties, strict=True):
                places.setdefault(kind, []).extend(range(start, start + section.nseg))
                found.setdefault(kind, []).extend(own)
            start += section.nseg
        self._segment_count = start
        self._places = places
        self._of_sections = {kind: internals.Instances(kind, own) for kind, own in found.items()}

    def give(self, loaded: Loaded, memory: np.ndarray) -> None:
        """Sets all variables to what a run has left."""
        for kind, instances in self._of_sections.items():
            self._give_of_sections(kind, instances, loaded, memory)
        for kind, instances in self._of_processes.items():
            _give_of_processes(kind, instances, self._processes[kind], loaded, memory)
        for kind in (*self._of_sections, *self._of_processes):
            for name, _ in mechanisms.variables(kind, mechanisms.GLOBAL):
                place = loaded.program.global_variable(name)
                if place is not None:
                    setattr(h, name, memory[place])

    def _give_of_sections(
        self, kind: str, instances: internals.Instances, loaded: Loaded, memory: np.ndarray
    ) -> None:
        suffix = "" if kind.endswith("_ion") else f"_{kind}"
        segments = np.array(self._places[kind])
        for name, element, subscript in _elements(instances):
            if name == "v" or (kind.endswith("_ion") and name in _currents_of_ion(kind)):
                continue
            full_name = f"{name}{suffix}{subscript}"
            places = loaded.program.variables(self._segment_count, full_name)[segments]
            is_there = places >= 0
            if is_there.any():
                values = np.where(is_there, memory[places], instances.get(name, element))
                instances.set(name, values, element)


def _elements(instances: internals.Instances) -> Iterator[tuple[str, int, str]]:
    """All variables of a mechanism and elements of such: names, indices, and what is behind the
    names."""
    for name, size in instances.fields.items():
        for element in range(size):
            yield name, element, f"[{element}]" if size > 1 else ""


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
    # Of those that are computed together the first has what all have.
    _, first = np.unique(own, axis=0, return_index=True)
    is_other = np.ones(len(own), dtype=bool)
    is_other[first] = False
    _, groups = np.unique(own[:, 0], return_inverse=True)
    for name, element, subscript in _elements(instances):
        values = instances.get(name, element)
        is_there = False
        for group in range(groups.max() + 1):
            members = np.flatnonzero(groups == group)
            place = program.member(indices[members[0]], f"{name}{subscript}")
            if place is not None:
                places = own[members, 1]
                values[members] = memory[place - places[0] + places]
                is_there = True
        if is_there:
            values[is_other & (name in states)] = 0
            instances.set(name, values, element)
