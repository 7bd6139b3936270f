"""What is on the dendrites but in no list comes along, or does not disturb."""

from __future__ import annotations

import pytest
from neuron import h

from compare import rmsd
from isolated import isolated
from models import small_cell
from neuron_reduce import (
    subtree_reductor,
)
from reading import connections_of


@isolated
def test_recordings_on_dendrites_do_not_disturb() -> None:
    model = small_cell.model()
    dendrite = model.cell.apic[1]
    voltage = h.Vector().record(dendrite(0.5)._ref_v)
    outgoing = h.NetCon(dendrite(0.5)._ref_v, model.bystander_drive.synapses[0], sec=dendrite)
    model.voltages()
    result = model.reduce()
    model.voltages()
    assert voltage is not None
    assert outgoing is not None
    assert result


@isolated
def test_clamps_on_dendrites_come_along() -> None:
    """Each by itself: two equal clamps inject twice the current of one."""
    model = small_cell.model()
    model.drive.netcons.clear()
    model.drive.synapses.clear()
    clamps = [h.IClamp(model.cell.apic[1](0.5)) for _ in range(2)]
    for clamp in clamps:
        clamp.delay, clamp.dur, clamp.amp = 1.0, 1e9, 0.05
    full = small_cell.run(model.cell.soma[0])[0]
    reduced, synapses, _ = subtree_reductor(model.cell, [], [])
    assert synapses == []
    assert [clamp.get_segment().sec for clamp in clamps] == [reduced.apic] * 2
    assert [clamp.amp for clamp in clamps] == [0.05] * 2
    after = small_cell.run(model.cell.soma[0])[0]
    clamps[1].amp = 0.0
    with_one = small_cell.run(model.cell.soma[0])[0]
    clamps[0].amp = 0.0
    without = small_cell.run(model.cell.soma[0])[0]
    assert rmsd(full, without) > 1.0, "the clamps do too little"
    assert rmsd(full, after) < 0.2 * rmsd(full, without)
    assert rmsd(with_one, without) == pytest.approx(rmsd(after, without) / 2, rel=0.2)


@isolated
def test_unlisted_synapses_come_along() -> None:
    """With their own NetCons, neither merged nor among the results."""
    model = small_cell.model()
    place = model.cell.dend[1](0.5)
    twin, other = (h.ExpSyn(place) for _ in range(2))
    listed = h.ExpSyn(place)
    made = [h.NetCon(model.drive.stimuli[0], synapse) for synapse in (twin, other, listed)]
    for index, netcon in enumerate(made):
        netcon.weight[0], netcon.delay = 1e-3 * (1 + index), 1.0 + index
    connections = connections_of(made)
    reduced, synapses, netcons = subtree_reductor(
        model.cell, [listed, *model.drive.synapses], [made[2], *model.drive.netcons]
    )
    assert listed in synapses
    assert twin not in synapses
    assert other not in synapses
    assert len(netcons) == 1 + len(model.drive.netcons)
    assert [netcon.syn() for netcon in made] == [twin, other, listed]
    assert {s.get_segment() for s in (twin, other, listed)} == {listed.get_segment()}
    assert listed.get_segment().sec in list(reduced.dend)
    assert connections_of(made) == connections
    model.voltages()


@pytest.mark.parametrize("twice", ["synapse", "synapse and NetCon"])
@isolated
def test_unlisted_synapse_beside_one_that_is_listed_twice(twice: str) -> None:
    """As many in the list as in the session, but not the same."""
    cell = small_cell.build()
    listed, unlisted = (h.ExpSyn(cell.dend[1](0.5)) for _ in range(2))
    stimulus = h.NetStim()
    stimulus.start, stimulus.number = 1.0, 1
    second = h.NetCon(stimulus, listed)
    stray = h.NetCon(stimulus, unlisted)
    first = h.NetCon(stimulus, listed)
    if twice == "synapse":
        netcons = [first, second]
    else:
        del second
        netcons = [first, first]
    result = subtree_reductor(cell, [listed, listed], netcons)
    assert unlisted.get_segment() is not None
    assert stray.syn() == unlisted
    small_cell.run(cell.soma[0])
    assert result


@isolated
def test_unlisted_synapses_on_soma_axon_and_other_cells_stay() -> None:
    model = small_cell.model()
    places = [model.cell.soma[0](0.5), model.cell.axon[1](0.5), model.bystander.dend[1](0.5)]
    mine = [h.ExpSyn(place) for place in places]
    segments = [synapse.get_segment() for synapse in mine]
    result = model.reduce()
    assert [synapse.get_segment() for synapse in mine] == segments
    assert result


@isolated
def test_points_of_the_shape_do_not_disturb() -> None:
    model = small_cell.model()
    h.define_shape()
    reduced, _, _ = model.reduce()
    h.define_shape()
    model.voltages()
    assert reduced.apic.n3d() > 0


@isolated
def test_other_connections_of_every_kind() -> None:
    """Onto nothing, an artificial cell, another cell, a synapse that is nowhere."""
    model = small_cell.model()
    gone = h.Section(name="gone")
    targets = [None, h.IntFire1(), model.bystander_drive.synapses[0], h.ExpSyn(gone(0.5))]
    others = [h.NetCon(model.drive.stimuli[0], target) for target in targets]
    unplaced = [h.ExpSyn(), h.IClamp()]
    h.delete_section(sec=gone)
    result = model.reduce()
    assert [netcon.syn() for netcon in others] == targets
    assert [process.get_segment() for process in unplaced] == [None, None]
    assert result


@isolated
def test_connection_of_one_stimulus_in_the_list_and_another_not() -> None:
    """What is unlisted counts as much: all of it reaches the synapse that stands for its own."""
    model = small_cell.model()
    extra = []
    for stimulus, synapse in zip(model.drive.stimuli, model.drive.synapses, strict=True):
        netcon = h.NetCon(stimulus, synapse)
        netcon.weight[0], netcon.delay = small_cell.WEIGHT, 2.0
        extra.append(netcon)
    full = model.voltages()[0]
    _reduced, synapses, netcons = model.reduce()
    assert len(netcons) == len(model.drive.netcons)
    assert [n.syn() for n in extra] == [n.syn() for n in model.drive.netcons]
    assert {n.syn().hname() for n in extra} == {synapse.hname() for synapse in synapses}
    with_extra = model.voltages()[0]
    for netcon in extra:
        netcon.weight[0] = 0.0
    without = model.voltages()[0]
    assert rmsd(full, with_extra) < rmsd(full, without)
