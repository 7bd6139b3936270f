"""What `reduce` returns: the cell as `subtree_reductor` makes it, and what was done."""

from __future__ import annotations

import importlib.metadata
import pickle
import types
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError, CellError, SynapseError
from refusal import assert_refused


def reduced(model: small_cell.Model, **arguments: Any) -> neuron_reduce.Reduction:
    """The reduction by the classic method, or another where one is given."""
    arguments = {"method": "classic", **arguments}
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, **arguments, in_place=True
    )


def all_segments(sections: Any) -> int:
    return sum(section.nseg for section in sections)


@isolated
def test_same_cell_as_subtree_reductor() -> None:
    first, second = small_cell.model(), small_cell.model()
    cell, synapses, netcons = reduced(first, frequency=38, segments=20)
    other, other_synapses, other_netcons = second.reduce(
        reduction_frequency=38, total_segments_manual=20, method="classic"
    )
    shapes = [
        [(section.L, section.diam, section.nseg) for section in [*each.apical, *each.basal]]
        for each in (cell, other)
    ]
    assert shapes[0] == shapes[1]
    assert netcons == first.drive.netcons
    assert [each.get_segment().x for each in synapses] == [
        each.get_segment().x for each in other_synapses
    ]
    traces = small_cell.run(cell.soma[0], other.soma[0])
    assert traces[0] == pytest.approx(traces[1], abs=1e-9)


@isolated
def test_record() -> None:
    model = small_cell.model()
    soma = model.cell.soma[0].name()
    full_segments = all_segments(model.cell.all)
    dendritic = [
        (section.name(), segment.x)
        for section in small_cell.dendrites_of(model.cell)
        for segment in section
    ]
    count = len(model.drive.synapses)
    reduction = reduced(
        model,
        frequency=10,
        compared_parameters={"ExpSyn": ["tau"]},
        merge="published",
        leak=("pas", "g", "e"),
    )
    record = reduction.record
    cell = reduction.cell

    assert record.cell == str(model.cell)
    assert record.method == "classic"
    assert record.settings == {
        "frequency": 10,
        "segments": -1,
        "compared_parameters": {"ExpSyn": ["tau"]},
        "merge": "published",
        "leak": ["pas", "g", "e"],
    }
    assert set(record.versions) == {"neuron-reduce-swift", "NEURON", "Python"}
    assert {"read", "cables", "build", "delete", "rest"} <= set(record.stage_seconds)
    assert record.segments_full == full_segments
    assert record.segments_reduced == all_segments(cell.all)
    assert record.point_processes_full == count
    assert record.point_processes_reduced == len(reduction.synapses)

    live = [*cell.apical, *cell.basal]
    assert [each.name for each in record.cables] == ["apic[0]", "dend[0]", "dend[1]"]
    assert [each.role for each in record.cables] == ["apical", "basal", "basal"]
    assert [each.stem.split(".")[1] for each in record.cables] == ["apic[0]", "dend[0]", "dend[3]"]
    assert {each.parent for each in record.cables} == {soma}
    for cable, section in zip(record.cables, live, strict=True):
        assert section.name().endswith(cable.name)
        assert (cable.length, cable.segments) == (section.L, section.nseg)
        assert cable.diameter == pytest.approx(section.diam)
        assert cable.electrotonic_length > 0

    assert sorted((each.section, each.x) for each in record.segment_map) == sorted(dendritic)
    assert all(0 <= each.cable_x <= 1 for each in record.segment_map)
    assert reduction.segment_map == record.segment_map
    assert reduction.cables == record.cables


@isolated
def test_kinds_of_synapse() -> None:
    model = small_cell.model()
    for index, synapse in enumerate(model.drive.synapses):
        if "ExpSyn" in synapse.hname():
            synapse.tau += 1e-6 * index
    reduction = reduced(model)
    kinds = reduction.record.synapses
    assert sum(kind.before for kind in kinds) == len(model.drive.synapses)
    assert sum(kind.after for kind in kinds) == len(reduction.synapses)
    assert sum(kind.netcons for kind in kinds) == len(model.drive.netcons)

    double = [kind for kind in kinds if kind.mechanism == "Exp2Syn"]
    assert len(double) == 3
    assert all(set(kind.parameters) == {"e", "tau1", "tau2"} for kind in double)
    assert sorted(kind.parameters["e"] for kind in double) == [-86.0, 0.0, 0.0]
    merged = [kind for kind in double if kind.after < kind.before]
    assert merged
    for kind in merged:
        assert "became one" in kind.treatment
        if kind.after > 1:
            assert kind.unmerged == {"in different segments": kind.after}

    single = [kind for kind in kinds if kind.mechanism == "ExpSyn"]
    assert all(kind.before == kind.after == 1 for kind in single)
    reasons = {reason for kind in single for reason in kind.unmerged}
    assert "parameters differ: tau" in reasons


