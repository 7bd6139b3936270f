"""Events at exactly the same time, which NEURON may deliver in the other order, are warned of where
their order matters."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import POTENTIAL_MV, cell_of, neuron_run
from isolated import isolated
from models import compiled_blocks, compiled_synapses
from neuron_reduce import EngineError, NeuronReduceWarning

TSTOP = 60.0

WEAK, STRONG = 1e-3, 3e-3


class Cell:
    """A soma with a synapse, and regular input to it."""

    def __init__(self, cache: Path, kind: str = "SharedDepressionSyn"):
        compiled_synapses.load_mechanisms(cache)
        compiled_blocks.load_mechanisms(cache)
        h.load_file("stdrun.hoc")
        self.soma = h.Section(name="soma")
        self.soma.insert("pas")
        self.soma.L = self.soma.diam = 20
        self.synapses = [getattr(h, kind)(self.soma(0.5)) for _ in range(2)]
        self.kept: list[Any] = []
        h.dt, h.steps_per_ms, h.tstop, h.v_init = 0.025, 40, TSTOP, -65

    def drive(
        self, start: float, delay: float, weight: float, target: int = 1, interval: float = 10
    ) -> Any:
        stream = h.NetStim()
        stream.start, stream.interval, stream.number = start, interval, 1e9
        connection = h.NetCon(stream, self.synapses[target], 0, delay, weight)
        self.kept += [stream, connection]
        return connection

    def compile(self, **arguments: Any) -> neuron_reduce.Engine:
        arguments.setdefault("check", False)
        return neuron_reduce.compile(cell_of(self.soma), **arguments)


def _warned(call: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    assert all(issubclass(each.category, NeuronReduceWarning) for each in found)
    return [str(each.message) for each in found]


@isolated
def test_the_point_process_and_the_time_are_named(cache: Path) -> None:
    cell = Cell(cache)
    cell.drive(5, 1, WEAK)
    cell.drive(4.5, 1.5, STRONG)
    engine = cell.compile()
    (text,) = _warned(lambda: engine.run(TSTOP))
    assert "SharedDepressionSyn[1] has two events at exactly the same time, 6 ms, the" in text
    assert "the first of 6 such pairs" in text
    assert "engine='neuron'" in text
    (text,) = _warned(lambda: engine.run(10))
    assert "6 ms, and its NET_RECEIVE" in text
    assert _warned(lambda: engine.run(5)) == []


@isolated
def test_neuron_turns_them_around(cache: Path) -> None:
    """What came first in the queue goes behind its equals when something earlier comes."""
    cell = Cell(cache)
    cell.drive(5, 2, WEAK)
    cell.drive(5, 2, STRONG)
    cell.drive(5.5, 0.1, WEAK)
    theirs = neuron_run([cell.soma(0.5)._ref_v], TSTOP)
    engine = cell.compile()
    with pytest.warns(NeuronReduceWarning, match=r"SharedDepressionSyn\[1\] .* 7 ms"):
        ours = engine.run(TSTOP).v
    assert np.abs(ours - theirs).max() > 1e-2
    with pytest.raises(EngineError, match=r"SharedDepressionSyn\[1\] .* 7 ms, whose order"):
        cell.compile(check=True).run(TSTOP)


@isolated
def test_what_does_the_same_may_come_in_any_order(cache: Path) -> None:
    cell = Cell(cache)
    # Of the same weight.
    cell.drive(5, 1, WEAK)
    cell.drive(4.5, 1.5, WEAK)
    # At the same time, of another synapse.
    cell.drive(5, 1, STRONG, target=0)
    # In the same step.
    cell.drive(5.001, 1, STRONG)
    engine = cell.compile(check=True)
    assert _warned(lambda: engine.run(TSTOP)) == []


@pytest.mark.parametrize("kind", ["ExpSyn", "Exp2Syn", "DepressingSyn", "DelayedSyn", "nr_sender"])
@isolated
def test_sums_are_not_warned_of(cache: Path, kind: str) -> None:
    cell = Cell(cache, kind)
    if kind == "DelayedSyn":
        for synapse in cell.synapses:
            synapse.after = 5
    for weight in (WEAK, STRONG, 2 * STRONG):
        cell.drive(5, 2, weight)
    cell.drive(5.5, 0.1, WEAK)
    engine = cell.compile(check=True)
    assert _warned(lambda: engine.run(TSTOP)) == []
    theirs = neuron_run([cell.soma(0.5)._ref_v], TSTOP)
    assert np.abs(engine.run(TSTOP).v - theirs).max() < POTENTIAL_MV


@isolated
def test_events_to_oneself_count(cache: Path) -> None:
    """A pulse's end and the next event at the same time."""
    cell = Cell(cache, "nr_selfish")
    cell.drive(5, 2, WEAK, interval=1.3)
    assert _warned(lambda: cell.compile().run(TSTOP))
    cell.kept[0].interval = 1.4
    assert _warned(lambda: cell.compile().run(TSTOP)) == []


