"""The names of what a cell has: by these it is asked for where its session is not.

They are those of the labels of results: ``soma[0](0.5).v``, ``dend[3](0.1).hh.m``,
``soma[0](0.5).na_ion.ena``, ``Exp2Syn[12].g`` and ``t``; and hoc's, such as
``dend[3](0.1).m_hh``.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from neuron import nrn

from .._session import collect, mechanisms
from .._session.segments import segment_index
from ..errors import ArgumentError
from .references import TIME, Variable

_SEGMENT = re.compile(r"(?P<section>.+)\((?P<x>[^()]*)\)", re.DOTALL)
_VARIABLE = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\])?", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A mechanism's variables.

    :ivar sizes: by name the size, 1 for a scalar; of density mechanisms without their suffix.
    :ivar parameters: hoc's names of those scalars that are PARAMETERs.
    :ivar states: the names of those that are STATEs, without suffix; of ions the concentrations.
    """

    sizes: Mapping[str, int]
    parameters: frozenset[str]
    states: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """All that a cell has, by names.

    :ivar sections: their names.
    :ivar segments: how many each has.
    :ivar insertions: the density mechanisms and ions of each.
    :ivar processes: the names of point processes, such as ``Exp2Syn[3]``.
    :ivar classes: of the point processes.
    :ivar places: the index of the section and the position of each.
    :ivar netcons: the names of NetCons.
    :ivar stimulators: by name of a NetStim the index of the origin.
    :ivar kinds: by the name of a mechanism.
    """

    sections: list[str]
    segments: list[int]
    insertions: list[tuple[str, ...]]
    processes: list[str]
    classes: list[str]
    places: list[tuple[int, float]]
    netcons: list[str]
    stimulators: dict[str, int]
    kinds: dict[str, Kind]

    @classmethod
    def of(
        cls,
        sections: Sequence[nrn.Section],
        point_processes: Sequence[Any],
        netcons: Sequence[Any],
        stimulators: Mapping[str, int],
    ) -> Catalogue:
        """What a session has.

        :raises ReferenceError: some of it is gone.
        """
        indices = {section: index for index, section in enumerate(sections)}
        insertions = [tuple(each.name() for each in section(0.5)) for section in sections]
        segments = [each.get_segment() for each in point_processes]
        classes = list(map(mechanisms.class_name, point_processes))
        names = {*classes, *(name for each in insertions for name in each)}
        return cls(
            [section.name() for section in sections],
            [section.nseg for section in sections],
            insertions,
            [each.hname() for each in point_processes],
            classes,
            [(indices[each.sec], each.x) for each in segments],
            [each.hname() for each in netcons],
            dict(stimulators),
            {name: kind(name) for name in names},
        )

    def __getstate__(self) -> dict[str, Any]:
        # Without what was found out since.
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}

    # ---- By name -----------------------------------------------------------------------------

    @functools.cached_property
    def _process_indices(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.processes)}

    @functools.cached_property
    def _netcon_indices(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.netcons)}

    def process(self, name: str) -> int | None:
        """The index of a point process."""
        return self._process_indices.get(name)

    def netcon(self, name: str) -> int | None:
        """The index of a NetCon."""
        return self._netcon_indices.get(name)

    def section(self, name: str) -> int | None:
        """The index of a section, by its name or by what follows its cell's name in it.

        :raises ArgumentError: several have it.
        """
        found = [index for index, each in enumerate(self.sections) if each == name]
        found = found or [
            index for index, each in enumerate(self.sections) if each.endswith(f".{name}")
        ]
        if len(found) > 1:
            raise ArgumentError(
                f"{name} is the name of {len(found)} sections of the cell; expected that of one"
            )
        return found[0] if found else None

    def segment(self, name: str) -> tuple[int, float] | None:
        """A section's index and a position on it, the middle of a segment or an end; None where the
        name is none of a segment, such as ``soma[0](0.5)``.

        :raises ArgumentError: several sections have it.
        """
        match = _SEGMENT.fullmatch(name)
        section = None if match is None else self.section(match["section"])
        if match is None or section is None:
            return None
        try:
            x = float(match["x"])
        except ValueError:
            return None
        if not 0 <= x <= 1:
            return None
        if x in (0, 1):
            return section, x
        count = self.segments[section]
        return section, (segment_index(x, count) + 0.5) / count

    def variable(self, text: str, what: str) -> Variable:
        """A variable by its name.

        :param what: as messages have it.
        :raises ArgumentError: the cell has none of that name.
        """
        if text == TIME:
            return Variable("", 0.0, "", TIME, None, None, TIME)
        owner, name = taken_apart(text)
        if owner is not None:
            index = self.process(owner)
            found = (
                self._of_segment(owner, name) if index is None else self._of_process(index, name)
            )
            if found is not None:
                return found
        segment = f"{self.sections[0] if self.sections else 'soma'}(0.5)"
        raise ArgumentError(
            f"{what} is {collect.described(text)}; expected the time t, a variable of a segment "
            f"such as {segment}.v, {segment}.hh.m or {segment}.ena, or of a point process such as "
            "Exp2Syn[3].g, of this cell"
        )

    def _of_process(self, index: int, text: str) -> Variable | None:
        kind = self.classes[index]
        match = self._known(kind, text)
        if match is None:
            return None
        name, element = match
        section, x = self.places[index]
        label = f"{self.processes[index]}.{text}"
        return Variable(self.sections[section], x, kind, name, element, index, label)

    def _of_segment(self, owner: str, text: str) -> Variable | None:
        place = self.segment(owner)
        if place is None:
            return None
        section, x = place
        section_name = self.sections[section]
        where = f"{section_name}({x:g})"
        if text == "v":
            return Variable(section_name, x, "", "v", None, None, f"{where}.v", section)
        if x in (0, 1):
            return None
        first, point, rest = text.partition(".")
        for kind in self.insertions[section]:
            if point:
                found = self._known(kind, rest) if first == kind else None
            else:
                found = self._known_to_hoc(kind, text)
            if found is not None:
                name, element = found
                subscript = "" if element is None else f"[{element}]"
                label = f"{where}.{kind}.{name}{subscript}"
                return Variable(section_name, x, kind, name, element, None, label, section)
        return None

    def _known(self, kind: str, text: str) -> tuple[str, int | None] | None:
        """A mechanism's variable and its index in an array; None where it has none of this name."""
        match = _VARIABLE.fullmatch(text)
        size = None if match is None else self.kinds[kind].sizes.get(match["name"])
        if match is None or size is None:
            return None
        index = None if match["index"] is None else int(match["index"])
        is_there = size == 1 if index is None else size > 1 and index < size
        return (match["name"], index) if is_there else None

    def _known_to_hoc(self, kind: str, text: str) -> tuple[str, int | None] | None:
        if kind.endswith("_ion"):
            return self._known(kind, text)
        name, bracket, index = text.partition("[")
        suffix = f"_{kind}"
        if not name.endswith(suffix):
            return None
        return self._known(kind, name.removesuffix(suffix) + bracket + index)


