"""The engine's runs are NEURON's."""

from __future__ import annotations

import _thread
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from engine_runs import assert_equal, cell_of, neuron_run
from isolated import isolated
from models import compiled, compiled_pointers, compiled_synapses, l5pc, synapses
from models.engine_tree import Tree, driven_tree, section
from neuron_reduce import ArgumentError, CellError, EngineError, SynapseError
from neuron_reduce._engine import checking, trials
from neuron_reduce._library import reducing

pytestmark = pytest.mark.usefixtures("compiled_cells")


@isolated
def test_potentials_of_a_tree() -> None:
    tree = driven_tree()
    assert_equal(tree, tree.potentials(), tstop=100, least_spikes=3)
    assert_equal(tree, tree.potentials(), tstop=100, exact=True)


@isolated
def test_what_is_recorded() -> None:
    """Variables of all kinds, at all times, the first included; with the fused program and with the
    other one."""
    tree = driven_tree()
    synapse = tree.kept[0]
    clamp = tree.synapse("IClamp", tree.soma(0.5), delay=3, dur=20, amp=0.2)
    soma, axon = tree.soma(0.5), tree.axon(0.3)
    fused = [
        *(soma._ref_v, soma.hh._ref_m, axon.hh._ref_h, axon.hh._ref_n, soma._ref_nai),
        *(soma.hh._ref_gnabar, h._ref_t, synapse._ref_g, synapse._ref_i, clamp._ref_i),
        *(synapse._ref_A, soma.hh._ref_minf, soma.hh._ref_mtau),
    ]
    engine, _ = assert_equal(tree, fused, tstop=60)
    assert [key[1] for key in engine._programs._made] == [True, True]
    rest = [
        *(soma._ref_v, soma._ref_ina, axon._ref_ik, soma.hh._ref_gna, axon.hh._ref_gk),
        *(soma.hh._ref_il, soma.pas._ref_i, soma._ref_ena, axon._ref_ek, synapse._ref_i),
        *(soma.hh._ref_m, soma.hh._ref_minf),
    ]
    engine, _ = assert_equal(tree, rest, tstop=60)
    assert False in [key[1] for key in engine._programs._made]


@isolated
def test_names_and_segments_are_recorded_too() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree, check=False)
    synapse = tree.kept[0]
    run = engine.run(5, record=[tree.soma(0.5), (tree.soma(0.5), "m_hh"), (synapse, "g")])
    assert run.labels == ("soma(0.5).v", "soma(0.5).hh.m", f"{synapse.hname()}.g")
    again = engine.run(5)
    assert again.labels == ("soma(0.5).v",)
    assert np.array_equal(run[again.labels[0]], again.v[0])
    assert engine.run(5, record=[]).v.shape == (0, 201)
    assert not again.v.flags.writeable


@isolated
def test_clamps() -> None:
    tree = Tree()
    current = tree.synapse("IClamp", tree.apical[0](0.9), delay=2.01, dur=11.3, amp=0.3)
    other = tree.synapse("IClamp", tree.soma(0), delay=0, dur=5, amp=-0.1)
    voltage = tree.synapse("SEClamp", tree.basal[1](0.5), rs=3, dur1=7, dur2=6, dur3=4)
    voltage.amp1, voltage.amp2, voltage.amp3 = -70, -50, -65
    alpha = tree.synapse("AlphaSynapse", tree.soma(0.5), onset=4, tau=0.6, gmax=0.02, e=0)
    recorded = [
        *tree.potentials(),
        *(current._ref_i, other._ref_i, voltage._ref_i, alpha._ref_i),
    ]
    assert_equal(tree, recorded, tstop=40)


@isolated
@pytest.mark.parametrize("dt", [0.1, 0.025, 0.01, 0.0125])
def test_time_steps(dt: float) -> None:
    tree = driven_tree()
    assert_equal(tree, tree.potentials()[:4], tstop=30, dt=dt)


