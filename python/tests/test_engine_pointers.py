"""What POINTERs read is what they read in NEURON, whatever of the cell they point to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from neuron import h

from engine_runs import assert_equal
from isolated import isolated
from models import compiled_blocks, compiled_pointers
from neuron_reduce import EngineError, engine

TSTOP = 60.0


class Cell:
    """Three sections of several segments, of which the first spikes."""

    def __init__(self, *densities: str):
        names = "soma", "dend", "tip"
        self.soma, self.dend, self.tip = self.sections = [h.Section(name=each) for each in names]
        self.dend.connect(self.soma(1))
        self.tip.connect(self.dend(1))
        self.soma.L, self.soma.diam, self.dend.L, self.dend.diam = 30, 20, 200, 2
        for section in self.sections:
            section.nseg = 3
            for name in ("pas", *densities):
                section.insert(name)
            for segment in section:
                segment.pas.g, segment.pas.e = 1e-4, -65
        self.soma.insert("hh")
        # Sections with other mechanisms are computed apart.
        self.tip.insert("nr_pool")
        self.kept: list[Any] = []
        for delay, duration, amplitude in ((3, 15, 0.6), (25, 15, -0.15), (45, 5, 0.8)):
            clamp = h.IClamp(self.soma(0.5))
            clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitude
            self.kept.append(clamp)
        self.references = [
            segment._ref_v for section in (self.soma, *self.sections) for segment in section
        ]
        self.references[0] = self.soma(0.5)._ref_v

    def point(self, kind: str, place: Any, target: Any = None, name: str = "p") -> Any:
        made = getattr(h, kind)(place)
        if target is not None:
            h.setpointer(target, name, made)
        self.kept.append(made)
        return made

    def record(self, owner: Any, *names: str) -> None:
        self.references += [getattr(owner, f"_ref_{name}") for name in names]


def _potentials(cell: Cell) -> None:
    """Of other segments, ends, and the own one; read in INITIAL, SOLVE and BREAKPOINT."""
    for place, source in (
        (cell.soma(0.5), cell.tip(1)._ref_v),
        (cell.soma(0.5), cell.soma(0.5)._ref_v),
        (cell.dend(0.2), cell.soma(0)._ref_v),
        (cell.tip(1), cell.dend(0.5)._ref_v),
    ):
        cell.point("nr_injects", place, source).offset = -65
        release = cell.point("nr_release", place, source, "pre")
        cell.record(release, "C", "level")


def _potentials_of_densities(cell: Cell) -> None:
    for section in cell.sections:
        for segment in section:
            other = cell.soma if section is cell.tip else section
            h.setpointer(other(1 - segment.x)._ref_v, "p", segment.nr_follows)
            segment.nr_follows.scale = 0.05
            cell.record(segment.nr_follows, "m")


def _own_segment(cell: Cell) -> None:
    """A concentration in some, a gate in others."""
    _follow(
        cell,
        {
            cell.soma: lambda segment: (segment._ref_m_hh, 5),
            cell.dend: lambda segment: (segment._ref_v, 0.03),
            cell.tip: lambda segment: (segment._ref_cai, 3e3),
        },
    )


def _elsewhere(cell: Cell) -> None:
    """States of segments that are computed before and after, and a parameter."""
    _follow(
        cell,
        {
            cell.soma: lambda segment: (cell.tip(segment.x)._ref_cai, 3e3),
            cell.dend: lambda segment: (cell.soma(0.5).hh._ref_n, 5),
            cell.tip: lambda segment: (cell.soma(segment.x).hh._ref_gnabar, 9),
        },
    )


def _follow(cell: Cell, sources: dict[Any, Callable[[Any], tuple[Any, float]]]) -> None:
    """Lets nr_follows follow, in each segment, what its section's function says, scaled."""
    for section in cell.sections:
        for segment in section:
            source, scale = sources[section](segment)
            h.setpointer(source, "p", segment.nr_follows)
            segment.nr_follows.scale = scale
            cell.record(segment.nr_follows, "m")


def _currents(cell: Cell) -> None:
    """Of ions and mechanisms, read when states advance and by point processes."""
    for section in cell.sections:
        for segment in section:
            h.setpointer(cell.soma(segment.x)._ref_ina, "p", segment.nr_follows)
            segment.nr_follows.scale = -20
            cell.record(segment.nr_follows, "m")
    cell.point("nr_injects", cell.tip(0.5), cell.soma(0.5)._ref_ik).k = 0.5
    cell.point("nr_injects", cell.dend(0.5), cell.soma(0.5).hh._ref_il).k = 0.5


def _transmitter(cell: Cell) -> None:
    """From one point process to others, of which NEURON does some before it."""
    for place, elsewhere in ((cell.dend(0.5), cell.tip(0.8)), (cell.dend(0.5), cell.soma(0.1))):
        release = cell.point("nr_release", place, cell.soma(0.5)._ref_v, "pre")
        bound = cell.point("nr_bound", elsewhere, release._ref_C, "C")
        taken = cell.point("nr_taken", elsewhere, release._ref_C, "C")
        stream = h.NetStim()
        stream.interval, stream.start, stream.number = 7, 2, 1e9
        netcon = h.NetCon(stream, taken)
        netcon.weight[0] = 0.1
        cell.kept += [stream, netcon]
        cell.record(release, "C", "level")
        cell.record(bound, "O", "seen")
        cell.record(taken, "b")


