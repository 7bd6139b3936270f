"""Point processes that only look on: NEURON's APCount, and those that are left out."""

from __future__ import annotations

import contextlib
import pickle
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import assert_equal, cell_of
from isolated import isolated
from models import compiled_blocks
from neuron_reduce import EngineError, NeuronReduceWarning
from neuron_reduce._engine import onlookers
from neuron_reduce._engine.sources import Source

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
    # The time of a spike stays if there is none in the next run.
    h.run()
    references = [cell.soma(0.5)._ref_v]
    for counter in cell.counters:
        references += [counter._ref_n, counter._ref_time, counter._ref_firing]
    engine, theirs = assert_equal(cell_of(cell.soma), references, tstop=TSTOP, least_spikes=5)
    # One begins above its threshold.
    assert (theirs[1, -1], theirs[4, 0], theirs[7, -1]) == (8, 1, 0)
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
        pytest.warns(NeuronReduceWarning, match=r"APCount\[\d\] and APCount\[\d\] have one V"),
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


def _with_onlooker(cache: Path, kind: str) -> tuple[Cell, Any]:
    compiled_blocks.load_mechanisms(cache)
    cell = Cell(-20)
    onlooker = getattr(h, kind)(cell.soma(0.5))
    stream = h.NetStim()
    stream.start, stream.interval = 10, 5
    if kind == "nr_looks":
        cell.vectors += [stream, h.NetCon(stream, onlooker)]
    return cell, onlooker


@isolated
def test_onlookers_are_left_out(cache: Path) -> None:
    cell, onlooker = _with_onlooker(cache, "nr_looks")
    named = (
        r"nr_looks cannot be compiled: VERBATIM \(for\(int k=0;\), which is more than arithmetic "
        r"and conditions, in its INITIAL block is not supported \(.*nr_looks.mod, line 5\)"
    )
    engine, _ = assert_equal(cell_of(cell.soma), [cell.soma(0.5)._ref_v], tstop=TSTOP)
    checked = neuron_reduce.compile(cell_of(cell.soma))
    checked.run(TSTOP)
    for each in (engine, checked, pickle.loads(pickle.dumps(checked))):
        (note,) = each.notes
        assert re.fullmatch(rf"nr_looks is left out, which acts on nothing: {named}\.", note)
        lost = rf"nr_looks\[0\].n cannot be recorded: nr_looks acts on nothing, .* as {named}"
        with pytest.raises(EngineError, match=lost):
            each.run(1, record=["nr_looks[0].n"])
    v = h.Vector().record(cell.soma(0.5)._ref_v)
    with (
        pytest.warns(NeuronReduceWarning, match="NEURON runs the cell, not the engine: what nr_lo"),
        neuron_reduce.fast(cell_of(cell.soma)),
    ):
        h.run()
    assert onlooker.n > 4000
    assert len(v) == 4001


@isolated
def test_what_may_act_is_refused(cache: Path) -> None:
    cell, _ = _with_onlooker(cache, "nr_meddles")
    with pytest.raises(EngineError, match="nr_meddles cannot be compiled: VERBATIM"):
        neuron_reduce.compile(cell_of(cell.soma))


@isolated
def test_vectors_that_are_played_have_to_be_known(cache: Path) -> None:
    cell, _ = _with_onlooker(cache, "nr_looks")
    cell.vectors.append(h.Vector([0.1, 0.2]))
    cell.vectors[-1].play(cell.clamp._ref_amp, 10)
    with pytest.raises(EngineError, match="nr_looks cannot be compiled: VERBATIM"):
        neuron_reduce.compile(cell_of(cell.soma))


def _source(code: str = "", more: str = "", neuron: str = "") -> Source:
    verbatim = f"VERBATIM\n{code}\nENDVERBATIM\n"
    text = f"NEURON {{ POINT_PROCESS a {neuron} }}\nINITIAL {{\n{verbatim}{more}}}"
    return Source("a", text, "")


@pytest.mark.parametrize(
    "code",
    ["", "n = vector_capacity(vector_arg(1));", 'printf("extern -> f(x)");', "x = _lx; // f(x)"],
)
def test_what_acts_on_nothing(code: str) -> None:
    assert onlookers.acts_on_nothing(_source(code))


@pytest.mark.parametrize(
    "source",
    [
        *(_source(code) for code in ("f(x);", "extern double t;", "_nt->x = 3;", "(*f)();")),
        *(_source(code) for code in ("*_p_x = 3;", "#define f(x) g\nf(3);", "p->x = 3;")),
        *(_source(code) for code in ("hoc_pgetarg(1)[0] = 3;", "hoc_oc(1);", "*hoc_val(1) = 3;")),
        *(_source(neuron=f"{each} x") for each in ("NONSPECIFIC_CURRENT", "POINTER", "EXTERNAL")),
        *(_source(neuron=each) for each in ("USEION na READ nai", "ELECTRODE_CURRENT i")),
        *(_source(more=each) for each in ("net_event(t)", "x = scop_random()")),
        Source("a", "NEURON { SUFFIX a }", ""),
    ],
)
def test_what_may_act(source: Source) -> None:
    assert not onlookers.acts_on_nothing(source)
