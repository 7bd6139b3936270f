"""``fast()``: the session's own runs by the engine."""

from __future__ import annotations

import _thread
import contextlib
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models.engine_tree import Tree, driven_tree, section
from neuron_reduce import NeuronReduceWarning
from neuron_reduce._engine import sessions, trials

pytestmark = pytest.mark.usefixtures("compiled_cells")


def _recorded(tree: Tree) -> dict[str, Any]:
    """Vectors of all kinds."""
    soma, axon = tree.soma(0.5), tree.axon(0.9)
    times = h.Vector([0, 0.3, 1.26, 7.77, 49.99, 80])
    tree.kept.append(times)
    found = {
        "time": h.Vector().record(h._ref_t),
        "soma": h.Vector().record(soma._ref_v),
        "axon": h.Vector().record(axon._ref_v),
        "m": h.Vector().record(soma.hh._ref_m),
        "ina": h.Vector().record(soma._ref_ina),
        "g": h.Vector().record(tree.kept[0]._ref_g),
        "sparse": h.Vector().record(soma._ref_v, 0.33),
        "sparse time": h.Vector().record(h._ref_t, 0.33),
        "even": h.Vector().record(axon._ref_v, 0.1),
        "at": h.Vector().record(soma._ref_v, times),
    }
    for name, place, threshold in (("somatic", soma, -20), ("axonal", axon, -35)):
        netcon = h.NetCon(place._ref_v, None, sec=place.sec)
        netcon.threshold = threshold
        found[name] = h.Vector()
        netcon.record(found[name])
        tree.kept.append(netcon)
    return found


@contextlib.contextmanager
def _warned() -> Iterator[list[Any]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def _values(vectors: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.array(each) for name, each in vectors.items()}


def _assert_same(theirs: dict[str, np.ndarray], vectors: dict[str, Any]) -> None:
    for name, own in _values(vectors).items():
        assert own.shape == theirs[name].shape, name
        assert np.abs(own - theirs[name]).max(initial=0) < 1e-6, name


@isolated
def test_vectors_are_filled() -> None:
    tree = driven_tree()
    vectors = _recorded(tree)
    h.tstop = 60
    h.run()
    theirs = _values(vectors)
    assert len(theirs["somatic"]) > 0
    v, m, t = tree.apical[1](1).v, tree.soma(0.5).hh.m, h.t
    calls = _counted()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with neuron_reduce.fast(tree):
            h.run()
            _assert_same(theirs, vectors)
            h.run()
    assert len(calls) == 2
    _assert_same(theirs, vectors)
    assert h.t == t
    assert tree.apical[1](1).v == pytest.approx(v, abs=1e-6)
    assert tree.soma(0.5).hh.m == pytest.approx(m, abs=1e-6)
    h.run()
    assert len(calls) == 2
    for name, own in _values(vectors).items():
        assert np.array_equal(own, theirs[name]), name


@isolated
def test_tables() -> None:
    tree = driven_tree()
    # Otherwise hh has tables of its own.
    h.usetable_hh = 0
    vectors = _recorded(tree)
    h.tstop = 60
    found = []
    for exact in (True, False):
        with neuron_reduce.fast(tree, exact=exact):
            h.run()
        found.append(_values(vectors))
    _assert_same(found[0], vectors)
    assert not np.array_equal(found[0]["soma"], found[1]["soma"])


def _counted() -> list[Any]:
    """A list that grows with each run of the engine's."""
    calls: list[Any] = []
    real = sessions.trials.run

    def run(*arguments: Any, **others: Any) -> Any:
        if len(arguments[2]):
            calls.append(arguments)
        return real(*arguments, **others)

    sessions.trials.run = run
    return calls


@isolated
def test_each_run_is_of_the_cell_as_it_is() -> None:
    tree = Tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=1, dur=20)
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.tstop = 25

    def runs() -> list[np.ndarray]:
        found = []
        for amplitude, dt, tstop in ((0.1, 0.025, 25), (0.6, 0.025, 30), (0.6, 0.0125, 30)):
            clamp.amp, h.dt, h.tstop = amplitude, dt, tstop
            h.run()
            found.append(np.array(vector))
        return found

    theirs = runs()
    with neuron_reduce.fast(tree):
        ours = runs()
    for one, other in zip(theirs, ours, strict=True):
        assert np.abs(one - other).max() < 1e-6


@isolated
def test_a_run_can_be_interrupted() -> None:
    tree = driven_tree()
    vectors = _recorded(tree)
    h.tstop = 1e6
    calls = _counted()
    timer = threading.Timer(0.5, _thread.interrupt_main)
    started = time.perf_counter()
    timer.start()

    def runs() -> None:
        with neuron_reduce.fast(tree, check=False):
            # Those that follow end, too.
            for _ in range(2):
                with pytest.raises(RuntimeError, match="raises KeyboardInterrupt"):
                    h.run()
                assert not any(map(len, vectors.values()))

    with pytest.raises(KeyboardInterrupt):
        runs()
    assert time.perf_counter() - started < 20
    timer.join()
    assert len(calls) == 1
    h.tstop = 5
    h.run()
    assert len(vectors["time"]) == 201


