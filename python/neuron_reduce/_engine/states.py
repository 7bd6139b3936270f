"""A cell's states: where they are in a program's memory, and in the session."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from neuron import nrn

from .._session import mechanisms
from .programs import Loaded


def places(loaded: Loaded) -> Iterator[tuple[int, Any, str]]:
    """Where in the memory the states of mechanisms and ions' concentrations are, and the session's
    objects that have them with their names there. Not those of point processes that are computed
    together, nor arrays."""
    cell, program = loaded.cell, loaded.program
    for index, section in enumerate(cell.sections):
        for segment in section:
            for mechanism in segment:
                for name, hoc_name, size in _names(mechanism.name()):
                    place = program.variable(index, segment.x, hoc_name) if size == 1 else None
                    if place is not None:
                        yield place, mechanism, name
    for index, process in enumerate(cell.point_processes):
        if loaded.is_shared[index]:
            continue
        for name, _, size in _names(mechanisms.class_name(process)):
            place = program.member(index, name) if size == 1 else None
            if place is not None:
                yield place, process, name


def named(loaded: Loaded) -> Iterator[tuple[int, str]]:
    """The same by what they are called, wherever the session is.

    :raises EngineError: the cell is gone, and nobody asked for its names before.
    """
    cell, program = loaded.cell, loaded.program
    catalogue = cell.catalogue
    for section, kinds in enumerate(catalogue.insertions):
        count = catalogue.segments[section]
        for segment in range(count):
            x = (segment + 0.5) / count
            where = f"{catalogue.sections[section]}({x:g})"
            for kind in kinds:
                suffix = "" if kind.endswith("_ion") else f"_{kind}"
                for name in catalogue.kinds[kind].states:
                    place = program.variable(section, x, name + suffix)
                    if place is not None:
                        yield place, f"{where}.{kind}.{name}"
    for index, process in enumerate(catalogue.processes):
        for name in catalogue.kinds[catalogue.classes[index]].states:
            place = None if loaded.is_shared[index] else program.member(index, name)
            if place is not None:
                yield place, f"{process}.{name}"


def label(owner: Any) -> str:
    """What a mechanism at its place, or a point process, is called."""
    if isinstance(owner, nrn.Mechanism):
        segment = owner.segment()
        return f"{segment.sec.name()}({segment.x:g}).{owner.name()}"
    return owner.hname()


@functools.cache
def _names(kind: str) -> list[tuple[str, str, int]]:
    """A mechanism's states: their names, those that hoc has, and their sizes."""
    if kind.endswith("_ion"):
        ion = kind.removesuffix("_ion")
        return [(name, name, 1) for name in (f"{ion}i", f"{ion}o")]
    suffix = f"_{kind}"
    return [
        (name.removesuffix(suffix), name, size)
        for name, size in mechanisms.variables(kind, mechanisms.STATE)
    ]
