"""Places that the method `folded` keeps: what they are in the reduced cell, and what is refused."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import test_folded
from isolated import isolated
from models import made, small_cell
from neuron_reduce import ArgumentError, CellError
from refusal import assert_refused


def _reduced(model: Any, **arguments: Any) -> neuron_reduce.Reduction:
    return neuron_reduce.reduce(
        model.cell,
        model.drive.synapses,
        model.drive.netcons,
        method="folded",
        **arguments,
        in_place=True,
    )


def _way(segment: Any) -> list[Any]:
    """A segment's section and those between it and the soma."""
    sections = [segment.sec]
    while (parent := sections[-1].parentseg()) is not None:
        sections.append(parent.sec)
    return sections


@isolated
def test_a_site_and_its_way_are_compartments_of_their_own() -> None:
    model = small_cell.model()
    site = model.cell.apic[1](0.5)
    # The sections of the way, the first of them up to its middle.
    way = {("apic[1]", index) for index in range(3)} | {("apic[0]", index) for index in range(9)}
    full = {
        (section.name().rpartition(".")[2], index): (segment.area(), segment.cm)
        for section in model.cell.all
        for index, segment in enumerate(section)
    }
    reduction = _reduced(model, segments=20, sites=[site])
    members: dict[int, list[tuple[str, int]]] = {}
    for each in reduction.segment_map:
        name = each.section.rpartition(".")[2]
        count = sum(name == section for section, _ in full)
        members.setdefault(each.cable, []).append((name, int(each.x * count)))
    assert len(members) == 19
    alone = {those[0]: cable for cable, those in members.items() if len(those) == 1}
    assert way <= alone.keys()
    for place in way:
        section = reduction.cell.hoc_model.all
        cable = list(section)[alone[place]]
        assert cable.nseg == 1
        assert cable(0.5).area() == pytest.approx(full[place][0], rel=1e-9)
        assert cable(0.5).cm == pytest.approx(full[place][1], rel=1e-9)
    (live,) = reduction.sites
    assert live == reduction.place("apic[1]", 0.5)
    assert live.sec in list(reduction.cell.apical)
    # On its way to the soma there is nothing else but junctions.
    names = {list(reduction.cell.hoc_model.all)[alone[place]] for place in way}
    assert names <= set(_way(live))
    assert all(each(0.5).area() < 1e-9 for each in _way(live)[:-1] if each not in names)


@isolated
def test_places_can_be_named_in_all_ways() -> None:
    def of(sites: Callable[[Any], Any]) -> tuple[Any, ...]:
        cell = small_cell.build()
        drive = small_cell.drive(cell)
        reduction = neuron_reduce.reduce(
            cell,
            drive.synapses,
            drive.netcons,
            method="folded",
            segments=18,
            sites=sites(cell),
            in_place=True,
        )
        places = [
            [place.sec.name().rpartition(".")[2] for place in each]
            if isinstance(each, list)
            else each.sec.name().rpartition(".")[2]
            for each in reduction.sites
        ]
        return places, [(each.x, each.cable) for each in reduction.segment_map]

    point = of(lambda cell: [cell.apic[1](0.3)])
    assert of(lambda cell: [("apic[1]", 0.3)]) == point
    assert of(lambda cell: [[f"{cell}.apic[1]", 0.3]]) == point
    assert of(lambda cell: iter([cell.apic[1](0.21)])) == point, "the same segment"
    section = of(lambda cell: [cell.dend[3], cell.soma[0](0.5)])
    assert len(section[0][0]) == 3
    assert section[0][1] == "soma[0]"
    assert of(lambda cell: ["dend[3]", "soma[0]"])[1] == section[1]
    assert of(lambda cell: (("dend[3]", x) for x in (0.1, 0.5, 0.9)))[1] == section[1]


@isolated
def test_what_a_site_is_named_by_makes_the_same_again() -> None:
    model = small_cell.model()
    first = _reduced(model, segments=20, sites=[model.cell.apic[1](0.5), model.cell.dend[3]])
    settings = first.record.settings
    assert settings["sites"] == [("apic[1]", 0.5), "dend[3]"]
    again = _reduced(small_cell.model(), **settings)
    assert [each.cable for each in again.segment_map] == [each.cable for each in first.segment_map]
    assert "sites [('apic[1]', 0.5), 'dend[3]']" in str(first.record)
    assert "sites" not in _reduced(small_cell.model(), sites=[]).record.settings


@isolated
def test_what_stays_is_where_it_was() -> None:
    model = small_cell.model()
    cell = model.cell
    kept = [cell.soma[0](0.5), cell.axon[1](0.9), cell.axon[0]]
    plain = [each.cable for each in _reduced(small_cell.model(), segments=12).segment_map]
    reduction = _reduced(model, segments=12, sites=kept)
    assert [each.cable for each in reduction.segment_map] == plain
    soma, end, whole = reduction.sites
    assert (soma, end) == (cell.soma[0](0.5), cell.axon[1](0.9))
    assert [each.sec for each in whole] == [cell.axon[0]]


