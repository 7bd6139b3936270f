"""Places that a caller names, which stay compartments of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from neuron import nrn

from .._library.structures import Place
from ..errors import ArgumentError
from . import collect, gone
from .names import Names

Given = Iterable[nrn.Segment | nrn.Section | str | tuple[str, float]] | None
"""What a caller may name places by."""

Plain = str | tuple[str, float]
"""A place by its section's name; that alone stands for all of the section's segments."""

_EXPECTED = (
    "a segment or section of the cell, a section's name, or a pair of a section's name and a "
    "position on it, 0 to 1"
)


@dataclasses.dataclass(frozen=True)
class Sites:
    """Places of a cell that was read.

    :ivar plain: one for each that was named, by names.
    :ivar counts: for each that was named how many segments it is; None for a place.
    :ivar places: section and position of all of their segments, one after the other.
    """

    plain: list[Plain]
    counts: list[int | None]
    places: list[tuple[int, float]]

    @property
    def for_library(self) -> Any:
        """The places as the library takes them."""
        return (Place * len(self.places))(*self.places)

    def now(self, segments: Iterable[int], stayed: Mapping[int, nrn.Section]) -> list[Any]:
        """What the places are in the reduced cell: see :class:`done.Done`.

        :param segments: of each of ``places`` what the library says that it is: the index of its
            segment in the outcome's segment map; negative where its section stayed.
        :param stayed: those, by index.
        """
        return self._grouped(
            [
                stayed[section](x) if index < 0 else index
                for index, (section, x) in zip(segments, self.places, strict=True)
            ]
        )

    def _grouped(self, found: Sequence[Any]) -> list[Any]:
        """What was found for each of ``places``, one for each place that was named, and a list for
        each section."""
        groups, start = [], 0
        for count in self.counts:
            stop = start + (1 if count is None else count)
            groups.append(found[start] if count is None else list(found[start:stop]))
            start = stop
        return groups


def listed(given: Given) -> list[Any]:
    """What was named, of the kinds that name a place.

    :raises ArgumentError: something else.
    :raises CellError: what was deleted.
    """
    if given is None:
        return []
    expected = "a list of places, each " + _EXPECTED
    if issubclass(type(given), str | nrn.Segment) or gone.is_gone(given):
        raise ArgumentError(f"sites is {collect.described(given)}; expected {expected}")
    try:
        found = [given] if issubclass(type(given), nrn.Section) else list(given)
    except (TypeError, ReferenceError, RuntimeError):
        raise ArgumentError(f"sites is {collect.described(given)}; expected {expected}") from None
    gone.refuse(found, "sites")
    for index, each in enumerate(found):
        if not issubclass(type(each), str | nrn.Segment | nrn.Section) and not _is_pair(each):
            raise ArgumentError(
                f"sites[{index}] is {collect.described(each)}; expected {_EXPECTED}"
            )
    return found


def _is_pair(value: Any) -> bool:
    if not issubclass(type(value), tuple | list) or len(value) != 2 or type(value[0]) is not str:
        return False
    try:
        return 0 <= collect.number(value[1], "", "") <= 1
    except ArgumentError:
        return False


def on(given: list[Any], names: Names, cell: str) -> Sites:
    """Finds places on a cell.

    :param given: as :func:`listed` returned it.
    :param names: those of all of the cell's sections.
    :param cell: its name.
    :raises ArgumentError: one is not on the cell, or its section is not the only one of its name.
    """
    found = Sites([], [], [])
    for order, each in enumerate(given):
        section, x = _section_and_position(each)
        index = names.index(section)
        if several := names.sharing(section):
            raise ArgumentError(
                f"sites[{order}] is {collect.described(each)}, and {several} sections of "
                f"{cell} have that name; expected a segment or section, such as cell.dend[0](0.5), "
                "where a name stands for several"
            )
        if index is None:
            raise ArgumentError(
                f"sites[{order}] is {collect.described(each)}; expected a place on one section of "
                f"{cell}" + (f", such as {names.example!r}" if type(section) is str else "")
            )
        name = names.plain(index)
        if x is None:
            count = names.sections[index].nseg
            found.plain.append(name)
            found.counts.append(count)
            found.places.extend((index, (each + 0.5) / count) for each in range(count))
        else:
            found.plain.append((name, x))
            found.counts.append(None)
            found.places.append((index, x))
    return found


def _section_and_position(site: Any) -> tuple[Any, float | None]:
    """A section, or its name, and a position on it; None for all of it."""
    if issubclass(type(site), nrn.Segment):
        return site.sec, site.x
    if issubclass(type(site), tuple | list):
        return site[0], float(site[1])
    return site, None
