"""Other inputs than Poisson events at constant rates, one after the other: what a reduction that is
right for the one loses with the other.

The drive is that of ``mid``. Rates that rise; correlated events; less excitation with as much
NMDA beside it; 40 synchronous synapses at the place at three quarters of the way to the farthest
tip, quiet, on background, with a shunt on their path, and with as much NMDA; and for cells whose
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
import synapses
from methods import arguments
from model import Site
from neuron_reduce import Recording, inputs

TSTOP = 1100.0

STEPS = (1.0, 1.5, 2.0)
"""Factors on the suprathreshold step: an f–I curve."""

SPIKE = {"dspn": 0.7}
"""Factors on the frozen amplitude of a spike, which is for 2 ms, as the step here is of 5 ms; 0.5
for other cells."""

DISTAL = 3.0
"""Factor on the frozen amplitude of the distal pulse, which is well below threshold."""

SHUNT = 0.02
"""Peak conductance of the shunt in µS."""

PLACES = protocols.DISTAL_SITE, 1
"""Which of the sites volleys are at, and the shunt: 75 and 50 % of one way."""

NMDA = {"l5pc": 0.28, "tc_cnad": 0.2, "l4upc": 0.4, "dspn": 0.205}
"""Factors on excitatory weights with as much NMDA beside them: the full cell, with the first seed,
fires about as often as without both. Other cells have no such input."""

BEGIN = 300.0
"""When volleys and currents begin, in ms."""


def chosen(name: str, sites: list[Site], excitation: float) -> list[Any]:
    """The inputs for the cell ``name``.

    :param excitation: the factor on excitatory weights.
    """
    site, shunt = ((sites[each].section, sites[each].x) for each in PLACES)
    nmda = inputs.Volley(
        site,
        40,
        mechanism=synapses.MECHANISM,
        weight=model.EXCITATORY_WEIGHT * excitation,
    )
    result = [
        inputs.Own(),
        inputs.RateSteps((0.5, 1.0, 1.5), (500.0, 800.0)),
        inputs.Correlated(0.1),
        inputs.Volley(site, 40, is_alone=False),
        *inputs.shunted(inputs.Volley(site, 40), shunt, SHUNT),
        nmda,
    ]
    if name in NMDA:
        result.append(
            inputs.Accompanied(synapses.MECHANISM, parameters={"ampa": 0}, own=NMDA[name])
        )
    if name in protocols.known():
        amplitude = protocols.amplitudes(name)
        if "suprathreshold step" in amplitude:
            result += inputs.currents(
                [round(each * amplitude["suprathreshold step"], 4) for each in STEPS]
            )
            result += inputs.coincidence(
                site,
                round(SPIKE.get(name, 0.5) * amplitude["spike"], 4),
                round(DISTAL * amplitude["distal pulse"], 4),
            )
    return result


def carry_out(
    name: str,
    cache: pathlib.Path,
    methods: list[str],
    sites: list[Site],
    segments: int,
    excitation: float,
    seed: int,
    common: dict[str, Any],
) -> list[dict[str, Any]]:
    """A record for each input and method.

    :param excitation: the factor on excitatory weights.
    :param segments: of the full cell.
    :param common: arguments of every call of ``evaluate``.
    """
    synapses.load(cache)
    result = []
    for method in methods:
        print(f"{name}, inputs, {method}", file=sys.stderr, flush=True)
        found = neuron_reduce.evaluate(
            model.maker(name, cache, excitation),
            tstop=TSTOP,
            tstart=model.SETTLED,
            seeds=[seed],
            inputs=chosen(name, sites, excitation),
            ceiling=False,
            **arguments(method, segments),
            **common,
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
                "height_full": height(case.full),
                "height": height(case.reduced),
            }
            for case in found.cases
        ]
    return result


def height(recording: Recording) -> float:
    """How far the soma's potential rises above where it is before shunts and volleys, in mV."""
    after = recording.time >= BEGIN - 10
    return float((recording.soma[after] - recording.soma[after][0]).max())
