"""What the method `lumped` does to a cell in NEURON, and what it leaves alone."""

from __future__ import annotations

import gc
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import cases
import failures
import neuron_reduce
import neuron_reduce._session.job
import session
import snapshot
from isolated import isolated
from models import compiled_synapses, small_cell
from neuron_reduce import ArgumentError, SimulatorError
from refusal import assert_refused, failure_of

# Those that change weights.
METHODS = pytest.mark.parametrize("method", ["lumped", "folded"])


def _reduce(model: small_cell.Model, method: str, **arguments: Any) -> neuron_reduce.Reduction:
    return neuron_reduce.reduce(
        model.cell,
        model.drive.synapses,
        model.drive.netcons,
        method=method,
        **arguments,
        in_place=True,
    )


def _passive(cell: Any) -> Any:
    for section in cell.all:
        if section.has_membrane("hh"):
            section.uninsert("hh")
    return cell


def _transfers(soma: Any, places: list[Any]) -> list[float]:
    """Transfer resistances (MΩ) between places and the soma, by NEURON."""
    h.finitialize(-65)
    tool = h.Impedance()
    tool.loc(0.5, sec=soma)
    tool.compute(0, 0)
    return [tool.transfer(place.x, sec=place.sec) for place in places]


def _weights(netcons: list[Any]) -> list[float]:
    return [netcon.weight[0] for netcon in netcons]


# MARK: Weights


@METHODS
@isolated
def test_weights_of_small_events_are_in_proportion_to_transfer_resistance(method: str) -> None:
    """w'/w = T/T' by NEURON's own impedances, where events are too small to shunt themselves."""
    model = small_cell.model(cell=_passive(small_cell.build()))
    netcons = model.drive.netcons
    for netcon in netcons:
        netcon.weight[0] = 1e-9
    soma = model.cell.soma[0]
    before = _transfers(soma, [netcon.syn().get_segment() for netcon in netcons])
    reduction = _reduce(model, method, rates=0)
    assert reduction.cell
    after = _transfers(soma, [netcon.syn().get_segment() for netcon in netcons])
    expected = [1e-9 * old / new for old, new in zip(before, after, strict=True)]
    assert _weights(netcons) == pytest.approx(expected, rel=1e-4)


