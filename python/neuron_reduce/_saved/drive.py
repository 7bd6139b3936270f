"""Describes what drives a cell: NetCons, what has their events, and played Vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, nrn

from .._engine import inputs as engine_inputs
from .._library import inputs as library
from .._library import reducing
from .._session import collect, mechanisms
from .._session import plays as session_plays
from ..errors import SavedCellError
from .describing import number, pointer

_THRESHOLD = 10.0
"""NEURON's own of a NetCon, in mV."""


class Drive:
    """The NetCons onto some point processes, in the order in which NEURON made them.

    :param every: the sections, by which descriptions have their indices.
    :param processes: the point processes, likewise.
    :param events: times in ms of sources that NEURON does not tell of, such as VecStims.
    :ivar sources: descriptions of what has events, NetStims in the order in which they were made.
    :ivar connections: descriptions of the NetCons.
    :ivar indices: by NEURON's reference to a NetCon its index.
    :raises ArgumentError: events are not as described, or of something that drives nothing here.
    :raises SavedCellError: a NetCon is what no NetCon can be made as.
    """

    def __init__(
        self,
        every: Sequence[nrn.Section],
        processes: Sequence[Any],
        events: Mapping[Any, Any] | None = None,
        notes: list[str] | None = None,
    ):
        self._sections = {each: index for index, each in enumerate(every)}
        self._given = engine_inputs.Given(events)
        self._unknown: dict[str, int] = {}
        self._found: list[dict[str, Any]] = []
        self._places: dict[Any, int] = {}
        self.connections: list[dict[str, Any]] = []
        self.indices: dict[int, int] = {}
        netcons = list(h.List("NetCon"))
        references = collect.object_references(netcons, "netcons", "NetCon")
        table, weights, netstims = library.read(references)
        self._processes = {pointer(each): index for index, each in enumerate(processes)}
        self._streams = netstims
        targets = [self._processes.get(each, -1) for each in table["target"].tolist()]
        places = np.flatnonzero(np.array(targets, dtype=np.int64) >= 0).tolist()
        driven = {each for each in table["target"].tolist() if each not in self._processes}
        rows = table[places]
        of_source = rows["source"].tolist()
        of_netstim, is_valid = rows["netstim"].tolist(), rows["is_valid"].tolist()
        delays, is_active = rows["delay"].tolist(), rows["is_active"].tolist()
        first, count = rows["first_weight"].tolist(), rows["weight_count"].tolist()
        for row, place in enumerate(places):
            netcon = netcons[place]
            source = self._source(
                netcon, of_source[row], of_netstim[row], bool(is_valid[row]), driven
            )
            self.indices[references[place]] = len(self.connections)
            self.connections.append(
                {
                    "point_process": targets[place],
                    "source": source,
                    "delay": number(delays[row]),
                    # NEURON ends the process where it is asked of one whose source is gone.
                    "threshold": number(netcon.threshold) if is_valid[row] else _THRESHOLD,
                    "weight": [
                        number(each) for each in weights[first[row] : first[row] + count[row]]
                    ],
                    "active": bool(is_active[row]),
                }
            )
        self._given.check_that_all_were_used()
        self._in_order_of_netstims()
        for what, times in self._unknown.items():
            if notes is not None:
                notes.append(
                    f"{times} NetCons have their events from {what}, which are not kept: instances "
                    "have these NetCons without a source."
                )

    @property
    def sources(self) -> list[dict[str, Any]]:
        return self._found

    def _source(
        self, netcon: Any, source: int | None, netstim: int, is_valid: bool, driven: set[int]
    ) -> int | None:
        """The index of what a NetCon has its events from; None for nothing."""
        if source:
            known = self._places.get(source)
            if known is None:
                known = self._add(source, self._of_object(netcon, source, netstim, driven))
            elif self._found[known]["kind"] == "unknown":
                self._count(self._found[known]["text"])
            return known
        if not is_valid:
            self._count("sources that are gone")
            return None
        described = self._of_segment(netcon)
        if described is None:
            return None
        if described["kind"] == "unknown":
            self._count(described["text"])
        key = tuple(described.items())
        known = self._places.get(key)
        return self._add(key, described) if known is None else known

    def _add(self, key: Any, described: dict[str, Any]) -> int:
        self._places[key] = len(self._found)
        self._found.append(described)
        return self._places[key]

    def _count(self, what: str) -> None:
        self._unknown[what] = self._unknown.get(what, 0) + 1

    def _of_object(
        self, netcon: Any, source: int, netstim: int, driven: set[int]
    ) -> dict[str, Any]:
        if self._given.is_of(source):
            times = np.sort(self._given.times(netcon.pre()))
            return {"kind": "events", "times": [float(each) for each in times]}
        process = self._processes.get(source)
        if process is not None:
            return {"kind": "point process", "point_process": process}
        made = netcon.pre()
        kind = mechanisms.class_name(made)
        if netstim >= 0 and source not in driven:
            return net_stim(made)
        if netcon.srcgid() >= 0:
            return {"kind": "gid", "gid": int(netcon.srcgid())}
        what = f"{kind}s that NetCons start and stop" if netstim >= 0 else f"{kind}s"
        self._count(what)
        return {"kind": "unknown", "text": what}

    def _of_segment(self, netcon: Any) -> dict[str, Any] | None:
        segment = netcon.preseg()
        if segment is not None and segment.sec in self._sections:
            return {
                "kind": "potential",
                "section": self._sections[segment.sec],
                "x": float(segment.x),
            }
        if netcon.srcgid() >= 0:
            return {"kind": "gid", "gid": int(netcon.srcgid())}
        if segment is not None:
            return {"kind": "unknown", "text": "potentials of other cells"}
        if engine_inputs.is_of_another_variable(netcon):
            return {"kind": "unknown", "text": "variables that are no membrane potentials"}
        return None

    def _in_order_of_netstims(self) -> None:
        """Sources in the order in which they were made, on which that of events of the same time
        depends."""
        made = {pointer(each): index for index, each in enumerate(h.List("NetStim"))}
        keys = list(self._places)
        order = sorted(range(len(keys)), key=lambda each: made.get(keys[each], len(made)))
        self._found = [self._found[each] for each in order]
        new = {old: index for index, old in enumerate(order)}
        for each in self.connections:
            if each["source"] is not None:
                each["source"] = new[each["source"]]


