"""What is run: a published cell with the benchmark's synapses, and where it is recorded."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any, NamedTuple

from neuron import h

import cells
from l5pc.drive import place_synapses

TSTOP = 2100.0
"""End of a run in ms."""

START = 100.0
"""Begin of the drive in ms."""

SETTLED = 200.0
"""What counts begins here, in ms: from rest, many a cell fires once when a drive sets in."""

DT = 0.025
"""Time step in ms."""

EXCITATORY_WEIGHT = 0.0016
INHIBITORY_WEIGHT = 0.0008
"""Peak conductances in µS that the drives' factors refer to."""

MOST_SYNAPSES = 10_000
"""The most synapses that are put on a cell."""


class Site(NamedTuple):
    """A place in a full cell's dendrites.

    :ivar label: what it is called in tables.
    :ivar distance: from the soma along the dendrite, in µm.
    :ivar section: the section's name without that of the cell.
    :ivar x: on it, 0 to 1.
    """

    label: str
    distance: float
    section: str
    x: float


def maker(name: str, cache: pathlib.Path, excitation: float) -> Callable[[int], tuple[Any, ...]]:
    """What :func:`neuron_reduce.evaluate` calls with a seed, which decides places and events.

    One synapse per µm of dendrite, 10,000 at most.

    :param excitation: the factor on excitatory weights: the strength of the drive.
    """

    def make(seed: int) -> tuple[Any, ...]:
        cell = cells.load(name, cache)
        length = sum(section.L for part in (cell.apical, cell.basal) for section in part)
        drive = place_synapses(
            cell,
            count=min(MOST_SYNAPSES, round(length)),
            seed=seed,
            excitatory_weight=EXCITATORY_WEIGHT * excitation,
            inhibitory_weight=INHIBITORY_WEIGHT,
            start=START,
            stream=seed,
        )
        return cell, drive.synapses, drive.netcons, drive

    return make


def sites(cell: Any) -> list[Site]:
    """The places that are recorded.

    At a quarter, a half, three quarters and the whole of the way to the farthest tip of the apical
    dendrite, or of all dendrites where there is none; with an apical dendrite also half the way to
    the farthest basal tip.
    """
    apical, basal = _distances(cell, cell.apical), _distances(cell, cell.basal)
    farthest, tip = max(apical or basal, key=lambda each: each[0])
    chosen = [(f"{percent} %", tip, percent / 100 * farthest) for percent in (25, 50, 75, 100)]
    if apical and basal:
        farthest, tip = max(basal, key=lambda each: each[0])
        chosen.append(("basal 50 %", tip, farthest / 2))
    result = []
    for label, section, distance in chosen:
        segment = _along(cell, section, distance)
        actual = h.distance(cell.soma[0](0.5), segment)
        result.append(Site(label, actual, local_name(segment.sec.name()), segment.x))
    return result


def local_name(name: str) -> str:
    """A section's name without the cell's: ``dend[3]``."""
    return name.rpartition("].")[2]


def _distances(cell: Any, part: Any) -> list[tuple[float, Any]]:
    """Path distance (µm) from the soma and section of each section's end in ``part``."""
    origin = cell.soma[0](0.5)
    return [(h.distance(origin, section(1)), section) for section in part]


def _along(cell: Any, tip: Any, distance: float) -> Any:
    """The segment on the way to the end of ``tip`` at the given path distance (µm)."""
    origin = cell.soma[0](0.5)
    section = tip
    while h.distance(origin, section(0)) > distance:
        section = section.parentseg().sec
    index = int(section.nseg * (distance - h.distance(origin, section(0))) / section.L)
    return section((min(index, section.nseg - 1) + 0.5) / section.nseg)
