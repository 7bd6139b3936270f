"""Whether one point process is found to be able to stand for two, and what many kinds cost."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

from integrals import trapezoid
from isolated import isolated
from models import compiled, compiled9, compiled_synapses
from neuron_reduce._library.responses import Nature, Superposition
from neuron_reduce._session import elsewhere, measuring, stands


def _load_all(cache: Path) -> None:
    for each in (compiled, compiled9, compiled_synapses):
        each.load_mechanisms(cache)


class _Bench:
    """Synapses of one class on a section, each with a NetCon without a source."""

    def __init__(self, mechanism: str, count: int = 1, weight: float = 1e-3, **values: float):
        self.section = h.Section(name="bench")
        self.state = h.Vector(count).fill(12345.0)
        self.synapses: list[Any] = [getattr(h, mechanism)(self.section(0.5)) for _ in range(count)]
        self.netcons = [h.NetCon(None, synapse) for synapse in self.synapses]
        for index, (synapse, netcon) in enumerate(zip(self.synapses, self.netcons, strict=True)):
            netcon.weight[0] = weight
            for name, value in values.items():
                setattr(synapse, name, value)
            if mechanism == "PointingSyn":
                h.setpointer(self.state._ref_x[index], "state", synapse)

    def measure(self) -> measuring.Responses:
        found = measuring.measure(self.synapses, self.netcons)
        assert found.problem == ""
        return found

    def only(self) -> measuring.Response:
        found = self.measure()
        assert set(found.indices.tolist()) == {0}
        return found.kinds[0]


def _charge(response: measuring.Response) -> float:
    return trapezoid(response.conductances, response.times)


KINDS: list[tuple[str, dict[str, float], Nature, Superposition]] = [
    ("ExpSyn", {}, Nature.LINEAR, Superposition.HOLDS),
    # Where its current reverses at one of the potentials that it is measured at.
    *(("ExpSyn", {"e": e}, Nature.LINEAR, Superposition.HOLDS) for e in (-80, -65, -58, -50, -95)),
    ("Exp2Syn", {"tau1": 3.0, "tau2": 200.0}, Nature.LINEAR, Superposition.HOLDS),
    # States that are solved by iteration.
    ("AlphaConductance", {}, Nature.LINEAR, Superposition.HOLDS),
    ("CurrentSyn", {}, Nature.CURRENT, Superposition.HOLDS),
    # The voltage decides at once, or after a while: two in one place share it.
    ("NmdaExp2", {}, Nature.NONLINEAR, Superposition.HOLDS),
    ("KineticSyn", {}, Nature.NONLINEAR, Superposition.HOLDS),
    # A history in the weights of each NetCon.
    ("DepressingSyn", {}, Nature.NONLINEAR, Superposition.HOLDS),
    ("FacilitatingSyn", {}, Nature.NONLINEAR, Superposition.HOLDS),
    ("DelayedSyn", {}, Nature.LINEAR, Superposition.HOLDS),
    # A history in the synapse.
    ("SharedDepressionSyn", {}, Nature.NONLINEAR, Superposition.INTERACTION),
    ("SharedDepressionSyn", {"recovery": 2.0}, Nature.NONLINEAR, Superposition.INTERACTION),
    ("SharedDepressionSyn", {"recovery": 5e3}, Nature.NONLINEAR, Superposition.INTERACTION),
    # An event takes a thousandth; many in a second take half.
    ("SharedDepressionSyn", {"u": 1e-3}, Nature.NONLINEAR, Superposition.INTERACTION),
    ("SaturatingSyn", {}, Nature.LINEAR, Superposition.INTERACTION),
    # It is the spike of the cell that makes it remember.
    ("WatchingSyn", {}, Nature.LINEAR, Superposition.INTERACTION),
    ("TonicSyn", {}, Nature.LINEAR, Superposition.TONIC_CURRENT),
    ("TonicSyn", {"tonic": 0.0}, Nature.LINEAR, Superposition.HOLDS),
    ("StochasticSyn", {}, Nature.STOCHASTIC, Superposition.RANDOMNESS),
    ("StochasticSyn", {"p": 1.0}, Nature.LINEAR, Superposition.HOLDS),
    ("StochasticSyn", {"p": 0.0}, Nature.NONE, Superposition.NOTHING_SEEN),
    ("PointingSyn", {}, Nature.STOCHASTIC, Superposition.RANDOMNESS),
    ("PointingSyn", {"fails": 0.0}, Nature.LINEAR, Superposition.HOLDS),
]


@pytest.mark.parametrize("weight", [1e-6, 1e-3, 1.0])
@pytest.mark.parametrize(("mechanism", "values", "nature", "superposition"), KINDS)
@isolated
def test_superposition(
    mechanism: str,
    values: dict[str, float],
    nature: Nature,
    superposition: Superposition,
    weight: float,
    cache: Path,
) -> None:
    _load_all(cache)
    if mechanism == "SaturatingSyn":
        # So far from what one event does.
        values = {"most": 50 * weight}
    found = _Bench(mechanism, weight=weight, **values).only()
    assert (found.nature, found.superposition) == (nature, superposition)


@isolated
def test_a_second_instance_shows_what_varies(cache: Path) -> None:
    """A sequence that each run begins anew gives one instance the same numbers twice."""
    _load_all(cache)
    bench = _Bench("PointingSyn", count=2)
    bench.state.x[1] = 54321.0
    found = bench.only()
    assert found.nature is Nature.STOCHASTIC


@isolated
def test_what_a_procedure_set_is_not_lost(cache: Path) -> None:
    """No other instance can be made like it, neither of a few kinds nor of many."""
    _load_all(cache)
    assert _Bench("ArmedSyn").only().nature is Nature.NONE
    for count in (1, 40):
        bench = _Bench("ArmedSyn", count=count, tau=4.0)
        for index, synapse in enumerate(bench.synapses):
            synapse.tau += index * 0.25
            synapse.arm()
        found = bench.measure()
        assert len(found.kinds) == count
        for synapse, kind in zip(bench.synapses, found.kinds, strict=True):
            assert (kind.nature, kind.superposition) == (Nature.LINEAR, Superposition.HOLDS)
            assert _charge(kind) == pytest.approx(synapse.tau, rel=1e-2)


REASONS: list[tuple[str, str]] = [
    ("SharedDepressionSyn", "an event of one NetCon changes the response to another's"),
    ("TonicSyn", "each lets a current flow without any event"),
    ("StochasticSyn", "their responses vary, and no run tells what they depend on"),
]


@pytest.mark.parametrize(("mechanism", "reason"), REASONS)
@isolated
def test_why_one_cannot_stand_for_another_is_told(mechanism: str, reason: str, cache: Path) -> None:
    _load_all(cache)
    found = _Bench(mechanism, count=3).measure()
    assert found.notes == [f"None of 3 {mechanism} can stand for another: {reason}."]
    # Of one there is nothing to tell.
    assert _Bench(mechanism).measure().notes == []


# MARK: Many kinds


def _varied(mechanism: str, parameter: str, count: int, **values: float) -> _Bench:
    bench = _Bench(mechanism, count=count, **values)
    for index, synapse in enumerate(bench.synapses):
        value = getattr(synapse, parameter)
        setattr(synapse, parameter, value * (1 + 2 * index / count))
    return bench


MANY: list[tuple[str, str]] = [
    ("Exp2Syn", "tau2"),
    ("AlphaConductance", "tau"),
    ("CurrentSyn", "tau"),
    ("NmdaExp2", "tau2"),
    ("DepressingSyn", "recovery"),
    ("SharedDepressionSyn", "recovery"),
    ("TonicSyn", "tonic"),
    ("DelayedSyn", "after"),
    ("PointingSyn", "tau"),
]


@pytest.mark.parametrize(("mechanism", "parameter"), MANY)
@isolated
def test_many_kinds_are_what_each_is_by_itself(mechanism: str, parameter: str, cache: Path) -> None:
    _load_all(cache)
    bench = _varied(mechanism, parameter, 40, **({"fails": 0} if mechanism[0] == "P" else {}))
    found = bench.measure()
    assert found.notes == []
    for index in (1, 17, 38):
        measuring._memory.__init__()
        alone = measuring.measure(bench.synapses[index : index + 1], bench.netcons[:1]).kinds[0]
        kind = found.kinds[index]
        assert (kind.nature, kind.superposition) == (alone.nature, alone.superposition)
        assert len(kind.times) == len(alone.times)
        np.testing.assert_allclose(
            kind.conductances, alone.conductances, atol=1e-9 * max(alone.conductances, default=1)
        )


@isolated
def test_what_is_unlike_its_class_is_measured_thoroughly(cache: Path) -> None:
    """Of 40 kinds, most of them alike, those that are not are none of the sample."""
    _load_all(cache)
    bench = _varied("SharedDepressionSyn", "tau", 40)
    bench.synapses[17].u = 1.0
    bench.synapses[18].u = 0.5
    found = bench.measure()
    assert {each.superposition for each in found.kinds} == {Superposition.INTERACTION}
    bench = _varied("ExpSyn", "tau", 40)
    bench.synapses[17].e = -65.0
    bench.synapses[18].e = -58.0
    found = bench.measure()
    assert {each.nature for each in found.kinds} == {Nature.LINEAR}
    assert {each.superposition for each in found.kinds} == {Superposition.HOLDS}


@isolated
def test_limits_that_differ(cache: Path) -> None:
    """Some have one that their events reach."""
    _load_all(cache)
    bench = _Bench("SaturatingSyn", count=30)
    for index, synapse in enumerate(bench.synapses):
        synapse.most = 0.01 * 1.5**index
    found = bench.measure()
    superpositions = [each.superposition for each in found.kinds]
    assert superpositions == sorted(superpositions, reverse=True)
    assert set(superpositions) == {Superposition.HOLDS, Superposition.INTERACTION}


@isolated
def test_kinds_beyond_the_budget_count_as_the_nearest(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_MOST", 10)
    bench = _varied("ExpSyn", "tau", 100, tau=2.0)
    found = bench.measure()
    assert len(found.notes) == 1
    assert found.notes[0].startswith("Of 100 kinds of ExpSyn, 90 were not measured")
    for synapse, kind in zip(bench.synapses, found.kinds, strict=True):
        assert kind.superposition is Superposition.HOLDS
        # The note says by how much parameters differ, 12 % at most.
        assert _charge(kind) == pytest.approx(synapse.tau, rel=0.13)
    assert bench.measure().notes == found.notes


@isolated
def test_kinds_beyond_the_budget_are_not_said_to_superpose_where_others_do_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _load_all(cache)
    monkeypatch.setattr(measuring, "_MOST", 10)
    found = _varied("SharedDepressionSyn", "tau", 30).measure()
    superpositions = [each.superposition for each in found.kinds]
    assert superpositions.count(Superposition.INTERACTION) == 10
    assert superpositions.count(Superposition.NOTHING_SEEN) == 20


# MARK: What is known


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many kinds each process that was made had to measure."""
    counts: list[int] = []
    measure = elsewhere.measure

    def counted(groups: list[stands.Group], timeout: float) -> Any:
        counts.append(sum(len(each.subjects) for each in groups))
        return measure(groups, timeout)

    monkeypatch.setattr(elsewhere, "measure", counted)
    return counts


