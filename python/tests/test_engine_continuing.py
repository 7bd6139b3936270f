"""``fast()``: NEURON goes on from a run of the engine's as from one of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import test_engine_blocks as blocks
import test_engine_random as randoms
from isolated import isolated
from models import compiled_blocks, compiled_engine, compiled_synapses
from models.engine_tree import Tree, driven_tree
from neuron_reduce import EngineError
from neuron_reduce._engine import internals, sessions
from neuron_reduce._processes import copies

pytestmark = [
    pytest.mark.usefixtures("compiled_cells"),
    pytest.mark.filterwarnings("error::neuron_reduce.NeuronReduceWarning"),
]

TOLERANCE = 1e-8

Found = dict[str, np.ndarray]


def _variables() -> Found:
    """All numbers of all sections, mechanisms and point processes of the session; of synapses at
    one place that may be computed together the sums."""
    found: Found = {}
    for section in h.allsec():
        for segment in section.allseg():
            where = f"{section.name()}({segment.x:g})"
            found[f"{where}.v"] = np.array(segment.v)
            for mechanism in segment if 0 < segment.x < 1 else ():
                for variable in mechanism:
                    name = f"{where}.{mechanism.name()}.{variable.name()}"
                    found[name] = np.array([variable[k] for k in range(len(variable))])
            for process in segment.point_processes():
                kind = process.hname().split("[")[0]
                for name, size in _members(kind):
                    value = getattr(process, name)
                    if size == 1 and not isinstance(value, float):
                        value = value.get_seq()
                    numbers = np.array([value[k] for k in range(size)] if size > 1 else [value])
                    if kind in ("Exp2Syn", "ExpSyn"):
                        name = f"{where}.{kind}.{name}"
                        found[name] = found.get(name, 0.0) + numbers
                    else:
                        found[f"{process.hname()}.{name}"] = numbers
    for netcon in h.List("NetCon"):
        weights = [netcon.weight[k] for k in range(int(netcon.wcnt()))]
        found[f"{netcon.hname()}.weight"] = np.array(weights)
    return found


def _members(kind: str) -> list[tuple[str, int]]:
    name, found = h.ref(""), []
    standard = h.MechanismStandard(kind, 0)
    for index in range(int(standard.count())):
        size = standard.name(name, index)
        found.append((name[0], int(size)))
    return found


def _recorded(sections: Sequence[Any]) -> dict[str, Any]:
    """Vectors that fill, with what they need."""
    soma = sections[0](0.5)
    times = h.Vector([0, 1.26, 7.77, 29.9875, 30, 30.0125, 49.99, 80])
    netcon = h.NetCon(soma._ref_v, None, sec=soma.sec)
    netcon.threshold = -45
    spikes = h.Vector()
    netcon.record(spikes)
    found = {
        "t": h.Vector().record(h._ref_t),
        "sparse": h.Vector().record(soma._ref_v, 0.33),
        "sparse t": h.Vector().record(h._ref_t, 0.4),
        "at": h.Vector().record(soma._ref_v, times),
        "spikes": spikes,
    }
    for section in sections:
        for segment in section:
            found[f"{section.name()}({segment.x:g})"] = h.Vector().record(segment._ref_v)
    return found | {"kept": (times, netcon)}


def _run(vectors: dict[str, Any], ends: Sequence[float]) -> list[Found]:
    """After each end what there is: the first one is that of ``h.run()``."""
    found = []
    for index, end in enumerate(ends):
        if index:
            h.continuerun(end)
        else:
            h.tstop = end
            h.run()
        filled = {name: np.array(each) for name, each in vectors.items() if name != "kept"}
        found.append(_variables() | filled | {"time": np.array(h.t)})
    return found


def _assert_same(ours: list[Found], theirs: list[Found]) -> None:
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one.keys() == other.keys()
        for name, own in one.items():
            label = f"{name}, {index}"
            assert own.shape == other[name].shape, label
            scale = np.maximum(1.0, np.abs(other[name]))
            assert (np.abs(own - other[name]) / scale).max(initial=0) < TOLERANCE, label


def _calls() -> list[float]:
    """A list that grows with each run of the engine's, with its end."""
    calls: list[float] = []
    real = sessions.trials.run

    def run(*arguments: Any, **others: Any) -> Any:
        if others.get("ended"):
            calls.append(arguments[4])
        return real(*arguments, **others)

    sessions.trials.run = run
    return calls