def _transmitter_of_density(cell: Cell) -> None:
    """A point process reads a gate of a density mechanism, and a density mechanism its own."""
    release = cell.point("nr_release", cell.dend(0.5), cell.soma(0.5).hh._ref_n, "pre")
    cell.point("nr_bound", cell.dend(0.9), cell.soma(0.5).hh._ref_h, "C")
    cell.record(release, "C")
    for section in cell.sections:
        for segment in section:
            h.setpointer(release._ref_C, "p", segment.nr_follows)
            cell.record(segment.nr_follows, "m")


def _asked(cell: Cell) -> None:
    """Some are set; what nothing reads need not be."""
    for segment in cell.dend:
        h.setpointer(cell.soma(segment.x)._ref_v, "perhaps", segment.nr_idle)


CASES: dict[str, tuple[tuple[str, ...], Callable[[Cell], None]]] = {
    "potentials": ((), _potentials),
    "potentials of density mechanisms": (("nr_follows",), _potentials_of_densities),
    "the own segment": (("nr_follows",), _own_segment),
    "other segments": (("nr_follows",), _elsewhere),
    "currents": (("nr_follows",), _currents),
    "point processes": ((), _transmitter),
    "both": (("nr_follows",), _transmitter_of_density),
    "unused and unset": (("nr_idle",), _asked),
}


@pytest.mark.parametrize("are_alone", [True, False])
@pytest.mark.parametrize("name", CASES)
@isolated
def test_pointers_read_what_they_read_in_neuron(name: str, are_alone: bool, cache: Path) -> None:
    """Potentials alone, which come from the fastest code, and with variables."""
    compiled_blocks.load_mechanisms(cache)
    densities, point = CASES[name]
    cell = Cell(*densities)
    potentials = len(cell.references)
    point(cell)
    assert_equal(cell, cell.references[: potentials if are_alone else None], TSTOP, least_spikes=1)


@isolated
def test_gap_junctions_by_pointers(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    compiled_pointers.load_mechanisms(cache)
    cell = Cell()
    for place, other in ((cell.soma(0.5), cell.tip(1)), (cell.tip(1), cell.soma(0.5))):
        cell.point("HalfGap", place, other._ref_v, "vpeer").g = 5e-3
    assert_equal(cell, cell.references, TSTOP, least_spikes=1)


@isolated
def test_equal_synapses_that_point_elsewhere_are_not_one(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    compiled_pointers.load_mechanisms(cache)
    cell = Cell()
    sources = [cell.soma(0.5).hh._ref_n, cell.soma(0.5).hh._ref_h, None]
    for source in sources:
        gated = cell.point("GatedSyn", cell.dend(0.5), source, "level")
        stream = h.NetStim()
        stream.interval, stream.start, stream.number = 7, 2, 1e9
        netcon = h.NetCon(stream, gated)
        netcon.weight[0] = 2e-3
        cell.kept += [stream, netcon]
    assert_equal(cell, cell.references, TSTOP, least_spikes=1)


def _refused(cell: Cell, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        engine.compile(cell, check=False)


@isolated
def test_what_is_no_variable_of_the_cell_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell = Cell()
    injects = cell.point("nr_injects", cell.dend(0.5))
    _refused(cell, "nr_injects cannot be compiled: POINTER p on dend, which is not set,")
    other, vector = h.Section(name="other"), h.Vector(1)
    for target in (other(0.5)._ref_v, vector._ref_x[0], h._ref_celsius):
        h.setpointer(target, "p", injects)
        _refused(cell, "POINTER p on dend, which points to what is no variable of the cell,")
    h.setpointer(cell.dend(0.5)._ref_diam, "p", injects)
    _refused(cell, "POINTER p on dend, to diam, which the engine does not keep,")


@isolated
def test_another_order_than_in_neuron_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell = Cell("nr_follows")
    for section in cell.sections:
        for segment in section:
            h.setpointer(segment.nr_follows._ref_m, "p", segment.nr_follows)
    _refused(cell, "POINTER p on (soma|dend), whose SOLVE reads what may not be set yet")
    cell = Cell()
    injects = cell.point("nr_injects", cell.dend(0.5))
    h.setpointer(injects._ref_i, "p", injects)
    _refused(cell, "POINTER p on dend, whose BREAKPOINT reads what may not be set yet")


@isolated
def test_what_sets_its_target_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell = Cell()
    cell.point("nr_sets", cell.dend(0.5), cell.soma(0.5)._ref_v)
    _refused(cell, "nr_sets cannot be compiled: POINTER p, which is assigned to,")
    _refused(cell, r"\(.*nr_sets\.mod, line \d+\)")


@isolated
def test_what_counts_in_an_implicit_step_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    _refused(Cell("nr_repeats"), "nr_repeats cannot be compiled: n, which counts, in its s block")
