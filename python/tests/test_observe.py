"""`observe=`: what is folded is what was seen to do the same."""

from __future__ import annotations

import types
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from neuron_reduce import ArgumentError, EngineError


def _trident(odd: int) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A trunk with three equal branches, one of which has synapses that are driven together, the
    others synapses of the same mean conductance."""
    soma, trunk = h.Section(name="soma"), h.Section(name="trunk")
    branches = [h.Section(name=f"branch_{index}") for index in range(3)]
    soma.L = soma.diam = 20
    trunk.L, trunk.diam, trunk.nseg = 200, 2, 2
    trunk.connect(soma(0.5))
    for branch in branches:
        branch.L, branch.diam = 150, 1
        branch.connect(trunk(1))
    for section in (soma, trunk, *branches):
        section.insert("pas")
        section.e_pas, section.g_pas = -65, 5e-5
    synapses, netcons, stimuli = [], [], []
    for index, branch in enumerate(branches):
        for number in range(10):
            synapse = h.Exp2Syn(branch(0.5))
            synapse.tau1, synapse.tau2 = 0.5, 5
            stimulus = h.NetStim()
            stimulus.number, stimulus.interval = 1e9, 50
            stimulus.start = 0 if index == odd else 5 * number
            netcons.append(h.NetCon(stimulus, synapse, 0, 1, 1e-3))
            synapses.append(synapse)
            stimuli.append(stimulus)
    cell = types.SimpleNamespace(soma=soma, dend=[trunk, *branches])
    return cell, synapses, netcons, stimuli


@pytest.mark.parametrize("odd", [0, 1, 2])
@isolated
def test_a_branch_that_does_something_else_stays_by_itself(odd: int) -> None:
    h.v_init = -65
    cell, synapses, netcons, _ = _trident(odd)
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method="folded", segments=4, observe=200
    )
    places = [reduction.place(f"branch_{index}").sec.name() for index in range(3)]
    others = [index for index in range(3) if index != odd]
    assert places[others[0]] == places[others[1]]
    assert places[odd] != places[others[0]]
    assert reduction.record.settings["observe"] == 200
    assert h.t == 0


@pytest.mark.parametrize("duration", [0, -5, 5, float("nan"), float("inf"), "500", True])
@isolated
def test_what_is_no_duration_is_refused(duration: Any) -> None:
    cell, synapses, netcons, _ = _trident(0)
    with pytest.raises(ArgumentError, match="observe"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", observe=duration)
    assert cell.dend[0].nseg == 2


@pytest.mark.parametrize("method", ["lumped", "classic"])
@isolated
def test_other_methods_do_not_observe(method: str) -> None:
    cell, synapses, netcons, _ = _trident(0)
    with pytest.raises(ArgumentError, match=r"observe.*'folded'"):
        neuron_reduce.reduce(cell, synapses, netcons, method=method, observe=100)
    assert cell.dend[0].nseg == 2


@isolated
def test_what_the_engine_refuses_is_said() -> None:
    cell, synapses, netcons, _ = _trident(0)
    h.secondorder = 2
    with pytest.raises(EngineError, match="observe runs the cell in the engine"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", observe=100)
    assert cell.dend[0].nseg == 2