def _goes_on(
    cell: Any,
    ends: Sequence[float],
    **arguments: Any,
) -> None:
    """As NEURON alone, in a copy of the session, which begins with what the engine begins with."""
    vectors = _recorded(list(h.allsec()))
    theirs = copies.call(_run, vectors, ends, timeout=300)
    with neuron_reduce.fast(cell, **arguments):
        calls = _calls()
        ours = _run(vectors, ends)
    assert calls
    assert calls[0] < ends[0] - h.dt / 2
    _assert_same(ours, theirs)


# In the middle of spikes, between them, and at places where the time has other roundings.
ENDS = [9.1, 9.35, 10.0, 30.0, 33.325]


@pytest.mark.parametrize("end", ENDS)
@isolated
def test_cell_that_fires(end: float) -> None:
    tree = driven_tree()
    _goes_on(tree, [end, end + 0.025, end + 1, 100])


@isolated
@pytest.mark.parametrize("end", [19.925, 20.0, 30.0])
def test_counts(end: float) -> None:
    """An APCount goes on with the next spike, and its Vector with that one's time."""
    tree = driven_tree()
    counter = h.APCount(tree.soma(0.5))
    counter.thresh = -20
    vector = h.Vector()
    counter.record(vector)
    _goes_on(tree, [end, 60])

    def counted() -> tuple[float, float, list[float]]:
        return counter.n, counter.time, list(vector)

    def neurons() -> list[tuple[float, float, list[float]]]:
        found = []
        for index, until in enumerate((end, 60)):
            if index:
                h.continuerun(until)
            else:
                h.tstop = until
                h.run()
            found.append(counted())
        return found

    theirs = copies.call(neurons, timeout=300)
    assert theirs[1][0] > theirs[0][0], "it goes on to count"
    with neuron_reduce.fast(tree):
        assert neurons() == theirs


@isolated
def test_one_advance_at_a_time() -> None:
    tree = driven_tree()
    vector = h.Vector().record(tree.axon(0.9)._ref_v)

    def run() -> np.ndarray:
        h.tstop = 9.3
        h.run()
        for _ in range(3000):
            h.fadvance()
        return np.array(vector)

    theirs = copies.call(run, timeout=300)
    h.tstop = 9.3
    with neuron_reduce.fast(tree):
        h.run()
    for _ in range(3000):
        h.fadvance()
    assert np.abs(np.array(vector) - theirs).max() < TOLERANCE


@isolated
def test_run_after_run() -> None:
    tree = driven_tree()
    vectors = _recorded(tree.sections)
    theirs = copies.call(_run, vectors, [20.0, 40.0], timeout=300)
    with neuron_reduce.fast(tree):
        for _ in range(2):
            ours = _run(vectors, [20.0, 40.0])
            _assert_same(ours, theirs)
    _assert_same(_run(vectors, [20.0, 40.0]), theirs)


@isolated
def test_inputs_of_all_kinds() -> None:
    """Long delays, several NetCons, streams that end or begin late, recurrent ones."""
    tree = Tree()
    places = [tree.soma(0.5), tree.apical[0](0.4), tree.basal[0](1), tree.basal[1](0.1)]
    synapses = [
        tree.synapse("Exp2Syn", place, tau1=0.2 + 0.1 * index, tau2=3, e=0)
        for index, place in enumerate(places)
    ]
    synapses.append(tree.synapse("ExpSyn", tree.soma(0.5), tau=2, e=0))
    for index, synapse in enumerate(synapses):
        for number, start, noise, delay in (
            (5, 3, 0, 50), (1e9, 2, 1, 0.3), (12, 1, 0.5, 17), (1e9, 60, 0.2, 1), (1, 0, 0, 40),
        ):  # fmt: skip
            netcon = tree.drive(
                synapse, 4e-4, number=number, start=start, noise=noise, interval=4 + index
            )
            netcon.delay = delay + 0.01 * index
        # From one stream several.
        more = h.NetCon(tree.kept[-2], synapse)
        more.delay, more.weight[0] = 33, 5e-4
        back = h.NetCon(tree.axon(0.9)._ref_v, synapse, sec=tree.axon)
        back.delay, back.threshold, back.weight[0] = 7 + 11 * index, -30, 3e-4
        tree.kept += [more, back]
    tree.kept[-1].active(False)
    tree.synapse("IClamp", tree.soma(0.5), delay=25, dur=30, amp=0.05)
    tree.synapse("AlphaSynapse", tree.soma(0.5), onset=28, tau=2, gmax=1e-3)
    for end in (20.0, 30.0):
        _goes_on(tree, [end, 31, 120])


