"""Engines go to other processes, where there is no cell."""

from __future__ import annotations

import copy
import os
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from conftest import PROJECT
from engine_runs import cell_of
from isolated import isolated
from models.engine_tree import Tree, driven_tree, section
from neuron_reduce import ArgumentError, EngineError, NeuronReduceWarning
from neuron_reduce._engine import checking, storing

pytestmark = pytest.mark.usefixtures("compiled_cells")

WORKER = """
import pickle, sys, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    engine, calls = pickle.load(sys.stdin.buffer)
    found = []
    for method, arguments in calls:
        try:
            found.append(getattr(engine, method)(**arguments))
        except Exception as error:
            found.append((type(error).__name__, str(error)))
    said = [str(each.message) for each in caught if "neuron" in each.category.__name__.lower()]
from neuron import h
assert not list(h.allsec())
pickle.dump((found, said), sys.stdout.buffer)
"""


def _elsewhere(engine: Any, *calls: tuple[str, dict[str, Any]]) -> tuple[list[Any], list[str]]:
    """What calls of an engine's methods give in a new process, and what is warned of there."""
    environment = os.environ | {"PYTHONPATH": str(Path(neuron_reduce.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=pickle.dumps((engine, calls)),
        capture_output=True,
        env=environment,
        cwd=PROJECT / "docs",
    )
    assert done.returncode == 0, done.stderr.decode()
    return pickle.loads(done.stdout)


def _whole_tree() -> Tree:
    """A tree with inputs of all kinds."""
    tree = driven_tree()
    clamp = tree.synapse("IClamp", tree.axon(0.5), delay=0, dur=1e9)
    values, times = h.Vector([0, 0.1, -0.05]), h.Vector([0, 10, 30])
    values.play(clamp._ref_amp, times, 1)
    autapse = h.NetCon(tree.soma(0.5)._ref_v, tree.kept[0], sec=tree.soma)
    autapse.weight[0], autapse.delay, autapse.threshold = 1e-3, 0.7, -15
    stated = h.NetCon(None, tree.kept[3])
    stated.weight[0] = 2e-3
    tree.kept += [values, times, autapse, stated]
    return tree


@isolated
def test_runs_are_the_same_to_the_last_bit() -> None:
    tree = _whole_tree()
    synapse, netcon = tree.kept[0], tree.kept[2]
    stated = tree.kept[-1]
    engine = neuron_reduce.compile(tree, events={stated: [3, 4.01, 17]})
    record = [
        *(tree.soma(0.5), (tree.apical[0](0.3), "v"), tree.axon(0.5).hh._ref_m),
        *((synapse, "g"), tree.soma(0.5)._ref_nai, h._ref_t),
    ]
    currents = [tree.soma(0.5)._ref_ina, tree.axon(0.3).hh._ref_gna, tree.soma(0.5).pas._ref_i]
    spikes = [tree.soma(0.5), tree.axon(1)]
    run = engine.run(60, record=record, spikes=spikes)
    of_currents = engine.run(60, record=currents)
    finer = engine.run(20, dt=0.0125)
    changes: dict[str, Any] = {
        "seeds": [1, 2, 3],
        "tstop": 40,
        "weights": {netcon: [1, 2, 3]},
        "rates": {netcon.pre(): [1, 2, 0.5]},
        "parameters": {(synapse, "e"): [0, 10, 20], "gnabar_hh": [0.12, 0.1, 0.13]},
        "factors": {(tree.axon, "gkbar_hh"): [1, 2, 3], (tree.soma(0.5), "g_pas"): [1, 2, 3]},
    }
    batch = engine.run_batch(**changes)
    changes |= {
        "weights": {netcon.hname(): [1, 2, 3]},
        "rates": {netcon.pre().hname(): [1, 2, 0.5]},
        "parameters": {f"{synapse.hname()}.e": [0, 10, 20], "gnabar_hh": [0.12, 0.1, 0.13]},
        "factors": {("axon", "gkbar_hh"): [1, 2, 3], "soma(0.5).g_pas": [1, 2, 3]},
    }
    calls = [
        ("run", {"tstop": 60, "record": run.labels, "spikes": ["soma(0.5)", "axon(1)"]}),
        (
            "run",
            {"tstop": 60, "record": ["soma(0.5).ina", ("axon(0.3)", "gna_hh"), "soma(0.5).pas.i"]},
        ),
        ("run", {"tstop": 20, "dt": 0.0125}),
        ("run_batch", changes),
    ]
    for again in (engine, pickle.loads(pickle.dumps(engine)), copy.deepcopy(engine)):
        (first, second, third, fourth), said = _elsewhere(again, *calls)
        assert said == []
        for own, theirs in ((first, run), (second, of_currents), (third, finer)):
            assert own.labels == theirs.labels
            assert np.array_equal(own.t, theirs.t)
            assert np.array_equal(own.v, theirs.v)
            assert all(map(np.array_equal, own.spikes, theirs.spikes))
        assert any(map(len, run.spikes))
        for own, theirs in zip(fourth.spikes, batch.spikes, strict=True):
            assert all(map(np.array_equal, own, theirs))
        assert len({each[0].tobytes() for each in batch.spikes}) == 3


@isolated
def test_names_are_as_good_as_objects_where_the_cell_is() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree, check=False)
    objects = engine.run(10, record=[tree.soma(0.5), tree.axon(0.1).hh._ref_n, (tree.kept[0], "g")])
    assert objects.labels[1] == "axon(0.1).hh.n"
    by_name = engine.run(10, record=objects.labels, spikes="soma(0.5)")
    assert np.array_equal(objects.v, by_name.v)
    # Anywhere in the segment, as NEURON has it.
    assert engine.run(1, record=["axon(0.15).n_hh"]).labels == ("axon(0.1).hh.n",)


@isolated
def test_what_was_not_compared_is_compared_before() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree)
    assert checking._passed == {}
    packed = pickle.dumps(engine)
    # The code of runs, and that of batches.
    assert len(checking._passed) == 2
    # What is not compared elsewhere is said, once.
    calls = [("run", {"tstop": 5, "dt": 0.05})] * 2 + [("run", {"tstop": 5})]
    _, said = _elsewhere(engine, *calls)
    assert len(said) == 1
    assert "is not compared with NEURON's" in said[0]
    assert _elsewhere(neuron_reduce.compile(tree, check=False), *calls)[1] == []
    # A difference is an error here.
    tree.soma(0.5).hh.gnabar = 0.2
    assert pickle.dumps(engine) == packed
    changed = neuron_reduce.compile(tree)
    tree.soma(0.5).hh.gnabar = 0.1
    with pytest.raises(EngineError, match="the engine's run is not NEURON's"):
        pickle.dumps(changed)


