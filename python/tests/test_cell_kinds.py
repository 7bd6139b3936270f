"""Cells of every make: hoc templates, Python classes, hoc's top level."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from models.small_cell import PythonCell
from neuron_reduce import (
    subtree_reductor,
)
from reading import all_names, cables, names


def _assert_reduced_like_the_hoc_cell(result: Any, soma: Any) -> None:
    hoc = small_cell.model()
    expected = hoc.reduce()
    assert cables(result) == cables(expected)
    assert [s.get_segment().x for s in result[1]] == [s.get_segment().x for s in expected[1]]
    traces = small_cell.run(soma, hoc.cell.soma[0])
    assert traces[0] == traces[1]


@pytest.mark.parametrize("form", ["sections", "lists", "section lists"])
@isolated
def test_python_cell(form: str) -> None:
    cell = PythonCell()
    soma, sections = cell.soma, [*cell.dend, *cell.apic, *cell.axon]
    drive = small_cell.drive(cell)
    assert sections
    if form == "lists":
        cell.soma = [soma]
    if form == "section lists":
        parts = {"soma": [soma], "apical": cell.apic, "axonal": cell.axon}
        for name, part in parts.items():
            setattr(cell, name, h.SectionList(part))
        del cell.apic, cell.axon
    result = subtree_reductor(cell, drive.synapses, drive.netcons)
    assert result[0].soma is cell.soma
    assert names(result[0].axon) == ["python_cell.axon_0"]
    _assert_reduced_like_the_hoc_cell(result, soma)


@isolated
def test_python_cell_without_names_of_kinds() -> None:
    """Nothing but a soma and what hangs on it; roles come from the sections' names."""
    cell = PythonCell()
    drive = small_cell.drive(cell)
    bare = SimpleNamespace(soma=cell.soma)
    result = subtree_reductor(bare, drive.synapses, drive.netcons)
    assert result[0].apic is not None
    assert names(result[0].axonal) == names(cell.axon)
    _assert_reduced_like_the_hoc_cell(result, cell.soma)


@isolated
def test_python_cell_of_attributes() -> None:
    """A ball and stick, as tutorials have it."""

    class BallAndStick:
        def __init__(self) -> None:
            self.soma = h.Section(name="soma", cell=self)
            self.dend = h.Section(name="dend", cell=self)
            self.all = [self.soma, self.dend]
            self.dend.connect(self.soma)
            small_cell.furnish(self.soma, 12.6, 12.6, 1, active=True)
            small_cell.furnish(self.dend, 200.0, 1.0, 11, active=False)
            self.syn = h.ExpSyn(self.dend(0.5))
            self.syn.tau = 2.0

    cell = BallAndStick()
    stimulus = h.NetStim()
    stimulus.start, stimulus.number = 1.0, 1
    netcon = h.NetCon(stimulus, cell.syn)
    netcon.weight[0] = 1e-3
    reduced, synapses, _ = subtree_reductor(cell, [cell.syn], [netcon])
    assert synapses == [cell.syn]
    assert reduced.soma == cell.soma
    assert reduced.apic is None
    assert list(reduced.axon) == []
    cable = reduced.dend[0]
    # A reduced cylinder is that cylinder.
    assert (cable.L, cable.diam) == pytest.approx((200.0, 1.0), rel=2e-3)
    assert cable.parentseg() == cell.soma(1)
    assert synapses[0].get_segment().sec == cable
    assert max(small_cell.run(cell.soma)[0]) > small_cell.V_INIT + 1.0


@isolated
def test_cell_at_hocs_top_level() -> None:
    h("create soma, dend[2], axon")
    h("connect dend[0](0), soma(1)\nconnect dend[1](0), soma(0)\nconnect axon(0), soma(0)")
    small_cell.furnish(h.soma, 20.0, 20.0, 1, active=True)
    for section in (*h.dend, h.axon):
        small_cell.furnish(section, 200.0, 2.0, 5, active=False)
    synapse = h.ExpSyn(h.dend[1](0.7))
    netcon = h.NetCon(None, synapse)
    reduced, synapses, _ = subtree_reductor(h, [synapse], [netcon])
    assert reduced.soma == h.soma
    assert len(list(reduced.dend)) == 2
    assert names(reduced.axon) == ["axon"]
    assert synapses[0].get_segment().sec.parentseg() == h.soma(0)
    small_cell.run(h.soma)


@pytest.mark.parametrize("missing", ["apic", "axon"])
@isolated
def test_cell_whose_hoc_arrays_are_deleted(missing: str) -> None:
    """NEURON ends the process when such an array is gone through."""
    model = small_cell.model(without=(missing,))
    before = len(all_names())
    reduced, _, _ = model.reduce()
    assert len(all_names()) < before
    assert (reduced.apic is None) == (missing == "apic")
    model.voltages()


@isolated
def test_cell_with_a_hole_in_its_hoc_array() -> None:
    model = small_cell.model()
    h.delete_section(sec=model.cell.apic[2])
    kept = [
        (synapse, netcon)
        for synapse, netcon in zip(model.drive.synapses, model.drive.netcons, strict=True)
        if synapse.get_segment() is not None
    ]
    assert len(kept) == len(model.drive.synapses) - 5
    reduced, _, _ = subtree_reductor(
        model.cell, [synapse for synapse, _ in kept], [netcon for _, netcon in kept]
    )
    assert reduced.apic is not None


SCALAR_TEMPLATE = """
begintemplate ScalarCell
public soma, dend, apic, axon, all, basal, apical, somatic, axonal
create soma, dend, apic, axon
objref all, basal, apical, somatic, axonal
proc init() {
    connect dend(0), soma(0)
    connect apic(0), soma(1)
    connect axon(0), soma(0)
    all = new SectionList()
    basal = new SectionList()
    apical = new SectionList()
    somatic = new SectionList()
    axonal = new SectionList()
    forall { all.append() L = 100 diam = 2 nseg = 5 insert pas }
    soma { L = 20 diam = 20 nseg = 1 insert hh somatic.append() }
    dend basal.append()
    apic apical.append()
    axon axonal.append()
}
endtemplate ScalarCell
"""


@isolated
def test_hoc_cell_of_single_sections() -> None:
    h(SCALAR_TEMPLATE)
    cell = h.ScalarCell()
    drive = small_cell.drive(
        SimpleNamespace(
            soma=[cell.soma], basal=cell.basal, apical=cell.apical, somatic=cell.somatic
        )
    )
    reduced, _, _ = subtree_reductor(cell, drive.synapses, drive.netcons)
    assert reduced.soma == cell.soma
    assert len(list(reduced.all)) == 4
    small_cell.run(cell.soma)


@isolated
def test_hoc_cell_of_single_sections_once_more() -> None:
    """The cell's own apic is deleted then, and NEURON ends the process when it is reached for."""
    h(SCALAR_TEMPLATE)
    cell = h.ScalarCell()
    first, _, _ = subtree_reductor(cell, [], [])
    before = cables((first,))
    second, _, _ = subtree_reductor(cell, [], [])
    for one, other in zip(before, cables((second,)), strict=True):
        assert one[:2] == pytest.approx(other[:2], rel=0.05)
