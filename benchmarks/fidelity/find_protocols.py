"""Finds, for each cell, the amplitudes of the currents of ``protocols.py``; freezes them in a file.

As a script with ``--here``: for one cell in this process.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
from collections.abc import Callable

from neuron import h

import cells
import model
from cells import CELLS
from model import DT
from neuron_reduce import Recording
from protocols import BASELINE, DISTAL_SITE, KINDS, PROTOCOLS, Kind, clamp, deflection

ROOT = pathlib.Path(__file__).resolve().parents[2]

HYPERPOLARISATION = -10.0
"""Deflection from rest at the end of the hyperpolarising step, in mV."""

BELOW, ABOVE = 0.9, 1.1
"""The step below threshold is this share of the threshold, the one above at least that."""

SPIKES = 5
"""Wanted of the step above threshold: about 10 Hz. Some cells fire faster or not at all."""

DISTAL_HEIGHT = 2.0
LOCAL_HEIGHT = 50.0
"""Height of the distal pulse at the soma, and where the current enters the most, in mV."""

PASSIVE_HEIGHT = 10.0
"""Deflection by the step in a cell that cannot fire, in mV."""


def threshold(spikes: Callable[[float], int], guess: float) -> float:
    """Return the least amplitude (nA) that makes ``spikes`` more than zero, to within 2 %."""
    low, high = 0.0, guess
    while not spikes(high):
        low, high = high, 1.5 * high
        if high > 100 * guess:
            raise RuntimeError(f"The cell does not fire at {high:g} nA.")
    while high > 1.02 * low:
        middle = (low + high) / 2
        if spikes(middle):
            high = middle
        else:
            low = middle
    return high


class Bench:
    """A full cell in memory, which gets one current after another."""

    def __init__(self, name: str, cache: pathlib.Path):
        self._cell = cells.load(name, cache)
        self._sites = model.sites(self._cell)
        section = self._sites[DISTAL_SITE].section
        self._distal = next(each for each in self._cell.all if each.name().endswith(f".{section}"))

    def respond(self, kind: Kind, amplitude: float) -> Recording:
        """The potentials of the soma, and of the place where distal currents enter."""
        source = clamp(self._cell, self._sites[DISTAL_SITE], kind, amplitude)
        place = self._distal(self._sites[DISTAL_SITE].x)
        time = h.Vector().record(h._ref_t)
        soma, distal = (h.Vector().record(each._ref_v) for each in (self._cell.soma[0](0.5), place))
        h.dt, h.steps_per_ms, h.tstop = DT, 1 / DT, kind.tstop
        h.run()
        source.amp = 0.0
        return Recording(time, soma, {("distal", 0.5): distal})


def find(name: str, cache: pathlib.Path) -> dict[str, float]:
    """Return the amplitude (nA) of each protocol for the cell ``name``."""
    bench = Bench(name, cache)
    begin = round(BASELINE / DT)

    def counter(kind: Kind) -> Callable[[float], int]:
        known: dict[float, int] = {}

        def count(amplitude: float) -> int:
            if amplitude not in known:
                known[amplitude] = len(bench.respond(kind, amplitude).spike_times())
                print(
                    f"{name}: {amplitude:.4g} nA: {known[amplitude]} spikes",
                    file=sys.stderr,
                    flush=True,
                )
            return known[amplitude]

        return count

    step = KINDS["hyperpolarising step"]
    end = begin + round(step.duration / DT)
    test = -0.02
    soma = deflection(bench.respond(step, test).soma)
    resistance = soma[end - 1] / test
    hyperpolarising = HYPERPOLARISATION / resistance

    distal = KINDS["distal pulse"]
    test = 0.02
    found = bench.respond(distal, test)
    soma, local = (deflection(each) for each in (found.soma, *found.dendrites.values()))
    pulse = test * min(DISTAL_HEIGHT / soma.max(), LOCAL_HEIGHT / local.max())

    found = {"hyperpolarising step": hyperpolarising}
    if name == "l5pc_passive":
        found["subthreshold step"] = PASSIVE_HEIGHT / resistance
        found["distal pulse"] = pulse
    else:
        short = Kind(step.duration, 0.0)
        count = counter(short)
        least = threshold(count, 15.0 / resistance)
        found["subthreshold step"] = BELOW * least
        tried: dict[float, int] = {}
        low, high, amplitude = least, None, ABOVE * least
        while len(tried) < 10:
            tried[amplitude] = count(amplitude)
            if tried[amplitude] < SPIKES:
                low = amplitude
            else:
                high = amplitude
            if SPIKES in tried.values() or high == ABOVE * least:
                break
            amplitude = 1.3 * low if high is None else (low + high) / 2
        found["suprathreshold step"] = min(tried, key=lambda a: (abs(tried[a] - SPIKES), a))
        found["distal pulse"] = pulse
        found["spike"] = 1.2 * threshold(counter(KINDS["spike"]), 10 * least)
    return {key: float(f"{value:.4g}") for key, value in found.items()}


def main() -> None:
    """Search, cell by cell, and freeze what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", help=f"of {', '.join(CELLS)}; all by default")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    parser.add_argument("--here", action="store_true", help="one cell, in this process")
    options = parser.parse_args()
    if unknown := set(options.cells) - set(CELLS):
        parser.error(f"there is no cell {', '.join(unknown)}; there are {', '.join(CELLS)}")
    cache = options.cache.resolve()
    if options.here:
        print(json.dumps(find(options.cells[0], cache)))
        return
    for cell in options.cells or CELLS:
        command = [sys.executable, __file__, cell, "--here", "--cache", str(cache)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        frozen = json.loads(PROTOCOLS.read_text()) if PROTOCOLS.is_file() else {}
        frozen[cell] = json.loads(output.splitlines()[-1])
        ordered = {name: frozen[name] for name in CELLS if name in frozen}
        PROTOCOLS.write_text(json.dumps(ordered, indent=2) + "\n")


if __name__ == "__main__":
    main()
