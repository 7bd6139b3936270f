"""Several reductions in one session, and what lives how long."""

from __future__ import annotations

import gc

import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from models.small_cell import PythonCell
from neuron_reduce import (
    subtree_reductor,
)
from reading import all_names, cables, names


@isolated
def test_two_cells_in_one_session() -> None:
    model = small_cell.model()
    first, _, _ = model.reduce()
    alone = model.voltages()[0]
    second, _, _ = subtree_reductor(
        model.bystander, model.bystander_drive.synapses, model.bystander_drive.netcons
    )
    assert first.hoc_model.hname() == "model[0]"
    assert second.hoc_model.hname() == "model[1]"
    assert cables((first,)) == cables((second,))
    assert set(first.all).isdisjoint(second.all)
    assert model.voltages()[0] == alone


@isolated
def test_reduced_cell_once_more() -> None:
    """What is left of it is a cell like any other."""
    model = small_cell.model()
    first, synapses, netcons = model.reduce()
    before = cables((first,))
    kept = {n.syn().hname() for n in netcons}
    second, again, _ = subtree_reductor(
        first,
        synapses,
        [next(n for n in netcons if n.syn().hname() == s.hname()) for s in synapses],
    )
    assert {s.hname() for s in again} <= kept
    assert second.soma[0] == model.cell.soma[0]
    for one, other in zip(before, cables((second,)), strict=True):
        assert one[:2] == pytest.approx(other[:2], rel=0.05)
    assert len(list(second.all)) == 6


@isolated
def test_consumed_cell_once_more() -> None:
    """Its soma now carries the cables of the reduced cell."""
    model = small_cell.model()
    first, _, _ = model.reduce()
    before = cables((first,))
    second, _, _ = subtree_reductor(model.cell, [], [])
    assert len(list(second.all)) == 6
    for one, other in zip(before, cables((second,)), strict=True):
        assert one[:2] == pytest.approx(other[:2], rel=0.05)


@isolated
def test_original_is_let_go() -> None:
    """Soma and axon live as long as the reduced cell."""
    cell = small_cell.build()
    drive = small_cell.drive(cell)
    reduced, _, netcons = subtree_reductor(cell, drive.synapses, drive.netcons)
    before = small_cell.run(reduced.soma[0])
    del cell
    gc.collect()
    assert len(all_names()) == 6
    assert small_cell.run(reduced.soma[0]) == before
    assert netcons


@isolated
def test_original_python_cell_is_let_go() -> None:
    cell = PythonCell()
    drive = small_cell.drive(cell)
    reduced, _, netcons = subtree_reductor(cell, drive.synapses, drive.netcons)
    del cell
    gc.collect()
    assert len(all_names()) == 6
    small_cell.run(reduced.soma)
    assert netcons


@isolated
def test_reduced_cell_is_let_go() -> None:
    model = small_cell.model()
    traces = model.voltages()
    reduced, synapses, netcons = model.reduce()
    bystander, drive = model.bystander, model.bystander_drive
    del reduced, synapses, netcons
    gc.collect()
    assert len(h.List("model")) == 1, "the cables live as long as the soma"
    assert model.voltages()[1] == traces[1]
    del model
    gc.collect()
    assert sorted(all_names()) == sorted(names(bystander.all))
    assert len(h.List("model")) == 0
    assert small_cell.run(bystander.soma[0])[0] == traces[1]
    assert drive