@isolated
def test_synapses_that_are_computed_together() -> None:
    tree = Tree()
    for index in range(12):
        synapse = tree.synapse("Exp2Syn", tree.apical[0](0.4), tau1=0.3, tau2=4, e=0)
        tree.drive(synapse, 5e-4, interval=5 + index, noise=0.5).delay = 1 + index
    _goes_on(tree, [30.0, 31, 100])


@isolated
def test_plays() -> None:
    tree = Tree()
    clamps = [tree.synapse("IClamp", tree.soma(0.5), delay=0, dur=1e9) for _ in range(6)]
    values = h.Vector([0.01 * (k % 7) for k in range(40)])
    times = h.Vector([0.5 + 1.37 * k for k in range(40)])
    jumps = h.Vector([5, 20, 33])
    few = h.Vector([0, 0.02, 0.01])
    early = h.Vector([0, 1, 2.5])
    values.play(clamps[0]._ref_amp, 1.1)
    values.play(clamps[1]._ref_amp, times)
    values.play(clamps[2]._ref_amp, times, 1)
    values.play(clamps[3]._ref_amp, times, jumps)
    few.play(clamps[4]._ref_amp, early)
    few.play(clamps[5]._ref_amp, early, 1)
    for end in (0.3, 2.0, 12.0, 30.0):
        _goes_on(tree, [end, 31, 70])
    del values, jumps, few


@isolated
def test_several_steps_at_a_time() -> None:
    tree = driven_tree()
    h.steps_per_ms = 5
    h.nstep_steprun = 8
    _goes_on(tree, [10.0, 40])
    assert h.t == pytest.approx(40)


@isolated
def test_stated_events(cache: Path) -> None:
    compiled_engine.load_mechanisms(cache)
    tree = Tree()
    synapse = tree.synapse("Exp2Syn", tree.soma(0.5), e=0)
    cell = h.VectorCell()
    stated = h.NetCon(None, synapse)
    driven = h.NetCon(cell, synapse)
    stated.weight[0] = driven.weight[0] = 3e-3
    driven.delay = 23
    events = {stated: [3, 12, 29.9875, 30, 55], cell: [1.5, 8, 20, 44]}
    times = h.Vector(events[cell])
    cell.play(times)
    handler = h.FInitializeHandler(lambda: [stated.event(each) for each in events[stated]])
    _goes_on(tree, [30.0, 90], events=events)
    del handler


@isolated
def test_what_records_events_goes_on() -> None:
    """A spike whose event comes after the hand-over, and none twice."""
    tree = driven_tree()
    netcon = h.NetCon(tree.soma(0.5)._ref_v, None, sec=tree.soma)
    netcon.threshold = -20
    spikes = h.Vector()
    netcon.record(spikes)
    h.tstop = 60
    h.run()
    theirs = np.array(spikes)
    with neuron_reduce.fast(tree):
        for spike in theirs[:3]:
            for steps in (-1, 0, 1, 2, 10):
                h.tstop = round(spike / h.dt) * h.dt + steps * h.dt
                h.run()
                h.continuerun(60)
                assert np.array_equal(np.array(spikes), theirs)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", blocks.DENSITIES)
