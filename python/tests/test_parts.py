"""Parts of a cell that are collapsed while the rest stays: `roots` and `keep`."""

from __future__ import annotations

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

METHODS = ("classic", "lumped", "folded")


def _reduced(model: Any, method: str = "folded", **arguments: Any) -> neuron_reduce.Reduction:
    arguments = {"in_place": True, **arguments}
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method=method, **arguments
    )


def _own(section: Any) -> str:
    return section.name().rpartition(".")[2]


# --- what stays


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_what_stays_is_what_it_was(method: str) -> None:
    model = small_cell.model()
    cell = model.cell
    kept = [cell.apic[0], cell.apic[2], *cell.dend]
    before = {
        each: (each.psection()["density_mechs"], each.L, each.nseg, str(each.parentseg()))
        for each in [*kept, *cell.axon, cell.soma[0]]
    }
    synapses = model.drive.synapses
    places = {each: each.get_segment() for each in synapses if each.get_segment().sec in kept}
    assert len(places) == 28
    weights = {each: each.weight[0] for each in model.drive.netcons}
    clamp = h.IClamp(cell.dend[1](0.5))
    recording = h.Vector().record(cell.dend[2](0.3)._ref_v)
    onward = h.NetCon(cell.apic[2](0.5)._ref_v, None, sec=cell.apic[2])

    reduction = _reduced(model, method, roots=[cell.apic[1]])
    for section, known in before.items():
        assert (
            section.psection()["density_mechs"],
            section.L,
            section.nseg,
            str(section.parentseg()),
        ) == known
    remaining = set(reduction.synapses)
    for synapse, netcon in zip(synapses, model.drive.netcons, strict=True):
        if synapse in places:
            assert synapse in remaining
            assert synapse.get_segment() == places[synapse]
            assert netcon.weight[0] == weights[netcon]
            assert netcon.syn() == synapse
    assert clamp.get_segment() == cell.dend[1](0.5)
    assert onward.preseg() == cell.apic[2](0.5)

    # Those that stay come before the cables.
    reduced = reduction.cell
    cables = list(reduced.hoc_model.all)
    assert [*reduced.apical] == [cell.apic[0], cell.apic[2], *cables]
    assert set(reduced.basal) == set(reduced.dend) == set(cell.dend)
    assert reduced.apic == cell.apic[0]
    assert reduced.soma[0] == cell.soma[0]
    assert len(list(reduced.all)) == 1 + 2 + 2 + 4 + len(cables)
    assert cables[0].parentseg() == cell.apic[0](1)
    assert {each.section.rpartition(".")[2] for each in reduction.segment_map} == {"apic[1]"}
    assert reduction.place("apic[2]", 0.3) == cell.apic[2](0.3)
    assert reduction.place("apic[1]", 0.3).sec in cables
    note = "Of 7 dendritic sections 6 with 28 segments stay as they are: "
    assert any(each.startswith(note) for each in reduction.record.notes)
    shapes = {each.section.rpartition(".")[2]: each.stays for each in reduction.record.shape}
    assert [name for name, stays in shapes.items() if not stays] == ["apic[1]"]
    assert all(
        each.is_on_original == (each.parent in map(str, before)) for each in reduction.cables
    )

    small_cell.run(cell.soma[0])
    again = h.Vector().record(cell.dend[2](0.3)._ref_v)
    small_cell.run(cell.soma[0])
    np.testing.assert_array_equal(np.array(recording), np.array(again))
    assert np.ptp(recording) > 1


@pytest.mark.parametrize(
    "parts",
    [
        {"roots": ["apic[0]"]},
        {"roots": ["apic[2]", "dend[3]"]},
        {"keep": ["apic[1]", "dend[2]"]},
        {"roots": ["dend[0]", "apic[0]"], "keep": ["apic[2]"]},
    ],
)
@isolated
def test_where_nothing_is_folded_it_is_the_cell(parts: dict[str, Any]) -> None:
    model = small_cell.model()
    full = np.array(model.voltages())
    reduction = _reduced(model, segments=1000, merge=False, **parts)
    np.testing.assert_allclose(np.array(model.voltages()), full, rtol=0, atol=1e-7)
    assert len(reduction.segment_map) < 36
    assert np.ptp(full) > 50


