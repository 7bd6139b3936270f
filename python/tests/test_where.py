"""Where what the original had is in a reduced cell."""

from __future__ import annotations

import gc
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import snapshot
import test_names
from isolated import isolated
from models import compiled, small_cell
from neuron_reduce import ArgumentError, CellError
from refusal import assert_refused

METHODS = pytest.mark.parametrize("method", ["classic", "lumped", "folded"])


WAYS = {
    "dend[0]": (-1, 0, 0),
    "dend[1]": (0, -1, 0),
    "dend[2]": (-1, 0, 0),
    "dend[3]": (1, 0, 0),
    "apic[0]": (0, 1, 0),
    "apic[1]": (0, 0, 1),
    "apic[2]": (1, 0, 0),
    "soma[0]": (0, 1, 0),
    "axon[0]": (0, -1, 0),
}
"""Where the sections of the small cell go in space; axon[1] has no points of its own."""


def _in_space() -> small_cell.Model:
    """The small cell, with 3D points that give it the areas that it has."""
    model = small_cell.model()
    ends: dict[Any, np.ndarray] = {}
    for section in model.cell.soma[0].subtree():
        name = section.name().split(".")[1]
        if name not in WAYS:
            continue
        above = section.parentseg()
        start = np.zeros(3)
        if above is not None:
            start = ends[above.sec][0] + above.x * np.diff(ends[above.sec], axis=0)[0]
        ends[section] = np.stack([start, start + section.L * np.array(WAYS[name])])
        diameter = section.diam
        section.pt3dclear()
        for place in ends[section]:
            section.pt3dadd(*place, diameter)
    return model


def _shape(cell: Any) -> np.ndarray:
    return np.array(
        [
            (section.L, segment.diam, segment.area(), segment.ri())
            for section in cell.all
            for segment in section
        ]
    )


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
        reduction.record("v", "apic[1]", 0.9),
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
def test_a_record_that_is_alone_records_nothing() -> None:
    reduction = _reduced(small_cell.model())
    record = pickle.loads(pickle.dumps(reduction.record))
    assert record.cables == reduction.record.cables
    with pytest.raises(CellError, match=r"this is the record of .* alone; expected that of a red"):
        record("v", "apic[1]", 0.9)


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


@METHODS
@isolated
def test_what_is_gone_of_the_reduced_cell_is_named(method: str) -> None:
    model = _in_space()
    reduction = _reduced(model, method=method)
    soma, segment = reduction.cell.soma[0], reduction.cell.dend[0](0.5)
    reduction.locate("dend[0]")
    h.delete_section(sec=reduction.cell.dend[0])
    for call in (
        lambda: reduction.origins(soma(0.5)),
        lambda: reduction.place("dend[0]"),
        lambda: reduction.locate("dend[0]"),
        lambda: reduction.locate(model.cell.dend[0](0.5)),
        lambda: reduction.record_at("v", "dend[0]"),
        lambda: reduction.map_currents([0.0]),
        reduction.geometry,
        reduction.add_points,
        reduction.record_synapses,
    ):
        with pytest.raises(CellError, match="the reduced TestTree"):
            call()
    with pytest.raises(ArgumentError, match="deleted section"):
        reduction.origins(segment)


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
def test_the_original_goes_as_if_nothing_were_known_of_it(method: str) -> None:
    model = small_cell.model()
    counts = {kind: len(h.List(kind)) for kind in ("ExpSyn", "Exp2Syn", "NetCon")}
    reduction = _reduced(model, method=method)
    made = {kind: len(h.List(kind)) - count for kind, count in counts.items()}
    reduction.locate(model.drive.synapses[0])
    reduction.origins(reduction.cell.soma[0](0.5))
    del model
    gc.collect()
    assert {kind: len(h.List(kind)) for kind in counts} == made
    names = {section.name().split(".")[0] for section in h.allsec()}
    assert names == {reduction.cell.hoc_model.hname()}


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


# ---- In space ------------------------------------------------------------------------------------


@isolated
def test_the_original_is_where_its_points_were() -> None:
    model = _in_space()
    areas = {
        (section.name(), round(segment.x, 6)): segment.area()
        for section in model.cell.all
        for segment in section
    }
    reduction = _reduced(model, in_place=True)
    found = reduction.original_geometry()
    assert len(found) == len(areas)
    by_place = {(name, round(x, 6)): row for row, (name, x) in enumerate(found.places)}
    assert {place: found.area[row] for place, row in by_place.items()} == areas
    # Half of dend[1] from where it is attached, in three segments.
    row = by_place[f"{model.cell}.dend[1]", 0.5]
    assert found.start[row] == pytest.approx([-120, -50, 0])
    assert found.end[row] == pytest.approx([-120, -100, 0])
    assert found.diameter[row] == pytest.approx(1.2)
    # What has no points goes on from where it is attached.
    row = by_place[f"{model.cell}.axon[1]", round(1 / 6, 6)]
    assert found.start[row] == pytest.approx([0, -30, 0])
    lengths = np.linalg.norm(found.end - found.start, axis=1)
    assert lengths[row] == pytest.approx(200 / 3)
    assert found.area == pytest.approx(np.pi * lengths * found.diameter)


