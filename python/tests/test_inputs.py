"""What drives cells in evaluations and tunings."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled, made
from models.engine_tree import Tree
from neuron_reduce import ArgumentError, inputs

SETTINGS = {"method": "classic", "v_init": -65.0, "progress": False, "ceiling": False}


def driven(seed: int, count: int = 12, interval: float = 5.0) -> tuple[Any, ...]:
    """A tree with synapses along its trunk, each with a NetStim of its own."""
    tree = Tree()
    for index in range(count):
        trunk = tree.apical[0]
        kind = -75.0 if index % 4 == 3 else 0.0
        synapse = tree.synapse("Exp2Syn", trunk((index + 0.5) / count), tau1=0.3, tau2=3, e=kind)
        netcon = tree.drive(synapse, 1e-4, interval=interval, noise=1, start=0)
        netcon.pre().noiseFromRandom123(seed, index, 1)
    synapses, netcons = tree.kept[::3], tree.kept[2::3]
    return tree, synapses, netcons


def times_of(made_input: tuple[Any, ...], tstop: float) -> list[np.ndarray]:
    """The events of each NetCon that is active, as they leave its source, in ms."""
    _, _, netcons, *_ = made_input
    # NEURON records a source once.
    vectors: dict[str, Any] = {}
    for netcon in netcons:
        source = netcon.pre().hname()
        if netcon.active() and source not in vectors:
            vectors[source] = h.Vector()
            netcon.record(vectors[source])
    h.finitialize(-65)
    h.continuerun(tstop)
    return [np.array(vectors[each.pre().hname()]) for each in netcons if each.active()]


@isolated
def test_rates_rise_in_steps() -> None:
    model = driven(1, count=60, interval=10.0)
    steps = inputs.RateSteps((0.5, 1, 2), (500, 1000))
    cell, synapses, netcons, *kept = steps(*model, 1)
    assert len(synapses) == len(netcons) == 180
    assert all(a.syn().same(b) for a, b in zip(netcons, synapses, strict=True))
    events = np.concatenate(times_of((cell, synapses, netcons, *kept), 1500))
    counts = np.histogram(events, [0, 500, 1000, 1500])[0]
    # Poisson: three standard deviations.
    for count, expected in zip(counts, (1500, 3000, 6000), strict=True):
        assert abs(count - expected) < 3 * np.sqrt(expected)
    again = inputs.RateSteps((0.5, 1, 2), (500, 1000))(*driven(1, 60, 10.0), 1)
    assert np.array_equal(np.sort(np.concatenate(times_of(again, 1500))), np.sort(events))
    other = inputs.RateSteps((0.5, 1, 2), (500, 1000))(*driven(1, 60, 10.0), 2)
    assert not np.array_equal(np.sort(np.concatenate(times_of(other, 1500))), np.sort(events))


@isolated
def test_correlated_input_keeps_rates() -> None:
    model = driven(1, count=60, interval=10.0)
    made_input = inputs.Correlated(0.4, groups=3)(*model, 1)
    times = times_of(made_input, 1500)
    count = sum(map(len, times))
    # Twenty NetCons have each event in common: the variance is that much greater.
    assert abs(count - 9000) < 3 * np.sqrt(0.6 * 9000 + 0.4 * 9000 * 20)
    of_synapse = [np.round(np.concatenate([times[i], times[60 + i]]), 6) for i in range(60)]
    same = len(np.intersect1d(of_synapse[0], of_synapse[3])) / len(of_synapse[0])
    assert 0.25 < same < 0.55
    assert len(np.intersect1d(of_synapse[0], of_synapse[1])) == 0


@isolated
@pytest.mark.parametrize("changed", [inputs.RateSteps(), inputs.Correlated()])
def test_connections_that_are_silent_stay_silent(changed: Any) -> None:
    cell, synapses, netcons = driven(1)
    netcons[0].active(False)
    _, _, after, *_ = changed(cell, synapses, netcons, 1)
    silent = [netcon.syn().hname() for netcon in after if not netcon.active()]
    assert set(silent) == {synapses[0].hname()}
    assert len(silent) == len(after) / len(netcons)


@isolated
def test_a_volley_is_heard_where_the_own_input_is_silent() -> None:
    cell, synapses, netcons = driven(1)
    for netcon in netcons:
        netcon.active(False)
    _, _, after, *_ = inputs.Volley(("trunk", 0.5), 3, is_alone=False)(cell, synapses, netcons, 1)
    assert [netcon.active() for netcon in after[len(netcons) :]] == [True] * 3


@isolated
def test_a_volley_comes_to_what_is_nearest() -> None:
    tree, synapses, netcons = driven(1)
    volley = inputs.Volley(("trunk", 0.0), count=3, start=20, interval=2, number=4)
    made_input = volley(tree, synapses, netcons, 1)
    times = times_of(made_input, 60)
    assert len(times) == 3, "the cell's own input is silent"
    assert all(np.allclose(each, [20, 22, 24, 26]) for each in times)
    added = [netcon.syn().get_segment().x for netcon in made_input[2][12:]]
    assert added == [synapse.get_segment().x for synapse in synapses[:3]]
    assert not volley.is_random

    tree, synapses, netcons = driven(1)
    volley = inputs.Volley(("trunk", 1.0), count=2, inhibitory=True, is_alone=False)
    assert volley.is_random
    _, _, after, *_ = volley(tree, synapses, netcons, 1)
    assert [netcon.syn().e for netcon in after[12:]] == [-75, -75]
    assert len(times_of((tree, synapses, after), 20)) == 14
    with pytest.raises(
        ArgumentError, match="has 3 inhibitory synapses with NetCons; expected the 4"
    ):
        inputs.Volley(("trunk", 1.0), count=4, inhibitory=True)(tree, synapses, netcons, 1)
    with pytest.raises(
        ArgumentError, match=r"site is .*expected a pair of the name of one section"
    ):
        inputs.Volley(("stem", 1.0))(tree, synapses, netcons, 1)


@isolated
def test_a_volley_of_another_mechanism(cache: Path) -> None:
    compiled.load_mechanisms(cache)
    tree, synapses, netcons = driven(1)
    volley = inputs.Volley(
        ("tuft", 0.9),
        count=3,
        start=20,
        number=2,
        mechanism="NmdaExp2",
        weight=2e-3,
        parameters={"tau2": 50},
    )
    made_input = volley(tree, synapses, netcons, 1)
    added = made_input[1][12:]
    assert [str(each.get_segment()) for each in added] == 3 * ["tuft(0.875)"]
    assert [each.hname().partition("[")[0] for each in added] == 3 * ["NmdaExp2"]
    assert [(each.tau2, each.tau1) for each in added] == 3 * [(50, 2)]
    more = made_input[2][12:]
    assert all(a.syn().same(b) for a, b in zip(more, added, strict=True))
    assert [netcon.weight[0] for netcon in more] == 3 * [2e-3]
    times = times_of(made_input, 60)
    assert len(times) == 3, "the cell's own input is silent"
    assert all(np.allclose(each, [20, 21]) for each in times)
    assert str(volley) == "3 NmdaExp2 at tuft(0.9)"
    assert hash(volley)
    for wrong, message in (
        ({"mechanism": "IClamp"}, "mechanism is 'IClamp'; expected the name .* Exp2Syn"),
        ({"mechanism": "None"}, "mechanism is 'None'; expected the name of a point process"),
        ({"parameters": {"tau": 1}}, "parameters has 'tau'; expected names of variables"),
    ):
        other = dataclasses.replace(volley, **wrong)
        with pytest.raises(ArgumentError, match=message):
            other(tree, synapses, netcons, 1)


@isolated
def test_synapses_that_others_accompany(cache: Path) -> None:
    compiled.load_mechanisms(cache)
    tree, synapses, netcons = driven(1)
    nmda = inputs.Accompanied("NmdaExp2", 0.5, {"tau2": 50}, own=0.8)
    _, after, more, kept = nmda(tree, synapses, netcons, 1)
    assert str(nmda) == "0.8 × own input with 0.5 × NmdaExp2 beside it"
    assert len(kept) == 9, "three of twelve synapses are inhibitory"
    own = [netcon for index, netcon in enumerate(netcons) if index % 4 != 3]
    for new, old, synapse in zip(more[12:], own, after[12:], strict=True):
        assert new.syn().same(synapse)
        assert new.pre().same(old.pre())
        assert synapse.get_segment() == old.syn().get_segment()
        assert (new.weight[0], new.delay) == (old.weight[0] / 2, old.delay)
        assert old.weight[0] == pytest.approx(0.8e-4)
    netcons[0].active(False)
    weight = netcons[0].weight[0]
    (*_, silent), _ = inputs.Accompanied("NmdaExp2", own=0.5)(
        tree, synapses[:1], netcons[:1] * 2, 1
    )[2:]
    assert not silent.active()
    assert netcons[0].weight[0] == weight / 2, "listed twice"
    inhibitory = synapses[3::4]
    with pytest.raises(ArgumentError, match="the cell has no excitatory synapses with NetCons"):
        inputs.Accompanied("NmdaExp2")(tree, inhibitory, netcons[3::4], 1)
    crossing = h.NetCon(tree.soma(0.5)._ref_v, synapses[0], sec=tree.soma)
    with pytest.raises(ArgumentError, match=r"NetCon\[\d+\] comes from a potential"):
        inputs.Accompanied("NmdaExp2")(tree, synapses, [crossing], 1)


@isolated
def test_a_shunt_on_the_path() -> None:
    volley = inputs.Volley(("tuft", 0.9), count=3, start=20, mechanism="Exp2Syn", weight=1e-3)
    chosen = inputs.shunted(volley, ("trunk", 0.2), conductance=0.05)
    alone, shunt, both = (soma_of(each(*driven(1), 1)) for each in chosen)
    assert alone.max() > 1
    assert shunt.min() < -1, "it reverses below rest"
    assert 0 < (both - shunt).max() < 0.6 * alone.max()
    assert [str(each) for each in chosen][1:] == [
        "shunt of 50 nS at trunk(0.2)",
        "3 Exp2Syn at tuft(0.9), with shunt of 50 nS at trunk(0.2)",
    ]
    # One conductance, with its event 5 ms before.
    tree, synapses, netcons = driven(1)
    _, _, after, stimulus = inputs.Shunt(("trunk", 0.2), 0.05, -80, 15, 2, 9)(
        tree, synapses, netcons, 1
    )
    synapse = after[-1].syn()
    assert (synapse.tau1, synapse.tau2, synapse.e) == (2, 9, -80)
    assert (stimulus.start, stimulus.number, after[-1].weight[0]) == (15, 1, 0.05)


@isolated
def test_what_silences_the_own_input_leaves_volleys() -> None:
    for second in (
        inputs.Volley(("trunk", 1.0), count=1, start=25),
        inputs.Shunt(("trunk", 0.5), start=25),
        inputs.Together("two", inputs.Shunt(("trunk", 0.5), start=25)),
    ):
        first = inputs.Volley(("trunk", 0.0), count=2, start=20)
        times = times_of(inputs.Together("both", first, second)(*driven(1), 1), 40)
        assert [list(each) for each in times] == [[20], [20], [25]]
    clamped = inputs.Together("both", first, inputs.Current(0.1))
    assert len(times_of(clamped(*driven(1), 1), 40)) == 2


def soma_of(made_input: tuple[Any, ...]) -> np.ndarray:
    """The soma's potential from 15 ms on, as it differs from that at 15 ms, in mV."""
    tree = made_input[0]
    v = h.Vector().record(tree.soma(0.5)._ref_v)
    h.finitialize(-65)
    h.continuerun(60)
    found = np.array(v)[round(15 / h.dt) :]
    return found - found[0]


