"""What mechanisms' blocks do is what NEURON does: each construct in a mechanism of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

from engine_runs import TRIALS, assert_trials
from isolated import isolated
from models import compiled_blocks
from neuron_reduce import EngineError, engine

TSTOP = 60.0

# Different sums of the same numbers; what was wrong was wrong by more than 1e-4.
TOLERANCE = 1e-8


class Cell:
    """Two sections that are pushed up and down."""

    def __init__(self, *densities: str):
        self.soma, self.dend = h.Section(name="soma"), h.Section(name="dend")
        self.dend.connect(self.soma(1))
        self.soma.L, self.soma.diam, self.dend.L, self.dend.diam = 30, 20, 200, 2
        for section in (self.soma, self.dend):
            section.nseg = 3
            for name in ("pas", *densities):
                section.insert(name)
            for segment in section:
                segment.pas.g, segment.pas.e = 1e-4, -65
        self.segments = [*self.soma, *self.dend]
        self.clamps = []
        for delay, duration, amplitude in ((3, 15, 0.2), (25, 15, -0.15)):
            clamp = h.IClamp(self.soma(0.5))
            clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitude
            self.clamps.append(clamp)
        self.points: list[Any] = []
        self.inputs: list[Any] = []

    def add(self, kind: str) -> None:
        """Two on one segment, one elsewhere, and input to them."""
        places = (self.soma(0.5), self.soma(0.5), self.dend(0.5))
        self.points = [getattr(h, kind)(place) for place in places]

    def drive(self, weight: float) -> None:
        for index, (target, delay) in enumerate(((0, 1), (0, 0.3125), (1, 2.01), (2, 0))):
            stream = h.NetStim()
            stream.interval, stream.start, stream.number = 3 + 1.7 * index, 2, 1e9
            connection = h.NetCon(stream, self.points[target])
            connection.delay, connection.weight[0] = delay, weight * (1 + index)
            self.inputs += [stream, connection]


def _differences(
    cell: Cell, references: list[Any], is_recorded: bool, exact: bool = True
) -> np.ndarray:
    """The largest differences of potentials and of other variables."""
    potentials = [segment._ref_v for segment in cell.segments]
    wanted = potentials + references if is_recorded else potentials
    h.dt, h.v_init, h.celsius = 0.025, -65, 20
    # What it finds is what it begins with: NEURON's run leaves something else.
    compiled = engine.compile(cell, check=False, exact=exact)
    compiled.run(0)
    vectors = [h.Vector().record(each) for each in wanted]
    h.finitialize(-65)
    while h.t < TSTOP - h.dt / 2:
        h.fadvance()
    ours = compiled.run(TSTOP, record=wanted).v
    assert_trials(compiled.run_batch(weights=[1.0] * TRIALS, tstop=TSTOP, record=wanted), ours)
    return np.array(
        [np.abs(each - np.array(it)).max() for each, it in zip(ours, vectors, strict=True)]
    )


def _set_left(cell: Cell) -> None:
    h.minf_nr_left = 0.3
    for index, segment in enumerate(cell.segments):
        segment.nr_left.gmax = 2e-4 * (1 + index)
        segment.nr_left.start = 0.05 * index


def _switch_off_tables(cell: Cell) -> None:
    h.usetable_nr_tables = 0


def _set_shifts(cell: Cell) -> None:
    for index, segment in enumerate(cell.segments):
        segment.nr_shift.shift = 4 * (index % 3)


def _set_time_constants(cell: Cell) -> None:
    for index, segment in enumerate(cell.segments):
        segment.nr_early.tau = 2 + index


def _set_turns(cell: Cell) -> None:
    for index, segment in enumerate(cell.segments):
        segment.nr_turns.n = index + 0.5
        segment.nr_turns.last = index - 3.5


def _set_kinds(cell: Cell) -> None:
    for index, segment in enumerate(cell.segments):
        segment.nr_verbatim.kind = index


def _set_function_tables(cell: Cell) -> None:
    x = h.Vector(range(-100, 60, 3))
    y = h.Vector([1 / (1 + np.exp(-(each + 50) / 8)) for each in x])
    z = h.Vector([2 + 30 / (1 + ((each + 40) / 20) ** 2) for each in x])
    h.table_minf_nr_tabled(y, x)
    # By the numbers themselves.
    h.table_tau_nr_tabled(z._ref_x[0], len(x), x._ref_x[0])
    cell.inputs += [x, y, z]


def _set_level(cell: Cell) -> None:
    h.level_nr_owner = 0.8


def _set_lasts(cell: Cell) -> None:
    """The last one is of a child that is connected by its end, and has other mechanisms."""
    tip = h.Section(name="tip")
    tip.connect(cell.soma(0.5), 1)
    tip.nseg, tip.L = 3, 80
    for name in ("pas", "hh", "nr_lasts"):
        tip.insert(name)
    far = h.Section(name="far")
    far.connect(cell.dend(0.5))
    far.insert("pas")
    cell.segments += [*tip, *far]
    cell.inputs += [tip, far]
    h.minf_nr_lasts = 0.3
    for index, segment in enumerate([*cell.soma, *cell.dend, *tip]):
        segment.nr_lasts.offset = 0.05 * index


def _run_before(cell: Cell) -> None:
    h.finitialize(-65)
    for _ in range(200):
        h.fadvance()


def _nothing(cell: Cell) -> None:
    pass


DENSITIES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Cell], None]]] = {
    "names of temporaries": (("nr_names",), ("k1", "q2"), _nothing),
    "tables": (("nr_tables",), ("m", "s"), _nothing),
    "tables switched off": (("nr_tables",), ("m",), _switch_off_tables),
    "tables by instance": (("nr_shift",), ("m",), _set_shifts),
    "what hoc set": (("nr_left",), ("m", "i"), _set_left),
    "what BREAKPOINT remembers": (("nr_peak",), ("peak",), _nothing),
    "concentrations": (("nr_reader", "nr_pool"), ("first", "m"), _nothing),
    "several concentrations": (("nr_reader", "nr_second", "nr_pool"), ("m",), _nothing),
    "reversal potentials": (("nr_steps", "nr_writes_e"), ("m", "c"), _nothing),
    "currents that are written": (("nr_own_current", "nr_reader"), ("sum",), _nothing),
    "before and after": (("nr_steps",), ("m", "a", "b", "c"), _nothing),
    "gates": (("nr_gates",), ("m", "h", "seen"), _nothing),
    "what parameters say": (("nr_early",), ("m", "first"), _set_time_constants),
    "loops of each": (("nr_turns",), ("c", "sum"), _set_turns),
    "arithmetic of VERBATIM": (("nr_verbatim",), ("m", "h", "part"), _set_kinds),
    "loops that are left": (("nr_breaks",), ("m", "n", "sum"), _nothing),
    "FUNCTION_TABLEs": (("nr_tabled",), ("m", "h"), _set_function_tables),
    "what the last instance left": (("nr_lasts",), ("m",), _set_lasts),
    "a current of the run before": (("nr_rests", "nr_reader"), ("rest", "m"), _run_before),
    "SOLVE in an IF": (("nr_solves",), ("m",), _nothing),
    "calls that set what is read beside them": (("nr_beside",), ("m", "r", "q"), _nothing),
    "currents that are found": (("nr_found", "hh"), ("m",), _nothing),
    "another mechanism's number": (("nr_uses",), ("m", "scaled"), _set_level),
    "an implicit step": (("nr_pumps",), ("little",), _nothing),
    "implicit steps together": (("nr_binds",), ("little", "b", "f"), _nothing),
    "reactions": (("nr_reacts",), ("little", "cp", "cb"), _nothing),
    "equations without time": (("nr_roots",), ("x", "z"), _nothing),
    "tables that BREAKPOINT looks up first": (("nr_first_looked_up",), ("m", "a"), _nothing),
}


@pytest.mark.parametrize("is_recorded", [False, True])
@pytest.mark.parametrize("name", DENSITIES)
@isolated
def test_density_mechanism_is_as_in_neuron(name: str, is_recorded: bool, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    mechanisms, variables, change = DENSITIES[name]
    cell = Cell(*mechanisms)
    change(cell)
    references = [
        getattr(getattr(segment, mechanisms[0]), f"_ref_{variable}")
        for segment in cell.segments
        if hasattr(segment, mechanisms[0])
        for variable in variables
    ]
    assert _differences(cell, references, is_recorded).max() < TOLERANCE


@pytest.mark.parametrize("name", DENSITIES)
@isolated
def test_tables_of_gates_are_near(name: str, cache: Path) -> None:
    """With tables, of what they can be made of; all else is as without."""
    compiled_blocks.load_mechanisms(cache)
    mechanisms, _, change = DENSITIES[name]
    cell = Cell(*mechanisms)
    change(cell)
    # A table's 3e-10 of a gate, times what a gate of all of the conductance moves the potential.
    assert _differences(cell, [], False, exact=False).max() < 3e-8


@pytest.mark.parametrize("is_recorded", [False, True])
@isolated
def test_point_processes_that_write_concentrations(is_recorded: bool, cache: Path) -> None:
    """Density mechanisms read them in the same step."""
    compiled_blocks.load_mechanisms(cache)
    cell = Cell("nr_reader")
    cell.points = [h.nr_drip(cell.soma(0.5))]
    cell.points.append(h.nr_drip(cell.dend(0.9)))
    # Their segments' ion styles are others than the first segment's.
    references = [segment.nr_reader._ref_m for segment in cell.segments]
    references += [segment._ref_eca for segment in cell.segments] if is_recorded else []
    assert _differences(cell, references, is_recorded).max() < TOLERANCE
    cell.points.append(h.nr_drip(cell.soma(0.5)))
    with pytest.raises(EngineError, match="nr_drip cannot be compiled: WRITE of a concentration"):
        engine.compile(cell, check=False)


@pytest.mark.parametrize(
    ("name", "what"), [("nr_counts", "GLOBAL n, which"), ("nr_large", "arrays of 20000 elements")]
)
@isolated
def test_what_cannot_be_done_for_several_at_once(name: str, what: str, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    with pytest.raises(EngineError, match=f"{name} cannot be compiled: {what}"):
        engine.compile(Cell(name), check=False)


@isolated
def test_simultaneous_events_keep_their_order(cache: Path) -> None:
    """Of two streams in step, onto a process for which it matters which comes first."""
    compiled_blocks.load_mechanisms(cache)
    cell = Cell()
    cell.points = [h.nr_accumulates(cell.soma(0.5))]
    for weight in (1e-4, 7e-4):
        stream = h.NetStim()
        stream.interval, stream.start, stream.number = 4, 2, 1e9
        connection = h.NetCon(stream, cell.points[0])
        connection.delay, connection.weight[0] = 1, weight
        cell.inputs += [stream, connection]
    references = [cell.points[0]._ref_A, cell.points[0]._ref_vmin]
    assert _differences(cell, references, True).max() < TOLERANCE


@pytest.mark.parametrize("lag", [0.0, 0.01])
@isolated
def test_voltage_clamps(lag: float, cache: Path) -> None:
    """NEURON's VClamp: an amplifier, whose equations are solved with the current, in a loop that is
    left early."""
    compiled_blocks.load_mechanisms(cache)
    cell = Cell("hh")
    clamp = h.VClamp(cell.dend(0.5))
    clamp.tau2 = lag
    for index, (duration, amplitude) in enumerate(((10, -65), (15, 0), (8, -80))):
        clamp.dur[index], clamp.amp[index] = duration, amplitude
    references = [clamp._ref_e, clamp._ref_vi]
    assert _differences(cell, references, True).max() < TOLERANCE
    # Thousands of nA.
    assert _differences(cell, [clamp._ref_i, clamp._ref_vo], True).max() < 1e-3


POINTS = {
    "a current for a while": ("nr_switch", 0.0, ("i",)),
    "a current that is left": ("nr_constant", 0.0, ("i",)),
    "events to itself": ("nr_selfish", 0.002, ("A", "n")),
    "weights that are kept": ("nr_accumulates", 0.0002, ("A", "vmin")),
    "events that are moved": ("nr_pulses", 1.0, ("count",)),
    "watched potentials": ("nr_watches", 0.0, ("g", "count")),
}


@pytest.mark.parametrize("is_recorded", [False, True])
@pytest.mark.parametrize("name", POINTS)
@isolated
def test_point_process_is_as_in_neuron(name: str, is_recorded: bool, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    kind, weight, variables = POINTS[name]
    cell = Cell()
    cell.add(kind)
    if weight:
        cell.drive(weight)
    references = [
        getattr(process, f"_ref_{variable}") for process in cell.points for variable in variables
    ]
    assert _differences(cell, references, is_recorded).max() < TOLERANCE


@isolated
def test_what_another_cell_may_leave_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell, other = Cell("nr_lasts"), h.Section(name="other")
    engine.compile(cell, check=False)
    other.insert("nr_lasts")
    expected = "GLOBAL minf, which brings a value of one instance to another"
    with pytest.raises(EngineError, match=expected):
        engine.compile(cell, check=False)


@isolated
def test_what_another_mechanism_sets_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    expected = "nr_uses_moving cannot be compiled: EXTERNAL moving_nr_owner, which nr_owner sets,"
    with pytest.raises(EngineError, match=expected):
        engine.compile(Cell("nr_uses_moving"), check=False)


@pytest.mark.parametrize("is_recorded", [False, True])
@isolated
def test_events_of_point_processes(is_recorded: bool, cache: Path) -> None:
    """By net_event: to several, to those before and after in order, and back."""
    compiled_blocks.load_mechanisms(cache)
    cell = Cell()
    cell.add("nr_sender")
    cell.points += [h.nr_accumulates(cell.soma(0.9)), h.Exp2Syn(cell.dend(0.1))]
    cell.drive(0.002)
    for source, target, delay, weight in (
        (0, 1, 1, 1e-3), (0, 4, 0, 1e-3), (1, 2, 0.5, 1e-3), (1, 3, 0.5, 1e-4),
        (2, 0, 3.3, 1e-3), (2, 4, 30, 1e-3), (0, 0, 9, 1e-3),
    ):  # fmt: skip
        netcon = h.NetCon(cell.points[source], cell.points[target])
        netcon.delay, netcon.weight[0] = delay, weight
        cell.inputs.append(netcon)
    cell.inputs[-1].active(False)
    references = [each._ref_count for each in cell.points[:3]] + [cell.points[3]._ref_A]
    assert _differences(cell, references, is_recorded).max() < TOLERANCE


@isolated
def test_events_of_processes_that_send_none_are_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell = Cell()
    cell.points = [h.nr_counter(cell.soma(0.5)), h.Exp2Syn(cell.soma(0.5))]
    cell.inputs = [h.NetCon(cell.points[0], cell.points[1])]
    expected = r"NetCon\[0\] has its events from nr_counter\[0\], and when that has them"
    with pytest.raises(EngineError, match=expected):
        engine.compile(cell, check=False)


@pytest.mark.parametrize("name", ["nr_one_table", "nr_one_global", "nr_one_depends"])
@isolated
def test_one_table_for_what_differs_is_the_first_instances(name: str, cache: Path) -> None:
    """NEURON makes it for that one, whatever the others' values."""
    compiled_blocks.load_mechanisms(cache)
    cell = Cell(name)
    for index, segment in enumerate(cell.segments):
        getattr(segment, name).shift = 5 - 2 * index
    # Another set of mechanisms, in which all are equal, and not the first.
    cell.dend.insert("hh")
    for segment in cell.dend:
        getattr(segment, name).shift = -9
    references = [getattr(segment, name)._ref_m for segment in cell.segments]
    assert _differences(cell, references, True).max() < TOLERANCE


@isolated
def test_one_table_that_another_cell_may_have_made_is_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell, other = Cell("nr_one_table"), h.Section(name="other")
    other.insert("nr_one_table")
    engine.compile(cell, check=False).run(1)
    cell.dend(0.5).nr_one_table.shift = 3
    with pytest.raises(EngineError, match="shift, which differs between segments"):
        engine.compile(cell, check=False).run(1)
