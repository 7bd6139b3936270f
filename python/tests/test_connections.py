"""The caller's own synapses and NetCons, before and after."""

from __future__ import annotations

from collections import Counter
from typing import Any

import neuron
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import (
    subtree_reductor,
)
from reading import connections_of


@isolated
def test_synapses_and_netcons_are_the_callers_own() -> None:
    model = small_cell.model()
    for index, netcon in enumerate(model.drive.netcons):
        netcon.threshold = -10.0 - index
        netcon.active(index % 5 != 0)
    connections = connections_of(model.drive.netcons)
    given = (list(model.drive.synapses), list(model.drive.netcons))
    _reduced, synapses, netcons = model.reduce()
    assert (model.drive.synapses, model.drive.netcons) == given, "the arguments were changed"
    assert isinstance(synapses, list)
    assert isinstance(netcons, list)
    assert synapses is not model.drive.synapses
    ids = {id(synapse) for synapse in model.drive.synapses}
    assert all(id(synapse) in ids for synapse in synapses)
    assert len({id(synapse) for synapse in synapses}) == len(synapses) < len(ids)
    assert [id(netcon) for netcon in netcons] == [id(n) for n in model.drive.netcons]
    assert connections_of(netcons) == connections
    assert {n.syn().hname() for n in netcons} == {synapse.hname() for synapse in synapses}


@isolated
def test_connections_end_on_equal_synapses() -> None:
    model = small_cell.model()

    def kind(synapse: Any) -> tuple[Any, ...]:
        values = [
            getattr(synapse, name)
            for name in ("e", "tau", "tau1", "tau2")
            if hasattr(synapse, name)
        ]
        return (synapse.hname().split("[")[0], *values)

    def weights() -> dict[Any, float]:
        totals: Counter[Any] = Counter()
        for netcon in model.drive.netcons:
            totals[kind(netcon.syn())] += netcon.weight[0]
        return totals

    targets, before = [kind(n.syn()) for n in model.drive.netcons], weights()
    _reduced, synapses, netcons = model.reduce()
    assert [kind(netcon.syn()) for netcon in netcons] == targets
    assert weights() == before
    places = [(kind(s), s.get_segment()) for s in synapses]
    assert len(set(places)) == len(places), "two equal synapses in one segment were not merged"


@isolated
def test_every_connection_arrives() -> None:
    """Each NetCon's events reach the synapse that stands for its own."""
    model = small_cell.model()
    _reduced, synapses, netcons = model.reduce()
    for netcon in netcons[::4]:
        for each in netcons:
            each.active(each.hname() == netcon.hname())
        h.finitialize(small_cell.V_INIT)
        h.continuerun(14.0)
        active = [s.hname() for s in synapses if max(abs(s.i), abs(s.g)) > 1e-12]
        assert active == [netcon.syn().hname()]


@isolated
def test_subclassed_synapses_stay_what_they_are() -> None:
    class Synapse(neuron.hclass(h.Exp2Syn)):
        """A user's own class, with an attribute of its own."""

    model = small_cell.model()
    synapse = Synapse(model.cell.dend[1](0.5))
    synapse.label = "mine"
    netcon = h.NetCon(model.drive.stimuli[0], synapse)
    _reduced, synapses, netcons = subtree_reductor(model.cell, [synapse], [netcon])
    assert synapses[0] is synapse
    assert synapses[0].label == "mine"
    assert netcons[0] is netcon


@isolated
def test_same_synapse_twice_with_two_netcons() -> None:
    model = small_cell.model()
    count = len(model.drive.synapses)
    second = [
        h.NetCon(stimulus, synapse)
        for stimulus, synapse in zip(model.drive.stimuli, model.drive.synapses, strict=True)
    ]
    for netcon in second:
        netcon.weight[0] = 1e-4
    _reduced, synapses, netcons = subtree_reductor(
        model.cell, model.drive.synapses * 2, model.drive.netcons + second
    )
    assert len(netcons) == 2 * count
    assert [n.syn().hname() for n in netcons[:count]] == [n.syn().hname() for n in netcons[count:]]
    assert len({synapse.hname() for synapse in synapses}) == len(synapses)
    model.voltages()