@METHODS
@isolated
def test_only_first_weights_change(method: str, cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    model = small_cell.model()
    for index, place in enumerate((model.cell.apic[2](0.9), model.cell.dend[1](0.5))):
        synapse = h.DepressingSyn(place)
        netcon = h.NetCon(model.drive.stimuli[index], synapse, 3.0, 1.25, 2e-3)
        netcon.weight[1], netcon.weight[2] = 0.75, 3.5
        model.drive.synapses.append(synapse)
        model.drive.netcons.append(netcon)
    spiking = h.NetCon(
        model.bystander.soma[0](0.5)._ref_v,
        model.drive.synapses[2],
        -12.0,
        2.0,
        1e-3,
        sec=model.bystander.soma[0],
    )
    model.drive.synapses.append(model.drive.synapses[2])
    model.drive.netcons.append(spiking)

    def described(netcon: Any) -> list[Any]:
        rest = [netcon.weight[index] for index in range(1, int(netcon.wcnt()))]
        return [
            netcon.delay,
            netcon.threshold,
            netcon.pre(),
            netcon.preseg(),
            netcon.active(),
            rest,
        ]

    others = [*model.bystander_drive.netcons]
    before = [described(each) for each in model.drive.netcons]
    bystanders = [(described(each), each.weight[0]) for each in others]
    weights = _weights(model.drive.netcons)
    reduction = _reduce(model, method)
    assert reduction.netcons == model.drive.netcons
    assert [described(each) for each in model.drive.netcons] == before
    assert [(described(each), each.weight[0]) for each in others] == bystanders
    after = _weights(model.drive.netcons)
    assert after[-2:] != weights[-2:]
    assert all(np.isfinite(after))
    assert all(weight > 0 for weight in after)
    model.voltages()


@METHODS
@isolated
def test_weights_that_are_no_conductances(method: str) -> None:
    """Zero and negative ones stay; those on the soma do too; inhibition is as any conductance."""
    model = small_cell.model()
    netcons = model.drive.netcons
    netcons[0].weight[0], netcons[1].weight[0] = 0.0, -0.5
    on_soma = h.Exp2Syn(model.cell.soma[0](0.5))
    inhibitory = h.ExpSyn(model.cell.apic[2](0.9))
    inhibitory.e = -80.0
    for synapse in (on_soma, inhibitory, inhibitory, inhibitory):
        model.drive.synapses.append(synapse)
        netcons.append(h.NetCon(model.drive.stimuli[0], synapse, 0, 1, 1e-4))
    netcons[-2].weight[0] = 2e-4
    # One NetCon named twice is one NetCon.
    model.drive.synapses.append(inhibitory)
    netcons.append(netcons[-1])
    reduction = _reduce(model, method, rates=3)
    assert reduction.cell
    assert (netcons[0].weight[0], netcons[1].weight[0]) == (0.0, -0.5)
    assert netcons[-5].weight[0] == 1e-4
    one, double = netcons[-4].weight[0], netcons[-3].weight[0]
    assert 0 < one < 1e-3
    assert one != 1e-4
    # Larger events shunt themselves more on the site they came from, less on the thicker cable.
    assert double == pytest.approx(2 * one, rel=0.2)
    assert netcons[-2].weight[0] == netcons[-1].weight[0] == one
    model.voltages()


@METHODS
@isolated
def test_currents_keep_what_arrives(method: str, cache: Path) -> None:
    """The soma's steady response to a current is T·I: T/T' of the rest state, of either sign."""
    compiled_synapses.load_mechanisms(cache)
    cell = _passive(small_cell.build())
    places = [cell.apic[2](0.9), cell.dend[1](0.5), cell.dend[2](1)]
    synapses = [h.CurrentSyn(place) for place in places]
    netcons = [h.NetCon(None, synapse, 0, 0, 0.1) for synapse in synapses]
    netcons[1].weight[0] = -0.1
    before = _transfers(cell.soma[0], [each.get_segment() for each in synapses])
    reduction = neuron_reduce.reduce(cell, list(synapses), netcons, method=method, in_place=True)
    soma = reduction.cell.soma[0]
    after = _transfers(soma, [netcon.syn().get_segment() for netcon in netcons])
    expected = [old / new * sign for old, new, sign in zip(before, after, (1, -1, 1), strict=True)]
    assert _weights(netcons) == pytest.approx([0.1 * each for each in expected], rel=1e-6)


@isolated
def test_rates_matter() -> None:
    found = {}
    for rate in (0, 40):
        model = small_cell.model()
        reduction = _reduce(model, "lumped", rates=rate)
        found[rate] = [(cable.length, cable.diameter) for cable in reduction.cables]
        found[rate] += _weights(model.drive.netcons)
    assert found[0] != found[40]


# MARK: What is kept


def _membrane(sections: Any) -> np.ndarray:
    """Area, capacitance and leak in sums over segments."""
    return np.sum(
        [
            np.array([1, segment.cm, segment.pas.g, segment.pas.g * segment.pas.e]) * segment.area()
            for section in sections
            for segment in section
        ],
        axis=0,
    )


@isolated
def test_lumped_cells_keep_their_membrane_and_input_resistance() -> None:
    model = small_cell.model(cell=_passive(small_cell.build()))
    cell = model.cell
    soma = cell.soma[0]
    before = _membrane(small_cell.dendrites_of(cell))
    (resistance,) = _transfers(soma, [soma(0.5)])
    reduction = _reduce(model, "lumped", rates=0)
    assert _membrane(small_cell.dendrites_of(reduction.cell)) == pytest.approx(before, rel=1e-9)
    (after,) = _transfers(soma, [soma(0.5)])
    assert after == pytest.approx(resistance, rel=1e-6)


@METHODS
@isolated
def test_channels_keep_their_total(method: str) -> None:
    model = small_cell.model()
    for number, section in enumerate(small_cell.dendrites_of(model.cell)):
        if number % 2:
            section.insert("hh")
            for index, segment in enumerate(section):
                segment.hh.gnabar = 0.01 * (index + 1)

    def total(sections: Any) -> float:
        return sum(
            segment.hh.gnabar * segment.area()
            for section in sections
            if section.has_membrane("hh")
            for segment in section
        )

    before = total(small_cell.dendrites_of(model.cell))
    reduction = _reduce(model, method, segments=4)
    after = total(small_cell.dendrites_of(reduction.cell))
    assert after == pytest.approx(before, rel=1e-9)
    model.voltages()


@pytest.mark.parametrize("segments", [-1, 8, 30, 0.5])
@isolated
def test_lumped_cells_are_no_larger(segments: float) -> None:
    counts = {}
    for method in ("classic", "lumped"):
        model = small_cell.model()
        reduction = _reduce(model, method, segments=segments)
        counts[method] = sum(section.nseg for section in reduction.cell.all)
        for mapped in reduction.segment_map:
            assert 0 <= mapped.cable_x <= 1
        assert reduction.place("apic[1]", 0.5).sec in list(reduction.cell.apical)
        model.voltages()
    assert counts["lumped"] <= counts["classic"]


@isolated
def test_a_method_that_is_gone_is_unknown() -> None:
    model = small_cell.model()
    assert_refused(
        lambda: _reduce(model, "drive"), ArgumentError, "'drive'", "expected", "classic, lumped"
    )


@isolated
def test_classic_leaves_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("responses were asked for where they do not matter")

    calls = [
        lambda model: _reduce(model, "classic"),
        lambda model: model.reduce(),
        lambda model: _reduce(model, "classic", merge=False),
        lambda model: model.reduce(merge=False),
    ]
    for index, call in enumerate(calls):
        if index == 2:
            monkeypatch.setattr(neuron_reduce._session.job.inputs, "Drive", refused)
        model = small_cell.model()
        before = _weights(model.drive.netcons)
        call(model)
        assert _weights(model.drive.netcons) == before


@METHODS
@isolated
def test_subtree_reductor_reduces_by_them_too(method: str) -> None:
    first, second = small_cell.model(), small_cell.model()
    reduction = _reduce(first, method, rates=4)
    cell, _, netcons = second.reduce(method=method, rates=4)
    assert _weights(netcons) == _weights(first.drive.netcons)
    traces = small_cell.run(reduction.cell.soma[0], cell.soma[0])
    assert traces[0] == pytest.approx(traces[1], abs=1e-9)


# MARK: Errors


@METHODS
@isolated
def test_a_failure_at_the_end_takes_the_weights_back(method: str) -> None:
    # The first call defines the template and what else is defined once.
    small_cell.model().reduce()
    gc.collect()
    model = small_cell.model()
    traces = model.voltages()
    weights = _weights(model.drive.netcons)
    gc.collect()
    before = snapshot.take()
    last = failures.last_call_before_deletion(lambda: model.reduce(method=method, rates=10))
    for _ in range(2):
        kind, message = failures.at_call(last, lambda: model.reduce(method=method, rates=10))
        assert kind is SimulatorError, message
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == []
    assert _weights(model.drive.netcons) == weights
    for trace, again in zip(traces, model.voltages(), strict=True):
        assert again == pytest.approx(trace, abs=1e-9)
    kept = model.reduce(method=method, rates=10)
    assert kept
    assert _weights(model.drive.netcons) != weights


@METHODS
@isolated
def test_wrong_arguments_change_nothing(method: str) -> None:
    model = small_cell.model()
    for arguments in ({"segments": 0}, {"frequency": -1}, {"rates": -1}):
        assert_refused(
            lambda arguments=arguments: _reduce(model, method, **arguments),
            ArgumentError,
            run=model.voltages,
        )


@pytest.mark.parametrize("weight", [1e-300, 1e10, 1e300])
@METHODS
@isolated
def test_weights_that_no_synapse_has(method: str, weight: float) -> None:
    """A number or a refusal, but no end of the process."""
    model = small_cell.model()
    for netcon in model.drive.netcons[::2]:
        netcon.weight[0] = weight
    kind, message = failure_of(lambda: _reduce(model, method, rates=1e3))
    assert kind is None or issubclass(kind, neuron_reduce.NeuronReduceError), message
    assert all(np.isfinite(_weights(model.drive.netcons)))


# MARK: Other cells


@METHODS
@pytest.mark.parametrize(
    "case",
    [*cases.CASES["tree"][:12], *cases.CASES["hh"][:2], *cases.CASES["calcium"][:2]],
    ids=lambda case: case.name,
)
@isolated
def test_cells_of_the_golden_cases(case: cases.Case, method: str, cache: Path) -> None:
    with session.emptied():
        cell, drive = cases._build(case, cache)
        h.celsius = case.celsius
        reduction = neuron_reduce.reduce(
            cell,
            drive.synapses,
            drive.netcons,
            method=method,
            frequency=case.frequency,
            segments=case.segments,
            rates=5,
            in_place=True,
        )
        assert all(weight > 0 for weight in _weights(drive.netcons))
        soma = reduction.cell.soma[0]
        recorded = h.Vector().record(soma(0.5)._ref_v)
        h.v_init, h.tstop = case.v_init, 50.0
        h.run()
        assert np.isfinite(np.array(recorded)).all()
        assert np.ptp(np.array(recorded)) > 0


# MARK: Fidelity


def _poisson_trace(method: str | None, rate: float = 20.0) -> np.ndarray:
    """The soma's potential (mV) of a passive cell under Poisson events, full or reduced."""
    cell = _passive(small_cell.build())
    drive = small_cell.drive(cell)
    streams = []
    for index, (stimulus, netcon) in enumerate(zip(drive.stimuli, drive.netcons, strict=True)):
        stream = h.Random()
        stream.Random123(index, 11, 0)
        stream.negexp(1)
        stimulus.interval, stimulus.start, stimulus.noise = 1000 / rate, 0.0, 1.0
        stimulus.number = 1e9
        stimulus.noiseFromRandom(stream)
        netcon.weight[0] *= 0.7
        streams.append(stream)
    if method is not None:
        cell = neuron_reduce.reduce(
            cell, drive.synapses, drive.netcons, method=method, in_place=True
        ).cell
    (trace,) = small_cell.run(cell.soma[0], duration=300.0)
    return np.array(trace)


@isolated
def test_lumped_follows_the_full_cell_closer_than_classic() -> None:
    """A comparison of methods on one small cell, not a measure of either; seeded."""
    full = _poisson_trace(None)
    assert np.ptp(full) > 3
    errors = {
        method: float(np.sqrt(np.mean((_poisson_trace(method) - full) ** 2)))
        for method in ("classic", "lumped")
    }
    assert errors["lumped"] < 0.5 * errors["classic"], errors


# MARK: Weights that saturate


def _driven_fork(weight: float) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A passive soma with one forked dendrite, a synapse near each tip."""
    cell = types.SimpleNamespace(soma=h.Section("soma"), dend=[])
    cell.soma.L = cell.soma.diam = 20
    for index in range(3):
        branch = h.Section(f"dend_{index}")
        branch.L, branch.diam, branch.nseg = 200, 1.5 if index == 0 else 0.8, 11
        branch.connect((cell.dend[0] if index else cell.soma)(1))
        cell.dend.append(branch)
    for section in [cell.soma, *cell.dend]:
        section.insert("pas")
        section.g_pas, section.e_pas, section.Ra = 5e-5, -70, 150
    synapses, netcons, stimuli = [], [], []
    for index in (1, 2):
        synapse = h.Exp2Syn(cell.dend[index](0.9))
        synapse.tau1, synapse.tau2, synapse.e = 0.5, 3, 0
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number, stimulus.noise = 100, 1e9, 1
        stimulus.noiseFromRandom123(index, 1, 2)
        netcon = h.NetCon(stimulus, synapse)
        netcon.weight[0] = weight
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)
    return cell, synapses, netcons, stimuli


def _mean_deflection(soma: Any) -> float:
    voltage = h.Vector().record(soma(0.5)._ref_v)
    h.v_init = -70
    h.tstop = 1000
    h.run()
    return float(np.array(voltage).mean()) + 70


@pytest.mark.parametrize(
    ("weight", "noted"), [(1e-4, False), (1e-3, False), (1e-2, True), (1e-1, True), (10.0, True)]
)
@isolated
def test_mean_drive_is_kept_whatever_the_weights(weight: float, noted: bool) -> None:
    cell, synapses, netcons, _stimuli = _driven_fork(weight)
    full = _mean_deflection(cell.soma)
    reduction = neuron_reduce.reduce(cell, synapses, netcons, in_place=True)
    # What is promised of a charge; less is left of it where the cell is near the reversal.
    assert _mean_deflection(cell.soma) == pytest.approx(full, rel=0.15)
    notes = [note for note in reduction.record.notes if "weights so large" in note]
    assert len(notes) == noted
    if noted:
        assert notes[0].startswith("Exp2Syn: 2 synapses on the dendrites have weights so large")