@isolated
def test_without_a_number_there_are_as_many_as_they_need() -> None:
    def count(**arguments: Any) -> int:
        model = small_cell.model()
        reduction = _reduced(model, **arguments)
        return len({each.cable for each in reduction.segment_map})

    every = ["dend[1]", "dend[2]", "apic[1]", "apic[2]"]
    assert count() < count(sites=every) == 31
    assert count(segments=0.01, sites=every) == 31


@pytest.mark.parametrize("seed", [1, 3, 9, 11, 14, 17])
@isolated
def test_a_site_answers_as_in_the_full_cell(seed: int) -> None:
    """A steady current at the site, without active channels: what hangs on the way keeps its input
    conductance when it is folded, and the way itself is exact."""

    def answer(soma: Any, place: Any) -> float:
        clamp = h.IClamp(place)
        clamp.dur = 1e9
        found = []
        for amplitude in (0.0, 0.02):
            clamp.amp = amplitude
            voltage = h.Vector().record(place._ref_v)
            test_folded._run(soma, 300)
            found.append(voltage[-1])
        return found[1] - found[0]

    errors = []
    for keep in (False, True):
        model = test_folded._cell(seed, excitation=0)
        cell = model[0]
        for section in cell.all:
            if h.ismembrane("hh", sec=section):
                section.uninsert("hh")
        tip = max(
            (section for section in cell.dend if not section.children()),
            key=lambda section, soma=cell.soma: h.distance(soma(0.5), section(0.5)),
        )
        name, place = tip.name(), tip(0.5)
        full = answer(cell.soma, place)
        reduction = neuron_reduce.reduce(
            *model[:3],
            method="folded",
            segments=round(0.4 * sum(section.nseg for section in cell.dend)),
            rates=0,
            sites=[place] if keep else None,
            in_place=True,
        )
        found = answer(reduction.cell.soma, reduction.place(name, 0.5))
        errors.append(abs(found / full - 1))
        del reduction, model, cell, tip, place
    # Stems on both ends of the soma fold.
    assert errors[1] < 1e-5
    assert errors[0] > 0.02


@isolated
def test_what_records_at_a_site_goes_on_there() -> None:
    model = small_cell.model()
    voltage = h.Vector().record(model.cell.apic[2](0.5)._ref_v)
    reduction = _reduced(model, segments=18, sites=[model.cell.apic[2](0.5)])
    (site,) = reduction.sites
    again = h.Vector().record(site._ref_v)
    small_cell.run(small_cell.soma_of(reduction.cell))
    np.testing.assert_array_equal(np.array(voltage), np.array(again))
    assert np.ptp(voltage) > 1


@isolated
def test_too_few_segments_are_refused_with_the_number_that_is_needed() -> None:
    model = small_cell.model()

    def call(segments: float) -> Any:
        return _reduced(model, segments=segments, sites=[("apic[1]", 0.5)])

    # The way's 12, the rest of apic[1], apic[2], the two basal stems in one, and the soma.
    assert_refused(
        lambda: call(15),
        ArgumentError,
        "segments is 15, and the sites need 16",
        "12 segments",
        "3 for what hangs on these",
        run=model.voltages,
    )
    reduction = call(16)
    assert len({each.cable for each in reduction.segment_map}) == 15


BAD: list[tuple[Callable[[small_cell.Model], Any], tuple[str, ...]]] = [
    (lambda model: 7, ("sites is 7",)),
    (lambda model: "dend[0]", ("sites is 'dend[0]'",)),
    (lambda model: model.cell.dend[0](0.5), ("sites is ", "dend[0](0.5)")),
    (lambda model: [("dend[0]", 0.5), 3], ("sites[1] is 3",)),
    (lambda model: [None], ("sites[0] is None",)),
    (lambda model: [("dend[0]", 1.5)], ("sites[0] is ('dend[0]', 1.5)", "0 to 1")),
    (lambda model: [("dend[0]", float("nan"))], ("sites[0] is ('dend[0]', nan)",)),
    (lambda model: [("dend[0]", True)], ("sites[0] is ('dend[0]', True)",)),
    (lambda model: [("dend[0]",)], ("sites[0] is ('dend[0]',)",)),
    (lambda model: ["dend[9]"], ("sites[0] is 'dend[9]'", "TestTree[0]")),
    (lambda model: [("dend[9]", 0.5)], ("sites[0] is ('dend[9]', 0.5)",)),
    (lambda model: [model.bystander.dend[1](0.5)], ("sites[0] is ", "TestTree[1].dend[1]")),
    (lambda model: [model.bystander.dend[1]], ("sites[0] is ", "TestTree[1].dend[1]")),
]


