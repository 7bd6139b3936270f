"""What events do in the mean where they come at a rate, to synapses that remember earlier events,
fail at random or depend on the voltage."""

from __future__ import annotations

import math
import random
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from integrals import trapezoid
from isolated import isolated
from models import compiled, compiled9, compiled_synapses
from neuron_reduce._library.responses import Nature
from neuron_reduce._processes import copies
from neuron_reduce._session import elsewhere, measuring, steady


class _Bench:
    """A section with synapses, each with a NetCon without a source."""

    def __init__(self, cache: Path) -> None:
        for each in (compiled, compiled9, compiled_synapses):
            each.load_mechanisms(cache)
        self.section = h.Section(name="bench")
        self.synapses: list[Any] = []
        self.netcons: list[Any] = []

    def add(self, mechanism: str, weight: float = 1e-3, netcons: int = 1, **values: float) -> Any:
        synapse = getattr(h, mechanism)(self.section(0.5))
        for name, value in values.items():
            setattr(synapse, name, value)
        for _ in range(netcons):
            self.synapses.append(synapse)
            self.netcons.append(h.NetCon(None, synapse, 0, 0, weight))
        return synapse

    def measure(self, rates: float | list[float]) -> steady.Steady | None:
        every = np.array(rates) * np.ones(len(self.synapses))
        responses = measuring.measure(self.synapses, self.netcons)
        return steady.events(self.synapses, responses, every)


def _found(steady_events: steady.Steady | None) -> steady.Steady:
    assert steady_events is not None
    assert steady_events.notes == []
    return steady_events


# MARK: One test for each kind of synapse


@pytest.mark.parametrize("rate", [0.1, 1.0, 10.0, 80.0])
@pytest.mark.parametrize("mechanism", ["DepressingSyn", "SharedDepressionSyn"])
@isolated
def test_depression(mechanism: str, rate: float, cache: Path) -> None:
    """Resources R recover with dR/dt = (1 - R)/tau, and each event takes u*R: of independent events
    the mean before one is 1/(1 + u*rate*tau)."""
    bench = _Bench(cache)
    bench.add(mechanism, tau=3, u=0.5, recovery=800)
    charge = 3 * 0.5 / (1 + 0.5 * rate * 0.8)
    assert _found(bench.measure(rate)).charges == pytest.approx([charge], rel=0.01)
    assert _found(bench.measure(rate)).exponents.tolist() == [1]


@isolated
def test_histories_of_netcons_and_of_synapses(cache: Path) -> None:
    """Two NetCons of 5 Hz: each has resources of its own, or both draw on the same."""
    bench = _Bench(cache)
    bench.add("DepressingSyn", netcons=2)
    bench.add("SharedDepressionSyn", netcons=2)
    own, shared = 3 * 0.5 / (1 + 0.5 * 5 * 0.8), 3 * 0.5 / (1 + 0.5 * 10 * 0.8)
    charges = _found(bench.measure(5)).charges
    assert charges == pytest.approx([own, own, shared, shared], rel=0.01)


@pytest.mark.parametrize("rate", [1.0, 8.0, 40.0])
@isolated
def test_facilitation(rate: float, cache: Path) -> None:
    """Against the releases of 200,000 independent events, one by one."""
    u = release = 0.0
    resources = 1.0
    for interval in np.random.default_rng(1).exponential(1e3 / rate, 200_000):
        resources = 1 - (1 - resources) * math.exp(-interval / 130)
        u *= math.exp(-interval / 530)
        u += 0.05 * (1 - u)
        release += u * resources / 200_000
        resources -= u * resources
    bench = _Bench(cache)
    bench.add("FacilitatingSyn", tau=3, U=0.05, recovery=130, facilitation=530)
    assert _found(bench.measure(rate)).charges == pytest.approx([3 * release], rel=0.015)
    assert release / 0.05 > 1.3


def _gabab(weight: float, rate: float) -> float:
    """∫g dt of an event to GababSyn in the mean, by weight: 300,000 independent events, with the
    closed form of what each leaves behind."""
    intervals = np.random.default_rng(1).exponential(1e3 / rate, 300_000)
    release, production, decay, half, gmax = 0.0012, 0.18, 0.034, 100.0, 1e-3
    share = production / (decay - release)
    receptors, messenger = np.empty((2, len(intervals)))
    r = s = 0.0
    for index, interval in enumerate(intervals.tolist()):
        r += weight * (1 - r)
        receptors[index], messenger[index] = r, s
        left, cleared = math.exp(-release * interval), math.exp(-decay * interval)
        r, s = r * left, s * cleared + share * r * (left - cleared)
    mean = 0.0
    for place in (np.arange(40) + 0.5) / 40:
        left, cleared = (np.exp(-each * place * intervals) for each in (release, decay))
        bound = (messenger * cleared + share * receptors * (left - cleared)) ** 4
        mean += (bound / (bound + half) * intervals).mean() / 40
    return gmax * mean / weight


