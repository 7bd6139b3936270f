"""Templates that cannot hold a reduced cell are refused, and leave NEURON in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import TemplateError
from neuron_reduce._session import templates
from refusal import assert_arguments_refused, failure_of

SECTIONS = "soma, dend, apic, axon"


LISTS = "all, somatic, apical, basal, axonal"


NEW_LISTS = "\n".join(f"{name} = new SectionList()" for name in LISTS.split(", "))


def _template(
    name: str,
    sections: str = SECTIONS,
    lists: str = LISTS,
    public: str = f"{SECTIONS}, {LISTS}",
    init: str = NEW_LISTS,
) -> str:
    created = ", ".join(f"{section}[1]" for section in sections.split(", ") if section)
    return "\n".join(
        [
            f"begintemplate {name}",
            f"public {public}",
            f"create {created}" if created else "",
            f"objref {lists}" if lists else "",
            "proc init() {",
            "forall delete_section()",
            init,
            "}",
            f"endtemplate {name}",
            "",
        ]
    )


BROKEN = "Broken"


# By name: the text of a file broken.hoc-to-be, whose template cannot hold a reduced cell.
TEMPLATES: dict[str, str] = {
    "syntax error": _template(BROKEN).replace("proc init() {", "proc init( {"),
    "syntax error outside": f"{_template(BROKEN)}\n}} this is no hoc (\n",
    "unfinished": _template(BROKEN).replace(f"endtemplate {BROKEN}", ""),
    "unknown function": f"{_template(BROKEN)}\nneuron_reduce_no_such_function()\n",
    "empty": "",
    "binary": "\x00\x01\x02\x03" * 50,
    "other template": _template("SomethingElse"),
    "no sections": _template(BROKEN, sections="", public=LISTS),
    "no dend": _template(BROKEN, sections="soma, apic, axon", public=f"soma, apic, axon, {LISTS}"),
    "no apic": _template(BROKEN, sections="soma, dend, axon", public=f"soma, dend, axon, {LISTS}"),
    "private sections": _template(BROKEN, public=LISTS),
    "private dend": _template(BROKEN, public=f"soma, apic, axon, {LISTS}"),
    "no lists": _template(BROKEN, lists="", public=SECTIONS, init=""),
    "no basal": _template(BROKEN, lists="all, somatic, apical, axonal", public=SECTIONS, init=""),
    "private lists": _template(BROKEN, public=SECTIONS),
    "private basal": _template(BROKEN, public=f"{SECTIONS}, all, somatic, apical, axonal"),
    "lists not made": _template(BROKEN, init=""),
    "list not made": _template(BROKEN, init=NEW_LISTS.replace("apical = new SectionList()", "")),
    "lists of another class": _template(BROKEN, init=NEW_LISTS.replace("SectionList", "Vector")),
    "init with arguments": _template(BROKEN, init=f"{NEW_LISTS}\nprint $s1, $2"),
    "init that fails": _template(BROKEN, init=f"{NEW_LISTS}\nx = sqrt(-1)"),
    "init that raises": _template(BROKEN, init=f'{NEW_LISTS}\nexecerror("no", "luck")'),
    "init that fails in a section": _template(
        BROKEN, init=f"{NEW_LISTS}\ncreate soma[1]\nsoma[0] {{ L = 5 x = sqrt(-1) }}"
    ).replace("forall delete_section()", ""),
    "init that never ends": _template(BROKEN, init=f"{NEW_LISTS}\ninit()"),
    "dend is a number": _template(
        BROKEN, sections="soma, apic, axon", init=f"{NEW_LISTS}\ndend = 5"
    ),
    "dend is an object": _template(
        BROKEN, sections="soma, apic, axon", lists=f"{LISTS}, dend", init=NEW_LISTS
    ),
}


@pytest.mark.parametrize("case", TEMPLATES)
@isolated
def test_template_that_cannot_hold_a_cell(case: str, tmp_path: Path) -> None:
    model = small_cell.model()
    path = tmp_path / f"{BROKEN}.hoc"
    path.write_text(TEMPLATES[case])
    assert_arguments_refused(model, TemplateError, BROKEN, model_filename=str(path))
    # Neither NEURON's interpreter nor its section stack is left in an odd state.
    assert h("neuron_reduce_test_x = 3")
    assert h.neuron_reduce_test_x == 3
    model.reduce()


@pytest.mark.parametrize("where", ["init", "the file"])
@isolated
def test_template_that_never_ends(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "TRIAL_SECONDS", 1.0)
    model = small_cell.model()
    path = tmp_path / f"{BROKEN}.hoc"
    loop = "while (1) { }"
    path.write_text(
        _template(BROKEN, init=f"{NEW_LISTS}\n{loop}")
        if where == "init"
        else f"{_template(BROKEN)}{loop}\n"
    )
    assert_arguments_refused(model, TemplateError, "more than 1 s", model_filename=str(path))
    model.reduce()


@pytest.mark.parametrize("case", ["syntax error", "unfinished", "no dend", "init that fails"])
@isolated
def test_template_file_that_is_mended(case: str, tmp_path: Path) -> None:
    """NEURON knows a broken template by its name already, and may not load it again."""
    model = small_cell.model()
    path = tmp_path / f"{BROKEN}.hoc"
    path.write_text(TEMPLATES[case])
    first, _ = failure_of(lambda: model.reduce(model_filename=path))
    path.write_text(_template(BROKEN))
    kind, message = failure_of(lambda: model.reduce(model_filename=path))
    assert first is TemplateError
    assert kind in (None, TemplateError), message
    if kind is TemplateError:
        model.reduce()


@pytest.mark.parametrize("case", ["no dend", "private basal", "init that fails"])
@isolated
def test_refusals_do_not_pile_up(case: str, tmp_path: Path) -> None:
    """NEURON's stack has room for 1000 values, and a session for many a mistake."""
    model = small_cell.model()
    path = tmp_path / f"{BROKEN}.hoc"
    path.write_text(TEMPLATES[case])
    first = None
    for _ in range(600):
        kind, message = failure_of(
            lambda: neuron_reduce.subtree_reductor(model.cell, [], [], model_filename=path)
        )
        first = first or message.partition(":")[0]
        assert kind is TemplateError, message
        assert message.startswith(first), message
    assert not h.name_declared(BROKEN) or len(h.List(BROKEN)) == 0
    model.reduce()