@pytest.mark.parametrize("index", range(len(BAD)))
@isolated
def test_what_is_no_place_of_the_cell_is_refused(index: int) -> None:
    model = small_cell.model()
    bad, named = BAD[index]
    assert_refused(
        lambda: _reduced(model, sites=bad(model)), ArgumentError, *named, run=model.voltages
    )


@isolated
def test_places_that_are_gone_are_refused() -> None:
    model = small_cell.model()
    section = h.Section(name="gone")
    place = section(0.5)
    h.delete_section(sec=section)
    for bad in (section, place):
        assert_refused(
            lambda bad=bad: _reduced(model, sites=[bad]), CellError, "sites[0] is a", run=None
        )


@pytest.mark.parametrize("method", ["classic", "lumped"])
@isolated
def test_methods_that_keep_none_refuse_sites(method: str) -> None:
    model = small_cell.model()
    arguments = model.cell, model.drive.synapses, model.drive.netcons
    assert_refused(
        lambda: neuron_reduce.reduce(*arguments, method=method, sites=["dend[0]"], in_place=True),
        ArgumentError,
        "sites",
        method,
        "folded",
        run=model.voltages,
    )
    neuron_reduce.reduce(*arguments, method=method, sites=(), in_place=True)


PROTOCOL: dict[str, Any] = {
    "tstop": 40.0,
    "v_init": -65.0,
    "sites": [("apic[1]", 0.5)],
    "progress": False,
}


@isolated
def test_what_is_recorded_is_kept_where_asked_for() -> None:
    def evaluate(**more: Any) -> neuron_reduce.Evaluation:
        return neuron_reduce.evaluate(
            made.make, seeds=(1,), ceiling=False, segments=18, method="folded", **PROTOCOL, **more
        )

    kept, recorded = evaluate(keep_sites=True), evaluate()
    assert kept.record.settings["sites"] == [("apic[1]", 0.5)]
    assert "sites" not in recorded.record.settings
    for found in (kept, recorded):
        (site,) = found.cases[0].comparison.dendrites
        assert site[0].endswith("apic[1]")
    with pytest.raises(ArgumentError, match="keep_sites is true and sites names no place"):
        neuron_reduce.evaluate(made.make, tstop=10, keep_sites=True, progress=False)
    with pytest.raises(ArgumentError, match=r"sites are given for method 'lumped'.*expected"):
        neuron_reduce.evaluate(
            method="lumped",
            make_cell=made.make,
            seeds=(1,),
            ceiling=False,
            keep_sites=True,
            **PROTOCOL,
        )


@isolated
def test_tuning_keeps_sites_where_the_method_does() -> None:
    tuning = neuron_reduce.tune(
        made.make,
        10.0,
        error="voltage",
        methods=("lumped", "folded"),
        segments=(10, 18, 25),
        keep_sites=True,
        **PROTOCOL,
    )
    found = {(each.method, each.segments): each for each in tuning.candidates}
    assert len(found) == 6
    assert "the sites need 16" in found["folded", 10].problem
    for (method, segments), each in found.items():
        if each.problem is None:
            assert ("sites" in each.evaluation.record.settings) == (method == "folded")
            assert segments > 10 or method == "lumped"
    sizes = [each.segments_reduced for each in tuning.front]
    errors = [each.error for each in tuning.front]
    assert sizes == sorted(set(sizes))
    assert errors == sorted(set(errors), reverse=True)
    assert tuning.best is tuning.front[0]


@isolated
def test_a_tolerance_is_kept_with_sites() -> None:
    """The fewest compartments that keep both: as many as the sites need, where the tolerance needs
    fewer."""

    def count(tolerance: float, sites: Any) -> int:
        model = small_cell.model()
        reduction = _reduced(model, tolerance=tolerance, rates=5, sites=sites)
        assert reduction.expected.rmsd <= tolerance
        return len({each.cable for each in reduction.segment_map})

    assert count(100, None) < count(100, ["apic[1]"]) == 16
    assert count(1e-3, None) <= count(1e-3, ["apic[1]"])


@isolated
def test_a_name_that_sections_share_is_refused_and_said_so() -> None:
    soma = h.Section(name="soma")
    dendrites = [h.Section(name="dd") for _ in range(3)]
    for section in dendrites:
        section.connect(soma(0.5))
    for section in (soma, *dendrites):
        section.insert("pas")
    cell = types.SimpleNamespace(soma=soma, dend=dendrites)
    settings = {"method": "folded", "segments": 4}
    with pytest.raises(ArgumentError, match=r"sites\[0\] is 'dd', .* 3 sections .* expected"):
        neuron_reduce.reduce(cell, [], [], sites=["dd"], **settings, in_place=True)
    site = neuron_reduce.reduce(
        cell, [], [], sites=[dendrites[1](0.5)], **settings, in_place=True
    ).sites[0]
    assert site.sec.name().endswith("dend[1]")
