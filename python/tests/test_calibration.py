"""`calibrate=`: gains found by short runs, kept where another run says that they help."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled_blocks
from neuron_reduce import ArgumentError, MissingPackageError, SynapseError, WorkerError
from neuron_reduce._runs import calibrating, observing
from test_expected import _cell

pytest.importorskip("scipy")


def _model(noise: float = 1) -> tuple[Any, ...]:
    h.celsius = 6.3
    h.v_init = -65
    return _cell(2, channels=True, weight=2e-3, noise=noise)


def _weights(netcons: list[Any]) -> np.ndarray:
    return np.array([netcon.weight[0] for netcon in netcons])


@isolated
def test_says_what_it_changed_and_changes_that() -> None:
    cell, synapses, netcons, _ = _model()
    settings = {"method": "folded", "segments": 4}
    reduction = neuron_reduce.reduce(cell, synapses, netcons, calibrate=300, **settings)
    found = reduction.calibration
    assert set(found.found) == {"excitation", "leak", "na"}
    assert all(0.5 <= factor <= 2 for factor in found.found.values())
    assert found.duration == 300
    assert str(found).splitlines()[0] in reduction.record.notes
    gains = found.gains or dict.fromkeys(found.found, 1)

    other, synapses, netcons, _ = _model()
    plain = neuron_reduce.reduce(other, synapses, netcons, **settings)
    assert plain.calibration is None
    assert _weights(reduction.netcons) == pytest.approx(
        gains["excitation"] * _weights(plain.netcons), rel=1e-12
    )
    for one, two in zip(reduction.cell.dend, plain.cell.dend, strict=True):
        for name, gain in (
            ("g_pas", "leak"),
            ("gnabar_hh", "na"),
            ("gkbar_hh", None),
            ("e_pas", None),
        ):
            if hasattr(two(0.5), name):
                factor = 1 if gain is None else gains[gain]
                assert getattr(one(0.5), name) == pytest.approx(
                    factor * getattr(two(0.5), name), rel=1e-12
                )
    assert reduction.cell.soma.gnabar_hh == 0.12
    assert reduction.cell.soma.g_pas == 5e-5


@isolated
def test_kept_gains_came_closer_in_the_other_run() -> None:
    cell, synapses, netcons, _ = _model()
    full = neuron_reduce.compile(cell, synapses, netcons).run_batch(
        [1, 2], 400, record=[cell.soma(0.5)]
    )
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method="folded", segments=4, calibrate=400
    )
    found = reduction.calibration
    counts = full.t >= 80
    for trial, run in enumerate((found.fitted, found.checked)):
        potential = np.minimum(full.v[trial, 0][counts], -40)
        assert run.full.mean == pytest.approx(potential.mean(), abs=1e-6)
        assert run.full.deviation == pytest.approx(potential.std(), abs=1e-6)
    if found.gains:
        assert found.gains == found.found
        engine = neuron_reduce.compile(reduction)
        again = engine.run_batch([1, 2], 400, record=[reduction.cell.soma(0.5)])
        potential = np.minimum(again.v[1, 0][counts], -40)
        assert found.checked.after.mean == pytest.approx(potential.mean(), abs=1e-6)


@isolated
def test_input_that_is_not_random_is_checked_by_what_comes_after() -> None:
    cell, synapses, netcons, _ = _model(noise=0)
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method="folded", segments=4, calibrate=200
    )
    found = reduction.calibration
    assert found.fitted.full != found.checked.full


@isolated
def test_gains_can_be_given_again() -> None:
    cell, synapses, netcons, _ = _model()
    plain = _weights(netcons)
    before = neuron_reduce.reduce(cell, synapses, netcons, method="folded", segments=1e6)
    assert _weights(before.netcons) == pytest.approx(plain, rel=1e-9)
    cell, synapses, netcons, _ = _model()
    gains = {"excitation": 1.25, "na": 0.8}
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method="folded", segments=1e6, calibrate=gains
    )
    assert _weights(reduction.netcons) == pytest.approx(1.25 * plain, rel=1e-9)
    densities = [
        segment.gnabar_hh
        for section in reduction.cell.dend
        for segment in section
        if hasattr(segment, "gnabar_hh") and segment.area() > 1e-6
    ]
    assert densities == pytest.approx([0.8 * 0.12] * len(densities))
    assert reduction.record.settings["calibrate"] == gains


@pytest.mark.parametrize(
    "gains", [{"zn": 1.5}, {"leak": 0}, {"leak": -1}, {"leak": float("nan")}, {"leak": "1"}, {1: 1}]
)
@isolated
def test_gains_without_meaning_are_refused(gains: dict[Any, Any]) -> None:
    cell, synapses, netcons, _ = _model()
    with pytest.raises(ArgumentError, match="calibrate"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", calibrate=gains)
    assert len(cell.dend) == 21


@pytest.mark.parametrize("duration", [0, -100, 50, float("nan"), float("inf"), "500", True])
@isolated
def test_what_is_no_duration_is_refused(duration: Any) -> None:
    cell, synapses, netcons, _ = _model()
    with pytest.raises(ArgumentError, match="calibrate"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", calibrate=duration)
    assert len(cell.dend) == 21


@isolated
def test_the_session_is_as_it_was_where_the_engine_refuses() -> None:
    cell, synapses, netcons, _ = _model()
    h.secondorder = 2
    with pytest.raises(neuron_reduce.EngineError, match="calibrate"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", calibrate=200)
    assert len(cell.dend) == 21
    assert all(section.nseg == 3 for section in cell.dend)


@isolated
def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    cell, synapses, netcons, _ = _model()
    with pytest.raises(MissingPackageError, match="pip install scipy"):
        neuron_reduce.reduce(cell, synapses, netcons, method="folded", calibrate=200)


def _assert_that_it_runs_as_it_was_said(model: Callable[[], Any], duration: float = 200) -> None:
    """What was tried is what the gains, given again, make of the cell."""
    # NetStims are as long as something has them.
    first = model()
    found = neuron_reduce.reduce(
        *first[:3], method="folded", segments=4, calibrate=duration
    ).calibration
    again = model()
    reduction = neuron_reduce.reduce(*again[:3], method="folded", segments=4, calibrate=found.found)
    engine = neuron_reduce.compile(reduction)
    runs = engine.run_batch([1, 2], duration, record=[reduction.cell.soma(0.5)])
    counts = runs.t >= 0.2 * duration
    for trial, run in enumerate((found.fitted, found.checked)):
        potential = np.minimum(runs.v[trial, 0][counts], -40)
        assert run.after.mean == pytest.approx(potential.mean(), abs=1e-6)


@isolated
def test_gains_are_of_netcons_in_no_list_too() -> None:
    def model() -> tuple[Any, ...]:
        cell, synapses, netcons, stimuli = _cell(2, channels=True, weight=1.5e-4)
        others = [
            h.NetCon(stimulus, synapse, 0, 0, 3e-4)
            for stimulus, synapse in zip(stimuli, synapses, strict=True)
        ]
        return cell, synapses, netcons, stimuli, others

    _assert_that_it_runs_as_it_was_said(model)


@isolated
def test_an_array_of_conductances_is_not_tried_in_part(cache: Path) -> None:
    compiled_blocks.load_mechanisms(cache, "gains")

    def model() -> tuple[Any, ...]:
        found = _model()
        for section in found[0].dend:
            section.insert("nr_array_ca")
            for segment in section:
                for index in range(2):
                    segment.nr_array_ca.gbar[index] = 1e-5
        return found

    _assert_that_it_runs_as_it_was_said(model)


@isolated
def test_classic_reductions_can_be_calibrated() -> None:
    cell, synapses, netcons, _ = _model()
    before = _weights(netcons)
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method="classic", calibrate={"excitation": 1.25}
    )
    assert _weights(reduction.netcons) == pytest.approx(1.25 * before)


@isolated
def test_the_run_of_the_session_is_none_that_gains_were_fitted_to() -> None:
    cell, synapses, netcons, _ = _model()
    own = neuron_reduce.compile(cell, synapses, netcons).run_batch(
        [0], 200, record=[cell.soma(0.5)]
    )
    mean = np.minimum(own.v[0, 0][own.t >= 40], -40).mean()
    found = neuron_reduce.reduce(
        cell, synapses, netcons, method="folded", segments=4, calibrate=200
    ).calibration
    assert abs(found.fitted.full.mean - mean) > 1e-3
    assert abs(found.checked.full.mean - mean) > 1e-3


@isolated
def test_a_process_that_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(calibrating, "_found", killed)
    monkeypatch.setattr(observing, "compile", killed)
    cell, synapses, netcons, _ = _model()
    for name in ("calibrate", "observe"):
        with pytest.raises(WorkerError, match=rf"{name}.*SIGKILL.*expected"):
            neuron_reduce.reduce(cell, synapses, netcons, method="folded", **{name: 200})
    assert len(cell.dend) == 21


@isolated
def test_what_reductions_refuse_is_refused_before_the_runs() -> None:
    cell, synapses, netcons, _ = _model()
    settings = {"method": "folded", "calibrate": 1e9}
    with pytest.raises(SynapseError):
        neuron_reduce.reduce(cell, synapses, netcons[::-1], **settings)
    with pytest.raises(ArgumentError, match="the sites need"):
        neuron_reduce.reduce(
            cell, synapses, netcons, segments=3, sites=[cell.dend[20](0.5)], **settings
        )
    assert len(cell.dend) == 21
    assert all(section.nseg == 3 for section in cell.dend)
