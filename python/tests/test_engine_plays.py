"""Vectors that are played into clamps do what they do with NEURON."""

from __future__ import annotations

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import POTENTIAL_MV, assert_equal, neuron_run
from isolated import isolated
from models.engine_tree import Tree, driven_tree
from neuron_reduce import ArgumentError, EngineError
from neuron_reduce._engine import checking

pytestmark = pytest.mark.usefixtures("compiled_cells")


def _noise(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.1, 0.4, count)


def _times(which: str) -> np.ndarray:
    rng = np.random.default_rng(2)
    return {
        "on the grid": np.arange(0, 40, 0.025),
        "sparse": np.arange(0, 50, 1.7),
        "late": np.arange(5, 30, 0.4),
        "anywhere": np.sort(rng.uniform(0, 55, 500)),
        "between steps": np.arange(0, 30, 0.011),
        "jumps": np.repeat(np.sort(rng.uniform(0, 50, 40)), 2),
        "at half steps": np.arange(0.0125, 30, 0.2),
        "one": np.array([3.0]),
        "two at once": np.array([4.0, 4.0]),
    }[which]


WHICH = [
    *("on the grid", "sparse", "late", "anywhere", "between steps", "jumps", "at half steps"),
    *("one", "two at once"),
]


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("way", ["steps", "lines", "lines with jumps"])
def test_values_at_times(which: str, way: str) -> None:
    @isolated
    def test() -> None:
        times = _times(which)
        tree = driven_tree()
        clamp = tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9, amp=0.03)
        values, at = h.Vector(_noise(len(times))), h.Vector(times)
        if way == "steps":
            values.play(clamp._ref_amp, at)
        elif way == "lines":
            values.play(clamp._ref_amp, at, 1)
        else:
            jumps = h.Vector(np.flatnonzero(np.diff(times, append=np.inf) == 0))
            tree.kept.append(jumps)
            values.play(clamp._ref_amp, at, jumps)
        # Before NEURON's run, which leaves the last value.
        engine = neuron_reduce.compile(tree, check=False)
        references = [*tree.potentials(), clamp._ref_i, clamp._ref_amp]
        theirs = neuron_run(references, 60)
        run = engine.run(60, record=references)
        assert np.abs(run.v[:-2] - theirs[:-2]).max() < POTENTIAL_MV
        assert np.array_equal(run.v[-2:], theirs[-2:])

    test()


@pytest.mark.parametrize("interval", [0.025, 0.1, 0.0333, 1.7])
def test_values_one_after_the_other(interval: float) -> None:
    @isolated
    def test() -> None:
        tree = driven_tree()
        clamp = tree.synapse("IClamp", tree.soma(0.5), delay=2, dur=1e9)
        values = h.Vector(_noise(int(40 / interval)))
        values.play(clamp._ref_amp, interval)
        assert_equal(tree, [*tree.potentials(), clamp._ref_i], tstop=60)
        assert_equal(tree, [tree.soma(0.5)._ref_v, tree.soma(0.5)._ref_ina], tstop=60)
        assert_equal(tree, [*tree.potentials(), clamp._ref_i], tstop=60, dt=0.0125)
        assert_equal(tree, tree.potentials(), tstop=60, exact=False)

    test()


@isolated
def test_several_clamps_and_parameters() -> None:
    """Into one of two equal clamps, and into a voltage clamp's potential and resistance."""
    tree = driven_tree()
    first, second = (
        tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9, amp=0.05) for _ in range(2)
    )
    voltage = tree.synapse("SEClamp", tree.apical[0](0.5), dur1=1e9, amp1=-65, rs=50)
    times = h.Vector(np.arange(0, 60, 0.7))
    for target, low, high, way in (
        (first._ref_amp, -0.1, 0.3, 1),
        (voltage._ref_amp1, -80, -40, 1),
        (voltage._ref_rs, 10, 100, None),
    ):
        values = h.Vector(low + (high - low) * np.random.default_rng(3).uniform(size=len(times)))
        values.play(target, times, *([] if way is None else [way]))
        tree.kept.append(values)
    references = [*tree.potentials(), first._ref_i, second._ref_i, voltage._ref_i]
    assert_equal(tree, references, tstop=60)