@pytest.mark.parametrize(("weight", "rate"), [(0.3, 3.0), (0.1, 10.0), (0.02, 30.0)])
@isolated
def test_gaba_b(weight: float, rate: float, cache: Path) -> None:
    """Messenger of several events opens many times the channels that one event opens, and the
    charge is not in proportion to the weight."""
    bench = _Bench(cache)
    bench.add("GababSyn", weight)
    found = _found(bench.measure(rate))
    charge = _gabab(weight, rate)
    assert found.charges == pytest.approx([charge], rel=0.02)
    growth = _gabab(1.25 * weight, rate) * 1.25 / (_gabab(0.8 * weight, rate) * 0.8)
    assert found.exponents == pytest.approx([math.log(growth) / math.log(1.25 / 0.8)], abs=0.05)
    first = measuring.measure(bench.synapses, bench.netcons).kinds[0]
    assert trapezoid(first.conductances, first.times) < 0.2 * charge


@pytest.mark.parametrize("weight", [1e-4, 1e-2, 0.3])
@isolated
def test_what_hardly_responds_to_one_event_is_a_conductance(weight: float, cache: Path) -> None:
    """Nine events make 6,000 times the current of one."""
    bench = _Bench(cache)
    bench.add("GababSyn", weight)
    assert measuring.measure(bench.synapses, bench.netcons).kinds[0].nature is Nature.NONLINEAR


@pytest.mark.parametrize(("p", "e"), [(0.5, 0.0), (0.2, 0.0), (0.5, -70.0), (0.5, -90.0)])
@isolated
def test_stochastic_release(p: float, e: float, cache: Path) -> None:
    """The mean of 1,500 events that each fail with a probability of 1 - p."""
    bench = _Bench(cache)
    synapse = bench.add("StochasticSyn", p=p, e=e, tau=3)
    place = synapse.noise.get_seq()
    found = _found(bench.measure(10))
    deviation = math.sqrt((1 - p) / p / 1500)
    # Where the current reverses near the potential it is that of fewer events.
    factor = 8 if e == -70 else 4
    assert found.charges == pytest.approx([3 * p], rel=factor * deviation + 0.01)
    assert found.reversals == {0: pytest.approx(e, abs=4)}
    assert synapse.noise.get_seq() == place


@isolated
def test_nmda(cache: Path) -> None:
    """Events of AMPA and NMDA in one synapse add up: none needs a train, and the conductance is
    that of both, with Jahr and Stevens's block at -65 mV."""
    bench = _Bench(cache)
    bench.add("AmpaNmda")
    assert bench.measure(10) is None
    response = measuring.measure(bench.synapses, bench.netcons).kinds[0]
    assert response.nature is Nature.NONLINEAR
    peak = 2 * 60 / 58 * math.log(30)
    nmda = 58 / (math.exp(-peak / 60) - math.exp(-peak / 2))
    unblocked = 1 / (1 + math.exp(0.062 * 65) / 3.57)
    charge = 2 + nmda * unblocked
    assert trapezoid(response.conductances, response.times) == pytest.approx(charge, rel=0.01)
    assert response.reversal == pytest.approx(0, abs=1e-6)


OHMIC: list[tuple[str, bool]] = [
    ("Exp2Syn", True),
    ("DepressingSyn", True),
    ("FacilitatingSyn", True),
    ("SharedDepressionSyn", True),
    ("GababSyn", False),
    ("NmdaExp2", False),
    ("AmpaNmda", False),
    ("CurrentSyn", False),
    ("StochasticSyn", False),
]


@pytest.mark.parametrize(("mechanism", "is_ohmic"), OHMIC)
@isolated
def test_events_that_shunt_their_own_site(mechanism: str, is_ohmic: bool, cache: Path) -> None:
    """By how much is known where one event is linear in the voltage and in the weight; forty kinds,
    of which most are measured by fewer stands."""
    bench = _Bench(cache)
    for index in range(40):
        synapse = bench.add(mechanism)
        if hasattr(synapse, "e"):
            synapse.e += 1e-3 * index
    kinds = measuring.measure(bench.synapses, bench.netcons).kinds
    assert {each.is_ohmic for each in kinds} == {is_ohmic}


@isolated
def test_what_adds_up_needs_no_train(cache: Path) -> None:
    bench = _Bench(cache)
    for mechanism in ("ExpSyn", "Exp2Syn", "AlphaConductance", "NmdaExp2", "CurrentSyn"):
        bench.add(mechanism)
    assert bench.measure(20) is None


# MARK: Rates


@isolated
def test_many_rates(cache: Path) -> None:
    """Of sixty rates some powers of 2 are measured."""
    bench = _Bench(cache)
    rates = np.geomspace(0.7, 45, 60)
    for _ in rates:
        bench.add("DepressingSyn")
    charges = _found(bench.measure(rates.tolist())).charges
    assert charges == pytest.approx(1.5 / (1 + 0.4 * rates), rel=0.01)
    assert len(steady._known) == 8


