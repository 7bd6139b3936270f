"""Describes what lives in a session by plain values: dictionaries, lists, texts and numbers, as
docs/saved.md has them. Each function describes a part, and can be asked for that part alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from .._engine import function_tables, sources, streams
from .._session import mechanisms
from ..errors import SavedCellError
from . import building, mods

ROLES = ("soma", "axon", "apical", "basal")

_NO_DENSITY = ("capacitance", "morphology")

_SPECIAL = {math.inf: "inf", -math.inf: "-inf"}


def number(value: float) -> float | str:
    """A number as JSON has it."""
    value = float(value)
    if math.isfinite(value):
        return value
    return _SPECIAL.get(value, "nan")


def own_name(section: nrn.Section) -> str:
    """A section's name without that of its cell."""
    name = section.name()
    cell = section.cell()
    if cell is None:
        return name
    return name.removeprefix(f"{cell}.") if name.startswith(f"{cell}.") else name.split(".", 1)[-1]


# ---- Sections -------------------------------------------------------------------------------


def section(which: nrn.Section, role: str) -> dict[str, Any]:
    """A section with what is inserted, without what it is attached to.

    :param role: one of :data:`ROLES`.
    :raises SavedCellError: a POINTER of a mechanism is set.
    """
    points = points_of(which)
    segments = list(which)
    return {
        "name": own_name(which),
        "role": role,
        "nseg": which.nseg,
        "L": None if points else float(which.L),
        "diam": None if points else _compact([each.diam for each in segments]),
        "points": points,
        "arcs": arcs_of(which) if points else None,
        "area": [each.area() for each in segments] if points else None,
        "Ra": float(which.Ra),
        "rallbranch": float(which.rallbranch),
        "cm": _compact([each.cm for each in segments]),
        "mechanisms": insertions(which),
        "ions": ions(which),
    }


def points_of(which: nrn.Section) -> list[list[float]]:
    """A section's 3D points, x, y, z and diameter: the shortest numbers that are the same in 32
    bits, which is what NEURON has."""
    count = which.n3d()
    if count < 2:
        return []
    read = (which.x3d, which.y3d, which.z3d, which.diam3d)
    return [[float(str(np.float32(each(index)))) for each in read] for index in range(count)]


def arcs_of(which: nrn.Section) -> list[float] | None:
    """How far along a section its 3D points are; None where that follows from these, as it does
    unless L was set after them, or they were made of it."""
    count = which.n3d()
    read = (which.x3d, which.y3d, which.z3d)
    places = np.array([[each(index) for each in read] for index in range(count)], dtype=np.float32)
    arcs = [which.arc3d(index) for index in range(count)]
    along = 0.0
    for index, (x, y, z) in enumerate(np.diff(places, axis=0).astype(float), 1):
        along += math.sqrt(x * x + y * y + z * z)
        if arcs[index] != along:
            return arcs
    return None


def attachments(every: Sequence[nrn.Section]) -> list[dict[str, Any]]:
    """What sections are attached to what, in an order in which NEURON gives each the same order of
    children when they are connected anew.

    :raises SavedCellError: a section is attached to one that is not among them, or has a child that
        is not.
    """
    indices = {each: index for index, each in enumerate(every)}
    found = []
    for parent, index in indices.items():
        above = parent.parentseg()
        if above is not None and above.sec not in indices:
            raise _not_of_cell(above.sec, f"the parent of {parent.name()}")
        # The last one to be connected comes first among those of one place.
        for child in reversed(parent.children()):
            if child not in indices:
                raise _not_of_cell(child, f"a child of {parent.name()}")
            found.append(
                {
                    "section": indices[child],
                    "end": float(h.section_orientation(sec=child)),
                    "parent": index,
                    "x": float(h.parent_connection(sec=child)),
                }
            )
    return found


def _not_of_cell(which: nrn.Section, what: str) -> SavedCellError:
    return SavedCellError(
        f"{which.name()}, {what}, is in none of the cell's lists of sections; expected a cell with "
        "all that is attached to it"
    )


def insertions(which: nrn.Section) -> dict[str, Any]:
    """The density mechanisms of a section, with their parameters, in NEURON's order.

    :raises SavedCellError: a POINTER of one is set.
    """
    names = [each.name() for each in which(0.5) if not each.is_ion()]
    return {name: insertion(which, name) for name in sorted(names) if name not in _NO_DENSITY}


def insertion(which: nrn.Section, name: str) -> dict[str, Any]:
    """A density mechanism of a section.

    :raises SavedCellError: a POINTER of it is set.
    """
    segments = list(which)
    for pointer in mods.pointers(name):
        for each in segments:
            _refuse_set_density_pointer(each, name, pointer)
    values: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    for parameter, size in mechanisms.parameters(name):
        read = [getattr(each, parameter) for each in segments]
        if size == 1:
            values[parameter] = _compact(read)
        else:
            arrays[parameter] = [_compact([one[i] for one in read]) for i in range(size)]
    own = {
        variable: [stream(getattr(getattr(each, name), variable)) for each in segments]
        for variable in mods.randoms(name)
    }
    return {"parameters": values, "arrays": arrays, "streams": own}


def _refuse_set_density_pointer(segment: nrn.Segment, name: str, pointer: str) -> None:
    try:
        getattr(getattr(segment, name), pointer)
    except Exception:
        # It is nowhere.
        return
    raise SavedCellError(
        f"the POINTER {pointer} of {name} in {segment.sec.name()}({segment.x:g}) is set, and what "
        "it is at cannot be kept; expected mechanisms whose POINTERs are not set"
    )


