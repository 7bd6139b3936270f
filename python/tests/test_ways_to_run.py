"""Variable time steps, threads, and parallel runs, before and after a reduction."""

from __future__ import annotations

import pytest
from neuron import h

from isolated import isolated
from models import small_cell


@isolated
def test_variable_time_step() -> None:
    model = small_cell.model()
    fixed = model.voltages()
    times = h.Vector().record(h._ref_t)
    trace = h.Vector().record(model.cell.soma[0](0.5)._ref_v)
    cvode = h.CVode()
    cvode.active(True)
    full = model.voltages()
    assert len(full[0]) != len(fixed[0]), "the step does not vary"
    result = model.reduce()
    assert cvode.active()
    after = model.voltages()
    assert after[1][-1] == pytest.approx(full[1][-1], abs=1.0)
    assert len(times) == len(trace) == len(after[0])
    cvode.active(False)
    assert len(model.voltages()[0]) == len(fixed[0])
    assert model.voltages()[1] == fixed[1]
    assert result


@isolated
def test_fast_transmembrane_currents() -> None:
    model = small_cell.model()
    h.CVode().use_fast_imem(True)
    current = h.Vector().record(model.cell.soma[0](0.5)._ref_i_membrane_)
    model.voltages()
    result = model.reduce()
    model.voltages()
    assert len(current) > 100
    assert max(abs(value) for value in current) > 0
    assert result


@isolated
def test_threads_of_neuron() -> None:
    model = small_cell.model()
    context = h.ParallelContext()
    context.nthread(2)
    full = model.voltages()
    result = model.reduce()
    assert context.nthread() == 2
    after = model.voltages()
    assert after[1] == full[1]
    context.nthread(1)
    assert model.voltages() == after
    assert result


@isolated
def test_parallel_context() -> None:
    """A cell with a gid, in a network run by psolve."""
    model = small_cell.model()
    context = h.ParallelContext()
    context.set_gid2node(7, context.id())
    soma = model.cell.soma[0]
    detector = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
    detector.threshold = -20.0
    context.cell(7, detector)
    incoming = context.gid_connect(7, model.bystander_drive.synapses[2])
    incoming.weight[0], incoming.delay = 0.01, 1.0
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1.0, 10.0, 1.0
    spikes, gids = h.Vector(), h.Vector()
    context.spike_record(7, spikes, gids)

    def run() -> int:
        spikes.resize(0)
        context.set_maxstep(10)
        h.finitialize(small_cell.V_INIT)
        context.psolve(20.0)
        return len(spikes)

    full = run()
    assert full >= 1
    result = model.reduce()
    assert context.gid_exists(7)
    assert run() == full
    assert incoming.srcgid() == 7
    context.gid_clear()
    assert result
