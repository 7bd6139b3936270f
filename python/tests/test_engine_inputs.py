"""What drives a cell is read as NEURON has it."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import random123
from isolated import isolated
from models import compiled_engine
from neuron_reduce import ArgumentError, EngineError
from neuron_reduce._engine import inputs

# Ten rounds of philox4x32, from the known answers of the reference implementation.
KNOWN_ANSWERS = [
    ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_generator_is_the_published_one(
    counter: list[int], key: list[int], expected: list[int]
) -> None:
    assert list(random123.philox(counter, key)) == expected


@dataclasses.dataclass
class Session:
    """A section with two synapses."""

    soma: Any
    first: Any
    second: Any


def _session() -> Session:
    soma = h.Section(name="soma")
    soma.nseg = 3
    soma.insert("hh")
    return Session(soma, h.ExpSyn(soma(0.5)), h.Exp2Syn(soma(0.1)))


def _run(tstop: float) -> None:
    h.finitialize(-65)
    while h.t < tstop - h.dt / 2:
        h.fadvance()


@isolated
def test_stimulators_have_all_that_their_events_follow_from() -> None:
    """Every event of NEURON's, to the last bit, after each of two initialisations."""
    session = _session()
    noises = (-1, 0, 0.3, 1, 1.5)
    intervals = (10, 0.37, 0, -3, 1 / 3)
    numbers = (1, 2.5, 1e9, 0)
    starts = (0, 7.13, -1)
    streams = (None, (1, 2, 3), (0xFFFFFFFF, 7, 0))
    stimulators, netcons, recorded = [], [], []
    for noise, interval, number, start, ids in itertools.product(
        noises, intervals, numbers, starts, streams
    ):
        netstim = h.NetStim()
        netstim.noise, netstim.interval = noise, interval
        netstim.number, netstim.start = number, start
        if ids is not None:
            netstim.noiseFromRandom123(*ids)
        netcon = h.NetCon(netstim, session.first)
        netcon.weight[0] = 0
        times = h.Vector()
        netcon.record(times)
        stimulators.append(netstim)
        netcons.append(netcon)
        recorded.append(times)
    count = 0
    for global_index in (0, 5):
        h.Random().Random123_globalindex(global_index)
        for _ in range(2):
            read = inputs.read([session.first], netcons)
            assert read.global_index == global_index
            _run(30)
            # What is delivered in the last step is due up to half a step after its beginning.
            end = h.t - h.dt / 2
            for index, times in zip(read.origin_indices, recorded, strict=True):
                origin = read.origins[index]
                expected = random123.events(
                    **origin._asdict(), global_index=global_index, until=end + h.dt
                )
                found = [time for time in times if time <= end]
                assert found == [time for time in expected if time <= end], origin
                count += len(found)
    assert count > 100_000


@isolated
def test_default_streams_differ() -> None:
    netstims = [h.NetStim() for _ in range(3)]
    assert len({inputs.Stimulator.of(each).ids for each in netstims}) == 3


@isolated
def test_all_connections_of_the_session_are_found() -> None:
    session = _session()
    other = h.ExpSyn(session.soma(0.9))
    shared, own = h.NetStim(), h.NetStim()
    own.interval, own.number, own.start, own.noise = 3, 4, 5, 0.5
    given = h.NetCon(shared, session.second, 10, 1.5, 0.25)
    also = h.NetCon(shared, session.first, 10, 2.5, 0.75)
    elsewhere = h.NetCon(own, other)
    alone = h.NetCon(own, session.first)
    alone.active(False)
    from_itself = h.NetCon(session.soma(0.9)._ref_v, session.first, sec=session.soma)
    from_itself.threshold = -20
    silent = h.NetCon(None, session.first)
    nowhere = h.NetCon(session.soma(0.5)._ref_v, None, sec=session.soma)

    read = inputs.read([session.first, session.second], [given])

    assert read.netcons == [given, also, alone, from_itself, silent]
    assert read.targets.tolist() == [1, 0, 0, 0, 0]
    assert read.delays.tolist() == [1.5, 2.5, 1, 1, 1]
    assert read.is_active.tolist() == [True, True, False, True, True]
    assert read.weights.tolist() == [0.25, 0.75, 0, 0, 0]
    assert read.weight_starts.tolist() == [0, 1, 2, 3, 4, 5]
    origins = [read.origins[index] for index in read.origin_indices]
    assert origins[0] is origins[1]
    assert origins[2] == inputs.Stimulator(3, 4, 5, 0.5, inputs.Stimulator.of(own).ids)
    assert origins[3] == inputs.Voltage(session.soma, pytest.approx(5 / 6), -20)
    assert origins[4] is None
    assert len(read.origins) == 4
    assert elsewhere.valid()
    assert nowhere.preseg() == session.soma(0.5)


