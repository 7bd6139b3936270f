"""Shows that coalesced synapses give the same run, and how much faster it is, cell by cell.

Each run is made in a process of its own, as ``full_runs.obtain`` does it, with the drive of about
5 Hz. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import tempfile

import numpy as np

import full_runs
from cells import CELLS
from full_runs import FullRun
from run import DRIVES, ROOT


def both(run: FullRun, cache: pathlib.Path) -> list[dict]:
    """Return the run with synapses of their own, then the one with coalesced synapses."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for coalesced in (0, 1):
            path = pathlib.Path(folder, f"{coalesced}.npz")
            described = json.dumps(dataclasses.asdict(run))
            full_runs.python("coalescing.py", "--one", described, coalesced, cache, path)
            results.append(full_runs.read(path))
    return results


def main() -> None:
    """Compare for each cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS), metavar="CELL")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        described, coalesced, cache, path = options.one
        run = FullRun(**json.loads(described))
        # Voltages in full precision: rounding to float32 would hide what little differs.
        full_runs.VOLTAGE = np.float64
        result = full_runs.carry_out(run, pathlib.Path(cache), coalesced=coalesced == "1")
        full_runs.write(pathlib.Path(path), result)
        return

    drives = json.loads(DRIVES.read_text(encoding="utf-8"))
    print("| cell | synapses | point processes | one each, s | coalesced, s | ratio | max ΔV, mV |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for cell in options.cells:
        run = FullRun(cell, drives[cell]["mid"]["excitation"], 1)
        single, merged = both(run, options.cache.resolve())
        seconds = [each["about"]["processor_seconds"] for each in (single, merged)]
        difference = max(np.abs(single[key] - merged[key]).max() for key in ("v", "site_v"))
        print(
            f"| {cell} | {merged['about']['synapses']:,} "
            f"| {merged['about']['point_processes']:,} | {seconds[0]:.1f} | {seconds[1]:.1f} "
            f"| {seconds[0] / seconds[1]:.1f} | {difference:.1g} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