@isolated
def test_density_mechanisms(name: str, exact: bool, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    kinds, _, change = blocks.DENSITIES[name]
    cell = blocks.Cell(*kinds)
    change(cell)
    h.celsius = 20
    _goes_on(cell, [22.0, 22.025, 60], exact=exact, check=False)


@isolated
def test_what_nothing_reads(cache: Path) -> None:
    """What a block leaves sometimes is there although the engine itself does not need it."""
    compiled_blocks.load_mechanisms(cache)
    cell = blocks.Cell("nr_latest")
    cell.add("nr_late")
    cell.drive(0.002)
    _goes_on(cell, [28.0, 60])


@pytest.mark.parametrize("name", blocks.POINTS)
@isolated
def test_point_processes(name: str, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    kind, weight, _ = blocks.POINTS[name]
    cell = blocks.Cell()
    cell.add(kind)
    if weight:
        cell.drive(weight)
    if kind not in ("nr_pulses", "nr_watches"):
        for end in (20.0, 23.1):
            _goes_on(cell, [end, 60])
        return
    h.tstop = 20
    with neuron_reduce.fast(cell):
        with pytest.warns(neuron_reduce.NeuronReduceWarning, match="cannot go on"):
            h.run()
        assert h.t == pytest.approx(20)
        with pytest.raises(RuntimeError):
            h.fadvance()


@isolated
def test_processes_that_send(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache)
    cell = blocks.Cell()
    cell.add("nr_sender")
    cell.points += [h.nr_accumulates(cell.soma(0.9)), h.Exp2Syn(cell.dend(0.1))]
    cell.drive(0.002)
    for source, target, delay, weight in (
        (0, 1, 1, 1e-3), (0, 4, 0, 1e-3), (1, 2, 0.5, 1e-3), (1, 3, 0.5, 1e-4),
        (2, 0, 3.3, 1e-3), (2, 4, 30, 1e-3),
    ):  # fmt: skip
        netcon = h.NetCon(cell.points[source], cell.points[target])
        netcon.delay, netcon.weight[0] = delay, weight
        cell.inputs.append(netcon)
    _goes_on(cell, [25.0, 60])


@pytest.mark.parametrize("kind", ["nr_jitter", "nr_failing", "nr_scop", "nr_noise"])
@isolated
def test_random_numbers(kind: str, cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "random")
    is_density, count = kind == "nr_noise", 1 if kind == "nr_scop" else 3
    cell = randoms.Cell(**{"density" if is_density else "point": kind}, count=count)
    if kind == "nr_failing":
        cell.drive()
    for end in (20.0, 21.35):
        _goes_on(cell, [end, 60])


@pytest.mark.parametrize(
    "kind",
    [
        *("DepressingSyn", "FacilitatingSyn", "SharedDepressionSyn", "DelayedSyn", "KineticSyn"),
        *("SaturatingSyn", "AlphaConductance", "TonicSyn", "CurrentSyn"),
    ],
)
@isolated
def test_synapses_with_states_of_connections(kind: str, cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    tree = Tree()
    for index, section in enumerate(tree.sections[:4]):
        synapse = tree.synapse(kind, section(0.5))
        for number in range(2):
            netcon = tree.drive(synapse, 1e-3, interval=6 + index, noise=0.5, start=number)
            netcon.delay = 1 + 13 * number
    for end in (20.0, 27.3):
        _goes_on(tree, [end, 28, 80])


def _cannot_go_on(tree: Tree, why: str, **arguments: Any) -> None:
    """The run is the engine's, but nothing comes after it."""
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.tstop = 10
    reasons: list[str] = []
    sessions._refuse_to_go_on = _refusing(reasons)
    with neuron_reduce.fast(tree, check=False, **arguments):
        with pytest.warns(neuron_reduce.NeuronReduceWarning, match=f"cannot go on .*{why}"):
            h.run()
        assert len(vector) == 401
        assert h.t == pytest.approx(10)
        with pytest.raises(RuntimeError):
            h.fadvance()
    assert why in reasons[0]


def _refusing(reasons: list[str]) -> Callable[[str], None]:
    """Hoc prints what a callback raises, and raises something else."""

    def refuse(reason: str) -> None:
        reasons.append(reason)
        raise RuntimeError

    return refuse


@isolated
def test_what_cannot_go_on() -> None:
    tree = Tree()
    tree.synapse("ExpSyn", tree.soma(0.5))
    h.ParallelContext().nthread(2)
    _cannot_go_on(tree, "several threads")
    h.ParallelContext().nthread(1)
    stream = h.NetStim()
    _cannot_go_on(tree, "artificial cell")
    cell = h.IntFire1()
    netcon = h.NetCon(stream, cell)
    _cannot_go_on(tree, "has its target elsewhere")
    del netcon, stream
    handler = h.FInitializeHandler(lambda: h.CVode().event(3, int))
    _cannot_go_on(tree, "events of its own", events={h.NetCon(None, tree.kept[0]): [3]})
    del handler


@isolated
@pytest.mark.parametrize("name", ["clear_events", "send", "set_above", "records"])
def test_what_fails_meanwhile_leaves_no_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the session is changed NEURON does the run; after that it ends, with nothing in what
    records."""
    tree = driven_tree()
    netcon = h.NetCon(tree.soma(0.5)._ref_v, None, sec=tree.soma)
    spikes = h.Vector()
    netcon.record(spikes)
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.tstop = 20
    h.run()
    theirs = np.array(vector)
    done: list[bool] = []

    def fail(*_: Any) -> None:
        done.append(True)
        raise EngineError("it does not work")

    monkeypatch.setattr(internals, name, fail)
    if name == "records":
        with (
            pytest.warns(neuron_reduce.NeuronReduceWarning, match="it does not work"),
            neuron_reduce.fast(tree, check=False),
        ):
            h.run()
        assert np.abs(np.array(vector) - theirs).max() < 1e-6
    else:
        with (
            pytest.raises(EngineError, match="it does not work"),
            neuron_reduce.fast(tree, check=False),
            pytest.raises(RuntimeError),
        ):
            h.run()
        assert len(vector) == len(spikes) == 0
    assert done
    monkeypatch.undo()
    h.run()
    assert np.array_equal(np.array(vector), theirs)


@isolated
@pytest.mark.parametrize("change", ["delete", "silence", "delay", "add"])
def test_netcons_that_change_while_events_are_on_their_way(change: str) -> None:
    """NEURON has one event for all NetCons of a source with one delay."""
    tree = driven_tree()
    synapses = [tree.synapse("ExpSyn", tree.apical[0](x), e=0) for x in (0.1, 0.3, 0.5, 0.7, 0.9)]
    netcons = []

    def connect(synapse: Any) -> None:
        netcon = h.NetCon(tree.axon(0.9)._ref_v, synapse, sec=tree.axon)
        netcon.delay, netcon.weight[0], netcon.threshold = 12, 0.01, -20
        netcons.append(netcon)

    for synapse in synapses[:4]:
        connect(synapse)
    vector = h.Vector().record(tree.apical[0](0.5)._ref_v)

    def run() -> np.ndarray:
        h.tstop = 12
        h.run()
        if change == "delete":
            netcons.pop()
        elif change == "silence":
            netcons[1].active(False)
        elif change == "delay":
            netcons[1].delay = 20
        else:
            connect(synapses[4])
        h.continuerun(40)
        return np.array(vector)

    theirs = copies.call(run, timeout=300)
    with neuron_reduce.fast(tree):
        calls = _calls()
        ours = run()
    assert calls
    assert np.abs(ours - theirs).max() < TOLERANCE


@isolated
def test_spikes_that_others_record_too() -> None:
    """Where no NetCon is left that says so, where identifiers are kept, and where a Vector has two
    things: NEURON runs the cell."""
    tree = driven_tree()
    spikes = h.Vector()

    def recorded(*more: Any) -> Any:
        netcon = h.NetCon(tree.soma(0.5)._ref_v, None, sec=tree.soma)
        netcon.threshold = -20
        netcon.record(spikes, *more)
        return netcon

    def run(match: str) -> list[float]:
        h.tstop = 30
        h.run()
        theirs = list(spikes)
        spikes.resize(0)
        with (
            pytest.warns(neuron_reduce.NeuronReduceWarning, match=match),
            neuron_reduce.fast(tree, check=False),
        ):
            h.run()
        assert list(spikes) == theirs
        return theirs

    recorded()
    assert run("of which no NetCon is left")
    identifiers = h.Vector()
    kept = recorded(identifiers)
    assert run("fills a Vector with identifiers")
    assert len(identifiers) == len(spikes)
    del kept


@isolated
def test_vectors_that_record_in_ways_of_their_own() -> None:
    tree = driven_tree()
    counter = h.APCount(tree.soma(0.5))
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    counter.record(vector)
    h.tstop = 5
    fast = neuron_reduce.fast(tree, check=False)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match="a Vector records two things"), fast:
        h.run()
    counter.record()
    times = h.Vector([1, 3, 2])
    falling = h.Vector().record(tree.soma(0.5)._ref_v, times)
    fast = neuron_reduce.fast(tree, check=False)
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match="at times that fall"), fast:
        h.run()
    del falling


@isolated
def test_a_saved_state_is_restored(cache: Path, tmp_path: Path) -> None:
    """NEURON's file says where each point process keeps the event that it has sent to itself."""
    compiled_synapses.load_mechanisms(cache)
    tree = driven_tree()
    synapse = tree.synapse("DelayedSyn", tree.soma(0.5))
    tree.drive(synapse, 1e-3, start=1, interval=2, noise=0)
    vector = h.Vector().record(tree.soma(0.5)._ref_v)

    def run(file: Path) -> np.ndarray:
        h.tstop = 20
        h.run()
        saved = h.SaveState()
        saved.save()
        saved.fwrite(h.File(str(file)))
        again = h.SaveState()
        again.fread(h.File(str(file)))
        h.stdinit()
        again.restore()
        h.continuerun(30)
        return np.array(vector)

    theirs = copies.call(run, tmp_path / "theirs", timeout=300)
    with neuron_reduce.fast(tree):
        calls = _calls()
        ours = run(tmp_path / "ours")
    assert calls
    assert np.abs(ours - theirs).max() < TOLERANCE