def taken_apart(text: str) -> tuple[str | None, str]:
    """What has a variable, and the variable: at the first point behind a segment, or the last one
    where there is none."""
    place = text.rfind(").")
    place = text.rfind(".") if place < 0 else place + 1
    return (None, text) if place < 0 else (text[:place], text[place + 1 :])


@functools.cache
def kind(name: str) -> Kind:
    """What NEURON says of a mechanism."""
    if name.endswith("_ion"):
        ion = name.removesuffix("_ion")
        names = (f"e{ion}", f"i{ion}", f"{ion}i", f"{ion}o")
        return Kind(dict.fromkeys(names, 1), frozenset(), (f"{ion}i", f"{ion}o"))
    suffix = f"_{name}"
    # An ion's current is the ion's, whatever mechanism it is of.
    is_density = any(each.endswith(suffix) for each, _ in _variables(name))
    every = [each for each in _variables(name) if each[0].endswith(suffix) or not is_density]
    return Kind(
        {each.removesuffix(suffix): size for each, size in every},
        frozenset(each for each, size in mechanisms.parameters(name) if size == 1),
        tuple(
            each.removesuffix(suffix)
            for each, size in mechanisms.variables(name, mechanisms.STATE)
            if size == 1
        ),
    )


def _variables(name: str) -> list[tuple[str, int]]:
    which = (mechanisms.PARAMETER, mechanisms.ASSIGNED, mechanisms.STATE)
    return [each for kind in which for each in mechanisms.variables(name, kind)]
