"""Everything that can be read of a NEURON session, as plain values to be compared.

Reading changes nothing. NEURON computes areas and axial resistances when they are asked for, and
overwrites a diameter that is not positive when it does: a session that has one is read without
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from neuron import h

Snapshot = dict[str, Any]

_PARAMETER, _ASSIGNED, _STATE, _GLOBAL, _ALL = 1, 2, 3, -1, 0

_SETTINGS = ("celsius", "dt", "tstop", "v_init", "t", "secondorder", "steps_per_ms")

# Classes whose objects a call could leave behind.
_COUNTED = (
    "List",
    "MechanismStandard",
    "MechanismType",
    "SectionList",
    "StringFunctions",
    "Vector",
)


def names_of(mechanism: str, kind: int) -> list[tuple[str, int]]:
    """The variables of a mechanism of one kind, each with its array size."""
    standard = h.MechanismStandard(mechanism, kind)
    text = h.ref("")
    found = []
    for index in range(int(standard.count())):
        size = int(standard.name(text, index))
        found.append((text[0], size))
    return found


def _mechanisms(point_processes: bool) -> list[str]:
    types = h.MechanismType(int(point_processes))
    text = h.ref("")
    found = []
    for index in range(int(types.count())):
        types.select(index)
        types.selected(text)
        found.append(text[0])
    return found


class _Reader:
    """Reads a mechanism's values in a segment, variables of all kinds."""

    def __init__(self, mechanism: str):
        # What an ion's concentrations are, a parameter or a state, depends on who uses the ion.
        kinds = (_ALL,) if mechanism.endswith("_ion") else (_PARAMETER, _ASSIGNED, _STATE)
        self._standards = [
            (h.MechanismStandard(mechanism, kind), names_of(mechanism, kind)) for kind in kinds
        ]

    def __call__(self, section: Any, x: float) -> dict[str, float]:
        values = {}
        for standard, names in self._standards:
            standard._in(x, sec=section)
            for name, size in names:
                for index in range(size):
                    values[f"{name}[{index}]"] = standard.get(name, index)
        return values


def _segment_text(segment: Any) -> str | None:
    return None if segment is None else f"{segment.sec.name()}({segment.x!r})"


def _sections(readers: Callable[[str], _Reader]) -> list[Snapshot]:
    sections = list(h.allsec())
    diameter = readers("morphology")

    def have_diameters() -> bool:
        values = (
            diameter(section, segment.x)["diam[0]"] for section in sections for segment in section
        )
        return all(value > 0 and math.isfinite(value) for value in values)

    measurable = have_diameters()
    if measurable:
        # NEURON now takes diameters from 3D points, where it did not yet look at them.
        for section in sections:
            section(0.5).area()
        measurable = have_diameters()
    return [_section(section, readers, measurable) for section in sections]


def _section(section: Any, readers: Callable[[str], _Reader], measurable: bool) -> Snapshot:
    segments = []
    for segment in section:
        mechanisms = [mechanism.name() for mechanism in segment]
        values = {
            "diam": readers("morphology")(section, segment.x)["diam[0]"],
            "cm": segment.cm,
            "v": segment.v,
            "mechanisms": {name: readers(name)(section, segment.x) for name in mechanisms},
        }
        if measurable:
            values |= {"area": segment.area(), "ri": segment.ri()}
        segments.append(values)
    return {
        "name": section.name(),
        "address": section.hoc_internal_name(),
        "parent": _segment_text(section.parentseg()),
        "orientation": section.orientation(),
        "children": [child.name() for child in section.children()],
        "L": section.L,
        "Ra": section.Ra,
        "nseg": section.nseg,
        "rallbranch": section.rallbranch,
        "end_ri": section(1).ri() if measurable else None,
        "points": [
            (section.x3d(i), section.y3d(i), section.z3d(i), section.diam3d(i))
            for i in range(section.n3d())
        ],
        "ion_styles": {
            name: h.ion_style(name, sec=section)
            for name in (mechanism.name() for mechanism in section(0.5))
            if name.endswith("_ion")
        },
        "segments": segments,
    }


def _point_process(process: Any, names: list[tuple[str, int]]) -> Snapshot:
    # Artificial cells have no place; the others may have none, when their section was deleted.
    place = process.get_segment() if hasattr(process, "get_segment") else None
    return {
        "name": process.hname(),
        "address": process.hocobjptr(),
        "place": _segment_text(place),
        "values": {
            f"{name}[{index}]": getattr(process, name)[index]
            if size > 1
            else getattr(process, name)
            for name, size in names
            for index in range(size)
            if place is not None
        },
    }


def _point_processes() -> dict[str, list[Snapshot]]:
    found = {}
    for kind in _mechanisms(point_processes=True):
        items = h.List(kind)
        if len(items) == 0:
            continue
        names = [
            variable
            for each in (_PARAMETER, _ASSIGNED, _STATE)
            for variable in names_of(kind, each)
        ]
        found[kind] = [_point_process(item, names) for item in items]
    return found


def _name(item: Any) -> str | None:
    return None if item is None else item.hname()


def _connection(netcon: Any) -> Snapshot:
    return {
        "name": netcon.hname(),
        "address": netcon.hocobjptr(),
        "target": _name(netcon.syn()),
        "source": _name(netcon.pre()),
        "source_segment": _segment_text(netcon.preseg()),
        "weights": [netcon.weight[index] for index in range(int(netcon.wcnt()))],
        "delay": netcon.delay,
        "threshold": netcon.threshold,
        "active": netcon.active(),
    }


def _accessed_section() -> str | None:
    """The currently accessed section, the top of NEURON's section stack."""
    if next(iter(h.allsec()), None) is None:
        return None
    return h.cas().hoc_internal_name()


def _globals() -> Iterator[tuple[str, Any]]:
    for name in _SETTINGS:
        yield name, getattr(h, name)
    yield "threads", h.ParallelContext().nthread()
    yield "variable step", h.CVode().active()
    for point_processes in (False, True):
        for mechanism in _mechanisms(point_processes):
            for name, size in names_of(mechanism, _GLOBAL):
                value = getattr(h, name)
                yield name, [value[i] for i in range(size)] if size > 1 else value


def take() -> Snapshot:
    """The whole session."""
    known: dict[str, _Reader] = {}

    def readers(mechanism: str) -> _Reader:
        if mechanism not in known:
            known[mechanism] = _Reader(mechanism)
        return known[mechanism]

    return {
        "accessed section": _accessed_section(),
        "sections": _sections(readers),
        "point processes": _point_processes(),
        "connections": [_connection(netcon) for netcon in h.List("NetCon")],
        "section lists": [
            [section.hoc_internal_name() for section in each] for each in h.List("SectionList")
        ],
        "objects": {name: len(h.List(name)) for name in _COUNTED},
        "globals": dict(_globals()),
    }


def differences(before: Any, after: Any, place: str = "session") -> list[str]:
    """Where two snapshots differ; a NaN is equal to a NaN."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{place}: {key!r} is only in one of them" for key in before.keys() ^ after.keys()]
        for key in before.keys() & after.keys():
            found += differences(before[key], after[key], f"{place}, {key}")
        return found
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        if len(before) != len(after):
            return [f"{place}: {len(before)} before, {len(after)} after"]
        found = []
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            label = one.get("name", index) if isinstance(one, dict) else index
            found += differences(one, other, f"{place}, {label}")
        return found
    same = before == after or (
        isinstance(before, float)
        and isinstance(after, float)
        and before != before != after != after
    )
    return [] if same else [f"{place}: {before!r} before, {after!r} after"]