@isolated
def test_currents() -> None:
    tree, synapses, netcons = driven(1)
    _, _, _, clamp, *_vectors = inputs.Current(0.3, 10, site=("tuft", 0.5), rise=0.5, decay=4)(
        tree, synapses, netcons, 1
    )
    assert str(clamp.get_segment()) == "tuft(0.625)"
    current = h.Vector().record(clamp._ref_i)
    h.finitialize(-65)
    h.continuerun(60)
    i = np.array(current)
    peak = 10 + np.log(8) * 0.5 * 4 / 3.5
    assert i.max() == pytest.approx(0.3, rel=1e-3)
    assert np.argmax(i) * h.dt == pytest.approx(peak, abs=0.05)
    # The integral of a sum of two exponentials.
    height = 0.3 / (np.exp(-(peak - 10) / 4) - np.exp(-(peak - 10) / 0.5))
    assert i.sum() * h.dt == pytest.approx(height * 3.5, rel=2e-3)
    assert [str(each) for each in inputs.currents((0.5, 1))] == ["0.5 nA", "1 nA"]


@isolated
def test_evaluation_of_several_inputs() -> None:
    both = [inputs.Own(), *inputs.coincidence(("apic[1]", 0.5), 2.0, 0.03, start=10)]
    evaluation = neuron_reduce.evaluate(made.make, tstop=40, seeds=(3, 4), inputs=both, **SETTINGS)
    assert [(case.input, case.seed) for case in evaluation.cases] == [
        ("", 3),
        ("", 4),
        ("back-propagating spike", 3),
        ("distal current", 3),
        ("spike and distal current", 3),
    ]
    by_input = evaluation.inputs
    assert [len(each.cases) for each in by_input.values()] == [2, 1, 1, 1]
    spike = by_input["back-propagating spike"].cases[0]
    assert spike.comparison.spikes_full == 1
    assert by_input["distal current"].cases[0].full.soma.max() < 0
    # With the cell's own input it is as without any other.
    own = neuron_reduce.evaluate(made.make, tstop=40, seeds=(3,), **SETTINGS)
    assert np.array_equal(own.cases[0].full.soma, evaluation.cases[0].full.soma)
    assert np.array_equal(own.cases[0].reduced.soma, evaluation.cases[0].reduced.soma)
    text = str(evaluation)
    for part in ("input, seed", "own input, 3", "own input, mean", "distal current, 3", "mean of"):
        assert part in text
    assert repr(evaluation).startswith("<Evaluation of TestTree[0], 5 cases: ")


