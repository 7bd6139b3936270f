"""Cells whose leak is not pas, and cells that begin with a dendrite."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import snapshot
from isolated import isolated
from models import compiled, compiled9, small_cell
from neuron_reduce import ArgumentError, CellError
from neuron_reduce._processes import copies
from neuron_reduce._session import leaks
from refusal import failure_of


def _replace_leak(cell: Any, with_potassium: bool = False) -> None:
    """pas becomes plainleak, of the same conductance and reversal potential, on all dendrites."""
    for section in [*cell.dend, *cell.apic]:
        values = [(segment.pas.g, segment.pas.e) for segment in section]
        section.uninsert("pas")
        section.insert("plainleak")
        for segment, (conductance, reversal) in zip(section, values, strict=True):
            segment.plainleak.gbar = 1e3 * conductance
            segment.plainleak.erest = reversal
        if with_potassium:
            section.insert("potassiumleak")


def _shape(reduced: Any) -> list[tuple[float, float, int]]:
    return [(each.L, each.diam, each.nseg) for each in [*reduced.apical, *reduced.basal]]


@pytest.mark.parametrize("leak", [None, ("plainleak", "gbar", "erest"), [("plainleak", "gbar")]])
@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_any_leak_will_do(method: str, leak: Any, cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    first, second = small_cell.model(), small_cell.model()
    _replace_leak(second.cell)
    expected, _, _ = first.reduce(method=method, rates=5)
    found, _, _ = second.reduce(method=method, rates=5, leak=leak)
    # The same numbers, but for the factor between units.
    for one, other in zip(_shape(expected), _shape(found), strict=True):
        assert other == pytest.approx(one, rel=1e-6)
    for cable in [*found.apical, *found.basal]:
        assert not h.ismembrane("pas", sec=cable)
        # Junctions between a folded cell's groups have one without conductance.
        is_membrane = cable(0.5).area() > 1e-6
        assert (cable(0.5).plainleak.gbar > 0) == is_membrane
    traces = [small_cell.run(each.soma[0])[0] for each in (expected, found)]
    assert traces[1] == pytest.approx(traces[0], abs=1e-4)


@isolated
def test_leaks_add_up(cache: Path) -> None:
    """A leak by an ion has no reversal potential of its own."""
    compiled9.load_mechanisms(cache)
    model, alone = small_cell.model(), small_cell.model()
    _replace_leak(model.cell, with_potassium=True)
    _replace_leak(alone.cell)
    both, _, _ = model.reduce()
    one, _, _ = alone.reduce()
    # The apical one: a stem without branches is its own cable, whatever its leak.
    assert _shape(both)[0][0] != pytest.approx(_shape(one)[0][0], rel=1e-4)
    again = small_cell.model()
    _replace_leak(again.cell, with_potassium=True)
    leaks = [("plainleak", "gbar", "erest"), ("potassiumleak", "gkbar_potassiumleak")]
    named, _, _ = again.reduce(leak=leaks)
    for one, other in zip(_shape(both), _shape(named), strict=True):
        assert other == pytest.approx(one, rel=1e-6)


@isolated
def test_a_leak_beside_gates() -> None:
    """hh has a leak of its own among its conductances."""
    shapes = []
    for leak in (None, ("hh", "gl", "el")):
        model = small_cell.model()
        for section in [*model.cell.dend, *model.cell.apic]:
            section.uninsert("pas")
            section.insert("hh")
        reduced, _, _ = model.reduce(leak=leak)
        shapes.append(_shape(reduced))
        model.voltages()
    for one, other in zip(*shapes, strict=True):
        assert other == pytest.approx(one, rel=1e-5)


@isolated
def test_what_took_too_long_to_find_out_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_cell.model()
    for section in [*model.cell.dend, *model.cell.apic]:
        section.uninsert("pas")
        section.insert("hh")
    in_a_copy = copies.call
    calls: list[Any] = []

    def noted(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        return in_a_copy(*arguments, **named)

    monkeypatch.setattr(copies, "call", noted)
    monkeypatch.setattr(leaks, "_TIMEOUT", 0.5)
    with monkeypatch.context() as hanging:
        hanging.setattr(leaks, "_found", lambda examples: time.sleep(60))
        for _ in range(2):
            kind, message = failure_of(model.reduce)
            assert kind is CellError
            assert 'leak=("' in message
    assert len(calls) == 1
    # With other values it may be another matter.
    monkeypatch.setattr(leaks, "_TIMEOUT", 60.0)
    model.cell.dend[0](0.5).hh.gl *= 1.5
    assert model.reduce()


@isolated
def test_what_is_no_leak_is_not_taken_for_one(cache: Path) -> None:
    compiled.load_mechanisms(cache)
    model = small_cell.model()
    for section in [*model.cell.dend, *model.cell.apic]:
        section.uninsert("pas")
        section.insert("ca_hva")
    before = snapshot.take()
    kind, message = failure_of(model.reduce)
    assert kind is CellError
    assert 'leak=("' in message
    assert snapshot.differences(before, snapshot.take()) == []


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        (("nothing", "g"), ("nothing", "pas")),
        (("pas", "gbar"), ("gbar", "g_pas")),
        (("pas", "g", "v"), ("'v'", "e_pas")),
        (3, ("leak is 3",)),
        ("pas", ("leak is 'pas'",)),
        ((), ("leak is ()",)),
        ([], ("leak is []",)),
        ([("pas",)], ("leak is",)),
        (("pas", 3), ("leak is",)),
        (("k_ion", "ek"), ("k_ion",)),
    ],
)
@isolated
def test_other_leaks_are_refused(leak: Any, words: tuple[str, ...]) -> None:
    model = small_cell.model()
    before = snapshot.take()
    kind, message = failure_of(lambda: model.reduce(leak=leak))
    assert kind is ArgumentError, message
    assert all(word in message for word in (*words, "expected")), message
    assert snapshot.differences(before, snapshot.take()) == []


@isolated
def test_pas_in_one_stem_alone_is_not_the_cells_leak(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    model, whole = small_cell.model(), small_cell.model()
    _replace_leak(model.cell)
    _replace_leak(whole.cell)
    model.cell.apic[0].insert("pas")
    for segment in model.cell.apic[0]:
        segment.pas.g = 0
    found, _, _ = model.reduce()
    expected, _, _ = whole.reduce()
    for one, other in zip(_shape(expected), _shape(found), strict=True):
        assert other == pytest.approx(one, rel=1e-6)


def _rooted_at_a_dendrite(end: int) -> small_cell.Model:
    """The small cell, but that its soma is a child of what else is a basal stem."""
    cell = small_cell.build()
    h.disconnect(sec=cell.dend[3])
    cell.soma[0].connect(cell.dend[3](end), 0)
    return small_cell.model(cell=cell)


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_a_soma_that_is_not_the_root(method: str, end: int) -> None:
    model = _rooted_at_a_dendrite(end)
    reduction = neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method=method, rates=5, in_place=True
    )
    assert model.cell.soma[0].parentseg() is None
    stems = {cable.stem.rpartition(".")[2] for cable in reduction.cables}
    assert "dend[3]" in stems
    assert reduction.place("dend[3]", 0.5).sec in list(reduction.cell.basal)
    assert max(model.voltages()[0]) > small_cell.V_INIT + 3.0


@isolated
def test_the_same_cell_either_way_round() -> None:
    """Attached by the end that the stem was attached with, the cell is the same one."""
    turned = small_cell.build()
    h.disconnect(sec=turned.dend[3])
    turned.soma[0].connect(turned.dend[3](0), 0)
    straight = small_cell.build()
    h.disconnect(sec=straight.dend[3])
    straight.dend[3].connect(straight.soma[0](0), 0)
    shapes = []
    for cell in (turned, straight):
        result = small_cell.model(cell=cell).reduce()
        shapes.append(sorted(_shape(result[0])))
    for one, other in zip(*shapes, strict=True):
        assert other == pytest.approx(one, rel=1e-9)


@isolated
def test_a_soma_inside_a_dendrite_is_refused() -> None:
    cell = small_cell.build()
    h.disconnect(sec=cell.dend[3])
    cell.soma[0].connect(cell.dend[3](0.5), 0)
    model = small_cell.model(cell=cell)
    before = snapshot.take()
    kind, message = failure_of(model.reduce)
    assert kind is CellError
    assert "dend[3]" in message
    assert "soma[0]" in message
    assert snapshot.differences(before, snapshot.take()) == []
