"""Where what the original had is in a reduced cell, and what a place of this stands for."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, nrn

from .._display.text import plain
from ..errors import ArgumentError, CellError
from . import collect, gone, originals
from .done import Done
from .segments import segment_index

_KINDS = (
    "a segment or a point process of the original, or the name of one of its sections with a "
    "position on it, 0 to 1"
)


@dataclasses.dataclass(frozen=True)
class Row:
    """A segment of the reduced cell.

    :ivar segment: it; None where it is of no session.
    :ivar members: which of the original's segments are in it, by their number.
    :ivar parent: the row of the segment that it hangs on, towards the root; None for the root's.
    """

    segment: Any
    members: list[int]
    parent: int | None


class Whereabouts:
    """What went where in one reduction.

    :param done: the reduction.
    :param name: of the original, as messages show it.
    :param cables: the sections of the reduced cell's cables, in their order.
    """

    def __init__(self, done: Done, name: str, cables: Sequence[nrn.Section]) -> None:
        self._done = done
        self._name = name
        self._cables = list(cables)
        outcome = done.outcome
        collapsed = [i for i, each in enumerate(outcome.sections) if each.is_collapsed]
        self._mapped: dict[int, list[tuple[int, float]]] = {}
        for each in outcome.segment_map:
            went = self._mapped.setdefault(collapsed[each.section], [])
            went.append((each.cable, each.cable_position))
        self._representatives = [each.representative for each in outcome.process_places]

    # ---- From the original to the reduced cell -------------------------------------------------

    def segment(self, index: int, x: float) -> nrn.Segment:
        """Where a place of the original went.

        :param index: of its section.
        :param x: on that, 0 to 1.
        """
        if index in self._done.kept:
            section, position = self._done.kept[index], x
        else:
            went = self._mapped[index]
            cable, position = went[segment_index(x, len(went))]
            section = self._cables[cable]
        return live(section, position, self._name)

    def segment_of(self, section: Any, x: float) -> nrn.Segment:
        """Where a place went that is named by its section.

        :raises ArgumentError: it is none of the original's.
        """
        index = self._done.original.index(section)
        if index is None:
            raise ArgumentError(
                f"{section}({x:g}) is on no section of {self._name}, or on one of several of one "
                f"name that cannot be told apart any more; expected {_KINDS}"
            )
        return self.segment(index, x)

    def process(self, process: Any) -> Any:
        """What stands for a point process of the original.

        :raises ArgumentError: it is none of the original's, or nothing stands for it.
        """
        original, done = self._done.original, self._done
        identity = originals.identity(process)
        text = collect.described(process)
        is_elsewhere = process.get_segment() is not None and not self._is_here(process)
        index = None if is_elsewhere else original.processes.get(identity)
        if index is None:
            copy = original.others.get(identity)
            if copy is not None and not is_elsewhere:
                return copy
            if not is_elsewhere and self._is_in_place and process.get_segment() is not None:
                return process
            if original.has_process(process):
                raise ArgumentError(
                    f"nothing of the reduced {self._name} stands for {text}, which was in no list; "
                    "expected a point process of synapses, or clamps=True for others"
                )
            raise ArgumentError(f"{text} is no point process of {self._name}; expected {_KINDS}")
        representative = self._representatives[index]
        if representative == index and self._is_in_place:
            return process
        found = done.counterparts.get(representative)
        if found is None:
            raise ArgumentError(
                f"nothing of the reduced {self._name} stands for {text}, which was in no list; "
                "expected a point process of synapses, or clamps=True for others"
            )
        return found

    @property
    def _is_in_place(self) -> bool:
        """Whether the reduced cell is made of the original."""
        soma = next(iter(self._done.cell.somatic), None)
        return soma is not None and soma in list(self._done.original.sections)

    def _is_here(self, process: Any) -> bool:
        """Whether a point process is on the original, or on a cell that was made of it."""
        if self._done.original.has_process(process):
            return True
        return self._is_in_place and process.get_segment().sec in list(self._done.cell.all)

    def synapse(self, index: int) -> Any:
        """What stands for one of the original's point processes, by index."""
        return self._done.counterparts[self._representatives[index]]

    # ---- From the reduced cell to the original -------------------------------------------------

    def compartments(self) -> list[tuple[nrn.Section, list[list[tuple[int, int]]]]]:
        """The reduced cell's sections, and for each of their segments what of the original is in
        it: pairs of a section's index and a segment's on that.

        :raises CellError: sections are gone, or have another nseg than they were made with.
        """
        cables = {section: index for index, section in enumerate(self._cables)}
        kept = {section: index for index, section in self._done.kept.items()}
        counts = [max(each.segment_count, 1) for each in self._done.outcome.cables]
        members: list[list[list[tuple[int, int]]]] = [[[] for _ in range(n)] for n in counts]
        for index, went in self._mapped.items():
            for place, (cable, x) in enumerate(went):
                members[cable][segment_index(x, counts[cable])].append((index, place))
        found = []
        for section in self._done.cell.all:
            if section in cables:
                own = members[cables[section]]
            elif section in kept:
                index = kept[section]
                own = [[(index, place)] for place in range(len(self.areas[index]))]
            else:
                continue
            if section.nseg != len(own):
                raise CellError(
                    f"{section.name()} has nseg = {section.nseg}; expected {len(own)}, as it was "
                    "made with"
                )
            found.append((section, own))
        if len(found) != len(cables) + len(kept):
            raise CellError(
                f"sections of the reduced {self._name} are gone; expected it as it was made"
            )
        return found

    @property
    def areas(self) -> list[np.ndarray]:
        """Of the segments of the original's sections, in µm²."""
        return [each.areas for each in self._done.original.courses]

    def origins(self, segment: Any) -> list[tuple[str, float]]:
        """What of the original a segment of the reduced cell stands for.

        :raises ArgumentError: it is no segment of the reduced cell.
        """
        expected = f"a segment of the reduced {self._name}"
        if not issubclass(type(segment), nrn.Segment) or gone.is_gone(segment):
            raise ArgumentError(f"segment is {collect.described(segment)}; expected {expected}")
        for section, members in self.compartments():
            if section == segment.sec:
                place = segment_index(segment.x, len(members))
                return [self.place(*each) for each in members[place]]
        raise ArgumentError(f"segment is {collect.described(segment)}; expected {expected}")

    def place(self, index: int, segment: int) -> tuple[str, float]:
        """A segment of the original by name."""
        name = self._done.original.names[index]
        return name, (segment + 0.5) / len(self.areas[index])

    def places(self) -> list[tuple[str, float]]:
        """All segments of the original, section by section."""
        return [
            self.place(index, segment)
            for index, areas in enumerate(self.areas)
            for segment in range(len(areas))
        ]

    def rows(self) -> list[Row]:
        """The reduced cell's segments, section by section."""
        starts = list(itertools.accumulate(map(len, self.areas), initial=0))
        compartments = [
            (section, [[starts[index] + place for index, place in each] for each in members])
            for section, members in self.compartments()
        ]
        return rows_of(compartments)

    def numbers(self) -> list[int]:
        """Which of ``places`` each of the original's synapses was at."""
        starts = list(itertools.accumulate(map(len, self.areas), initial=0))
        counts = [len(each) for each in self.areas]
        return [
            starts[index] + segment_index(x, counts[index])
            for index, x in self._done.original.places
        ]

    def rows_with(self, processes: Mapping[int, Any], rows: Sequence[Row]) -> dict[int, int]:
        """The rows that point processes are in, by the same keys."""
        first: dict[nrn.Section, int] = {}
        for number, row in enumerate(rows):
            first.setdefault(row.segment.sec, number)
        found = {}
        for key, process in processes.items():
            segment = process.get_segment()
            if segment is None or segment.sec not in first:
                raise CellError(
                    f"{process.hname()} is not on the reduced {self._name}; expected it where it "
                    "was made"
                )
            nseg = segment.sec.nseg
            found[key] = first[segment.sec] + segment_index(segment.x, nseg)
        return found


