"""The published package's functions where a caller's values are odd, and their replacement."""

from __future__ import annotations

import itertools
import math
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import published_names
from isolated import isolated, note
from models import compiled9, random_tree, small_cell
from neuron_reduce import (
    ArgumentError,
    CellError,
    SimulatorError,
    TemplateError,
    _library,
    compat,
    reducing_methods,
    subtree_reductor,
    subtree_reductor_func,
)
from neuron_reduce._session.naming import PUBLISHED
from refusal import assert_refused


def _passive(name: str, length: float = 100.0) -> Any:
    section = h.Section(name=name)
    section.L, section.diam, section.nseg = length, 2.0, 3
    section.insert("pas")
    return section


@isolated
def test_pushing_a_section_ends_with_the_context() -> None:
    first, second = _passive("first"), _passive("second")
    first.push()
    with reducing_methods.push_section(second):
        assert h.cas() == second
    assert h.cas() == first
    with pytest.raises(KeyError), reducing_methods.push_section(second):
        raise KeyError
    assert h.cas() == first
    # What others do in it.
    with reducing_methods.push_section(second):
        h.delete_section()
    assert h.cas() == first


@isolated
def test_a_section_that_is_none() -> None:
    gone = _passive("gone")
    h.delete_section(sec=gone)
    for function in (
        lambda section: reducing_methods.reduce_subtree(section, 0),
        lambda section: reducing_methods.measure_input_impedance_of_subtree(section, 0),
        lambda section: subtree_reductor_func.calculate_subtree_q(section, 0),
        lambda section: subtree_reductor_func.mark_subtree_sections_with_subtree_index(
            [], {}, section, {}, "basal", 0
        ),
    ):
        with pytest.raises(CellError, match="deleted section; expected one that exists"):
            function(gone)
        with pytest.raises(CellError, match="is 3; expected a section"):
            function(3)


@isolated
def test_a_reference_to_a_section_that_is_gone() -> None:
    """NEURON ends the process where such a reference is asked for its section."""
    section, live = _passive("dend[0]"), _passive("dend[1]")
    impedance, _ = reducing_methods.measure_input_impedance_of_subtree(section, 0)
    reference = h.SectionRef(sec=section)
    h.delete_section(sec=section)
    for function in (
        lambda each: reducing_methods._get_subtree_biophysical_properties(each, 0),
        lambda each: reducing_methods.find_lowest_subtree_impedance(each, impedance),
        lambda each: subtree_reductor_func.gather_subtrees(each),
    ):
        with pytest.raises(CellError, match="refers to a deleted section"):
            function(reference)
        for other in (None, 3, live, h.Vector()):
            with pytest.raises(CellError, match="expected a SectionRef"):
                function(other)


@isolated
def test_mechanisms_of_what_is_no_section() -> None:
    section = _passive("dend[0]")
    section.insert("hh")
    for sections in (section, [section, None]):
        with pytest.raises(CellError, match="expected a section"):
            subtree_reductor_func.create_segments_to_mech_vals(sections)
    assert section.has_membrane("hh")


@isolated
def test_a_section_without_a_leak() -> None:
    bare = h.Section(name="bare")
    still = _passive("still")
    still.g_pas = 0
    for section in (bare, still):
        with pytest.raises(CellError, match=f"{section} has no pas with g_pas greater than 0"):
            reducing_methods.reduce_subtree(section, 0)
        with pytest.raises(CellError, match=f"{section} has no pas with g_pas greater than 0"):
            subtree_reductor_func.calculate_subtree_q(section, 0)


