"""What a session refers to on dendrites and on synapses that are merged follows them."""

from __future__ import annotations

import gc

import pytest
from neuron import h

import failures
import neuron_reduce
import snapshot
from isolated import isolated
from models import small_cell
from neuron_reduce import SimulatorError

METHODS = ["classic", "lumped", "folded"]


def run(duration: float = small_cell.DURATION) -> None:
    h.v_init = small_cell.V_INIT
    h.tstop = duration
    h.run()


def reduce(model: small_cell.Model, method: str = "classic") -> neuron_reduce.Reduction:
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method=method, in_place=True
    )


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_recordings_of_dendritic_variables(method: str) -> None:
    """Of potentials, ions, currents and states, at centres and ends, however they are sampled."""
    model = small_cell.model()
    cell = model.cell
    cell.apic[1].insert("hh")
    h.CVode().use_fast_imem(1)
    times = h.Vector([0.5, 1.25, 7.0])
    made = [
        ("apic[1]", 0.5, "_ref_v", ()),
        ("apic[2]", 1, "_ref_v", ()),
        ("dend[0]", 0.3, "_ref_v", (0.5,)),
        ("dend[1]", 0.7, "_ref_v", (times,)),
        ("dend[2]", 0.5, "_ref_i_pas", ()),
        ("dend[2]", 0.5, "_ref_i_cap", ()),
        ("apic[1]", 0.9, "_ref_m_hh", ()),
        ("apic[1]", 0.9, "_ref_ina", (0.25,)),
        ("apic[0]", 0.9, "_ref_i_membrane_", ()),
    ]
    vectors = []
    for name, x, variable, sampling in made:
        part, index = name[:-1].split("[")
        segment = getattr(cell, part)[int(index)](x)
        vectors.append(h.Vector().record(getattr(segment, variable), *sampling))
    somatic = h.Vector().record(cell.soma[0](0.5)._ref_v)
    run()
    before = [list(vector) for vector in vectors]

    reduction = reduce(model, method)
    assert [list(vector) for vector in vectors] == before, "traces of the full cell are kept"
    assert f"{len(made)} recordings went" in " ".join(reduction.record.notes)
    by_hand = [
        h.Vector().record(getattr(reduction.place(name, x), variable), *sampling)
        for name, x, variable, sampling in made
    ]
    run(10)
    for vector, other, (name, x, variable, _) in zip(vectors, by_hand, made, strict=True):
        assert len(vector) == len(other) > 2
        assert list(vector) == list(other), f"{name}({x}){variable}"
    assert len(somatic) == 401


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("method", METHODS)
@isolated
def test_recordings_of_synapses(method: str, named: bool) -> None:
    """Also as `record(synapse, …)`, which NEURON ends when the synapse moves."""
    model = small_cell.model()
    clamp = h.IClamp(model.cell.apic[1](0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 5, 0.1
    recorded = [*model.drive.synapses, clamp]
    vectors = [h.Vector().record(*([each] if named else []), each._ref_i, 0.1) for each in recorded]
    run()
    reduction = reduce(model, method)
    assert len(reduction.synapses) < len(model.drive.synapses), "none was merged"
    stand = [*(netcon.syn() for netcon in model.drive.netcons), clamp]
    by_hand = [h.Vector().record(each._ref_i, 0.1) for each in stand]
    run(10)
    assert [list(vector) for vector in vectors] == [list(vector) for vector in by_hand]
    assert all(max(vector) > min(vector) for vector in vectors[-1:])


@isolated
def test_merged_synapses_on_the_soma_are_recorded() -> None:
    model = small_cell.model()
    stimulus = h.NetStim()
    stimulus.start, stimulus.number = 1, 1
    for _ in range(2):
        model.drive.synapses.append(h.ExpSyn(model.cell.soma[0](0.5)))
        model.drive.synapses[-1].tau = 20
        model.drive.netcons.append(h.NetCon(stimulus, model.drive.synapses[-1], 0, 0, 1e-3))
    vectors = [h.Vector().record(each._ref_g) for each in model.drive.synapses[-2:]]
    reduction = reduce(model)
    assert model.drive.netcons[-1].syn() == model.drive.synapses[-2]
    run(5)
    assert list(vectors[0]) == list(vectors[1])
    assert max(vectors[0]) > 1.9e-3
    assert reduction


@isolated
def test_played_vectors() -> None:
    """Into a dendrite and into clamps there, in steps, at times and continuously."""
    model = small_cell.model()
    cell = model.cell
    clamps = [h.IClamp(cell.apic[1](0.5)), h.IClamp(cell.dend[1](0.5))]
    for clamp in clamps:
        clamp.delay, clamp.dur = 0, 1e9
    amplitudes = h.Vector([0.05, -0.02, 0.03])
    times = h.Vector([0, 2, 4])
    amplitudes.play(clamps[0]._ref_amp, times, 1)
    amplitudes.play(clamps[1], clamps[1]._ref_amp, times)
    reversal = h.Vector([-70, -60, -50, -40])
    reversal.play(cell.dend[2](0.5)._ref_e_pas, 1.5)
    run()
    full = [clamp.amp for clamp in clamps]
    reduction = reduce(model)
    run()
    assert [clamp.amp for clamp in clamps] == full
    assert reduction.place("dend[2]", 0.5).e_pas == -40
    run(4.6)
    assert reduction.place("dend[2]", 0.5).e_pas == -40
    run(2)
    assert reduction.place("dend[2]", 0.5).e_pas == -60


@isolated
def test_synapses_that_vectors_are_played_into_are_not_merged() -> None:
    model = small_cell.model()
    drive = model.drive
    place = model.cell.apic[1](0.5)
    first = len(drive.synapses)
    for stimulus in drive.stimuli[:3]:
        drive.synapses.append(h.ExpSyn(place))
        drive.netcons.append(h.NetCon(stimulus, drive.synapses[-1], -5.0, 1.5, 1e-3))
    times = h.Vector([0, 1, 2])
    taus = [h.Vector([5, 6, 7]), h.Vector([1, 2, 3])]
    played = drive.synapses[first + 1 :]
    for tau, synapse in zip(taus, played, strict=True):
        tau.play(synapse._ref_tau, times)
    before = drive.synapses[first].tau
    reduction = reduce(model)
    run(5)
    assert all(synapse in reduction.synapses for synapse in played)
    assert [synapse.tau for synapse in played] == [7, 3]
    assert drive.netcons[first].syn().tau == before


@isolated
def test_statement_that_is_played_in_a_dendrite() -> None:
    model = small_cell.model()
    h("proc neuron_reduce_test() { neuron_reduce_seen = $1 }\nneuron_reduce_seen = 0")
    numbers = h.Vector([1, 2, 3])
    model.cell.dend[1].push()
    numbers.play("neuron_reduce_test($1)", h.Vector([1, 2, 3]))
    h.pop_section()
    times = h.Vector([1, 2, 3])
    model.cell.dend[1].push()
    numbers.play("neuron_reduce_test($1)", times)
    h.pop_section()
    reduction = reduce(model)
    run(2.5)
    assert h.neuron_reduce_seen == 2
    assert reduction


@isolated
def test_time_vector_begun_in_a_dendrite() -> None:
    model = small_cell.model()
    model.cell.dend[1].push()
    time = h.Vector().record(h._ref_t)
    h.pop_section()
    voltage = h.Vector().record(model.cell.soma[0](0.5)._ref_v)
    run(5)
    reduction = reduce(model)
    run(10)
    assert len(time) == len(voltage) == 401
    assert time[400] == pytest.approx(10)
    assert reduction


@pytest.mark.parametrize("local", [False, True])
@isolated
def test_recording_at_the_steps_of_the_variable_step_method(local: bool) -> None:
    model = small_cell.model()
    h.CVode().active(1)
    h.CVode().use_local_dt(local)
    voltage, time = h.Vector(), h.Vector()
    dendrite = model.cell.apic[1]
    h.cvode.record(dendrite(0.5)._ref_v, voltage, time, sec=dendrite)
    run(5)
    reduction = reduce(model)
    by_hand, time_by_hand = h.Vector(), h.Vector()
    place = reduction.place("apic[1]", 0.5)
    h.cvode.record(place._ref_v, by_hand, time_by_hand, sec=place.sec)
    run(10)
    assert len(time) == len(voltage) > 5
    assert list(time) == list(time_by_hand)
    assert list(voltage) == list(by_hand)


@isolated
def test_recordings_that_are_none_of_the_cells_stay() -> None:
    model = small_cell.model()
    places = [model.cell.soma[0](0.5), model.cell.axon[1](0.5), model.bystander.dend[1](0.5)]
    vectors = [h.Vector().record(place._ref_v) for place in places]
    vectors += [h.Vector().record(model.bystander_drive.synapses[0]._ref_i)]
    vectors += [h.Vector().record(h._ref_t), h.Vector().record(h._ref_t, 0.5)]
    vectors += [h.Vector().record(model.cell.soma[0](0.5)._ref_ina)]
    reduction = reduce(model)
    assert not [note for note in reduction.record.notes if "recording" in note]
    run(10)
    assert [len(vector) for vector in vectors] == [401, 401, 401, 401, 401, 20, 401]


def refused_in_the_last_step(model: small_cell.Model) -> None:
    """A reduction that fails when all else is done, three times; nothing is changed by it."""
    gc.collect()
    before = snapshot.take()
    for _ in range(3):
        # What is found out once, by the first call, takes calls of its own.
        last = failures.last_call_before_deletion(model.reduce)
        kind, message = failures.at_call(last, model.reduce)
        assert kind is SimulatorError, message
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == []


@isolated
def test_recordings_are_as_before_when_the_last_step_fails() -> None:
    # The first call defines the template and what else is defined once.
    first = small_cell.model()
    recorded = h.Vector().record(first.cell.dend[1](0.5)._ref_v)
    first.reduce()
    del first, recorded
    gc.collect()
    model = small_cell.model()
    cell = model.cell
    clamp = h.IClamp(cell.apic[1](0.5))
    clamp.delay, clamp.dur = 0, 1e9
    amplitudes, times = h.Vector([0.05, -0.02, 0.03]), h.Vector([0, 2, 4])
    amplitudes.play(clamp, clamp._ref_amp, times, 1)
    cell.dend[1].push()
    vectors = [h.Vector().record(h._ref_t)]
    h.pop_section()
    vectors += [h.Vector().record(cell.apic[2](1)._ref_v)]
    vectors += [h.Vector().record(cell.dend[2](0.5)._ref_i_pas, 0.5)]
    vectors += [h.Vector().record(each._ref_i) for each in model.drive.synapses]
    vectors += [h.Vector().record(each, each._ref_i) for each in model.drive.synapses]
    vectors += [h.Vector().record(clamp, clamp._ref_i)]
    run(10)
    before = [list(vector) for vector in vectors]
    refused_in_the_last_step(model)
    assert [list(vector) for vector in vectors] == before
    run(10)
    # Point processes that share a segment may be summed in another order than before.
    for vector, trace in zip(vectors, before, strict=True):
        assert list(vector) == pytest.approx(trace, abs=1e-9)
    result = model.reduce()
    run(10)
    assert {len(vector) for vector in vectors} == {401, 20}
    assert result


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_netcons_whose_source_is_a_dendrite(method: str) -> None:
    """Of a potential, at a centre and an end, and of a state; with a gid, and recorded."""
    model = small_cell.model()
    cell = model.cell
    cell.apic[1].insert("hh")
    soma = model.bystander.soma[0]
    targets = [h.ExpSyn(soma(0.5)) for _ in range(4)]
    made = [
        ("apic[1]", 0.5, "_ref_v", -60.0),
        ("apic[1]", 0.5, "_ref_v", -60.0),
        ("dend[1]", 1, "_ref_v", -63.0),
        ("apic[1]", 0.9, "_ref_m_hh", 0.06),
    ]
    netcons, times = [], []
    for (name, x, variable, threshold), target in zip(made, targets, strict=True):
        part, index = name[:-1].split("[")
        section = getattr(cell, part)[int(index)]
        netcon = h.NetCon(getattr(section(x), variable), target, threshold, 1.5, 2e-3, sec=section)
        netcons.append(netcon)
        # The times are of what NetCons have in common that have the same source.
        times.append(times[0] if len(times) == 1 else h.Vector())
        netcon.record(times[-1])
    context = h.ParallelContext()
    context.set_gid2node(42, context.id())
    context.cell(42, netcons[0])
    heard = context.gid_connect(42, targets[3])
    context.set_maxstep(1)
    run()
    assert all(len(each) > 0 for each in times), "nothing was sent"
    before = [(n.weight[0], n.delay, n.threshold, n.syn()) for n in netcons]

    reduction = reduce(model, method)
    assert [(n.weight[0], n.delay, n.threshold, n.syn()) for n in netcons] == before
    assert "3 sources of NetCons went" in " ".join(reduction.record.notes)
    places = [reduction.place(name, x) for name, x, _, _ in made]
    assert [n.preseg() for n in netcons[:3]] == places[:3]
    assert context.gid_exists(42) == 3
    traces = [
        h.Vector().record(getattr(place, variable))
        for place, (_, _, variable, _) in zip(places, made, strict=True)
    ]
    time = h.Vector().record(h._ref_t)
    run(30)
    for trace, found, (_, _, _, threshold) in zip(traces, times, made, strict=True):
        values = list(trace)
        crossings = [
            time[i] for i in range(1, len(values)) if values[i - 1] <= threshold < values[i]
        ]
        expected = [each for each in crossings if each > 0]
        if len(found):
            assert list(found) == pytest.approx(expected, abs=0.03)
    assert len(times[0]) > 0
    assert heard.preseg() == places[0]


@isolated
def test_netcon_made_with_the_section_that_begins_at_the_soma() -> None:
    """Its node is the soma's, and stays; the section that it was made with goes."""
    model = small_cell.model()
    stem = model.cell.dend[0]
    netcon = h.NetCon(stem(0)._ref_v, model.bystander_drive.synapses[0], sec=stem)
    run(5)
    reduction = reduce(model)
    assert netcon.valid()
    run(5)
    assert netcon.preseg() is None or netcon.preseg().sec == model.cell.soma[0]
    assert reduction


@isolated
def test_sources_are_as_before_when_the_last_step_fails() -> None:
    model = small_cell.model()
    dendrite = model.cell.apic[1]
    netcon = h.NetCon(
        dendrite(0.5)._ref_v, model.bystander_drive.synapses[0], -60, 1, 1e-4, sec=dendrite
    )
    times = h.Vector()
    netcon.record(times)
    run()
    before = list(times)
    assert before
    refused_in_the_last_step(model)
    assert netcon.preseg() == dendrite(0.5)
    run()
    assert list(times) == before
    result = model.reduce()
    run()
    assert netcon.preseg() is not None
    assert result


@isolated
def test_synapse_that_netcons_have_events_from_is_not_merged() -> None:
    model = small_cell.model()
    counters = [h.APCount(model.cell.apic[1](0.5)) for _ in range(2)]
    for counter in counters:
        counter.thresh = -60
    times = [h.Vector() for _ in counters]
    for counter, each in zip(counters, times, strict=True):
        counter.record(each)
    run()
    reduction = reduce(model)
    run()
    assert [counter.get_segment() for counter in counters] == [reduction.place("apic[1]", 0.5)] * 2
    assert list(times[0]) == list(times[1])
    assert counters[0].n == len(times[0]) > 0


@pytest.mark.parametrize("method", METHODS)
@isolated
def test_vectors_of_pointers(method: str) -> None:
    model = small_cell.model()
    cell = model.cell
    pointers = h.PtrVector(4)
    sources = [cell.dend[1](0.5)._ref_v, cell.soma[0](0.5)._ref_v, cell.dend[2](0.1)._ref_i_pas]
    for index, source in enumerate(sources):
        pointers.pset(index, source)
    pointers.pset(3, model.drive.synapses[0]._ref_i)
    run(5)
    reduction = reduce(model, method)
    run(5)
    gathered = h.Vector(4)
    pointers.gather(gathered)
    synapse = model.drive.netcons[0].syn()
    places = [reduction.place("dend[1]", 0.5), cell.soma[0](0.5), reduction.place("dend[2]", 0.1)]
    assert list(gathered) == [places[0].v, places[1].v, places[2].i_pas, synapse.i]
    assert gathered[0] != gathered[1]


@isolated
def test_linear_mechanism_between_two_cells() -> None:
    """A conductance between a dendrite and another section: a gap junction as equations."""
    model = small_cell.model()
    other = h.Section(name="other")
    small_cell.furnish(other, 20.0, 20.0, 1, active=False)
    conductance = 0.5
    c, g = h.Matrix(2, 2, 2), h.Matrix(2, 2)
    for row in range(2):
        # In mA/cm2 and S/cm2 of each one's own area; what matters is that it is felt.
        g.setval(row, row, conductance)
        g.setval(row, 1 - row, -conductance)
    y, b, x = h.Vector(2), h.Vector(2), h.Vector([0.5, 0.5])
    sections = h.SectionList([model.cell.dend[1], other])
    mechanism = h.LinearMechanism(c, g, y, b, sections, x)
    run(5)
    assert model.cell.dend[1](0.5).v == pytest.approx(other(0.5).v, abs=0.5)
    reduction = reduce(model)
    assert mechanism.valid()
    run(5)
    assert reduction.place("dend[1]", 0.5).v == pytest.approx(other(0.5).v, abs=0.5)
    with_it = other(0.5).v
    del mechanism
    run(5)
    assert other(0.5).v != pytest.approx(with_it, abs=0.01)


@isolated
def test_random_that_is_played_into_a_dendrite() -> None:
    model = small_cell.model()
    random = h.Random(1)
    random.uniform(-71, -69)
    random.play(model.cell.dend[1](0.5)._ref_e_pas)
    run(1)
    reduction = reduce(model)
    place = reduction.place("dend[1]", 0.5)
    values = h.Vector().record(place._ref_e_pas)
    run(1)
    assert len(set(values)) > 30
    assert -71 <= min(values) < max(values) <= -69


@isolated
def test_synapses_that_a_random_is_played_into_are_not_merged() -> None:
    model = small_cell.model()
    drive = model.drive
    place = model.cell.apic[1](0.5)
    first = len(drive.synapses)
    for stimulus in drive.stimuli[:2]:
        drive.synapses.append(h.ExpSyn(place))
        drive.netcons.append(h.NetCon(stimulus, drive.synapses[-1], -5.0, 1.5, 1e-3))
    random = h.Random(1)
    random.uniform(20, 30)
    random.play(drive.synapses[first]._ref_tau)
    # Until the first step both have the same.
    drive.synapses[first + 1].tau = drive.synapses[first].tau
    before = drive.synapses[first + 1].tau
    # As published, where no measurement keeps them apart.
    result = model.reduce()
    run(2)
    assert drive.netcons[first].syn() == drive.synapses[first]
    assert 20 <= drive.synapses[first].tau <= 30
    assert drive.netcons[first + 1].syn().tau == before
    assert result


@isolated
def test_pointer_to_a_dendrite_is_warned_of() -> None:
    model = small_cell.model()
    # A Pointer does not follow when NEURON sorts its arrays: before a run it may point nowhere.
    run(1)
    pointer = h.Pointer(model.cell.dend[1](0.5)._ref_v)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match=r"Pointer\[0\] .*dend\[1\]\(0.5\)"):
        reduction = reduce(model)
    assert "Pointer[0]" in " ".join(reduction.record.notes)
    assert pointer is not None


@isolated
def test_recordings_that_name_a_point_process_but_record_something_else() -> None:
    """The time, a dendrite's potential; also with a point process that stays."""
    model = small_cell.model()
    cell = model.cell
    moved, stays = h.IClamp(cell.apic[1](0.5)), h.IClamp(cell.soma[0](0.5))
    vectors = [
        h.Vector().record(moved, h._ref_t),
        h.Vector().record(moved, cell.dend[1](0.5)._ref_v),
        h.Vector().record(stays, cell.dend[1](0.5)._ref_v),
        h.Vector().record(model.drive.synapses[0], model.drive.synapses[-1]._ref_i),
    ]
    lost = h.Vector().record(moved, cell.soma[0](0.5)._ref_v)
    run(5)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match=lost.hname().replace("[", r"\[")):
        reduction = reduce(model)
    assert len(lost) == 0
    by_hand = [
        h.Vector().record(reference)
        for reference in (
            h._ref_t,
            *[reduction.place("dend[1]", 0.5)._ref_v] * 2,
            model.drive.netcons[-1].syn()._ref_i,
        )
    ]
    run(10)
    assert [list(vector) for vector in vectors] == [list(vector) for vector in by_hand]
    assert len(lost) == 0


