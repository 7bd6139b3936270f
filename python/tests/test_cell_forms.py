"""What a cell may be: an object, its sections in a list, a SectionList or a dictionary. Their names
decide nothing; what is connected to the soma is the cell."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import neuron_reduce.inputs
from isolated import isolated
from models import small_cell, synapses
from neuron_reduce import ArgumentError, CellError
from refusal import assert_refused


def _sections(prefix: str = "part") -> dict[tuple[str, int], Any]:
    """The small cell's, of no cell and with names that say nothing."""
    found: dict[tuple[str, int], Any] = {("soma", 0): h.Section(f"{prefix}_0")}
    small_cell.furnish(found["soma", 0], 20.0, 20.0, 1, active=True)
    for key, (parent, index, x, length, diameter, nseg) in small_cell.SHAPE.items():
        section = found[key] = h.Section(f"{prefix}_{len(found)}")
        small_cell.furnish(section, length, diameter, nseg, active=key[0] == "axon")
        section.connect(found[parent, index](x), 0)
    return found


def _of(sections: dict[tuple[str, int], Any], kind: str) -> list[Any]:
    return [section for key, section in sections.items() if key[0] == kind]


def _drive(sections: dict[tuple[str, int], Any]) -> synapses.Drive:
    parts = SimpleNamespace(
        basal=_of(sections, "dend"), apical=_of(sections, "apic"), somatic=_of(sections, "soma")
    )
    made = synapses.cover(parts, 1, small_cell.WEIGHT, 36)
    for index, stimulus in enumerate(made.stimuli):
        stimulus.start, stimulus.interval = 1.0 + 0.2 * index, 6.0
    return made


def _section_list(sections: Any) -> Any:
    found = h.SectionList()
    for section in sections:
        found.append(section)
    return found


Form = Callable[[dict[tuple[str, int], Any]], tuple[Any, dict[str, Any]]]
"""The cell and the arguments that say more of it."""


def _roles(sections: dict[tuple[str, int], Any]) -> dict[str, Any]:
    return {
        "soma": sections["soma", 0],
        "apical": _of(sections, "apic"),
        "axon": sections["axon", 0],
    }


FORMS: dict[str, Form] = {
    "list": lambda sections: (list(sections.values()), _roles(sections)),
    "tuple, backwards": lambda sections: (tuple(sections.values())[::-1], _roles(sections)),
    "SectionList": lambda sections: (_section_list(sections.values()), _roles(sections)),
    "names": lambda sections: (
        list(sections.values()),
        {"soma": "part_0", "apical": ["part_5", "part_6", "part_7"], "axon": ["part_8"]},
    ),
    "dictionary": lambda sections: (
        {f"{kind}{index}": section for (kind, index), section in sections.items()},
        {"soma": "soma0", "apical": ["apic0", "apic1", "apic2"], "axon": ["axon0", "axon1"]},
    ),
    "NetPyNE's": lambda sections: (
        {
            f"{kind}_{index}": {"hObj": section, "geom": {"L": section.L}}
            for (kind, index), section in sections.items()
        },
        {"soma": "soma_0", "apical": "apic_0", "axon": "axon_0"},
    ),
    "dictionary of roles": lambda sections: (
        {kind: _of(sections, kind) for kind in ("soma", "dend", "apic", "axon")},
        {},
    ),
    "object": lambda sections: (
        SimpleNamespace(
            soma=_of(sections, "soma"), apic=_of(sections, "apic"), axon=_of(sections, "axon")
        ),
        {},
    ),
    "object with roles": lambda sections: (object(), _roles(sections)),
    # All that is connected is the cell.
    "some": lambda sections: ([sections["dend", 0]], _roles(sections)),
}


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_all_forms_are_one_cell(method: str) -> None:
    def reduced(form: Form, front: Any = neuron_reduce.reduce) -> Any:
        sections = _sections()
        drive = _drive(sections)
        cell, roles = form(sections)
        if front is neuron_reduce.reduce:
            roles = {"in_place": True, **roles}
        result = front(cell, drive.synapses, drive.netcons, method=method, **roles)
        reduced_cell = next(iter(result))
        own = {section: key for key, section in sections.items() if section}
        assert {own[each] for each in reduced_cell.axonal} == {("axon", 0), ("axon", 1)}
        assert [own[each] for each in reduced_cell.somatic] == [("soma", 0)]
        names = [each.name().rpartition(".")[2] for each in reduced_cell.hoc_model.all]
        return names, small_cell.run(sections["soma", 0])

    expected = reduced(FORMS["object"])
    assert any(name.startswith("apic") for name in expected[0])
    assert np.ptp(expected[1][0]) > 50
    for name, form in FORMS.items():
        assert reduced(form) == expected, name
    names, _ = reduced(FORMS["list"], neuron_reduce.subtree_reductor)
    assert names == expected[0]


