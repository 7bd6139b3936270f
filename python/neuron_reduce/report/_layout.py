"""Where the two cells' parts are drawn: which cable each stretch went to, and the cables in space.

All coordinates are in µm around the middle of the soma.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from .. import record as records

LEAST_ANGLE = math.radians(16)
"""Between cables that leave from one place, unless there are too many of them."""

SIDES = 10
"""Of the prism that is drawn for a cylinder."""


@dataclass(frozen=True)
class Stretch:
    """The part of an original section that is one segment.

    :ivar section: name of the section.
    :ivar x: the segment's centre on it; nan for what stays.
    :ivar cable: index of the cable it went to; None for what stays, as soma and axon do.
    :ivar cable_x: the place on that cable.
    :ivar points: x, y, z and diameter, shaped (n, 4).
    """

    section: str
    x: float
    cable: int | None
    cable_x: float
    points: np.ndarray


@dataclass(frozen=True)
class Straight:
    """A cable drawn as a straight line.

    :ivar index: of the cable.
    :ivar start: where it begins, x, y, z.
    :ivar end: where it ends.
    """

    index: int
    start: np.ndarray
    end: np.ndarray


def centre(shape: Iterable[records.SectionShape]) -> np.ndarray:
    """The middle of the soma; of all points where the soma has none."""
    shape = list(shape)
    soma = [piece.points for piece in shape if piece.role == "soma" and len(piece.points)]
    points = np.concatenate(soma or [piece.points for piece in shape if len(piece.points)])
    return (points[:, :3].min(axis=0) + points[:, :3].max(axis=0)) / 2


def stretches(record: records.ReductionRecord) -> list[Stretch]:
    """The original's sections in space, cut where one segment ends and the next begins."""
    middle = np.append(centre(record.shape), 0)
    mapped = defaultdict(list)
    for segment in record.segment_map:
        mapped[segment.section].append(segment)
    found = []
    for piece in record.shape:
        if len(piece.points) < 2:
            continue
        points = np.asarray(piece.points, dtype=float) - middle
        went = [] if piece.stays else mapped[piece.section]
        segments = sorted(went, key=lambda segment: segment.x)
        if not segments:
            found.append(Stretch(piece.section, math.nan, None, math.nan, points))
            continue
        centres = np.array([segment.x for segment in segments])
        cuts = [0.0, *(centres[1:] + centres[:-1]) / 2, 1.0]
        for segment, start, end in zip(segments, cuts[:-1], cuts[1:], strict=True):
            part = _between(points, start, end)
            found.append(Stretch(piece.section, segment.x, segment.cable, segment.cable_x, part))
    return found


def parents(cables: Sequence[records.Cable]) -> list[int | None]:
    """For each cable the one that it is attached to; None for those on what stays."""
    by_name = {cable.name: index for index, cable in enumerate(cables)}
    found = [None if cable.is_on_original else by_name.get(cable.parent) for cable in cables]
    return [None if parent == index else parent for index, parent in enumerate(found)]


def starts(record: records.ReductionRecord) -> dict[int, np.ndarray]:
    """Where the cables begin that are attached to dendrites which stay, x, y, z."""
    shapes = {piece.section: piece for piece in record.shape if len(piece.points)}
    staying = {
        name: piece
        for name, piece in shapes.items()
        if piece.stays and piece.role in ("apical", "basal")
    }
    found = {}
    for index, cable in enumerate(record.cables):
        if not cable.is_on_original or cable.parent not in staying or cable.stem not in shapes:
            continue
        ends = np.asarray(shapes[cable.stem].points, dtype=float)[[0, -1], :3]
        along = np.asarray(staying[cable.parent].points, dtype=float)[:, :3]
        distances = np.linalg.norm(ends[:, None] - along[None], axis=2).min(axis=1)
        found[index] = ends[int(distances.argmin())] - centre(record.shape)
    return found