@isolated
def test_numbers_without_a_meaning() -> None:
    section = _passive("dend[0]")
    for frequency in (-1, math.nan, math.inf, "often", None, 10**400):
        with pytest.raises(ArgumentError, match="frequency"):
            reducing_methods.measure_input_impedance_of_subtree(section, frequency)
        with pytest.raises(ArgumentError, match="frequency"):
            reducing_methods.reduce_subtree(section, frequency)
    with pytest.raises(ArgumentError, match="Z0 is 0"):
        reducing_methods.find_best_real_X(0, 1, 1, 1)
    for q in (0, -1, 1 + 2j, 1 - 1j, math.nan, math.inf, "q"):
        with pytest.raises(ArgumentError, match="propagation factor q"):
            reducing_methods.find_best_real_X(1e8, 1e7, q, 1)
    for length in (0, -1, math.nan, math.inf, None):
        with pytest.raises(ArgumentError, match="electrotonic length"):
            reducing_methods.find_best_real_X(1e8, 1e7, 1, length)
    for segments, place in ((0, 0.5), (2.5, 0.5), (-3, 0.5), (math.nan, 0.5), (3, -0.1), (3, 1.1)):
        with pytest.raises(ArgumentError, match=r"number of segments|relative position"):
            reducing_methods.find_merged_loc(segments, place)
    for values in ((0, 1, 1), (1, -1, 1), (1, 1, math.nan)):
        with pytest.raises(ArgumentError, match="expected a finite number greater than 0"):
            reducing_methods.find_space_const_in_cm(*values)
    cable = SimpleNamespace(length=0.0, space_const=1.0, electrotonic_length=-1.0)
    with pytest.raises(ArgumentError, match="electrotonic length"):
        subtree_reductor_func.calculate_nsegs_from_lambda([cable])
    with pytest.raises(ArgumentError, match="electrotonic length"):
        subtree_reductor_func.calculate_nsegs_from_manual_arg([cable], 10)
    assert subtree_reductor_func.calculate_nsegs_from_lambda([]) == []


def test_a_place_beyond_a_cable_is_in_its_last_segment() -> None:
    """Not at its end, which in NEURON is no segment's, and 0 would be the parent's."""
    for goal in (2e8, 1e8, 1e3, 0):
        x = reducing_methods.find_best_real_X(1e8, goal, 1, 0.7) / 0.7
        assert 0 < x < 1
        assert reducing_methods.find_merged_loc(5, x) == (0.1 if goal >= 1e8 else 0.9)


@isolated
def test_sections_without_a_number() -> None:
    section, child = _passive("dend"), _passive("dend[3]")
    child.connect(section)
    sections: list[Any] = []
    with pytest.raises(CellError, match="dend has no number in its name"):
        subtree_reductor_func.mark_subtree_sections_with_subtree_index(
            sections, {}, section, {}, "basal", 0
        )
    assert sections == []


@isolated
def test_sections_in_a_circle() -> None:
    cell = small_cell.build()
    cell.soma[0].connect(cell.dend[1](1))
    sections: list[Any] = []
    with pytest.raises(CellError, match="is attached to what hangs on it; expected a tree"):
        subtree_reductor_func.mark_subtree_sections_with_subtree_index(
            sections, {}, cell.dend[0], {}, "basal", 0
        )
    assert sections == []


@isolated
def test_two_apical_stems() -> None:
    soma = _passive("soma")
    stems = [_passive(f"apic[{index}]") for index in range(2)]
    for stem in stems:
        stem.connect(soma)
    with pytest.raises(CellError, match=r"apic\[.\], apic\[.\] are apical stems"):
        subtree_reductor_func.gather_subtrees(h.SectionRef(sec=soma))


@isolated
def test_a_very_long_chain_of_sections() -> None:
    sections = [_passive(f"dend[{index}]") for index in range(3000)]
    for parent, child in itertools.pairwise(sections):
        child.connect(parent)
    found: list[Any] = []
    subtree_reductor_func.mark_subtree_sections_with_subtree_index(
        found, {}, sections[0], {}, "basal", 0
    )
    assert found == sections