@isolated
def test_a_cell_that_is_gone() -> None:
    tree = driven_tree()
    asked, other = neuron_reduce.compile(tree), neuron_reduce.compile(tree, check=False)
    pickle.dumps(asked)
    for each in tree.sections:
        h.delete_section(sec=each)
    assert pickle.loads(pickle.dumps(asked)).run(1).labels == ("soma(0.5).v",)
    with pytest.raises(EngineError, match="not in the session any more"):
        pickle.dumps(other)


@isolated
def test_what_is_none_of_a_pickled_engines() -> None:
    tree = driven_tree()
    engine = pickle.loads(pickle.dumps(neuron_reduce.compile(tree, check=False)))
    assert repr(engine) == repr(neuron_reduce.compile(tree, check=False))
    netcon = tree.kept[2]
    refused: list[tuple[str, dict[str, Any]]] = [
        ("record[0] is", {"record": [tree.soma(0.5)]}),
        ("record[1] is", {"record": ["t", (tree.kept[0], "g")]}),
        ("record[0] is 'soma(0.5).hh.x'", {"record": ["soma(0.5).hh.x"]}),
        ("record[0] is 'nowhere(0.5).v'", {"record": ["nowhere(0.5).v"]}),
        ("record[0] is 'soma(1.5).v'", {"record": ["soma(1.5).v"]}),
        ("record[0] is 'soma(1).m_hh'", {"record": ["soma(1).m_hh"]}),
        ("record[0] is 'Exp2Syn[99].g'", {"record": ["Exp2Syn[99].g"]}),
        ("record[0] is ''", {"record": [""]}),
        ("spikes has", {"spikes": tree.soma(0.5)}),
        ("spikes has 'soma'", {"spikes": ["soma"]}),
    ]
    for match, arguments in refused:
        with pytest.raises(ArgumentError) as refusal:
            engine.run(1, **arguments)
        assert match in str(refusal.value)
        assert "expected" in str(refusal.value)
    for match, arguments in [
        ("weights has NetCon[", {"weights": {netcon: [1]}}),
        ("weights has NetCon[99]", {"weights": {"NetCon[99]": [1]}}),
        ("rates has NetStim[", {"rates": {netcon.pre(): [1]}}),
        ("pickled", {"parameters": {(tree.kept[0], "e"): [1]}}),
        ("pickled", {"factors": {(tree.soma, "gnabar_hh"): [1]}}),
        ("is not known", {"parameters": {"soma.gnabar_hx": [1]}}),
        ("is not known", {"parameters": {("soma(0.5)", "e"): [1]}}),
        ("is not known", {"amplitudes": {"Exp2Syn[0]": [1]}}),
    ]:
        with pytest.raises(ArgumentError) as refusal:
            engine.run_batch(tstop=1, **arguments)
        assert match in str(refusal.value)


