"""Which of a cell's dendrites are collapsed, as a caller says it by sections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neuron import nrn

from ..errors import ArgumentError
from . import cells, collect, gone
from .names import Names

Given = nrn.Section | str | Iterable[nrn.Section | str | Iterable[nrn.Section | str]] | None
"""What a caller may name sections by."""

Spines = str | tuple[str, Given] | list[Any] | None
"""What a caller may say of spines: a treatment, by itself or with the sections that it is of."""

TREATMENTS = ("collapsed", "folded", "kept")
"""By the values of the library's ``nr_spines``."""

_EXPECTED = "a section of the cell, a section's name, or a list of such"


def listed(given: Given, argument: str) -> list[tuple[str, Any]] | None:
    """What was named, of the kinds that name sections, with the places in the argument.

    :returns: None for None.
    :raises ArgumentError: something else, or nothing.
    :raises CellError: what was deleted.
    """
    if given is None:
        return None
    found: list[tuple[str, Any]] = []
    _list(given, argument, found, [])
    if not found:
        raise ArgumentError(
            f"{argument} is {collect.described(given)}; expected at least one section, or None"
        )
    return found


def spines(given: Spines) -> tuple[str, list[tuple[str, Any]] | None] | None:
    """The treatment of spines, and what was named as such, as :func:`listed` returns it.

    :returns: None for None, and no names where spines are to be found.
    :raises ArgumentError: something else, or nothing.
    :raises CellError: what was deleted.
    """
    if given is None:
        return None
    if type(given) is str and given in TREATMENTS:
        return given, None
    if issubclass(type(given), tuple | list) and len(given) == 2:
        treatment, sections = given
        if type(treatment) is str and treatment in ("folded", "kept") and sections is not None:
            return treatment, listed(sections, "spines[1]")
    raise ArgumentError(
        f"spines is {collect.described(given)}; expected 'folded', 'kept' or 'collapsed', or one "
        "of the first two with the sections that spines begin with: ('kept', sections)"
    )


def _list(given: Any, place: str, found: list[tuple[str, Any]], around: list[int]) -> None:
    gone.refuse(given, place)
    if issubclass(type(given), nrn.Section | str):
        found.append((place, given))
        return
    several = cells.elements(given)
    if several is None or id(given) in around:
        raise ArgumentError(f"{place} is {collect.described(given)}; expected {_EXPECTED}")
    for index, each in enumerate(several):
        _list(each, f"{place}[{index}]", found, [*around, id(given)])


def on(given: list[tuple[str, Any]], names: Names, cell: str) -> list[int]:
    """The indices of sections of a cell.

    :param given: as :func:`listed` returned it.
    :param names: those of all of the cell's sections.
    :param cell: its name.
    :raises ArgumentError: one is not on the cell, or has a name that several have.
    """
    found = []
    for place, section in given:
        index = names.index(section)
        if several := names.sharing(section):
            raise ArgumentError(
                f"{place} is {section!r}, and {several} sections of {cell} have that name; "
                "expected a section, such as cell.dend[0], where a name stands for several"
            )
        if index is None:
            raise ArgumentError(
                f"{place} is {collect.described(section)}; expected a section of {cell}"
                + (f", such as {names.example!r}" if type(section) is str else "")
            )
        found.append(index)
    return found
