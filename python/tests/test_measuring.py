"""Measuring responses takes place in a copy of the session, and only there."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from integrals import trapezoid
from isolated import isolated
from models import compiled, compiled9, made, small_cell
from neuron_reduce import SimulatorError
from neuron_reduce._library.responses import Nature
from neuron_reduce._processes import copies
from neuron_reduce._session import elsewhere, event_rates, measuring, stands


def _only(mechanism: str, **values: float) -> measuring.Response:
    section = h.Section(name="bench")
    synapse = getattr(h, mechanism)(section(0.5))
    for name, value in values.items():
        setattr(synapse, name, value)
    netcon = h.NetCon(None, synapse)
    netcon.weight[0] = 1e-3
    found = measuring.measure([synapse], [netcon])
    assert found.problem == ""
    return found.kinds[0]


def _charge(response: measuring.Response) -> float:
    return trapezoid(response.conductances, response.times)


@isolated
def test_initialisation_handlers_are_called_in_no_copy(tmp_path: Path) -> None:
    model = small_cell.model()
    path = tmp_path / "calls"

    def called() -> None:
        with path.open("a") as stream:
            stream.write("called\n")
        raise ValueError("as if something were wrong")

    handlers = [h.FInitializeHandler(kind, called) for kind in range(4)]
    found = measuring.measure(model.drive.synapses, model.drive.netcons)
    assert found.problem == ""
    assert Nature.LINEAR in {each.nature for each in found.kinds}
    assert not path.exists()
    assert len(list(h.List("FInitializeHandler"))) == len(handlers)


@pytest.mark.parametrize("mg", [1.0, 2.0])
@isolated
def test_nmda_conductance_is_that_of_the_chord(mg: float, cache: Path) -> None:
    compiled.load_mechanisms(cache)
    h.mg_NmdaExp2 = 0.0
    free = _only("NmdaExp2")
    h.mg_NmdaExp2 = mg
    blocked = _only("NmdaExp2")
    assert blocked.nature is Nature.NONLINEAR
    share = 1 / (1 + mg / 3.57 * np.exp(0.062 * 65))
    assert _charge(blocked) == pytest.approx(share * _charge(free), rel=0.02)


@isolated
def test_random_responses_have_no_conductance(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    found = _only("StochasticSyn")
    assert found.nature is Nature.STOCHASTIC
    assert found.conductances.size == 0


def _notes(model: Any) -> str:
    reduction = neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)
    return "\n".join(reduction.record.notes)


@isolated
def test_parallel_sessions_are_measured_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a copy would be measured: test_mpi.py has the real ones."""
    weights = []
    for count in (1, 4):
        monkeypatch.setattr(copies, "process_count", lambda count=count: count)
        monkeypatch.setattr(measuring, "_memory", measuring._Memory())
        model = small_cell.model()
        reduction = neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)
        weights.append([each.weight[0] for each in reduction.netcons])
    assert weights[0] == weights[1]
    with pytest.raises(SimulatorError, match="4 processes"):
        neuron_reduce.evaluate(made.make, tstop=5, progress=False)


@isolated
def test_parallel_sessions_need_a_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is reduced without measuring, which would give other weights."""
    executable = tmp_path / "python"
    executable.write_text("#!/bin/sh\nexit 7\n")
    executable.chmod(0o700)
    monkeypatch.setattr(copies, "process_count", lambda: 2)
    model = small_cell.model()
    traces = model.voltages()
    for found, reason in ((executable, "exited with 7"), (tmp_path / "none", "No such file")):
        monkeypatch.setattr(sys, "executable", str(found))
        with pytest.raises(SimulatorError, match=reason):
            neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)
    assert model.voltages() == traces


@isolated
def test_notes_have_the_last_line_of_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(examples: Any) -> None:
        raise RuntimeError("somewhere\n in a file\nfor this reason\n")

    monkeypatch.setattr(stands, "measure", fails)
    notes = _notes(small_cell.model())
    assert "RuntimeError: for this reason" in notes
    assert "somewhere" not in notes


@isolated
def test_what_took_too_long_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = stands.measure

    def hangs(groups: list[stands.Group]) -> Any:
        if any(group.subjects[0].class_name == "ExpSyn" for group in groups):
            time.sleep(60)
        return measure(groups)

    measured: list[list[str]] = []
    in_a_process = elsewhere.measure

    def noted(groups: list[stands.Group], timeout: float) -> Any:
        measured.append(sorted(group.subjects[0].class_name for group in groups))
        return in_a_process(groups, timeout)

    monkeypatch.setattr(stands, "measure", hangs)
    monkeypatch.setattr(elsewhere, "measure", noted)
    monkeypatch.setattr(measuring, "TIMEOUT", 2.0)
    section = h.Section(name="bench")
    synapses = [h.ExpSyn(section(0.5)), h.Exp2Syn(section(0.5))]
    netcons = [h.NetCon(None, each) for each in synapses]

    def found() -> measuring.Responses:
        return measuring.measure(synapses, netcons)

    first = found()
    assert measured == [["Exp2Syn", "ExpSyn"], ["ExpSyn"], ["Exp2Syn"]]
    assert first.indices.tolist() == [-1, 1]
    assert "ExpSyn: it took more than 2 s" in first.problem
    assert first.kinds[1].nature is Nature.LINEAR
    again = found()
    assert len(measured) == 3
    assert again.problem == first.problem
    assert again.indices.tolist() == [-1, 1]
    # Another kind may be another matter.
    monkeypatch.setattr(stands, "measure", measure)
    synapses[0].tau = 3.0
    assert found().problem == ""
    assert measured[3:] == [["ExpSyn"]]


@isolated
def test_rates_that_no_synapse_can_have() -> None:
    with pytest.raises(neuron_reduce.ArgumentError, match="at most 1e"):
        event_rates.rates(1.1e6, [None])
    with pytest.raises(neuron_reduce.ArgumentError, match=r"rates\[1\]"):
        event_rates.rates([0, 1e7], [None, None])
