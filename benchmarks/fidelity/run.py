"""Measures how faithfully reduced cells answer to the synaptic drives that full cells got.

For each cell and drive :func:`neuron_reduce.evaluate` runs the full cell and, by each method, the
reduced one, with all seeds; full runs are kept in the cache. After that the currents of
``protocols.py``. Tables and records go to ``output/fidelity``.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
from typing import Any

import front
import one_cell
import tables
from cells import CELLS
from methods import METHODS
from model import TSTOP

PARTS = ("drives", "currents", "inputs", "front")
"""What is run of each cell; :class:`one_cell.Options` says what they are."""

ROOT = pathlib.Path(__file__).resolve().parents[2]

SEEDS = (1, 2, 3)

QUICK = {"cells": ["l5pc", "allen_scnn1a", "tc_cnad"], "drives": ["mid"], "seeds": [1]}
QUICK_TSTOP = 1100.0


def write(path: pathlib.Path, text: str) -> None:
    """Write a text file."""
    path.write_text(text, encoding="utf-8")


def without_nan(value: Any) -> Any:
    """The value with null in place of what JSON cannot say."""
    if isinstance(value, dict):
        return {key: without_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--cells", nargs="+", choices=CELLS, default=list(CELLS), metavar="CELL")
    add("--drives", nargs="+", default=["low", "mid", "high"], metavar="DRIVE")
    add("--seeds", nargs="+", type=int, default=list(SEEDS), metavar="SEED")
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    add("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    add("--tstop", type=float, default=TSTOP, help="end of the runs in ms")
    add("--workers", type=int, help="runs at once; as many as there are processors by default")
    add("--engine", default="auto", choices=["auto", "native", "neuron"], help="what runs cells")
    add("--cache", type=pathlib.Path, default=ROOT / ".cache", help="cells and full runs")
    add("--output", type=pathlib.Path, default=ROOT / "output" / "fidelity")
    add("--quick", action="store_true", help="three cells, one drive and seed, 1 s")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK, tstop=QUICK_TSTOP, parts=["drives"])
    return options


def main() -> None:
    """Run the benchmark, cell by cell."""
    options = parse_arguments()
    found = {
        cell: one_cell.obtain(
            one_cell.Options(
                cell,
                options.drives if "drives" in options.parts else [],
                options.seeds,
                options.methods,
                options.tstop,
                str(options.cache.resolve()),
                options.workers,
                options.engine,
                currents="currents" in options.parts,
                inputs="inputs" in options.parts,
                front="front" in options.parts,
            )
        )
        for cell in options.cells
    }
    options.output.mkdir(parents=True, exist_ok=True)
    records = [record for each in found.values() for record in each.drives]
    if records:
        parts = [tables.of_method(method, records) for method in options.methods]
        text = "\n".join([tables.summary(options.methods, records), *parts])
        write(options.output / "drives.md", text)
        write(options.output / "drives.json", json.dumps(without_nan(records), indent=1))
        print(text)
    currents = {cell: each.currents for cell, each in found.items() if each.currents}
    if currents:
        write(options.output / "protocols.md", tables.of_currents(options.methods, currents))
        write(options.output / "protocols.json", json.dumps(currents, indent=1))
    others = [record for each in found.values() for record in each.inputs]
    if others:
        text = tables.of_inputs(options.methods, others)
        write(options.output / "inputs.md", text)
        write(options.output / "inputs.json", json.dumps(without_nan(others), indent=1))
        print(text)
    fronts = {cell: each.front for cell, each in found.items() if each.front}
    if fronts:
        sizes = [record for each in fronts.values() for record in each]
        text = tables.of_front(sizes)
        write(options.output / "front.md", text)
        write(options.output / "front.json", json.dumps(without_nan(sizes), indent=1))
        print(text)
        for cell, each in fronts.items():
            front.draw(each, options.output / f"front-{cell}.svg")


if __name__ == "__main__":
    main()
