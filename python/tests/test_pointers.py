"""POINTERs of other mechanisms, and those of the dendrites' own, when the dendrites go."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled_pointers, small_cell
from neuron_reduce import CellError
from refusal import assert_refused
from test_followers import reduce, refused_in_the_last_step, run


@pytest.fixture(autouse=True)
def mechanisms(cache: Path) -> None:
    compiled_pointers.load_mechanisms(cache)


def other_section() -> object:
    section = h.Section(name="other")
    small_cell.furnish(section, 20.0, 20.0, 1, active=False)
    return section


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@pytest.mark.parametrize("variable", ["_ref_v", "_ref_m_hh"])
@isolated
def test_reader_on_another_cell_follows(variable: str, method: str) -> None:
    model = small_cell.model()
    dendrite = model.cell.dend[1]
    if variable == "_ref_m_hh":
        dendrite.insert("hh")
    other = other_section()
    gap = h.HalfGap(other(0.5))
    gap._ref_vpeer = getattr(dendrite(0.5), variable)
    other.insert("watched")
    other(0.5).watched._ref_source = getattr(dendrite(0.5), variable)
    run(5)
    reduction = reduce(model, method)
    place = reduction.place("dend[1]", 0.5)
    by_hand = h.Vector().record(getattr(place, variable))
    read = h.Vector().record(gap._ref_vpeer)
    run(5)
    assert list(read) == list(by_hand)
    assert gap.vpeer == getattr(place, variable[5:])
    assert other(0.5).watched.seen == pytest.approx(by_hand[len(by_hand) - 1], rel=0.05)


@isolated
def test_gap_junctions_between_two_cells_that_are_reduced_in_turn() -> None:
    models = [small_cell.model(), small_cell.model()]
    dendrites = [model.cell.apic[1] for model in models]
    gaps = [h.HalfGap(dendrite(0.7)) for dendrite in dendrites]
    for gap, dendrite in zip(gaps, reversed(dendrites), strict=True):
        gap.g = 1e-2
        gap._ref_vpeer = dendrite(0.7)._ref_v
    run(5)
    reductions = []
    for model in models:
        reductions.append(reduce(model))
        run(5)
    places = [reduction.place("apic[1]", 0.7) for reduction in reductions]
    for gap, own, peer in zip(gaps, places, reversed(places), strict=True):
        assert gap.get_segment() == own
        assert gap.vpeer == peer.v
        assert gap.i == pytest.approx(1e-2 * (peer.v - own.v), rel=0.05)


@isolated
def test_pointers_of_synapses() -> None:
    """Onto a dendrite, a merged synapse, another cell, a number of hoc's; and none at all."""
    model = small_cell.model()
    h("neuron_reduce_level = 0.5")
    stimulus = model.drive.stimuli[0]
    places = [model.cell.dend[1](0.5), model.cell.apic[2](0.2)]
    first, second = (h.ExpSyn(places[0]) for _ in range(2))
    gated = [h.GatedSyn(places[index % 2]) for index in range(5)]
    gated[0]._ref_level = model.cell.dend[2](0.5)._ref_v
    gated[1]._ref_level = second._ref_i
    gated[2]._ref_level = model.bystander.soma[0](0.5)._ref_v
    gated[3]._ref_level = h._ref_neuron_reduce_level
    synapses = [first, second, *gated]
    netcons = [h.NetCon(stimulus, each, 0, 1, 1e-5) for each in synapses]
    run(5)
    reduction = neuron_reduce.reduce(model.cell, synapses, netcons, method="classic", in_place=True)
    assert netcons[1].syn() == first, "the two were to be merged"
    assert [netcon.syn() for netcon in netcons[2:]] == gated
    run(5)
    assert gated[0].level == reduction.place("dend[2]", 0.5).v
    assert gated[1].level == first.i != 0
    assert gated[2].level == model.bystander.soma[0](0.5).v
    assert gated[3].level == 0.5
    h.neuron_reduce_level = 0.25
    assert gated[3].level == 0.25


