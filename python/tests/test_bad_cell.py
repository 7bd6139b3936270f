"""Cells that cannot be reduced are refused, and stay as they were."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from models.small_cell import Model, PythonCell
from models.template import new_cell
from neuron_reduce import (
    CellError,
)
from odd import deleted_sections
from refusal import assert_arguments_refused

NAN, INF = math.nan, math.inf


class _NoSoma:
    """A cell class with a property that has no value."""

    @property
    def soma(self) -> Any:
        raise AttributeError("not built yet")

    def __repr__(self) -> str:
        return "half_built"


def _template_without_soma() -> Any:
    h("begintemplate NoSoma\npublic dend\ncreate dend[1]\nendtemplate NoSoma")
    return h.NoSoma()


def _template_with_scalar_soma_deleted() -> Any:
    h("begintemplate LostSoma\npublic soma\ncreate soma\nendtemplate LostSoma")
    cell = h.LostSoma()
    h.delete_section(sec=cell.soma)
    return cell


SOMALESS: dict[str, tuple[Callable[[], Any], str]] = {
    "None": (lambda: None, "None"),
    "number": (lambda: 5, "5"),
    "text": (lambda: "x", "'x'"),
    "list": (lambda: [], "[]"),
    "Vector": (h.Vector, "Vector["),
    "object": (lambda: SimpleNamespace(dend=[]), "namespace("),
    "soma is None": (lambda: SimpleNamespace(soma=None), "namespace("),
    "soma is a number": (lambda: SimpleNamespace(soma=5), "namespace("),
    "soma is empty": (lambda: SimpleNamespace(soma=[]), "namespace("),
    "soma is an empty SectionList": (lambda: SimpleNamespace(soma=h.SectionList()), "namespace("),
    "property without a value": (_NoSoma, "half_built"),
    "deleted section": (lambda: SimpleNamespace(soma=deleted_sections(1)[0]), "soma"),
    "deleted sections": (lambda: SimpleNamespace(soma=deleted_sections(3)), "soma"),
    "hoc template without": (_template_without_soma, "NoSoma[0]"),
    "deleted hoc array": (lambda: new_cell({"dend": 2}), "TestTree["),
    "deleted hoc section": (_template_with_scalar_soma_deleted, "LostSoma[0]"),
    "deleted section as the cell": (lambda: deleted_sections(1)[0], "deleted"),
    "section as the cell": (lambda: h.Section(name="lone"), "lone"),
    "segment as the cell": (lambda: h.Section(name="lone")(0.5), "lone"),
    "class as the cell": (lambda: PythonCell, "PythonCell"),
    "hoc itself": (lambda: h, "TopLevelHocInterpreter"),
    "hoc class": (lambda: h.Vector, "Vector"),
    "hoc reference": (lambda: h.ref(1.0), "hoc"),
}


@pytest.mark.parametrize("case", SOMALESS)
@isolated
def test_cell_without_soma(case: str) -> None:
    make, named = SOMALESS[case]
    cell = make()
    assert_arguments_refused(
        small_cell.model(), CellError, named, "soma", original_cell=cell, runs=True
    )


@pytest.mark.parametrize("attribute", ["soma", "apical", "apic", "axonal", "axon"])
@pytest.mark.parametrize("value", ["x", [None]])
@isolated
def test_attribute_that_holds_no_sections(attribute: str, value: Any) -> None:
    model = small_cell.model()
    cell = SimpleNamespace(soma=model.cell.soma)
    setattr(cell, attribute, value)
    assert_arguments_refused(model, CellError, attribute, repr(value[0]), original_cell=cell)


@pytest.mark.parametrize("without", [("dend", "apic"), ("dend", "apic", "axon")])
@isolated
def test_cell_without_dendrites(without: tuple[str, ...]) -> None:
    model = small_cell.model(without)
    assert_arguments_refused(model, CellError, model.cell.hname(), "dendrites")


@isolated
def test_soma_in_pieces() -> None:
    model = small_cell.model(cell=PythonCell())
    piece = h.Section(name="piece")
    model.cell.soma = [model.cell.soma, piece]
    assert_arguments_refused(model, CellError, "piece", "python_cell.soma", "one piece")


@isolated
def test_soma_inside_a_dendrite() -> None:
    model = small_cell.model(cell=PythonCell())
    trunk = h.Section(name="trunk")
    small_cell.furnish(trunk, 100.0, 2.0, 3, active=False)
    model.cell.soma.connect(trunk(0.5))
    assert_arguments_refused(model, CellError, "python_cell.soma", "trunk")


@pytest.mark.parametrize("stem", ["dend", "apic"])
@isolated
def test_stem_without_pas(stem: str) -> None:
    model = small_cell.model()
    getattr(model.cell, stem)[0].uninsert("pas")
    assert_arguments_refused(model, CellError, f"{model.cell}.{stem}[0]", "pas")


def _set_g_pas(segment: Any, value: float) -> None:
    segment.pas.g = value


def _set_cm(segment: Any, value: float) -> None:
    segment.cm = value


def _set_diam(segment: Any, value: float) -> None:
    segment.diam = value


def _set_ra(segment: Any, value: float) -> None:
    # Python refuses all of these but infinity; hoc takes them. hoc cannot compute a NaN.
    if math.isnan(value):
        h("neuron_reduce_test_nan = 0")
        h.neuron_reduce_test_nan = value
        text = "neuron_reduce_test_nan"
    else:
        text = repr(value) if math.isfinite(value) else "1e999"
    segment.sec.push()
    try:
        assert h(f"Ra = {text}")
    finally:
        h.pop_section()


PROPERTIES = {"g_pas": _set_g_pas, "cm": _set_cm, "diam": _set_diam, "Ra": _set_ra}


def _spoil(model: Model, section: Any, name: str, value: float) -> None:
    """Sets a property in a segment that is neither the first, the middle nor the last."""
    segments = list(section)
    PROPERTIES[name](segments[1 if len(segments) > 3 else 0], value)


def _can_run(name: str, value: float) -> bool:
    # Without a diameter or an axial resistance there is no matrix; NEURON would also overwrite
    # the diameter.
    return name in ("g_pas", "cm") and math.isfinite(value)


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("value", [0.0, -1.0, NAN, INF], ids=str)
@pytest.mark.parametrize("stem", ["dend", "apic"])
@isolated
def test_property_of_a_stem(name: str, value: float, stem: str) -> None:
    model = small_cell.model()
    _spoil(model, getattr(model.cell, stem)[0], name, value)
    assert_arguments_refused(
        model,
        CellError,
        name,
        f"{model.cell}.{stem}[0]",
        str(value),
        runs=_can_run(name, value),
    )


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("value", [-1.0, NAN, INF], ids=str)
@isolated
def test_property_farther_out(name: str, value: float) -> None:
    model = small_cell.model()
    _spoil(model, model.cell.dend[2], name, value)
    assert_arguments_refused(
        model,
        CellError,
        name,
        f"{model.cell}.dend[2]",
        str(value),
        runs=_can_run(name, value),
    )


@pytest.mark.parametrize("value", [0.0, -1.0, NAN, INF], ids=str)
@pytest.mark.parametrize("kind", ["soma", "axon"])
@isolated
def test_diameter_of_soma_and_axon(kind: str, value: float) -> None:
    model = small_cell.model()
    section = getattr(model.cell, kind)[0]
    _set_diam(section(0.5), value)
    assert_arguments_refused(model, CellError, "diam", section.name(), str(value), runs=False)


@isolated
def test_rallbranch() -> None:
    """One section that stands for several equal ones."""
    model = small_cell.model()
    model.cell.dend[1].rallbranch = 2
    assert_arguments_refused(model, CellError, "rallbranch", f"{model.cell}.dend[1]", "2.0")


@isolated
def test_points_without_diameter() -> None:
    model = small_cell.model()
    section = model.cell.dend[3]
    for x in range(3):
        h.pt3dadd(50.0 * x, 0.0, 0.0, 0.0, sec=section)
    assert_arguments_refused(model, CellError, section.name(), "0.0", runs=False)