@isolated
def test_where_the_cell_is_in_space() -> None:
    model = small_cell.model()
    stem = model.cell.dend[0]
    stem.pt3dclear()
    for x, diameter in ((0.0, 3.0), (60.0, 2.0), (120.0, 2.5)):
        stem.pt3dadd(x, 0.5, -1.0, diameter)
    names = {section.name() for section in model.cell.all}
    record = reduced(model).record
    shape = {piece.section: piece for piece in record.shape}
    assert set(shape) == names
    assert {piece.role for piece in record.shape} == {"soma", "axon", "apical", "basal"}
    points = shape[f"{model.cell}.dend[0]"].points
    assert points.tolist() == [[0, 0.5, -1, 3], [60, 0.5, -1, 2], [120, 0.5, -1, 2.5]]
    assert shape[f"{model.cell}.dend[1]"].points.shape == (0, 4)


@isolated
def test_impedances_are_those_that_neuron_computes() -> None:
    """NEURON's Impedance class, of cells without channels but pas."""
    model = small_cell.model()
    for section in [*model.cell.soma, *model.cell.axon]:
        section.uninsert("hh")

    def by_neuron(places: list[Any], frequency: float) -> list[float]:
        h.finitialize(-65)
        tool = h.Impedance()
        tool.loc(0.5, sec=model.cell.soma[0])
        tool.compute(frequency, 0)
        return [tool.transfer(place.x, sec=place.sec) for place in places]

    sites = [model.cell.apic[1](0.9), model.cell.dend[1](5 / 6), model.cell.dend[3](5 / 6)]
    soma = model.cell.soma[0](0.5)
    frequencies = (1.0, 10**1.5, 1000.0)
    full = [by_neuron([soma, *sites], each) for each in frequencies]
    reduction = reduced(model)
    found = reduction.record.impedances
    assert found is not None
    assert found.frequencies == pytest.approx(np.logspace(0, 3, 25))
    assert found.sites == [
        f"{model.cell}.{each}"
        for each in ("apic[1](0.9)", "dend[1](0.833333)", "dend[3](0.833333)")
    ]
    places = [reduction.place(each.rpartition("(")[0], 0.9) for each in found.sites]
    for index, frequency, expected in zip((0, 12, 24), frequencies, full, strict=True):
        assert found.input_full[index] == pytest.approx(expected[0], rel=1e-6)
        assert found.transfer_full[:, index] == pytest.approx(expected[1:], rel=1e-6)
        after = by_neuron([soma, *places], frequency)
        assert found.input_reduced[index] == pytest.approx(after[0], rel=1e-6)
        assert found.transfer_reduced[:, index] == pytest.approx(after[1:], rel=1e-6)


@isolated
def test_notes() -> None:
    model = small_cell.model()
    model.cell.apic[1].insert("hh")
    clamp = h.IClamp(model.cell.dend[2](0.5))
    reduction = reduced(model)
    notes = reduction.record.notes
    assert len(notes) == 2
    assert notes[0].startswith("hh has its declared parameter values in ")
    assert notes[1].startswith("1 point process on the dendrites, in no list")
    assert clamp.get_segment().sec in list(reduction.cell.dend)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_a_soma_that_is_named_in_part_is_noted(method: str) -> None:
    soma = [h.Section("soma_0"), h.Section("soma_1")]
    dend = h.Section("dend")
    soma[1].connect(soma[0](1))
    dend.connect(soma[1](1))
    for section in [*soma, dend]:
        section.insert("pas")
    whole = types.SimpleNamespace(soma=soma)
    part = types.SimpleNamespace(soma=soma[0])
    noted = neuron_reduce.reduce(part, [], [], method=method, in_place=True).record.notes
    assert any(note.startswith("soma_1 is named as soma or axon") for note in noted)
    soma[1] = h.Section("soma_1")
    dend = h.Section("dend")
    soma[1].connect(soma[0](1))
    dend.connect(soma[1](1))
    for section in [*soma, dend]:
        section.insert("pas")
    assert not neuron_reduce.reduce(whole, [], [], method=method, in_place=True).record.notes


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_every_method_has_its_record(method: str) -> None:
    model = small_cell.model()
    count = len(model.drive.netcons)
    reduction = reduced(model, method=method, rates=5.0)
    record = reduction.record
    assert record.method == method
    assert record.settings["rates"] == 5.0
    live = [*reduction.cell.apical, *reduction.cell.basal]
    for cable, section in zip(record.cables, live, strict=True):
        assert section.name().endswith(cable.name)
        assert section.parentseg().sec.name().endswith(cable.parent)
        assert cable.length == pytest.approx(section.L)
    assert sum(kind.netcons for kind in record.synapses) == count
    assert sum(kind.after for kind in record.synapses) == len(reduction.synapses)
    assert np.isfinite(record.impedances.transfer_reduced).all()
    for index, mapped in enumerate(reduction.segment_map):
        assert reduction.place(index).x == mapped.cable_x


