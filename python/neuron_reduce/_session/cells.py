"""What a caller calls a cell: its sections, and which of them are soma, apical and axon."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from neuron import hoc, nrn

from ..errors import ArgumentError, CellError
from . import collect, gone

_SECTION = "hObj"
"""What NetPyNE's dictionary of a section has NEURON's section under."""

Roles = nrn.Section | str | Iterable[nrn.Section | str] | None
"""What a caller may name the sections of a role by."""


@dataclasses.dataclass(frozen=True, repr=False)
class Sections:
    """A cell by its sections, with the attributes that cells have.

    :ivar cell: what the caller gave.
    :ivar name: as messages show it.
    :ivar soma: what a reduced cell's ``soma`` is: a section or several.
    :ivar somatic: the soma's sections, at least one.
    :ivar apical: sections.
    :ivar axonal: sections.
    :ivar is_apical_given: whether ``apical`` is all there is to say; else names say more.
    :ivar is_axon_given: the same of ``axonal``.
    :ivar listed: by what the caller calls them: sections that the cell is to have.
    """

    cell: Any
    name: str
    soma: Any
    somatic: list[nrn.Section]
    apical: list[nrn.Section]
    axonal: list[nrn.Section]
    is_apical_given: bool
    is_axon_given: bool
    listed: list[tuple[str, nrn.Section]]

    def __repr__(self) -> str:
        return self.name

    @property
    def subject(self) -> Any:
        """What has a soma, for whoever takes a cell."""
        return self if self.listed else self.cell

    def check(self, sections: Sequence[nrn.Section]) -> None:
        """:param sections: of the tree that the soma is in.
        :raises CellError: a section that the caller listed is not among them.
        """
        known = set(sections)
        for what, section in self.listed:
            if section not in known:
                raise CellError(
                    f"{what} is {section.name()}, which is not connected to the soma, "
                    f"{self.somatic[0].name()}; expected sections of one cell"
                )


def with_soma(cell: Any, called: str, soma: Roles, apical: Roles, axon: Roles) -> Any:
    """A cell as what has a soma: itself, or for sections, and with roles that are said,
    :class:`Sections`.

    :raises CellError: as :func:`of` does for these; likewise ArgumentError.
    """
    roles = (soma, apical, axon)
    is_sections = issubclass(type(cell), Mapping | list | tuple) or _is_section_list(cell)
    if not is_sections and all(each is None for each in roles):
        return cell
    return of(cell, called, *roles).subject


def of(cell: Any, called: str, soma: Roles, apical: Roles, axon: Roles) -> Sections:
    """Finds a cell's sections.

    :param cell: an object with a soma; a list or SectionList of sections; a dictionary of them.
    :param called: what the caller's argument for it is called.
    :param soma: as the caller gave it; None: what the cell has under that name.
    :param apical: likewise; None: what an object's or a dictionary's ``apical`` or ``apic`` has.
    :param axon: likewise, for ``axonal`` or ``axon``.
    :raises CellError: it has no soma, or holds what is no section.
    :raises ArgumentError: ``soma``, ``apical`` or ``axon`` are no sections of it.
    """
    entries = _entries(cell, called)
    roles = {
        name: None if given is None else _sections_of_role(given, name, entries or {})
        for name, given in (("soma", soma), ("apical", apical), ("axon", axon))
    }
    found = {
        role: _found(cell, entries, names) if roles[role] is None else roles[role]
        for role, names in (("apical", ("apical", "apic")), ("axon", ("axonal", "axon")))
    }
    if roles["soma"] is not None:
        somatic = roles["soma"]
        own = somatic[0] if issubclass(type(soma), nrn.Section | str) else somatic
    elif entries is not None:
        own = somatic = entries.get("soma", [])
    else:
        # Asked for once: it may be another one, or none, the next time.
        own = collect.attribute_of(cell, "soma")
        somatic = collect.sections_of(own, cell, "soma")
    if not somatic:
        what = collect.described(cell) if entries is None else f"{called}, of sections,"
        raise CellError(
            f"{what} has no soma; expected a cell whose soma is a section, or soma= to say which "
            "of its sections are"
        )
    listed = [
        (f"{called}[{key!r}]", each) for key, all_ in (entries or {}).items() for each in all_
    ]
    listed += [(name, each) for name, given in roles.items() for each in given or ()]
    return Sections(
        cell=cell if entries is None else list(dict.fromkeys(each for _, each in listed)),
        name=collect.described(cell) if entries is None else _name(somatic[0]),
        soma=own,
        somatic=somatic,
        apical=found["apical"],
        axonal=found["axon"],
        is_apical_given=entries is not None or roles["apical"] is not None,
        is_axon_given=entries is not None or roles["axon"] is not None,
        listed=listed,
    )


def _name(soma: nrn.Section) -> str:
    owner = soma.cell()
    return f"the cell of {soma.name()}" if owner is None else collect.described(owner)


def _found(
    cell: Any, entries: dict[Any, list[nrn.Section]] | None, names: Iterable[str]
) -> list[nrn.Section]:
    """The sections that a cell has under the first of some names that it has any under."""
    for name in names:
        found = collect.sections(cell, name) if entries is None else entries.get(name, [])
        if found:
            return found
    return []


def _entries(cell: Any, called: str) -> dict[Any, list[nrn.Section]] | None:
    """What is in a dictionary or a list of sections, by key or index; None for another object."""
    kind = type(cell)
    if issubclass(kind, Mapping):
        given = cell.items()
    elif issubclass(kind, list | tuple) or _is_section_list(cell):
        given = enumerate(cell)
    else:
        return None
    found = {}
    for key, value in given:
        place = f"{called}[{key!r}]"
        gone.refuse(value, place)
        if issubclass(type(value), Mapping):
            value = value.get(_SECTION)
            gone.refuse(value, place)
        if issubclass(type(value), nrn.Section):
            found[key] = [value]
            continue
        several = elements(value) if issubclass(kind, Mapping) else None
        if several is None or not all(issubclass(type(each), nrn.Section) for each in several):
            shown = cell[key] if not _is_section_list(cell) else value
            raise CellError(
                f"{place} is {collect.described(shown)}; expected a section"
                + (
                    f", a list of sections, or a dictionary with a section as {_SECTION!r}"
                    if issubclass(kind, Mapping)
                    else ""
                )
            )
        found[key] = several
    if not found:
        raise CellError(
            f"{called} is {collect.described(cell)}, which holds no section; expected a cell with "
            "a soma"
        )
    return found


def _is_section_list(value: Any) -> bool:
    return issubclass(type(value), hoc.HocObject) and value.hname().startswith("SectionList[")


def elements(value: Any) -> list[Any] | None:
    """What is in a list, a tuple, a SectionList or an array of sections; None for other things."""
    if collect.is_section_array(value):
        return collect.sections_of_array(value)
    if issubclass(type(value), list | tuple) or _is_section_list(value):
        return list(value)
    return None


def _sections_of_role(
    given: Any, argument: str, entries: dict[Any, list[nrn.Section]]
) -> list[nrn.Section]:
    """What a caller says is of a role.

    :param entries: of a cell that is a list or a dictionary, whose sections can be named: by their
        keys, or their own names, with or without the name of their cell.
    """
    gone.refuse(given, argument)
    several = [given] if issubclass(type(given), nrn.Section | str) else elements(given)
    expected = "a section or a list of sections"
    if entries:
        expected += ", each itself or by its name"
    if several is None:
        raise ArgumentError(f"{argument} is {collect.described(given)}; expected {expected}")
    by_name: dict[str, list[nrn.Section]] = {}
    for section in (each for all_ in entries.values() for each in all_):
        name = section.name()
        for each in {name, name.rpartition(".")[2]}:
            by_name.setdefault(each, []).append(section)
    found = []
    for index, each in enumerate(several):
        if issubclass(type(each), nrn.Section):
            found.append(each)
            continue
        place = argument if each is given else f"{argument}[{index}]"
        named = entries.get(each, by_name.get(each)) if type(each) is str else None
        if named is None:
            raise ArgumentError(f"{place} is {collect.described(each)}; expected {expected}")
        if len(named) > 1 and each not in entries:
            raise ArgumentError(
                f"{place} is {each!r}, and {len(named)} sections have that name; "
                "expected a section where a name stands for several"
            )
        found += named
    if argument == "soma" and not found:
        raise ArgumentError(f"soma is {collect.described(given)}; expected at least one section")
    return list(dict.fromkeys(found))
