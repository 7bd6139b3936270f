"""Where what the original had is in a reduced cell."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import test_names
from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError, CellError
from refusal import assert_refused

METHODS = pytest.mark.parametrize("method", ["classic", "lumped", "folded"])


def _reduced(model: Any, **arguments: Any) -> neuron_reduce.Reduction:
    drive = model.drive
    given = {"segments": 8} | arguments
    return neuron_reduce.reduce(model.cell, drive.synapses, drive.netcons, **given)


@METHODS
@isolated
def test_segments_are_located_as_places_are(method: str) -> None:
    model = small_cell.model()
    reduction = _reduced(model, method=method)
    for section in model.cell.all:
        for segment in section:
            found = reduction.locate(segment)
            assert found == reduction.place(section.name(), segment.x)
            assert found == reduction.locate(section.name(), segment.x)
            assert found == reduction.locate(section, segment.x)
            assert found.sec in list(reduction.cell.all)
    assert reduction.locate("soma[0]") == reduction.cell.soma[0](0.5)


@METHODS
@isolated
def test_places_of_sections_that_are_gone_are_located_by_name(method: str) -> None:
    model = small_cell.model()
    tip = model.cell.apic[2](0.9)
    soma = model.cell.soma[0](0.5)
    expected = _reduced(model, method=method)
    reduction = _reduced(model, method=method, in_place=True)
    found = reduction.locate("apic[2]", 0.9)
    assert found.sec in list(reduction.cell.all)
    assert found.x == expected.locate("apic[2]", 0.9).x
    # What stays is where it was.
    assert reduction.locate(soma) == soma
    assert_refused(lambda: reduction.locate(tip), ArgumentError, "deleted")


@METHODS
@pytest.mark.parametrize("in_place", [False, True])
@isolated
def test_point_processes_are_located_where_their_netcons_are(method: str, in_place: bool) -> None:
    model = small_cell.model()
    reduction = _reduced(model, method=method, in_place=in_place)
    synapses, netcons = model.drive.synapses, reduction.netcons
    assert len(reduction.synapses) < len(synapses)
    for index, (synapse, netcon) in enumerate(zip(synapses, netcons, strict=True)):
        assert reduction.locate(synapse) == netcon.syn() == reduction.synapse(index)


@isolated
def test_other_point_processes_have_copies_where_they_were_asked_for() -> None:
    model = small_cell.model()
    clamps = [h.IClamp(model.cell.apic[1](0.7)), h.IClamp(model.cell.soma[0](0.5))]
    with_clamps, without = _reduced(model, clamps=True), _reduced(model)
    for clamp, segment in zip(clamps, ("apic[1]", "soma[0]"), strict=True):
        copy = with_clamps.locate(clamp)
        assert copy != clamp
        assert copy.get_segment().sec == with_clamps.locate(segment, 0.7).sec
        assert_refused(lambda clamp=clamp: without.locate(clamp), ArgumentError, "clamps=True")
    in_place = _reduced(model, in_place=True)
    assert [in_place.locate(each) for each in clamps] == clamps


@METHODS
@isolated
def test_origins_are_all_segments_of_the_original_once(method: str) -> None:
    model = small_cell.model()
    reduction = _reduced(model, method=method)
    found = []
    for section in reduction.cell.all:
        for segment in section:
            for name, x in reduction.origins(segment):
                located = reduction.locate(name, x)
                assert located.sec == section
                assert int(located.x * section.nseg) == int(segment.x * section.nseg)
                found.append((name, round(x, 9)))
    expected = [
        (section.name(), round(segment.x, 9)) for section in model.cell.all for segment in section
    ]
    assert sorted(found) == sorted(expected)
    axon = reduction.cell.axon[0]
    assert reduction.origins(axon(0.2)) == [(f"{model.cell}.axon[0]", 0.5)]


@isolated
def test_origins_refuse_what_is_not_of_the_reduced_cell() -> None:
    model = small_cell.model()
    reduction = _reduced(model)
    for wrong in (model.cell.dend[0](0.5), "dend[0]", reduction.cell.soma[0], None):
        assert_refused(
            lambda wrong=wrong: reduction.origins(wrong), ArgumentError, "the reduced TestTree"
        )
    reduction.cell.dend[0].nseg = 7
    assert_refused(
        lambda: reduction.origins(reduction.cell.soma[0](0.5)), CellError, "nseg = 7", "dend[0]"
    )


@METHODS
@isolated
def test_what_is_recorded_is_what_is_there(method: str) -> None:
    model = small_cell.model()
    reduction = _reduced(model, method=method)
    vectors = [
        reduction.record_at("v", model.cell.apic[1](0.9)),
        reduction.record_at("v", "apic[1]", 0.9),
        h.Vector().record(reduction.place("apic[1]", 0.9)._ref_v),
    ]
    gates = [
        reduction.record_at("m_hh", "soma[0]"),
        h.Vector().record(reduction.cell.soma[0](0.5).hh._ref_m),
    ]
    conductances = [
        reduction.record_at("i", model.drive.synapses[5]),
        h.Vector().record(reduction.netcons[5].syn()._ref_i),
    ]
    small_cell.run(reduction.cell.soma[0])
    for same in (vectors, gates, conductances):
        arrays = [np.array(each) for each in same]
        assert np.ptp(arrays[0]) > 0
        assert all(np.array_equal(each, arrays[0]) for each in arrays)


@isolated
def test_what_cannot_be_located_or_recorded_is_named() -> None:
    model = small_cell.model()
    reduction = _reduced(model)
    bystander, synapse = model.bystander, model.drive.synapses[0]
    cases: list[tuple[Any, str]] = [
        (lambda: reduction.locate(bystander.dend[0](0.5)), "TestTree[1].dend[0]"),
        (lambda: reduction.locate(reduction.cell.dend[0](0.5)), "dend[0](0.5)"),
        (lambda: reduction.locate(model.bystander_drive.synapses[0]), "no point process"),
        (lambda: reduction.locate(reduction.synapses[0]), "no point process"),
        (lambda: reduction.locate(17), "17"),
        (lambda: reduction.locate("axon[0]", 2), "x is 2"),
        (lambda: reduction.locate(synapse, 0.5), "x is 0.5"),
        (lambda: reduction.locate(model.cell.dend[0](0.5), 0.5), "x is 0.5"),
        (lambda: reduction.locate("nowhere[0]"), "nowhere[0]"),
        (lambda: reduction.locate(model.drive.netcons[0]), "NetCon"),
        (lambda: reduction.record_at("cai", "dend[0]"), "'cai'"),
        (lambda: reduction.record_at("m_hh", "dend[0]"), "'m_hh'"),
        (lambda: reduction.record_at("nothing", synapse), "'nothing'"),
        (lambda: reduction.record_at(3, "dend[0]"), "variable is 3"),
        (lambda: reduction.synapse(-1), "index is -1"),
        (lambda: reduction.synapse(10**6), "index is 1000000"),
    ]
    for call, named in cases:
        assert_refused(call, ArgumentError, named)


@isolated
def test_cells_that_were_deleted_and_built_again_are_others() -> None:
    model = small_cell.model()
    reduction = _reduced(model)
    del model
    gc.collect()
    again = small_cell.model()
    assert again.cell.hname() == "TestTree[0]"
    for index, synapse in enumerate(again.drive.synapses):
        with pytest.raises(ArgumentError, match="no point process"):
            reduction.locate(synapse)
        assert reduction.synapse(index) == reduction.netcons[index].syn()
    with pytest.raises(ArgumentError):
        reduction.locate(again.cell.dend[0](0.5))


@METHODS
@isolated
def test_sections_of_one_name_are_located_by_themselves(method: str) -> None:
    cell = test_names.Cell()
    reduction = neuron_reduce.reduce(cell, [], [], method=method, segments=4)
    found = [reduction.locate(section).sec for section in cell.dend]
    assert set(found) <= set(reduction.cell.dend)
    for section in cell.dend:
        for segment in section:
            origins = reduction.origins(reduction.locate(segment))
            assert (section.name(), pytest.approx(segment.x)) in origins
    # One is gone: of the others that have its name it is not known which they are.
    h.delete_section(sec=cell.dend[0])
    del section, segment
    with pytest.raises(ArgumentError, match="cannot be told apart"):
        reduction.locate(cell.dend[1])
    assert reduction.locate(cell.dend[2]) == reduction.place("twig")