@isolated
def test_what_is_interrupted_at_the_end_is_whole_or_empty(monkeypatch: Any) -> None:
    tree = driven_tree()
    vectors = _recorded(tree)
    h.tstop = 5
    real = sessions._fill
    fails = False

    def fill(vector: Any, values: Any) -> None:
        real(vector, values)
        if not fails:
            signal.raise_signal(signal.SIGINT)
        elif vector.hname() == vectors["soma"].hname():
            raise MemoryError

    monkeypatch.setattr(sessions, "_fill", fill)
    with pytest.raises(KeyboardInterrupt), neuron_reduce.fast(tree, check=False):
        h.run()
    assert len(vectors["time"]) == len(vectors["g"]) == 201
    fails = True
    with pytest.raises(MemoryError), neuron_reduce.fast(tree, check=False):
        h.run()
    assert not any(map(len, vectors.values()))


@isolated
def test_other_exceptions_end_a_run_too(monkeypatch: Any) -> None:
    tree = Tree()
    h.tstop = 5

    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("unexpected")

    monkeypatch.setattr(trials, "run", fail)
    with (
        pytest.raises(KeyError, match="unexpected"),
        neuron_reduce.fast(tree, check=False),
        pytest.raises(RuntimeError, match="raises KeyError"),
    ):
        h.run()


@isolated
def test_check_is_as_long_as_ever() -> None:
    """What changes after the tstop of the time when the context is entered is found."""
    tree = Tree()
    h("objref late")
    h.late = tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=100)
    h.tstop = 5
    h('proc init() { finitialize(v_init)  cvode.event(10, "late.amp = 0.3") }')
    with _warned() as caught, neuron_reduce.fast(tree):
        h.tstop = 40
        h.run()
    assert "the engine's run is not NEURON's" in str(caught[0].message)


@isolated
def test_initialisations_alone_are_neurons() -> None:
    tree = driven_tree()
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    with _warned() as caught, neuron_reduce.fast(tree):
        h.finitialize(-65)
        assert h.t == 0
        h.continuerun(10)
    assert ["saw no h.run" in str(each.message) for each in caught] == [True]
    assert len(vector) == 401


def _left_to_neuron(tree: Tree, match: str, change: Callable[[], Any], at_once: bool) -> None:
    """NEURON does the run, with a warning: when the context is entered, or when the run begins."""
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.tstop = 10
    kept = [change()] if at_once else []
    with _warned() as caught, neuron_reduce.fast(tree):
        if not at_once:
            kept.append(change())
        h.run()
    assert match in str(caught[0].message)
    assert len(vector) == 401
    assert kept


@isolated
@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_left_to_neuron(at_once: bool) -> None:
    def other_section() -> Any:
        return section("other")

    _left_to_neuron(Tree(), "other is in the session", other_section, at_once)

    tree = Tree()
    _left_to_neuron(tree, "FInitializeHandler", lambda: h.FInitializeHandler(int), at_once)

    def callback() -> Any:
        netcon = h.NetCon(tree.soma(0.5)._ref_v, None, sec=tree.soma)
        netcon.record(int)
        return netcon

    _left_to_neuron(tree, "does with spikes is not known", callback, at_once)

    def recorded_input() -> Any:
        synapse = tree.synapse("ExpSyn", tree.soma(0.5))
        vector = h.Vector()
        tree.drive(synapse, 1e-3, start=1, interval=3).record(vector)
        return vector

    _left_to_neuron(tree, "records events of NetStim", recorded_input, at_once)
    tree.kept.clear()

    def time_at_times() -> Any:
        times = h.Vector([0, 3.3])
        return times, h.Vector().record(h._ref_t, times)

    _left_to_neuron(tree, "records the time at times of its own", time_at_times, at_once)

    def second_order() -> Any:
        h.secondorder = 2
        return True

    _left_to_neuron(tree, "secondorder is 2", second_order, at_once)


@isolated
@pytest.mark.parametrize("tstop", [float("nan"), -float("inf")])
def test_runs_without_an_end_are_neurons(tstop: float) -> None:
    tree = Tree()
    with _warned() as found, neuron_reduce.fast(tree, check=False):
        h.tstop = tstop
        h.run()
    assert f"h.tstop is {tstop:g}; expected a time in ms" in str(found[0].message)
    assert len(found) == 1


@isolated
def test_potentials_of_its_own() -> None:
    tree = Tree()
    h.tstop = 10
    h("proc init() { finitialize(-70) }")
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.v_init = -65
    with (
        pytest.warns(NeuronReduceWarning, match="the potential is not v_init"),
        neuron_reduce.fast(tree, check=False),
    ):
        h.run()
    assert vector[0] == -70
    assert len(vector) == 401