@isolated
def test_nothing_is_measured_twice(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _load_all(cache)
    counts = _counting(monkeypatch)
    bench = _varied("ExpSyn", "tau", 5)
    first = bench.measure()
    second = bench.measure()
    assert counts == [5]
    for one, other in zip(first.kinds, second.kinds, strict=True):
        assert one.nature is other.nature
        np.testing.assert_array_equal(one.conductances, other.conductances)
    bench.synapses[2].tau = 77.0
    assert _charge(bench.measure().kinds[2]) == pytest.approx(77.0, rel=1e-2)
    assert counts == [5, 1]


CHANGES: list[tuple[str, Callable[[_Bench], None]]] = [
    ("ExpSyn", lambda bench: setattr(bench.synapses[0], "e", -70.0)),
    ("NmdaExp2", lambda bench: setattr(h, "mg_NmdaExp2", 0.0)),
    ("ExpSyn", lambda bench: setattr(h, "celsius", 34.0)),
    ("ExpSyn", lambda bench: bench.netcons[0].weight.__setitem__(0, 2e-3)),
    ("StochasticSyn", lambda bench: bench.netcons[0].weight.__setitem__(1, 2e-3)),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
@isolated
def test_what_a_response_depends_on_is_part_of_what_is_known(
    number: int, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _load_all(cache)
    counts = _counting(monkeypatch)
    mechanism, change = CHANGES[number]
    bench = _Bench(mechanism)
    bench.measure()
    change(bench)
    bench.measure()
    assert counts == [1, 1]


@isolated
def test_what_is_known_holds_nothing_of_the_session(cache: Path) -> None:
    bench = _Bench("ExpSyn")
    bench.measure()
    gone = weakref.ref(bench)
    del bench
    gc.collect()
    assert gone() is None
    assert len(list(h.List("ExpSyn"))) == 0
    assert len(list(h.List("NetCon"))) == 0
    assert list(h.allsec()) == []


@isolated
def test_what_is_known_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_KEPT", 2000)
    counts = _counting(monkeypatch)
    for tau in (3.0, 4.0, 5.0, 3.0):
        _Bench("ExpSyn", tau=tau).measure()
    assert counts == [1, 1, 1, 1]
    assert 0 < measuring._memory._size <= 2000


# MARK: Failures


@isolated
def test_errors_of_our_own_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what NEURON says, or the end of a process, may be a note about a user's synapse."""

    def fails(groups: Any) -> None:
        raise AttributeError("module 'numpy' has no attribute 'trapezoid'")

    monkeypatch.setattr(stands, "clear", fails)
    with pytest.raises(AttributeError, match="trapezoid"):
        _Bench("ExpSyn").measure()


@isolated
def test_errors_of_neuron_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(groups: Any) -> None:
        h.MechanismStandard("nothing", 1)

    monkeypatch.setattr(stands, "clear", fails)
    bench = _Bench("ExpSyn")
    found = measuring.measure(bench.synapses, bench.netcons)
    assert found.problem.startswith("ExpSyn: RuntimeError")
    assert found.indices.tolist() == [-1]
