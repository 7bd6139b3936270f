"""NEURON fails while a reduced cell is built: all that was done before is taken back."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import pytest
from neuron import h

import failures
import snapshot
from isolated import isolated
from models import small_cell
from neuron_reduce import NeuronReduceError, SimulatorError, TemplateError


@dataclass
class _Others:
    """What is on the dendrites and in none of the lists."""

    synapse: Any
    netcon: Any
    clamp: Any


def _demanding_model() -> tuple[small_cell.Model, _Others]:
    """A cell with synapses at ends and off the centres, each of a stimulus that has another NetCon,
    with what is in no list, and with an axon on a dendrite."""
    # The first call defines the template and what else is defined once.
    small_cell.model().reduce()
    gc.collect()
    model = small_cell.model()
    cell, drive = model.cell, model.drive
    places = [cell.apic[1](1), cell.dend[2](0.999), cell.dend[0](0), cell.apic[0](0.23)]
    for place, stimulus in zip(places, drive.stimuli, strict=False):
        drive.synapses.append(h.ExpSyn(place))
        drive.netcons.append(h.NetCon(stimulus, drive.synapses[-1], -5.0, 1.5, 1e-3))
    unlisted = h.Exp2Syn(cell.dend[1](0.5))
    stray = h.NetCon(drive.stimuli[0], unlisted, -5.0, 2.5, 1e-3)
    clamp = h.IClamp(cell.apic[2](0.7))
    clamp.delay, clamp.dur, clamp.amp = 3.0, 4.0, 0.02
    h.disconnect(sec=cell.axon[0])
    cell.axon[0].connect(cell.dend[0](0.7), 0)
    return model, _Others(unlisted, stray, clamp)


@pytest.mark.parametrize("ran", [False, True])
@isolated
def test_the_last_call(ran: bool) -> None:
    model, others = _demanding_model()
    drive = model.drive
    targets = [netcon.syn() for netcon in drive.netcons]
    traces = model.voltages()
    assert max(traces[0]) > small_cell.V_INIT + 3.0, "the synapses do too little"
    if not ran:
        h.finitialize(small_cell.V_INIT)

    last = failures.last_call_before_deletion(model.reduce)
    gc.collect()
    before = snapshot.take()
    for _ in range(3):
        kind, message = failures.at_call(last, model.reduce)
        assert kind is SimulatorError, message
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == []
    assert [netcon.syn() for netcon in drive.netcons] == targets
    # Point processes that share a segment may be summed in another order than before.
    for trace, again in zip(traces, model.voltages(), strict=True):
        assert again == pytest.approx(trace, abs=1e-9)

    reduced, synapses, netcons = model.reduce()
    assert 0 < len(synapses) < len(drive.synapses)
    assert any(n.syn() != target for n, target in zip(netcons, targets, strict=True))
    assert others.netcon.syn() == others.synapse
    assert others.synapse.get_segment().sec in list(reduced.dend)
    assert others.clamp.get_segment().sec == reduced.apic
    model.voltages()


@isolated
def test_the_last_call_for_a_part() -> None:
    model, _ = _demanding_model()
    traces = model.voltages()

    def reduce() -> Any:
        return model.reduce(roots=["apic[1]", "dend[0]"], keep=["dend[2]"])

    last = failures.last_call_before_deletion(reduce)
    gc.collect()
    before = snapshot.take()
    for call in range(max(1, last - 60), last + 1):
        kind, message = failures.at_call(call, reduce)
        assert kind in (SimulatorError, TemplateError), message
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == []
    for trace, again in zip(traces, model.voltages(), strict=True):
        assert again == pytest.approx(trace, abs=1e-9)
    reduced, *_ = reduce()
    own = model.cell.hname()
    staying = {each.name() for each in reduced.basal if each.name().startswith(own)}
    assert staying == {f"{own}.dend[{index}]" for index in (0, 2, 3)}
    model.voltages()


@isolated
def test_every_call() -> None:
    model, others = _demanding_model()
    traces = model.voltages()
    calls = failures.calls_of(model.reduce)
    last = failures.last_call_before_deletion(model.reduce)
    gc.collect()
    before = snapshot.take()
    for call in range(1, last + 1):
        kind, message = failures.at_call(call, model.reduce)
        if kind is None:
            # Such as to delete a section: asked once more, NEURON did it.
            _check_that_it_is_reduced(model)
            model, others = _demanding_model()
            model.voltages()
            gc.collect()
            before = snapshot.take()
            continue
        assert issubclass(kind, NeuronReduceError), f"call {call} of {calls}: {message}"
        found = snapshot.differences(before, snapshot.take())
        assert found == [], f"call {call} of {calls}: {found}"
    for trace, again in zip(traces, model.voltages(), strict=True):
        assert again == pytest.approx(trace, abs=1e-9)
    # From here on there is no way back, and nothing is left half done.
    kind, message = failures.at_call((last + calls) // 2, model.reduce)
    assert kind is None, message
    _check_that_it_is_reduced(model)
    assert others


def _check_that_it_is_reduced(model: small_cell.Model) -> None:
    names = [section.name() for section in h.allsec()]
    cell = model.cell.hname()
    assert not any(name.startswith((f"{cell}.dend", f"{cell}.apic")) for name in names)
    assert not any("scratch" in name or "probe" in name for name in names)
    model.voltages()