@pytest.mark.parametrize("same", [False, True])
@isolated
def test_synapses_merge_only_where_their_pointers_agree(same: bool) -> None:
    model = small_cell.model()
    stimulus = model.drive.stimuli[0]
    synapses = [h.GatedSyn(model.cell.dend[1](0.5)) for _ in range(2)]
    sources = [model.bystander.soma[0](0.5), model.bystander.dend[0](0.5)]
    for synapse, source in zip(synapses, sources, strict=True):
        synapse._ref_level = sources[0]._ref_v if same else source._ref_v
    netcons = [h.NetCon(stimulus, each, 0, 1, 1e-5) for each in synapses]
    reduction = neuron_reduce.reduce(model.cell, synapses, netcons, method="classic", in_place=True)
    assert len(reduction.synapses) == (1 if same else 2)
    run(5)


def watch(sections: object, variable: str = "_ref_i_pas") -> None:
    for section in sections:
        section.insert("watched")
        for segment in section:
            segment.watched._ref_source = getattr(segment, variable)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_segments_that_point_to_themselves(method: str) -> None:
    model = small_cell.model()
    watch(model.cell.all)
    run(5)
    reduction = reduce(model, method)
    for section in reduction.cell.all:
        for segment in section:
            assert segment.watched.source == segment.i_pas
    run(5)
    for section in reduction.cell.all:
        for segment in section:
            assert segment.watched.source == segment.i_pas
            assert segment.watched.seen == pytest.approx(segment.i_pas, abs=1e-4)


@isolated
def test_segments_that_point_to_their_extracellular_potential() -> None:
    model = small_cell.model()
    for section in model.cell.all:
        section.insert("extracellular")
    watch(model.cell.all, "_ref_e_extracellular")
    run(5)
    reduction = reduce(model)
    for section in reduction.cell.all:
        for segment in section:
            segment.e_extracellular = 1.5 + segment.x
            assert segment.watched.source == 1.5 + segment.x
    run(5)


@isolated
def test_segments_that_all_point_to_one_thing() -> None:
    model = small_cell.model()
    h("neuron_reduce_stimulus = 2")
    for section in model.cell.all:
        section.insert("watched")
        for segment in section:
            segment.watched._ref_source = h._ref_neuron_reduce_stimulus
    reduction = reduce(model)
    h.neuron_reduce_stimulus = 3
    assert {segment.watched.source for section in reduction.cell.all for segment in section} == {3}
    run(5)


@isolated
def test_unset_pointers_stay_unset() -> None:
    model = small_cell.model()
    for section in model.cell.all:
        section.insert("watched")
    reduction = reduce(model)
    for section in reduction.cell.all:
        with pytest.raises(Exception, match="point"):
            assert section(0.5).watched.source


def to_a_neighbour(cell: object) -> None:
    watch([cell.dend[1]])
    cell.dend[1](0.5).watched._ref_source = cell.dend[1](0.1)._ref_v


def differently(cell: object) -> None:
    watch([cell.dend[1]])
    cell.dend[1](0.5).watched._ref_source = cell.dend[1](0.5)._ref_v


def to_the_soma_and_to_itself(cell: object) -> None:
    watch([cell.dend[1]])
    cell.dend[1](0.9).watched._ref_source = cell.soma[0](0.5)._ref_v


@pytest.mark.parametrize("wire", [to_a_neighbour, differently, to_the_soma_and_to_itself])
@isolated
def test_what_cannot_be_known_is_refused(wire: object) -> None:
    model = small_cell.model()
    wire(model.cell)
    assert_refused(
        model.reduce, CellError, "source_watched", ".dend[1](", run=lambda: model.voltages()
    )


