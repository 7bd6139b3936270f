"""A cell's tree as points.

Sections that have no 3D points, such as the cables of a reduced cell, are drawn as a plane tree:
lengths and diameters are theirs, directions are not.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

_MIDDLES = {"apical": 90.0, "basal": 270.0, "axon": 0.0, "soma": 0.0}
"""Where stems of a role go, in degrees, and how far to either side."""
_SPREADS = {"apical": 30.0, "basal": 60.0, "axon": 20.0, "soma": 0.0}


class Tree:
    """All sections of a cell as lists of points.

    :ivar order: the indices of the sections, each after the one that it is attached to.
    :ivar points: role, x, y, z, radius (um), and the number of the point before it, or -1; numbers
        begin with 1.
    :ivar placed: for each section, from where it is attached on, where along it its points are (0
        to 1), and their numbers.
    """

    def __init__(self, content: dict[str, Any]):
        self.points: list[tuple[str, float, float, float, float, int]] = []
        self._sections = content["sections"]
        self._children: dict[int, list[dict[str, Any]]] = {}
        attached = set()
        for each in content["attachments"]:
            self._children.setdefault(each["parent"], []).append(each)
            attached.add(each["section"])
        self._leaves: dict[int, int] = {}
        self._ranges: dict[int, tuple[float, float]] = {}
        root = next(each for each in range(len(self._sections)) if each not in attached)
        order = [root]
        for each in order:
            order += [child["section"] for child in self._children.get(each, ())]
        for each in reversed(order):
            below = (self._leaves[one["section"]] for one in self._children.get(each, ()))
            self._leaves[each] = sum(below) or 1
        self._ranges[root] = (0.0, 0.0)
        self.order = order
        self.placed: dict[int, list[tuple[float, int]]] = {}
        starts: dict[int, tuple[int, dict[str, Any] | None]] = {root: (-1, None)}
        for each in order:
            self.placed[each] = self._place(each, *starts[each])
            self._share_out(each)
            for child in self._children.get(each, ()):
                nearest = min(self.placed[each], key=lambda at, x=child["x"]: abs(at[0] - x))
                starts[child["section"]] = nearest[1], child

    def _share_out(self, section: int) -> None:
        """Gives each child the angles, in degrees, between which it and its own go."""
        by_role: dict[str, list[int]] = {}
        own = self._sections[section]["role"]
        for child in self._children.get(section, ()):
            role = self._sections[child["section"]]["role"]
            by_role.setdefault(role, []).append(child["section"])
        for role, children in by_role.items():
            low, high = self._ranges[section]
            if role != own:
                low, high = _MIDDLES[role] - _SPREADS[role], _MIDDLES[role] + _SPREADS[role]
            whole = sum(self._leaves[each] for each in children)
            for each in children:
                width = (high - low) * self._leaves[each] / whole
                self._ranges[each] = low, low + width
                low += width

    def _place(
        self, section: int, parent: int, attachment: dict[str, Any] | None
    ) -> list[tuple[float, int]]:
        """Draws a section; where on it its points are, and their numbers."""
        described = self._sections[section]
        turned = attachment is not None and attachment["end"] == 1
        found = []
        for x, *place, diameter in self._course(section, parent, turned):
            self.points.append((described["role"], *place, diameter / 2, parent))
            parent = len(self.points)
            found.append((x, parent))
        return found

    def _course(self, section: int, parent: int, turned: bool) -> list[tuple[float, ...]]:
        described = self._sections[section]
        start = (0.0, 0.0, 0.0) if parent < 0 else self.points[parent - 1][1:4]
        if described["points"]:
            return self._of_points(described["points"], start, parent, turned)
        low, high = self._ranges[section]
        angle = math.radians((low + high) / 2)
        count = described["nseg"]
        diameters = described["diam"]
        if not isinstance(diameters, list):
            diameters = [diameters] * count
        if turned:
            diameters = diameters[::-1]
        centers = [(index + 0.5) / count for index in range(count)]
        course = [(0.0, diameters[0]), *zip(centers, diameters, strict=True), (1.0, diameters[-1])]
        if len(set(diameters)) == 1:
            course = [(0.0, diameters[0]), (0.5, diameters[0]), (1.0, diameters[0])]
        length = described["L"]
        # A soma of its own is drawn around where it is.
        shift = 0.5 if parent < 0 else 0.0
        return [
            (
                1 - x if turned else x,
                start[0] + (x - shift) * length * math.cos(angle),
                start[1] + (x - shift) * length * math.sin(angle),
                start[2],
                diameter,
            )
            for x, diameter in course
        ]

    @staticmethod
    def _of_points(
        points: list[list[float]], start: tuple[float, ...], parent: int, turned: bool
    ) -> list[tuple[float, ...]]:
        along = [0.0]
        for first, second in itertools.pairwise(points):
            along.append(along[-1] + math.dist(first[:3], second[:3]))
        positions = [each / along[-1] for each in along]
        course = [(x, *point) for x, point in zip(positions, points, strict=True)]
        return course[::-1] if turned else course