def straighten(
    cables: Sequence[records.Cable],
    pieces: Sequence[Stretch],
    soma_radius: float,
    starts: Mapping[int, np.ndarray] = MappingProxyType({}),
) -> list[Straight]:
    """The cables as straight lines in the x-y plane, each on the side that its dendrites are on.

    A cable that follows on another alone goes on straight. Cables that leave from one place are
    turned apart where they would lie on each other.

    :param starts: of cables that begin elsewhere than at the soma or at another cable's end.
    """
    children: dict[Any, list[int]] = defaultdict(list)
    for index, parent in enumerate(parents(cables)):
        place = tuple(starts[index]) if parent is None and index in starts else parent
        children[place].append(index)

    def with_descendants(index: int) -> set[int]:
        found, waiting = set(), [index]
        while waiting:
            each = waiting.pop()
            found.add(each)
            waiting += children[each]
        return found

    placed: dict[int, Straight] = {}
    # The soma, a cable, or a place on a dendrite that stays.
    waiting: list[Any] = [None, *(place for place in children if isinstance(place, tuple))]
    while waiting:
        parent = waiting.pop()
        place = np.array(parent) if isinstance(parent, tuple) else None
        is_on_cable = parent is not None and place is None
        if is_on_cable:
            origin = _middle(pieces, {parent})
        else:
            origin = np.zeros(2) if place is None else place[:2]
        wished = []
        for index in children[parent]:
            middle = _middle(pieces, with_descendants(index))
            along = np.zeros(2) if middle is None or origin is None else middle - origin
            if is_on_cable and (len(children[parent]) == 1 or not along.any()):
                along = (placed[parent].end - placed[parent].start)[:2]
            wished.append(math.atan2(along[1], along[0]) if along.any() else -math.pi / 2)
        for index, angle in zip(children[parent], apart(wished), strict=True):
            direction = np.array([math.cos(angle), math.sin(angle), 0.0])
            if is_on_cable:
                start = placed[parent].end
            else:
                start = soma_radius * direction if place is None else place
            placed[index] = Straight(index, start, start + cables[index].length * direction)
            waiting.append(index)
    return [placed[index] for index in sorted(placed)]


def apart(angles: Sequence[float]) -> list[float]:
    """Angles (radians) moved as little as it takes for neighbours to be apart."""
    count = len(angles)
    if count < 2:
        return list(angles)
    least = min(LEAST_ANGLE, 0.8 * 2 * math.pi / count)
    order = sorted(range(count), key=lambda index: angles[index])
    moved = [angles[index] for index in order]
    for _ in range(200):
        for place in range(count):
            following = (place + 1) % count
            turn = 2 * math.pi if following == 0 else 0
            missing = least - (moved[following] + turn - moved[place])
            if missing > 0:
                moved[place] -= missing / 2
                moved[following] += missing / 2
    result = [0.0] * count
    for index, angle in zip(order, moved, strict=True):
        result[index] = angle
    return result


def tube(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A prism along points with diameters, shaped (n, 4): its corners and its triangles.

    Each step from a point to the next has the same number of triangles, one step after the other.
    """
    centres, radii = points[:, :3], points[:, 3] / 2
    along = np.gradient(centres, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-12)[:, None]
    aside = np.cross(along, [0.0, 0.0, 1.0])
    aside[np.linalg.norm(aside, axis=1) < 1e-6] = [1.0, 0.0, 0.0]
    aside /= np.linalg.norm(aside, axis=1)[:, None]
    up = np.cross(along, aside)
    turns = np.arange(SIDES) * 2 * math.pi / SIDES
    ring = np.cos(turns)[:, None] * aside[:, None, :] + np.sin(turns)[:, None] * up[:, None, :]
    corners = (centres[:, None, :] + radii[:, None, None] * ring).reshape(-1, 3)
    side = np.arange(SIDES)
    near, far = side, side + SIDES
    near_next, far_next = (side + 1) % SIDES, (side + 1) % SIDES + SIDES
    once = np.concatenate(
        [np.stack([near, far, far_next], axis=1), np.stack([near, far_next, near_next], axis=1)]
    )
    steps = np.arange(len(points) - 1) * SIDES
    return corners, (once[None] + steps[:, None, None]).reshape(-1, 3)


def _between(points: np.ndarray, start: float, end: float) -> np.ndarray:
    """The part of a line between two shares of its length, its ends interpolated."""
    steps = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    run = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.array([start, end]) * run[-1]
    ends = np.stack([np.interp(places, run, column) for column in points.T], axis=1)
    inside = points[(run > places[0]) & (run < places[1])]
    return np.concatenate([ends[:1], inside, ends[1:]])


def _middle(pieces: Iterable[Stretch], cables: set[int]) -> np.ndarray | None:
    """The mean place in the x-y plane of the stretches that went to some cables, by length."""
    places, weights = [], []
    for piece in pieces:
        if piece.cable in cables:
            places.append((piece.points[1:, :2] + piece.points[:-1, :2]) / 2)
            weights.append(np.linalg.norm(np.diff(piece.points[:, :3], axis=0), axis=1))
    if not places or not np.concatenate(weights).any():
        return None
    return np.average(np.concatenate(places), axis=0, weights=np.concatenate(weights))