@METHODS
@isolated
def test_compartments_are_where_their_membrane_was(method: str) -> None:
    reduction = _reduced(_in_space(), method=method)
    original, found = reduction.original_geometry(), reduction.geometry()
    rows = {(name, round(x, 6)): row for row, (name, x) in enumerate(original.places)}
    segments = [segment for section in reduction.cell.all for segment in section]
    assert found.places == [(each.sec.name(), each.x) for each in segments]
    assert found.area == pytest.approx([each.area() for each in segments], rel=1e-15)
    for row, segment in enumerate(segments):
        own = [rows[name, round(x, 6)] for name, x in reduction.origins(segment)]
        middle = np.average(original.middle[own], axis=0, weights=original.area[own])
        assert found.middle[row] == pytest.approx(middle, abs=1e-9)
    if method == "folded":
        # The tuft's two branches, of nearly the same length: half way between them, outwards.
        start, end = found.start[7 + 1], found.end[7 + 1]
        assert (start[1], end[1]) == pytest.approx((320, 320))
        assert end[0] > start[0] + 50
        assert end[2] > start[2] + 100


@isolated
def test_with_all_segments_the_courses_are_the_originals() -> None:
    reduction = _reduced(_in_space(), segments=1e4)
    original, found = reduction.original_geometry(), reduction.geometry()
    rows = {(name, round(x, 6)): row for row, (name, x) in enumerate(original.places)}
    for row, segment in enumerate(s for section in reduction.cell.all for s in section):
        origins = reduction.origins(segment)
        if not origins:
            # A junction.
            assert np.linalg.norm(found.end[row] - found.start[row]) == pytest.approx(1)
            continue
        ((name, x),) = origins
        other = rows.pop((name, round(x, 6)))
        assert found.start[row] == pytest.approx(original.start[other])
        assert found.end[row] == pytest.approx(original.end[other])
    assert not rows


@isolated
def test_a_cell_that_plotshape_has_laid_out_is_in_space() -> None:
    model = small_cell.model()
    h.define_shape()
    reduction = _reduced(model)
    geometry, original = reduction.geometry(), reduction.original_geometry()
    assert np.isfinite(geometry.start).all()
    assert np.isfinite(geometry.end).all()
    lengths = np.linalg.norm(original.end - original.start, axis=1)
    full = [section.L / section.nseg for section in model.cell.all for _ in section]
    assert sorted(lengths) == pytest.approx(sorted(full), rel=1e-5)


@METHODS
@isolated
def test_geometry_changes_nothing(method: str) -> None:
    model = _in_space()
    reduction = _reduced(model, method=method)
    shape, trace = _shape(reduction.cell), small_cell.run(reduction.cell.soma[0])
    gc.collect()
    before = snapshot.take()
    reduction.geometry()
    reduction.original_geometry()
    assert snapshot.differences(before, snapshot.take()) == []
    assert (_shape(reduction.cell) == shape).all()
    assert small_cell.run(reduction.cell.soma[0]) == trace


@pytest.mark.parametrize(
    ("method", "segments"), [("classic", 8), ("lumped", 8), ("folded", 8), ("folded", 1e4)]
)
@isolated
def test_points_are_where_the_membrane_was_and_stay_there(method: str, segments: float) -> None:
    model = _in_space()
    reduction = _reduced(model, method=method, segments=segments)
    shape, geometry = _shape(reduction.cell), reduction.geometry()
    reduction.add_points()
    found = _shape(reduction.cell)
    assert found == pytest.approx(shape, rel=2e-7)
    assert found[:, 0] == pytest.approx(shape[:, 0], rel=1e-15)

    def middles() -> dict[str, np.ndarray]:
        return {
            section.name(): np.mean(
                [(section.x3d(i), section.y3d(i), section.z3d(i)) for i in (0, 1)], axis=0
            )
            for section in reduction.cell.all
            if section.n3d() == 2
        }

    drawn = middles()
    # All but the axon's end and junctions; of cables of several segments the whole is there.
    rows = [row for row, (_, x) in enumerate(geometry.places) if x == 0.5]
    compared = [row for row in rows if geometry.places[row][0] in drawn]
    assert len(compared) >= len(rows) - 3
    for row in compared:
        place = drawn[geometry.places[row][0]]
        assert place == pytest.approx(geometry.middle[row], abs=1e-3)
    # What PlotShape does first.
    h.define_shape()
    after = middles()
    assert all(after[name] == pytest.approx(place, abs=1e-3) for name, place in drawn.items())


