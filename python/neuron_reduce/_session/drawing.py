"""3D points for the cables of a reduced cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from neuron import h, nrn

from ..errors import CellError
from ..geometry import Geometry
from .whereabouts import Row

_SHORTEST = 0.01
"""Of lengths that can be seen in 3D points, in µm. Junctions without membrane are shorter: they
have none, and are where they are attached."""


def draw(rows: Sequence[Row], geometry: Geometry, cables: Sequence[nrn.Section]) -> None:
    """Gives cables points: of the lengths and diameters that they have, one step for each segment
    in the direction of its course, all of them where the mean place of their courses is.

    :param rows: the reduced cell's segments, with what the geometry says of each.
    :raises CellError: a cable's segments have several diameters, which steps in the points would
        give more membrane. Nothing was changed then.
    """
    numbers: dict[nrn.Section, list[int]] = {each: [] for each in cables}
    for number, row in enumerate(rows):
        if row.segment.sec in numbers:
            numbers[row.segment.sec].append(number)
    for cable in cables:
        diameters = {segment.diam for segment in cable}
        if len(diameters) > 1:
            raise CellError(
                f"{cable.name()} has segments of several diameters, {min(diameters):g} to "
                f"{max(diameters):g} µm; expected one, as it was made with"
            )
    for cable, own in numbers.items():
        if cable.L < _SHORTEST:
            continue
        points = _points(cable.L, geometry.start[own], geometry.end[own], geometry.area[own])
        length, diameter = cable.L, cable(0.5).diam
        cable.pt3dclear()
        for place in points:
            cable.pt3dadd(*place, diameter)
        # As it was, to all digits: the points are of single precision.
        cable.L = length
    # Otherwise NEURON moves a section to the end of the one it is on, before it draws.
    for cable in cables:
        above = cable.parentseg()
        if above is not None:
            h.pt3dstyle(1, *_place(above), sec=cable)


def _points(length: float, start: np.ndarray, end: np.ndarray, area: np.ndarray) -> np.ndarray:
    count = len(start)
    steps = end - start
    sizes = np.linalg.norm(steps, axis=1, keepdims=True)
    # What has no course of its own goes on as the whole does, or anywhere.
    whole = steps.sum(axis=0)
    if not whole.any():
        whole = np.array([0.0, 1.0, 0.0])
    whole = whole / np.linalg.norm(whole)
    directions = np.where(sizes > 0, steps / np.maximum(sizes, 1e-12), whole)
    points = np.concatenate([[np.zeros(3)], np.cumsum(directions * length / count, axis=0)])
    middles = (points[1:] + points[:-1]) / 2
    share = area / area.sum()
    return points + share @ ((start + end) / 2) - share @ middles


def _place(segment: nrn.Segment) -> tuple[float, float, float]:
    """Where on its section NEURON draws what is attached to a segment."""
    section = segment.sec
    count = section.n3d()
    if count == 0:
        above = section.parentseg()
        return (0.0, 0.0, 0.0) if above is None else _place(above)
    arcs = [section.arc3d(index) for index in range(count)]
    at = segment.x * section.L
    x, y, z = (
        float(np.interp(at, arcs, [read(index) for index in range(count)]))
        for read in (section.x3d, section.y3d, section.z3d)
    )
    return x, y, z