@isolated
def test_many_kinds(cache: Path) -> None:
    """Those that get no train are said to, and do as the nearest."""
    bench = _Bench(cache)
    recoveries = np.linspace(100, 900, 150)
    for recovery in recoveries.tolist():
        bench.add("DepressingSyn", recovery=recovery)
    found = bench.measure(10)
    assert found is not None
    assert found.charges == pytest.approx(1.5 / (1 + 0.005 * recoveries), rel=0.06)
    assert len(steady._known) == 64
    (note,) = found.notes
    assert note.startswith(
        "Of 150 kinds of DepressingSyn that remember events or fail at random, 86"
    )


@isolated
def test_rates_of_none_are_those_of_a_first_event(cache: Path) -> None:
    bench = _Bench(cache)
    for _ in range(3):
        bench.add("DepressingSyn")
    charges = _found(bench.measure([0, math.nan, 10])).charges
    assert np.isnan(charges).tolist() == [True, True, False]


@isolated
def test_what_was_found_is_known(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = _Bench(cache)
    bench.add("DepressingSyn")
    first = _found(bench.measure(10))

    def fail(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(elsewhere, "measure_trains", fail)
    assert _found(bench.measure(10)).charges.tolist() == first.charges.tolist()


@isolated
def test_trains_that_fail_are_noted(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise copies.CopyFailed("it took more than 3 s")

    monkeypatch.setattr(elsewhere, "measure_trains", fail)
    bench = _Bench(cache)
    bench.add("DepressingSyn")
    found = bench.measure(10)
    assert found is not None
    assert np.isnan(found.charges).all()
    assert found.notes == [
        "What trains of events do to 1 DepressingSyn could not be measured (it took more than 3 "
        "s): in the operating point they count with what a first event does."
    ]


# MARK: Cells


def _cell(
    mechanism: str, weight: float, rate: float, seed: int
) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A passive soma with three branched dendrites, 200 synapses of a kind, and 60 Exp2Syn."""
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
    synapses, netcons, stimuli = [], [], []
    for index in range(260):
        is_one = index < 200
        synapse = getattr(h, mechanism if is_one else "Exp2Syn")(
            rng.choice(dendrites)(rng.uniform(0.01, 0.99))
        )
        if not is_one:
            synapse.tau1, synapse.tau2 = 0.3, 3
        stimulus = h.NetStim()
        stimulus.interval = 1e3 / (rate if is_one else 20)
        stimulus.number, stimulus.start, stimulus.noise = 1e9, 0, 1
        stimulus.noiseFromRandom123(seed, index, 0)
        netcons.append(h.NetCon(stimulus, synapse, 0, 0, weight if is_one else 1e-3))
        synapses.append(synapse)
        stimuli.append(stimulus)
    cell = types.SimpleNamespace(soma=soma, dend=dendrites, all=[soma, *dendrites])
    return cell, synapses, netcons, stimuli


def _mean(soma: Any, duration: float) -> float:
    """Of the potential, from 2 s on, when synapses are in their steady state."""
    voltage = h.Vector().record(soma(0.5)._ref_v)
    h.dt = 0.2
    h.finitialize(-65)
    while h.t < duration - h.dt / 2:
        h.fadvance()
    return float(np.array(voltage)[int(2000 / h.dt) :].mean())


CELLS: list[tuple[str, float, float, int, str, float]] = [
    ("DepressingSyn", 2e-3, 20, 1, "folded", 0.2),
    ("DepressingSyn", 2e-3, 20, 1, "lumped", 0.15),
    ("DepressingSyn", 5e-3, 5, 2, "folded", 0.1),
    ("FacilitatingSyn", 6e-3, 5, 2, "lumped", 0.1),
    ("GababSyn", 0.3, 3, 2, "folded", 0.2),
]


@pytest.mark.parametrize(("mechanism", "weight", "rate", "seed", "method", "bound"), CELLS)
@isolated
def test_mean_at_the_soma(
    mechanism: str,
    weight: float,
    rate: float,
    seed: int,
    method: str,
    bound: float,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A cell reduced with what events do at their rate is nearer to the full one than one that is
    reduced with what a first event does."""
    for each in (compiled, compiled9, compiled_synapses):
        each.load_mechanisms(cache)

    def bias() -> float:
        cell, synapses, netcons, _stimuli = _cell(mechanism, weight, rate, seed)
        full = _mean(cell.soma, 4000)
        reduction = neuron_reduce.reduce(cell, synapses, netcons, method=method, segments=8)
        return _mean(reduction.cell.soma, 4000) - full

    found = bias()
    monkeypatch.setattr(steady, "events", lambda *_: None)
    assert abs(found) < bound
    assert abs(found) < 0.7 * abs(bias())