@isolated
def test_a_cell_with_points_is_kept_with_them() -> None:
    reduction = _reduced(_in_space())
    reduction.add_points()
    instance = reduction.instantiate()
    assert _shape_of(instance.sections) == _shape_of(reduction.cell.all)


def _shape_of(sections: Any) -> list[tuple[float, ...]]:
    return [
        (section.x3d(index), section.y3d(index), section.z3d(index), section.L, section(0.5).area())
        for section in sections
        for index in range(section.n3d())
    ]


@METHODS
@isolated
def test_currents_are_mapped_by_area_and_sums_are_kept(method: str) -> None:
    model = _in_space()
    reduction = _reduced(model, method=method)
    original = reduction.original_geometry()
    segments = [segment for section in reduction.cell.all for segment in section]
    currents = np.random.RandomState(3).normal(size=(len(segments), 4))
    mapped = reduction.map_currents(currents)
    assert mapped.shape == (len(original), 4)
    assert mapped.sum(axis=0) == pytest.approx(currents.sum(axis=0))
    assert reduction.map_currents(currents[:, 0]) == pytest.approx(mapped[:, 0], abs=0)
    rows = {(name, round(x, 6)): row for row, (name, x) in enumerate(original.places)}
    for own, segment in zip(currents, segments, strict=True):
        members = [rows[name, round(x, 6)] for name, x in reduction.origins(segment)]
        density = mapped[members] / original.area[members][:, None]
        assert density == pytest.approx(np.tile(density[:1], (len(members), 1)))
        assert mapped[members].sum(axis=0) == pytest.approx(own)


@isolated
def test_what_has_no_place_in_space_is_refused() -> None:
    model = small_cell.model()
    reduction = _reduced(model)
    for call in (reduction.geometry, reduction.original_geometry, reduction.add_points):
        assert_refused(call, CellError, "3D points", "soma[0]")
    count = sum(section.nseg for section in reduction.cell.all)
    for wrong in (np.zeros(count + 1), np.zeros((2, count)), "i", np.zeros((count, 1, 1)), None):
        assert_refused(
            lambda wrong=wrong: reduction.map_currents(wrong), ArgumentError, f"({count}, times)"
        )


@isolated
def test_points_of_cables_that_were_changed_are_refused() -> None:
    model = _in_space()
    reduction = _reduced(model, method="classic")
    cable = next(each for each in reduction.cell.all if "apic" in each.name())
    cable(0.9).diam = 9
    assert_refused(reduction.add_points, CellError, cable.name(), "several diameters")


# ---- Currents of synapses that were merged -------------------------------------------------------


@METHODS
@pytest.mark.parametrize("interval", [None, 0.1])
@isolated
def test_each_synapse_has_the_current_that_it_has_alone(
    method: str, interval: float | None
) -> None:
    model = small_cell.model()
    alone = _reduced(model, method=method, segments=5, merge=False)
    merged = _reduced(model, method=method, segments=5, merge="exact")
    assert len(merged.synapses) < len(alone.synapses) == len(model.drive.synapses)
    # As many sources have had events recorded before.
    mine = h.Vector()
    merged.netcons[3].record(mine)
    expected, found = alone.record_synapses(interval), merged.record_synapses(interval)
    # What is recorded last is what counts.
    for duration in (5, 20):
        small_cell.run(merged.cell.soma[0], duration=duration)
        assert len(mine) > 0
        for index in range(len(model.drive.synapses)):
            current = expected.current(index)
            assert found.current(index) == pytest.approx(current, abs=1e-9 * np.abs(current).max())
            assert duration < 20 or np.abs(current).max() > 1e-3


