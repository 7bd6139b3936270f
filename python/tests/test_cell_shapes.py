"""Cells of every shape: where branches are attached, what the soma is made of."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from models.small_cell import PythonCell
from neuron_reduce import (
    TemplateError,
    subtree_reductor,
)
from reading import cables, names
from refusal import assert_arguments_refused


@isolated
def test_children_along_a_parent_and_by_their_far_end() -> None:
    """A cylinder attached by its 1 end is the same cylinder."""

    def build(reverse: bool) -> Any:
        cell = small_cell.build()
        for kind, index in (("dend", 1), ("apic", 2)):
            section = getattr(cell, kind)[index]
            at = section.parentseg()
            h.disconnect(sec=section)
            section.connect(at, 1 if reverse else 0)
        return cell

    results = []
    for reverse in (False, True):
        cell = build(reverse)
        assert cell.dend[1].orientation() == reverse
        drive = small_cell.drive(cell)
        mapped = subtree_reductor(cell, drive.synapses, drive.netcons, return_seg_to_seg=True)
        results.append((mapped, cell))
    (plain, plain_cell), (reversed_, reversed_cell) = results
    for one, other in zip(cables(plain), cables(reversed_), strict=True):
        assert one == pytest.approx(other, rel=1e-9)

    def position(result: Any, cell: Any, section: str, x: float) -> float:
        return float(result[3][f"{cell}.{section}({x:g})"].rpartition("(")[2].rstrip(")"))

    for section, count in (("dend[1]", 3), ("apic[2]", 5)):
        for index in range(count):
            x = (index + 0.5) / count
            assert position(plain, plain_cell, section, x) == pytest.approx(
                position(reversed_, reversed_cell, section, 1 - x), rel=1e-4
            )


def _input_resistance_of_subtree(stem: Any) -> float:
    """At its proximal end when cut off from the soma, in Mohm, by NEURON."""
    at, end = stem.parentseg(), stem.orientation()
    h.disconnect(sec=stem)
    h.finitialize(small_cell.V_INIT)
    impedance = h.Impedance()
    impedance.loc(stem(end))
    impedance.compute(0)
    resistance = impedance.input(stem(end))
    stem.connect(at, end)
    return resistance


def _input_resistance_of_cylinder(section: Any) -> float:
    """With a sealed end, from theory, in Mohm."""
    radial = 1.0 / section(0.5).pas.g
    diameter, length = section.diam * 1e-4, section.L * 1e-4
    constant = math.sqrt(radial * diameter / (4.0 * section.Ra))
    infinite = 2.0 / math.pi * math.sqrt(radial * section.Ra) * diameter**-1.5
    return infinite / math.tanh(length / constant) * 1e-6


@pytest.mark.parametrize("far_end", [False, True])
@pytest.mark.parametrize("x", [0.0, 0.5, 0.3, 1.0])
@isolated
def test_input_resistance_is_the_subtrees(x: float, far_end: bool) -> None:
    """Wherever, and by whichever end, the branches are attached."""
    cell = small_cell.build()
    for section in (cell.dend[1], cell.dend[2]):
        h.disconnect(sec=section)
        section.connect(cell.dend[0](x), int(far_end))
    if far_end:
        h.disconnect(sec=cell.apic[0])
        cell.apic[0].connect(cell.soma[0](1), 1)
    expected = {
        section.name().rpartition(".")[2]: _input_resistance_of_subtree(section)
        for section in (cell.apic[0], cell.dend[0], cell.dend[3])
    }
    reduced, _, _ = subtree_reductor(cell, [], [])
    for name, cable in (
        ("apic[0]", reduced.apic),
        ("dend[0]", reduced.dend[0]),
        ("dend[3]", reduced.dend[1]),
    ):
        assert _input_resistance_of_cylinder(cable) == pytest.approx(expected[name], rel=1e-6), name


@isolated
def test_soma_of_many_segments() -> None:
    cell = small_cell.build()
    soma = cell.soma[0]
    soma.nseg = 5
    places = {0: 0.1, 3: 0.7}
    for index, x in places.items():
        h.disconnect(sec=cell.dend[index])
        cell.dend[index].connect(soma(x), 0)
    reduced, _, _ = subtree_reductor(cell, [], [])
    assert [cable.parentseg() for cable in reduced.dend] == [soma(x) for x in places.values()]
    assert reduced.apic.parentseg() == soma(1)
    small_cell.run(soma)


@isolated
def test_soma_of_several_sections() -> None:
    cell = PythonCell()
    upper = h.Section(name="soma_upper", cell=cell)
    small_cell.furnish(upper, 12.0, 15.0, 3, active=True)
    upper.connect(cell.soma(1), 0)
    h.disconnect(sec=cell.apic[0])
    cell.apic[0].connect(upper(1), 0)
    cell.soma = [cell.soma, upper]
    synapse = h.ExpSyn(upper(0.5))
    netcon = h.NetCon(None, synapse)
    reduced, synapses, _ = subtree_reductor(cell, [synapse], [netcon])
    assert reduced.apic.parentseg() == upper(1)
    assert [cable.parentseg().sec for cable in reduced.dend] == [cell.soma[0]] * 2
    assert list(reduced.somatic) == cell.soma
    assert reduced.soma is cell.soma
    assert synapses[0].get_segment() == upper(0.5)
    small_cell.run(*cell.soma)


@isolated
def test_several_apical_stems() -> None:
    model = small_cell.model()
    h.disconnect(sec=model.cell.apic[2])
    model.cell.apic[2].connect(model.cell.soma[0](0.5), 0)
    reduced, _, _ = model.reduce()
    assert reduced.apic.name() == "model[0].apic[0]"
    assert names(reduced.apical) == ["model[0].apic[0]", "model[0].apic[1]"]
    assert len(list(reduced.basal)) == 2
    model.voltages()


@isolated
def test_soma_on_an_axon() -> None:
    model = small_cell.model()
    soma, axon = model.cell.soma[0], list(model.cell.axon)
    h.disconnect(sec=axon[0])
    soma.connect(axon[0](1), 0)
    reduced, _, _ = model.reduce()
    assert soma.parentseg() == axon[0](1)
    assert reduced.axon == axon[:1]
    assert set(reduced.axonal) == set(axon)
    model.voltages()


def _with_axon_on_a_dendrite(kind: str) -> tuple[small_cell.Model, list[Any]]:
    """A model whose axon leaves from the middle of a basal branch, among other children of it.

    Where the cell is Python's, nothing but the list says that it is axon, and the list has no more
    than its first section.

    :returns: the model, and the axon: a chain of two sections and a collateral.
    """
    cell: Any
    if kind == "axon array":
        cell = small_cell.build()
        axon = list(cell.axon)
        h.disconnect(sec=axon[0])
    else:
        cell = PythonCell()
        for section in cell.axon:
            h.delete_section(sec=section)
        axon = [h.Section(name=f"neurite_{index}", cell=cell) for index in range(2)]
        small_cell.furnish(axon[0], 30.0, 1.5, 1, active=True)
        small_cell.furnish(axon[1], 200.0, 1.0, 3, active=True)
        axon[1].connect(axon[0](1), 0)
        cell.axon = axon[:1]
        if kind == "axonal SectionList":
            cell.axonal = h.SectionList(axon[:1])
            del cell.axon
    collateral = h.Section(name="collateral", cell=cell if type(cell) is PythonCell else None)
    small_cell.furnish(collateral, 60.0, 0.8, 3, active=True)
    collateral.connect(axon[0](0.5), 1)
    h.disconnect(sec=cell.dend[1])
    axon[0].connect(cell.dend[0](0.7), 0)
    cell.dend[1].connect(cell.dend[0](1), 0)
    return small_cell.model(cell=cell), [*axon, collateral]


AXON_KINDS = ["axon array", "axon list", "axonal SectionList"]


@pytest.mark.parametrize("kind", AXON_KINDS)
@isolated
def test_axon_on_a_dendrite(kind: str) -> None:
    model, axon = _with_axon_on_a_dendrite(kind)
    addresses = [section.hoc_internal_name() for section in axon]
    attachments = [(section.parentseg(), section.orientation()) for section in axon[1:]]
    dendrite = f"{model.cell.dend[0].name()}(0.7)"
    clamp = h.IClamp(axon[1](0.9))
    clamp.delay, clamp.dur, clamp.amp = 2.0, 1e9, 0.3
    tip = h.Vector().record(axon[1](0.9)._ref_v)
    collateral_tip = h.Vector().record(axon[2](0)._ref_v)
    full = model.voltages()[0]
    full_peaks = tip.max(), collateral_tip.max()

    reduced, _, _, mapping = model.reduce(return_seg_to_seg=True)
    assert [section.hoc_internal_name() for section in axon] == addresses
    at = axon[0].parentseg()
    assert at.sec == reduced.dend[0]
    assert axon[0].orientation() == 0
    cable, _, x = mapping[dendrite].rstrip(")").rpartition("(")
    assert cable == at.sec.name()
    assert at == at.sec((int(float(x) * at.sec.nseg) + 0.5) / at.sec.nseg)
    assert [(section.parentseg(), section.orientation()) for section in axon[1:]] == attachments
    assert set(reduced.axonal) == set(axon)
    assert set(axon) <= set(reduced.all)
    assert reduced.axon == [], "none of it is attached to the soma"

    assert clamp.get_segment() == axon[1](0.9)
    traces = model.voltages()[0]
    assert full_peaks == pytest.approx((tip.max(), collateral_tip.max()), abs=2.0)
    assert tip.max() > 0, "no spike of the axon"
    assert collateral_tip.max() > 0, "no spike of the collateral"
    assert len(traces) == len(full)
    clamp.amp = 0.0
    assert model.voltages()[0] != traces, "the axon does not reach the soma"


NO_BASAL = """
begintemplate NoBasal
public init, soma, dend, apic, axon, all, somatic, apical, axonal
create soma[1], dend[1], apic[1], axon[1]
objref all, somatic, apical, axonal
proc init() {
    forall delete_section()
    all = new SectionList()
    somatic = new SectionList()
    apical = new SectionList()
    axonal = new SectionList()
}
endtemplate NoBasal
"""


@pytest.mark.parametrize("kind", AXON_KINDS)
@isolated
def test_axon_on_a_dendrite_after_a_refusal(kind: str) -> None:
    """It was on the cable when the template turned out to have no list for that."""
    h(NO_BASAL)
    model, axon = _with_axon_on_a_dendrite(kind)
    assert_arguments_refused(model, TemplateError, "NoBasal", model_filename="NoBasal.hoc")
    assert axon[0].parentseg() == model.cell.dend[0](0.7)
    reduced, _, _ = model.reduce()
    assert axon[0].parentseg().sec == reduced.dend[0]


@isolated
def test_two_axons() -> None:
    model = small_cell.model()
    second = h.Section(name="second_axon")
    small_cell.furnish(second, 50.0, 1.0, 1, active=True)
    second.connect(model.cell.soma[0](1), 0)
    reduced, _, _ = model.reduce()
    assert set(reduced.axon) == {model.cell.axon[0], second}


@isolated
def test_long_chain_of_sections() -> None:
    """Deeper than any recursion could go."""
    cell = SimpleNamespace(soma=h.Section(name="soma"))
    small_cell.furnish(cell.soma, 20.0, 20.0, 1, active=True)
    chain = []
    for index in range(3000):
        section = h.Section(name=f"dend{index}")
        small_cell.furnish(section, 1.0, 2.0, 1, active=False)
        section.connect((chain[-1] if chain else cell.soma)(1))
        chain.append(section)
    reduced, _, _ = subtree_reductor(cell, [], [])
    cable = reduced.dend[0]
    assert (cable.L, cable.diam) == pytest.approx((3000.0, 2.0), rel=1e-2)
