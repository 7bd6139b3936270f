"""What dendrites have that no parameter of a mechanism tells: ion styles, layers outside, rxd."""

from __future__ import annotations

from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import CellError
from refusal import failure_of
from test_followers import reduce, run

METHODS = ["classic", "lumped", "folded"]

# Concentrations and reversal potentials are parameters, and nothing is computed of them.
BY_HAND = (1, 1, 0, 0, 0)


def styles(sections: Any) -> set[float]:
    """Of those that have the ion: junctions between a folded cell's groups have no membrane."""
    return {
        h.ion_style("na_ion", sec=section)
        for section in sections
        if h.ismembrane("na_ion", sec=section)
    }


def cell_with_hh() -> small_cell.Model:
    model = small_cell.model()
    for section in small_cell.dendrites_of(model.cell):
        section.insert("hh")
    return model


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_ion_styles_that_agree(method: str) -> None:
    model = cell_with_hh()
    for section in model.cell.apical:
        h.ion_style("na_ion", *BY_HAND, sec=section)
    (by_hand,), (usual,) = styles(model.cell.apical), styles(model.cell.basal)
    assert by_hand != usual
    reduction = reduce(model, method)
    assert styles(reduction.cell.apical) == {by_hand}
    assert styles(reduction.cell.basal) == {usual}
    assert "ion_style" not in " ".join(reduction.record.notes)
    run(5)


@isolated
def test_ion_styles_that_do_not_agree() -> None:
    model = cell_with_hh()
    h.ion_style("na_ion", *BY_HAND, sec=model.cell.apic[1])
    (usual,) = styles(model.cell.basal)
    reduction = reduce(model)
    assert styles(reduction.cell.apical) == {usual}
    assert "na_ion" in " ".join(reduction.record.notes)
    run(5)


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_extracellular_layers(method: str) -> None:
    """Also that what is recorded outside follows, in both layers."""
    model = small_cell.model()
    given = {"xraxial": (1e7, 2e7), "xg": (3.0, 4.0), "xc": (0.1, 0.2)}
    for section in model.cell.all:
        section.insert("extracellular")
        for segment in section:
            segment.e_extracellular = 5.0
            for name, values in given.items():
                for layer, value in enumerate(values):
                    getattr(segment, name)[layer] = value
    dendrite = model.cell.dend[1](0.5)
    recorded = [h.Vector().record(each) for each in outside(dendrite)]
    reduction = reduce(model, method)
    for section in reduction.cell.all:
        for segment in section:
            assert segment.e_extracellular == 5.0
            for name, values in given.items():
                # Means of equal numbers.
                assert tuple(getattr(segment, name)[i] for i in range(2)) == pytest.approx(values)
    place = reduction.place("dend[1]", 0.5)
    by_hand = [h.Vector().record(each) for each in outside(place)]
    run(5)
    assert [list(vector) for vector in recorded] == [list(vector) for vector in by_hand]
    assert len(recorded[0]) == 201


def outside(segment: Any) -> list[Any]:
    return [segment._ref_vext[0], segment._ref_vext[1], segment._ref_i_membrane]


@pytest.mark.parametrize("where", ["dendrites", "soma"])
@isolated
def test_reaction_diffusion(where: str) -> None:
    """Refused on dendrites, where rxd would go on with what is gone; elsewhere it stays."""
    rxd = pytest.importorskip("neuron.rxd")
    model = small_cell.model()
    soma = model.cell.soma[0]
    sections = [soma, model.cell.dend[1]] if where == "dendrites" else [soma]
    region = rxd.Region(sections, nrn_region="i", name="cytosol")
    calcium = rxd.Species(region, d=1, name="ca", charge=2, initial=1e-4)
    decay = rxd.Rate(calcium, -0.1 * calcium)
    run(5)
    before = soma(0.5).cai
    result = None
    if where == "dendrites":
        kind, message = failure_of(lambda: model.reduce())
        assert kind is CellError
        for text in ("'cytosol'", "dend[1]", "expected"):
            assert text in message
    else:
        result = neuron_reduce.reduce(
            model.cell, model.drive.synapses, model.drive.netcons, method="classic", in_place=True
        )
    run(5)
    assert soma(0.5).cai == before < 1e-4
    assert decay is not None
    assert result is not None or where == "dendrites"