def ions(which: nrn.Section) -> dict[str, Any]:
    """The ions of a section: how NEURON comes to their concentrations and reversal potentials, as
    ion_style() returns it, and these; None for segments that do not have an ion."""
    segments = list(which)
    names = sorted({each.name() for segment in segments for each in segment if each.is_ion()})
    found = {}
    for name in names:
        ion = name.removesuffix("_ion")
        has = [any(each.name() == name for each in segment) for segment in segments]
        # NEURON tells of the first segment.
        style = int(h.ion_style(name, sec=which)) & building.STYLE if has[0] else None
        found[name] = {
            "style": style if all(has) else None,
            "values": {
                variable: _compact(
                    [
                        getattr(segment, variable) if there else None
                        for segment, there in zip(segments, has, strict=True)
                    ]
                )
                for variable in (f"e{ion}", f"{ion}i", f"{ion}o")
                if not _is_computed(variable == f"e{ion}", style)
            },
        }
    return found


def _is_computed(is_reversal: bool, style: int | None) -> bool:
    """Whether each initialisation computes it, whatever it was before."""
    if style is None:
        return False
    concentration, reversal, of_start, _, to_start = building.style_arguments(style)
    if is_reversal:
        return reversal >= 2 and of_start == 1
    return concentration == 3 and to_start == 1


def _compact(values: Sequence[float | None]) -> Any:
    """One number where all are the same to the last bit."""
    plain = [None if each is None else number(each) for each in values]
    first = repr(plain[0])
    if plain[0] is not None and all(repr(each) == first for each in plain):
        return plain[0]
    return plain


# ---- Point processes ------------------------------------------------------------------------


def point_processes_of(every: Iterable[nrn.Section]) -> list[Any]:
    """All point processes on sections, in an order in which NEURON gives each segment the same
    order when they are placed anew."""
    found: dict[int, Any] = {}
    for which in every:
        for segment in which.allseg():
            # The last one to be placed comes first.
            for process in reversed(segment.point_processes()):
                found.setdefault(pointer(process), process)
    return list(found.values())


def point_process(which: Any, indices: dict[nrn.Section, int]) -> dict[str, Any]:
    """A point process.

    :param indices: of the sections.
    :raises SavedCellError: a POINTER of it is set.
    """
    kind = mechanisms.class_name(which)
    for name in mods.pointers(kind):
        if streams.OfState(which, name).pointer(is_optional=True):
            raise SavedCellError(
                f"the POINTER {name} of {which.hname()} is set, and what it is at cannot be kept; "
                "expected point processes whose POINTERs are not set"
            )
    values: dict[str, Any] = {}
    for name, size in mechanisms.parameters(kind):
        value = getattr(which, name)
        values[name] = number(value) if size == 1 else [number(value[i]) for i in range(size)]
    segment = which.get_segment()
    return {
        "mechanism": kind,
        "section": indices[segment.sec],
        "x": float(segment.x),
        "parameters": values,
        "streams": {name: stream(getattr(which, name)) for name in mods.randoms(kind)},
    }


def stream(random: Any) -> dict[str, Any]:
    """A RANDOM variable: where its stream of random numbers is."""
    return {
        "ids": [int(each) for each in random.get_ids()],
        "sequence": float(random.get_seq()),
    }


def pointer(instance: Any) -> int:
    """NEURON's reference to an object."""
    return hoc.HocObject.hocobjptr(instance)


# ---- Mechanisms -----------------------------------------------------------------------------


def mechanism(name: str, processes: Sequence[Any], notes: list[str]) -> dict[str, Any]:
    """A mechanism of the session: the mod file that it was compiled from, its GLOBALs, and what its
    FUNCTION_TABLEs were set to.

    :param processes: of the cell.
    :param notes: takes sentences on what is not kept.
    """
    mod = mods.of(name)
    found: dict[str, Any] = {}
    for variable, size in mechanisms.variables(name, mechanisms.GLOBAL):
        if mod is not None and not mod.has_parameter(variable, name):
            continue
        value = getattr(h, variable)
        found[variable] = number(value) if size == 1 else [number(value[i]) for i in range(size)]
    # None where NEURON keeps no text: the mechanism is its own, or was compiled without.
    source = None if mod is None else {"file": mod.file, "sha256": mod.sha256}
    return {
        "name": name,
        "source": source,
        "globals": found,
        "tables": {} if mod is None else _tables(name, mod, processes, notes),
    }


def _tables(name: str, mod: mods.Mod, processes: Sequence[Any], notes: list[str]) -> dict[str, Any]:
    """By the name of a FUNCTION_TABLE that was set its arguments and values."""
    source = sources.of_session(name) if mod.tables else None
    if source is None:
        return {}
    known = function_tables.read({name: source}, processes)
    owner = next((each for each in processes if mechanisms.class_name(each) == name), None)
    found = {}
    for table in mod.tables:
        if (name, table) in known:
            x, y = known[name, table]
            found[table] = {"x": x.tolist(), "y": y.tolist()}
        elif building.is_table_set(name, table, owner):
            notes.append(
                f"What the FUNCTION_TABLE {table} of {name} was set to is none of the session's "
                "Vectors any more, and is not kept: set it wherever the cell is built."
            )
    return found
