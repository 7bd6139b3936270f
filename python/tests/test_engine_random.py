"""Random numbers of mechanisms are those that NEURON draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import TRIALS, assert_trials
from isolated import isolated
from models import compiled_blocks
from neuron_reduce import EngineError, engine

TSTOP = 60.0

# Other numbers would make differences of more than 1e-3.
TOLERANCE = 1e-8


class Cell:
    """Two sections with what draws."""

    def __init__(self, density: str = "", point: str = "", count: int = 3):
        self.soma, self.dend = h.Section(name="soma"), h.Section(name="dend")
        self.dend.connect(self.soma(1))
        self.soma.L, self.soma.diam, self.dend.L, self.dend.diam = 30, 20, 200, 2
        for section in (self.soma, self.dend):
            section.nseg = 3
            for name in ("pas", *([density] if density else [])):
                section.insert(name)
            for segment in section:
                segment.pas.g, segment.pas.e = 1e-4, -65
        self.segments = [*self.soma, *self.dend]
        places = (self.soma(0.5), self.soma(0.5), self.dend(0.5))
        self.points = [getattr(h, point)(place) for place in places[:count]] if point else []
        self.kept: list[Any] = []

    def drive(self) -> None:
        for index, (target, delay) in enumerate(((0, 1), (0, 0.3125), (1, 2.01), (2, 0))):
            stream = h.NetStim()
            stream.interval, stream.start, stream.number = 3 + 1.7 * index, 2, 1e9
            connection = h.NetCon(stream, self.points[target])
            connection.delay, connection.weight[0] = delay, 0.002 * (1 + index)
            self.kept += [stream, connection]

    def give_randoms(self) -> list[Any]:
        """A Random of another distribution for each."""
        randoms = [h.Random() for _ in self.points]
        for index, random in enumerate(randoms):
            random.Random123(index + 1, 2, 3)
        randoms[0].uniform(-0.1, 1.1)
        randoms[1].negexp(0.7)
        randoms[2].normal(0.5, 0.09)
        for point, random in zip(self.points, randoms, strict=True):
            point.setRNG(random)
        return randoms


def _run_neuron() -> None:
    h.finitialize(-65)
    while h.t < TSTOP - h.dt / 2:
        h.fadvance()


def _difference(cell: Cell, references: list[Any], **settings: Any) -> float:
    """From NEURON's run, which begins where the engine's has begun."""
    wanted = [segment._ref_v for segment in cell.segments] + references
    h.dt, h.v_init, h.celsius = 0.025, -65, 20
    compiled = engine.compile(cell, check=False, **settings)
    ours = compiled.run(TSTOP, record=wanted).v
    assert_trials(compiled.run_batch(weights=[1.0] * TRIALS, tstop=TSTOP, record=wanted), ours)
    vectors = [h.Vector().record(each) for each in wanted]
    _run_neuron()
    theirs = np.array([np.array(each) for each in vectors])
    assert np.ptp(theirs[len(cell.segments) :], axis=1).all()
    return float(np.abs(ours - theirs).max())


def _again(cell: Cell, references: list[Any], *changes: Callable[[], Any]) -> None:
    """Runs go on where the last one ended, or where the session has set the streams."""
    assert _difference(cell, references) < TOLERANCE
    assert _difference(cell, references) < TOLERANCE
    for change in changes:
        change()
        assert _difference(cell, references) < TOLERANCE
    assert _difference(cell, []) < TOLERANCE
    # And again, as the check sees it.
    engine.compile(cell).run(30)


@isolated
def test_streams_of_density_mechanisms(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell("nr_noise")
    instances = [segment.nr_noise for segment in cell.segments]
    references = [each._ref_last for each in instances] + [each._ref_state for each in instances]
    _again(
        cell,
        references,
        # What was made of the identifiers before is used up first.
        lambda: instances[2].rng.set_ids(7, 8, 9),
        lambda: instances[1].rng.set_seq(2**34 - 6),
        lambda: h.Random().Random123_globalindex(5),
    )
    assert _difference(cell, references, exact=False) < TOLERANCE


@isolated
def test_numbers_are_drawn_twice_where_the_current_is_computed(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_jitter")
    cell.points[1].reset = 2**34 + 6.0
    _again(cell, [each._ref_x for each in cell.points])


@isolated
def test_releases_of_synapses(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_failing")
    cell.drive()
    cell.points[1].number, cell.points[2].number = 77, 2.0**32 - 1
    _again(cell, [each._ref_released for each in cell.points])


@isolated
def test_seeds_of_trials_are_those_of_streams(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_failing")
    cell.drive()
    h.dt, h.v_init = 0.025, -65
    trials = engine.compile(cell).run_batch(
        seeds=[5, 6, 5], tstop=TSTOP, record=[cell.soma(0.5)._ref_v], threads=2
    )
    assert np.array_equal(trials[0].v, trials[2].v)
    assert not np.array_equal(trials[0].v, trials[1].v)
    before = [each.rng.get_seq() for each in cell.points]
    assert before == [0, 0, 0]
    # What the session has made already is used up first, with any seed.
    h.Random().Random123_globalindex(6)
    vector = h.Vector().record(cell.soma(0.5)._ref_v)
    _run_neuron()
    assert np.abs(np.array(vector) - trials[1].v[0]).max() < TOLERANCE


@isolated
def test_fast_leaves_streams_where_neuron_would(cache: Path) -> None:
    h.load_file("stdrun.hoc")
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_failing")
    cell.drive()
    voltage = h.Vector().record(cell.soma(0.5)._ref_v)
    h.dt, h.v_init, h.tstop = 0.025, -65, TSTOP
    h.steps_per_ms = 40

    def twice() -> list[Any]:
        found = []
        for _ in range(2):
            h.run()
            found.append(np.array(voltage))
        return [*found, [each.rng.get_seq() for each in cell.points]]

    expected = twice()
    for each in cell.points:
        each.rng.set_seq(0)
    with neuron_reduce.fast(cell):
        found = twice()
    assert np.abs(found[0] - expected[0]).max() < TOLERANCE
    assert np.abs(found[1] - expected[1]).max() < TOLERANCE
    assert np.abs(expected[0] - expected[1]).max() > 1e-3
    assert found[2] == expected[2]


@isolated
def test_own_generator_of_neuron(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_scop", count=1)
    point = cell.points[0]
    references = [point._ref_x, point._ref_b]
    _again(cell, references, lambda: setattr(point, "seed", 12345))
    elsewhere = h.Section(name="elsewhere")
    other = h.nr_scop(elsewhere(0.5))
    with pytest.raises(EngineError, match="a nr_scop that is not of the cell"):
        engine.compile(cell)
    other.loc(cell.dend(0.5))
    cell.points.append(other)
    with pytest.raises(EngineError, match=r"nr_scop .* in several instances"):
        engine.compile(cell)


@isolated
def test_random_objects_of_hoc(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_picking")
    cell.drive()
    with pytest.raises(EngineError, match=r"rng of nr_picking\[\d\] is not set"):
        engine.compile(cell)
    randoms = cell.give_randoms()
    _again(
        cell,
        [each._ref_released for each in cell.points],
        lambda: randoms[0].Random123(5, 6, 7),
        lambda: randoms[1].seq(7),
        lambda: h.Random().Random123_globalindex(9),
        # One of a pair is left.
        lambda: randoms[2].repick(),
    )
    randoms[0].poisson(3)
    with pytest.raises(EngineError, match="another distribution than uniform"):
        engine.compile(cell)
    randoms[0].uniform(0, 1)
    randoms[0].MCellRan4(1, 2)
    with pytest.raises(EngineError, match="no Random object whose generator is Random123"):
        engine.compile(cell)
    cell.points[0].setRNG(randoms[1])
    with pytest.raises(EngineError, match="the same stream of random numbers"):
        engine.compile(cell)


@isolated
def test_streams_that_verbatim_makes(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    cell = Cell(point="nr_streaming")
    for index, each in enumerate(cell.points):
        each.set_ids(index, 7, 8)
    cell.points[1].reset = 1
    _again(cell, [each._ref_y for each in cell.points])