@isolated
def test_mechanisms_of_every_kind_are_read_and_removed(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    section = _passive("dend[0]")
    for mechanism in ("layered", "hh", "extracellular"):
        section.insert(mechanism)
    section(0.5).layered.share[1] = 0.25
    values = subtree_reductor_func.create_segments_to_mech_vals(
        [section], exclude=("pas", "na_ion", "k_ion")
    )
    assert list(values) == list(section)
    assert values[section(0.5)]["layered"]["share_layered"][1] == 0.25
    assert values[section(0.5)]["pas"]["g_pas"] == section.g_pas
    assert len(values[section(0.5)]["extracellular"]["xraxial"]) == 2
    left = {mechanism.name() for mechanism in section(0.5)}
    # NEURON cannot uninsert extracellular.
    assert left == {"pas", "na_ion", "k_ion", "extracellular"}


@isolated
def test_templates() -> None:
    with pytest.raises(TemplateError, match="was not found"):
        subtree_reductor_func.load_model("nowhere.hoc")
    h("neuron_reduce_number = 3")
    with pytest.raises(TemplateError, match="is something else in this session"):
        _library.prepare_template("neuron_reduce_number", True, PUBLISHED.in_library)


@isolated
def test_hoc_cells_that_cannot_be_filled() -> None:
    subtree_reductor_func.load_model("model.hoc")
    h("objref cell")
    h("cell = new model()")
    for arguments in (("nothing of hoc's", 1, "cell"), ("dend", 1, "nobody"), ("all", 1, "cell")):
        with pytest.raises(SimulatorError, match="NEURON could not execute"):
            subtree_reductor_func.create_sections_in_hoc(*arguments)
    with pytest.raises(ArgumentError, match="is not one hoc command"):
        subtree_reductor_func.create_sections_in_hoc("dend", 1, 'cell") quit("')
    with pytest.raises(ArgumentError, match="1000000 at most"):
        subtree_reductor_func.create_sections_in_hoc("dend", 10**9, "cell")
    # An array of none would end NEURON at the next touch.
    subtree_reductor_func.create_sections_in_hoc("dend", 0, "cell")
    note("appending a section that does not exist")
    for section in ("dend[0]", "dend[7]", "soma[0]", "axon"):
        with pytest.raises(SimulatorError, match="NEURON could not execute"):
            subtree_reductor_func.append_to_section_lists(section, "basal", "cell")
    subtree_reductor_func.create_sections_in_hoc("dend", 2, "cell")
    with pytest.raises(SimulatorError, match="NEURON could not execute"):
        subtree_reductor_func.append_to_section_lists("dend[1]", "basil", "cell")
    subtree_reductor_func.append_to_section_lists("dend[1]", "basal", "cell")
    assert [section.name() for section in h.cell.basal] == ["model[0].dend[1]"]


@isolated
def test_a_shape_given_to_a_section_of_a_hoc_cell() -> None:
    subtree_reductor_func.load_model("model.hoc")
    h("objref cell")
    h("cell = new model()")
    subtree_reductor_func.create_sections_in_hoc("apic", 1, "cell")
    cable = reducing_methods.CableParams(300.0, 2.5, 800.0, 1.2, 2e4, 130.0, -71.0, 0.375)
    section = h.cell.apic[0]
    subtree_reductor_func.apply_params_to_section("apic[0]", "apical", "cell", section, cable, 5)
    assert (section.L, section.diam, section.nseg) == (300.0, 2.5, 5)
    assert (section.cm, section.Ra, section.g_pas, section.e_pas) == (1.2, 130.0, 1 / 2e4, -71.0)
    assert list(h.cell.apical) == list(h.cell.all) == [section]


# What is replaced.


def _stems(cell: Any) -> list[Any]:
    return [each for each in cell.soma[0].children() if ".axon" not in each.name()]


@isolated
def test_nothing_is_replaced_by_itself() -> None:
    cell = random_tree.build(1)
    assert compat.replaced_properties(_stems(cell), 0) is None


@isolated
def test_replacement_is_asked_for_every_stem(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = small_cell.build()
    stems = _stems(cell)
    asked = []

    def replacement(reference: Any, frequency: float) -> tuple[float, float, float, float, complex]:
        asked.append((reference.sec, frequency))
        return 1.5, 1e4, 120, -71, 1 + 0.5j

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    found = compat.replaced_properties(stems, 38)
    assert found == [(1.5, 1e4, 120.0, -71.0, 1 + 0.5j)] * len(stems)
    assert asked == [(stem, 38) for stem in stems]


@pytest.mark.parametrize(
    "returned",
    [
        None,
        (1, 2, 3),
        (0, 1e4, 120, -71, 1),
        (1, -1e4, 120, -71, 1),
        (1, 1e4, math.inf, -71, 1),
        (1, 1e4, 120, math.nan, 1),
        (1, 1e4, 120, -71, 1 + 2j),
        (1, 1e4, 120, -71, None),
        ("cm", 1e4, 120, -71, 1),
    ],
)
@isolated
def test_replacement_without_a_meaning(returned: object, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = small_cell.build()
    stems = _stems(cell)

    def replacement(reference: Any, frequency: float) -> object:
        return returned

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    with pytest.raises(CellError, match=r"replacement, returned .* expected cm, Rm and Ra"):
        compat.replaced_properties(stems, 0)


@isolated
def test_replacement_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one does that reads another leak than the cell has."""
    cell = small_cell.build()
    stems = _stems(cell)

    def replacement(reference: Any, frequency: float) -> Any:
        return reference.sec.gbar_Leak

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    with pytest.raises(CellError, match=r"fails for TestTree\[0\]\.\w+\[0\]: \w+: .*gbar_Leak"):
        compat.replaced_properties(stems, 0)


@isolated
def test_reductions_honour_a_replacement(monkeypatch: pytest.MonkeyPatch) -> None:
    """The published method does; others have compartments of their own."""
    asked = []

    def replacement(reference: Any, frequency: float) -> tuple[float, float, float, float, complex]:
        section = reference.sec
        asked.append((section.name(), frequency))
        return 2 * section.cm, 1 / section.g_pas, section.Ra, section.e_pas, 1

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    for reduce in (subtree_reductor, partial(neuron_reduce.reduce, method="classic")):
        model = small_cell.model()
        stems = {stem.name() for stem in _stems(model.cell)}
        asked.clear()
        reduced, *_ = reduce(model.cell, model.drive.synapses, model.drive.netcons)
        assert len(asked) == len(stems), "each is asked for once"
        assert {name for name, _ in asked} == stems
        assert {frequency for _, frequency in asked} == {0.0}
        assert [section.cm for section in (reduced.apic, *reduced.dend)] == [2.2] * len(stems)
    model = small_cell.model()
    asked.clear()
    neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method="lumped", in_place=True
    )
    assert asked == []


@isolated
def test_replacement_that_fails_leaves_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_cell.model()

    def replacement(reference: Any, frequency: float) -> Any:
        raise ZeroDivisionError("no leak")

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    assert_refused(
        model.reduce,
        CellError,
        "replaced by test_published_use.",
        "ZeroDivisionError: no leak",
        ".dend[0]",
        run=model.voltages,
    )


@isolated
def test_replacement_that_changes_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is not what is there any more."""
    model = small_cell.model()

    def replacement(reference: Any, frequency: float) -> Any:
        for section in list(model.cell.basal):
            h.delete_section(sec=section)
        return 1, 1e4, 100, -70, 1

    monkeypatch.setattr(reducing_methods, "_get_subtree_biophysical_properties", replacement)
    with pytest.raises(neuron_reduce.NeuronReduceError, match="deleted"):
        model.reduce()


# What a reduced cell is to those who go on with it.


@pytest.mark.parametrize("without", [*published_names.WITHOUT, ("dend",)], ids="-".join)
@isolated
def test_what_a_reduced_cell_has_none_of_is_an_index_error(without: tuple[str, ...]) -> None:
    model = small_cell.model(without)
    reduced, _, _ = model.reduce()
    for owner in (reduced, reduced.hoc_model):
        for kind in ("soma", "dend", "apic", "axon"):
            note(f"{kind} of {owner}")
            value = getattr(owner, kind)
            if value is not None and not hasattr(value, "L"):
                assert len(list(value)) == len(value)
                with pytest.raises(IndexError):
                    value[99]
            if kind in without and value is not None:
                with pytest.raises(IndexError):
                    value[0]


@isolated
def test_attributes_of_a_reduced_cell_can_be_set() -> None:
    reduced, _, _ = small_cell.model().reduce()
    for name in ("all", "somatic", "apical", "basal", "axonal", "soma", "dend", "apic", "axon"):
        setattr(reduced, name, [])
        assert getattr(reduced, name) == []
    reduced.trunks = 3
    assert "ReducedCell" in repr(reduced)


@isolated
def test_reduced_cell_has_its_name_in_hoc_if_that_is_free() -> None:
    first, _, _ = small_cell.model().reduce()
    assert h.reduced_cell == first.hoc_model
    second, _, _ = small_cell.model().reduce()
    assert h.reduced_cell == second.hoc_model
    h("access reduced_cell.dend[0]")
    assert h.cas() == second.dend[0]


@isolated
def test_a_refused_reduction_leaves_the_name_in_hoc() -> None:
    kept = small_cell.model().reduce()
    other = small_cell.model()
    with pytest.raises(ArgumentError):
        other.reduce(reduction_frequency=-1)
    assert h.reduced_cell == kept[0].hoc_model