@isolated
def test_names_that_several_sections_have() -> None:
    first, second = section("soma", 20, 20), section("soma")
    second.connect(first)
    engine = pickle.loads(pickle.dumps(neuron_reduce.compile(cell_of(first), check=False)))
    with pytest.raises(ArgumentError, match="soma is the name of 2 sections"):
        engine.run(1, record=["soma(0.5).v"])
    assert engine.run(1).labels == ("soma(0.5).v",)


@isolated
def test_what_ceases_to_be_a_number_is_named() -> None:
    tree = driven_tree()
    tree.soma(0.5).hh.gnabar = 1e308
    engine = neuron_reduce.compile(tree, check=False)
    with pytest.raises(EngineError) as here:
        engine.run(20)
    ((kind, message),), _ = _elsewhere(engine, ("run", {"tstop": 20}))
    assert (kind, message) == ("EngineError", str(here.value))
    assert "is no number since" in message or "was a number" in message


@isolated
def test_another_version_is_refused(monkeypatch: Any) -> None:
    engine = neuron_reduce.compile(driven_tree(), check=False)
    packed = pickle.dumps(engine)
    monkeypatch.setattr(storing, "FORMAT", storing.FORMAT + 1)
    with pytest.raises(EngineError, match=r"pickled by neuron_reduce .* \(format 2\)"):
        pickle.loads(packed)
    monkeypatch.undo()
    monkeypatch.setattr(storing, "version", lambda: "0.0.1")
    with pytest.raises(EngineError, match=r"and this is 0\.0\.1.*expected the same version"):
        pickle.loads(packed)


@isolated
def test_damaged_cells_are_refused() -> None:
    engine = neuron_reduce.compile(driven_tree(), check=False)
    written = engine._cell.written()
    rng = np.random.default_rng(1)
    kinds = set()
    for length in [0, 1, 40, *rng.integers(0, len(written), 200).tolist()]:
        with pytest.raises(EngineError, match="a cell that was written cannot be read"):
            storing.WrittenCell(written[:length])
    for place in rng.integers(0, len(written), 300).tolist():
        content = bytearray(written)
        content[place] ^= 1 << int(rng.integers(8))
        try:
            storing.WrittenCell(bytes(content))
        except EngineError as error:
            kinds.add(str(error)[:60])
    assert kinds


@isolated
def test_the_recipe_for_job_arrays(tmp_path: Path) -> None:
    """The page's own script, as a task of an array runs it."""
    text = (PROJECT / "docs" / "sweeps.md").read_text()
    (script,) = (
        each for each in re.findall(r"```python\n(.*?)```", text, re.S) if "PER_TASK" in each
    )
    script = script.replace("PER_TASK = 100", "PER_TASK = 3").replace("tstop=1000", "tstop=30")
    tree = driven_tree()
    engine = neuron_reduce.compile(tree)
    (tmp_path / "engine.pkl").write_bytes(pickle.dumps(engine))
    (tmp_path / "trials.py").write_text(script.replace("soma[0](0.5).v", "soma(0.5).v"))
    environment = os.environ | {
        "PYTHONPATH": str(Path(neuron_reduce.__file__).parents[1]),
        "SLURM_ARRAY_TASK_ID": "2",
        "SLURM_CPUS_PER_TASK": "2",
    }
    for _ in range(2):
        subprocess.run(
            [sys.executable, "trials.py"], cwd=tmp_path, env=environment, check=True, timeout=120
        )
    expected = engine.run_batch([6, 7, 8], 30, record=[tree.soma(0.5)])
    with np.load(tmp_path / "trials-0002.npz") as read:
        assert np.array_equal(read["v"], expected.v)
        assert read["seeds"].tolist() == [6, 7, 8]


def test_warnings_are_of_this_package() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        checking._warn_of_pickled.cache_clear()
        checking._warn_of_pickled(b"a program")
        checking._warn_of_pickled(b"a program")
    assert [each.category for each in caught] == [NeuronReduceWarning]
