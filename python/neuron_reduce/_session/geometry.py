"""Where a cell is in space, read before its dendrites are gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from neuron import h, nrn


@dataclasses.dataclass(frozen=True)
class Course:
    """A section of the original as it was.

    :ivar points: x, y, z and diameter in µm, shaped (n, 4); n is 0 for a section without 3D points.
    :ivar areas: of its segments' membrane in µm², shaped (nseg,).
    :ivar distances: along the tree from the middle of the soma to the ends 0 and 1, in µm.
    :ivar length: in µm.
    :ivar parent: the index of the section that it is attached to, and where on that; None for the
        root.
    :ivar attached: by which end, 0 or 1.
    """

    points: np.ndarray
    areas: np.ndarray
    distances: tuple[float, float]
    length: float
    parent: tuple[int, float] | None
    attached: float


def courses(sections: Sequence[nrn.Section], soma: nrn.Section) -> list[Course]:
    """What is kept of the sections of a cell, one by one."""
    middle = soma(0.5)
    indices = {section: index for index, section in enumerate(sections)}
    found = []
    for each in sections:
        count = each.n3d()
        points = np.empty((count, 4))
        for column, read in enumerate((each.x3d, each.y3d, each.z3d, each.diam3d)):
            points[:, column] = [read(index) for index in range(count)]
        areas = np.array([segment.area() for segment in each])
        distances = h.distance(middle, each(0)), h.distance(middle, each(1))
        above = each.parentseg()
        parent = None if above is None else (indices[above.sec], above.x)
        found.append(Course(points, areas, distances, each.L, parent, each.orientation()))
    return found