@isolated
def test_names_say_nothing_of_sections_in_a_list() -> None:
    def stems(cell: Any, **roles: Any) -> Any:
        reduction = neuron_reduce.reduce(cell, [], [], method="classic", segments=8, **roles)
        return [(each.stem, each.role) for each in reduction.cables], reduction.record.notes

    def parts() -> list[Any]:
        found = []
        for name in ("dendrite", "axon_hillock", "apical_soma"):
            section = h.Section(name)
            small_cell.furnish(section, 60, 3, 1, active=False)
            found.append(section)
        found[0].connect(found[1](1))
        found[2].connect(found[1](0))
        return found

    cell = parts()
    names, notes = stems(cell, soma=cell[1])
    assert names == [("apical_soma", "basal"), ("dendrite", "basal")]
    assert notes == []
    cell = parts()
    assert stems(cell, soma="axon_hillock", apical=["dendrite"])[0] == [
        ("dendrite", "apical"),
        ("apical_soma", "basal"),
    ]
    cell = parts()
    assert stems(cell, soma="axon_hillock", axon="dendrite")[0] == [("apical_soma", "basal")]
    # Of an object they say what it does not.
    section = parts()
    assert stems(SimpleNamespace(soma=section[2]), axon=[])[0] == [("axon_hillock", "basal")]
    section = parts()
    with pytest.raises(CellError, match="has no dendrites"):
        stems(SimpleNamespace(soma=section[2]))
    section = parts()
    assert stems(SimpleNamespace(soma=section[1]))[0] == [
        ("apical_soma", "apical"),
        ("dendrite", "basal"),
    ]
    section = parts()
    assert stems(SimpleNamespace(soma=section[1]), apical=[])[0] == [
        ("apical_soma", "basal"),
        ("dendrite", "basal"),
    ]


@isolated
def test_a_soma_of_many_sections_several_apical_stems_and_an_axon_anywhere() -> None:
    soma = [h.Section(f"s{index}") for index in range(3)]
    rest = {name: h.Section(name) for name in ("a", "b", "c", "d", "e")}
    for section in soma:
        small_cell.furnish(section, 10, 15, 2, active=True)
    for section in rest.values():
        small_cell.furnish(section, 150, 1.5, 4, active=False)
    soma[1].connect(soma[0](1))
    soma[2].connect(soma[1](1))
    rest["a"].connect(soma[0](0))
    rest["b"].connect(soma[1](0.5))
    rest["c"].connect(soma[2](1))
    rest["d"].connect(rest["c"](0.5))
    rest["e"].connect(rest["d"](1))
    everything = [*rest.values(), *soma]
    reduction = neuron_reduce.reduce(
        everything,
        [],
        [],
        soma=soma,
        apical=["a", "b"],
        axon=["e"],
        method="folded",
        segments=9,
        in_place=True,
    )
    assert reduction.cell.soma == soma
    assert list(reduction.cell.somatic) == soma
    assert {each.stem: each.role for each in reduction.cables} == {
        "a": "apical",
        "b": "apical",
        "c": "basal",
    }
    assert list(reduction.cell.axonal) == [rest["e"]]
    assert rest["e"].parentseg().sec in list(reduction.cell.basal)
    assert str(reduction.record).startswith("the cell of s0, reduced")
    assert h.distance(soma[0](0.5), rest["e"](0.5)) > 0