@isolated
def test_template_with_sections_that_are_no_arrays(tmp_path: Path) -> None:
    """NEURON makes them arrays when the cables are created; a template like this is upstream's."""
    path = tmp_path / "Scalars.hoc"
    path.write_text(_template("Scalars").replace("[1]", ""))
    model = small_cell.model()
    kind, message = failure_of(lambda: model.reduce(model_filename=path))
    assert kind in (None, TemplateError), message


@pytest.mark.parametrize("name", ["missing.hoc", "no/such/folder/model2.hoc", "missing"])
@isolated
def test_template_file_that_is_missing(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    assert_arguments_refused(small_cell.model(), TemplateError, path, model_filename=path)


@isolated
def test_template_file_that_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder.hoc"
    folder.mkdir()
    assert_arguments_refused(
        small_cell.model(), TemplateError, "folder", model_filename=str(folder)
    )


@pytest.mark.parametrize(
    "value",
    [None, 5, 1.5, True, b"model.hoc", ["model.hoc"], h.Vector(), h.ref("model.hoc")],
    ids=lambda v: type(v).__name__,
)
@isolated
def test_template_file_name_of_another_type(value: Any) -> None:
    assert_arguments_refused(
        small_cell.model(), TemplateError, "model_filename", model_filename=value
    )


@pytest.mark.parametrize(
    "name",
    ["", ".", ".hoc", "/", "1x.hoc", "a b.hoc", "a-b.hoc", "ü.hoc", "a\n.hoc", "a;b.hoc", "\ud800"],
    ids=ascii,
)
@isolated
def test_template_file_name_that_no_template_can_have(name: str) -> None:
    assert_arguments_refused(
        small_cell.model(), TemplateError, "model_filename", model_filename=name
    )


@pytest.mark.parametrize("suffix", [".\ud800.hoc", ".\0.hoc"], ids=ascii)
@isolated
def test_template_file_name_that_no_file_can_have(suffix: str) -> None:
    assert_arguments_refused(
        small_cell.model(), TemplateError, "model_filename", model_filename=f"missing{suffix}"
    )


# Names that mean something else in every session, and those that the test gives a meaning.
TAKEN = [
    "celsius",
    "soma_of_the_session",
    "sections_of_the_session",
    "number_of_the_session",
    "object_of_the_session",
    "procedure_of_the_session",
    "text_of_the_session",
    "finitialize",
    "sin",
    "hh",
    "na_ion",
    "g_pas",
    "diam",
    "L",
    "PI",
    "proc",
    "for",
    "begintemplate",
    "Vector",
    "List",
    "SectionList",
    "NetCon",
    "ExpSyn",
    "IClamp",
    "NetStim",
    "SectionRef",
    "PythonObject",
    "MechanismStandard",
    "Graph",
    "Impedance",
    "File",
    "TestTree",
]


@pytest.mark.parametrize("name", TAKEN)
@isolated
def test_template_name_that_is_taken(name: str) -> None:
    h("create soma_of_the_session, sections_of_the_session[3]")
    h("number_of_the_session = 5")
    h("objref object_of_the_session")
    h("strdef text_of_the_session")
    h("proc procedure_of_the_session() { }")
    model = small_cell.model()
    if name == "TestTree":
        # That of the cell itself, which is a good one.
        model.reduce(model_filename="TestTree.hoc")
        return
    assert_arguments_refused(model, TemplateError, name, model_filename=f"{name}.hoc")
    model.reduce()


@isolated
def test_section_stack_is_kept_by_a_failing_template(tmp_path: Path) -> None:
    model = small_cell.model()
    path = tmp_path / f"{BROKEN}.hoc"
    pushed = [model.cell.dend[1], model.cell.apic[2]]
    path.write_text(TEMPLATES["init that fails in a section"])
    for section in pushed:
        section.push()
    kind, message = failure_of(lambda: model.reduce(model_filename=path))
    assert kind is TemplateError, message
    for section in reversed(pushed):
        assert h.cas() == section
        h.pop_section()