@isolated
def test_netcons_that_were_made_since_have_their_part() -> None:
    model = small_cell.model()
    merged = _reduced(model, segments=5)
    counts: dict[Any, int] = {}
    for netcon in merged.netcons:
        counts[netcon.syn()] = counts.get(netcon.syn(), 0) + 1
    index = next(i for i, n in enumerate(merged.netcons) if counts[n.syn()] > 1)
    process = merged.netcons[index].syn()
    before = merged.record_synapses()
    small_cell.run(merged.cell.soma[0])
    expected = before.current(index)
    stimulus = h.NetStim()
    stimulus.start, stimulus.interval, stimulus.number = 2, 3, 5
    mine = h.NetCon(stimulus, process)
    mine.weight[0], mine.delay = 10 * merged.netcons[index].weight[0], 0.5
    small_cell.run(merged.cell.soma[0])
    with pytest.raises(CellError, match="NetCons; expected"):
        before.current(index)
    found = merged.record_synapses()
    total = h.Vector().record(process._ref_i)
    small_cell.run(merged.cell.soma[0])
    members = [i for i, netcon in enumerate(merged.netcons) if netcon.syn() == process]
    parts = [found.current(i) for i in members]
    assert np.abs(np.sum(parts, axis=0)).max() < 0.5 * np.abs(np.array(total)).max()
    # The driving force is another, the conductance is not.
    assert np.abs(found.current(index)).max() == pytest.approx(np.abs(expected).max(), rel=0.3)


@METHODS
@isolated
def test_currents_of_synapses_are_mapped_to_where_these_were(method: str) -> None:
    model = _in_space()
    reduction = _reduced(model, method=method, segments=5)
    h.CVode().use_fast_imem(1)
    segments = [segment for section in reduction.cell.all for segment in section]
    vectors = [h.Vector().record(segment._ref_i_membrane_) for segment in segments]
    synapses = reduction.record_synapses()
    small_cell.run(reduction.cell.soma[0])
    currents = np.array(vectors)
    mapped = reduction.map_currents(vectors, synapses=synapses)
    plain = reduction.map_currents(currents)
    assert mapped.sum(axis=0) == pytest.approx(currents.sum(axis=0), abs=1e-9)
    original = reduction.original_geometry()
    rows = {(name, round(x, 6)): row for row, (name, x) in enumerate(original.places)}
    moved = mapped - plain
    expected = np.zeros_like(moved)
    for index, synapse in enumerate(model.drive.synapses):
        current = synapses.current(index)
        segment = synapse.get_segment()
        expected[rows[segment.sec.name(), round(segment.x, 6)]] += current
        where = reduction.locate(synapse).get_segment()
        own = [rows[name, round(x, 6)] for name, x in reduction.origins(where)]
        expected[own] -= np.outer(original.area[own] / original.area[own].sum(), current)
    assert np.abs(moved).max() > 1e-2
    assert moved == pytest.approx(expected, abs=1e-9)


@isolated
def test_what_is_not_known_of_currents_of_synapses_is_refused() -> None:
    model = _in_space()
    reduction = _reduced(model, segments=5)
    for wrong in (0, -1, "1", float("nan")):
        assert_refused(
            lambda wrong=wrong: reduction.record_synapses(wrong), ArgumentError, "interval is"
        )
    synapses = reduction.record_synapses()
    small_cell.run(reduction.cell.soma[0])
    count = sum(section.nseg for section in reduction.cell.all)
    for index in (-1, len(model.drive.synapses), None):
        assert_refused(lambda index=index: synapses.current(index), ArgumentError, "index is")
    assert_refused(
        lambda: reduction.map_currents(np.zeros((count, 3)), synapses=synapses),
        ArgumentError,
        f"({count}, {len(synapses.times)})",
    )


@isolated
def test_shares_of_what_is_not_ohmic_are_refused(cache: Path) -> None:
    compiled.load_mechanisms(cache)
    cell = small_cell.build()
    synapses = [h.NmdaExp2(cell.dend[1](x)) for x in (0.5, 0.5, 0.9)]
    source = h.NetStim()
    source.start, source.number = 2, 1
    netcons = [h.NetCon(source, each) for each in synapses]
    for netcon in netcons:
        netcon.weight[0] = 1e-3
    reduction = neuron_reduce.reduce(cell, synapses, netcons, rates=1, segments=1e4)
    assert len(reduction.synapses) == 2
    currents = reduction.record_synapses()
    small_cell.run(reduction.cell.soma[0])
    for index in (0, 1):
        with pytest.raises(CellError, match=f"synapse {index} .*ohmic.*merge=False"):
            currents.current(index)
    assert np.abs(currents.current(2)).max() > 1e-3


@isolated
def test_recording_synapses_changes_nothing() -> None:
    model = small_cell.model()
    reduction = _reduced(model)
    trace = small_cell.run(reduction.cell.soma[0])
    gc.collect()
    before = snapshot.take()
    synapses = reduction.record_synapses()
    assert small_cell.run(reduction.cell.soma[0]) == trace
    del synapses
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []
    assert small_cell.run(reduction.cell.soma[0]) == trace
