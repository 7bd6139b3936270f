"""Seeded synapses, each with one NetStim that fires regularly and one NetCon."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neuron import h

from models.random_tree import pick

# Kinds that differ in a parameter never merge, however small the difference.
KINDS: tuple[tuple[str, dict[str, float]], ...] = (
    ("Exp2Syn", {"e": 0.0, "tau1": 0.3, "tau2": 1.8}),
    ("Exp2Syn", {"e": 0.0, "tau1": 0.3, "tau2": 1.8 + 1e-9}),
    ("Exp2Syn", {"e": -86.0, "tau1": 1.0, "tau2": 8.0}),
    ("ExpSyn", {"e": 0.0, "tau": 2.0}),
    ("ExpSyn", {"e": -75.0, "tau": 5.0}),
)


@dataclass(frozen=True)
class Drive:
    """Synapses with their NetCons and NetStims, in the same order."""

    synapses: list[Any]
    netcons: list[Any]
    stimuli: list[Any]


def _add(rng: random.Random, drive: Drive, segment: Any, weight: float) -> None:
    """One synapse of a random kind at `segment`, of about `weight` (uS), with its drive."""
    name, parameters = pick(rng, KINDS)
    synapse = getattr(h, name)(segment)
    for parameter, value in parameters.items():
        setattr(synapse, parameter, value)
    stimulus = h.NetStim()
    stimulus.start = rng.uniform(5.0, 60.0)
    stimulus.interval = rng.uniform(20.0, 60.0)
    stimulus.number = 1e9
    stimulus.noise = 0.0
    netcon = h.NetCon(stimulus, synapse)
    netcon.weight[0] = weight * rng.uniform(0.5, 1.5)
    netcon.delay = rng.uniform(0.1, 5.0)
    drive.synapses.append(synapse)
    drive.netcons.append(netcon)
    drive.stimuli.append(stimulus)


def _dendrites(cell: Any) -> list[Any]:
    return list(cell.basal) + list(cell.apical)


def scatter(cell: Any, seed: int, weight: float, count: int = 100) -> Drive:
    """`count` synapses: most on dendrites, many at section ends, some on soma and axon."""
    rng = random.Random(seed)
    drive = Drive([], [], [])
    dendrites = _dendrites(cell)
    elsewhere = list(cell.somatic) + list(cell.axonal)
    for _ in range(count):
        if rng.random() < 0.08:
            section = pick(rng, elsewhere)
            x = pick(rng, (0.0, 0.5, 1.0, 0.2))
        else:
            section = pick(rng, dendrites)
            x = pick(rng, (0.0, 1.0, 0.001, 0.999) + (rng.random(),) * 6)
        _add(rng, drive, section(x), weight)
    return drive


def cover(cell: Any, seed: int, weight: float, count: int) -> Drive:
    """`count` synapses that go round all dendritic segments in turn, and a few on the soma."""
    rng = random.Random(seed)
    drive = Drive([], [], [])
    segments: Sequence[Any] = [s for section in _dendrites(cell) for s in section]
    for index in range(count):
        if index % 50 == 49:
            _add(rng, drive, pick(rng, list(cell.somatic))(0.5), weight)
        else:
            _add(rng, drive, segments[index % len(segments)], weight)
    return drive
