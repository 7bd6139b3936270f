"""Other inputs than Poisson events at constant rates, one after the other: what a reduction that is
right for the one loses with the other.

The drive is that of ``mid``. Rates that rise, correlated events, 40 synchronous synapses at the
place at three quarters of the way to the farthest tip, quiet and on background; and for cells whose
currents are frozen in ``protocols.json``: steps into the soma, a spike that travels back, a distal
current, and both.
"""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import model
import neuron_reduce
import protocols
from methods import METHODS
from model import Site
from neuron_reduce import inputs

TSTOP = 1100.0

STEPS = (1.0, 1.5, 2.0)
"""Factors on the suprathreshold step: an f–I curve."""

SPIKE = 0.5
"""Factor on the frozen amplitude of a spike, which is for 2 ms, as the step here is of 5 ms."""

DISTAL = 3.0
"""Factor on the frozen amplitude of the distal pulse, which is well below threshold."""


def chosen(name: str, sites: list[Site]) -> list[Any]:
    """The inputs for the cell ``name``."""
    place = sites[protocols.DISTAL_SITE]
    site = place.section, place.x
    result = [
        inputs.Own(),
        inputs.RateSteps((0.5, 1.0, 1.5), (500.0, 800.0)),
        inputs.Correlated(0.1),
        inputs.Volley(site, 40),
        inputs.Volley(site, 40, is_alone=False),
    ]
    if name in protocols.known():
        amplitude = protocols.amplitudes(name)
        if "suprathreshold step" in amplitude:
            result += inputs.currents(
                [round(each * amplitude["suprathreshold step"], 4) for each in STEPS]
            )
            result += inputs.coincidence(
                site,
                round(SPIKE * amplitude["spike"], 4),
                round(DISTAL * amplitude["distal pulse"], 4),
            )
    return result


def carry_out(
    name: str,
    cache: pathlib.Path,
    methods: list[str],
    sites: list[Site],
    excitation: float,
    seed: int,
    arguments: dict[str, Any],
) -> list[dict[str, Any]]:
    """A record for each input and method.

    :param excitation: the factor on excitatory weights.
    :param arguments: of every call of ``evaluate``.
    """
    result = []
    for method in methods:
        print(f"{name}, inputs, {method}", file=sys.stderr, flush=True)
        found = neuron_reduce.evaluate(
            model.maker(name, cache, excitation),
            tstop=TSTOP,
            tstart=model.SETTLED,
            seeds=[seed],
            inputs=chosen(name, sites),
            ceiling=False,
            **METHODS[method],
            **arguments,
        )
        result += [
            {
                "cell": name,
                "input": case.input or "own input",
                "method": method,
                "segments": found.record.segments_reduced,
                "spikes_full": case.comparison.spikes_full,
                "spikes": case.comparison.spikes_reduced,
                "gamma": case.comparison.gamma,
                "rmsd": case.comparison.rmsd,
            }
            for case in found.cases
        ]
    return result
