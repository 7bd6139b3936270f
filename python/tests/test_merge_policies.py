"""Which equal synapses become one: those of which that is known to be exact, all, or none."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled_synapses, small_cell
from neuron_reduce import ArgumentError, NeuronReduceWarning


def _model(class_name: str, count: int = 12) -> SimpleNamespace:
    """Equal synapses of one class, close together on two branches."""
    cell = small_cell.build()
    synapses, netcons, stimuli = [], [], []
    for index in range(count):
        synapse = getattr(h, class_name)(cell.dend[1 + index % 2]((index // 2 + 0.5) / count))
        stimulus = h.NetStim()
        stimulus.start, stimulus.interval, stimulus.number, stimulus.noise = 0, 40, 1e9, 1
        stimulus.noiseFromRandom123(index + 1, 0, 0)
        netcon = h.NetCon(stimulus, synapse)
        netcon.weight[0] = 5e-4
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)
    return SimpleNamespace(cell=cell, synapses=synapses, netcons=netcons, stimuli=stimuli)


def _reduced(model: SimpleNamespace, **arguments: Any) -> neuron_reduce.Reduction:
    return neuron_reduce.reduce(model.cell, model.synapses, model.netcons, **arguments)


def _mean(section: Any) -> float:
    """Of the somatic potential over a second, without the first 200 ms."""
    recorded = h.Vector().record(section(0.5)._ref_v)
    h.v_init, h.tstop, h.dt = small_cell.V_INIT, 1000.0, 0.1
    h.steps_per_ms = 10
    h.run()
    return float(recorded.mean(2000, int(recorded.size()) - 1))


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_synapses_with_history_stay_apart(method: str, cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    model = _model("SharedDepressionSyn")
    rest = _model("SharedDepressionSyn", 2)
    reduction = _reduced(model, method=method)
    assert len(reduction.synapses) == len(model.synapses)
    (kind,) = reduction.record.synapses
    assert "an event of one NetCon changes the response to another's" in kind.treatment
    assert rest


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_what_superposes_is_merged(method: str) -> None:
    model = _model("Exp2Syn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reduction = _reduced(model, method=method)
    assert len(reduction.synapses) < len(model.synapses) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = _model("Exp2Syn")
        result = neuron_reduce.subtree_reductor(again.cell, again.synapses, again.netcons)
    assert len(result[1]) < len(again.synapses) / 2


@isolated
def test_subtree_reductor_merges_as_published_and_says_so(cache: Path) -> None:
    compiled_synapses.load_mechanisms(cache)
    model = _model("SharedDepressionSyn")
    with pytest.warns(NeuronReduceWarning) as caught:
        result = neuron_reduce.subtree_reductor(model.cell, model.synapses, model.netcons)
    (text,) = {str(each.message) for each in caught}
    assert text.startswith("SharedDepressionSyn: ")
    assert "merge='exact'" in text
    assert {each.filename for each in caught} == {__file__}
    assert len(result[1]) < len(model.synapses)

    for merge in ("exact", False):
        model = _model("SharedDepressionSyn")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = neuron_reduce.subtree_reductor(
                model.cell, model.synapses, model.netcons, merge=merge
            )
        assert len(result[1]) == len(model.synapses)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@isolated
def test_none_are_merged_where_that_is_asked_for(method: str) -> None:
    model = _model("Exp2Syn")
    reduction = _reduced(model, method=method, merge=False)
    assert len(reduction.synapses) == len(model.synapses)
    assert "merging was not asked for" in str(reduction)


@isolated
def test_the_drive_stays_what_it_was(cache: Path) -> None:
    """The cases' 40 depressing synapses, of which one would have a twelfth of the drive left."""
    compiled_synapses.load_mechanisms(cache)
    model = _model("SharedDepressionSyn", 40)
    rest = small_cell.V_INIT
    full = _mean(model.cell.soma[0])
    reduction = _reduced(model)
    reduced = _mean(model.cell.soma[0])
    assert reduced - rest == pytest.approx(full - rest, rel=0.02), "and not a twentieth of it"
    assert reduction


@pytest.mark.parametrize("merge", [True, None, "all", "Exact", 0, b"exact", []])
@isolated
def test_other_policies_are_refused(merge: Any) -> None:
    model = _model("Exp2Syn", 2)
    for call in (neuron_reduce.reduce, neuron_reduce.subtree_reductor):
        with pytest.raises(ArgumentError, match="expected 'exact', 'published' or False"):
            call(model.cell, model.synapses, model.netcons, merge=merge)
