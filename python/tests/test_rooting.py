"""Cells whose soma is not NEURON's root: it hangs on a dendrite."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models.small_cell import PythonCell
from neuron_reduce import CellError
from refusal import assert_refused


def _sections() -> dict[str, Any]:
    parts = {"soma": h.Section("soma"), "dend": h.Section("dend"), "far": h.Section("far")}
    for name, (length, diameter, count) in {
        "soma": (20, 20, 1),
        "dend": (300, 2, 5),
        "far": (200, 1, 3),
    }.items():
        section = parts[name]
        section.L, section.diam, section.nseg = length, diameter, count
        section.Ra, section.cm = 150, 1
        section.insert("pas")
        section.g_pas, section.e_pas = 5e-5, -70
    parts["soma"].insert("hh")
    return parts


def _cell(
    *, is_rooted_at_soma: bool, end: float = 0
) -> tuple[Any, list[Any], list[Any], list[Any]]:
    """A soma between two dendrites; the first is attached to it, or it to the first by `end`."""
    parts = _sections()
    soma, dend, far = parts["soma"], parts["dend"], parts["far"]
    if is_rooted_at_soma:
        dend.connect(soma(end), 1)
    else:
        soma.connect(dend(1), end)
    far.connect(soma(1 - end), 0)
    cell = PythonCell()
    cell.soma, cell.dend, cell.apic, cell.axon = [soma], [dend, far], [], []
    places = [dend(0.1), dend(0.7), far(0.5), soma(0.5)]
    synapses, netcons, stimuli = [], [], []
    for index, place in enumerate(places):
        synapse = h.Exp2Syn(place)
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number, stimulus.start = 7 + index, 1e9, 2
        stimulus.noise = 0
        netcon = h.NetCon(stimulus, synapse, 0, 1, 1e-3)
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)
    return cell, synapses, netcons, stimuli


def _voltages(soma: Any) -> Any:
    voltages = h.Vector().record(soma(0.5)._ref_v)
    h.finitialize(-70)
    while h.t < 60:
        h.fadvance()
    return np.array(voltages)


@pytest.mark.parametrize("method", ["classic", "lumped", "folded"])
@pytest.mark.parametrize("end", [0, 1])
@isolated
def test_is_reduced_as_if_the_soma_were_the_root(method: str, end: float) -> None:
    found = {}
    for is_rooted_at_soma in (True, False):
        cell, synapses, netcons, stimuli = _cell(is_rooted_at_soma=is_rooted_at_soma, end=end)
        soma = cell.soma[0]
        reduction = neuron_reduce.reduce(cell, synapses, netcons, method=method, in_place=True)
        gc.collect()
        assert soma.parentseg() is None
        assert reduction.place("dend", 0.1).sec in list(reduction.cell.basal)
        found[is_rooted_at_soma] = (
            sorted((each.length, each.diameter, each.segments) for each in reduction.cables),
            _voltages(soma),
            sorted(netcon.weight[0] for netcon in netcons),
        )
        assert stimuli
    (shapes, voltages, weights), (expected, expected_voltages, expected_weights) = (
        found[False],
        found[True],
    )
    for one, other in zip(shapes, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-9)
    assert weights == pytest.approx(expected_weights, rel=1e-9)
    assert np.ptp(expected_voltages) > 5
    # Shapes that differ by rounding.
    assert voltages == pytest.approx(expected_voltages, abs=1e-6)


@isolated
def test_a_soma_on_the_middle_of_a_dendrite_is_refused() -> None:
    cell, synapses, netcons, stimuli = _cell(is_rooted_at_soma=False)
    h.disconnect(sec=cell.soma[0])
    cell.soma[0].connect(cell.dend[0](0.5), 0)
    assert_refused(
        lambda: neuron_reduce.reduce(cell, synapses, netcons, in_place=True),
        CellError,
        "soma is not the root",
        "0.5 of dend",
        "h.disconnect(sec=soma)",
        "dend.connect(",
        "expected",
    )
    assert stimuli