@isolated
def test_inputs_of_the_users_own() -> None:
    def halved(cell: Any, synapses: Any, netcons: Any, seed: int) -> tuple[Any, ...]:
        for netcon in netcons:
            netcon.weight[0] /= 2
        return cell, synapses, netcons

    evaluation = neuron_reduce.evaluate(
        made.make, tstop=40, seeds=(3,), inputs=[halved], **SETTINGS
    )
    own = neuron_reduce.evaluate(made.make, tstop=40, seeds=(3,), **SETTINGS)
    assert not np.array_equal(own.cases[0].full.soma, evaluation.cases[0].full.soma)


@isolated
def test_tuning_over_several_inputs(tmp_path: Any) -> None:
    settings = {"methods": ("classic",), "frequencies": (0,), "segments": (-1, 20), "tstop": 40.0}
    chosen = [inputs.Own(), inputs.RateSteps((0.5, 1), (20,))]
    results = tmp_path / "results.jsonl"
    arguments = {"error": "voltage", "v_init": -65.0, "progress": False, "results": results}
    tuning = neuron_reduce.tune(made.make, 10.0, inputs=chosen, **settings, **arguments)
    for candidate in tuning.candidates:
        assert candidate.evaluation is not None
        rmsd = [case.comparison.rmsd for case in candidate.evaluation.cases]
        assert len(rmsd) == 2
        assert rmsd[0] != rmsd[1]
        assert candidate.error == pytest.approx(np.mean(rmsd))
    lines = len(results.read_text().splitlines())
    neuron_reduce.tune(made.make, 10.0, inputs=chosen, **settings, **arguments)
    assert len(results.read_text().splitlines()) == lines, "all of it was found"
    neuron_reduce.tune(made.make, 10.0, **settings, **arguments)
    assert len(results.read_text().splitlines()) == 2 * lines


