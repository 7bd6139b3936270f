"""How close a run comes to the full cell's, by ``neuron_reduce.compare``."""

from __future__ import annotations

from typing import Any

import numpy as np

import full_runs
import neuron_reduce


def recording(run: dict[str, Any]) -> neuron_reduce.Recording:
    """Return the somatic trace of a run; voltages in its dendrites are kept at another step."""
    voltages = np.asarray(run["v"], dtype=float)
    return neuron_reduce.Recording(
        np.arange(len(voltages)) * full_runs.DT,
        voltages,
        seconds=run["about"].get("processor_seconds"),
    )


def dendrites(run: dict[str, Any], names: list[str]) -> neuron_reduce.Recording:
    """Return the somatic trace of a run at the step of its dendritic voltages, with these."""
    every = round(full_runs.SITE_STEP / full_runs.DT)
    voltages = np.asarray(run["site_v"], dtype=float)
    count = voltages.shape[1]
    soma = np.asarray(run["v"], dtype=float)[::every][:count]
    return neuron_reduce.Recording(
        np.arange(count) * full_runs.SITE_STEP,
        soma,
        dendrites={(name, 0.5): trace for name, trace in zip(names, voltages, strict=True)},
    )


def compare(full: dict[str, Any], other: dict[str, Any]) -> dict[str, float]:
    """Return the measures of a run beside the full one with the same input."""
    found = neuron_reduce.compare(recording(full), recording(other), tstart=full_runs.SETTLED)
    return {
        "spikes_full": found.spikes_full,
        "spikes": found.spikes_reduced,
        "gamma": found.gamma,
        "synchronization": found.spike_synchronization,
        "rmsd": found.rmsd,
        "bias": found.mean_difference,
        "sd": found.sd_difference,
    }


def compare_dendrites(full: dict[str, Any], other: dict[str, Any]) -> dict[str, float]:
    """Return the RMSD (mV) at each dendritic site, the somatic spikes of both cut out."""
    names = [site["name"] for site in full["about"]["sites"]]
    found = neuron_reduce.compare(
        dendrites(full, names), dendrites(other, names), tstart=full_runs.SETTLED
    )
    return {f"rmsd at {name}": each.rmsd for (name, _), each in found.dendrites.items()}