@isolated
def test_nothing_drives_a_cell() -> None:
    read = inputs.read([])
    assert read.origins == []
    assert read.weight_starts.tolist() == [0]
    assert read.targets.dtype == np.int64


@isolated
def test_a_source_that_is_gone_has_no_events() -> None:
    """NEURON ends the process when such a NetCon is asked for its delay."""
    session = _session()
    netstim = h.NetStim()
    lost, other = h.NetCon(netstim, session.first), h.NetCon(None, session.first)
    del netstim
    assert not lost.valid()
    read = inputs.read([session.first], [lost, other])
    assert read.netcons == [lost, other]
    assert read.origins == [None]


@isolated
def test_connections_of_a_few_among_many() -> None:
    """Weights and origins are those of the NetCons that count, whatever is between them."""
    session = _session()
    netstims = [h.NetStim() for _ in range(4)]
    targets = [session.first, session.second, session.first, session.second]
    netcons = [
        h.NetCon(netstim, target, 10, delay, weight)
        for netstim, target, delay, weight in zip(
            netstims, targets, (1, 2, 3, 4), (5, 6, 7, 8), strict=True
        )
    ]
    read = inputs.read([session.second])
    assert read.netcons == netcons[1::2]
    assert read.weights.tolist() == [6, 8]
    assert read.delays.tolist() == [2, 4]
    assert [read.origins[index] for index in read.origin_indices] == [
        inputs.Stimulator.of(each) for each in netstims[1::2]
    ]


@isolated
def test_connections_by_gid() -> None:
    session = _session()
    context = h.ParallelContext()
    context.set_gid2node(3, 0)
    detector = h.NetCon(session.soma(0.5)._ref_v, None, sec=session.soma)
    context.cell(3, detector)
    here = context.gid_connect(3, session.first)
    read = inputs.read([session.first], [here])
    assert read.origins == [inputs.Voltage(session.soma, 0.5, 10)]
    elsewhere = context.gid_connect(4, session.first)
    with pytest.raises(EngineError, match="gid 4") as refusal:
        inputs.read([session.first])
    assert elsewhere.hname() in str(refusal.value)


@isolated
def test_unknown_sources_are_refused() -> None:
    session = _session()
    fire = h.IntFire1()
    netcon = h.NetCon(fire, session.first)
    with pytest.raises(EngineError, match=r"NetCon\[0\] has its events from IntFire1\[0\]"):
        inputs.read([session.first])
    netcon.setpost(None)
    of_gate = h.NetCon(session.soma(0.5).hh._ref_m, session.first, sec=session.soma)
    with pytest.raises(EngineError, match="no membrane potential"):
        inputs.read([session.first])
    # The section that is accessed is still the one that was.
    other = h.Section(name="other")
    other.push()
    with pytest.raises(EngineError, match="no membrane potential"):
        inputs.read([session.first])
    assert h.cas() == other
    h.pop_section()
    assert h.cas() == session.soma
    assert of_gate.valid()


@isolated
def test_stimulator_that_is_driven_is_refused() -> None:
    session = _session()
    netstim, starter = h.NetStim(), h.NetStim()
    netcon = h.NetCon(netstim, session.first)
    start = h.NetCon(starter, netstim)
    with pytest.raises(EngineError, match=r"NetStim\[0\] is started and stopped by NetCon\[1\]"):
        inputs.read([session.first])
    read = inputs.read([session.first], events={netstim: [1, 2]})
    assert read.origins[0].times.tolist() == [1, 2]
    assert netcon.valid()
    assert start.valid()