@isolated
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "inputs is .*expected inputs such as"),
        (5, "inputs is 5; expected inputs such as"),
        ([inputs.Own], r"inputs\[0\] is .*expected inputs such as"),
        (["own"], "inputs is|inputs\\[0\\] is 'own'; expected inputs such as"),
        ([lambda *_: None], "the input returned None; expected"),
        # What begins after the run is not in it: two cells without it would be found alike.
        (
            [inputs.Own(), inputs.Current(0.5, start=20)],
            r"inputs\[1\], 0.5 nA, has a start of 20 ms; expected one before tstop, 20 ms",
        ),
        (
            inputs.coincidence(("apic[1]", 0.5), 2.0, 0.03, start=18),
            r"inputs\[1\], distal current, has a start of 23 ms; expected one before tstop, 20 ms",
        ),
    ],
)
def test_what_is_no_input(wrong: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        neuron_reduce.evaluate(made.make, tstop=20, seeds=(3,), inputs=wrong, **SETTINGS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: inputs.RateSteps((1, 0.5), (3,)), "factors is .*that rise"),
        (lambda: inputs.RateSteps((1, 2), ()), "times is .*expected 1 times in ms"),
        (lambda: inputs.Correlated(1.0), "share is 1.0; expected more than 0 and less than 1"),
        (lambda: inputs.Correlated(0.5, 0), "groups is 0; expected a number, 1 or more"),
        (lambda: inputs.Volley(("a", 0.5), count=0), "count is 0; expected a number, 1 or more"),
        (
            lambda: inputs.Volley(("a", 0.5), start=-1),
            "start is -1.*expected a finite number of ms",
        ),
        (
            lambda: inputs.Volley(("a", 0.5), weight=1e-3),
            "weight or parameters is given without mechanism",
        ),
        (
            lambda: inputs.Volley(("a", 0.5), mechanism="Exp2Syn"),
            "weight is None; expected that of Exp2Syn's events",
        ),
        (
            lambda: inputs.Volley(("a", 0.5), mechanism="Exp2Syn", weight=-1),
            "weight is -1.0; expected a number greater than 0",
        ),
        (
            lambda: inputs.Volley(("a", 0.5), mechanism="Exp2Syn", weight=1, inhibitory=True),
            "inhibitory is for the model's own synapses",
        ),
        (
            lambda: inputs.Accompanied("Exp2Syn", parameters={"e": "0"}),
            "parameters is '0'; expected a mapping",
        ),
        (lambda: inputs.Accompanied("Exp2Syn", parameters=5), "parameters is 5; expected"),
        (lambda: inputs.Accompanied("Exp2Syn", 0), "ratio is 0.0; expected a number greater"),
        (lambda: inputs.Shunt(("a", 0.5), 0), "conductance is 0.0; expected a number of µS"),
        (lambda: inputs.Shunt(("a", 0.5), rise=30), "rise is 30; expected a number of ms"),
        (lambda: inputs.Current("1"), "amplitude is '1'; expected a number of nA"),
        (lambda: inputs.Current(1, rise=9), "rise is 9; expected None, or a number of ms"),
        (lambda: inputs.RateSteps()(None, [], [], 1), "no NetCon comes from a NetStim with noise"),
    ],
)
def test_numbers_out_of_range(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize(
    "make", [inputs.Volley, inputs.Shunt, lambda site: inputs.Current(1, site=site)]
)
@isolated
def test_sites_that_are_none_are_refused(make: Any) -> None:
    section = h.Section(name="dend")
    for site in (section(0.5), "dend", ("dend",), ("dend", "x"), (section, 0.5), ("dend", 1.5)):
        with pytest.raises(ArgumentError, match=r"site is .*; expected a pair of a section's name"):
            make(site)
    with pytest.raises(ArgumentError, match="volley is 5; expected a Volley"):
        inputs.shunted(5, ("dend", 0.5))
