"""An error in the very last step of building: all that was done before is taken back."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from neuron import h

import neuron_reduce._session.job
import snapshot
from isolated import isolated
from models import small_cell
from neuron_reduce import SimulatorError
from refusal import failure_of


class _NoLists:
    """NEURON, but that a new List is something that takes no objects."""

    def __getattr__(self, name: str) -> Any:
        return getattr(h, name)

    def List(self) -> Any:
        """A Vector, whose append() refuses the reduced cell's instance."""
        return h.Vector()


@pytest.mark.parametrize("ran", [False, True])
@isolated
def test_moved_synapses_and_retargeted_connections(
    ran: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small_cell.model()
    cell, drive = model.cell, model.drive
    # At ends and off the centres, each of a stimulus that has another NetCon.
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
    targets = [netcon.syn() for netcon in drive.netcons]
    traces = model.voltages()
    assert max(traces[0]) > small_cell.V_INIT + 3.0, "the synapses do too little"
    if not ran:
        h.finitialize(small_cell.V_INIT)

    with monkeypatch.context() as patch:
        patch.setattr(neuron_reduce._session.job, "h", _NoLists())
        gc.collect()
        before = snapshot.take()
        for _ in range(3):
            kind, message = failure_of(model.reduce)
            assert kind is SimulatorError, message
            assert "instead of Vector" in message, "this was not the last step"
            gc.collect()
            assert snapshot.differences(before, snapshot.take()) == []
    assert [netcon.syn() for netcon in drive.netcons] == targets
    # Point processes that share a segment may be summed in another order than before.
    for trace, again in zip(traces, model.voltages(), strict=True):
        assert again == pytest.approx(trace, abs=1e-9)

    reduced, synapses, netcons = model.reduce()
    assert 0 < len(synapses) < len(drive.synapses)
    assert any(n.syn() != target for n, target in zip(netcons, targets, strict=True))
    assert stray.syn() == unlisted
    assert unlisted.get_segment().sec in list(reduced.dend)
    assert clamp.get_segment().sec == reduced.apic
    model.voltages()