@isolated
def test_batches_and_the_check() -> None:
    tree = driven_tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9)
    other = tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9)
    times, values = h.Vector(np.arange(0, 60, 0.7)), h.Vector(_noise(86))
    values.play(clamp._ref_amp, times, 1)
    engine = neuron_reduce.compile(tree)
    alone = engine.run(60)
    assert len(checking._passed) == 1
    batch = engine.run_batch([0, 0], 60, amplitudes={other: [0, 0.2]}, record=[tree.soma(0.5)])
    assert np.abs(batch.v[0, 0] - alone.v[0]).max() < 1e-9
    assert not np.array_equal(batch.v[1, 0], alone.v[0])
    for arguments in ({"amplitudes": {clamp: [1]}}, {"factors": {"IClamp.amp": [1]}}):
        with pytest.raises(ArgumentError, match=r"played into IClamp\[0\].amp"):
            engine.run_batch(tstop=1, **arguments)
    # What is played counts for the check.
    values.x[3] = 0.7
    known = len(checking._passed)
    neuron_reduce.compile(tree).run(60)
    assert len(checking._passed) == known + 1


@isolated
def test_runs_of_the_session() -> None:
    """``fast``: also what the clamp is left with."""
    found = []
    for is_fast in (False, True):
        tree = driven_tree()
        clamp = tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9, amp=0.3)
        times, values = h.Vector(np.arange(5, 60, 0.7)), h.Vector(_noise(79))
        values.play(clamp._ref_amp, times, 1)
        v, i = h.Vector().record(tree.soma(0.5)._ref_v), h.Vector().record(clamp._ref_i)
        h.tstop = 40
        if is_fast:
            with neuron_reduce.fast(tree):
                h.run()
                h.run()
        else:
            h.run()
            h.run()
        found.append((np.array(v), np.array(i), clamp.amp))
        values.play_remove()
        for each in tree.sections:
            h.delete_section(sec=each)
    assert np.abs(found[0][0] - found[1][0]).max() < 1e-6
    assert np.allclose(found[0][1], found[1][1], rtol=1e-12)
    assert found[0][2] == pytest.approx(found[1][2], rel=1e-12)


@pytest.mark.parametrize(
    ("problem", "match"),
    [
        ("empty", r"played into IClamp\[0\].amp has no values"),
        ("no times", "has no times"),
        ("falling", "has times that fall"),
        ("negative", "has the time -1 ms"),
        ("nan", "has the time nan ms"),
        ("short", "has 2 values at 3 times"),
        ("jumps", "has jumps that are no indices of its 3 times"),
        ("twice", r"two Vectors are played into IClamp\[0\].amp"),
        ("of no parameter", r"into IClamp\[0\].i, which is no scalar PARAMETER"),
        ("of a section", "into gnabar_hh of its sections"),
        ("of a statement", "or a statement of hoc"),
    ],
)
def test_what_is_not_played(problem: str, match: str) -> None:
    @isolated
    def test() -> None:
        tree = Tree()
        clamp = tree.synapse("IClamp", tree.soma(0.5), dur=1e9)
        values, times, jumps = h.Vector([0, 1, 2]), h.Vector([0, 1, 2]), h.Vector([1, 7])
        target, rest = clamp._ref_amp, [times, 1]
        if problem == "empty":
            values.resize(0)
        elif problem == "no times":
            times.resize(0)
        elif problem in ("falling", "negative", "nan"):
            times.x[1] = {"falling": 7, "negative": -1, "nan": np.nan}[problem]
        elif problem == "short":
            values.resize(2)
        elif problem == "jumps":
            rest = [times, jumps]
        elif problem == "twice":
            other = h.Vector([1, 2])
            other.play(target, 0.1)
        elif problem == "of no parameter":
            target = clamp._ref_i
        elif problem == "of a section":
            target = tree.soma(0.5).hh._ref_gnabar
        elif problem == "of a statement":
            values.play("nr_unknown = $1", times, 1)
        if problem != "of a statement":
            values.play(target, *rest)
        with pytest.raises(EngineError, match=match) as refusal:
            neuron_reduce.compile(tree)
        assert "expected" in str(refusal.value)

    test()


@isolated
def test_what_receives_events_is_not_played_into() -> None:
    """NEURON keeps the order of an event and of what is played in the same half step."""
    tree = driven_tree()
    values, times = h.Vector([0, 1, 2]), h.Vector([0, 1, 2])
    values.play(tree.kept[0]._ref_tau1, times, 1)
    with pytest.raises(EngineError, match="Exp2Syn cannot be compiled: a Vector played into tau1"):
        neuron_reduce.compile(tree)
    values.play_remove()
    values.play(tree.kept[0]._ref_e, times, 1)
    assert_equal(tree, tree.potentials(), tstop=40)
