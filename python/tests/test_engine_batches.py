"""Batches: each trial is what NEURON makes of what is changed in it."""

from __future__ import annotations

import _thread
import functools
import os
import resource
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import neuron_run
from isolated import isolated
from models.engine_tree import Tree, driven_tree
from neuron_reduce import ArgumentError, EngineError, NeuronReduceWarning
from neuron_reduce._engine import trials
from refusal import failure_of


def _engine(tree: Tree, **arguments: Any) -> neuron_reduce.Engine:
    return neuron_reduce.compile(tree, check=False, **arguments)


def _soma(tree: Tree) -> list[Any]:
    return [tree.soma(0.5)._ref_v]


def _assert_same(trials: Any, trial: int, theirs: np.ndarray) -> None:
    assert np.abs(trials.v[trial] - theirs).max() < 1e-6


pytestmark = pytest.mark.usefixtures("compiled_cells")


@isolated
def test_seeds_are_global_indices() -> None:
    tree = driven_tree()
    done = _engine(tree).run_batch([0, 7, 2**32 - 1], 40, record=_soma(tree))
    assert len(done) == 3
    assert done.seeds.tolist() == [0, 7, 2**32 - 1]
    for trial, seed in enumerate((0, 7, 2**32 - 1)):
        h.Random().Random123_globalindex(seed)
        _assert_same(done, trial, neuron_run(_soma(tree), 40))
    assert not np.array_equal(done.v[0], done.v[1])


@isolated
def test_weights_and_rates() -> None:
    tree = driven_tree()
    netcons = [each for each in tree.kept if each.hname().startswith("NetCon")]
    netstims = [each for each in tree.kept if each.hname().startswith("NetStim")]
    engine = _engine(tree)
    every = engine.run_batch(tstop=40, record=_soma(tree), weights=[1, 0.5], rates=[2, 0.7])
    one = engine.run_batch(
        tstop=40, record=_soma(tree), weights={netcons[0]: [3, 0]}, rates={netstims[2]: [1, 4]}
    )
    silent = engine.run_batch(tstop=40, record=_soma(tree), rates=[0, 1])
    before = [each.weight[0] for each in netcons], [each.interval for each in netstims]

    def run(weights: dict[int, float], rates: dict[int, float]) -> np.ndarray:
        for index, (netcon, weight) in enumerate(zip(netcons, before[0], strict=True)):
            netcon.weight[0] = weight * weights.get(index, weights.get(-1, 1))
        for index, (netstim, interval) in enumerate(zip(netstims, before[1], strict=True)):
            rate = rates.get(index, rates.get(-1, 1))
            netstim.number = 1e9 if rate else 0
            netstim.interval = interval / (rate or 1)
        return neuron_run(_soma(tree), 40)

    _assert_same(every, 0, run({-1: 1}, {-1: 2}))
    _assert_same(every, 1, run({-1: 0.5}, {-1: 0.7}))
    _assert_same(one, 0, run({0: 3}, {}))
    _assert_same(one, 1, run({0: 0}, {2: 4}))
    _assert_same(silent, 0, run({}, {-1: 0}))


@isolated
def test_parameters() -> None:
    """Values and factors, everywhere or somewhere, of mechanisms and of point processes, which are
    computed apart where they come to differ."""
    tree = driven_tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=1, dur=30)
    other = tree.synapse("Exp2Syn", tree.basal[0](0.0), tau1=0.3, tau2=2.5, e=0)
    tree.drive(other, 2e-3, start=2, interval=5)
    synapse = tree.kept[0]
    done = _engine(tree).run_batch(
        tstop=30,
        record=_soma(tree),
        amplitudes={clamp: [0.1, -0.2]},
        parameters={"gnabar_hh": [0.1, 0.2], (synapse, "e"): [-10, 5]},
        factors={"Exp2Syn.tau2": [2, 1], ((tree.axon, tree.apical[1](0.9)), "g_pas"): [1, 3]},
    )
    for trial in range(2):
        clamp.amp = [0.1, -0.2][trial]
        for section in (tree.soma, tree.axon):
            for segment in section:
                segment.hh.gnabar = [0.1, 0.2][trial]
        synapse.e = [-10, 5][trial]
        for each in tree.kept:
            if each.hname().startswith("Exp2Syn"):
                each.tau2 = [5.0, 2.5][trial]
        for segment in (*tree.axon, tree.apical[1](0.9)):
            segment.pas.g = [1e-4, 3e-4][trial]
        _assert_same(done, trial, neuron_run(_soma(tree), 30))


