"""What is inserted in sections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._session import gone, mechanisms
from . import _sections

EXCLUDE_MECHANISMS = ("pas", "na_ion", "k_ion", "ca_ion", "h_ion", "ttx_ion")
"""What stays where a subtree is made passive."""

_PERMANENT = ("extracellular",)
"""What NEURON cannot uninsert."""


@gone.refused
def create_segments_to_mech_vals(
    sections_to_delete: Iterable[Any],
    remove_mechs: bool = True,
    exclude: Iterable[str] = EXCLUDE_MECHANISMS,
) -> dict[Any, dict[str, dict[str, Any]]]:
    """The values of all mechanisms in all segments of some sections, which are then made passive.

    :param sections_to_delete: the sections.
    :param remove_mechs: whether to uninsert the mechanisms.
    :param exclude: names of mechanisms that stay.
    :returns: by segment, by mechanism, by variable as NEURON names it (``gbar_Ih``, ``ena``), its
        value; that of an array is a tuple.
    :raises CellError: for what is no section; nothing is uninserted then.
    """
    sections = [
        _sections.alive(section, f"sections_to_delete[{index}]")
        for index, section in enumerate(sections_to_delete)
    ]
    variables: dict[str, list[tuple[str, int]]] = {}
    values: dict[Any, dict[str, dict[str, Any]]] = {}
    for segment in (segment for section in sections for segment in section):
        values[segment] = {}
        for mechanism in segment:
            name = mechanism.name()
            if name not in variables:
                variables[name] = mechanisms.variables(name, mechanisms.ALL)
            values[segment][name] = _values(segment, variables[name])
    if remove_mechs:
        for section in sections:
            for name in set(variables) - set(exclude) - set(_PERMANENT):
                if section.has_membrane(name):
                    section.uninsert(name)
    return values


def _values(segment: Any, variables: list[tuple[str, int]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, size in variables:
        try:
            value = getattr(segment, variable)
        except AttributeError:
            # A POINTER that points to nothing.
            continue
        if size > 1:
            found[variable] = tuple(mechanisms.numbers(value, size))
        elif issubclass(type(value), float):
            # And no RANDOM, which is an object.
            found[variable] = value
    return found
