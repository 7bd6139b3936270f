"""How synapses are found to respond to events, whatever their mechanism is called."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import snapshot
from integrals import trapezoid
from isolated import isolated
from models import compiled, compiled9, compiled_synapses, small_cell
from neuron_reduce._library.responses import Nature
from neuron_reduce._session import measuring


class _Bench:
    """A section with synapses, each with a NetCon without a source."""

    def __init__(self) -> None:
        self.section = h.Section(name="bench")
        self.section.insert("pas")
        self.synapses: list[Any] = []
        self.netcons: list[Any] = []

    def add(self, mechanism: str, weights: Iterable[float] = (1e-3,), **values: float) -> Any:
        synapse = getattr(h, mechanism)(self.section(0.5))
        for name, value in values.items():
            setattr(synapse, name, value)
        self.synapses.append(synapse)
        self.netcons.append(h.NetCon(None, synapse))
        for index, weight in enumerate(weights):
            self.netcons[-1].weight[index] = weight
        return synapse

    def measure(self) -> measuring.Responses:
        return measuring.measure(self.synapses, self.netcons)


def _charge(response: measuring.Response) -> float:
    """∫g dt in µS·ms per unit of weight."""
    return trapezoid(response.conductances, response.times)


def _only(bench: _Bench) -> measuring.Response:
    responses = bench.measure()
    assert responses.problem == ""
    assert set(responses.indices.tolist()) == {0}
    return responses.kinds[0]


# Steps of 0.025 ms and the method that solves the states: some thousandths of a time constant.
CHARGES: list[tuple[str, dict[str, float], float]] = [
    ("ExpSyn", {"tau": 2.0}, 2.0),
    ("ExpSyn", {"tau": 30.0, "e": -75.0}, 30.0),
    ("Exp2Syn", {"tau1": 0.5, "tau2": 5.0}, 4.5 / (10 ** (-1 / 9) - 10 ** (-10 / 9))),
    ("AlphaConductance", {"tau": 2.0}, 2.0 * math.e),
    ("AlphaConductance", {"tau": 9.0, "reversal": 0.0}, 9.0 * math.e),
]


@pytest.mark.parametrize("weight", [1e-9, 1e-5, 1e-3, 1.0, 100.0])
@pytest.mark.parametrize(("mechanism", "values", "charge"), CHARGES)
@isolated
def test_linear_conductances_have_their_charge(
    mechanism: str, values: dict[str, float], charge: float, weight: float, cache: Path
) -> None:
    compiled_synapses.load_mechanisms(cache)
    bench = _Bench()
    bench.add(mechanism, [weight], **values)
    response = _only(bench)
    assert response.nature is Nature.LINEAR
    assert _charge(response) == pytest.approx(charge, rel=0.01)


NATURES: list[tuple[str, Nature]] = [
    ("NmdaExp2", Nature.NONLINEAR),
    ("DepressingSyn", Nature.NONLINEAR),
    ("CurrentSyn", Nature.CURRENT),
    ("StochasticSyn", Nature.STOCHASTIC),
    ("AlphaConductance", Nature.LINEAR),
    ("Exp2Syn", Nature.LINEAR),
]


def _load_all(cache: Path) -> None:
    for each in (compiled, compiled9, compiled_synapses):
        each.load_mechanisms(cache)


@pytest.mark.parametrize("weight", [1e-5, 1e-3, 1.0])
@pytest.mark.parametrize(("mechanism", "nature"), NATURES)
@isolated
def test_natures(mechanism: str, nature: Nature, weight: float, cache: Path) -> None:
    _load_all(cache)
    bench = _Bench()
    bench.add(mechanism, [weight])
    assert _only(bench).nature is nature


@isolated
def test_a_thawed_nmda_synapse_is_linear(cache: Path) -> None:
    """It is the magnesium that makes it depend on the voltage."""
    _load_all(cache)
    h.mg_NmdaExp2 = 0.0
    bench = _Bench()
    bench.add("NmdaExp2")
    assert _only(bench).nature is Nature.LINEAR


@isolated
def test_a_weight_of_zero_is_measured_with_another() -> None:
    bench = _Bench()
    bench.add("ExpSyn", [0.0])
    assert _only(bench).nature is Nature.LINEAR


@isolated
def test_no_response(cache: Path) -> None:
    """What takes events and lets no current flow."""
    _load_all(cache)
    bench = _Bench()
    bench.add("StochasticSyn", p=0.0)
    assert _only(bench).nature is Nature.NONE


@isolated
def test_kinds_are_told_apart_by_their_parameters() -> None:
    bench = _Bench()
    for tau in (1.0, 2.0, 1.0, 2.0, 1.0):
        bench.add("ExpSyn", tau=tau)
    bench.add("Exp2Syn")
    responses = bench.measure()
    assert responses.indices.tolist() == [0, 1, 0, 1, 0, 2]
    assert [_charge(each) for each in responses.kinds[:2]] == pytest.approx([1, 2], rel=0.02)


@isolated
def test_many_netcons_of_one_synapse() -> None:
    """Weights differ, negative and zero ones among them: the response is per unit of weight."""
    bench = _Bench()
    synapse = bench.add("ExpSyn", [0.0], tau=3.0)
    for weight in (-0.5, 2e-4, 5e-3):
        bench.synapses.append(synapse)
        bench.netcons.append(h.NetCon(None, synapse))
        bench.netcons[-1].weight[0] = weight
    bench.synapses.append(synapse)
    bench.netcons.append(bench.netcons[-1])
    response = _only(bench)
    assert response.nature is Nature.LINEAR
    assert _charge(response) == pytest.approx(3.0, rel=0.01)
    assert [netcon.weight[0] for netcon in bench.netcons] == [0, -0.5, 2e-4, 5e-3, 5e-3]


@isolated
def test_nothing_to_measure() -> None:
    responses = measuring.measure([], [])
    assert responses.kinds == []
    assert len(responses.indices) == 0


# MARK: What fails


@isolated
def test_a_mechanism_that_crashes_takes_no_other_with_it(cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    bench = _Bench()
    bench.add("ExpSyn", tau=2.0)
    bench.add("FailingSyn")
    bench.add("Exp2Syn")
    responses = bench.measure()
    assert responses.indices.tolist() == [0, -1, 2]
    assert responses.problem == "FailingSyn: it crashed (SIGABRT)"
    assert responses.kinds[0].nature is Nature.LINEAR
    assert responses.kinds[2].nature is Nature.LINEAR


@isolated
def test_a_mechanism_that_hangs_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_synapses.load_mechanisms(cache)
    monkeypatch.setattr(measuring, "TIMEOUT", 3.0)
    bench = _Bench()
    bench.add("FailingSyn", hangs=1)
    bench.add("FailingSyn", hangs=2)
    bench.add("ExpSyn")
    responses = bench.measure()
    assert responses.indices.tolist() == [-1, -1, 2]
    assert responses.problem == "FailingSyn: it took more than 3 s"


@isolated
def test_what_was_not_measured_keeps_its_weight_and_is_noted(cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    model = small_cell.model()
    failing = h.FailingSyn(model.cell.apic[1](0.5))
    model.drive.synapses.append(failing)
    model.drive.netcons.append(h.NetCon(None, failing))
    model.drive.netcons[-1].weight[0] = 0.25
    before = [netcon.weight[0] for netcon in model.drive.netcons]
    reduction = neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons, rates=5)
    after = [netcon.weight[0] for netcon in reduction.netcons]
    assert after[-1] == 0.25
    assert sum(new != old for new, old in zip(after, before, strict=True)) > len(before) / 2
    assert [note for note in reduction.record.notes if "FailingSyn: it crashed" in note]


# MARK: The session


def _check_that_measuring_changes_nothing(model: small_cell.Model, run: Any) -> None:
    """Measures, and compares the session and its next run with those before."""
    first = run()
    gc.collect()
    before = snapshot.take()
    responses = measuring.measure(model.drive.synapses, model.drive.netcons)
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []
    assert responses.problem == ""
    assert {kind.nature for kind in responses.kinds} == {Nature.LINEAR}
    assert run() == first


@isolated
def test_the_session_stays_as_it_is() -> None:
    model = small_cell.model()
    _check_that_measuring_changes_nothing(model, model.voltages)


@isolated
def test_a_run_goes_on_as_if_nothing_were() -> None:
    def trace(measured: bool) -> list[float]:
        soma = model.cell.soma[0]
        recorded = h.Vector().record(soma(0.5)._ref_v)
        h.finitialize(-65)
        h.continuerun(7.0)
        if measured:
            measuring.measure(model.drive.synapses, model.drive.netcons)
        h.continuerun(20.0)
        return list(recorded)

    model = small_cell.model()
    plain = trace(measured=False)
    assert trace(measured=True) == plain
    assert trace(measured=False) == plain


@isolated
def test_several_threads() -> None:
    model = small_cell.model()
    context = h.ParallelContext()
    context.nthread(2)
    _check_that_measuring_changes_nothing(model, model.voltages)
    assert context.nthread() == 2
    context.nthread(1)


@isolated
def test_variable_steps() -> None:
    model = small_cell.model()
    h.CVode().active(1)
    _check_that_measuring_changes_nothing(model, model.voltages)
    assert h.CVode().active() == 1


@isolated
def test_recorded_and_played_vectors() -> None:
    model = small_cell.model()
    recorded = h.Vector().record(model.cell.apic[1](0.5)._ref_v)
    clamp = h.IClamp(model.cell.soma[0](0.5))
    clamp.dur = 1e9
    times, values = h.Vector([0, 5, 10, 20]), h.Vector([0, 0.1, -0.1, 0])
    values.play(clamp._ref_amp, times, 1)

    def run() -> list[list[float]]:
        return [*model.voltages(), list(recorded)]

    _check_that_measuring_changes_nothing(model, run)
    assert len(recorded) > 100


@isolated
def test_initialisation_handlers_are_not_called_in_the_session() -> None:
    model = small_cell.model()
    calls = []

    def initialise() -> None:
        calls.append(h.t)
        for section in model.cell.apic:
            section.v = -70

    handlers = [h.FInitializeHandler(kind, initialise) for kind in (0, 1, 2, 3)]
    model.voltages()
    count = len(calls)
    measuring.measure(model.drive.synapses, model.drive.netcons)
    assert len(calls) == count
    assert len(handlers) == 4


@isolated
def test_initialisation_handlers_that_reach_for_the_cell() -> None:
    """Where they are, the copy has no cell any more; measuring is still possible."""
    model = small_cell.model()
    soma = model.cell.soma[0]

    def initialise() -> None:
        soma(0.5).v = -70.0
        for section in model.cell.all:
            section(0.5).v = -71.0

    handler = h.FInitializeHandler(1, initialise)
    responses = measuring.measure(model.drive.synapses, model.drive.netcons)
    assert responses.problem == ""
    assert {kind.nature for kind in responses.kinds} == {Nature.LINEAR}
    assert handler is not None