@isolated
def test_synapses_on_soma_and_axon_do_not_move() -> None:
    model = small_cell.model()
    places = [model.cell.soma[0](0.5), model.cell.axon[0](0.5), model.cell.axon[1](0.9)]
    mine = [h.ExpSyn(place) for place in places]
    for index, synapse in enumerate(mine):
        synapse.tau = 1.0 + index
    segments = [synapse.get_segment() for synapse in mine]
    netcons = [
        h.NetCon(stimulus, synapse)
        for stimulus, synapse in zip(model.drive.stimuli, mine, strict=False)
    ]
    _reduced, synapses, _ = subtree_reductor(
        model.cell, [*mine, *model.drive.synapses], [*netcons, *model.drive.netcons]
    )
    assert [synapse.get_segment() for synapse in mine] == segments
    assert synapses[-3:] == mine, "those that did not move come last"


@pytest.mark.parametrize("empty", [list, tuple, h.List, dict])
@isolated
def test_no_synapses(empty: Any) -> None:
    cell = small_cell.build()
    reduced, synapses, netcons = subtree_reductor(cell, empty(), empty())
    assert (synapses, netcons) == ([], [])
    small_cell.run(reduced.soma[0])


@pytest.mark.parametrize("kind", [tuple, iter, h.List])
@isolated
def test_lists_of_other_types(kind: Any) -> None:
    model = small_cell.model()

    def as_kind(items: list[Any]) -> Any:
        if kind is not h.List:
            return kind(items)
        result = h.List()
        for item in items:
            result.append(item)
        return result

    _reduced, synapses, netcons = subtree_reductor(
        model.cell, as_kind(model.drive.synapses), as_kind(model.drive.netcons)
    )
    assert 0 < len(synapses) < len(model.drive.synapses)
    assert netcons == model.drive.netcons


@isolated
def test_netcons_from_the_somas_voltage() -> None:
    """Spikes of the cell itself drive its own synapses, and another cell's, as before."""
    model = small_cell.model()
    soma = model.cell.soma[0]
    own = h.ExpSyn(model.cell.apic[1](0.7))
    recurrent = h.NetCon(soma(0.5)._ref_v, own, sec=soma)
    recurrent.threshold, recurrent.delay, recurrent.weight[0] = -20.0, 1.5, 1e-3
    outgoing = h.NetCon(soma(0.5)._ref_v, model.bystander_drive.synapses[0], sec=soma)
    outgoing.threshold, outgoing.delay, outgoing.weight[0] = -20.0, 1.0, 0.01
    spikes = h.Vector()
    outgoing.record(spikes)
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1.0, 10.0, 1.0
    model.voltages()
    full = list(spikes)
    assert full
    _reduced, _, netcons = subtree_reductor(
        model.cell, [*model.drive.synapses, own], [*model.drive.netcons, recurrent]
    )
    assert netcons[-1] is recurrent
    assert recurrent.preseg() == soma(0.5)
    assert recurrent.threshold == -20.0
    model.voltages()
    assert len(spikes) == len(full)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_sources_that_are_gone(method: str) -> None:
    """As a NetStim that nothing keeps: the NetCon brings no events, and moves as the others do."""
    model = small_cell.model()
    synapses, netcons = model.drive.synapses, model.drive.netcons
    stimulus = h.NetStim()
    orphans = [h.NetCon(stimulus, synapse, 0, 1, 2e-3) for synapse in synapses[:3]]
    del stimulus
    assert not any(each.valid() for each in orphans)
    netcons[:3] = orphans
    reduction = neuron_reduce.reduce(model.cell, synapses, netcons, method=method, in_place=True)
    assert reduction.netcons[:3] == orphans
    assert {each.syn() for each in orphans} <= set(reduction.synapses)
    h.finitialize(-65)
    h.continuerun(2)
    assert h.t == pytest.approx(2)