@isolated
def test_results_do_not_depend_on_threads_and_number() -> None:
    tree = driven_tree()
    engine = _engine(tree)
    arguments: dict[str, Any] = {"tstop": 30, "record": _soma(tree), "spikes": [tree.axon(0.5)]}
    one = engine.run_batch(range(8), threads=1, **arguments)
    two = engine.run_batch(range(8), threads=3, **arguments)
    last = engine.run_batch([7], **arguments)
    assert np.array_equal(one.v, two.v)
    assert np.array_equal(one.v[7:], last.v)
    for trial in range(8):
        assert np.array_equal(one.spikes[trial][0], two.spikes[trial][0])
    run = one[3]
    assert np.array_equal(run.v, two.v[3])
    assert run.labels == ("soma(0.5).v",)
    seed = int(h.Random().Random123_globalindex())
    alike = engine.run_batch([seed], **arguments)
    # One by one a program adds in another order.
    assert np.abs(alike.v[0] - engine.run(30).v).max() < 1e-9


@isolated
def test_files(tmp_path: Path) -> None:
    tree = driven_tree()
    path = tmp_path / "trials.npz"
    path.write_text("before")
    done = _engine(tree).run_batch(
        [3, 4], 60, record=_soma(tree), spikes=[tree.soma(0.5), tree.axon(0.9)], save=path
    )
    assert [each.name for each in tmp_path.iterdir()] == ["trials.npz"]
    with np.load(path) as read:
        assert np.array_equal(read["v"], done.v)
        assert np.array_equal(read["t"], done.t)
        assert read["seeds"].tolist() == [3, 4]
        assert read["labels"].tolist() == ["soma(0.5).v"]
        assert read["is_finished"].all()
        for trial in range(2):
            for site in range(2):
                chosen = (read["spike_trials"] == trial) & (read["spike_sites"] == site)
                assert np.array_equal(read["spike_times"][chosen], done.spikes[trial][site])
    assert sum(len(each) for sites in done.spikes for each in sites) > 0


@isolated
def test_links_are_followed_and_what_is_no_file_is_refused(tmp_path: Path) -> None:
    engine = _engine(driven_tree())
    link, target = tmp_path / "link.npz", tmp_path / "target.npz"
    link.symlink_to(target.name)
    for _ in range(2):
        done = engine.run_batch([3], 1, save=link)
        assert link.is_symlink()
        with np.load(target) as read:
            assert read["seeds"].tolist() == [3]
        target.write_text("before")
    pipe, itself = tmp_path / "pipe", tmp_path / "itself"
    os.mkfifo(pipe)
    itself.symlink_to(itself)
    for path in (pipe, itself, tmp_path, Path(os.devnull)):
        with pytest.raises(ArgumentError, match=r"save is .*; expected the path of a file"):
            engine.run_batch([3], 1, save=path)
        with pytest.raises(OSError, match="something else than a file"):
            done.save(path)
    assert pipe.is_fifo()
    assert len(list(tmp_path.iterdir())) == 4


@isolated
def test_what_does_not_fit_into_memory_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    tree = driven_tree()
    engine = _engine(tree)
    path = tmp_path / "trials.npz"
    monkeypatch.setattr(os, "sysconf", lambda name: 1000)
    match = (
        r"2000 trials of 42 samples of 2 variables take 0\.00125 GiB, "
        r"and this machine has 0\.000931"
    )
    with pytest.raises(EngineError, match=match):
        engine.run_batch(range(2000), 1, record=2 * _soma(tree), save=path)
    assert not path.exists()
    assert engine.trials is None
    assert len(engine.run_batch(range(2000), 1, record=_soma(tree))) == 2000


@isolated
def test_a_full_disk_costs_nothing_but_the_file(tmp_path: Path, monkeypatch: Any) -> None:
    tree = driven_tree()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(NeuronReduceWarning, match=r"could not be saved to .*No space left"):
        done = _engine(tree).run_batch([3], 5, save=tmp_path / "trials.npz")
    assert done.is_finished.all()
    assert list(tmp_path.iterdir()) == []


