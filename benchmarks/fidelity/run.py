"""Measures how faithfully reduced cells answer to the synaptic drives that full cells got.

For each cell, drive and seed: the full run and, as ceilings, the full cell with half the time step
and with all weights 0.1 % larger, kept in the cache; then each method's reduced cell under the same
input events. After that the currents of ``protocols.py``. Tables go to ``output/fidelity``, traces
of the reduced cells into folders there.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import pathlib
from typing import Any

from tqdm import tqdm

import full_runs
import metrics
import protocols
import reduced_runs
import tables
from cells import CELLS
from full_runs import FullRun
from methods import METHODS

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVES = pathlib.Path(__file__).resolve().with_name("drives.json")

SEEDS = (1, 2, 3)

CEILINGS = {"half the step": {"steps": 2}, "weights + 0.1 %": {"weights": 1.001}}
"""What is changed in the full run; how much that matters is as good as any reduction can be."""

KEPT = ("processor_seconds", "reduction_seconds", "segments", "point_processes")
"""What is kept of a reduced run beside how close it comes."""

QUICK = {"cells": ["l5pc", "allen_scnn1a", "tc_cnad"], "drives": ["mid"], "seeds": [1]}
QUICK_TSTOP = 1100.0


@dataclasses.dataclass(frozen=True)
class Case:
    """A cell, a drive and a seed."""

    drive: str
    full: FullRun

    @property
    def name(self) -> str:
        """What the case is called in file names."""
        return f"{self.full.cell}-{self.drive}-{self.full.seed}"


def cases(options: argparse.Namespace) -> list[Case]:
    """Return what the command line asks for."""
    drives = json.loads(DRIVES.read_text(encoding="utf-8"))
    result = []
    for cell in options.cells:
        for drive, strength in drives.get(cell, {}).items():
            if drive not in options.drives:
                continue
            for seed in options.seeds:
                run = FullRun(cell, strength["excitation"], seed, tstop=options.tstop)
                result.append(Case(drive, run))
    return result


def progress(things: list[Any], what: str) -> tqdm:
    """A progress bar over ``things``."""
    return tqdm(things, desc=what, unit="run", ascii=True, mininterval=0.5, dynamic_ncols=True)


def full_results(chosen: list[Case], cache: pathlib.Path) -> dict[Case, dict[str, Any]]:
    """Return each case's full run and, under the name of each, its ceilings."""
    wanted = [(case, name) for case in chosen for name in (None, *CEILINGS)]
    result: dict[Case, dict[str, Any]] = {case: {} for case in chosen}
    bar = progress(wanted, "full")
    for case, name in bar:
        bar.set_postfix_str(f"{case.name} {name or ''}", refresh=False)
        run = dataclasses.replace(case.full, **CEILINGS[name]) if name else case.full
        result[case][name or "full"] = full_runs.obtain(run, cache)
    return result


def protocol_rows(full: dict[str, Any], reduced: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what was measured, its value in the full cell and in the reduced one, as text."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(text(each) for each in value)
        return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.2f}"

    rows = []
    for protocol, measures in full.items():
        for name, value in measures.items():
            other = reduced[protocol][name]
            if value is None and other is None:
                continue
            rows.append((f"{protocol}: {name}", text(value), text(other)))
    return rows


def run_protocols(options: argparse.Namespace) -> None:
    """Carry out the protocols, full and reduced, and write what was measured."""
    named = [cell for cell in options.cells if cell in protocols.known()]
    full: dict[str, Any] = {}
    for cell in progress(named, "protocols, full"):
        full[cell] = protocols.measure(protocols.obtain(cell, None, options.cache, options.output))
    if options.full_only:
        return
    records: dict[str, Any] = {cell: {"full": full[cell]} for cell in named}
    parts = []
    for method in options.methods:
        lines = ["| cell | measured | full | reduced |", "| --- | --- | ---: | ---: |"]
        for cell in progress(named, f"protocols, {method}"):
            reduced = protocols.measure(
                protocols.obtain(cell, method, options.cache, options.output)
            )
            records[cell][method] = reduced
            rows = protocol_rows(full[cell], reduced)
            lines += ["| " + " | ".join((cell, *row)) + " |" for row in rows]
        parts.append(f"## {method}\n\n" + "\n".join(lines) + "\n")
    options.output.mkdir(parents=True, exist_ok=True)
    write(options.output / "protocols.md", "\n".join(parts))
    write(options.output / "protocols.json", json.dumps(records, indent=1))


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
    add("--tstop", type=float, default=full_runs.TSTOP, help="end of the runs in ms")
    add("--cache", type=pathlib.Path, default=ROOT / ".cache", help="cells and full runs")
    add("--output", type=pathlib.Path, default=ROOT / "output" / "fidelity")
    add("--quick", action="store_true", help="three cells, one drive and seed, 1 s")
    add("--full-only", action="store_true", help="only make the full runs, for the cache")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK, tstop=QUICK_TSTOP)
    options.cache = options.cache.resolve()
    options.output = options.output.resolve()
    return options


def run_drives(options: argparse.Namespace) -> None:
    """Simulate full and reduced cells under the synaptic drives and write how they compare."""
    chosen = cases(options)
    full = full_results(chosen, options.cache)
    if options.full_only:
        return

    records = []
    for case in chosen:
        reference = full[case]["full"]
        about = reference["about"]
        record = {
            "cell": case.full.cell,
            "drive": case.drive,
            "seed": case.full.seed,
            "full": {key: about[key] for key in ("processor_seconds", "segments", "sites")},
            "ceilings": {name: metrics.compare(reference, full[case][name]) for name in CEILINGS},
            "methods": {},
        }
        records.append(record)
    for method in options.methods:
        bar = progress(list(zip(chosen, records, strict=True)), method)
        for case, record in bar:
            bar.set_postfix_str(case.name, refresh=False)
            reference = full[case]["full"]
            path = options.output / method / f"{case.name}.npz"
            reduced = reduced_runs.obtain(case.full, method, reference, options.cache, path)
            about = reduced["about"]
            record["methods"][method] = {
                **metrics.compare(reference, reduced),
                **metrics.compare_dendrites(reference, reduced),
                **{key: about[key] for key in KEPT},
            }

    options.output.mkdir(parents=True, exist_ok=True)
    parts = [tables.of_method(method, records) for method in options.methods]
    text = "\n".join([tables.summary(options.methods, records), *parts])
    write(options.output / "drives.md", text)
    write(options.output / "drives.json", json.dumps(without_nan(records), indent=1))
    print(text)


def main() -> None:
    """Run the benchmark."""
    options = parse_arguments()
    run_drives(options)
    if not options.quick:
        run_protocols(options)


if __name__ == "__main__":
    main()
