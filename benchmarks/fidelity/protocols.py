"""Currents into cells without synaptic input: what a reduction does to a cell's own responses.

* Steps of 500 ms at the soma: one that hyperpolarises, one just below threshold, one that makes
  the cell fire at about 10 Hz.
* A distal current: 5 ms in the dendrite, at three quarters of the way to the farthest tip, below
  threshold; what arrives at the soma counts. The clamp goes with the reduction.
* A back-propagating action potential: one spike from 2 ms at the soma; its height and delay in the
  dendrite count, at the places where a reduction puts the full cell's places.

Amplitudes are frozen in ``protocols.json``. As a script: all protocols of one cell, full or
reduced, for the other process of ``obtain``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import sys
from typing import Any

import numpy as np

import full_runs
from full_runs import DT
from reduced_runs import mark

PROTOCOLS = pathlib.Path(__file__).resolve().with_name("protocols.json")

VERSION = 1
"""Of the code that carries out protocols; see ``full_runs.VERSION`` for what builds the cells."""

BEGIN = 300.0
"""When currents begin, in ms."""

BASELINE = 20.0
"""Length in ms before ``BEGIN`` whose mean is the potential at rest; kept from there on."""

DISTAL_SITE = 2
"""Which of the sites of ``full_runs.sites`` the distal current goes to: 75 % of the way."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """How long a current lasts, and what is kept after it has ended; in ms."""

    duration: float
    after: float
    distal: bool = False


KINDS = {
    "hyperpolarising step": Kind(500.0, 200.0),
    "subthreshold step": Kind(500.0, 200.0),
    "suprathreshold step": Kind(500.0, 200.0),
    "distal pulse": Kind(5.0, 95.0, distal=True),
    "spike": Kind(2.0, 98.0),
}
"""The protocols by name."""


class Bench:
    """A cell in memory, full or reduced, with clamps at its soma and at its sites."""

    def __init__(self, name: str, cache: pathlib.Path, method: str | None = None):
        from neuron import h

        import cells

        self.cell = cells.load(name, cache)
        soma = self.cell.soma[0](0.5)
        marks = mark([segment for _, _, segment in full_runs.sites(self.cell)])
        if method:
            from methods import reduce_cell

            self.cell, _, _ = reduce_cell(self.cell, [], [], method)
        self.soma_clamp = h.IClamp(soma)
        self.distal_clamp = marks[DISTAL_SITE]
        self.places = [each.get_segment() for each in marks]
        self._marks = marks
        self._recording = full_runs.Recording.of(soma, self.places)

    def respond(self, kind: Kind, amplitude: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the potentials (mV) of soma and sites, every ``DT``, to a current in nA.

        From ``BASELINE`` before the begin of the current on.
        """
        from neuron import h

        clamp = self.distal_clamp if kind.distal else self.soma_clamp
        clamp.delay, clamp.dur, clamp.amp = BEGIN, kind.duration, amplitude
        h.dt = DT
        context = h.ParallelContext()
        context.set_maxstep(10)
        h.finitialize(h.v_init)
        context.psolve(BEGIN + kind.duration + kind.after)
        clamp.amp = 0.0
        first = round((BEGIN - BASELINE) / DT)
        recorded = self._recording
        return np.array(recorded.soma)[first:], np.array(
            [np.array(s)[first:] for s in recorded.sites]
        )


def known() -> list[str]:
    """The cells whose amplitudes are frozen."""
    return list(json.loads(PROTOCOLS.read_text(encoding="utf-8")))


def amplitudes(cell: str) -> dict[str, float]:
    """Return the frozen amplitude (nA) of each protocol that there is for the cell."""
    return json.loads(PROTOCOLS.read_text(encoding="utf-8"))[cell]


def carry_out(name: str, method: str | None, cache: pathlib.Path) -> dict[str, Any]:
    """Carry out all protocols of a cell in this process and return what is to be kept."""
    bench = Bench(name, cache, method)
    result: dict[str, Any] = {}
    for protocol, amplitude in amplitudes(name).items():
        soma, places = bench.respond(KINDS[protocol], amplitude)
        result[f"{protocol}, soma"] = soma.astype(np.float32)
        result[f"{protocol}, sites"] = places.astype(np.float32)
    about = {"cell": name, "method": method, "amplitudes": amplitudes(name)}
    about["sites"] = [str(place) for place in bench.places]
    return {"about": json.dumps(about), **result}


def path(name: str, cache: pathlib.Path) -> pathlib.Path:
    """Where in ``cache`` the full cell's responses are kept."""
    inputs = full_runs.FullRun(name, 0.0, 0).inputs()
    inputs["protocols"] = [VERSION, BEGIN, BASELINE, DISTAL_SITE, amplitudes(name)]
    inputs["kinds"] = {kind: dataclasses.asdict(each) for kind, each in KINDS.items()}
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return cache / "fidelity" / f"{name}-protocols-{digest[:24]}.npz"


def obtain(
    name: str, method: str | None, cache: pathlib.Path, output: pathlib.Path
) -> dict[str, Any]:
    """Return all responses of a cell; those of the full cell (no method) from ``cache``."""
    place = output / method / f"{name}-protocols.npz" if method else path(name, cache)
    if method or not place.is_file():
        full_runs.python("protocols.py", name, method or "", cache, place)
    return full_runs.read(place)


def _deflection(v: np.ndarray) -> np.ndarray:
    """The potential less its mean before the begin of the current, in mV."""
    v = np.asarray(v, dtype=float)
    return v - v[: round(BASELINE / DT)].mean()


def _spikes(v: np.ndarray) -> np.ndarray:
    """Times of spikes in ms after the begin of the current."""
    return full_runs.spike_times(v, DT) - BASELINE


def measure(responses: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for each protocol what describes the responses of one cell.

    * steps: the deflection from rest (mV) at the end of the current, the number of spikes and the
      latency of the first (ms);
    * distal pulse: height (mV), time (ms) and half-width (ms) of the deflection at the soma;
    * spike: number of spikes; height (mV) and delay after the soma's peak (ms) at each site.
    """
    result: dict[str, dict[str, Any]] = {}
    for name in responses["about"]["amplitudes"]:
        soma = responses[f"{name}, soma"]
        deflection, spikes = _deflection(soma), _spikes(soma)
        if KINDS[name].distal:
            peak = int(np.argmax(deflection))
            result[name] = {
                "height": float(deflection[peak]),
                "time": peak * DT - BASELINE,
                "half-width": DT * int(np.count_nonzero(deflection > deflection[peak] / 2)),
                "spikes": len(spikes),
            }
        elif name == "spike":
            traces = [_deflection(trace) for trace in responses[f"{name}, sites"]]
            peak = int(np.argmax(deflection))
            result[name] = {
                "spikes": len(spikes),
                "height at soma": float(deflection[peak]),
                "heights": [float(trace.max()) for trace in traces],
                "delays": [DT * (int(np.argmax(trace)) - peak) for trace in traces],
            }
        else:
            end = round((BASELINE + KINDS[name].duration) / DT)
            result[name] = {
                "deflection": float(deflection[end - round(10 / DT) : end].mean()),
                "spikes": len(spikes),
                "latency": float(spikes[0]) if len(spikes) else None,
            }
    return result


if __name__ == "__main__":
    full_runs.write(
        pathlib.Path(sys.argv[4]),
        carry_out(sys.argv[1], sys.argv[2] or None, pathlib.Path(sys.argv[3])),
    )