@pytest.mark.parametrize("method", ["lumped", "folded"])
@pytest.mark.parametrize("seed", [1, 3, 9, 11])
@isolated
def test_steady_answers_of_what_stays_are_kept(method: str, seed: int) -> None:
    """Of a passive cell without input, from place to place, whatever is collapsed beside them."""

    def answers(soma: Any, sources: list[Any], places: list[Any]) -> Any:
        found = []
        for source in sources:
            clamp = h.IClamp(source)
            clamp.dur = 1e9
            for amplitude in (0.0, 0.02):
                clamp.amp = amplitude
                voltages = [h.Vector().record(place._ref_v) for place in places]
                test_folded._run(soma, 300)
                found.append([voltage[-1] for voltage in voltages])
            del clamp
        return np.diff(np.array(found).reshape(len(sources), 2, -1), axis=1)[:, 0]

    model = test_folded._cell(seed, excitation=0)
    cell = model[0]
    for section in cell.all:
        if h.ismembrane("hh", sec=section):
            section.uninsert("hh")
    inner = [each for each in cell.dend if each.children()]
    keep = inner[: max(1, len(inner) // 2)]
    places = [cell.soma(0.5), *(each(0.5) for each in keep)]
    full = answers(cell.soma, places[:2], places)
    reduction = neuron_reduce.reduce(
        *model[:3], method=method, segments=len(cell.dend), rates=0, keep=keep, in_place=True
    )
    assert len(reduction.cables) > 0
    found = answers(reduction.cell.soma, places[:2], places)
    np.testing.assert_allclose(found, full, rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_all_stems_as_roots_are_the_whole(method: str) -> None:
    def voltages(**arguments: Any) -> Any:
        model = small_cell.model()
        reduction = _reduced(model, method, **arguments)
        names = [(each.name, each.stem.rpartition(".")[2]) for each in reduction.cables]
        return names, model.voltages()[0]

    plain = voltages()
    assert voltages(roots=["apic[0]", "dend[0]", "dend[3]"]) == plain
    assert voltages(roots=["dend[3]", "dend[0]", "apic[0]"], keep=["axon[1]"]) == plain
    assert voltages(keep=["soma[0]"]) == plain


# --- beside the original


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_beside_the_original_what_stays_is_copied(method: str) -> None:
    parts = {"roots": ["apic[1]", "dend[0]"], "keep": ["dend[2]"]}
    inside = small_cell.model()
    clamp = h.IClamp(inside.cell.dend[3](0.5))
    clamp.dur, clamp.amp = 5, 0.1
    reduction = _reduced(inside, method, **parts)
    expected = inside.voltages()[0]
    places = [
        (each.sec.name().rpartition(".")[2], each.x)
        for each in (reduction.place("dend[1]", 0.3), reduction.place("apic[1]", 0.5))
    ]
    del reduction, inside, clamp

    model = small_cell.model()
    clamp = h.IClamp(model.cell.dend[3](0.5))
    clamp.dur, clamp.amp = 5, 0.1
    full = model.voltages()[0]
    reduction = _reduced(
        model, method, in_place=False, clamps=True, **parts, **_sites(method, ("apic[2]", 0.5))
    )
    cell = reduction.cell
    own = set(cell.all)
    assert not own & set(model.cell.all)
    assert len(own) == 1 + 2 + 5 + len(reduction.cables), "dend[1] and apic[1] are not among them"
    found, untouched = small_cell.run(cell.soma[0], model.cell.soma[0])
    assert found == expected
    assert untouched == full
    for name, x in (("apic[0]", 0.5), ("dend[0]", 0.9), ("dend[3]", 0.1), ("axon[1]", 0.5)):
        place = reduction.place(name, x)
        original = getattr(model.cell, name.partition("[")[0])[int(name[-2])](x)
        assert place.sec in own
        assert (place.sec.L, place.diam, place.sec.nseg) == (
            original.sec.L,
            original.diam,
            original.sec.nseg,
        )
    again = [
        (each.sec.name().rpartition(".")[2], each.x)
        for each in (reduction.place("dend[1]", 0.3), reduction.place("apic[1]", 0.5))
    ]
    assert again == places
    if method == "folded":
        assert reduction.sites == [reduction.place("apic[2]", 0.5)]
    place = model.cell.dend[3](0.5)
    on_copy = reduction.place("dend[3]", 0.5).point_processes()
    assert len(on_copy) == len(place.point_processes()) > 1


def _sites(method: str, *sites: Any) -> dict[str, Any]:
    return {"sites": list(sites)} if method == "folded" else {}


# --- how they are named


@isolated
def test_sections_can_be_named_in_all_ways() -> None:
    def of(**parts: Callable[[Any], Any]) -> Any:
        model = small_cell.model()
        given = {name: choose(model.cell) for name, choose in parts.items()}
        reduction = _reduced(model, **given)
        return [(each.section.rpartition(".")[2], each.cable) for each in reduction.segment_map]

    def section_list(*sections: Any) -> Any:
        found = h.SectionList()
        for each in sections:
            found.append(each)
        return found

    both = of(roots=lambda cell: [cell.dend[0], cell.dend[3]])
    assert {section for section, _ in both} == {"dend[0]", "dend[1]", "dend[2]", "dend[3]"}
    assert of(roots=lambda cell: ["dend[0]", f"{cell}.dend[3]"]) == both
    assert of(roots=lambda cell: section_list(cell.dend[0], cell.dend[3])) == both
    assert of(roots=lambda cell: (section_list(cell.dend[3]), ["dend[0]"])) == both
    assert of(keep=lambda cell: cell.apic) == both
    assert of(keep=lambda cell: cell.apical) == both
    one = of(roots=lambda cell: [cell.apic[2]])
    assert of(roots=lambda cell: cell.apic[2]) == one
    assert of(roots=lambda cell: "apic[2]") == one
    assert of(roots=lambda cell: cell.apic[0], keep=lambda cell: "apic[1]") == one


@isolated
def test_what_they_are_named_by_makes_the_same_again() -> None:
    model = small_cell.model()
    first = _reduced(model, roots=[model.cell.apic[0]], keep=[model.cell.apic[1]])
    settings = first.record.settings
    assert (settings["roots"], settings["keep"]) == (["apic[0]"], ["apic[1]"])
    again = _reduced(small_cell.model(), **settings)
    assert [each.cable for each in again.segment_map] == [each.cable for each in first.segment_map]
    assert "roots ['apic[0]'], keep ['apic[1]']" in str(first.record)
    assert not {"roots", "keep"} & _reduced(small_cell.model()).record.settings.keys()


@isolated
def test_the_published_call_takes_them() -> None:
    model = small_cell.model()
    cell, synapses, _, mapping = model.reduce(
        roots=[model.cell.apic[1], "dend[3]"], keep="soma[0]", return_seg_to_seg=True
    )
    assert {each.partition("(")[0].rpartition(".")[2] for each in mapping} == {"apic[1]", "dend[3]"}
    assert len(list(cell.hoc_model.all)) == 2
    assert len(synapses) < len(model.drive.synapses)
    whole = small_cell.model()
    cell, *_ = whole.reduce(keep=[whole.cell.apic[2]])
    assert len(list(cell.hoc_model.apical)) == 1
    assert len(list(cell.apical)) == 3


@isolated
def test_sections_of_one_name_are_told_apart() -> None:
    cell = small_cell.PythonCell()
    parts = {"soma": cell.soma}
    twins = []
    for x in (0, 1):
        twin = h.Section("twin")
        small_cell.furnish(twin, 100, 1, 5, active=False)
        twin.connect(cell.soma(x))
        twins.append(twin)
    assert_refused(
        lambda: neuron_reduce.reduce(cell, [], [], roots=["twin"]),
        ArgumentError,
        "roots[0] is 'twin', and 2 sections of",
    )
    reduction = neuron_reduce.reduce(cell, [], [], roots=twins[:1], in_place=True)
    assert {each.section for each in reduction.segment_map} == {"twin"}
    assert twins[1].parentseg() == parts["soma"](1)
    # One went, one stays: the name is no place.
    with pytest.raises(ArgumentError, match="section is 'twin'; expected the name of one section"):
        reduction.place("twin", 0.5)


# --- cells of other kinds


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_a_dendrite_that_the_soma_hangs_on_may_stay(method: str) -> None:
    """far – near – soma, each NEURON's parent of the next; near stays, then near alone goes not."""
    parts = {}
    for name in ("far", "near", "soma", "other"):
        parts[name] = h.Section(name)
        small_cell.furnish(parts[name], 20 if name == "soma" else 200, 3, 5, active=False)
    parts["near"].connect(parts["far"](1))
    parts["soma"].connect(parts["near"](1))
    parts["other"].connect(parts["soma"](1))
    synapse = h.Exp2Syn(parts["far"](0.3))
    stimulus = h.NetStim()
    netcon = h.NetCon(stimulus, synapse, 0, 0, 1e-3)
    cell = small_cell.PythonCell()
    cell.soma, cell.dend, cell.apic, cell.axon = parts["soma"], [], [], []
    before = small_cell.run(cell.soma)[0]
    reduction = neuron_reduce.reduce(
        cell, [synapse], [netcon], method=method, segments=1000, roots=["far"], in_place=True
    )
    (*_, first) = reversed(list(reduction.cell.hoc_model.all))
    assert first.parentseg() == parts["near"](0)
    assert parts["near"].parentseg() is None
    assert parts["soma"].parentseg() == parts["near"](1)
    found = small_cell.run(cell.soma)[0]
    tolerance = 1e-7 if method == "folded" else 0.02
    np.testing.assert_allclose(found, before, rtol=0, atol=tolerance)


@isolated
def test_an_axon_that_leaves_from_a_dendrite_keeps_its_place() -> None:
    model = small_cell.model()
    cell = model.cell
    branch = h.Section("axon")
    small_cell.furnish(branch, 100, 1, 3, active=True)
    branch.connect(cell.dend[0](0.5))
    cell.axonal.append(branch)
    full = np.array(model.voltages())
    reduction = _reduced(model, keep=[branch], segments=1000, merge=False)
    assert branch.parentseg() == cell.dend[0](0.5)
    assert cell.dend[0] in list(reduction.cell.basal)
    np.testing.assert_allclose(np.array(model.voltages()), full, rtol=0, atol=1e-7)


@isolated
def test_what_is_collapsed_beside_a_root_is_not_looked_at() -> None:
    """A dendrite without a leak may stay, as an axon may."""
    model = small_cell.model()
    model.cell.dend[3].uninsert("pas")
    with pytest.raises(CellError, match=r"dend\[3\] has no pas"):
        _reduced(model, "classic")
    reduction = _reduced(model, "classic", roots="apic[0]")
    assert len(reduction.cables) == 1


@isolated
def test_a_reduced_cell_can_be_reduced_further() -> None:
    model = small_cell.model()
    first = _reduced(model, "lumped", roots=["apic[0]"])
    second = neuron_reduce.reduce(
        first.cell,
        [each.syn() for each in first.netcons],
        first.netcons,
        method="folded",
        roots=[model.cell.dend[0]],
        segments=4,
        in_place=True,
    )
    assert len(second.cables) >= 1
    assert model.cell.dend[3] in list(second.cell.basal)
    assert set(first.cell.hoc_model.all) <= set(second.cell.apical)
    assert np.ptp(model.voltages()[0]) > 50


@isolated
def test_the_search_for_a_size_is_for_what_is_collapsed() -> None:
    model = small_cell.model()
    reduction = _reduced(model, roots=["apic[0]"], tolerance=0.05, rates=5)
    assert {each.section.rpartition(".")[2] for each in reduction.segment_map} == {
        "apic[0]",
        "apic[1]",
        "apic[2]",
    }
    assert reduction.expected.rmsd <= 0.05


@isolated
def test_the_report_draws_what_stays() -> None:
    pytest.importorskip("plotly")
    from neuron_reduce.report import _morphology

    model = small_cell.model()
    h.define_shape()
    reduction = _reduced(model, roots=["apic[1]", "dend[0]"])
    figure = _morphology.section(reduction.record).figures["morphology-figure"]
    kept = [each for each in figure.data if each.name == "stays"]
    assert len(kept) == 2, "with either cell"
    full, reduced = (each.x[np.isfinite(each.x)] for each in kept)
    assert np.ptp(reduced - full) < 1e-3
    assert reduced[0] > full[0]


def test_evaluations_take_parts_by_name() -> None:
    found = neuron_reduce.evaluate(
        made.make,
        tstop=60,
        seeds=[1],
        sites=[("apic[0]", 0.5), ("apic[2]", 0.5)],
        method="folded",
        segments=4,
        roots=["apic[2]", "dend[0]"],
    )
    assert found.record.settings["roots"] == ["apic[2]", "dend[0]"]
    assert found.record.segments_reduced < found.record.segments_full


# --- what is refused


BAD: list[tuple[dict[str, Callable[[small_cell.Model], Any]], tuple[str, ...]]] = [
    ({"roots": lambda model: 7}, ("roots is 7",)),
    ({"keep": lambda model: {"dend[0]": 1}}, ("keep is {'dend[0]': 1}",)),
    ({"roots": lambda model: []}, ("roots is []", "at least one section")),
    ({"keep": lambda model: h.SectionList()}, ("keep is SectionList[", "at least one section")),
    ({"roots": lambda model: [[], []]}, ("roots is [[], []]",)),
    ({"roots": lambda model: ["dend[0]", 3]}, ("roots[1] is 3",)),
    ({"roots": lambda model: ["dend[0]", [None]]}, ("roots[1][0] is None",)),
    ({"roots": lambda model: model.cell.dend[0](0.5)}, ("roots is ", "dend[0](0.5)")),
    ({"keep": lambda model: [model.cell.dend[0](0.5)]}, ("keep[0] is ", "dend[0](0.5)")),
    ({"roots": lambda model: [("dend[0]", 0.5)]}, ("roots[0][1] is 0.5",)),
    ({"roots": lambda model: "dend[7]"}, ("roots is 'dend[7]'", "a section of")),
    ({"keep": lambda model: ["dend"]}, ("keep[0] is 'dend'",)),
    ({"roots": lambda model: model.bystander.dend[0]}, ("roots is ", "a section of")),
    ({"keep": lambda model: [model.bystander.dend[0]]}, ("keep[0] is ", "a section of")),
    ({"roots": lambda model: model.cell.soma[0]}, ("soma[0]", "which is soma and stays")),
    ({"roots": lambda model: "axon[1]"}, ("axon[1]", "which is axon and stays")),
    (
        {"roots": lambda model: ["dend[1]", "dend[0]"]},
        ("dend[1], which is in the subtree of ", "dend[0], another of the roots"),
    ),
    (
        {"roots": lambda model: model.cell.apical},
        ("which is in the subtree of ", "apic[0], another of the roots"),
    ),
    ({"roots": lambda model: ["dend[0]", "dend[0]"]}, ("dend[0] twice",)),
    (
        {"keep": lambda model: [model.cell.dend, model.cell.apic]},
        ("keep leaves none of the dendrites",),
    ),
    (
        {"roots": lambda model: ["dend[3]", "apic[0]"], "keep": lambda model: ["dend[3]"]},
        ("keep has all of the subtree of ", "dend[3]"),
    ),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("index", range(len(BAD)))
@isolated
def test_what_has_no_meaning_is_refused(index: int, method: str) -> None:
    parts, named = BAD[index]
    model = small_cell.model()
    given = {name: choose(model) for name, choose in parts.items()}
    assert_refused(
        lambda: _reduced(model, method, **given),
        ArgumentError,
        *named,
        run=model.voltages if method == "classic" else None,
    )


@isolated
def test_deleted_sections_are_refused() -> None:
    model = small_cell.model()
    extra = h.Section("extra")
    extra.connect(model.cell.soma[0](0))
    h.delete_section(sec=extra)
    for given in (extra, [extra], ["dend[0]", [extra]]):
        assert_refused(
            lambda given=given: _reduced(model, roots=given), CellError, "is a deleted section"
        )


@isolated
def test_a_list_that_holds_itself_is_refused() -> None:
    model = small_cell.model()
    circle: list[Any] = ["dend[0]"]
    circle.append(circle)
    assert_refused(lambda: _reduced(model, keep=circle), ArgumentError, "keep[1] is [")
