"""Where a cell is in space, read before its dendrites are gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
from neuron import h, nrn


@dataclasses.dataclass(frozen=True)
class Course:
    """A section of the original as it was.

    :ivar points: x, y, z and diameter in µm, shaped (n, 4); n is 0 for a section without 3D points.
    :ivar areas: of its segments' membrane in µm², shaped (nseg,).
    :ivar distances: along the tree from the middle of the soma to the ends 0 and 1, in µm.
    """

    points: np.ndarray
    areas: np.ndarray
    distances: tuple[float, float]


def courses(sections: Iterable[nrn.Section], soma: nrn.Section) -> list[Course]:
    """What is kept of the sections of a cell, one by one."""
    middle = soma(0.5)
    found = []
    for each in sections:
        count = each.n3d()
        points = np.empty((count, 4))
        for column, read in enumerate((each.x3d, each.y3d, each.z3d, each.diam3d)):
            points[:, column] = [read(index) for index in range(count)]
        areas = np.array([segment.area() for segment in each])
        distances = h.distance(middle, each(0)), h.distance(middle, each(1))
        found.append(Course(points, areas, distances))
    return found