@isolated
def test_vectors_that_are_played_into_one_place_now_are_warned_of() -> None:
    model = small_cell.model()
    times = h.Vector([0, 1, 2])
    for section in model.cell.all:
        section.insert("extracellular")
    played = []
    for section in model.cell.apical:
        for segment in section:
            played.append(h.Vector([0, 5, 5]))
            played[-1].play(segment._ref_e_extracellular, times, 1)
    run(2)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match="played into e_extracellular"):
        reduction = reduce(model)
    run(2)
    assert {segment.e_extracellular for s in reduction.cell.apical for segment in s} == {5}


@isolated
def test_cells_that_are_reduced_and_dropped_one_after_the_other() -> None:
    """With what recorded them and what had its events from them."""
    model = small_cell.model()
    keep = h.Vector().record(model.cell.soma[0](0.5)._ref_v)
    for _ in range(3):
        again = small_cell.model()
        vector = h.Vector().record(again.cell.dend[1](0.5)._ref_v)
        netcon = h.NetCon(
            again.cell.dend[1](0.5)._ref_v,
            again.bystander_drive.synapses[0],
            sec=again.cell.dend[1],
        )
        reduction = reduce(again)
        run(1)
        assert len(vector) == 41
        del reduction, vector, netcon, again
        gc.collect()
        run(1)
    assert len(keep) == 41