@isolated
def test_place() -> None:
    model = small_cell.model()
    reduction = reduced(model)
    cell = reduction.cell
    for index, mapped in enumerate(reduction.segment_map):
        segment = reduction.place(mapped.section, mapped.x)
        assert segment.x == mapped.cable_x
        assert segment.sec.name().endswith(reduction.cables[mapped.cable].name)
        assert reduction.place(index) == segment
    assert reduction.place("apic[1]", 1.0) == reduction.place("apic[1]", 0.9)
    assert reduction.place("apic[1]").sec == cell.apic
    assert reduction.place("soma[0]", 0.3) == model.cell.soma[0](0.3)
    assert reduction.place(model.cell.axon[1].name(), 1) == model.cell.axon[1](1)
    for arguments in (
        ("apic[7]", 0.5),
        ("apic", 0.5),
        (None, 0.5),
        (["apic[1]"], 0.5),
        ("apic[1]", 1.5),
        ("apic[1]", "0.5"),
        (-1,),
        (10**6,),
        (0, 0.5),
    ):
        with pytest.raises(ArgumentError, match="expected"):
            reduction.place(*arguments)


@isolated
def test_printing_and_pickling() -> None:
    model = small_cell.model()
    for index, synapse in enumerate(model.drive.synapses):
        synapse.e += index
    reduction = reduced(model)
    text = str(reduction)
    for expected in ("method classic", "frequency 0", "apic[0]", "Exp2Syn", "more kinds", "ms:"):
        assert expected in text
    assert max(map(len, text.splitlines())) < 160
    assert "3 cables" in repr(reduction)
    again = pickle.loads(pickle.dumps(reduction.record))
    assert str(again) == text
    assert again.impedances.sites == reduction.record.impedances.sites


@isolated
def test_errors_name_the_arguments_of_this_call() -> None:
    model = small_cell.model()
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (ArgumentError, {"frequency": -1}, "frequency is -1.0"),
        (ArgumentError, {"frequency": "1"}, "frequency is '1'"),
        (ArgumentError, {"segments": 0}, "segments is 0.0"),
        (ArgumentError, {"method": "newest"}, "one of: classic"),
        (ArgumentError, {"method": "classic\0"}, "method is"),
        (ArgumentError, {"method": None}, "method is None"),
        (ArgumentError, {"compared_parameters": {"ExpSyn": ["x"]}}, "compared_parameters names"),
        (neuron_reduce.TemplateError, {"template": "no.hoc"}, "template 'no.hoc'"),
    ]
    for error, arguments, text in cases:
        assert_refused(lambda arguments=arguments: reduced(model, **arguments), error, text)
    assert_refused(
        lambda: neuron_reduce.reduce(model.cell, [None], model.drive.netcons, in_place=True),
        SynapseError,
        "synapses[0] is None",
    )
    assert_refused(
        lambda: neuron_reduce.reduce(object(), [], [], in_place=True), CellError, "no soma"
    )
    assert_refused(lambda: model.reduce(method="newest"), ArgumentError, "one of: classic")


@isolated
def test_settings_are_a_copy() -> None:
    model = small_cell.model()
    count = len(model.drive.netcons)
    rates = np.full(count, 3.0)
    record = reduced(model, method="lumped", rates=rates).record
    rates[0] = 5.0
    assert record.settings["rates"] == [3.0] * count
    assert str(pickle.loads(pickle.dumps(record))) == str(record)


@isolated
def test_treatments_are_printed() -> None:
    record = reduced(small_cell.model(), method="lumped").record
    text = str(record)
    for treatment in {kind.treatment for kind in record.synapses}:
        assert text.count(treatment) == 1


@isolated
def test_a_version_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package may be used without being installed."""

    def unknown(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", unknown)
    assert reduced(small_cell.model()).record.versions["neuron-reduce-swift"] == "unknown"
