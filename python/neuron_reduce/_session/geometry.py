"""Where a cell is in space, read before its dendrites are gone."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from neuron import nrn


def points_of_tree(section: nrn.Section) -> dict[str, list[np.ndarray]]:
    """The 3D points of all sections that are connected to one.

    :returns: from names to x, y, z and diameter in µm, shaped (n, 4); n is 0 for a section without
        3D points. As many arrays for a name as sections have it.
    """
    found = defaultdict(list)
    for each in section.wholetree():
        count = each.n3d()
        points = np.empty((count, 4))
        for column, read in enumerate((each.x3d, each.y3d, each.z3d, each.diam3d)):
            points[:, column] = [read(index) for index in range(count)]
        found[each.name()].append(points)
    return found
