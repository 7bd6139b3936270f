"""Cells as straight pieces in space, for what is measured outside of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._session import collect
from ._session.geometry import Course
from ._session.whereabouts import Row
from .errors import ArgumentError, CellError


@dataclasses.dataclass(frozen=True)
class Geometry:
    """The segments of a cell as straight lines, in µm.

    :ivar places: the name of each one's section, and its centre on that, 0 to 1; n of them.
    :ivar start: where each begins, at the end 0 of its section, x, y, z; shaped (n, 3).
    :ivar end: where it ends; shaped (n, 3).
    :ivar diameter: shaped (n,).
    :ivar area: of its membrane in µm²; shaped (n,).
    """

    places: list[tuple[str, float]]
    start: np.ndarray
    end: np.ndarray
    diameter: np.ndarray
    area: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """The middles of the lines; shaped (n, 3)."""
        return (self.start + self.end) / 2

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return f"<Geometry of {len(self)} segments>"


def of_original(
    courses: Sequence[Course], places: list[tuple[str, float]], names: Sequence[str]
) -> Geometry:
    """The original's segments, each from where its part of its section begins to where that ends.

    :param places: of all segments.
    :param names: of the sections.
    :raises CellError: there are no 3D points.
    """
    lines = []
    for points, course in zip(_laid(courses, names), courses, strict=True):
        cuts = _at(points, np.linspace(0, 1, len(course.areas) + 1))
        lines.append(np.concatenate([cuts[:-1], cuts[1:]], axis=1))
    ends = np.concatenate(lines)
    area = np.concatenate([each.areas for each in courses])
    lengths = np.concatenate(
        [np.full(len(each.areas), each.length / len(each.areas)) for each in courses]
    )
    return Geometry(places, ends[:, :3], ends[:, 3:], area / (math.pi * lengths), area)


def _laid(courses: Sequence[Course], names: Sequence[str]) -> list[np.ndarray]:
    """The sections' 3D points, shaped (n, 3). Those that have none, such as the stub that stands
    for an axon, are straight lines from where they are attached, away from the cell's middle."""
    laid = [each.points[:, :3] if len(each.points) > 1 else None for each in courses]
    known = [each for each in laid if each is not None]
    for course, name in zip(courses, names, strict=True):
        if not known or (len(course.points) < 2 and course.parent is None):
            raise CellError(
                f"{name} of the original had no 3D points; expected the cell to have some, which "
                "define_shape() gives it, before it is reduced"
            )
    middle = np.concatenate(known).mean(axis=0)
    while any(each is None for each in laid):
        for index, course in enumerate(courses):
            if laid[index] is not None or laid[course.parent[0]] is None:
                continue
            start = _at(laid[course.parent[0]], np.array([course.parent[1]]))[0]
            away = start - middle
            size = float(_lengths(away[None])[0])
            away = away / size if size > 0 else np.array([0.0, -1.0, 0.0])
            line = np.stack([start, start + course.length * away])
            laid[index] = line[::-1] if course.attached == 1 else line
    return laid


def distances(courses: Sequence[Course]) -> np.ndarray:
    """Along the tree from the soma to both ends of all segments of the original, in µm; shaped
    (n, 2)."""
    cuts = [np.linspace(*each.distances, len(each.areas) + 1) for each in courses]
    return np.concatenate([np.stack([each[:-1], each[1:]], axis=1) for each in cuts])


