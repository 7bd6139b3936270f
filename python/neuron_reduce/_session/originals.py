"""What is known of a cell after it was reduced, which does not keep it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from neuron import h, nrn

from .geometry import Course

Identity = tuple[int, str]


@dataclasses.dataclass(frozen=True)
class Original:
    """The cell that was reduced. It goes as if this were not there: sections that are gone are not
    in the list any more, and point processes are known by what tells them apart.

    :ivar courses: of its sections, in their order.
    :ivar names: theirs.
    :ivar sections: a SectionList of them, as far as they are there.
    :ivar processes: the indices of its point processes, listed ones first, by identity.
    :ivar places: of the listed ones: the index of the section, and where on it.
    :ivar others: copies of those that have no index, by identity.
    """

    courses: list[Course]
    names: list[str]
    sections: Any
    processes: dict[Identity, int]
    places: list[tuple[int, float]]
    others: dict[Identity, Any] = dataclasses.field(default_factory=dict)

    def index(self, section: nrn.Section) -> int | None:
        """That of a section that is there; None for what is none of the cell's, or can be told from
        others neither by its place nor by its name."""
        live = list(self.sections)
        if section not in live:
            return None
        if len(live) == len(self.names):
            return live.index(section)
        name = section.name()
        return self.names.index(name) if self.names.count(name) == 1 else None

    def has_process(self, process: Any) -> bool:
        """Whether a point process is on one of the sections that are there."""
        segment = process.get_segment()
        return segment is not None and segment.sec in list(self.sections)


def identity(process: Any) -> Identity:
    """What tells one point process from all others that there are."""
    return process.hocobjptr(), process.hname()


def indices(processes: Iterable[Any]) -> dict[Identity, int]:
    """Those of point processes in a list."""
    found: dict[Identity, int] = {}
    for index, each in enumerate(processes):
        found.setdefault(identity(each), index)
    return found


def places(processes: Iterable[Any], sections: Sequence[nrn.Section]) -> list[tuple[int, float]]:
    """Where point processes are: the index of the section, and where on it."""
    numbers = {section: index for index, section in enumerate(sections)}
    segments = [each.get_segment() for each in processes]
    return [(numbers[each.sec], each.x) for each in segments]


def is_point_process(value: Any) -> bool:
    """Whether something is a point process of NEURON's, on a section or not."""
    return type(value) is not nrn.Segment and hasattr(value, "get_segment") and _is_hoc(value)


def _is_hoc(value: Any) -> bool:
    return issubclass(type(value), type(h)) and value.hocobjptr() != 0
