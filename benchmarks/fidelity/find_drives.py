"""Finds, for each cell, the drives that make it fire rarely, at 5 Hz and at 15 Hz.

All excitatory weights are scaled by one factor, until the mean firing rate of the full cell over
two seeds is in the range asked for. What was found is frozen in ``drives.json``, which the
benchmark reads.

As a script with ``--here``: for one cell in this process.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import subprocess
import sys

import numpy as np

import model
import neuron_reduce
from cells import CELLS

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


def full_cells(
    cell: str, excitation: float, seeds: tuple[int, ...], cache: pathlib.Path
) -> list[neuron_reduce.Case]:
    """The full cell's runs, and reduced ones that come with them."""
    return neuron_reduce.evaluate(
        model.maker(cell, cache, excitation),
        tstop=model.TSTOP,
        tstart=model.SETTLED,
        seeds=seeds,
        method="classic",
        ceiling=False,
        sites=(),
        full_runs=cache / "fidelity-search",
        progress=False,
    ).cases


class Search:
    """The firing rates of one cell, as far as they are known."""

    def __init__(self, cell: str, cache: pathlib.Path):
        self.cell = cell
        self.cache = cache
        self.known: dict[float, float] = {}

    def mean_rate(self, excitation: float) -> float:
        """The mean rate in Hz over the seeds of the search."""
        if excitation not in self.known:
            cases = full_cells(self.cell, excitation, SEARCHED, self.cache)
            rates = [case.comparison.rate_full for case in cases]
            self.known[excitation] = float(np.mean(rates))
            print(
                f"{self.cell}: {excitation:g} gives {self.known[excitation]:g} Hz",
                file=sys.stderr,
                flush=True,
            )
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
        cases = full_cells(cell, excitation, SEEDS, cache)
        begin = round(model.SETTLED / model.DT)
        result[name] = {
            "excitation": excitation,
            "rates": [round(case.comparison.rate_full, 2) for case in cases],
            "mean_voltages": [round(float(case.full.soma[begin:].mean()), 2) for case in cases],
        }
        print(f"{cell}: {name}: {result[name]}", file=sys.stderr, flush=True)
    return result


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
        frozen = json.loads(DRIVES.read_text()) if DRIVES.is_file() else {}
        (cell,) = options.cells
        cache.mkdir(parents=True, exist_ok=True)
        print(json.dumps(find(cell, cache, frozen.get(cell, {}))))
        return
    for cell in options.cells or CELLS:
        command = [sys.executable, __file__, cell, "--here", "--cache", str(cache)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        frozen = json.loads(DRIVES.read_text()) if DRIVES.is_file() else {}
        frozen[cell] = json.loads(output.splitlines()[-1])
        ordered = {name: frozen[name] for name in CELLS if name in frozen}
        DRIVES.write_text(json.dumps(ordered, indent=2) + "\n")


if __name__ == "__main__":
    main()
