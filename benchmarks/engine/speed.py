"""Times the engine beside NEURON, CoreNEURON and Arbor on the demo's cell, full and reduced, in one
process and one thread.

They take turns, and the medians of the processor time per time step are compared. What takes the
place of a run's beginning, such as copying the cell, does not count. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))

from neuron import h

import arbor_cell
import coreneuron_run
import neuron_reduce
from l5pc.cell import load, prepare
from l5pc.drive import place_synapses

ROOT = pathlib.Path(__file__).resolve().parents[2]

h.load_file("stdrun.hoc")

FULL_MS, REDUCED_MS = 200.0, 1000.0
BATCH = 64

PROGRAMS = ("NEURON", "CoreNEURON", "Arbor", "exact", "tables")


def timed(body: Callable[[], Any]) -> Callable[[], float]:
    """A call that returns what it takes of this process's processors, in seconds."""

    def seconds() -> float:
        start = time.process_time()
        body()
        return time.process_time() - start

    return seconds


def run_neuron(tstop: float) -> None:
    """A run of what is in the session."""
    h.tstop = tstop
    h.run()


def microseconds_per_step(
    runs: dict[str, Callable[[], float]], tstop: float, turns: int
) -> dict[str, float]:
    """Medians of runs that take turns."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            found[name].append(run() / (tstop / h.dt) * 1e6)
    return {name: statistics.median(each) for name, each in found.items()}


def engines(cell: Any) -> dict[str, Any]:
    """A cell compiled both ways, and run once."""
    made = {
        "exact": neuron_reduce.compile(cell, check=False, exact=True),
        "tables": neuron_reduce.compile(cell, check=False),
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


class Measured(NamedTuple):
    """One cell.

    :ivar microseconds: of a step, by program.
    :ivar apart: how the soma's potential differs from NEURON's, by program, in words.
    :ivar engines: the cell compiled both ways.
    """

    microseconds: dict[str, float]
    apart: dict[str, str]
    engines: dict[str, Any]


def measure(cell: Any, synapses: Sequence[Any], netcons: Sequence[Any], tstop: float, turns: int):
    """All programs with one cell."""
    made = engines(cell)
    events = arbor_cell.events_of(netcons, tstop)
    arbor = arbor_cell.Simulation(arbor_cell.Recipe(cell, synapses, events))
    runs = {
        "NEURON": timed(lambda: run_neuron(tstop)),
        "CoreNEURON": coreneuron_run.runner(tstop),
        "Arbor": timed(lambda: arbor.run(tstop)),
        **{name: timed(lambda each=each: each.run(tstop)) for name, each in made.items()},
    }
    taken = microseconds_per_step(runs, tstop, turns)
    recorded = h.Vector().record(next(iter(cell.somatic))(0.5)._ref_v)
    run_neuron(tstop)
    reference = np.array(recorded)
    coreneuron_run.run(tstop)
    potentials = {
        "CoreNEURON": np.array(recorded),
        "Arbor": arbor.potential(tstop)[:, 1],
        **{name: each.run(tstop).v[0] for name, each in made.items()},
    }
    apart = {name: difference(each, reference) for name, each in potentials.items()}
    return Measured(taken, apart, made)


def difference(potential: np.ndarray, reference: np.ndarray) -> str:
    """Two runs' potentials: the largest difference, and whether spikes are in the same steps."""
    count = min(len(potential), len(reference))
    potential, reference = potential[:count], reference[:count]
    spikes = [
        np.flatnonzero((each[1:] >= -20) & (each[:-1] < -20)) for each in (potential, reference)
    ]
    if len(spikes[0]) != len(spikes[1]):
        return f"{len(spikes[0])} spikes in the place of {len(spikes[1])}"
    apart = np.abs(spikes[0] - spikes[1]).max(initial=0)
    if apart:
        return f"{len(spikes[0])} spikes, up to {apart} steps away"
    return f"{np.abs(potential - reference).max():.0e} mV"


def times(label: str, taken: dict[str, float]) -> str:
    """A row of microseconds."""
    return f"| {label}, µs a step | {' | '.join(f'{taken[name]:.2f}' for name in PROGRAMS)} |"


def ratios(label: str, neuron: float, taken: dict[str, float]) -> str:
    """A row of how many times less they are than NEURON's of some cell."""
    found = " | ".join(f"{neuron / taken[name]:.1f}" for name in PROGRAMS)
    return f"| times NEURON's speed{label} | {found} |"


def batch_line(name: str, engine: Any) -> str:
    """How long a batch takes with one thread, beside NEURON's run of the cell, in processor time;
    and with two, in wall time."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    processor, neuron = [], []
    engine.run_batch(range(BATCH), tstop=1, threads=1)
    for _ in range(3):
        neuron.append(timed(lambda: run_neuron(REDUCED_MS))())
        for threads, each in seconds.items():
            start, at = time.perf_counter(), time.process_time()
            engine.run_batch(range(BATCH), tstop=REDUCED_MS, threads=threads)
            each.append(time.perf_counter() - start)
            if threads == 1:
                processor.append(time.process_time() - at)
    one, two = (statistics.median(each) for each in seconds.values())
    per_trial = statistics.median(processor) / BATCH
    return (
        f"A batch of {BATCH} trials of the reduced cell, {name}, one thread: "
        f"{per_trial / (REDUCED_MS / h.dt) * 1e6:.2f} µs a step and trial, "
        f"{statistics.median(neuron) / per_trial:.1f} times NEURON's speed; two threads: "
        f"{one / two:.2f} times as fast."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synapses", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--method", default="lumped")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    options = parser.parse_args()

    coreneuron_run.prepare(prepare(options.cache))
    cell = load(options.cache)
    # All steps have events.
    drive = place_synapses(cell, options.synapses, 1, start=0.0)
    cold, warm = compile_seconds(cell)
    full = measure(cell, drive.synapses, drive.netcons, FULL_MS, options.turns)
    reduction = neuron_reduce.reduce(
        cell, drive.synapses, drive.netcons, method=options.method, in_place=True
    )
    reduced = measure(
        reduction.cell, reduction.synapses, reduction.netcons, REDUCED_MS, options.turns
    )
    lines = [
        f"| {options.synapses} synapses | {' | '.join(PROGRAMS)} |",
        f"| --- |{' ---: |' * len(PROGRAMS)}",
        times("full", full.microseconds),
        ratios("", full.microseconds["NEURON"], full.microseconds),
        times(options.method, reduced.microseconds),
        ratios("", reduced.microseconds["NEURON"], reduced.microseconds),
        ratios(" of the full cell", full.microseconds["NEURON"], reduced.microseconds),
        "",
        f"Compiling the full cell: {cold:.1f} s, {warm:.2f} s when the code is in the cache "
        "(reading the cell included).",
        *(batch_line(name, each) for name, each in reduced.engines.items()),
        "",
        "The soma's potential and NEURON's:",
        *(f"- full, {name}: {each}" for name, each in full.apart.items()),
        *(f"- {options.method}, {name}: {each}" for name, each in reduced.apart.items()),
    ]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
