"""Currents into cells without synaptic input: what a reduction does to a cell's own responses.

* Steps of 500 ms at the soma: one that hyperpolarises, one just below threshold, one that makes
  the cell fire at about 10 Hz.
* A distal current: 5 ms in the dendrite, at three quarters of the way to the farthest tip, below
  threshold; what arrives at the soma counts. The clamp goes with the reduction.
* A back-propagating action potential: one spike from 2 ms at the soma; its height and delay in the
  dendrite count, at the places where a reduction puts the full cell's places.

Amplitudes are frozen in ``protocols.json``.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any, NamedTuple

import numpy as np
from neuron import h

import cells
import neuron_reduce
from methods import arguments
from model import DT, Site
from neuron_reduce import Recording

PROTOCOLS = pathlib.Path(__file__).resolve().with_name("protocols.json")

BEGIN = 300.0
"""When currents begin, in ms."""

BASELINE = 20.0
"""Length in ms before ``BEGIN`` whose mean is the potential at rest."""

DISTAL_SITE = 2
"""Which of the sites the distal current goes to: 75 % of the way."""


class Kind(NamedTuple):
    """How long a current lasts, and what is recorded after it has ended; in ms."""

    duration: float
    after: float
    distal: bool = False

    @property
    def tstop(self) -> float:
        """When the run ends, in ms."""
        return BEGIN + self.duration + self.after


KINDS = {
    "hyperpolarising step": Kind(500.0, 200.0),
    "subthreshold step": Kind(500.0, 200.0),
    "suprathreshold step": Kind(500.0, 200.0),
    "distal pulse": Kind(5.0, 95.0, distal=True),
    "spike": Kind(2.0, 98.0),
}
"""The protocols by name."""


def known() -> list[str]:
    """The cells whose amplitudes are frozen."""
    return list(json.loads(PROTOCOLS.read_text(encoding="utf-8")))


def amplitudes(cell: str) -> dict[str, float]:
    """The frozen amplitude (nA) of each protocol that there is for the cell."""
    return json.loads(PROTOCOLS.read_text(encoding="utf-8"))[cell]


def clamp(cell: Any, site: Site, kind: Kind, amplitude: float) -> Any:
    """The clamp of a protocol on a cell.

    :param site: where a distal current goes.
    :param amplitude: in nA.
    """
    place = cell.soma[0](0.5)
    if kind.distal:
        section = next(each for each in cell.all if each.name().endswith(f".{site.section}"))
        place = section(site.x)
    result = h.IClamp(place)
    result.delay, result.dur, result.amp = BEGIN, kind.duration, amplitude
    return result


def carry_out(
    name: str,
    cache: pathlib.Path,
    methods: list[str],
    sites: list[Site],
    segments: int,
    common: dict[str, Any],
) -> dict[str, Any]:
    """What was measured of a cell, by protocol: ``'full'`` and by method.

    :param segments: of the full cell.
    :param common: arguments of every call of ``evaluate``.
    """
    chosen = amplitudes(name)

    def make(protocol: str) -> tuple[Any, ...]:
        cell = cells.load(name, cache)
        return cell, [], [], clamp(cell, sites[DISTAL_SITE], KINDS[protocol], chosen[protocol])

    result: dict[str, Any] = {"full": {}, **{method: {} for method in methods}}
    for tstop in dict.fromkeys(KINDS[protocol].tstop for protocol in chosen):
        together = [protocol for protocol in chosen if KINDS[protocol].tstop == tstop]
        for method in methods:
            print(f"{name}, currents, {method}", file=sys.stderr, flush=True)
            found = neuron_reduce.evaluate(
                make,
                tstop=tstop,
                seeds=together,
                ceiling=False,
                **arguments(method, segments),
                **common,
            )
            for case in found.cases:
                result["full"][case.seed] = measure(case.seed, case.full)
                result[method][case.seed] = measure(case.seed, case.reduced)
    return result


def deflection(v: np.ndarray) -> np.ndarray:
    """The potential from ``BASELINE`` before the current on, less its mean before it, in mV."""
    begin = round(BEGIN / DT)
    first = begin - round(BASELINE / DT)
    return v[first:] - v[first:begin].mean()


def measure(protocol: str, recording: Recording) -> dict[str, Any]:
    """What describes a cell's response.

    * steps: the deflection from rest (mV) at the end of the current, the number of spikes and the
      latency of the first (ms);
    * distal pulse: height (mV), time (ms) and half-width (ms) of the deflection at the soma;
    * spike: number of spikes; height (mV) and delay after the soma's peak (ms) at each site.
    """
    kind = KINDS[protocol]
    soma = deflection(recording.soma)
    spikes = recording.spike_times() - BEGIN
    spikes = spikes[spikes >= -BASELINE]
    if kind.distal:
        peak = int(np.argmax(soma))
        return {
            "height": float(soma[peak]),
            "time": peak * DT - BASELINE,
            "half-width": DT * int(np.count_nonzero(soma > soma[peak] / 2)),
            "spikes": len(spikes),
        }
    if protocol == "spike":
        traces = [deflection(trace) for trace in recording.dendrites.values()]
        peak = int(np.argmax(soma))
        return {
            "spikes": len(spikes),
            "height at soma": float(soma[peak]),
            "heights": [float(trace.max()) for trace in traces],
            "delays": [DT * (int(np.argmax(trace)) - peak) for trace in traces],
        }
    end = round((BASELINE + kind.duration) / DT)
    return {
        "deflection": float(soma[end - round(10 / DT) : end].mean()),
        "spikes": len(spikes),
        "latency": float(spikes[0]) if len(spikes) else None,
    }