def net_stim(which: Any) -> dict[str, Any]:
    """A NetStim with its stream of random numbers."""
    return {
        "kind": "NetStim",
        "interval": number(which.interval),
        "number": number(which.number),
        "start": number(which.start),
        "noise": number(which.noise),
        "ids": [int(each) for each in which.ranvar.get_ids()],
    }


def plays(
    read: reducing.Cell,
    indices: dict[nrn.Section, int],
    processes: Sequence[Any],
    notes: list[str],
    others: Iterable[Any] = (),
) -> list[dict[str, Any]]:
    """The Vectors that are played into the cell's variables.

    :param read: the cell, read with these point processes.
    :param indices: of the sections.
    :param notes: takes sentences on what is not kept.
    :param others: Vectors of instances: what of them is played into another cell is known.
    """
    elsewhere = set(map(pointer, others))
    recordings = [
        each
        for each in read.recordings() or ()
        if each.name is not None or each.vector not in elsewhere
    ]
    recordings = session_plays.of_no_other_cell(recordings, indices)
    if not recordings:
        return []
    vectors = {pointer(each): each for each in h.List("Vector")}
    own = read.sections()
    found = []
    for each in recordings:
        if each.name is None or (each.point_process < 0 and each.section < 0):
            notes.append(
                "A Vector is played into a variable that is none of the cell's, such as a NetCon's "
                "weight or that of another cell, or into a statement of hoc: it is not kept."
            )
            continue
        name, element = _taken_apart(each.name)
        wanted = [each.vector]
        wanted += [each.times] if each.has_times else []
        wanted += [each.breaks] if each.has_breaks else []
        if not all(one in vectors for one in wanted):
            raise SavedCellError(
                f"what is played into {each.name} is no Vector of the session; expected one"
            )
        values, *others = (np.array(vectors[one], dtype=float) for one in wanted)
        is_of_process = each.point_process >= 0
        found.append(
            {
                "point_process": each.point_process if is_of_process else None,
                "section": None if is_of_process else indices[own[each.section]],
                "x": None if is_of_process else each.position,
                "variable": name,
                "element": element,
                "values": [number(one) for one in values],
                "times": [number(one) for one in others[0]] if each.has_times else None,
                "interval": None if each.has_times else number(each.interval),
                "continuous": each.is_continuous,
                "jumps": [int(one) for one in others[1]] if each.has_breaks else None,
            }
        )
    return found


def set_played(processes: list[dict[str, Any]], played: Iterable[dict[str, Any]]) -> None:
    """Gives parameters into which values are played those that each run begins with, in the place
    of what the last one has left."""
    for each in played:
        begins = each["continuous"] or each["times"] is None or each["times"][0] == 0
        if each["point_process"] is None or not begins:
            continue
        parameters = processes[each["point_process"]]["parameters"]
        if each["variable"] not in parameters:
            continue
        if each["element"] is None:
            parameters[each["variable"]] = each["values"][0]
        else:
            parameters[each["variable"]][each["element"]] = each["values"][0]


def _taken_apart(name: str) -> tuple[str, int | None]:
    name, bracket, element = name.partition("[")
    return name, int(element.rstrip("]")) if bracket else None
