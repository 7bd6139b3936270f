"""The method `folded`: with as many groups as segments it is the cell that was read, and with fewer
it comes to it step by step."""

from __future__ import annotations

import itertools
import pickle
import random
import types
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import Reduction

ALL = 1e6
"""More groups than any of these cells has segments."""


def _cell(seed: int, *, excitation: float) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A cell with sections of any shape that hang anywhere on each other, by either end, with an
    axon that may hang on a dendrite, hh in most dendrites, and synapses."""
    rng = random.Random(seed)
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    soma.nseg = rng.choice([1, 1, 3])
    dendrites: list[Any] = []
    for index in range(rng.randint(4, 25)):
        section = h.Section(name=f"dend_{index}")
        section.nseg = rng.choice([1, 1, 2, 3, 5])
        section.L, section.Ra = rng.uniform(20, 200), rng.uniform(50, 200)
        for segment in section:
            segment.diam = rng.uniform(0.5, 3)
        end = rng.choice([0, 0, 0, 1])
        if index < 3 or rng.random() < 0.15:
            section.connect(soma(rng.choice([0, 0.5, 1])), end)
        else:
            place = rng.choice([1, 1, 1, 1, 0.5, rng.random(), 0])
            section.connect(rng.choice(dendrites)(place), end)
        dendrites.append(section)
    axon = h.Section(name="axon")
    axon.L, axon.diam, axon.nseg = 50, 1, 3
    if rng.random() < 0.5:
        axon.connect(soma(1))
    else:
        axon.connect(rng.choice(dendrites)(rng.choice([1, 0.5, rng.random()])))
    for section in (soma, axon, *dendrites):
        section.insert("pas")
        section.g_pas, section.e_pas = rng.uniform(2e-5, 2e-4), -70
        section.cm = rng.uniform(0.7, 2)
        if section in (soma, axon) or rng.random() < 0.6:
            section.insert("hh")
            for segment in section:
                segment.hh.gnabar = rng.uniform(0.02, 0.12)
                segment.hh.gkbar = rng.uniform(0.01, 0.04)
                segment.hh.gl = 0
    cell = types.SimpleNamespace(
        soma=soma, axon=[axon], dend=dendrites, all=[soma, axon, *dendrites]
    )
    synapses, netcons, stimuli = [], [], []
    for index in range(30):
        synapse = h.Exp2Syn(rng.choice(dendrites)(rng.uniform(0.001, 0.999)))
        synapse.tau1, synapse.tau2 = 0.3, rng.choice([2, 2, 5])
        synapse.e = rng.choice([0, 0, -80])
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number, stimulus.start, stimulus.noise = 20, 1e9, 5, 1
        stimulus.noiseFromRandom123(seed, index, 0)
        netcons.append(h.NetCon(stimulus, synapse, 0, 0.5, excitation * rng.uniform(1e-3, 4e-3)))
        synapses.append(synapse)
        stimuli.append(stimulus)
    return cell, synapses, netcons, stimuli


def _run(soma: Any, duration: float) -> np.ndarray:
    voltage = h.Vector().record(soma(0.5)._ref_v)
    h.dt = 0.025
    h.finitialize(-65)
    while h.t < duration - h.dt / 2:
        h.fadvance()
    return np.array(voltage)


def _spikes(voltage: np.ndarray) -> list[int]:
    return [int(step) for step in np.flatnonzero((voltage[1:] > 0) & (voltage[:-1] <= 0))]


def _folded(model: tuple[Any, ...], segments: float) -> Reduction:
    return neuron_reduce.reduce(*model[:3], method="folded", segments=segments, in_place=True)


@pytest.mark.parametrize("seed", range(12))
@isolated
def test_unfolded_it_is_the_cell_that_was_read(seed: int) -> None:
    model = _cell(seed, excitation=1)
    full = _run(model[0].soma, 120)
    weights = [netcon.weight[0] for netcon in model[2]]
    reduction = _folded(model, ALL)
    assert [netcon.weight[0] for netcon in model[2]] == pytest.approx(weights, rel=1e-9)
    found = _run(reduction.cell.soma, 120)
    assert np.abs(found - full).max() < 1e-6
    assert _spikes(found) == _spikes(full)


@isolated
def test_some_of_these_cells_fire() -> None:
    models = (_cell(seed, excitation=1) for seed in range(12))
    assert any(_spikes(_run(model[0].soma, 120)) for model in models)


@pytest.mark.parametrize("seed", [1, 3, 14])
@isolated
def test_more_groups_are_never_worse(seed: int) -> None:
    """Beyond noise: a group more may be a little worse, a quarter of all may not."""
    errors = []
    for share in (0.1, 0.25, 0.5, 0.75, 1):
        model = _cell(seed, excitation=0.1)
        full = _run(model[0].soma, 200)
        count = round(share * sum(section.nseg for section in model[0].dend))
        reduction = _folded(model, 1 + count)
        found = _run(reduction.cell.soma, 200)
        assert not _spikes(full)
        errors.append(float(np.sqrt(np.mean((found - full) ** 2))))
        del reduction, model
    for before, after in itertools.pairwise(errors):
        assert after <= 1.05 * before
    assert errors[-1] < 1e-6 < errors[0]


@isolated
def test_groups_are_counted_without_junctions() -> None:
    model = _cell(3, excitation=1)
    reduction = _folded(model, 41)
    groups = {each.cable for each in reduction.segment_map}
    assert len(groups) == 40
    junctions = [each for index, each in enumerate(reduction.cables) if index not in groups]
    dendrites = {section.name().rpartition(".")[2]: section for section in reduction.cell.basal}
    assert junctions
    for each in junctions:
        section = dendrites[each.name]
        # As long as points in single precision can be apart.
        assert section.L == 1
        assert section(0.5).area() < 1e-9
        assert section.g_pas == 0
        # Several groups, or an axon.
        assert section.children()


@isolated
def test_variable_steps_do_not_mind_junctions() -> None:
    model = _cell(7, excitation=1)
    solver = h.CVode()
    solver.active(True)
    solver.atol(1e-6)

    def run(soma: Any) -> np.ndarray:
        voltage = h.Vector().record(soma(0.5)._ref_v, 0.1)
        h.finitialize(-65)
        solver.solve(60)
        return np.array(voltage)

    full = run(model[0].soma)
    found = run(_folded(model, ALL).cell.soma)
    assert np.abs(found - full).max() < 0.01


@isolated
def test_branches_with_inward_channels_in_one_compartment_are_named() -> None:
    record = _folded(_cell(3, excitation=1), 12).record
    assert record.shared_inward
    shares = [each.inward_share for each in record.shared_inward]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1 + 1e-9
    for each in record.shared_inward:
        members = {one.section for one in record.segment_map if one.cable == each.cable}
        assert set(each.sections) == members
        assert len(members) > 1
    (note,) = (note for note in record.notes if "share compartments" in note)
    assert note.startswith("Branches with channels of inward currents (na: hh) share compartments")
    assert f"{len(record.shared_inward)} compartments with {100 * sum(shares):.0f} %" in note
    assert pickle.loads(pickle.dumps(record)).shared_inward == record.shared_inward

    unfolded = _folded(_cell(3, excitation=1), ALL).record
    assert not unfolded.shared_inward
    assert not any("share compartments" in note for note in unfolded.notes)


@pytest.mark.parametrize("segments", [2, 3])
@isolated
def test_a_cell_of_a_few_compartments(segments: int) -> None:
    """Stems fold with each other, those of one kind first; totals are kept, and what goes where is
    known."""
    model = small_cell.model()
    before = _membrane(small_cell.dendrites_of(model.cell))
    tip = h.Vector().record(model.cell.dend[3](0.9)._ref_v)
    reduction = neuron_reduce.reduce(
        model.cell,
        model.drive.synapses,
        model.drive.netcons,
        method="folded",
        segments=segments,
        in_place=True,
    )
    cell = reduction.cell
    groups = {each.cable for each in reduction.segment_map}
    assert len(groups) == segments - 1
    after = _membrane(small_cell.dendrites_of(cell))
    assert after == pytest.approx(before, rel=1e-9)
    # A compartment is named after the stem with most membrane.
    names = sorted(reduction.cables[cable].name for cable in groups)
    assert names == ["apic[0]", "dend[0]"][: segments - 1]
    assert [section.name().rpartition(".")[2] for section in cell.hoc_model.apical] == ["apic[0]"]
    assert len(list(cell.hoc_model.basal)) == segments - 2
    # Stems that hang on several places of the soma hang on its middle.
    last = next(iter(small_cell.dendrites_of(cell)))
    assert last.parentseg() == small_cell.soma_of(cell)(0.5)
    place = reduction.place("dend[3]", 0.9)
    assert place == reduction.place("dend[0]", 0.1)
    small_cell.run(small_cell.soma_of(cell))
    assert np.ptp(tip) > 1
    again = h.Vector().record(place._ref_v)
    small_cell.run(small_cell.soma_of(cell))
    np.testing.assert_array_equal(np.array(again), np.array(tip))


@isolated
def test_the_input_resistance_is_kept_down_to_one_compartment() -> None:
    found = []
    for segments in (2, 3, 4, 5, 20, ALL):
        cell = small_cell.build()
        reduction = neuron_reduce.reduce(cell, [], [], method="folded", segments=segments)
        soma = small_cell.soma_of(reduction.cell)
        h.finitialize(-65)
        impedance = h.Impedance()
        impedance.loc(0.5, sec=soma)
        impedance.compute(0)
        found.append(impedance.input(0.5, sec=soma))
    # Stems hang on both ends of the soma.
    assert found == pytest.approx(found[-1:] * len(found), rel=1e-4)


def _membrane(sections: list[Any]) -> list[float]:
    """Area, capacitance and leak."""
    segments = [segment for section in sections for segment in section]
    return [
        sum(segment.area() * factor for segment, factor in zip(segments, factors, strict=True))
        for factors in (
            [1.0] * len(segments),
            [segment.cm for segment in segments],
            [segment.pas.g for segment in segments],
        )
    ]
