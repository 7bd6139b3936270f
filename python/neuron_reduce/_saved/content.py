"""A cell of the session as a whole, as docs/saved.md has it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import neuron
from neuron import h, nrn

from .. import _distribution
from .._library import reducing
from .._session import collect, reaction_diffusion, whole
from ..errors import SavedCellError
from . import describing
from .drive import Drive, plays, set_played

FORMAT = "neuron-reduce cell"
VERSION = 2

_NAMES = (
    *("format", "version", "name", "versions", "method", "settings", "notes", "celsius"),
    *("v_init", "soma_is_list", "mechanisms", "sections", "attachments", "point_processes"),
    *("sources", "connections", "plays", "survivors", "original", "segment_map"),
)
"""The fields of version 1, in which ``original`` had no ``segments``."""


def names_of(version: int) -> tuple[str, ...]:
    """The fields that a file of a version has."""
    return _NAMES if version < 2 else (*_NAMES, "record")


def upgraded(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a file of any version, as one of this version has it."""
    if content["version"] == VERSION:
        return content
    original = {**content["original"], "segments": None}
    return {**content, "version": VERSION, "original": original, "record": None}


def of_cell(
    name: str,
    roles: Mapping[str, Iterable[nrn.Section]],
    every: Sequence[nrn.Section],
    *,
    is_soma_listed: bool,
    synapses: Sequence[Any],
    netcons: Sequence[Any],
    events: Mapping[Any, Any] | None = None,
    method: str = "",
    settings: Mapping[str, Any] | None = None,
    segment_map: Sequence[tuple[str, float, nrn.Section, float]] = (),
    stayed: Mapping[str, nrn.Section] | None = None,
    segments: dict[str, Any] | None = None,
    other_vectors: Iterable[Any] = (),
    record: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What is kept of a cell.

    :param name: the cell's.
    :param roles: its sections by ``describing.ROLES``.
    :param every: all of them, in order.
    :param is_soma_listed: whether its ``soma`` is a list.
    :param synapses: point processes on it, whichever a caller is to have as such.
    :param netcons: n NetCons onto it, the i-th of which is that of the original's i-th synapse.
    :param events: see :class:`Drive`.
    :param segment_map: for segments of the original, the name of the section and the position on
        it, the section that it went to and the position on that.
    :param stayed: by the names of the original's other sections what they are.
    :param segments: the original's, see :func:`places.described`; None where they are not known.
    :param other_vectors: Vectors that are known to be played into what is none of the cell's.
    :param record: what the reduction did, as files have it.
    :raises SavedCellError: something cannot be kept.
    """
    notes: list[str] = []
    role_of = {section: role for role in describing.ROLES for section in roles[role]}
    for section in every:
        if section not in role_of:
            raise SavedCellError(
                f"{section.name()} is in none of the lists somatic, axonal, apical and basal; "
                "expected each section of the cell in one"
            )
    found = reaction_diffusion.first_on({section.name() for section in every})
    if found:
        raise SavedCellError(
            f"rxd's region {found[0]!r} holds {found[1]}, and its species cannot be kept; expected "
            "a cell without rxd"
        )
    indices = {section: index for index, section in enumerate(every)}
    sections = [describing.section(each, role_of[each]) for each in every]
    _name_apart(sections)
    attachments = describing.attachments(every)
    live = describing.point_processes_of(every)
    places = {describing.pointer(each): index for index, each in enumerate(live)}
    drive = Drive(every, live, events, notes)
    connections = _indices(netcons, drive.indices)
    kinds = {name for each in sections for kept in ("mechanisms", "ions") for name in each[kept]}
    processes = [describing.point_process(each, indices) for each in live]
    kinds |= {each["mechanism"] for each in processes}
    read = whole.read(name, roles["soma"], roles["apical"], roles["axon"], list(live))
    played = plays(read, indices, live, notes, other_vectors)
    set_played(processes, played)
    _note_what_cannot_be_kept(read, notes)
    kept_mechanisms = [describing.mechanism(each, live, notes) for each in sorted(kinds)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "versions": {_distribution.NAME: _distribution.version(), "NEURON": neuron.__version__},
        "method": method,
        "settings": _plain(settings or {}),
        "notes": list(dict.fromkeys(notes)),
        "celsius": describing.number(h.celsius),
        "v_init": describing.number(h.v_init),
        "soma_is_list": is_soma_listed,
        "mechanisms": kept_mechanisms,
        "sections": sections,
        "attachments": attachments,
        "point_processes": processes,
        "sources": drive.sources,
        "connections": drive.connections,
        "plays": played,
        "survivors": [_place(each, places, f"synapses[{i}]") for i, each in enumerate(synapses)],
        "original": {
            "sections": [
                [each, indices[section]]
                for each, section in (stayed or {}).items()
                if section in indices
            ],
            "synapses": [drive.connections[each]["point_process"] for each in connections],
            "connections": connections,
            "segments": segments,
        },
        "segment_map": [
            [section, float(x), indices[live_section], float(place)]
            for section, x, live_section, place in segment_map
        ],
        "record": record,
    }


def _name_apart(sections: Sequence[dict[str, Any]]) -> None:
    """Gives sections names of their own: a cable may be called as one that stayed."""
    taken = {each["name"] for each in sections}
    seen: set[str] = set()
    for each in sections:
        if each["name"] in seen:
            base = re.sub(r"\[\d+\]$", "", each["name"])
            names = (f"{base}[{index}]" for index in itertools.count())
            each["name"] = next(name for name in names if name not in taken)
            taken.add(each["name"])
        seen.add(each["name"])


def _note_what_cannot_be_kept(read: reducing.Cell, notes: list[str]) -> None:
    """What NEURON tells of for the session as a whole."""
    if read.has_transfers():
        notes.append(
            "ParallelContext transfers variables in this session, as between gap junctions: those "
            "of the cell are not kept."
        )
    if read.played_random():
        notes.append("A Random is played into a variable of the session: it is not kept.")


def _indices(netcons: Sequence[Any], known: Mapping[int, int]) -> list[int]:
    found = []
    for index, each in enumerate(netcons):
        place = known.get(describing.pointer(each))
        if place is None:
            target = each.syn()
            where = "has no target" if target is None else f"targets {target.hname()}"
            raise SavedCellError(
                f"netcons[{index}] {where}; expected a point process of the reduced cell"
            )
        found.append(place)
    return found


def _place(process: Any, places: Mapping[int, int], what: str) -> int:
    place = places.get(describing.pointer(process))
    if place is None:
        raise SavedCellError(f"{what}, {process.hname()}, is not on the reduced cell any more")
    return place


def _plain(value: Any) -> Any:
    """Settings as JSON has them; a text where it has nothing."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return describing.number(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return collect.described(value)
