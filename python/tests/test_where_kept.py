"""Where what the original had is in a cell that is kept: as it is in the reduction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import test_where
from conftest import PROJECT
from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError, CellError, SavedCellError
from refusal import assert_refused
from test_where import METHODS

OLD = PROJECT / "python" / "tests" / "golden" / "kept_cell_version_1.json"
"""A file that was written before files said where the original's membrane was."""


def _kept(tmp_path: Path, **arguments: Any) -> tuple[neuron_reduce.Reduction, Any]:
    """A reduction, and an instance of what was saved of it and read again."""
    model = test_where._in_space()
    reduction = test_where._reduced(model, **arguments)
    reduction.save(tmp_path / "cell.json")
    instance = neuron_reduce.load(tmp_path / "cell.json").instantiate()
    # NetCons whose sources are gone are not to be asked.
    instance.model = model
    return reduction, instance


@METHODS
@pytest.mark.parametrize("in_place", [False, True])
def test_places_are_those_of_the_reduction(method: str, in_place: bool, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        reduction, instance = _kept(tmp_path, method=method, in_place=in_place)
        sections = list(reduction.cell.all)
        here = {section: index for index, section in enumerate(sections)}
        for name, x in reduction.original_geometry().places:
            own, found = reduction.locate(name, x), instance.locate(name, x)
            assert instance.sections.index(found.sec) == here[own.sec]
            assert found.x == own.x
            assert instance.saved.locate(name, x) == (here[own.sec], own.x)
        for index in range(len(instance.saved.content["original"]["synapses"])):
            assert instance.locate(index) == instance.synapse(index)
        found = [instance.origins(each) for section in instance.all for each in section]
        own = [reduction.origins(each) for section in sections for each in section]
        assert [len(each) for each in found] == [len(each) for each in own]
        for ours, theirs in zip(found, own, strict=True):
            for (name, x), (other, place) in zip(ours, theirs, strict=True):
                assert (name, pytest.approx(x)) == (other, place)

    test()


@METHODS
def test_space_and_currents_are_those_of_the_reduction(method: str, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        reduction, instance = _kept(tmp_path, method=method)
        pairs = [
            (instance.geometry(), reduction.geometry()),
            (instance.original_geometry(), reduction.original_geometry()),
            (instance.saved.original_geometry(), reduction.original_geometry()),
        ]
        for found, expected in pairs:
            for name in ("start", "end", "diameter", "area"):
                assert np.array_equal(getattr(found, name), getattr(expected, name)), name
        assert pairs[1][0].places == pairs[1][1].places
        count = len(pairs[0][0])
        currents = np.random.RandomState(5).normal(size=(count, 3))
        expected = reduction.map_currents(currents)
        assert np.array_equal(instance.map_currents(currents), expected)
        assert np.array_equal(instance.saved.map_currents(currents[:, 0]), expected[:, 0])

    test()


@METHODS
def test_recordings_are_those_of_the_reduction(method: str, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        reduction, instance = _kept(tmp_path, method=method)
        places = [("v", "apic[2]", 0.9), ("cm", "dend[1]", 0.2), ("v", "soma[0]", None)]
        ours = [instance.record_at(*each) for each in places]
        theirs = [reduction.record_at(*each) for each in places]
        process = instance.record_at("g", 2), h.Vector().record(reduction.synapse(2)._ref_g)
        h.run()
        for found, expected in (*zip(ours, theirs, strict=True), process):
            assert found.size() > 10
            assert list(found) == list(expected)
        # What the next runs need.
        assert instance.locate("apic[2]", 0.9).sec.name().startswith(str(instance))

    test()


@isolated
def _refused(tmp_path: Path) -> None:
    reduction, instance = _kept(tmp_path, method="classic")
    cell = reduction.cell
    for wrong in (cell.soma[0](0.5), cell.soma[0], 2.0, None, ["apic[0]"]):
        assert_refused(
            lambda wrong=wrong: instance.locate(wrong), ArgumentError, "by which an instance knows"
        )
    assert_refused(lambda: instance.locate(-1), ArgumentError, "index is -1", "synapses")
    assert_refused(lambda: instance.locate(0, 0.5), ArgumentError, "x is 0.5; expected none")
    assert_refused(lambda: instance.locate("dend[77]"), ArgumentError, "section is 'dend[77]'")
    assert_refused(lambda: instance.saved.locate("dend[0]", 1.1), ArgumentError, "x is 1.1")
    for wrong in (cell.soma[0](0.5), instance.soma, 0.5, None):
        assert_refused(
            lambda wrong=wrong: instance.origins(wrong), ArgumentError, f"a segment of {instance}"
        )
    assert_refused(
        lambda: instance.record_at("none", "apic[0]"), ArgumentError, "variable is 'none'"
    )
    count = len(instance.geometry())
    deleted = h.Section("deleted")
    segment = deleted(0.5)
    h.delete_section(sec=deleted)
    for wrong in (
        *(np.zeros(3), "i", None, 10**400, segment, [None] * count, [1j] * count),
        np.zeros(count, dtype="datetime64[s]"),
    ):
        assert_refused(lambda wrong=wrong: instance.map_currents(wrong), ArgumentError, "times)")
    cable = instance.sections[-1]
    cable.nseg += 2
    for call in (instance.geometry, lambda: instance.origins(cable(0.5))):
        assert_refused(call, CellError, f"{cable.name()} has nseg")
    h.delete_section(sec=cable)
    gone = [name for name, index, *_ in _map(instance) if index == len(instance.sections) - 1]
    for call in (instance.geometry, lambda: instance.locate(gone[0])):
        assert_refused(call, CellError, "is gone")
    assert instance.map_currents(np.ones(len(reduction.geometry()))).sum() > 0


def _map(instance: Any) -> list[tuple[str, int]]:
    return [(each.section, each.cable) for each in instance.saved.segment_map]


def test_what_cannot_be_located_is_named(tmp_path: Path) -> None:
    _refused(tmp_path)


@isolated
def test_a_cell_without_points_has_places_and_no_space() -> None:
    model = small_cell.model()
    reduction = test_where._reduced(model)
    instance = reduction.instantiate()
    for call in (instance.geometry, instance.original_geometry):
        assert_refused(call, CellError, "had no 3D points", "define_shape()")
    currents = np.arange(1.0, 1 + sum(each.nseg for each in instance.all))
    assert np.array_equal(instance.map_currents(currents), reduction.map_currents(currents))


@isolated
def test_a_cell_whose_sections_were_changed_is_saved_without_its_space() -> None:
    model = test_where._in_space()
    reduction = test_where._reduced(model)
    reduction.cell.dend[0].nseg += 2
    instance = reduction.instantiate()
    assert instance.locate("dend[0]", 0.5)
    for call in (instance.geometry, lambda: instance.map_currents(np.ones(3))):
        assert_refused(call, SavedCellError, "does not say where its membrane was")


@isolated
def test_files_of_version_1_are_read() -> None:
    text = OLD.read_text()
    assert json.loads(text)["version"] == 1
    saved = neuron_reduce.load(OLD)
    assert saved.content["version"] == 2
    instance = saved.instantiate()
    assert instance.origins(instance.locate("dend[1]", 0.5))
    h.tstop = 30
    trace = instance.record_at("v", "soma[0]")
    h.run()
    assert max(trace) > min(trace)
    for call in (instance.geometry, instance.original_geometry):
        assert_refused(call, SavedCellError, "a version of neuron_reduce before that wrote it")
    assert neuron_reduce.SavedCell(saved.content) == saved
