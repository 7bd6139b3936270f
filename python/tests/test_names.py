"""Sections that share a name, and cells that have none."""

from __future__ import annotations

import warnings

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError, CellError, NeuronReduceWarning


class Cell:
    """A cell as scripts write them: without a name, its sections owned by it or by nobody."""

    def __init__(self, names: tuple[str, ...] = ("dend", "dend", "twig"), owned: bool = False):
        owner = {"cell": self} if owned else {}
        self.soma = h.Section(name="soma", **owner)
        small_cell.furnish(self.soma, 20, 20, 1, active=True)
        self.dend = [h.Section(name=name, **owner) for name in names]
        for index, section in enumerate(self.dend):
            small_cell.furnish(section, 100 + 50 * index, 1.5, 1 + 2 * index, active=False)
            section.connect(self.soma(1), 0)


def _mapping(cell: Cell) -> dict[str, str]:
    return neuron_reduce.subtree_reductor(cell, [], [], return_seg_to_seg=True)[3]


@isolated
def test_mapping_of_sections_that_share_a_name() -> None:
    """It has what it has without a warning, which says what is missing; names that are unique are
    nothing to warn of, nor those that are not asked for."""
    with pytest.warns(NeuronReduceWarning, match=r"2 are called dend: .*segment_map") as caught:
        mapping = _mapping(Cell())
    assert len(caught) == 1
    # Of 1, 3 and 5 segments.
    assert sorted(name.split("(")[0] for name in mapping) == ["dend"] * 3 + ["twig"] * 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(_mapping(Cell(("a", "b", "c")))) == 9
        neuron_reduce.subtree_reductor(Cell(), [], [])


@isolated
def test_places_on_sections_that_share_a_name() -> None:
    reduction = neuron_reduce.reduce(Cell(), [], [], method="classic", in_place=True)
    assert sorted(each.section for each in reduction.segment_map) == ["dend"] * 4 + ["twig"] * 5
    with pytest.raises(ArgumentError, match="section is 'dend'; expected the name of one section"):
        reduction.place("dend")
    assert reduction.place("twig").sec in list(reduction.cell.dend)
    # By their number all can be reached.
    assert len({reduction.place(index).sec for index in range(9)}) == 3


@isolated
def test_a_cell_without_a_name_is_called_by_its_class() -> None:
    cell = Cell(("one", "two"), owned=True)
    for segment in cell.dend[0]:
        segment.pas.g = 0
    assert "object at 0x" in cell.dend[0].name()
    for subject in (cell, type("Empty", (), {})()):
        with pytest.raises(CellError) as caught:
            neuron_reduce.subtree_reductor(subject, [], [])
        assert "0x" not in str(caught.value)
        assert type(subject).__name__ in str(caught.value)
        # What is told to programs is what NEURON has.
        assert subject is not cell or cell.dend[0].name() in caught.value.details.values()
    reduction = neuron_reduce.reduce(Cell(), [], [], method="classic", in_place=True)
    assert reduction.record.cell == "Cell"
    assert repr(reduction).startswith("<Reduction of Cell by classic")


@isolated
def test_a_name_that_a_cell_has_is_kept() -> None:
    reduction = neuron_reduce.reduce(
        small_cell.PythonCell("own name"), [], [], method="classic", in_place=True
    )
    assert reduction.record.cell == "own name"


@isolated
def test_warnings_have_no_addresses() -> None:
    with pytest.warns(NeuronReduceWarning, match=r"2 are called Cell\.dend:"):
        mapping = _mapping(Cell(owned=True))
    # What is looked up by name has names as NEURON has them.
    assert all("object at 0x" in name for name in mapping)


@isolated
def test_a_warning_of_names_that_is_an_error_changes_nothing() -> None:
    cell = Cell()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NeuronReduceWarning, match="are called dend"):
            _mapping(cell)
    assert len(cell.soma.children()) == 3
