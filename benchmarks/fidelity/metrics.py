"""How much one run resembles another. To be replaced by ``neuron_reduce.compare``."""

from __future__ import annotations

import math

import numpy as np

COINCIDENCE = 2.0
"""Spikes at most this far apart, in ms, are coincident."""

SUBTHRESHOLD = -50.0
"""Samples where both voltages are below this, in mV, count as subthreshold."""


def coincidence_factor(full: np.ndarray, other: np.ndarray, duration: float) -> float:
    """Return Γ of two spike trains (ms): 1 for the same, 0 for what chance gives.

    Jolivet et al., J. Neurosci. Methods 169:417 (2008). Not a number if there are no spikes.
    """
    if len(full) + len(other) == 0:
        return math.nan
    if len(full) == 0 or len(other) == 0:
        return 0.0
    free = np.ones(len(other), dtype=bool)
    coincident = 0
    for spike in full:
        distance = np.where(free, np.abs(other - spike), np.inf)
        nearest = int(np.argmin(distance))
        if distance[nearest] <= COINCIDENCE:
            free[nearest] = False
            coincident += 1
    chance = 2 * COINCIDENCE * len(other) / duration
    mean = (len(full) + len(other)) / 2
    return (coincident - chance * len(full)) / mean / (1 - chance)


def spike_synchronization(full: np.ndarray, other: np.ndarray) -> float:
    """Return the share of spikes (ms) that have a partner within half the shortest interval."""
    if len(full) + len(other) == 0:
        return math.nan

    def half_interval(train: np.ndarray, i: int) -> float:
        around = np.abs(np.diff(train[max(i - 1, 0) : i + 2]))
        return float(around.min()) / 2 if len(around) else math.inf

    def partners(a: np.ndarray, b: np.ndarray) -> int:
        count = 0
        for i, spike in enumerate(a):
            if len(b):
                j = int(np.argmin(np.abs(b - spike)))
                count += abs(b[j] - spike) <= min(half_interval(a, i), half_interval(b, j))
        return count

    return (partners(full, other) + partners(other, full)) / (len(full) + len(other))


def subthreshold_rmsd(full: np.ndarray, other: np.ndarray) -> float:
    """Return the root-mean-square deviation (mV) of the samples both spend subthreshold."""
    full, other = np.asarray(full, float), np.asarray(other, float)
    both = (full < SUBTHRESHOLD) & (other < SUBTHRESHOLD)
    return float(np.sqrt(np.mean((full[both] - other[both]) ** 2))) if both.any() else math.nan


def compare(full: dict, other: dict, start: float, tstop: float, dt: float) -> dict[str, float]:
    """Return all measures for two runs with ``v`` (mV, every ``dt`` ms) and ``spikes`` (ms).

    From ``start`` to ``tstop``, in ms.
    """
    begin = round(start / dt)
    a, b = (run["spikes"][run["spikes"] >= start] for run in (full, other))
    seconds = (tstop - start) / 1e3
    return {
        "full_rate": len(a) / seconds,
        "rate": len(b) / seconds,
        "gamma": coincidence_factor(a, b, tstop - start),
        "spike_sync": spike_synchronization(a, b),
        "rmsd": subthreshold_rmsd(full["v"][begin:], other["v"][begin:]),
        "mean_deviation": float(np.mean(other["v"][begin:]) - np.mean(full["v"][begin:])),
    }
