"""Use that no one planned for: again and again, from other threads, in forks, inside callbacks."""

from __future__ import annotations

import functools
import gc
import inspect
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import session
from isolated import isolated, note
from models import random_tree, small_cell, synapses
from neuron_reduce import CellError, NeuronReduceError, reduce, subtree_reductor
from refusal import failure_of

PAGE = os.sysconf("SC_PAGE_SIZE")


def _memory() -> float:
    """Resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


JOB_SIZE = 300
"""Synapses of a job."""


def _job(seed: int, reduced: bool = True) -> None:
    """Builds a cell with synapses, reduces it, and lets all of it go."""
    with session.emptied():
        cell = random_tree.build(seed)
        drive = synapses.scatter(cell, seed, 1e-4, count=JOB_SIZE)
        if reduced:
            subtree_reductor(cell, drive.synapses, drive.netcons, return_seg_to_seg=True)


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")


# NEURON 9.0 itself loses 32 bytes with each hocobjptr(), 96 with each object made by Python, and
# some with each section and point process; what a call may add to a job without it, in bytes:
LOST_BY_NEURON = 4000
LOST_BY_NEURON_PER_SYNAPSE = 64


@needs_proc
@isolated
def test_memory_of_many_reductions() -> None:
    def growth(reduced: bool) -> float:
        for _ in range(40):
            _job(3, reduced)
        gc.collect()
        before = _memory()
        for _ in range(200):
            _job(3, reduced)
        gc.collect()
        return _memory() - before

    grown = growth(True) - growth(False)
    # Kept results would be 100 kB a time.
    allowed = 200 * (LOST_BY_NEURON + JOB_SIZE * LOST_BY_NEURON_PER_SYNAPSE) / 1e6
    assert grown < 1.5 * allowed, f"{grown:.1f} MB in 200 reductions"


@needs_proc
@isolated
def test_memory_of_many_refusals() -> None:
    model = small_cell.model()

    def refuse(count: int) -> None:
        for _ in range(count):
            for arguments in (
                {"total_segments_manual": 1e6},
                {"PP_params_dict": {"Exp2Syn": ["nope"]}},
                {"model_filename": "Vector.hoc"},
                {"netcons_list": model.drive.netcons[::-1]},
            ):
                given = {
                    "original_cell": model.cell,
                    "synapses_list": model.drive.synapses,
                    "netcons_list": model.drive.netcons,
                    **arguments,
                }
                kind, message = failure_of(lambda given=given: subtree_reductor(**given))
                assert kind is not None, message
                assert issubclass(kind, NeuronReduceError), message

    refuse(100)
    gc.collect()
    before = _memory()
    refuse(300)
    gc.collect()
    grown = _memory() - before
    count = len(model.drive.synapses)
    allowed = 1200 * (LOST_BY_NEURON + count * LOST_BY_NEURON_PER_SYNAPSE) / 1e6
    assert grown < 1.5 * allowed, f"{grown:.1f} MB in 1200 refusals"


@isolated
def test_many_reductions_leave_nothing() -> None:
    for index in range(50):
        note(f"reduction {index}")
        _job(index % 8)
    assert session.left_over() == []
    assert len(h.List("model")) == 0


@isolated
def test_many_cells_at_once() -> None:
    models = [small_cell.model() for _ in range(15)]
    results = [model.reduce() for model in models]
    lists = [set(result[0].all) for result in results]
    assert len(set.union(*lists)) == sum(len(sections) for sections in lists)
    traces = small_cell.run(*(model.cell.soma[0] for model in models))
    assert all(trace == traces[0] for trace in traces)
    # Let go of in another order than they were made.
    order = list(range(15))
    for index in order[::2] + order[1::2]:
        results[index] = models[index] = None
        gc.collect()
    assert session.left_over() == []


@isolated
def test_another_thread() -> None:
    model = small_cell.model()
    results: list[Any] = []

    def work() -> None:
        results.append(failure_of(lambda: subtree_reductor(None, [], [])))
        results.append(model.reduce())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results[0][0] is CellError
    assert len(list(results[1][0].all)) == 6
    model.voltages()


@isolated
def test_threads_in_turn() -> None:
    """The interpreter lets them in one after the other."""
    models = [small_cell.model() for _ in range(6)]
    results: dict[int, Any] = {}

    def work(index: int) -> None:
        results[index] = models[index].reduce()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len({result[0].hoc_model.hname() for result in results.values()}) == 6
    models[0].voltages()


def _reduce_in_fork(seed: int) -> tuple[int, float]:
    with session.emptied():
        cell = random_tree.build(seed)
        drive = synapses.scatter(cell, seed, 1e-4)
        reduced, left, _ = subtree_reductor(cell, drive.synapses, drive.netcons)
        return len(left), sum(section.L for section in reduced.basal)


@isolated
def test_forked_workers() -> None:
    here = [_reduce_in_fork(seed) for seed in range(4)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_reduce_in_fork, range(4)) == here


@isolated
def test_fork_of_a_reduced_cell() -> None:
    model = small_cell.model()
    reduced, _, _ = model.reduce()
    here = model.voltages()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        same = model.voltages() == here and len(list(reduced.all)) == 6
        os.write(writer, b"same" if same else b"other")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 5) == b"same"
    assert model.voltages() == here


@isolated
def test_before_a_run_begins() -> None:
    """By a handler that NEURON calls before it looks at the model's structure."""
    model = small_cell.model()
    traces = model.voltages()
    results: list[Any] = []

    def reduce() -> None:
        if not results:
            results.append(model.reduce())

    handler = h.FInitializeHandler(3, reduce)
    assert model.voltages()[1] == traces[1]
    assert len(list(results[0][0].all)) == 6
    assert handler


