"""Point processes that only look on: NEURON's APCount, and those that are left out."""

from __future__ import annotations

import contextlib
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import assert_equal, cell_of
from isolated import isolated
from neuron_reduce import NeuronReduceWarning

pytestmark = pytest.mark.usefixtures("compiled_cells")

TSTOP = 100.0


class Cell:
    """A soma that fires, and what counts that."""

    def __init__(self, *thresholds: float):
        h.load_file("stdrun.hoc")
        self.soma = h.Section(name="soma")
        self.soma.insert("hh")
        self.soma.L = self.soma.diam = 20
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur, self.clamp.amp = 5, 80, 0.3
        self.counters = [h.APCount(self.soma(0.5)) for _ in thresholds]
        self.vectors = [h.Vector() for _ in thresholds]
        for counter, threshold in zip(self.counters, thresholds, strict=True):
            counter.thresh = threshold
        h.dt, h.steps_per_ms, h.tstop, h.v_init = 0.025, 40, TSTOP, -65

    def counts(self) -> list[Any]:
        return [
            (each.n, each.time, each.firing, each.thresh, list(vector))
            for each, vector in zip(self.counters, self.vectors, strict=True)
        ]


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", NeuronReduceWarning)
        yield


@isolated
def test_counts_are_recorded() -> None:
    cell = Cell(-20, -70, 1000)
    references = [cell.soma(0.5)._ref_v]
    for counter in cell.counters:
        references += [counter._ref_n, counter._ref_time, counter._ref_firing]
    engine, theirs = assert_equal(cell_of(cell.soma), references, tstop=TSTOP, least_spikes=5)
    # One begins above its threshold.
    assert theirs[1, -1] == 8 and theirs[4, 0] == 1 and theirs[7, -1] == 0
    run = pickle.loads(pickle.dumps(engine)).run(TSTOP, record=["APCount[0].n"])
    assert run.v[0, -1] == 8


@isolated
def test_sessions_have_counts_and_times() -> None:
    cell = Cell(-20, 0, -70, 1000)
    # What looks like theirs.
    others = [h.Vector(size) for size in (0, 1, 2)]
    for index in (0, 2, 3):
        cell.counters[index].record(cell.vectors[index])
    h.run()
    theirs = cell.counts()
    assert [len(each[-1]) for each in theirs] == [8, 0, 9, 0]
    for counter, vector in zip(cell.counters, cell.vectors, strict=True):
        counter.n = counter.time = 77
        vector.resize(0)
    cell.counters[3].time = theirs[3][1]
    with _silent(), neuron_reduce.fast(cell_of(cell.soma)):
        h.run()
        assert cell.counts() == theirs
        # Another Vector.
        cell.vectors[0] = h.Vector()
        cell.counters[0].record(cell.vectors[0])
        cell.clamp.dur = 20
        h.run()
    assert len(cell.vectors[0]) == cell.counters[0].n == 2
    assert [len(each) for each in others] == [0, 1, 2]
    assert list(cell.vectors[0]) == theirs[0][-1][:2]


@isolated
def test_neuron_runs_what_has_one_vector() -> None:
    cell = Cell(-20, 0)
    for counter in cell.counters:
        counter.record(cell.vectors[0])
    h.run()
    theirs = list(cell.vectors[0])
    with (
        pytest.warns(NeuronReduceWarning, match=r"APCount\[0\] and APCount\[1\] have one Vector"),
        neuron_reduce.fast(cell_of(cell.soma)),
    ):
        h.run()
    assert list(cell.vectors[0]) == theirs


@isolated
def test_trials_count() -> None:
    cell = Cell(-20)
    trials = neuron_reduce.compile(cell_of(cell.soma)).run_batch(
        amplitudes={cell.clamp: np.array([0.0, 0.3])},
        tstop=TSTOP,
        record=[cell.counters[0]._ref_n],
    )
    assert list(trials.v[:, 0, -1]) == [0, 8]