def rows_of(compartments: Sequence[tuple[nrn.Section, list[list[int]]]]) -> list[Row]:
    """The segments of a reduced cell's sections.

    :param compartments: the sections, and for each of their segments the numbers of those of the
        original's that are in it.
    """
    first: dict[nrn.Section, int] = {}
    count = 0
    for section, members in compartments:
        first[section] = count
        count += len(members)
    rows = []
    for section, members in compartments:
        above = section.parentseg()
        parent = None
        if above is not None and above.sec in first:
            parent = first[above.sec] + segment_index(above.x, above.sec.nseg)
        for segment, own in zip(section, members, strict=True):
            rows.append(Row(segment, own, parent))
            parent = len(rows) - 1
    return rows


def recording(variable: Any, where: Any) -> Any:
    """A Vector that records a variable of a segment or of a point process.

    :raises ArgumentError: there is none of this name.
    """
    name = collect.name(variable, "variable", "the name of a variable, such as 'v' or 'm_hh'")
    try:
        reference = getattr(where, f"_ref_{name}")
    except (AttributeError, LookupError, RuntimeError, TypeError) as error:
        raise ArgumentError(
            f"variable is {collect.described(variable)}, of which there is none at {where} "
            f"({plain(str(error))}); expected 'v', or a variable of a mechanism that is there"
        ) from None
    return h.Vector().record(reference)


def live(section: nrn.Section, x: float, name: str) -> nrn.Segment:
    """A segment of a reduced cell's section.

    :param name: the original's, as messages show it.
    :raises CellError: the section is gone.
    """
    if gone.is_gone(section):
        raise CellError(
            f"a section of the reduced {name} is gone; expected it in the session, as it was made"
        )
    return section(x)
