"""Mechanisms with arrays, pointers, random numbers, functions and procedures."""

from __future__ import annotations

from pathlib import Path

import pytest
from neuron import h

from isolated import isolated
from models import compiled9, small_cell
from neuron_reduce import (
    subtree_reductor,
)


@isolated
def test_extracellular() -> None:
    """Its parameters are arrays, by layer."""
    model = small_cell.model()
    sections = small_cell.dendrites_of(model.cell)
    for section in sections:
        section.insert("extracellular")
        for segment in section:
            for layer, value in enumerate((5.0, 9.0)):
                segment.xraxial[layer] = value
                segment.xg[layer] = 100.0 + layer
                segment.xc[layer] = 0.25 + layer
            segment.e_extracellular = 1.5
    reduced, _, _ = model.reduce()
    for cable in [reduced.apic, *reduced.dend]:
        assert cable.has_membrane("extracellular")
        for segment in cable:
            assert [segment.xraxial[0], segment.xraxial[1]] == pytest.approx([5.0, 9.0])
            assert [segment.xg[0], segment.xg[1]] == pytest.approx([100.0, 101.0])
            assert [segment.xc[0], segment.xc[1]] == pytest.approx([0.25, 1.25])
            assert segment.e_extracellular == pytest.approx(1.5)
    assert not reduced.soma[0].has_membrane("extracellular")
    model.voltages()


@isolated
def test_mechanism_with_every_kind_of_member(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    model = small_cell.model()
    levels = h.Vector([0.5])
    h.strength_layered = 2.0
    for section in small_cell.dendrites_of(model.cell):
        section.insert("layered")
        for segment in section:
            segment.layered.gbar, segment.layered.e = 3e-5, -71.0
            for layer, value in enumerate((0.2, 0.3, 0.4)):
                segment.layered.share[layer] = value
            segment.layered._ref_level = levels._ref_x[0]
            segment.layered.noise.set_ids(1, 2, 3)
    reduced, _, _ = model.reduce()
    assert h.strength_layered == 2.0
    for cable in [reduced.apic, *reduced.dend]:
        for segment in cable:
            layered = segment.layered
            assert [layered.gbar, layered.e] == pytest.approx([3e-5, -71.0], rel=1e-12)
            assert [layered.share[i] for i in range(3)] == pytest.approx([0.2, 0.3, 0.4])
            layered._ref_level = levels._ref_x[0]
    model.voltages()
    assert reduced.apic(0.5).layered.total == pytest.approx(0.9)
    assert reduced.apic(0.5).layered.conductance() == pytest.approx(3e-5 * 0.9 * 2.0 * 1.5)


@isolated
def test_arrays_are_means_by_element(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    cell = small_cell.build(without=("apic", "axon"))
    for section in cell.dend:
        section.insert("layered")
        for segment in section:
            for layer in range(3):
                segment.layered.share[layer] = layer + segment.x
    mapping = subtree_reductor(cell, [], [], total_segments_manual=2, return_seg_to_seg=True)
    reduced, targets = mapping[0], mapping[3]
    for cable in reduced.dend:
        assert cable.nseg == 1
        xs = [
            float(source.rpartition("(")[2].rstrip(")"))
            for source, target in targets.items()
            if target.startswith(cable.name())
        ]
        mean = sum(xs) / len(xs)
        values = [cable(0.5).layered.share[layer] for layer in range(3)]
        assert values == pytest.approx([mean, 1 + mean, 2 + mean], rel=1e-4)


@isolated
def test_synapse_with_every_kind_of_member(cache: Path) -> None:
    """A POINTER, a RANDOM, a FUNCTION or a state keeps no synapses apart; an array element does."""
    compiled9.load_mechanisms(cache)
    model = small_cell.model()
    gates = h.Vector([1.0, 0.0])
    synapses, netcons = [], []
    for index, segment in enumerate(s for s in model.cell.apic[1] for _ in range(4)):
        synapse = h.StochasticSyn(segment)
        synapse.p, synapse.e = 1.0, 0.0
        synapse.stage[1] = 0.5 * (index % 2)
        synapse._ref_gate = gates._ref_x[0]
        synapse.g = 0.01 * index
        netcon = h.NetCon(model.drive.stimuli[0], synapse)
        netcon.weight[0], netcon.weight[1] = 1e-4 * (1 + index), 1e-5 * (1 + index)
        synapses.append(synapse)
        netcons.append(netcon)
    weights = [tuple(netcon.weight[i] for i in range(2)) for netcon in netcons]
    _reduced, left, kept = subtree_reductor(
        model.cell, [*synapses, *model.drive.synapses], [*netcons, *model.drive.netcons]
    )
    mine = [synapse for synapse in left if synapse.hname().startswith("StochasticSyn")]
    places = {synapse.get_segment() for synapse in mine}
    assert len(mine) == 2 * len(places)
    assert {synapse.stage[1] for synapse in mine} == {0.0, 0.5}
    for index, netcon in enumerate(kept[: len(synapses)]):
        assert netcon.syn().stage[1] == 0.5 * (index % 2)
        assert tuple(netcon.weight[i] for i in range(2)) == weights[index]
    # They go on to work, pointer and all. NEURON gives a synapse that is moved a new stream.
    for index, synapse in enumerate(mine):
        synapse.noise.set_ids(index, 5, 6)
    model.voltages()
    assert all(synapse.released >= 1 for synapse in mine)
    assert max(synapse.g for synapse in mine) > 0
    gates[0] = 0.0
    model.voltages()
    assert max(abs(synapse.g) for synapse in mine) == 0.0