@isolated
def test_a_batch_warns_once(cache: Path) -> None:
    cell = Cell(cache)
    first = cell.drive(5, 1, WEAK)
    cell.drive(4.5, 1.5, STRONG)
    engine = cell.compile()
    factors = np.ones(20)
    # In these both have the same weight.
    factors[[0, 7]] = STRONG / WEAK
    trials: list[Any] = []
    (text,) = _warned(
        lambda: trials.append(engine.run_batch(weights={first: factors}, tstop=TSTOP))
    )
    assert "in trial 1 SharedDepressionSyn[1]" in text
    assert "18 trials have 108 such pairs" in text
    assert trials[0].is_finished.all()


@isolated
def test_sessions_are_warned(cache: Path) -> None:
    cell = Cell(cache)
    cell.drive(5, 1, WEAK)
    cell.drive(5, 1, STRONG)
    v = h.Vector().record(cell.soma(0.5)._ref_v)
    with (
        pytest.warns(NeuronReduceWarning, match=r"SharedDepressionSyn\[1\] .* 6 ms") as found,
        neuron_reduce.fast(cell_of(cell.soma)),
    ):
        h.run()
    assert len(found) == 1
    assert len(v) == TSTOP / 0.025 + 1


@isolated
def test_what_comes_after_the_engine_has_handed_over(cache: Path) -> None:
    cell = Cell(cache)
    cell.drive(5, 55, WEAK, interval=1000)
    cell.drive(4.5, 55.5, STRONG, interval=1000)
    h.tstop = 40

    def run() -> None:
        with neuron_reduce.fast(cell_of(cell.soma)):
            h.run()

    (text,) = _warned(run)
    assert "SharedDepressionSyn[1] will have two events at exactly the same time, 60 ms" in text
    cell.kept[-1].delay = 55.25
    assert _warned(run) == []


def _joined_cell(cache: Path) -> Cell:
    """Synapses that count their events by what another process's events raise."""
    cell = Cell(cache, "nr_peeks")
    levels = [h.nr_level(cell.soma(0.5)) for _ in cell.synapses]
    for synapse, level in zip(cell.synapses, levels, strict=True):
        h.setpointer(level._ref_level, "level", synapse)
    cell.synapses += levels
    return cell


@isolated
def test_what_a_pointer_joins(cache: Path) -> None:
    """One's event reads what the other's sets."""
    cell = _joined_cell(cache)
    cell.drive(5, 1, WEAK, target=1)
    other = cell.drive(4.5, 1.5, 0.5, target=3)
    (text,) = _warned(lambda: cell.compile().run(TSTOP))
    assert "[1] and a point process that a POINTER joins with it have events at exactly" in text
    assert "6 ms, the first of 6 such pairs" in text
    (text,) = _warned(lambda: cell.compile().run_batch(weights=[1.0] * 3, tstop=TSTOP))
    assert "3 trials have 18 such pairs" in text
    other.delay = 1.25
    assert _warned(lambda: cell.compile(check=True).run(TSTOP)) == []


@isolated
def test_what_no_pointer_joins(cache: Path) -> None:
    """At the same time, of another's."""
    cell = _joined_cell(cache)
    cell.drive(5, 1, WEAK, target=1)
    cell.drive(4.5, 1.5, 0.5, target=2)
    assert _warned(lambda: cell.compile(check=True).run(TSTOP)) == []


@isolated
def test_what_a_pointer_joins_after_the_engine_has_handed_over(cache: Path) -> None:
    cell = _joined_cell(cache)
    cell.drive(5, 55, WEAK, interval=1000)
    cell.drive(4.5, 55.5, 0.5, target=3, interval=1000)
    h.tstop = 40

    def run() -> None:
        with neuron_reduce.fast(cell_of(cell.soma)):
            h.run()

    (text,) = _warned(run)
    assert "nr_peeks[1] and a point process that a POINTER joins with it will have events" in text
    assert "60 ms" in text
    cell.kept[-1].delay = 55.25
    assert _warned(run) == []


@isolated
def test_events_that_nothing_comes_of(cache: Path) -> None:
    """NET_RECEIVE takes notice of its own events alone."""
    cell = Cell(cache, "nr_clocks")
    cell.drive(5, 1, WEAK)
    cell.drive(4.5, 1.5, STRONG)
    h.tstop = 40

    def run() -> None:
        with neuron_reduce.fast(cell_of(cell.soma)):
            h.run()

    assert _warned(run) == []
    assert _warned(lambda: cell.compile(check=True).run(TSTOP)) == []
    references = [each._ref_n for each in cell.synapses]
    theirs = neuron_run(references, TSTOP)
    assert np.array_equal(cell.compile().run(TSTOP, record=references).v, theirs)
