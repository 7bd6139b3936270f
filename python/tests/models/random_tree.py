"""Random branching cells, uniform and passive, the same for a seed in every NEURON version.

By the seed's remainder modulo 4 a cell has: nothing but basal trees (0), an apical tree (1),
an axon (2), or both (3). Every other group of four seeds has 3D points; the others set L
and the diameter of each segment.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from neuron import h

from models.template import new_cell

MAX_BRANCH_ORDER = 5
MAX_SECTIONS_PER_STEM = 14

T = TypeVar("T")


def pick(rng: random.Random, items: Sequence[T]) -> T:
    """One of `items`; from random() alone, whose sequence no Python version may change."""
    return items[int(rng.random() * len(items))]


@dataclass
class Branch:
    """A tapering section: length and diameters in um; `x` is where it sits on its parent."""

    kind: str
    index: int
    length: float
    diameters: tuple[float, float]
    nseg: int
    parent: Branch | None = None
    x: float = 1.0
    children: list[Branch] = field(default_factory=list)

    def diameter(self, x: float) -> float:
        """Diameter in um at the relative position `x`."""
        return self.diameters[0] + (self.diameters[1] - self.diameters[0]) * x


def has_apical(seed: int) -> bool:
    """Whether the cell of this seed has an apical tree."""
    return seed % 4 in (1, 3)


def has_axon(seed: int) -> bool:
    """Whether the cell of this seed has an axon."""
    return seed % 4 in (2, 3)


def has_points(seed: int) -> bool:
    """Whether the shape of this seed's cell is given by 3D points."""
    return (seed // 4) % 2 == 1


def _grow(rng: random.Random, stem: Branch, branches: list[Branch]) -> None:
    """Append `stem` and random descendants of it to `branches`."""
    first = len(branches)
    branches.append(stem)
    open_ends = [(stem, 0)]
    while open_ends:
        parent, order = open_ends.pop(0)
        if order >= MAX_BRANCH_ORDER or rng.random() > 0.8:
            continue
        for _ in range(pick(rng, (1, 2, 2, 2, 3))):
            if len(branches) - first >= MAX_SECTIONS_PER_STEM:
                return
            # Obliques leave their parent halfway, or at some other place.
            x = pick(rng, (1.0, 1.0, 1.0, 1.0, 0.5, 0.3))
            proximal = max(0.3, parent.diameter(x) * rng.uniform(0.5, 0.9))
            child = Branch(
                kind=stem.kind,
                index=0,
                length=rng.uniform(15.0, 220.0),
                diameters=(proximal, max(0.2, proximal * rng.uniform(0.4, 1.0))),
                nseg=pick(rng, (1, 1, 3, 3, 5, 7)),
                parent=parent,
                x=x,
            )
            parent.children.append(child)
            branches.append(child)
            open_ends.append((child, order + 1))


def _number(branches: list[Branch]) -> dict[str, int]:
    """Number the branches of each kind in order; returns how many there are."""
    counts: dict[str, int] = {}
    for branch in branches:
        branch.index = counts.get(branch.kind, 0)
        counts[branch.kind] = branch.index + 1
    return counts


def _shape(section: Any, branch: Branch, points: bool) -> None:
    """Give a section its length, taper and number of segments."""
    if points:
        for i in range(5):
            x = i / 4
            h.pt3dadd(x * branch.length, 0.0, 0.0, branch.diameter(x), sec=section)
        section.nseg = branch.nseg
    else:
        section.L = branch.length
        section.nseg = branch.nseg
        for segment in section:
            segment.diam = branch.diameter(segment.x)


def build(seed: int) -> Any:
    """The cell of this seed: 2 to 8 dendritic stems of up to 5 branch orders."""
    rng = random.Random(seed)
    stems = 2 + int(rng.random() * 7)
    soma_diameter = rng.uniform(10.0, 25.0)
    branches = [
        Branch("soma", 0, rng.uniform(10.0, 25.0), (soma_diameter,) * 2, pick(rng, (1, 1, 3)))
    ]
    apical_stem = int(rng.random() * stems) if has_apical(seed) else -1
    for stem in range(stems):
        proximal = rng.uniform(1.0, 5.0)
        _grow(
            rng,
            Branch(
                kind="apic" if stem == apical_stem else "dend",
                index=0,
                length=rng.uniform(20.0, 250.0),
                diameters=(proximal, proximal * rng.uniform(0.5, 1.0)),
                nseg=pick(rng, (1, 3, 5, 9)),
                parent=branches[0],
                x=pick(rng, (0.0, 0.5, 1.0)),
            ),
            branches,
        )
    if has_axon(seed):
        hillock = Branch("axon", 0, 30.0, (2.0, 1.0), 3, branches[0], pick(rng, (0.0, 0.5, 1.0)))
        # Connected among the dendrites, so that it is not always the soma's last child.
        branches.insert(1 + int(rng.random() * len(branches)), hillock)
        branches.append(Branch("axon", 0, rng.uniform(50.0, 500.0), (1.0, 1.0), 5, hillock))

    cell = new_cell(_number(branches))

    def section_of(branch: Branch) -> Any:
        return getattr(cell, branch.kind)[branch.index]

    for branch in branches:
        _shape(section_of(branch), branch, has_points(seed))
        if branch.parent is not None:
            section_of(branch).connect(section_of(branch.parent)(branch.x), 0)
    if has_axon(seed) and not has_points(seed):
        # neuron-reduce 0.0.7 calls this when it cuts an axon off. It makes 3D points, which
        # changes the diameters of tapered sections; called here, the cell is the same for all.
        h.define_shape()

    resistance = 10 ** rng.uniform(3.7, 4.7)  # ohm cm2
    capacitance = rng.uniform(0.5, 2.0)  # uF/cm2
    axial = rng.uniform(70.0, 250.0)  # ohm cm
    reversal = rng.uniform(-85.0, -60.0)  # mV
    for section in cell.all:
        section.insert("pas")
        section.cm = capacitance
        section.Ra = axial
        for segment in section:
            segment.pas.g = 1.0 / resistance
            segment.pas.e = reversal
    return cell