@isolated
def test_given_connections_must_be_the_cells() -> None:
    session = _session()
    netcon = h.NetCon(None, session.second)
    with pytest.raises(EngineError, match=r"netcons\[0\] targets Exp2Syn\[0\]; expected"):
        inputs.read([session.first], [netcon])
    nowhere = h.NetCon(session.soma(0.5)._ref_v, None, sec=session.soma)
    with pytest.raises(EngineError, match=r"netcons\[1\] has no target; expected"):
        inputs.read([session.second], [netcon, nowhere])


@isolated
def test_events_of_a_connection() -> None:
    session = _session()
    netstim = h.NetStim()
    netcon = h.NetCon(netstim, session.first)
    read = inputs.read([session.first], events={netcon: np.array([3.0, 1.0])})
    assert {key: times.tolist() for key, times in read.deliveries.items()} == {0: [1, 3]}
    assert read.origins == [inputs.Stimulator.of(netstim)]


@isolated
def test_events_of_a_vector_that_cannot_be_read(cache: Path) -> None:
    """Times are those of NEURON to the last bit, which waiting for the next changes."""
    compiled_engine.load_mechanisms(cache)
    session = _session()
    player = h.VectorCell()
    netcon = h.NetCon(player, session.first)
    with pytest.raises(EngineError, match=r"VectorCell\[0\].*expected.*events="):
        inputs.read([session.first])
    times = np.sort(np.random.default_rng(1).uniform(0, 20, 2000))
    vector = h.Vector(times)
    player.play(vector)
    found = h.Vector()
    netcon.record(found)
    read = inputs.read([session.first], events={player: times})
    _run(25)
    assert found.to_python() == read.origins[0].times.tolist()
    assert found.to_python() != times.tolist(), "the times say nothing of rounding"
    with pytest.raises(ArgumentError, match="times that fall"):
        inputs.read([session.first], events={player: [2, 1]})


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([1, np.nan], "[1] is nan"),
        ([-1], "[0] is -1"),
        ([[1]], "shape (1, 1)"),
        ("soon", "is 'soon'"),
        (None, "shape ()"),
    ],
)
def test_events_that_are_no_times(times: Any, message: str) -> None:
    @isolated
    def test() -> None:
        session = _session()
        netcon = h.NetCon(None, session.first)
        with pytest.raises(ArgumentError) as refusal:
            inputs.read([session.first], events={netcon: times})
        assert message in str(refusal.value)
        assert "expected" in str(refusal.value)

    test()


@isolated
def test_events_of_nothing() -> None:
    session = _session()
    netcon = h.NetCon(None, session.first)
    unused = h.NetStim()
    for events in ([1, 2], {"a": [1]}, {1: [1]}, {session.soma: [1]}, {unused: [1]}, {h: [1]}):
        with pytest.raises(ArgumentError, match="expected"):
            inputs.read([session.first], events=events)
    assert netcon.valid()


@isolated
def test_detectors_of_a_cells_spikes() -> None:
    session = _session()
    other = h.Section(name="other")
    times, groups, indices = h.Vector(), h.Vector(), h.Vector()
    recorded = h.NetCon(session.soma(0.5)._ref_v, None, sec=session.soma)
    recorded.threshold = -20
    recorded.record(times)
    onto = h.NetCon(session.soma(0.9)._ref_v, session.first, sec=session.soma)
    grouped = h.NetCon(session.soma(0.1)._ref_v, None, sec=session.soma)
    grouped.record(groups, indices, 7)
    others = [
        h.NetCon(other(0.5)._ref_v, session.first, sec=other),
        h.NetCon(session.soma(0.5).hh._ref_m, session.first, sec=session.soma),
        h.NetCon(h.NetStim(), session.first),
        h.NetCon(None, session.first),
    ]
    found = inputs.detectors([session.soma])
    assert [each.netcon for each in found] == [recorded, onto, grouped]
    assert [each.origin.x for each in found] == pytest.approx([1 / 2, 5 / 6, 1 / 6])
    assert [each.origin.threshold for each in found] == [-20, 10, 10]
    assert [each.recording for each in found] == [times, None, groups]
    assert len(others) == 4
