"""Reduced cells in hoc templates of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from reading import all_names, names

LISTS = ("all", "somatic", "apical", "basal", "axonal")


OWN_TEMPLATE = """
begintemplate {name}
public init, soma, dend, apic, axon, all, somatic, apical, basal, axonal, made_by
objref all, somatic, apical, basal, axonal
strdef made_by
{extra}
proc init() {{
    all = new SectionList()
    somatic = new SectionList()
    apical = new SectionList()
    basal = new SectionList()
    axonal = new SectionList()
    forall delete_section()
    made_by = "a user"
    {init}
}}
create soma[1], dend[1], apic[1], axon[1]
endtemplate {name}
"""


def _own(path: Path, extra: str = "", init: str = "") -> Path:
    path.write_text(OWN_TEMPLATE.format(name=path.name.split(".")[0], extra=extra, init=init))
    return path


@pytest.mark.parametrize("as_path", [False, True])
@isolated
def test_own_template(as_path: bool, tmp_path: Path) -> None:
    path = _own(tmp_path / "OwnModel.hoc")
    model = small_cell.model()
    reduced, _, _ = model.reduce(model_filename=path if as_path else str(path))
    assert reduced.hoc_model.hname() == "OwnModel[0]"
    assert reduced.hoc_model.made_by == "a user"
    assert names(reduced.dend) == ["OwnModel[0].dend[0]", "OwnModel[0].dend[1]"]
    assert {name: len(list(getattr(reduced.hoc_model, name))) for name in LISTS} == {
        "all": 3, "somatic": 0, "apical": 1, "basal": 2, "axonal": 0,
    }  # fmt: skip
    model.voltages()


@isolated
def test_own_template_again(tmp_path: Path) -> None:
    """The session has it already: the file is not needed any more."""
    path = _own(tmp_path / "OwnAgain.x.hoc")
    first, _, _ = small_cell.model().reduce(model_filename=str(path))
    path.unlink()
    second, _, _ = small_cell.model().reduce(model_filename=str(path))
    assert first.hoc_model.hname() == "OwnAgain[0]"
    assert second.hoc_model.hname() == "OwnAgain[1]"
    assert len(list(first.all)) == len(list(second.all)) == 6
    assert set(first.all).isdisjoint(second.all)


@isolated
def test_own_template_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _own(tmp_path / "OwnLocal.hoc")
    monkeypatch.chdir(tmp_path)
    reduced, _, _ = small_cell.model().reduce(model_filename="OwnLocal.hoc")
    assert reduced.hoc_model.hname() == "OwnLocal[0]"


@isolated
def test_own_template_in_a_folder_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / 'a "folder" of mine'
    folder.mkdir()
    reduced, _, _ = small_cell.model().reduce(model_filename=_own(folder / "OwnSpaced.hoc"))
    assert reduced.hoc_model.hname() == "OwnSpaced[0]"


@isolated
def test_own_template_defined_by_the_script() -> None:
    h(OWN_TEMPLATE.format(name="Defined", extra="", init=""))
    reduced, _, _ = small_cell.model().reduce(model_filename="Defined.hoc")
    assert reduced.hoc_model.hname() == "Defined[0]"


@isolated
def test_own_template_that_creates_sections(tmp_path: Path) -> None:
    """What its init makes is not part of the reduced cell."""
    path = _own(tmp_path / "OwnEager.hoc", init="create soma[2], dend[7], apic[3], axon[1]")
    model = small_cell.model()
    reduced, _, _ = model.reduce(model_filename=path)
    assert len(list(reduced.all)) == 6
    assert set(reduced.all) == set(model.cell.soma[0].wholetree())
    assert len([name for name in all_names() if "OwnEager" in name]) == 3


@isolated
def test_own_template_as_upstream_asks_for_it(tmp_path: Path) -> None:
    """Upstream asks for `soma, dend, apic` and `all, somatic, apical, basal`, and no more."""
    path = _own(tmp_path / "OwnLeast.hoc")
    text = path.read_text()
    for unasked in ("axonal = new SectionList()", ", axon[1]", ", axonal", ", axon"):
        text = text.replace(unasked, "")
    path.write_text(text)
    model = small_cell.model()
    axon = list(model.cell.axon)
    reduced, _, _ = model.reduce(model_filename=path)
    assert reduced.hoc_model.hname() == "OwnLeast[0]"
    assert len(list(reduced.hoc_model.all)) == 3
    assert len(list(reduced.all)) == 6
    assert not hasattr(reduced.hoc_model, "axonal")
    assert list(reduced.axon) == axon[:1], "that which is attached to the soma"
    assert list(reduced.axonal) == axon
    model.voltages()


@isolated
def test_own_template_while_neuron_has_threads(tmp_path: Path) -> None:
    model = small_cell.model()
    context = h.ParallelContext()
    context.nthread(2)
    model.voltages()
    path = _own(tmp_path / "OwnThreaded.hoc", init="finitialize(-65)")
    reduced, _, _ = model.reduce(model_filename=path)
    assert reduced.hoc_model.hname() == "OwnThreaded[0]"
    model.voltages()
    context.nthread(1)


@isolated
def test_own_template_is_loaded_once(tmp_path: Path) -> None:
    """What its file does beside defining it is done once, in this session."""
    path = _own(tmp_path / "OwnCounted.hoc")
    path.write_text(f"{path.read_text()}\nneuron_reduce_test_count += 1\n")
    h("neuron_reduce_test_count = 0")
    first, _, _ = small_cell.model().reduce(model_filename=path)
    second, _, _ = small_cell.model().reduce(model_filename=path)
    assert h.neuron_reduce_test_count == 1
    assert [cell.hoc_model.hname() for cell in (first, second)] == [
        "OwnCounted[0]",
        "OwnCounted[1]",
    ]