@isolated
def test_pointers_are_as_before_when_the_last_step_fails() -> None:
    # The first call defines the template and what else is defined once.
    first = small_cell.model()
    watch(first.cell.all, "_ref_v")
    first.reduce()
    del first
    gc.collect()
    model = small_cell.model()
    cell = model.cell
    other = other_section()
    gaps = [h.HalfGap(place) for place in (other(0.5), cell.apic[1](0.5))]
    gaps[0]._ref_vpeer = cell.dend[1](0.5)._ref_v
    gaps[1]._ref_vpeer = cell.dend[2](0.5)._ref_v
    watch(cell.all, "_ref_v")
    run(5)
    refused_in_the_last_step(model)
    run(5)
    assert gaps[0].vpeer == cell.dend[1](0.5).v
    assert gaps[1].vpeer == cell.dend[2](0.5).v
    assert cell.dend[2](0.5).watched.source == cell.dend[2](0.5).v
    result = model.reduce()
    run(5)
    assert result


@isolated
def test_nothing_is_warned_of() -> None:
    model = small_cell.model()
    watch(model.cell.all)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reduce(model)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@pytest.mark.parametrize("variable", ["_ref_v", "_ref_m_hh"])
@isolated
def test_transfer_from_a_dendrite_follows(variable: str, method: str) -> None:
    """`source_var` on a dendrite, `target_var` on another cell and on the reduced one."""
    model = small_cell.model()
    dendrite = model.cell.dend[1]
    dendrite.insert("hh")
    context = h.ParallelContext()
    sources = [dendrite(0.5), model.bystander.soma[0](0.5), model.cell.apic[1](1)]
    for identifier, (source, of) in enumerate(
        zip(sources, [variable, "_ref_v", "_ref_v"], strict=True)
    ):
        context.source_var(getattr(source, of), 7 + identifier, sec=source.sec)
    other = other_section()
    gaps = [h.SentGap(other(0.5)), h.SentGap(model.cell.apic[2](0.5)), h.SentGap(other(0.5))]
    for identifier, gap in enumerate(gaps):
        context.target_var(gap, gap._ref_vpeer, 7 + identifier)
    context.setup_transfer()
    run(5)
    reduction = reduce(model, method)
    places = [reduction.place("dend[1]", 0.5), sources[1], reduction.place("apic[1]", 1)]
    by_hand = [h.Vector().record(getattr(places[0], variable))]
    by_hand += [h.Vector().record(place._ref_v) for place in places[1:]]
    read = [h.Vector().record(gap._ref_vpeer) for gap in gaps]
    run(5)
    assert gaps[1].get_segment() == reduction.place("apic[2]", 0.5)
    # Potentials are brought before the states of the step are computed.
    delays = [0 if variable == "_ref_v" else 1, 0, 0]
    for brought, source, delay in zip(read, by_hand, delays, strict=True):
        assert list(brought)[2:] == list(source)[2 - delay : len(source) - delay]


@isolated
def test_transfer_whose_source_is_a_point_process_is_refused() -> None:
    model = small_cell.model()
    dendrite = model.cell.dend[1]
    clamp = h.IClamp(dendrite(0.5))
    context = h.ParallelContext()
    context.source_var(clamp._ref_amp, 11, sec=dendrite)
    gap = h.SentGap(model.bystander.soma[0](0.5))
    context.target_var(gap, gap._ref_vpeer, 11)
    context.setup_transfer()
    assert_refused(model.reduce, CellError, "source 11", ".dend[1](0.5)", run=model.voltages)


@isolated
def test_transfers_are_as_before_when_the_last_step_fails() -> None:
    model = small_cell.model()
    dendrite = model.cell.dend[1]
    context = h.ParallelContext()
    context.source_var(dendrite(0.5)._ref_v, 1, sec=dendrite)
    gap = h.SentGap(model.bystander.soma[0](0.5))
    context.target_var(gap, gap._ref_vpeer, 1)
    context.setup_transfer()
    run(5)
    refused_in_the_last_step(model)
    run(5)
    assert gap.vpeer == pytest.approx(dendrite(0.5).v, abs=0.1)
    result = model.reduce()
    run(5)
    assert result
