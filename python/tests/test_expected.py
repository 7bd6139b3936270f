"""What a reduction is expected to lose, and reductions that are asked for by it."""

from __future__ import annotations

import pickle
import random
import types
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from neuron_reduce import ArgumentError

ALL = 1e6
"""More compartments than any of these cells has segments."""


def _cell(
    seed: int = 1, *, channels: bool = False, weight: float = 1e-3, noise: float = 1
) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A soma with three branched dendrites of some sections each, all at -65 mV."""
    rng = random.Random(seed)
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    dendrites: list[Any] = []
    for index in range(21):
        section = h.Section(name=f"dend_{index}")
        section.nseg, section.L, section.diam = 3, rng.uniform(60, 180), rng.uniform(0.6, 2)
        section.connect(soma(0.5) if index < 3 else dendrites[index // 2 - 1](1))
        dendrites.append(section)
    for section in (soma, *dendrites):
        section.Ra = 150
        section.insert("pas")
        section.g_pas, section.e_pas = 5e-5, -65
        if channels:
            section.insert("hh")
    cell = types.SimpleNamespace(soma=soma, dend=dendrites, all=[soma, *dendrites])
    synapses, netcons, stimuli = [], [], []
    for index in range(60):
        synapse = h.Exp2Syn(rng.choice(dendrites)(rng.uniform(0.01, 0.99)))
        synapse.tau1, synapse.tau2, synapse.e = 0.3, 3, 0
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number, stimulus.start, stimulus.noise = 50, 1e9, 0, noise
        stimulus.noiseFromRandom123(seed, index, 0)
        netcons.append(h.NetCon(stimulus, synapse, 0, 0, weight))
        synapses.append(synapse)
        stimuli.append(stimulus)
    return cell, synapses, netcons, stimuli


def _run(soma: Any, duration: float) -> np.ndarray:
    voltage = h.Vector().record(soma(0.5)._ref_v)
    h.dt = 0.05
    h.finitialize(-65)
    while h.t < duration - h.dt / 2:
        h.fadvance()
    return np.array(voltage)[int(200 / h.dt) :]


@pytest.mark.parametrize(("method", "segments"), [("folded", 8), ("folded", 15), ("lumped", 8)])
@isolated
def test_of_a_linear_cell_it_is_what_is_lost(method: str, segments: int) -> None:
    """Weights so small that potentials stay where they are, for 10 s: some 12,000 events, of which
    a standard deviation is known to a few per cent."""
    model = _cell(weight=2e-6)
    full = _run(model[0].soma, 10_000)
    reduction = neuron_reduce.reduce(*model[:3], method=method, segments=segments)
    found = _run(reduction.cell.soma, 10_000)
    expected = reduction.expected
    assert expected.counted == expected.netcons == 60
    assert full.std() == pytest.approx(expected.deviation, rel=0.07)
    assert np.sqrt(np.mean((found - full) ** 2)) == pytest.approx(expected.rmsd, rel=0.15)


@isolated
def test_of_sources_that_drive_several_synapses() -> None:
    """Six sources with ten synapses each, at delays of their own."""
    cell, synapses, netcons, stimuli = _cell(weight=2e-6)
    rng = random.Random(5)
    netcons[:] = [
        h.NetCon(stimuli[index % 6], each, 0, rng.uniform(0, 6), 2e-6)
        for index, each in enumerate(synapses)
    ]
    full = _run(cell.soma, 10_000)
    reduction = neuron_reduce.reduce(cell, synapses, netcons, segments=8)
    found = _run(reduction.cell.soma, 10_000)
    expected = reduction.expected
    # Within 4 % in 20 s.
    assert full.std() == pytest.approx(expected.deviation, rel=0.1)
    assert np.sqrt(np.mean((found - full) ** 2)) == pytest.approx(expected.rmsd, rel=0.12)
    sections = {each.get_segment().sec.name() for each in synapses}
    assert set(expected.sections) == sections
    assert max(expected.sections.values()) < expected.rmsd < sum(expected.sections.values())


@isolated
def test_nothing_is_expected_of_a_cell_that_is_not_folded() -> None:
    cell, synapses, netcons, _ = _cell(channels=True)
    expected = neuron_reduce.reduce(cell, synapses, netcons, method="folded", segments=ALL).expected
    assert expected.rmsd < 1e-9 * expected.deviation
    assert expected.shared == {"hh": 0}
    assert expected.joined == []


@isolated
def test_says_which_branches_share_a_compartment() -> None:
    cell, synapses, netcons, _ = _cell(channels=True)
    before = {section.name() for section in cell.dend}
    reduction = neuron_reduce.reduce(cell, synapses, netcons, method="folded", segments=4)
    expected = reduction.expected
    assert expected.shared == {"hh": 1}
    assert set().union(*(joint.sections for joint in expected.joined)) == before
    for joint in expected.joined:
        for name in joint.sections:
            places = [reduction.place(name, x).sec.name() for x in (0.1, 0.5, 0.9)]
            assert any(place.endswith(joint.cable) for place in places)
    assert "hh 100 %" in str(reduction)
    assert f"{expected.rmsd:.2g} mV RMSD" in str(reduction)
    assert pickle.loads(pickle.dumps(reduction.record)).expected == expected


@isolated
def test_classic_reductions_are_expected_to_lose_more() -> None:
    losses = {}
    for method in ("classic", "lumped", "folded"):
        cell, synapses, netcons, _ = _cell(weight=2e-4)
        reduction = neuron_reduce.reduce(cell, synapses, netcons, method=method, rates=20)
        losses[method] = reduction.expected.rmsd
    # Classic asks nothing of the synapses.
    assert losses["classic"] is None
    assert losses["lumped"] > 0
    assert losses["folded"] > 0


@pytest.mark.parametrize("share", [0.2, 0.05, 0.01])
@isolated
def test_tolerance_gives_the_fewest_compartments_that_keep_it(share: float) -> None:
    def reduced(**settings: Any) -> neuron_reduce.Reduction:
        cell, synapses, netcons, _ = _cell()
        return neuron_reduce.reduce(cell, synapses, netcons, method="folded", **settings)

    tolerance = share * reduced(segments=4).expected.deviation
    reduction = reduced(tolerance=tolerance)
    assert reduction.expected.rmsd <= tolerance
    assert reduction.record.settings["tolerance"] == tolerance
    compartments = len({(each.cable, each.cable_x) for each in reduction.segment_map}) + 1
    assert reduced(segments=compartments).expected.rmsd == reduction.expected.rmsd
    if compartments > 4:
        assert reduced(segments=compartments - 1).expected.rmsd > tolerance


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"tolerance": 0}, ["tolerance is 0", "greater than 0"]),
        ({"tolerance": -1.0}, ["tolerance is -1", "greater than 0"]),
        ({"tolerance": float("nan")}, ["tolerance is nan"]),
        ({"tolerance": float("inf")}, ["tolerance is inf"]),
        ({"tolerance": "0.5"}, ["tolerance is", "0.5", "mV"]),
        ({"tolerance": 0.5, "segments": 40}, ["tolerance is 0.5", "segments 40", "one of the two"]),
        ({"tolerance": 0.5, "method": "classic"}, ["tolerance", "'classic'", "'folded'"]),
        ({"tolerance": 0.5, "method": "lumped"}, ["tolerance", "'lumped'", "'folded'"]),
        ({"tolerance": 0.5, "rates": [float("nan")] * 60}, ["rates"]),
    ],
)
@isolated
def test_bad_tolerances_are_refused(settings: dict[str, Any], names: list[str]) -> None:
    cell, synapses, netcons, _ = _cell()
    with pytest.raises(ArgumentError) as error:
        neuron_reduce.reduce(cell, synapses, netcons, **{"method": "folded", **settings})
    for name in names:
        assert name in str(error.value)
    assert len(cell.dend) == 21
    assert all(section.nseg == 3 for section in cell.dend)


@isolated
def test_without_rates_there_is_nothing_to_expect() -> None:
    cell, synapses, _, _ = _cell()
    netcons = [h.NetCon(None, synapse) for synapse in synapses]
    for netcon in netcons:
        netcon.weight[0] = 1e-3
    with pytest.raises(ArgumentError, match="rates="):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", tolerance=0.5)
    expected = neuron_reduce.reduce(cell, synapses, netcons, method="folded").expected
    assert expected.rmsd is None
    assert expected.counted == 0
    assert "no loss can be expected" in str(expected)


@isolated
def test_gains_do_not_change_how_many_compartments_keep_a_tolerance() -> None:
    def reduced(**settings: Any) -> neuron_reduce.Reduction:
        cell, synapses, netcons, _ = _cell()
        return neuron_reduce.reduce(
            cell, synapses, netcons, method="folded", tolerance=0.1, **settings
        )

    plain = reduced()
    gained = reduced(calibrate={"excitation": 1.2, "leak": 0.9})
    assert len(gained.cables) == len(plain.cables)
