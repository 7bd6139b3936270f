"""Where what the original had is in a cell that is kept: it knows that by names alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from neuron import nrn

from .._session import collect, gone, whereabouts
from .._session.segments import segment_index
from .._session.whereabouts import Row
from ..errors import ArgumentError, CellError, SavedCellError
from ..geometry import Geometry

Place = tuple[int, float]
"""A section, by its index, and a position on it."""


def described(
    rows: Sequence[Row],
    sections: Sequence[nrn.Section],
    names: Sequence[str],
    areas: Sequence[np.ndarray],
    numbers: Sequence[int],
    lines: Geometry | None,
    distances: np.ndarray,
) -> dict[str, Any]:
    """The original's segments, as docs/saved.md has them.

    :param rows: the segments of the reduced cell.
    :param sections: its sections, in the order of the description.
    :param names: of the original's sections.
    :param areas: of their segments.
    :param numbers: of the segments that the original's synapses were in.
    :param lines: where the segments were; None where that is not known.
    :param distances: along the tree from the soma to both ends of each.
    """
    indices = {section: index for index, section in enumerate(sections)}
    compartments: list[list[int]] = [[] for _ in range(sum(map(len, areas)))]
    counted: dict[int, int] = {}
    for row in rows:
        index = indices[row.segment.sec]
        place = counted.get(index, 0)
        counted[index] = place + 1
        for member in row.members:
            compartments[member] = [index, place]
    ends = None if lines is None else np.concatenate([lines.start, lines.end], axis=1).tolist()
    return {
        "names": list(names),
        "counts": [len(each) for each in areas],
        "areas": np.concatenate(areas).tolist(),
        "compartments": compartments,
        "lines": ends,
        "diameters": None if lines is None else lines.diameter.tolist(),
        "distances": None if lines is None else distances.tolist(),
        "synapses": list(numbers),
    }


class Places:
    """What went where, of a cell that is kept.

    :param content: the cell, as docs/saved.md describes it.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self._mapped: dict[str, list[Any]] = {}
        for each in content["segment_map"]:
            self._mapped.setdefault(each[0], []).append(each)
        self._stayed: dict[str, int] = dict(content["original"]["sections"])

    def of(self, section: Any, x: Any = 0.5) -> Place:
        """Where a place of the original went.

        :param section: by name.
        :param x: on that, 0 to 1.
        :raises ArgumentError: the original has no such section, or several.
        """
        position = collect.number(x, "x", "a position, 0 to 1")
        if not 0 <= position <= 1:
            raise ArgumentError(f"x is {position}; expected a position, 0 to 1")
        mapped = collect.by_name(self._mapped, section)
        if mapped is not None:
            _, _, index, where = mapped[segment_index(position, len(mapped))]
            return index, where
        own = collect.by_name(self._stayed, section)
        if own is not None:
            return own, position
        raise ArgumentError(
            f"section is {collect.described(section)}; expected the name of one section of "
            f"{self._content['name']}"
        )

    def origins(self, index: int, x: float) -> list[tuple[str, float]]:
        """What a segment of the cell stands for.

        :param index: of its section.
        :param x: on that.
        """
        count = self._content["sections"][index]["nseg"]
        place = segment_index(x, count)
        stayed = [name for name, own in self._stayed.items() if own == index]
        if stayed:
            return [(stayed[0], (place + 0.5) / count)]
        return [
            (name, position)
            for name, position, section, where in self._content["segment_map"]
            if section == index and segment_index(where, count) == place
        ]

    # ---- In space ------------------------------------------------------------------------------

    @property
    def segments(self) -> dict[str, Any]:
        """Those of the original, as the file has them.

        :raises SavedCellError: it has none.
        """
        found = self._content["original"]["segments"]
        if found is None:
            raise SavedCellError(
                f"what is kept of {self._content['name']} does not say where its membrane was: a "
                "version of neuron_reduce before that wrote it, or sections were changed before it "
                "was saved; expected a cell that was saved as it was made"
            )
        return found

    @property
    def areas(self) -> np.ndarray:
        """Of the original's segments, in µm²."""
        return np.array(self.segments["areas"])

    @property
    def distances(self) -> np.ndarray:
        """Along the tree from the soma to both ends of the original's segments, in µm."""
        self._check_lines()
        return np.array(self.segments["distances"])

    def _check_lines(self) -> None:
        if self.segments["lines"] is None:
            raise CellError(
                f"{self._content['name']} had no 3D points; expected it to have some, which "
                "define_shape() gives it, before it is reduced"
            )

    def geometry(self) -> Geometry:
        """The original's segments in space.

        :raises CellError: it had no 3D points.
        """
        self._check_lines()
        segments = self.segments
        lines, areas = np.array(segments["lines"]), self.areas
        places = [
            (name, (place + 0.5) / count)
            for name, count in zip(segments["names"], segments["counts"], strict=True)
            for place in range(count)
        ]
        diameters = np.array(segments["diameters"])
        return Geometry(places, lines[:, :3], lines[:, 3:], diameters, areas)

    def members(self) -> list[list[list[int]]]:
        """For each section of the cell and each of its segments, the numbers of those of the
        original's that are in it."""
        found: list[list[list[int]]] = [
            [[] for _ in range(each["nseg"])] for each in self._content["sections"]
        ]
        for number, (section, segment) in enumerate(self.segments["compartments"]):
            found[section][segment].append(number)
        return found

    def rows(self, sections: Sequence[nrn.Section]) -> list[Row]:
        """The segments of an instance.

        :param sections: its sections.
        :raises CellError: they were changed.
        """
        self.check(sections)
        return whereabouts.rows_of(list(zip(sections, self.members(), strict=True)))

    def check(self, sections: Sequence[nrn.Section]) -> None:
        """:raises CellError: sections of an instance are gone, or have another nseg."""
        for section, each in zip(sections, self._content["sections"], strict=True):
            if gone.is_gone(section):
                raise CellError(
                    f"a section of an instance of {self._content['name']} is gone; expected it in "
                    "the session, as it was made"
                )
            if section.nseg != each["nseg"]:
                raise CellError(
                    f"{section.name()} has nseg = {section.nseg}; expected {each['nseg']}, as it "
                    "was made with"
                )

    def bare_rows(self) -> list[Row]:
        """The same of no session."""
        members = self.members()
        counts = [len(each) for each in members]
        firsts = list(itertools.accumulate(counts, initial=0))
        above = {
            each["section"]: firsts[each["parent"]]
            + segment_index(each["x"], counts[each["parent"]])
            for each in self._content["attachments"]
        }
        rows = []
        for index, own in enumerate(members):
            parent = above.get(index)
            for each in own:
                rows.append(Row(None, each, parent))
                parent = len(rows) - 1
        return rows