@isolated
def test_parts_of_a_list_of_sections() -> None:
    sections = _sections()
    drive = _drive(sections)
    before = small_cell.run(sections["soma", 0])[0]
    cell, roles = FORMS["dictionary"](sections)
    reduction = neuron_reduce.reduce(
        cell,
        drive.synapses,
        drive.netcons,
        method="folded",
        segments=1000,
        merge=False,
        roots=[sections["apic", 1], "part_4"],
        in_place=True,
        **roles,
    )
    after = small_cell.run(sections["soma", 0])[0]
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-7)
    assert reduction.record.settings["roots"] == ["part_6", "part_4"]
    assert reduction.place("part_5", 0.5) == sections["apic", 0](0.5)


@isolated
def test_beside_the_original_it_is_an_instance_as_any() -> None:
    sections = _sections()
    drive = _drive(sections)
    cell, roles = FORMS["NetPyNE's"](sections)
    before = small_cell.run(sections["soma", 0])[0]
    reduction = neuron_reduce.reduce(
        cell, drive.synapses, drive.netcons, segments=1000, merge=False, **roles
    )
    (soma,) = reduction.cell.somatic
    assert reduction.cell.soma in (soma, [soma])
    found, original = small_cell.run(soma, sections["soma", 0])
    np.testing.assert_allclose(found, before, rtol=0, atol=1e-7)
    assert original == before


@isolated
def test_observing_and_calibrating_take_them() -> None:
    pytest.importorskip("scipy")
    sections = _sections()
    drive = _drive(sections)
    cell, roles = FORMS["list"](sections)
    reduction = neuron_reduce.reduce(
        cell,
        drive.synapses,
        drive.netcons,
        method="folded",
        segments=8,
        observe=20,
        calibrate=100,
        **roles,
    )
    assert reduction.calibration is not None


# --- what is refused


BAD: dict[str, tuple[Form, type[neuron_reduce.NeuronReduceError], tuple[str, ...]]] = {
    "no soma": (
        lambda sections: (list(sections.values()), {}),
        CellError,
        ("cell, of sections, has no soma", "soma="),
    ),
    "no soma's key": (
        lambda sections: ({"part_0": sections["soma", 0]}, {}),
        CellError,
        ("cell, of sections, has no soma", "soma="),
    ),
    "an object without": (lambda sections: (object(), {}), CellError, ("has no soma", "soma=")),
    "empty": (lambda sections: ([], {"soma": sections["soma", 0]}), CellError, ("cell is []",)),
    "empty dictionary": (lambda sections: ({}, {}), CellError, ("cell is {}",)),
    "empty SectionList": (lambda sections: (h.SectionList(), {}), CellError, ("SectionList",)),
    "no section": (
        lambda sections: ([sections["soma", 0], 7], {"soma": sections["soma", 0]}),
        CellError,
        ("cell[1] is 7",),
    ),
    "no section in a dictionary": (
        lambda sections: ({"soma": sections["soma", 0], "dend": None}, {}),
        CellError,
        ("cell['dend'] is None", "'hObj'"),
    ),
    "none in NetPyNE's": (
        lambda sections: ({"soma": {"geom": {}}}, {}),
        CellError,
        ("cell['soma'] is {'geom': {}}",),
    ),
    "one of another cell": (
        lambda sections: (
            [*sections.values(), *_sections("other").values()],
            {"soma": sections["soma", 0]},
        ),
        CellError,
        ("cell[10] is other_0", "not connected to the soma, part_0"),
    ),
    "an axon of another cell": (
        lambda sections: (
            list(sections.values()),
            {"soma": sections["soma", 0], "axon": _sections("other")["axon", 0]},
        ),
        CellError,
        ("axon is other_8", "not connected to the soma"),
    ),
    "a soma that is no section": (
        lambda sections: (list(sections.values()), {"soma": 7}),
        ArgumentError,
        ("soma is 7",),
    ),
    "an empty soma": (
        lambda sections: (list(sections.values()), {"soma": []}),
        ArgumentError,
        ("soma is []", "at least one"),
    ),
    "an unknown name": (
        lambda sections: (list(sections.values()), {"soma": "soma"}),
        ArgumentError,
        ("soma is 'soma'", "by its name"),
    ),
    "a name of an object": (
        lambda sections: (object(), {"soma": ["part_0"]}),
        ArgumentError,
        ("soma[0] is 'part_0'",),
    ),
    "a segment": (
        lambda sections: (list(sections.values()), {"soma": sections["soma", 0](0.5)}),
        ArgumentError,
        ("soma is part_0(0.5)",),
    ),
    "no apical section": (
        lambda sections: (
            list(sections.values()),
            {"soma": sections["soma", 0], "apical": [sections["apic", 0], None]},
        ),
        ArgumentError,
        ("apical[1] is None",),
    ),
}