def mean_course(
    start: np.ndarray, end: np.ndarray, area: np.ndarray, along: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The straight line that has the place, the direction and the extent of several pieces.

    It has the mean place of their membrane, and goes, away from the soma, as this place changes
    with the distance along the tree: by linear regression. It covers the distances that a line of
    even membrane does whose mean and standard deviation of these are theirs. Of a single straight
    piece it is that piece.

    :param start: of the pieces, shaped (n, 3).
    :param end: likewise.
    :param area: their shares, shaped (n,).
    :param along: distances of both their ends, shaped (n, 2).
    """
    share = area / area.sum()
    places, distance = (start + end) / 2, along.mean(axis=1)
    steps, extent = end - start, along[:, 1] - along[:, 0]
    place, mean = share @ places, share @ distance
    from_place, from_mean = places - place, distance - mean
    # Each piece by itself is even membrane: of an extent of 1 that has a variance of 1/12.
    variance = share @ (from_mean**2 + extent**2 / 12)
    covariance = share @ (from_mean[:, None] * from_place + extent[:, None] * steps / 12)
    half = covariance * math.sqrt(3 / variance) if variance > 0 else share @ steps / 2
    return place - half, place + half


def of_reduced(rows: Sequence[Row], original: Geometry, along: np.ndarray) -> Geometry:
    """The segments of a reduced cell, each along the mean course of what it stands for.

    :param along: of the original's segments, as :func:`distances` has it.
    """
    start, end = np.empty((len(rows), 3)), np.empty((len(rows), 3))
    known = [bool(each.members) for each in rows]
    for number, row in enumerate(rows):
        own = row.members
        if len(own) == 1:
            start[number], end[number] = original.start[own[0]], original.end[own[0]]
        elif own:
            start[number], end[number] = mean_course(
                original.start[own], original.end[own], original.area[own], along[own]
            )
    # Junctions that have no membrane go on from where what they hang on ends.
    while not all(known):
        for number, row in enumerate(rows):
            if not known[number] and row.parent is not None and known[row.parent]:
                along = end[row.parent] - start[row.parent]
                step = row.segment.sec.L / row.segment.sec.nseg / np.linalg.norm(along)
                start[number] = end[row.parent]
                end[number] = end[row.parent] + step * along
                known[number] = True
    return Geometry(
        [(each.segment.sec.name(), each.segment.x) for each in rows],
        start,
        end,
        np.array([each.segment.diam for each in rows]),
        np.array([each.segment.area() for each in rows]),
    )


def shares(rows: Sequence[Row], area: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each of the original's segments has of the membrane of the reduced cell's segment that
    it is in.

    :param area: of the original's segments.
    :returns: shares, and the rows they are of, shaped (n,).
    """
    share, row_of = np.zeros(len(area)), np.zeros(len(area), dtype=int)
    for number, row in enumerate(rows):
        if row.members:
            share[row.members] = area[row.members] / area[row.members].sum()
            row_of[row.members] = number
    return share, row_of


def checked(currents: Any, count: int) -> np.ndarray:
    """Currents of a reduced cell's segments, as an array.

    :param count: of the segments.
    :raises ArgumentError: they are none.
    """
    expected = f"an array of numbers, shaped ({count},) or ({count}, times)"
    try:
        given = np.asarray(currents)
    except (TypeError, ValueError, ReferenceError):
        given = None
    if given is None or given.dtype.kind not in "biuf":
        raise ArgumentError(f"currents is {collect.described(currents)}; expected {expected}")
    given = given.astype(float, copy=False)
    if given.ndim not in (1, 2) or len(given) != count:
        raise ArgumentError(f"currents has the shape {given.shape}; expected {expected}")
    return given


def spread(currents: np.ndarray, rows: Sequence[Row], area: np.ndarray) -> np.ndarray:
    """Currents of a reduced cell's segments where the original's membrane was: each of the
    original's segments has of its compartment's what it has of the membrane there, and the current
    of a junction is that of the nearest compartment towards the root that has membrane.

    :param currents: shaped (m,) or (m, times).
    :param area: of the original's segments, n of them.
    :returns: shaped (n,) or (n, times).
    """
    gathered = np.zeros_like(currents)
    np.add.at(gathered, with_membrane(rows), currents)
    share, row_of = shares(rows, area)
    return (share * gathered[row_of].T).T


def with_membrane(rows: Sequence[Row]) -> np.ndarray:
    """For each row the nearest one towards the root that has membrane of the original's."""
    found = []
    for number, row in enumerate(rows):
        while not row.members and row.parent is not None:
            number = row.parent
            row = rows[number]
        found.append(number)
    return np.array(found)


def _at(points: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The places at some shares of a line's length."""
    steps = _lengths(np.diff(points, axis=0))
    run = np.concatenate([[0.0], np.cumsum(steps)])
    return np.stack([np.interp(shares * run[-1], run, column) for column in points.T], axis=1)


def _lengths(steps: np.ndarray) -> np.ndarray:
    """Those of vectors, shaped (n, 3): squares added up in this order, as the command line does, to
    the last digit."""
    x, y, z = steps.T
    return np.sqrt(x * x + y * y + z * z)
