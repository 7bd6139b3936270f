"""Finds, for each cell, the drives that make it fire rarely, at 5 Hz and at 15 Hz.

All excitatory weights are scaled by one factor, until the mean firing rate of the full cell over
two seeds is in the range asked for. What was found is frozen in ``drives.json``, which the
benchmark reads; every full run made here is kept in the cache and serves the benchmark.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib

import numpy as np

import full_runs
from cells import CELLS
from full_runs import FullRun, obtain

DRIVES = pathlib.Path(__file__).resolve().with_name("drives.json")

ROOT = pathlib.Path(__file__).resolve().parents[2]

TARGETS = {"low": (0.4, 0.75, 1.3), "mid": (3.5, 5.0, 6.5), "high": (11.0, 15.0, 19.0)}
"""Least, wanted and greatest mean firing rate of each drive, in Hz."""

PASSIVE = {"low": 0.5, "mid": 1.0, "high": 2.0}
"""The factors on the excitatory weights for the cell that cannot fire."""

SEARCHED = (1, 2)
SEEDS = (1, 2, 3)

RANGE = (0.05, 8.0)
"""Of the factors that are tried."""


class Search:
    """The firing rates of one cell, as far as they are known."""

    def __init__(self, cell: str, cache: pathlib.Path):
        self.cell = cell
        self.cache = cache
        self.known: dict[float, float] = {}

    def mean_rate(self, excitation: float) -> float:
        """The mean rate in Hz over the seeds of the search."""
        if excitation not in self.known:
            runs = [obtain(FullRun(self.cell, excitation, seed), self.cache) for seed in SEARCHED]
            self.known[excitation] = float(np.mean([full_runs.rate(r["spikes"]) for r in runs]))
            print(f"{self.cell}: {excitation:g} gives {self.known[excitation]:g} Hz", flush=True)
        return self.known[excitation]

    def find(self, least: float, wanted: float, greatest: float, first: float) -> float:
        """Return a factor whose rate is in the range; the one closest to it if there is none.

        ``first`` is tried first.
        """
        tried = first
        for _ in range(16):
            if least <= self.mean_rate(tried) <= greatest:
                return tried
            below = [s for s, rate in self.known.items() if rate < least]
            above = [s for s, rate in self.known.items() if rate > greatest]
            low = max(below, default=None)
            high = min((s for s in above if low is None or s > low), default=None)
            if low is None:
                guess = min(above) / 1.3
            elif high is None:
                guess = low * 1.3
            else:
                guess = self._between(low, high, wanted)
            guess = float(f"{guess:.3g}")
            if guess in self.known or not RANGE[0] <= guess <= RANGE[1]:
                break
            tried = guess
        return min(self.known, key=lambda s: abs(self.known[s] - wanted))

    def _between(self, low: float, high: float, wanted: float) -> float:
        """Interpolate between two factors, keeping away from both."""
        share = (wanted - self.known[low]) / (self.known[high] - self.known[low])
        share = min(max(share, 0.2), 0.8)
        return math.exp(math.log(low) + share * math.log(high / low))


def find(cell: str, cache: pathlib.Path, frozen: dict[str, dict]) -> dict[str, dict]:
    """Return the drives of ``cell``: each with its factor and the rates it gives.

    Those that are ``frozen`` are kept if they are in range.
    """
    search = Search(cell, cache)
    passive = cell == "l5pc_passive"
    result = {}
    for name, target in TARGETS.items():
        first = frozen.get(name, {}).get("excitation", 1.0)
        excitation = PASSIVE[name] if passive else search.find(*target, first)
        runs = [obtain(FullRun(cell, excitation, seed), cache) for seed in SEEDS]
        begin = round(full_runs.SETTLED / full_runs.DT)
        result[name] = {
            "excitation": excitation,
            "rates": [round(full_runs.rate(run["spikes"]), 2) for run in runs],
            "mean_voltages": [round(float(run["v"][begin:].mean()), 2) for run in runs],
        }
        print(f"{cell}: {name}: {result[name]}", flush=True)
    return result


def main() -> None:
    """Search, cell by cell, and freeze what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", help=f"of {', '.join(CELLS)}; all by default")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    options = parser.parse_args()
    if unknown := set(options.cells) - set(CELLS):
        parser.error(f"there is no cell {', '.join(unknown)}; there are {', '.join(CELLS)}")
    for cell in options.cells or CELLS:
        frozen = json.loads(DRIVES.read_text()) if DRIVES.is_file() else {}
        frozen[cell] = find(cell, options.cache.resolve(), frozen.get(cell, {}))
        ordered = {name: frozen[name] for name in CELLS if name in frozen}
        DRIVES.write_text(json.dumps(ordered, indent=2) + "\n")


if __name__ == "__main__":
    main()