@pytest.mark.parametrize("case", BAD)
@isolated
def test_what_is_no_cell_is_refused(case: str) -> None:
    form, error, named = BAD[case]
    sections = _sections()
    drive = _drive(sections)
    cell, roles = form(sections)
    assert_refused(
        lambda: neuron_reduce.reduce(cell, drive.synapses, drive.netcons, **roles),
        error,
        *named,
        run=lambda: small_cell.run(sections["soma", 0]),
    )


@isolated
def test_a_name_that_sections_share_is_refused() -> None:
    sections = [h.Section("same") for _ in range(2)]
    sections[1].connect(sections[0](1))
    assert_refused(
        lambda: neuron_reduce.reduce(sections, [], [], soma="same"),
        ArgumentError,
        "soma is 'same', and 2 sections have that name",
    )


@isolated
def test_deleted_sections_in_a_list_are_refused() -> None:
    sections = _sections()
    gone = h.Section("gone")
    h.delete_section(sec=gone)
    soma = sections["soma", 0]
    for cell, roles, what in (
        ([*sections.values(), gone], {"soma": soma}, "cell[10]"),
        ({"soma": soma, "x": {"hObj": gone}}, {}, "cell['x']"),
        (list(sections.values()), {"soma": gone}, "soma"),
        (list(sections.values()), {"soma": soma, "axon": [gone]}, "axon[0]"),
    ):
        assert_refused(
            lambda cell=cell, roles=roles: neuron_reduce.reduce(cell, [], [], **roles),
            CellError,
            f"{what} is a deleted section",
        )


@pytest.mark.usefixtures("compiled_cells")
@isolated
def test_the_engine_takes_all_forms() -> None:
    expected = None
    for name, form in FORMS.items():
        sections = _sections()
        drive = _drive(sections)
        cell, roles = form(sections)
        run = neuron_reduce.compile(cell, drive.synapses, **roles).run(20.0)
        expected = run.v if expected is None else expected
        assert np.array_equal(run.v, expected), name
    sections = _sections()
    for arguments, text in (
        ({}, "cell, of sections, has no soma"),
        ({"soma": h.Section("other")}, "not connected to the soma, other"),
    ):
        with pytest.raises(CellError, match=text):
            neuron_reduce.compile(list(sections.values()), **arguments)
    reduction = neuron_reduce.reduce(
        list(sections.values()), [], [], method="classic", soma=sections["soma", 0]
    )
    with pytest.raises(ArgumentError, match="cell is a Reduction"):
        neuron_reduce.compile(reduction, soma=sections["soma", 0])


@isolated
def test_evaluations_take_all_forms() -> None:
    def made(form: Form) -> Callable[[int], Any]:
        def make(seed: int) -> Any:
            sections = _sections()
            drive = _drive(sections)
            return form(sections)[0], drive.synapses, drive.netcons, drive, sections

        return make

    def evaluated(name: str, **roles: Any) -> tuple[Any, Any]:
        evaluation = neuron_reduce.evaluate(
            made(FORMS[name]),
            seeds=(1,),
            inputs=[neuron_reduce.inputs.Current(0.1, start=5.0)],
            tstop=30.0,
            method="classic",
            ceiling=False,
            progress=False,
            **roles,
        )
        return evaluation.cases[0].full, evaluation.cases[0].reduced

    expected = evaluated("object")
    for name, roles in (
        ("dictionary of roles", {}),
        ("list", FORMS["names"](_sections())[1]),
        ("dictionary", FORMS["dictionary"](_sections())[1]),
    ):
        for run, other in zip(evaluated(name, **roles), expected, strict=True):
            assert np.array_equal(run.soma, other.soma), name
            assert list(run.dendrites) == list(other.dendrites)
    with pytest.raises(CellError, match="the cell of make_cell, of sections, has no soma"):
        evaluated("list")