@pytest.mark.parametrize("when", ["handler 0", "handler 1", "handler 2", "event"])
@isolated
def test_while_neuron_runs(when: str) -> None:
    """NEURON then refuses every change of structure, by a C++ exception."""
    model = small_cell.model()
    traces = model.voltages()
    calls: list[Any] = []

    def reduce() -> None:
        calls.append("called")
        calls.append(failure_of(model.reduce))

    if when == "event":
        handler = h.FInitializeHandler(1, lambda: h.CVode().event(5.0, reduce))
    else:
        handler = h.FInitializeHandler(int(when[-1]), reduce)
    for number in range(2):
        note(f"call {number}")
        # NEURON itself would give up a run in which a section was tried to be made.
        assert model.voltages() == traces
    assert len(calls) == 4, "the exception was not one that Python could catch"
    for called, (kind, message) in (calls[:2], calls[2:]):
        assert called == "called"
        assert kind is not None, message
        assert issubclass(kind, NeuronReduceError), message
    del handler
    note("running without the call")
    assert model.voltages() == traces
    reduced, _, _ = model.reduce()
    assert len(list(reduced.all)) == 6


@isolated
def test_from_hoc() -> None:
    """Called by a hoc procedure: NEURON's stack is in use by the caller."""
    import __main__

    model = small_cell.model()
    results: list[Any] = []
    __main__.neuron_reduce_test_call = lambda: results.append(model.reduce())
    __main__.neuron_reduce_test_fail = lambda: results.append(
        failure_of(lambda: subtree_reductor(model.cell, [model.cell], [None]))
    )
    h("objref neuron_reduce_test_py")
    h("neuron_reduce_test_py = new PythonObject()")
    h(
        "func neuron_reduce_test_sum() { local a, b\n a = $1 b = 40\n"
        "neuron_reduce_test_py.neuron_reduce_test_fail()\n"
        "neuron_reduce_test_py.neuron_reduce_test_call()\n return a + b }"
    )
    assert h.neuron_reduce_test_sum(2) == 42
    assert issubclass(results[0][0], NeuronReduceError)
    assert len(list(results[1][0].all)) == 6
    model.voltages()


@isolated
def test_interrupted_by_the_next_call() -> None:
    """Calls in quick succession, every other one refused, share nothing."""
    expected = None
    for _ in range(5):
        model = small_cell.model()
        failure_of(lambda model=model: subtree_reductor(model.cell, model.drive.synapses, []))
        failure_of(
            lambda model=model: subtree_reductor(model.cell, [], [], total_segments_manual=1e6)
        )
        reduced, left, _ = model.reduce()
        found = ([(s.L, s.diam, s.nseg) for s in reduced.basal], len(left))
        expected = expected or found
        assert found == expected


@isolated
def test_cell_that_changes_its_mind() -> None:
    """A property that gives another answer each time it is asked."""
    model = small_cell.model()
    calls: list[int] = []

    class Moody:
        @property
        def soma(self) -> Any:
            calls.append(1)
            return model.cell.soma if len(calls) == 1 else None

    results: list[Any] = []
    kind, message = failure_of(
        lambda: results.append(subtree_reductor(Moody(), model.drive.synapses, model.drive.netcons))
    )
    assert kind is None or issubclass(kind, NeuronReduceError), message
    model.voltages()


@isolated
def test_cell_that_answers_once() -> None:
    """The soma is asked for once, and what was answered is the reduced cell's."""
    model = small_cell.model()
    soma = model.cell.soma
    calls: list[int] = []

    class Weary:
        @property
        def soma(self) -> Any:
            calls.append(1)
            if len(calls) > 1:
                raise RuntimeError("asked again")
            return soma

    reduced, left, _ = subtree_reductor(Weary(), model.drive.synapses, model.drive.netcons)
    assert len(calls) == 1
    assert reduced.soma == soma
    assert list(reduced.somatic) == list(soma)
    assert 0 < len(left) < len(model.drive.synapses)
    model.voltages()


