"""Runs of a cell by NEURON and by the engine, compared."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from neuron import h

import neuron_reduce

POTENTIAL_MV = 1e-6
"""Rounding in another order makes 1e-13 mV at first, and 1e-9 in seconds of spiking."""

RELATIVE = 1e-6
"""Of what is no potential: a difference of a potential by 1e-6 mV makes less."""


def cell_of(soma: Any) -> Any:
    """A cell as it is named by its soma alone."""
    return SimpleNamespace(soma=soma)


def neuron_run(references: list[Any], tstop: float, dt: float = 0.025) -> np.ndarray:
    """What NEURON records, shaped (k, n)."""
    vectors = [h.Vector().record(each) for each in references]
    h.dt, h.steps_per_ms, h.tstop = dt, 1 / dt, tstop
    h.run()
    return np.array([np.array(each) for each in vectors])


def spikes_of(v: np.ndarray, t: np.ndarray, threshold: float) -> np.ndarray:
    """When a potential is above a threshold first, as NetCon.record has it."""
    is_above = np.concatenate([[False], v > threshold])
    steps = np.flatnonzero(is_above[1:] & ~is_above[:-1])
    # A crossing in the last step would be found by the step after it.
    return t[steps[steps < len(t) - 1]] + 1e-10


def assert_equal(
    cell: Any,
    references: list[Any],
    tstop: float = 50.0,
    dt: float = 0.025,
    threshold: float = -20.0,
    least_spikes: int = 0,
    **arguments: Any,
) -> tuple[neuron_reduce.Engine, np.ndarray]:
    """Everything recorded is as NEURON has it, at each time, and so are spikes.

    :param references: the first of them the potential of the soma's middle.
    :param least_spikes: that it has.
    :param arguments: of ``compile``.
    :returns: the engine, and what NEURON recorded.
    """
    theirs = neuron_run(references, tstop, dt)
    arguments.setdefault("check", False)
    engine = neuron_reduce.compile(cell, **arguments)
    run = engine.run(tstop, dt, record=references, threshold=threshold)
    assert run.v.shape == theirs.shape
    for label, own, other in zip(run.labels, run.v, theirs, strict=True):
        scale = 1.0 if label.endswith(".v") else max(np.abs(other).max(), 1e-9)
        difference = np.abs(own - other).max() / scale
        allowed = POTENTIAL_MV if label.endswith(".v") else RELATIVE
        step = int(np.argmax(np.abs(own - other)))
        assert difference <= allowed, (
            f"{label} differs by {difference:.3g}, most at {run.t[step]:g} ms: "
            f"{own[step]:.12g}, {other[step]:.12g} with NEURON"
        )
    expected = spikes_of(theirs[0], run.t, threshold)
    assert np.array_equal(run.spikes[0], expected)
    assert len(expected) >= least_spikes
    trials = engine.run_batch(
        weights=[1.0] * TRIALS, tstop=tstop, dt=dt, record=references, threshold=threshold
    )
    assert_trials(trials, run.v, "run")
    assert all(np.array_equal(each[0], run.spikes[0]) for each in trials.spikes)
    return engine, theirs


TRIALS = 3
"""Fewer than are run at once."""


def assert_trials(trials: Any, v: np.ndarray, what: str = "run") -> None:
    """Trials of a batch are the run that they repeat, but for rounding.

    :param v: what was recorded of that.
    """
    scales = np.maximum(1.0, np.abs(v).max(axis=1))
    for trial, each in enumerate(trials.v):
        differences = np.abs(each - v).max(axis=1) / scales
        assert (differences <= 1e-7).all(), (
            f"trial {trial} differs from the {what} by {differences.max():.3g}: "
            f"{trials.labels[int(np.argmax(differences))]}"
        )
