"""Random cells with voltage-gated channels, and with everything varying along them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from models import random_tree
from models.compiled import load_mechanisms

# Chosen for an apical tree, an axon, many stems and both kinds of shape.
HH_SEEDS = (3, 7, 19)
CALCIUM_SEEDS = (11, 23, 35)


def _vary_passives(cell: Any, rng: random.Random) -> None:
    """Passive properties that differ by section, and for `pas` by segment."""
    for section in cell.all:
        section.cm *= rng.uniform(0.8, 1.25)
        section.Ra *= rng.uniform(0.9, 1.1)
        for segment in section:
            segment.pas.g *= rng.uniform(0.7, 1.5)
            segment.pas.e += rng.uniform(-2.0, 2.0)


def build_hh(seed: int) -> Any:
    """A random tree with `hh` in soma, axon and half of the dendrites, for v_init -65 mV."""
    cell = random_tree.build(seed)
    rng = random.Random(seed + 1000)
    _vary_passives(cell, rng)
    for section in cell.all:
        dendritic = ".dend" in section.name() or ".apic" in section.name()
        if dendritic and rng.random() < 0.5:
            continue
        section.insert("hh")
        section.ena = rng.uniform(45.0, 55.0)
        section.ek = rng.uniform(-80.0, -74.0)
        share = 0.1 if dendritic else 1.0
        for segment in section:
            segment.pas.e = -65.0 + rng.uniform(-2.0, 2.0)
            segment.hh.gnabar = 0.12 * share * rng.uniform(0.5, 1.5)
            segment.hh.gkbar = 0.036 * share * rng.uniform(0.5, 1.5)
            segment.hh.gl = 0.0003 * share * rng.uniform(0.5, 1.5)
            segment.hh.el = -54.3 + rng.uniform(-1.0, 1.0)
    return cell


def build_calcium(seed: int, cache: Path) -> Any:
    """A random tree with calcium channels, calcium pools and calcium-activated potassium.

    Some dendrites have a channel without a pool, so that their eca is a parameter and not
    computed from concentrations.
    """
    load_mechanisms(cache)
    cell = random_tree.build(seed)
    rng = random.Random(seed + 2000)
    _vary_passives(cell, rng)
    for section in cell.all:
        if rng.random() < 0.6:
            section.insert("ca_hva")
            for segment in section:
                segment.ca_hva.gbar = 10 ** rng.uniform(-5.0, -3.5)
                segment.eca = rng.uniform(110.0, 140.0)
        if rng.random() < 0.4:
            section.insert("ca_pool")
            for segment in section:
                segment.ca_pool.depth = rng.uniform(0.05, 0.5)
                segment.ca_pool.tau = rng.uniform(20.0, 200.0)
                segment.ca_pool.rest = rng.uniform(5e-5, 2e-4)
                segment.cao = rng.uniform(1.5, 2.5)
        if rng.random() < 0.4:
            section.insert("k_ca")
            for segment in section:
                segment.k_ca.gbar = 10 ** rng.uniform(-5.0, -3.0)
                segment.k_ca.tau = rng.uniform(0.5, 2.0)
                segment.ek = rng.uniform(-95.0, -85.0)
    return cell
