"""A reduced cell that is built beside the original."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import failures
import neuron_reduce
import snapshot
from isolated import isolated
from models import compiled_blocks, compiled_pointers, small_cell
from neuron_reduce import CellError
from refusal import assert_refused

METHODS = pytest.mark.parametrize("method", ["classic", "lumped", "folded"])


def _reduce(model: small_cell.Model, **arguments: Any) -> Any:
    drive = model.drive
    given = {"method": "folded", "rates": 5} | arguments
    if given["method"] == "classic":
        del given["rates"]
    return neuron_reduce.reduce(model.cell, drive.synapses, drive.netcons, **given)


@METHODS
@isolated
def test_its_voltages_are_those_of_a_cell_that_was_reduced_in_place(method: str) -> None:
    model = small_cell.model()
    beside = _reduce(model, method=method)
    first = small_cell.run(beside.cell.soma[0])
    in_place = _reduce(model, method=method, in_place=True)
    both = small_cell.run(in_place.cell.soma[0], beside.cell.soma[0])
    assert both[0] == both[1] == first[0]
    assert max(first[0]) > min(first[0]) + 5


@METHODS
@isolated
def test_the_original_stays_as_it_was(method: str) -> None:
    model = small_cell.model()
    trace = small_cell.run(model.cell.soma[0], model.bystander.soma[0])
    gc.collect()
    before = snapshot.take()
    reduction = _reduce(model, method=method)
    assert small_cell.run(model.cell.soma[0], model.bystander.soma[0]) == trace
    # What was shown of the original, not of what was made.
    assert [each.get_segment().sec for each in model.drive.synapses[:3]] == [
        each.get_segment().sec for each in (netcon.syn() for netcon in model.drive.netcons[:3])
    ]
    del reduction
    gc.collect()
    model.voltages()
    assert snapshot.differences(before, snapshot.take()) == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
@isolated
def test_five_cells_beside_it_go_in_any_order(order: tuple[int, ...]) -> None:
    model = small_cell.model()
    settings: list[dict[str, Any]] = [
        {"method": "classic"},
        {"method": "lumped"},
        {"segments": 6},
        {"segments": 12},
        {"segments": 1e4},
    ]
    reductions: list[Any] = [_reduce(model, **each) for each in settings]
    somata = [each.cell.soma[0] for each in reductions]
    traces = small_cell.run(model.cell.soma[0], *somata)
    assert len({tuple(trace) for trace in traces[1:]}) == 5
    # With all segments it is the full cell.
    assert traces[5] == pytest.approx(traces[0], abs=1e-6)
    left = dict(enumerate(somata))
    for index in order:
        reductions[index] = None
        del somata[:], left[index]
        gc.collect()
        assert small_cell.run(model.cell.soma[0], *left.values()) == [
            traces[0],
            *(traces[1 + each] for each in left),
        ]
    assert {each.name().split(".")[0] for each in h.allsec()} == {
        model.cell.hname(),
        model.bystander.hname(),
    }


@isolated
def test_the_cell_keeps_all_that_it_is_made_of() -> None:
    model = small_cell.model()
    reduction = _reduce(model)
    expected = small_cell.run(reduction.cell.soma[0])
    cell = reduction.cell
    del reduction
    gc.collect()
    assert small_cell.run(cell.soma[0]) == expected


@isolated
def test_synapses_without_their_cell_get_no_events() -> None:
    """NEURON ends the process where one comes to a point process whose section is gone."""
    model = small_cell.model()
    cell, synapses, netcons = _reduce(model)
    mine = h.NetCon(model.drive.stimuli[0], synapses[0])
    del cell
    gc.collect()
    model.voltages()
    assert {netcon.syn() for netcon in (*netcons, mine)} == {None}
    assert synapses[0].get_segment() is None


@isolated
def test_the_instance_alone_keeps_the_cell() -> None:
    model = small_cell.model()
    cell, _, netcons = _reduce(model)
    expected = small_cell.run(cell.soma[0])
    instance = cell.hoc_model
    del cell
    gc.collect()
    assert small_cell.run(next(iter(instance.soma))) == expected
    assert netcons[0].syn() is not None


@isolated
def test_sections_have_the_shape_and_the_names_of_what_they_copy() -> None:
    model = small_cell.model()
    soma, axon = model.cell.soma[0], model.cell.axon[1]
    soma.pt3dclear()
    for x, diameter in ((0, 12.5), (7, 21.25), (16.5, 11.0)):
        soma.pt3dadd(x, 2.0, 3.0, diameter)
    soma.nseg = 3
    soma(0.1).hh.gnabar = 0.2
    axon(0.9).pas.g = 7e-5
    axon.insert("na_ion")
    h.ion_style("na_ion", 1, 2, 0, 0, 0, sec=axon)
    cell = _reduce(model).cell
    copy = cell.soma[0]
    assert (copy.L, copy.nseg, copy.Ra) == (soma.L, soma.nseg, soma.Ra)
    assert [copy.diam3d(i) for i in range(copy.n3d())] == [12.5, 21.25, 11.0]
    for mine, its in zip(copy, soma, strict=True):
        assert (mine.area(), mine.ri(), mine.hh.gnabar) == (its.area(), its.ri(), its.hh.gnabar)
    tail = list(cell.axonal)[1]
    assert [tail(x).pas.g for x in (0.1, 0.9)] == [5e-5, 7e-5]
    assert h.ion_style("na_ion", sec=tail) == h.ion_style("na_ion", sec=axon)
    assert [each.name().split(".")[1] for each in cell.somatic] == ["soma[0]"]
    assert [each.name().split(".")[1] for each in cell.axonal] == ["axon[0]", "axon[1]"]
    assert len(list(cell.all)) == sum(
        len(list(each)) for each in (cell.somatic, cell.axonal, cell.apical, cell.basal)
    )


@isolated
def test_places_and_sites_are_on_the_new_cell() -> None:
    model = small_cell.model()
    reduction = _reduce(model, sites=["apic[1]", model.cell.soma[0](0.5)], segments=20)
    own = {section.name() for section in reduction.cell.all}
    places = [reduction.place("soma[0]"), reduction.place("axon[1]", 0.9), *reduction.sites[0]]
    assert all(place.sec.name() in own for place in (*places, reduction.sites[1]))
    assert reduction.place("axon[1]", 0.9).x == 0.9


@isolated
def test_netcons_have_the_same_sources() -> None:
    model = small_cell.model()
    synapses, netcons = model.drive.synapses, model.drive.netcons
    context = h.ParallelContext()
    context.set_gid2node(7, context.id())
    own = h.NetCon(model.bystander.soma[0](0.5)._ref_v, None, sec=model.bystander.soma[0])
    context.cell(7, own)

    def replace(index: int, netcon: Any, **values: float) -> None:
        for name, value in values.items():
            setattr(netcon, name, value)
        netcon.weight[0] = 0.001 * (1 + index)
        netcons[index] = netcon

    soma, other = model.cell.soma[0], model.bystander.dend[1]
    replace(0, h.NetCon(soma(0.5)._ref_v, synapses[0], sec=soma), threshold=-20, delay=2.5)
    replace(1, h.NetCon(other(0.9)._ref_v, synapses[1], sec=other), threshold=-45, delay=1.5)
    replace(2, context.gid_connect(7, synapses[2]), delay=3)
    replace(3, h.NetCon(None, synapses[3]))
    netcons[4].active(False)
    before = [netcon.weight[0] for netcon in netcons]
    reduction = _reduce(model, method="classic")
    new = reduction.netcons
    assert len(new) == len(netcons)
    assert not set(new) & set(netcons)
    assert new[0].preseg().sec.name().startswith("model[0].soma")
    assert (new[0].threshold, new[0].delay) == (-20, 2.5)
    assert new[1].preseg() == other(0.9)
    assert (new[1].threshold, new[1].delay) == (-45, 1.5)
    assert (new[2].srcgid(), new[2].delay) == (7, 3)
    assert [new[3].pre(), new[3].preseg()] == [None, None]
    assert [netcon.active() for netcon in new[3:6]] == [True, False, True]
    assert all(mine.pre() == its.pre() for mine, its in zip(new[4:], netcons[4:], strict=True))
    assert [netcon.weight[0] for netcon in new] == before
    assert [netcon.weight[0] for netcon in netcons] == before


@isolated
def test_a_netcon_that_is_listed_twice_is_one() -> None:
    model = small_cell.model()
    synapses, netcons = model.drive.synapses, model.drive.netcons
    reduction = neuron_reduce.reduce(
        model.cell, [*synapses, synapses[0]], [*netcons, netcons[0]], rates=5
    )
    assert reduction.netcons[0] == reduction.netcons[-1]
    assert len(reduction.netcons) == len(netcons) + 1


@isolated
def test_clamps_are_copied_where_asked() -> None:
    model = small_cell.model()
    clamps = [h.IClamp(model.cell.soma[0](0.5)), h.IClamp(model.cell.apic[1](0.7))]
    for clamp in clamps:
        clamp.delay, clamp.dur, clamp.amp = 2, 10, 0.3
    without = _reduce(model).cell
    with_clamps = _reduce(model, clamps=True).cell
    in_place = _reduce(model, in_place=True).cell
    low, high, expected = small_cell.run(without.soma[0], with_clamps.soma[0], in_place.soma[0])
    assert high == expected
    assert max(high) > max(low) + 5
    assert h.List("IClamp").count() == 4


@pytest.mark.parametrize("name", ["nr_picking", "nr_failing"])
@isolated
def test_copies_draw_the_same_random_numbers(name: str, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    model = small_cell.model()
    kept = []
    for index in range(6):
        synapse = getattr(h, name)(model.cell.apic[index % 2](0.1 + 0.15 * index))
        if name == "nr_picking":
            random = h.Random()
            random.Random123(index + 1, 2, 3)
            (random.uniform if index % 2 else random.negexp)(*((0, 1) if index % 2 else (0.7,)))
            random.seq(5 + index)
            synapse.setRNG(random)
            kept.append(random)
        else:
            synapse.rng.set_ids(index, 1, 2)
            synapse.rng.set_seq(3 * index)
        model.drive.synapses.append(synapse)
        model.drive.netcons.append(h.NetCon(model.drive.stimuli[index], synapse, 0, 1, 0.003))
    starts = [random.seq() for random in kept]
    beside = _reduce(model, rates=50)
    assert beside.record.notes == [each for each in beside.record.notes if "random" not in each]
    first = small_cell.run(beside.cell.soma[0])
    for random, start in zip(kept, starts, strict=True):
        random.seq(start)
    if name == "nr_failing":
        for index, synapse in enumerate(model.drive.synapses[-6:]):
            synapse.rng.set_seq(3 * index)
    in_place = _reduce(model, rates=50, in_place=True)
    assert small_cell.run(in_place.cell.soma[0]) == first
    released = [netcon.syn().released for netcon in in_place.netcons[-6:]]
    assert sum(released) > 0


@isolated
def test_density_mechanisms_draw_the_same_random_numbers(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    model = small_cell.model()
    soma = model.cell.soma[0]
    soma.insert("nr_noise")
    soma(0.5).nr_noise.rng.set_ids(3, 4, 5)
    soma(0.5).nr_noise.other.set_ids(6, 7, 8)
    reduction = _reduce(model)
    copy = reduction.cell.soma[0](0.5).nr_noise
    assert [list(copy.rng.get_ids()), list(copy.other.get_ids())] == [[3, 4, 5], [6, 7, 8]]


@isolated
def test_random_numbers_that_no_copy_can_be_given_are_refused(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    model = small_cell.model()
    noise = h.nr_streaming(model.cell.apic[1](0.5))
    noise.set_ids(1, 2, 3)
    assert _reduce(model)
    gc.collect()
    before = snapshot.take()
    assert_refused(
        lambda: _reduce(model, clamps=True),
        CellError,
        "POINTER",
        "nr_streaming",
        "expected in_place=True",
    )
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []
    assert _reduce(model, in_place=True)


@pytest.mark.parametrize("owner", ["density", "process"])
@isolated
def test_pointers_to_numbers_are_refused(owner: str, cache: Path) -> None:
    compiled_pointers.load_mechanisms(cache)
    model = small_cell.model()
    if owner == "density":
        model.cell.axon[0].insert("watched")
        model.cell.axon[0](0.5).watched._ref_source = model.bystander.soma[0](0.5)._ref_v
    else:
        synapse = h.GatedSyn(model.cell.apic[1](0.5))
        synapse._ref_level = model.bystander.soma[0](0.5)._ref_v
        model.drive.synapses.append(synapse)
        model.drive.netcons.append(h.NetCon(None, synapse))
    before = snapshot.take()
    assert_refused(
        lambda: _reduce(model),
        CellError,
        "POINTER",
        "axon[0]" if owner == "density" else "apic[1]",
        "expected in_place=True",
    )
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []


@pytest.mark.parametrize(("method", "turn"), [("classic", 0), ("lumped", 7), ("folded", 14)])
@isolated
def test_a_failure_at_any_call_leaves_the_session_as_it_was(method: str, turn: int) -> None:
    model = small_cell.model()
    made: list[Any] = []

    def reduce() -> list[Any]:
        made[:] = [_reduce(model, method=method)]
        return made

    trace = small_cell.run(reduce()[0].cell.soma[0])
    made.clear()
    model.voltages()
    gc.collect()
    before = snapshot.take()
    count, raised = failures.calls_of(reduce), 0
    tried = range(1 + turn, count + 1, 21)
    for number in tried:
        kind, message = failures.at_call(number, reduce)
        if kind is None:
            # A section that was only looked at is deleted at the second try.
            assert small_cell.run(made[0].cell.soma[0]) == trace
            made.clear()
            model.voltages()
        else:
            raised += 1
            assert issubclass(kind, neuron_reduce.NeuronReduceError), (number, kind, message)
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == [], number
    assert raised > 0.8 * len(tried) > 30


@pytest.mark.parametrize("name", ["in_place", "clamps"])
@pytest.mark.parametrize("value", [float("nan"), "no", None, 1])
@isolated
def test_what_is_neither_true_nor_false_is_refused(name: str, value: Any) -> None:
    model = small_cell.model()
    assert_refused(
        lambda: _reduce(model, **{name: value}), neuron_reduce.ArgumentError, name, "True or False"
    )


@isolated
def test_responses_are_measured_beside_netcons_from_point_processes() -> None:
    """NEURON initialises no NetCon whose source is nowhere."""
    model = small_cell.model()
    counter = h.APCount(model.cell.soma[0](0.5))
    netcon = h.NetCon(counter, None)
    notes = _reduce(model).record.notes
    assert not any("could be measured" in each for each in notes)
    assert netcon.pre() == counter


@METHODS
@isolated
def test_what_is_played_into_the_cell_is_played_into_the_new_one(method: str) -> None:
    model = small_cell.model()
    soma, dendrite = model.cell.soma[0], model.cell.dend[1]
    plain = _reduce(model, method=method, clamps=True)
    unplayed = small_cell.run(plain.cell.soma[0])
    clamps = [h.IClamp(soma(0.5)), h.IClamp(dendrite(0.5))]
    for clamp in clamps:
        clamp.dur = 1e9
    amplitudes, times = h.Vector([0, 0.3, -0.2, 0.1]), h.Vector([0, 4, 9, 11])
    amplitudes.play(clamps[0], clamps[0]._ref_amp, times, 1)
    amplitudes.play(clamps[1]._ref_amp, times, h.Vector([1]))
    steps = [h.Vector([0, -20, 0]), h.Vector([0, 5, 10])]
    steps[0].play(model.drive.synapses[3]._ref_e, steps[1])
    conductances = h.Vector([0.001, 0.01, 0.0001])
    conductances.play(dendrite(0.5)._ref_g_pas, 4)
    sodium = h.Vector([0.1, 0.05])
    sodium.play(soma(0.5)._ref_gnabar_hh, 6)
    before = small_cell.run(soma, model.bystander.soma[0])
    beside = _reduce(model, method=method, clamps=True)
    assert not any("played" in each for each in beside.record.notes)
    first = small_cell.run(beside.cell.soma[0])
    assert first != unplayed
    # The original has them still, with another cell or without.
    assert small_cell.run(soma, model.bystander.soma[0]) == before
    without_clamps = _reduce(model, method=method)
    assert small_cell.run(without_clamps.cell.soma[0]) not in (first, unplayed)
    del without_clamps
    gc.collect()
    assert small_cell.run(beside.cell.soma[0]) == first
    in_place = _reduce(model, method=method, in_place=True)
    assert small_cell.run(in_place.cell.soma[0]) == first


@isolated
def test_what_is_played_into_the_original_is_nothing_of_the_new_cell() -> None:
    model = small_cell.model()
    clamp = h.IClamp(model.cell.soma[0](0.5))
    clamp.dur = 1e9
    amplitudes, times = h.Vector([0, 0.3, -0.2, 0.1]), h.Vector([0, 4, 9, 11])
    amplitudes.play(clamp._ref_amp, times, 1)
    beside = _reduce(model, clamps=True)
    others = _reduce(model, clamps=True)
    kept = beside.saved()
    assert not any("played" in each for each in kept.notes)
    instance = kept.instantiate()
    assert small_cell.run(instance.soma[0]) == small_cell.run(beside.cell.soma[0])
    for cell in (model.cell, beside, others):
        neuron_reduce.compile(cell)
    # What is none of any cell's is still said.
    amplitudes.play(beside.netcons[0]._ref_weight[0], times, 1)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match="none of the cell's"):
        assert any("none of the cell's" in each for each in beside.saved().notes)


@isolated
def test_plays_that_cannot_be_repeated_are_noted() -> None:
    model = small_cell.model()
    vectors = [h.Vector([-80, -70]), h.Vector([-70, -60])]
    for vector, section in zip(vectors, model.cell.dend, strict=False):
        vector.play(section(0.5)._ref_e_pas, 5)
    notes = _reduce(model, segments=2).record.notes
    assert any("2 Vectors that are played into e_pas at different places" in each for each in notes)
    assert not any("2 Vectors" in each for each in _reduce(model, segments=1e4).record.notes)


@METHODS
@isolated
def test_pointers_into_the_cell_lead_into_the_new_one(method: str, cache: Path) -> None:
    compiled_pointers.load_mechanisms(cache)
    model = small_cell.model()
    soma, (axon, dendrite) = model.cell.soma[0], (model.cell.axon[0], model.cell.dend[0])
    for section in (soma, axon, dendrite):
        section.insert("watched")
    for segment in soma:
        segment.watched._ref_source = axon(0.5)._ref_v
    for segment in axon:
        segment.watched._ref_source = segment.hh._ref_m
    for segment in dendrite:
        segment.watched._ref_source = segment._ref_v
    model.voltages()
    gc.collect()
    before = snapshot.take()
    reduction = _reduce(model, method=method)
    copy, axons = reduction.cell.soma[0], list(reduction.cell.axonal)
    cables = [each for each in reduction.cell.basal if each.has_membrane("watched")]
    assert cables
    small_cell.run(copy)
    assert copy(0.5).watched.seen == axons[0](0.5).v
    assert axons[0](0.5).watched.seen == axons[0](0.5).hh.m
    for cable in cables:
        assert all(segment.watched.seen == segment.v for segment in cable)
    assert copy(0.5).watched.seen != soma(0.5).watched.seen
    del reduction, copy, axons, cables, cable
    gc.collect()
    model.voltages()
    assert snapshot.differences(before, snapshot.take()) == []
    # From a dendrite: where its place went; from dendrites to one place: all of a compartment.
    for segment in soma:
        segment.watched._ref_source = dendrite(0.5)._ref_v
    for segment in dendrite:
        segment.watched._ref_source = soma(0.5)._ref_v
    reduction = _reduce(model, method=method)
    small_cell.run(reduction.cell.soma[0])
    copy = reduction.cell.soma[0](0.5)
    assert copy.watched.seen == reduction.locate(dendrite(0.5)).v
    assert reduction.locate(dendrite(0.5)).watched.seen == copy.v
    # To what a compartment cannot follow, and to a point process.
    places = list(dendrite)
    if len(places) > 1:
        places[0].watched._ref_source = axon(0.5)._ref_v
        assert_refused(
            lambda: _reduce(model, method=method, segments=2), CellError, "POINTER", "dend[0]"
        )
    for segment in dendrite:
        segment.watched._ref_source = model.drive.synapses[0]._ref_e
    assert_refused(lambda: _reduce(model, method=method), CellError, "POINTER", "dend[0]")
