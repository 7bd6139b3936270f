"""Times the engine beside NEURON on the demo's cell, full and reduced, in one process.

They take turns, and the medians of the processor time per time step are compared. Prints a Markdown
table.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))

from neuron import h

import neuron_reduce
from l5pc.cell import load
from l5pc.drive import place_synapses

ROOT = pathlib.Path(__file__).resolve().parents[2]

h.load_file("stdrun.hoc")

FULL_MS, REDUCED_MS = 100.0, 1000.0
BATCH = 64


def processor_seconds(body: Callable[[], Any]) -> float:
    """What a call takes of this process's processors."""
    start = time.process_time()
    body()
    return time.process_time() - start


def run_neuron(tstop: float) -> Callable[[], Any]:
    """A run of what is in the session."""

    def run() -> None:
        h.tstop = tstop
        h.run()

    return run


def microseconds_per_step(runs: dict[str, Callable[[], Any]], tstop: float, turns: int) -> dict:
    """Medians of runs that take turns."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            found[name].append(processor_seconds(run) / (tstop / h.dt) * 1e6)
    return {name: statistics.median(each) for name, each in found.items()}


def engines(cell: Any) -> dict[str, Any]:
    """A cell compiled both ways, and run once."""
    made = {
        "exact": neuron_reduce.compile(cell, check=False),
        "tables": neuron_reduce.compile(cell, check=False, exact=False),
    }
    for each in made.values():
        each.run(1)
    return made


def compile_seconds(cell: Any) -> tuple[float, float]:
    """Wall time until a cell has run for 1 ms: with an empty cache, and with the code in it."""
    before = os.environ.get("NEURON_REDUCE_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o700)
        os.environ["NEURON_REDUCE_CACHE"] = folder
        taken = []
        for _ in range(2):
            start = time.perf_counter()
            neuron_reduce.compile(cell, check=False).run(1)
            taken.append(time.perf_counter() - start)
    if before is None:
        del os.environ["NEURON_REDUCE_CACHE"]
    else:
        os.environ["NEURON_REDUCE_CACHE"] = before
    return taken[0], taken[1]


def row(label: str, neuron: float, engine: dict[str, float]) -> str:
    exact, tables = engine["exact"], engine["tables"]
    return (
        f"| {label} | {neuron:.1f} | {exact:.2f} | {tables:.2f} | {neuron / exact:.1f} "
        f"| {neuron / tables:.1f} |"
    )


def batch_lines(engine: Any) -> list[str]:
    """How long a batch takes with one thread and with two, in wall time."""
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for threads, each in taken.items():
            start = time.perf_counter()
            engine.run_batch(range(BATCH), tstop=REDUCED_MS, threads=threads)
            each.append(time.perf_counter() - start)
    one, two = (statistics.median(each) for each in taken.values())
    per_trial = one / BATCH / (REDUCED_MS / h.dt) * 1e6
    return [
        f"A batch of {BATCH} trials of the reduced cell, exact, one thread: {per_trial:.2f} µs a "
        f"step and trial; two threads: {one / two:.2f} times as fast."
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synapses", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--method", default="lumped")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    options = parser.parse_args()

    cell = load(options.cache)
    drive = place_synapses(cell, options.synapses, 1)
    cold, warm = compile_seconds(cell)
    made = engines(cell)
    full = microseconds_per_step(
        {"NEURON": run_neuron(FULL_MS)}
        | {name: lambda each=each: each.run(FULL_MS) for name, each in made.items()},
        FULL_MS,
        options.turns,
    )
    reduction = neuron_reduce.reduce(cell, drive.synapses, drive.netcons, method=options.method)
    made = engines(reduction)
    reduced = microseconds_per_step(
        {"NEURON": run_neuron(REDUCED_MS)}
        | {name: lambda each=each: each.run(REDUCED_MS) for name, each in made.items()},
        REDUCED_MS,
        options.turns,
    )
    lines = [
        "| cell | NEURON, µs a step | exact | tables | NEURON / exact | NEURON / tables |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        row("full", full["NEURON"], full),
        row(options.method, reduced["NEURON"], reduced),
        row("full in NEURON, reduced in the engine", full["NEURON"], reduced),
        "",
        f"{options.synapses} synapses. Compiling the full cell: {cold:.1f} s, {warm:.2f} s when "
        "the code is in the cache (reading the cell included).",
        *batch_lines(made["exact"]),
    ]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