@isolated
def test_a_file_that_does_not_fit(tmp_path: Path) -> None:
    """As on a full disk, but for the number of the system's error."""
    tree = driven_tree()
    path = tmp_path / "trials.npz"
    path.write_text("before")
    engine = _engine(tree)
    engine.run(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    with pytest.warns(NeuronReduceWarning, match="could not be saved to .*too large") as caught:
        done = engine.run_batch([3, 4], 50, record=_soma(tree), save=path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert len(caught) == 1
    assert done.is_finished.all()
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1
    done.save(path)
    with np.load(path) as read:
        assert np.array_equal(read["v"], done.v)


@isolated
def test_python_calls_a_clamps_del_otherwise() -> None:
    tree = driven_tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=5, dur=3, amp=0.5)
    engine = _engine(tree)
    values = [1.0, 20.0]
    arguments: dict[str, Any] = {"tstop": 30, "record": _soma(tree)}
    expected = engine.run_batch(parameters={"IClamp.del": values}, **arguments)
    assert not np.array_equal(expected.v[0], expected.v[1])
    for key in ("IClamp.delay", (clamp, "delay"), "IClamp[0].delay", ("IClamp[0]", "del")):
        found = engine.run_batch(parameters={key: values}, **arguments)
        assert np.array_equal(found.v, expected.v), key
    clamp.delay = 20
    assert np.abs(_engine(tree).run(30).v - expected.v[1]).max() < 1e-9
    with pytest.raises(ArgumentError, match="is not known"):
        engine.run_batch(parameters={"Exp2Syn.delay": values})


@isolated
def test_an_interrupted_batch_keeps_what_is_finished(tmp_path: Path, monkeypatch: Any) -> None:
    tree = driven_tree()
    engine = _engine(tree)
    real = trials.run_together
    count = 0

    def counted(*arguments: Any, **others: Any) -> Any:
        nonlocal count
        count += 1
        if count == 4:
            _thread.interrupt_main()
            threading.Event().wait(0.2)
        return real(*arguments, **others)

    monkeypatch.setattr(trials, "run_together", counted)
    path = tmp_path / "trials.npz"
    with pytest.raises(KeyboardInterrupt):
        engine.run_batch(range(1000), 5, record=_soma(tree), threads=1, save=path)
    kept = engine.trials
    assert kept is not None
    assert 2 <= kept.is_finished.sum() < 1000
    assert np.array_equal(kept[1].v, engine.run_batch([1], 5, record=_soma(tree)).v[0])
    with pytest.raises(ArgumentError, match="trial 999 is not finished: the batch was interr"):
        kept[999]
    with np.load(path) as read:
        assert np.array_equal(read["is_finished"], kept.is_finished)


@isolated
def test_trials_that_cannot_go_on() -> None:
    tree = Tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=1, dur=1e9)
    engine = _engine(tree)
    done = engine.run_batch(tstop=30, amplitudes={clamp: [0.1, 1e308, 0.2]}, record=_soma(tree))
    assert done.is_finished.tolist() == [True, False, True]
    assert "the potential of soma is" in done.problems[1]
    assert np.isnan(done.v[1]).all()
    with pytest.raises(EngineError, match="the potential of soma is"):
        engine.run_batch(tstop=30, amplitudes={clamp: [1e308]})


@isolated
def test_arguments() -> None:
    tree, other = driven_tree(), Tree()
    stranger = other.synapse("ExpSyn", other.soma(0.5))
    strange = other.drive(stranger, 1)
    engine = _engine(tree)
    refused: list[tuple[str, dict[str, Any]]] = [
        ("nothing says of how many", {}),
        ("seeds is", {"seeds": [-1]}),
        ("seeds is", {"seeds": [2**32]}),
        ("seeds is", {"seeds": "12"}),
        ("seeds is", {"seeds": 3}),
        ("seeds is", {"seeds": []}),
        ("seeds is", {"seeds": [1.5]}),
        ("parameters['g_pas'] is []", {"parameters": {"g_pas": []}}),
        ("threads is 0", {"seeds": [1], "threads": 0}),
        ("weights is", {"weights": 2}),
        ("weights has -1", {"weights": [-1]}),
        ("weights has NetCon", {"weights": {strange: [1]}}),
        ("weights has the key 3", {"weights": {3: [1]}}),
        ("rates has 2 values and seeds 3", {"seeds": [1, 2, 3], "rates": [1, 2]}),
        ("rates is", {"rates": [float("nan")]}),
        ("amplitudes is", {"amplitudes": [1]}),
        ("parameters is", {"parameters": [1]}),
        ("is not known", {"parameters": {"gnabar_hx": [1]}}),
        ("is not known", {"parameters": {"ExpSyn.tau": [1]}}),
        ("is not known", {"parameters": {"Exp2Syn.tau": [1]}}),
        ("is not known", {"parameters": {(stranger, "tau"): [1]}}),
        ("is not known", {"parameters": {(other.soma, "gnabar_hh"): [1]}}),
        ("is not known", {"parameters": {3: [1]}}),
        ("is not known", {"parameters": {"cm": [1]}}),
        ("save is", {"seeds": [1], "save": "/nowhere/trials.npz"}),
        ("save is", {"seeds": [1], "save": 3}),
        ("spikes has", {"seeds": [1], "spikes": 3}),
        ("tstop is", {"seeds": [1], "tstop": -1}),
    ]
    for match, arguments in refused:
        call = functools.partial(engine.run_batch, **{"tstop": 1, **arguments})
        kind, message = failure_of(call)
        assert kind is ArgumentError, (match, message)
        assert match in message
