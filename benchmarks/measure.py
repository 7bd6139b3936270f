"""One measurement in one process: the reduction call, or the full and the reduced run.

Prints a line of JSON. Runs with neuron_reduce as well as with the published implementation, each
in an environment of its own.
"""

from __future__ import annotations

import argparse
import functools
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))

from neuron import h

import neuron_reduce
from l5pc.cell import load
from l5pc.drive import place_synapses

CACHE = pathlib.Path(__file__).resolve().parent.parent / ".cache"


def run(tstop: float) -> float:
    """Seconds that a simulation of ``tstop`` ms takes."""
    h.dt = 0.025
    h.tstop = tstop
    start = time.perf_counter()
    h.run()
    return time.perf_counter() - start


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synapses", type=int, default=10_000)
    parser.add_argument("--refine", type=int, default=1, help="factor on every section's nseg")
    parser.add_argument("--run", type=float, help="also simulate, before and after, in ms")
    parser.add_argument("--kinds", type=int, help="time `reduce`, with so many kinds of synapse")
    parser.add_argument(
        "--known", action="store_true", help="reduce another cell with such synapses before"
    )
    options = parser.parse_args()

    if options.known:
        other = load(CACHE)
        others = place_synapses(other, 200)
        kept = neuron_reduce.subtree_reductor(other, others.synapses, others.netcons, 0)
        assert kept

    cell = load(CACHE)
    for section in cell.all:
        section.nseg *= options.refine
    drive = place_synapses(cell, options.synapses)
    result: dict[str, object] = {"segments": sum(section.nseg for section in cell.all)}
    if options.run:
        drive.reset()
        result["full"] = run(options.run)
    if options.kinds:
        # The drive itself has two.
        steps = options.kinds // 2
        for index, synapse in enumerate(drive.synapses):
            synapse.tau2 *= 1 + (index % steps) / steps
        reduce = functools.partial(neuron_reduce.reduce, in_place=True)
    else:
        # neuron-reduce 0.0.7 knows no default for the frequency.
        reduce = functools.partial(neuron_reduce.subtree_reductor, reduction_frequency=0)
    start = time.perf_counter()
    reduced_cell, synapses, _ = reduce(cell, drive.synapses, drive.netcons)
    result["call"] = time.perf_counter() - start
    result["stages"] = getattr(reduced_cell, "stage_seconds", None)
    result["point_processes"] = len(synapses)
    if options.run:
        drive.reset()
        result["reduced"] = run(options.run)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
