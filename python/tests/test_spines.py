"""Dendritic spines that are sections: folded into what they hang on, kept, or collapsed."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled, random_tree, small_cell
from neuron_reduce import ArgumentError, CellError
from refusal import assert_refused

TREATMENTS = ("folded", "kept", "collapsed")
SEEDS = (5, 9)
REST = -70.0


class Spiny:
    """A cell with spines of 0.2 to 0.6 µm² and some 50 to 500 MΩ, with a synapse on each head."""

    def __init__(
        self, cell: Any, count: int, seed: int, kind: str = "Exp2Syn", weight: float = 1e-3
    ):
        self.cell, self.spines = cell, []
        self.synapses, self.netcons, self.stimuli = [], [], []
        rng = random.Random(seed)
        dendrites = [*cell.basal, *cell.apical]
        for index in range(count):
            place = rng.choice(dendrites)(rng.uniform(0.02, 0.98))
            neck, head = h.Section(f"a{index}"), h.Section(f"b{index}")
            neck.L, head.L, head.diam = 1.0, 0.6, 0.6
            resistance = 50 * 10 ** rng.uniform(0, 1)
            for section in (neck, head):
                section.insert("pas")
                section.Ra, section.cm = place.sec.Ra, place.cm
                section.g_pas, section.e_pas = place.g_pas, place.e_pas
            neck.diam = math.sqrt(4e-2 * neck.Ra * neck.L / (math.pi * resistance))
            neck.connect(place)
            head.connect(neck(1))
            self.spines.append((neck, head))
            synapse = getattr(h, kind)(head(0.5))
            if kind == "Exp2Syn":
                synapse.tau1, synapse.tau2, synapse.e = 0.3, 1.8, 0.0
            stimulus = h.NetStim()
            stimulus.start, stimulus.number = 10.0, 0
            netcon = h.NetCon(stimulus, synapse)
            netcon.delay, netcon.weight[0] = 0.0, weight
            self.synapses.append(synapse)
            self.netcons.append(netcon)
            self.stimuli.append(stimulus)

    def reduce(self, **arguments: Any) -> Any:
        given = {"rates": 0.1} | arguments
        return neuron_reduce.reduce(self.cell, self.synapses, self.netcons, **given)

    def potentials(self, which: list[int], *somata: Any, duration: float = 60.0) -> np.ndarray:
        """Of synapses one after the other: the course at each soma from rest on, in mV; shaped
        (synapses, somata, times)."""
        found = []
        for index in which:
            for number, stimulus in enumerate(self.stimuli):
                stimulus.number = int(number == index)
            traces = [h.Vector().record(soma(0.5)._ref_v) for soma in somata]
            h.v_init, h.tstop = REST, duration
            h.run()
            start = int(10 / h.dt) - 1
            found.append([trace.as_numpy()[start:] - trace[start] for trace in traces])
        return np.array(found)


def _soma(cell: Any) -> Any:
    return next(iter(cell.somatic))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("weight", "tolerance"), [(0.0005, 0.02), (0.002, 0.03), (0.005, 0.06)])
@isolated
def test_synapses_on_heads_deliver_what_they_did(
    seed: int, weight: float, tolerance: float
) -> None:
    model = Spiny(random_tree.build(seed), 200, seed, weight=weight)
    reductions = [model.reduce(segments=20, spines=each) for each in TREATMENTS]
    somata = [_soma(model.cell), *(_soma(each.cell) for each in reductions)]
    courses = model.potentials(list(range(0, 200, 20)), *somata)
    peaks, charges = courses.max(axis=2), courses.sum(axis=2)
    assert peaks[:, 0].max() > 2 * peaks[:, 0].min()
    for index, treatment in enumerate(TREATMENTS, start=1):
        charge, peak = charges[:, index] / charges[:, 0], peaks[:, index] / peaks[:, 0]
        assert abs(charge.mean() - 1) < tolerance, treatment
        assert abs(peak.mean() - 1) < tolerance, treatment
        assert abs(charge - 1).max() < 3 * tolerance, treatment


@pytest.mark.parametrize("weight", [0.0005, 0.002])
@isolated
def test_the_neck_counts_for_voltage_dependent_synapses(weight: float, cache: Path) -> None:
    compiled.load_mechanisms(cache)
    model = Spiny(random_tree.build(5), 40, 5, "NmdaExp2", weight)
    # With as many groups as segments nothing but the necks is lost.
    reductions = [model.reduce(segments=1e5, spines=each) for each in TREATMENTS]
    somata = [_soma(model.cell), *(_soma(each.cell) for each in reductions)]
    courses = model.potentials(list(range(0, 40, 5)), *somata, duration=250.0)
    charges = courses.sum(axis=2)
    folded, kept, collapsed = (charges[:, index] / charges[:, 0] for index in (1, 2, 3))
    assert abs(folded - 1).max() < (0.02 if weight < 0.001 else 0.08)
    assert abs(kept - 1).max() < 1e-6
    assert abs(collapsed - 1).max() < 1e-6
    told = [
        any("40 synapses on spines that are folded depend on the voltage" in each for each in notes)
        for notes in (each.record.notes for each in reductions)
    ]
    assert told == [True, False, False]
    scales = [each.weight[0] / weight for each in reductions[0].netcons]
    # Behind a neck the block is lifted.
    assert all((1 if weight < 0.001 else 0.5) < scale < 4 for scale in scales)


@pytest.mark.parametrize("method", ["folded", "lumped"])
@pytest.mark.parametrize("treatment", TREATMENTS)
@isolated
def test_in_place_beside_and_kept_they_are_the_same(method: str, treatment: str) -> None:
    model = Spiny(small_cell.build(), 30, 1)
    for stimulus in model.stimuli:
        stimulus.number = 5
    settings = {"method": method, "segments": 6, "spines": treatment}
    beside = model.reduce(**settings)
    saved = beside.saved()
    instance = saved.instantiate()
    beside.record  # noqa: B018
    first = small_cell.run(_soma(beside.cell), _soma(instance))
    assert first[0] == first[1]
    in_place = model.reduce(in_place=True, **settings)
    again = small_cell.run(_soma(in_place.cell))
    assert again[0] == first[0]
    assert in_place.record.settings["spines"] == treatment
    assert in_place.record.notes == beside.record.notes
    assert any("30 spines of 60 sections" in each for each in beside.record.notes) == (
        treatment != "collapsed"
    )


@isolated
def test_where_they_are() -> None:
    model = Spiny(small_cell.build(), 20, 2)
    for treatment in TREATMENTS:
        reduction = model.reduce(segments=5, spines=treatment)
        for (neck, head), synapse in zip(model.spines, model.synapses, strict=True):
            host = reduction.locate(neck.parentseg())
            place, process = reduction.locate(head(0.5)), reduction.locate(synapse)
            assert process.get_segment() == place
            if treatment == "kept":
                assert place.sec.name() not in {each.name for each in reduction.cables}
                assert place.sec.parentseg().sec.parentseg() == host
                assert reduction.origins(place) == [(head.name(), 0.5)]
                assert (place.sec.L, place.diam) == (head.L, head.diam)
            elif treatment == "folded":
                assert place == host
                assert (head.name(), 0.5) in reduction.origins(place)
                assert (neck.name(), 0.5) in reduction.origins(place)
        groups = {each.cable for each in reduction.segment_map}
        assert len(groups) == 4
        # Membrane is all there.
        areas = [
            sum(segment.area() for section in cell.all for segment in section)
            for cell in (model.cell, reduction.cell)
        ]
        own = sum(segment.area() for pair in model.spines for each in pair for segment in each)
        assert areas[1] == pytest.approx(areas[0] + own, rel=1e-9)


@isolated
def test_by_default_they_are_folded_where_weights_can_say_so() -> None:
    def texts(reduction: Any) -> list[str]:
        return [f"{each.section} {each.cable} {each.cable_x}" for each in reduction.segment_map]

    model = Spiny(small_cell.build(), 20, 3)
    for method, treatment in (("folded", "folded"), ("lumped", "folded"), ("classic", "collapsed")):
        given = {} if method != "classic" else {"rates": None}
        plain = model.reduce(method=method, **given)
        named = model.reduce(method=method, spines=treatment, **given)
        assert texts(plain) == texts(named)
        assert [each.weight[0] for each in plain.netcons] == [
            each.weight[0] for each in named.netcons
        ]
        assert "spines" not in plain.record.settings
        assert named.record.settings["spines"] == treatment
    kept = model.reduce(method="classic", rates=None, spines="kept")
    assert kept.locate(model.spines[0][1](0.5)).sec.L == 0.6
    assert_refused(
        lambda: model.reduce(method="classic", rates=None, spines="folded"),
        ArgumentError,
        "spines is 'folded' with method 'classic'",
        "folded",
    )


@isolated
def test_they_can_be_named() -> None:
    model = Spiny(small_cell.build(), 6, 4)
    (neck, head), others = model.spines[0], model.spines[1:]
    reduction = model.reduce(segments=4, spines=("kept", [neck]))
    assert reduction.record.settings["spines"] == ["kept", [neck.name()]]
    assert reduction.locate(head(0.5)).sec.L == head.L
    assert all(reduction.locate(other(0.5)).sec.L != other.L for _, other in others)
    # As the settings have it.
    again = model.reduce(**reduction.record.settings)
    assert again.record.settings == reduction.record.settings
    both = model.reduce(spines=("folded", [each for pair in model.spines for each in pair]))
    assert any(each.startswith("6 spines of 12 sections") for each in both.record.notes)
    dendrite = model.cell.dend[0]
    for value, kind, texts in (
        ("no", ArgumentError, ["spines is 'no'", "'folded', 'kept' or 'collapsed'"]),
        (3, ArgumentError, ["spines is 3"]),
        (("collapsed", [neck]), ArgumentError, ["the first two"]),
        (("kept", []), ArgumentError, ["spines[1] is []", "at least one section"]),
        (("kept", ["nowhere"]), ArgumentError, ["spines[1][0] is 'nowhere'"]),
        (("kept", None), ArgumentError, ["spines is ("]),
        (("kept", [model.cell.soma[0]]), ArgumentError, ["soma[0]", "which is soma"]),
        (("kept", dendrite), ArgumentError, ["dend[0]", "hangs on"]),
    ):
        assert_refused(lambda value=value: model.reduce(spines=value), kind, *texts)
    gone = h.Section("gone")
    h.delete_section(sec=gone)
    assert_refused(lambda: model.reduce(spines=("kept", gone)), CellError, "spines", "deleted")


@isolated
def test_evaluations_say_what_becomes_of_them() -> None:
    def make(seed: int) -> Any:
        model = Spiny(small_cell.build(), 20, seed)
        for stimulus in model.stimuli:
            stimulus.number, stimulus.interval = 20, 10
        return model.cell, model.synapses, model.netcons, model

    for treatment in TREATMENTS:
        evaluation = neuron_reduce.evaluate(
            make,
            seeds=(1,),
            tstop=30.0,
            segments=5,
            ceiling=False,
            progress=False,
            spines=treatment,
        )
        assert evaluation.record.settings["spines"] == treatment