@isolated
def test_cell_that_cannot_be_shown() -> None:
    class Shy:
        def __init__(self) -> None:
            self.soma = small_cell.build().soma

        def __repr__(self) -> str:
            raise RuntimeError("no")

    cell = Shy()
    kind, message = failure_of(lambda: subtree_reductor(cell, [5], [5]))
    assert kind is not None, message
    assert issubclass(kind, (NeuronReduceError, RuntimeError)), message
    cell.soma = None
    kind, message = failure_of(lambda: subtree_reductor(cell, [], []))
    assert kind is not None, message
    assert issubclass(kind, (NeuronReduceError, RuntimeError)), message


@isolated
def test_names_with_odd_signs() -> None:
    """A section's and a cell's name with signs that mean something elsewhere."""

    class Cell:
        def __repr__(self) -> str:
            return "cell %s %n \\ '\" [0].x ( {"

    cell = Cell()
    cell.soma = h.Section(name="soma")
    cell.dend = h.Section(name="dend %n(.5).y", cell=cell)
    cell.dend.connect(cell.soma)
    name = cell.dend.name()
    kind, message = failure_of(lambda: subtree_reductor(cell, [], []))
    assert kind is CellError
    assert name in message
    cell.dend.insert("pas")
    reduced, _, _, mapping = subtree_reductor(cell, [], [], return_seg_to_seg=True)
    assert list(mapping) == [f"{name}(0.5)"]
    assert reduced


@isolated
def test_cell_whose_name_is_not_ascii() -> None:
    class Cell:
        def __repr__(self) -> str:
            return "Zelle Ω \N{BRAIN} \ud800"

    cell = Cell()
    cell.soma = h.Section(name="soma")
    kind, message = failure_of(lambda: subtree_reductor(cell, [], []))
    assert kind is CellError
    assert "dendrites" in message


@isolated
def test_very_long_name_in_a_message() -> None:
    cell = small_cell.PythonCell("x" * 5000)
    cell.dend[0].uninsert("pas")
    kind, message = failure_of(lambda: subtree_reductor(cell, [], []))
    assert kind is CellError
    assert message.startswith("x" * 100)


@pytest.mark.parametrize("call", [subtree_reductor, reduce])
@isolated
def test_little_room_on_the_stack(call: Any) -> None:
    """Wherever it ends, the call does, and the session is as before or the cell is reduced."""

    def deeper(levels: int, work: Callable[[], Any]) -> Any:
        return deeper(levels - 1, work) if levels else work()

    for room in range(10, 70, 3):
        note(f"room for {room} calls")
        model = small_cell.model()
        dendrites = small_cell.dendrites_of(model.cell)
        arguments = (model.cell, model.drive.synapses, model.drive.netcons)
        depth = len(inspect.stack(0))
        work = functools.partial(call, *arguments)
        results: list[Any] = []
        failure_of(
            lambda depth=depth, room=room, work=work, results=results: results.append(
                deeper(sys.getrecursionlimit() - depth - room, work)
            )
        )
        alive = set(h.allsec())
        assert len({section in alive for section in dendrites}) == 1
        small_cell.run(small_cell.soma_of(model.cell), duration=1.0)


@isolated
def test_extreme_but_valid_numbers() -> None:
    for arguments in (
        {"reduction_frequency": 1e5},
        {"reduction_frequency": 5e-324},
        {"total_segments_manual": 1.0000000001},
        {"total_segments_manual": 5e-324},
        {"total_segments_manual": 20000},
    ):
        note(f"{arguments}")
        model = small_cell.model()
        reduced, _, _ = subtree_reductor(
            model.cell, model.drive.synapses, model.drive.netcons, **arguments
        )
        for section in [*reduced.apical, *reduced.basal]:
            assert 0 < section.L < 1e5
            assert 0 < section.diam < 1e4
        h.finitialize(small_cell.V_INIT)
        h.continuerun(0.5)


@pytest.mark.parametrize("scale", [1e-3, 1e-1, 1e2, 1e4])
@isolated
def test_extreme_cells(scale: float) -> None:
    """Cells of other sizes are reduced, or refused in our words."""
    for name in ("L", "diam", "Ra", "cm", "g_pas"):
        note(f"{name} times {scale}")
        model = small_cell.model()
        for section in small_cell.dendrites_of(model.cell):
            if name in ("L", "Ra"):
                setattr(section, name, getattr(section, name) * scale)
                continue
            for segment in section:
                setattr(segment, name, getattr(segment, name) * scale)
        results: list[Any] = []
        kind, message = failure_of(
            lambda model=model, results=results: results.append(model.reduce())
        )
        assert kind is None or issubclass(kind, NeuronReduceError), message
        for result in results:
            for section in [*result[0].apical, *result[0].basal]:
                assert section.L > 0
                assert section.diam > 0
                assert section.nseg > 0
        h.finitialize(small_cell.V_INIT)
