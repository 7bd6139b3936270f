"""The cases that golden values exist for, and how a case is carried out."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neuron import h

import observe
import session
from models import active, l5pc, random_tree, synapses

# Takes a cell, synapses and NetCons, and keyword arguments; returns the reduced cell, the
# synapses left, the NetCons, and the segment mapping as text.
Reductor = Callable[..., tuple[Any, list[Any], list[Any], dict[str, str]]]


@dataclass(frozen=True)
class Case:
    """One reduction: of which cell, with which settings, and how it is then stimulated."""

    family: str
    seed: int
    frequency: float
    """Reduction frequency in Hz."""
    segments: float
    """The argument `total_segments_manual`."""
    v_init: float
    """Initial membrane potential in mV."""
    celsius: float
    weight: float
    """Mean weight of the connections in uS; low enough that nothing spikes."""
    count: int
    """Number of synapses."""
    duration: float
    """Simulated time in ms."""
    interval: float
    """Sampling interval of the voltage in ms."""

    @property
    def name(self) -> str:
        """Unique among all cases."""
        return f"{self.family}-{self.seed}-{self.frequency:g}Hz-{self.segments:g}"

    def settings(self) -> dict[str, Any]:
        """As a golden file records them."""
        return asdict(self)


def _tree_cases() -> list[Case]:
    # Mostly the defaults; the others return often enough to meet every kind of tree.
    frequencies = (0, 0, 0, 38, 0, 0, 10, 0, 0, 100, 0, 200, 0)
    segments = (-1, -1, -1, 0.5, -1, 60, -1, -1, 0.2, -1, 1, -1, 25, -1, 2, -1, 0.8)
    return [
        Case(
            family="tree",
            seed=seed,
            frequency=frequencies[seed % len(frequencies)],
            segments=segments[seed % len(segments)],
            v_init=-70.0,
            celsius=34.0,
            weight=2e-4,
            count=100,
            duration=200.0,
            interval=1.0,
        )
        for seed in range(64)
    ]


def _hh_cases() -> list[Case]:
    settings = ((0, -1), (38, -1), (0, 120), (100, 0.5))
    return [
        Case("hh", seed, frequency, segments, -65.0, 6.3, 3e-4, 100, 200.0, 1.0)
        for seed in active.HH_SEEDS
        for frequency, segments in settings
    ]


def _calcium_cases() -> list[Case]:
    settings = ((0, -1), (38, -1), (0, 120), (100, 0.5))
    return [
        Case("calcium", seed, frequency, segments, -75.0, 34.0, 1e-4, 100, 200.0, 1.0)
        for seed in active.CALCIUM_SEEDS
        for frequency, segments in settings
    ]


def _l5pc_cases() -> list[Case]:
    return [
        Case("l5pc", 1, frequency, segments, -80.0, 34.0, 1e-5, 2000, 300.0, 1.0)
        for frequency in (0, 10, 38, 200)
        for segments in (-1, 0.3, 120)
    ]


CASES: dict[str, list[Case]] = {
    "tree": _tree_cases(),
    "hh": _hh_cases(),
    "calcium": _calcium_cases(),
    "l5pc": _l5pc_cases(),
}


@functools.cache
def golden(family: str) -> dict[str, observe.Observation]:
    """What neuron-reduce 0.0.7 gave, by the names of the family's cases, each with `settings`."""
    path = Path(__file__).with_name("golden") / f"{family}.json"
    return json.loads(path.read_text())["cases"]


def _build(case: Case, cache: Path) -> tuple[Any, synapses.Drive]:
    if case.family == "l5pc":
        cell = l5pc.build(cache)
        return cell, synapses.cover(cell, case.seed, case.weight, case.count)
    if case.family == "hh":
        cell = active.build_hh(case.seed)
    elif case.family == "calcium":
        cell = active.build_calcium(case.seed, cache)
    else:
        cell = random_tree.build(case.seed)
    return cell, synapses.scatter(cell, case.seed, case.weight, case.count)


def run(
    case: Case, reductor: Reductor, cache: Path, run_before: float = 0.0
) -> observe.Observation:
    """Build the cell of a case, reduce it, describe and simulate what came of it.

    `cache` is a folder for what has to be fetched or compiled. For `run_before` ms the cell is
    simulated before it is reduced. All sections that were in the session are deleted afterwards,
    also after an error.
    """
    with session.emptied():
        return _run(case, reductor, cache, run_before)


def _run(case: Case, reductor: Reductor, cache: Path, run_before: float) -> observe.Observation:
    cell, drive = _build(case, cache)
    h.celsius = case.celsius
    h.v_init = case.v_init
    # neuron-reduce 0.0.7 does this itself before it reads the values of mechanisms and ions.
    h.finitialize(case.v_init)
    if run_before > 0:
        h.continuerun(run_before)
    name = cell.hname()
    original = observe.describe_original(cell)
    connections = observe.describe_connections(drive.netcons)
    reduced, returned, netcons, mapping = reductor(
        cell,
        list(drive.synapses),
        list(drive.netcons),
        reduction_frequency=case.frequency,
        total_segments_manual=case.segments,
        return_seg_to_seg=True,
    )
    return {
        "original": original,
        "cables": observe.describe_cables(reduced),
        **observe.describe_synapses(drive.synapses, returned, netcons),
        "connections_kept": observe.describe_connections(netcons) == connections,
        "mapping": observe.describe_mapping(mapping, name, reduced),
        "voltage": observe.somatic_voltage(
            reduced.soma[0], case.v_init, case.duration, case.interval
        ),
    }