@isolated
def test_large_cells_share_code(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a cell with other synapses and another time step is not compiled anew, and engines of
    both time steps run in turns."""
    monkeypatch.setenv("NEURON_REDUCE_CACHE", str(private_folder))
    tree = Tree()
    tree.apical[0].nseg = 301
    tree.apical[0].insert("hh")
    generator = np.random.default_rng(1)
    references = tree.potentials()[:4]
    made = []
    for count in (97, 5):
        for x in generator.uniform(0, 1, count):
            synapse = tree.synapse("Exp2Syn", tree.apical[0](x), tau2=generator.uniform(2, 4))
            tree.drive(synapse, 1e-3, interval=8, noise=1, start=0)
        for dt in (0.025, 0.0125):
            made.append((*assert_equal(tree, references, tstop=20, dt=dt), dt))
    assert len(list((private_folder / "engine").glob("*.so"))) == 2, "one for runs, one for batches"
    for engine, theirs, dt in made:
        assert np.abs(engine.run(20, dt, record=references).v - theirs).max() < 1e-6


@isolated
def test_temperature_and_initial_potential() -> None:
    tree = driven_tree()
    h.celsius, h.v_init = 17.3, -71.5
    engine, _ = assert_equal(tree, tree.potentials()[:4], tstop=40)
    assert (engine.celsius, engine.v_init, engine.dt) == (17.3, -71.5, 0.025)


@isolated
def test_calcium(cache: Path) -> None:
    """Concentrations that mechanisms write, currents that others add, and reversal potentials that
    follow."""
    compiled.load_mechanisms(cache)
    tree = Tree()
    for place in (tree.soma, *tree.apical):
        for mechanism in ("ca_hva", "ca_pool", "k_ca"):
            place.insert(mechanism)
    tree.synapse("IClamp", tree.soma(0.5), delay=5, dur=60, amp=0.4)
    nmda = tree.synapse("NmdaExp2", tree.apical[0](0.7))
    tree.drive(nmda, 0.004, start=3, interval=9)
    soma, trunk = tree.soma(0.5), tree.apical[0](0.5)
    assert_equal(tree, [soma._ref_v, trunk._ref_v, soma._ref_cai, trunk._ref_cai], tstop=100)
    currents = [*(soma._ref_v, soma._ref_ica, trunk._ref_ica, trunk._ref_eca, trunk._ref_ik)]
    currents += [soma._ref_cai, trunk._ref_cao, nmda._ref_i]
    assert_equal(tree, currents, tstop=100)


@isolated
def test_connections_of_a_cell_with_itself() -> None:
    """Two thresholds, delays of none and off the steps, and spikes in a row."""
    tree = Tree()
    tree.synapse("IClamp", tree.soma(0.5), delay=1, dur=80, amp=0.5)
    excited = tree.synapse("ExpSyn", tree.apical[0](0.2), tau=1.7)
    inhibited = tree.synapse("Exp2Syn", tree.basal[0](0.9), tau1=1, tau2=6, e=-80)
    for source, target, threshold, delay, weight in (
        (tree.soma(0.5), excited, 0, 0, 2e-3),
        (tree.axon(1), inhibited, -30, 1.2345, 4e-3),
        (tree.apical[1](0.9), excited, -60, 0.0125, 1e-4),
    ):
        netcon = h.NetCon(source._ref_v, target, sec=source.sec)
        netcon.threshold, netcon.delay, netcon.weight[0] = threshold, delay, weight
        tree.kept.append(netcon)
    assert_equal(tree, tree.potentials(), tstop=100, least_spikes=4)


@isolated
@pytest.mark.parametrize("threshold", [-50.0, -35.0, -10.0])
def test_thresholds_of_spikes(threshold: float) -> None:
    tree = Tree()
    tree.synapse("IClamp", tree.soma(0.5), delay=1, dur=50, amp=0.6)
    detector = h.NetCon(tree.axon(0.9)._ref_v, None, sec=tree.axon)
    detector.threshold = threshold
    times = h.Vector()
    detector.record(times)
    engine, _ = assert_equal(tree, [tree.soma(0.5)._ref_v], threshold=threshold, least_spikes=2)
    sites = [tree.soma(0.5), tree.axon(0.9)]
    run = engine.run(50, spikes=sites, threshold=threshold)
    assert np.array_equal(run.spikes[1], np.array(times))
    assert engine.run(50, spikes=False).spikes == ()
    only = engine.run(50, spikes=tree.axon(0.9), threshold=threshold).spikes
    assert [each.tolist() for each in only] == [list(times)]


@isolated
def test_delays() -> None:
    tree = Tree()
    for index, delay in enumerate((0, 0.0125, 0.025, 0.0333, 1.0, 1.01249999, 7.7)):
        synapse = tree.synapse("ExpSyn", tree.apical[0](index / 6), tau=1 + index)
        start = 2 + 0.0137 * index
        tree.drive(synapse, 1e-3, start=start, interval=3.21).delay = delay
    assert_equal(tree, tree.potentials(), tstop=30)


@isolated
def test_connections_that_do_nothing() -> None:
    tree = Tree()
    synapse = tree.synapse("ExpSyn", tree.soma(0.5))
    tree.drive(synapse, 1e-3, start=3, interval=5)
    tree.drive(synapse, 5e-3, start=4, interval=5).active(0)
    tree.kept.append(h.NetCon(None, synapse, 0, 1, 0.01))
    ended = tree.drive(synapse, 5e-3, start=4, interval=5, number=2)
    never = tree.drive(synapse, 5e-3, start=-1, interval=5)
    assert ended is not never
    engine, _ = assert_equal(tree, tree.potentials(), tstop=30)
    assert "5 NetCons" in repr(engine)


@isolated
def test_events_that_are_stated() -> None:
    """Of a VecStim, and of NetCons themselves."""
    tree = Tree()
    synapse = tree.synapse("ExpSyn", tree.apical[0](0.5), tau=2)
    direct = h.NetCon(None, synapse, 0, 3, 2e-3)
    beside = tree.drive(synapse, 1e-3, start=3, interval=5)
    stated = {direct: [1.0, 2.51, 2.51, 17.0], beside: [8.5]}

    def deliver() -> None:
        for netcon, times in stated.items():
            for time in times:
                netcon.event(time)

    handler = h.FInitializeHandler(deliver)
    engine, _ = assert_equal(tree, tree.potentials(), tstop=30, events=stated)
    # The check has them delivered, too, whoever does that.
    checked = neuron_reduce.compile(tree, events=stated)
    assert np.array_equal(checked.run(20).v, engine.run(20).v)
    vector = h.Vector().record(tree.soma(0.5)._ref_v)
    h.run()
    theirs = np.array(vector)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with neuron_reduce.fast(tree, events=stated):
            h.run()
    assert 0 < np.abs(np.array(vector) - theirs).max() < 1e-6
    del handler
    assert np.array_equal(checked.run(30).v, engine.run(30).v)


@isolated
def test_events_of_a_connection_that_is_not_active() -> None:
    """It delivers none, as with NetCon.event."""
    tree = Tree()
    netcon = tree.drive(tree.synapse("ExpSyn", tree.soma(0.5)), 0.1, start=-1)
    engine = neuron_reduce.compile(tree, events={netcon: [3]})
    assert engine.run(20).v.max() > 0
    netcon.active(0)
    engine = neuron_reduce.compile(tree, events={netcon: [3]})
    handler = h.FInitializeHandler(lambda: netcon.event(3))
    theirs = neuron_run([tree.soma(0.5)._ref_v], 20)
    assert np.abs(engine.run(20).v - theirs).max() < 1e-6
    assert theirs.max() < 0
    assert handler


@isolated
def test_runs_are_the_same_each_time() -> None:
    """Again, and with two engines in turn, to the last bit; and longer ones go on alike."""
    first, second = driven_tree(), Tree()
    second.synapse("IClamp", second.soma(0.5), delay=1, dur=50, amp=0.6)
    engines = [neuron_reduce.compile(each, check=False) for each in (first, second)]
    runs = [engine.run(20) for engine in engines]
    longer = [engine.run(40) for engine in engines]
    for engine, run, long in zip(engines, runs, longer, strict=True):
        again = engine.run(20)
        assert np.array_equal(run.v, again.v)
        assert np.array_equal(run.t, again.t)
        assert np.array_equal(long.v[:, : len(run.t)], run.v)


@isolated
def test_a_run_can_be_interrupted() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree, check=False)
    before = engine.run(50)
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        engine.run(1e6, record=[])
    timer.join()
    assert np.array_equal(engine.run(50).v, before.v)


@isolated
def test_variables_are_found_again_after_others_came_and_went() -> None:
    """NEURON moves them in its memory."""
    first, second = driven_tree(), driven_tree()
    engine = neuron_reduce.compile(second, check=False)
    recorded = [second.axon(0.3)._ref_v, second.soma(0.5).hh._ref_m, second.kept[3]._ref_g]
    before = engine.run(20, record=recorded)
    first.kept.clear()
    for each in first.sections:
        h.delete_section(sec=each)
    h.finitialize(-65)
    after = engine.run(20, record=recorded)
    assert after.labels == before.labels
    assert np.array_equal(after.v, before.v)


@isolated
def test_session_stays_as_it_is() -> None:
    tree = driven_tree()
    before = neuron_run([tree.soma(0.5)._ref_v], 20)
    states = h.t, h.dt, tree.soma(0.5).v, tree.soma(0.5).hh.m, tree.kept[0].g
    engine = neuron_reduce.compile(tree)
    engine.run(30)
    assert states == (h.t, h.dt, tree.soma(0.5).v, tree.soma(0.5).hh.m, tree.kept[0].g)
    assert np.array_equal(before, neuron_run([tree.soma(0.5)._ref_v], 20))


@isolated
def test_check_names_what_differs() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree)
    # Not enough to move a spike, which would be named first.
    tree.apical[1](0.4).pas.e = -64.999
    with pytest.raises(EngineError, match=r"is not NEURON's: tuft\(0\.[0-9]+\)\.v is"):
        engine.run(20)
    unchecked = neuron_reduce.compile(tree, check=False)
    assert len(unchecked.run(20).t) == 801


@isolated
def test_check_names_states(cache: Path) -> None:
    """Where they have no part in any current, too."""
    compiled.load_mechanisms(cache)
    tree = Tree()
    tree.soma.insert("ca_pool")
    engine = neuron_reduce.compile(tree)
    tree.soma(0.5).ca_pool.rest = 2e-4
    with pytest.raises(EngineError, match=r"soma\(0.5\).ca_ion.cai is 0.0001 at 1 ms and 0.0002"):
        engine.run(1)


@isolated
def test_check_is_made_once(monkeypatch: Any) -> None:
    tree = driven_tree()
    calls: list[Any] = []
    real = checking.copies.call

    def counted(*arguments: Any, **others: Any) -> Any:
        calls.append(arguments)
        return real(*arguments, **others)

    monkeypatch.setattr(checking.copies, "call", counted)
    engine = neuron_reduce.compile(tree)
    engine.run(5)
    engine.run(4)
    neuron_reduce.compile(tree).run(5)
    assert len(calls) == 1
    engine.run(60)
    engine.run(200)
    assert len(calls) == 2


@isolated
def test_check_is_of_what_drives_the_cell_too(monkeypatch: Any) -> None:
    """The code and what it begins with are the same."""
    tree = Tree()
    synapse = tree.synapse("ExpSyn", tree.soma(0.5))
    netcon = tree.drive(synapse, 1e-3, start=3, interval=5)
    other = h.NetCon(tree.soma(0.5)._ref_v, synapse, sec=tree.soma)
    tree.kept.append(other)
    calls: list[Any] = []
    real = checking.copies.call

    def counted(*arguments: Any, **others: Any) -> Any:
        calls.append(arguments)
        return real(*arguments, **others)

    def is_compared(events: Any = None) -> bool:
        before = len(calls)
        for _ in range(2):
            neuron_reduce.compile(tree, events=events).run(10)
        assert len(calls) <= before + 1
        return len(calls) > before

    monkeypatch.setattr(checking.copies, "call", counted)
    netstim = netcon.pre()
    assert is_compared()
    netcon.delay = 2
    assert is_compared()
    netstim.interval = 4
    assert is_compared()
    other.threshold = -20
    assert is_compared()
    assert is_compared({netstim: [0, 1, 2]})
    assert is_compared({netstim: [0, 1, 3]})
    assert not is_compared({netstim: [0, 1, 2]})
    netcon.active(0)
    assert is_compared()


@isolated
def test_reductions() -> None:
    from models import small_cell

    cell = small_cell.build()
    drive = small_cell.drive(cell)
    references = [cell.soma[0](0.5)._ref_v]
    assert_equal(cell, references, synapses=drive.synapses, netcons=drive.netcons)
    reduction = neuron_reduce.reduce(cell, drive.synapses, drive.netcons)
    theirs = neuron_run([reduction.cell.soma[0](0.5)._ref_v], 50)
    run = neuron_reduce.compile(reduction).run(50)
    assert np.abs(run.v - theirs).max() < 1e-6


# ---- What is refused --------------------------------------------------------------------------


def _refused(match: str, cell: Any, **arguments: Any) -> None:
    with pytest.raises(EngineError, match=match):
        neuron_reduce.compile(cell, **arguments)


@isolated
def test_variable_steps_and_second_order_are_refused() -> None:
    tree = Tree()
    h.CVode().active(1)
    _refused("CVode is active", tree)
    h.CVode().active(0)
    h.secondorder = 2
    _refused("secondorder is 2", tree)


@isolated
@pytest.mark.parametrize("dt", [float("nan"), float("inf"), 0, -1])
def test_time_steps_that_are_none_are_refused(dt: float) -> None:
    tree = Tree()
    h.dt = dt
    _refused(f"dt is {dt:g}; expected a finite number", tree)


@isolated
def test_extracellular_is_refused() -> None:
    tree = Tree()
    tree.axon.insert("extracellular")
    _refused("axon has extracellular", tree)


@isolated
@pytest.mark.parametrize("into", ["weight", "stimulus", "temperature"])
def test_plays_into_what_may_drive_the_cell_are_refused(into: str) -> None:
    tree = driven_tree()
    netcon = next(iter(h.List("NetCon")))
    values, times = h.Vector([0, 1, 2]), h.Vector([0, 1, 2])
    target = {
        "weight": lambda: netcon._ref_weight[0],
        "stimulus": lambda: netcon.pre()._ref_interval,
        "temperature": lambda: h._ref_celsius,
    }[into]()
    values.play(target, times, 1)
    other = section("other")
    clamp = h.IClamp(other(0.5))
    values.play(clamp._ref_amp, times, 1)
    _refused("a Vector is played into a variable that is not the cell's", tree)


@isolated
def test_plays_into_another_cell_do_not_matter() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree)
    before = engine.run(10.0)
    other = section("other")
    clamp = h.IClamp(other(0.5))
    values, times = h.Vector([0, 1, 2]), h.Vector([0, 1, 2])
    values.play(clamp._ref_amp, times, 1)
    values.play(other(0.5)._ref_cm, times, 1)
    after = neuron_reduce.compile(tree).run(10.0)
    assert np.array_equal(after.v, before.v)


@isolated
def test_what_a_caller_drops_is_kept() -> None:
    """NetStims, Vectors that are played, and the cell itself: NEURON runs them in the check."""

    def made() -> neuron_reduce.Engine:
        soma = section("soma", 20, 20)
        soma.insert("hh")
        synapse, netstim, clamp = h.ExpSyn(soma(0.5)), h.NetStim(), h.IClamp(soma(0.5))
        netcon = h.NetCon(netstim, synapse, 10, 1, 0.05)
        netstim.number, clamp.dur = 5, 1e9
        values, times = h.Vector([0, 0.1, 0.3]), h.Vector([0, 10, 30])
        values.play(clamp._ref_amp, times, 1)
        return neuron_reduce.compile(cell_of(soma), [synapse], [netcon])

    engine = made()
    assert len(engine.run(50).spikes[0])


@isolated
def test_linear_mechanisms_are_refused() -> None:
    tree = Tree()
    matrices, vectors = [h.Matrix(1, 1), h.Matrix(1, 1)], [h.Vector(1), h.Vector(1)]
    places = h.SectionList([tree.soma]), h.Vector([0.5])
    made = h.LinearMechanism(*matrices, *vectors, *places)
    _refused("LinearMechanism", tree)
    del made


@isolated
@pytest.mark.parametrize("generator", ["MCellRan4", "Random123", ""])
@pytest.mark.parametrize("distribution", ["uniform", "normal", "poisson"])
@pytest.mark.parametrize("is_told", [True, False])
def test_randoms_that_are_played_are_refused(
    generator: str, distribution: str, is_told: bool, monkeypatch: Any
) -> None:
    if not is_told:
        monkeypatch.setattr(reducing.Cell, "played_random", lambda self: None)
    tree = Tree()
    clamp = tree.synapse("IClamp", tree.soma(0.5), dur=1e9)
    randoms = [h.Random() for _ in range(3)]
    arguments = {"uniform": (0, 1), "normal": (0, 1), "poisson": (2,)}[distribution]
    for index, random in enumerate(randoms):
        if generator:
            getattr(random, generator)(index + 1, 2, *[3] * (generator == "Random123"))
        getattr(random, distribution)(*arguments)
    neuron_reduce.compile(tree, check=False)
    randoms[1].play(clamp._ref_amp)
    _refused(r"Random\[1\] is played into a variable", tree, check=False)
    with (
        pytest.warns(neuron_reduce.NeuronReduceWarning, match=r"Random\[1\] is played"),
        neuron_reduce.fast(tree, check=False),
    ):
        pass
    del randoms[1]
    neuron_reduce.compile(tree, check=False)


@isolated
def test_transfers_are_refused() -> None:
    tree = Tree()
    context = h.ParallelContext()
    clamp = tree.synapse("IClamp", tree.soma(0.5), dur=1e9)
    context.source_var(tree.axon(0.5)._ref_v, 1, sec=tree.axon)
    context.target_var(clamp, clamp._ref_amp, 1)
    context.setup_transfer()
    _refused("target_var", tree)


@isolated
def test_pointers_to_other_cells_are_refused(cache: Path) -> None:
    compiled_pointers.load_mechanisms(cache)
    tree, other = Tree(), h.Section(name="other")
    gated = tree.synapse("GatedSyn", tree.soma(0.5))
    h.setpointer(other(0.5)._ref_v, "level", gated)
    _refused("GatedSyn cannot be compiled: POINTER level on soma, which points to what", tree)


@isolated
def test_reaction_and_diffusion_are_refused() -> None:
    rxd = pytest.importorskip("neuron.rxd")
    tree, other = Tree(), section("other")
    elsewhere = rxd.Region([other], nrn_region="i", name="elsewhere")
    kept = rxd.Species(elsewhere, d=1, name="ca", charge=2, initial=1e-4)
    assert len(neuron_reduce.compile(tree, check=False).run(1).t) == 41
    region = rxd.Region([tree.axon], nrn_region="i", name="cytosol")
    assert rxd.Species(region, d=1, name="ca", charge=2, initial=1e-4) is not kept
    _refused("rxd's region 'cytosol' holds axon", tree)


@isolated
@pytest.mark.parametrize(
    "kind",
    [
        *("AlphaConductance", "CurrentSyn", "DelayedSyn", "DepressingSyn", "FacilitatingSyn"),
        *("KineticSyn", "SaturatingSyn", "SharedDepressionSyn", "TonicSyn"),
    ],
)
def test_synapses_of_all_kinds(cache: Path, kind: str) -> None:
    """Of which two at one place are computed together where that is the same."""
    compiled_synapses.load_mechanisms(cache)
    tree = Tree()
    first, second = (tree.synapse(kind, tree.apical[0](0.3)) for _ in range(2))
    tree.drive(first, 2e-3, start=2, interval=4.1)
    tree.drive(second, 1e-3, start=3, interval=2.7, noise=0.5)
    _, theirs = assert_equal(tree, tree.potentials(), tstop=30)
    assert np.ptp(theirs[0]) > 0.1
    name = "current" if kind == "AlphaConductance" else "i"
    assert_equal(tree, [tree.soma(0.5)._ref_v, getattr(second, f"_ref_{name}")], tstop=30)


@isolated
def test_sources_on_other_cells_are_refused() -> None:
    tree, other = Tree(), section("other")
    synapse = tree.synapse("ExpSyn", tree.soma(0.5))
    netcon = h.NetCon(other(0.5)._ref_v, synapse, sec=other)
    _refused(rf"{netcon.hname().replace('[', '.').replace(']', '.')} .* other\(0.5\)", tree)


@isolated
def test_arguments() -> None:
    tree, other = driven_tree(), section("other")
    stranger = h.ExpSyn(other(0.5))
    with pytest.raises(CellError, match="has no soma"):
        neuron_reduce.compile(object())
    with pytest.raises(SynapseError, match=r"synapses\[0\] is 3"):
        neuron_reduce.compile(tree, [3])
    with pytest.raises(EngineError, match=r"synapses\[0\], ExpSyn.*is not on the cell"):
        neuron_reduce.compile(tree, [stranger])
    for wrong in ([5], "x", [None], [tree.kept[0]]):
        with pytest.raises(SynapseError, match=r"netcons\[0\] is .*; expected a NetCon"):
            neuron_reduce.compile(tree, netcons=wrong)
    with pytest.raises(CellError, match="None has no soma"), neuron_reduce.fast(None):
        pass
    with pytest.raises(SynapseError, match="netcons is 5"):
        neuron_reduce.compile(tree, netcons=5)
    engine = neuron_reduce.compile(tree, check=False)
    for tstop in (-1, float("nan"), float("inf"), "long", None):
        with pytest.raises(ArgumentError, match="tstop is"):
            engine.run(tstop)
    for dt in (0, -1, float("nan"), "small"):
        with pytest.raises(ArgumentError, match="dt is"):
            engine.run(1, dt)
    for spikes in ([1], "soma", 3, [stranger], other(0.5)):
        with pytest.raises(ArgumentError, match="spikes has"):
            engine.run(1, spikes=spikes)
    with pytest.raises(ArgumentError, match=r"record\[0\]"):
        engine.run(1, record=[other(0.5)])
    with pytest.raises(EngineError, match=r"soma\(0.5\).*cm cannot be recorded"):
        engine.run(1, record=[tree.soma(0.5)._ref_cm])
    with pytest.raises(EngineError, match="no memory for"):
        engine.run(1e15)


@isolated
def test_numbers_that_are_none_are_named() -> None:
    tree = Tree()
    tree.synapse("IClamp", tree.soma(0.5), delay=3, dur=1e9, amp=float("nan"))
    engine = neuron_reduce.compile(tree, check=False)
    expected = r"the potential of soma is nan at 3.025 ms, and was a number at 3 ms.*is a current"
    with pytest.raises(EngineError, match=expected):
        engine.run(100)
    other = Tree()
    other.soma(0.5).hh.m = 0
    synapse = other.synapse("Exp2Syn", other.soma(0.5))
    netcon = other.drive(synapse, 1, start=2, interval=1e9)
    netcon.delay, netcon.weight[0] = 1, float("inf")
    with pytest.raises(EngineError, match=rf"{synapse.hname()[:7]}.*\.[AB] is no number since 3"):
        neuron_reduce.compile(other, check=False).run(100)


@isolated
def test_cell_of_soma_alone() -> None:
    soma = section("soma", 20, 20)
    soma.insert("hh")
    assert_equal(cell_of(soma), [soma(0.5)._ref_v], tstop=20)


@isolated
def test_sections_of_one_name() -> None:
    """In one cell, and in another one that is none of the first one's business."""
    trees = [driven_tree(), driven_tree()]
    for index, tree in enumerate(trees):
        tree.drive(tree.kept[0], 1e-3 * index, start=2, interval=3)
    soma, children = section("same", 20, 20), [section("same"), section("same", 200, 1, 3)]
    soma.insert("hh")
    clamp = h.IClamp(children[1](0.9))
    clamp.delay, clamp.dur, clamp.amp = 1, 10, 0.3
    synapse = h.ExpSyn(children[0](0.5))
    netcon = h.NetCon(children[1](0.5)._ref_v, synapse, sec=children[1])
    netcon.threshold, netcon.weight[0] = -40, 0.01
    for child in children:
        child.connect(soma(1))
    places = [soma(0.5), *(segment for child in children for segment in child)]
    assert_equal(cell_of(soma), [each._ref_v for each in places], tstop=20)
    for tree in trees:
        assert_equal(tree, tree.potentials(), tstop=20)


# ---- The layer-5 cell ---------------------------------------------------------------------------


@isolated
@pytest.mark.parametrize("method", ["", "classic", "lumped"])
def test_layer_5_cell(cache: Path, method: str) -> None:
    """The full cell, and reduced ones; what its channels do, too."""
    cell = l5pc.build(cache)
    h.celsius, h.v_init = 34, -80
    drive = synapses.cover(cell, 1, 2e-3, 1000)
    for stimulus in drive.stimuli:
        stimulus.start, stimulus.noise = 1 + stimulus.start / 4, 1
    arguments = {"synapses": drive.synapses, "netcons": drive.netcons}
    soma, places = cell.soma[0](0.5), [each(0.5) for each in cell.apic][:40:4]
    if method:
        rates = {"rates": 25.0} if method == "lumped" else {}
        reduction = neuron_reduce.reduce(cell, *arguments.values(), method=method, **rates)
        arguments = {}
        cell = reduction
        soma = reduction.cell.soma[0](0.5)
        places = [each(0.5) for each in reduction.cell.apical]
    references = [soma._ref_v, *(each._ref_v for each in places)]
    engine, theirs = assert_equal(cell, references, tstop=80, least_spikes=1, **arguments)
    assert theirs[0].max() > 0
    others = [*(soma._ref_v, soma._ref_cai, soma._ref_ica, soma.NaTs2_t._ref_gNaTs2_t)]
    vectors = neuron_run(others, 20)
    run = engine.run(20, record=others)
    for own, other in zip(run.v, vectors, strict=True):
        assert np.abs(own - other).max() <= 1e-6 * np.abs(other).max()


# ---- What is gone -------------------------------------------------------------------------------


@isolated
def test_engine_outlives_its_cell() -> None:
    tree = driven_tree()
    engine = neuron_reduce.compile(tree, check=False)
    place, reference = tree.soma(0.5), tree.soma(0.5)._ref_v
    before = engine.run(10)
    tree.kept.clear()
    for each in tree.sections:
        h.delete_section(sec=each)
    assert np.array_equal(engine.run(10).v, before.v)
    alone = engine.run_batch(rates=[1], tstop=10, record=None)
    assert np.abs(alone.v[0] - before.v).max() < 1e-9
    for wanted in ([place], [reference], [(place, "m_hh")]):
        with pytest.raises(ArgumentError, match=r"record\[0\]"):
            engine.run(1, record=wanted)
    with pytest.raises(ArgumentError, match="spikes has"):
        engine.run(1, spikes=place)
    assert "Engine of" in repr(engine)
    with pytest.raises(CellError):
        neuron_reduce.compile(tree)


@isolated
def test_check_says_so_where_the_cell_is_gone() -> None:
    tree = driven_tree()
    engine, other = neuron_reduce.compile(tree), neuron_reduce.compile(tree)
    engine.run(5)
    tree.kept.clear()
    for each in tree.sections:
        h.delete_section(sec=each)
    assert len(engine.run(5).t) == 201
    with pytest.raises(EngineError, match="cannot be compared with NEURON's"):
        engine.run(10)
    with pytest.raises(EngineError, match="sections of Tree were deleted"):
        other.run(10)


@isolated
def test_negative_delays_are_refused() -> None:
    """NEURON's setter takes them."""
    tree = driven_tree()
    netcon = next(iter(h.List("NetCon")))
    netcon.delay = -1
    _refused("has a delay of -1 ms; expected 0 or greater", tree)


@isolated
@pytest.mark.parametrize("seed", range(4))
def test_compartments_with_different_mechanisms(cache: Path, seed: int) -> None:
    """Such share vectors where they have something in common; trials of a batch do not."""
    compiled.load_mechanisms(cache)
    random = np.random.default_rng(seed)
    tree = Tree()
    calcium = ("ca_hva", "ca_pool", "k_ca")
    for place in tree.sections:
        place.nseg = int(random.choice([1, 1, 3]))
        for mechanism in random.permutation([*calcium, "hh"]):
            if random.random() < 0.6:
                place.insert(str(mechanism))
        for segment in place:
            segment.pas.g = random.choice([1e-4, 2e-4])
    tree.synapse("IClamp", tree.soma(0.5), delay=2, dur=60, amp=0.5)
    synapse = tree.synapse("NmdaExp2", tree.apical[0](0.5))
    tree.drive(synapse, 0.004, start=3, interval=9)
    references = [*tree.potentials()]
    currents: list[Any] = []
    for place in tree.sections:
        for ion in ("na", "k", "ca"):
            if place.psection()["ions"].get(ion):
                currents.append(getattr(place(0.5), f"_ref_i{ion}"))
                references.append(getattr(place(0.5), f"_ref_{ion}i"))
    engine, theirs = assert_equal(tree, references, tstop=80)
    sources = [each.program.source for each in engine._programs._made.values()]
    assert any("present" in each for each in sources)
    assert_equal(tree, [*references, *currents], tstop=80)
    done = engine.run_batch(weights=[1.0, 1.0], tstop=80, record=references)
    for trial in done.v:
        for own, other in zip(trial, theirs, strict=True):
            assert np.abs(own - other).max() <= 1e-6 * max(1.0, np.abs(other).max())
    absent = next((each for each in tree.sections if not hasattr(each(0.5), "k_ca")), None)
    if absent is not None:
        with pytest.raises((EngineError, ArgumentError), match="k_ca"):
            engine.run(1, record=[(absent(0.5), "gbar_k_ca")])


def test_what_rises_fast_is_compared_as_in_a_spike() -> None:
    """At 200 mV/ms a difference of 1e-5 mV is one of 5e-8 ms."""
    t = np.arange(20) * 0.025
    for slope, is_equal in ((200.0, True), (1.0, False)):
        theirs = (-150 + slope * t)[None]
        traces = trials.Traces(t, theirs + 1e-5 * (t > 0), [], np.empty(0), 0.0)
        assert (checking._first_difference(traces, theirs, ["soma"], 0) == "") == is_equal
