"""Reduce the published layer-5 pyramidal cell and compare it with the full cell.

Runs the full cell under 10,000 Poisson-driven synapses, reduces it with ``neuron_reduce``, runs
the reduced cell under the same input events, prints one table and draws one picture.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import time
from typing import Any

import numpy as np
from neuron import h
from tqdm import tqdm

import neuron_reduce
import picture
from l5pc.cell import load
from l5pc.drive import Drive, place_synapses

ROOT = pathlib.Path(__file__).resolve().parent.parent

DT = 0.025
"""Time step in ms."""

CHUNK = 10.0
"""Simulated time in ms between two updates of the progress bar."""

SPIKE_THRESHOLD = -20.0
"""A spike is an upward crossing of this somatic potential, in mV."""

SUBTHRESHOLD = -50.0
"""Samples where both traces are below this potential, in mV, count as subthreshold."""

ZOOM = 250.0
"""Length in ms of the magnified stretch of the picture."""


@dataclasses.dataclass
class Run:
    """One simulated cell: its size, its somatic trace (ms, mV) and how long it took."""

    sections: int
    segments: int
    point_processes: int
    netcons: int
    seconds: float
    t: np.ndarray
    v: np.ndarray

    @property
    def spikes(self) -> np.ndarray:
        """Times (ms) of the upward crossings of ``SPIKE_THRESHOLD``."""
        above = self.v >= SPIKE_THRESHOLD
        return self.t[1:][above[1:] & ~above[:-1]]


def simulate(label: str, drive: Drive, tstop: float, t: Any, v: Any) -> Run:
    """Run the cell in memory to ``tstop`` (ms), recording into the Vectors ``t`` and ``v``."""
    sections = list(h.allsec())
    segments = [seg for sec in sections for seg in sec]
    point_processes = sum(len(seg.point_processes()) for seg in segments)
    netcons = int(h.List("NetCon").count())
    print(
        f"Running the {label} cell: {len(segments)} segments, "
        f"{point_processes:,} point processes, {netcons:,} NetCons, {tstop:g} ms",
        flush=True,
    )

    drive.reset()
    h.dt = DT
    context = h.ParallelContext()
    context.set_maxstep(CHUNK)
    bar_format = "{percentage:3.0f}% |{bar}| {n:.0f}/{total:.0f} ms [{elapsed}<{remaining}]"
    terminal = sys.stderr.isatty()
    with tqdm(
        total=tstop,
        bar_format=bar_format,
        leave=not terminal,
        mininterval=0.1 if terminal else 5,
        ascii=not terminal,
    ) as bar:
        start = time.perf_counter()
        h.finitialize(h.v_init)
        while h.t < tstop - DT / 2:
            context.psolve(min(h.t + CHUNK, tstop))
            bar.n = min(h.t, tstop)
            bar.update(0)
        seconds = time.perf_counter() - start
    return Run(
        len(sections), len(segments), point_processes, netcons, seconds, np.array(t), np.array(v)
    )


def subthreshold_rmsd(full: Run, reduced: Run) -> float:
    """Return the root-mean-square deviation (mV) of the samples both cells spend subthreshold."""
    both = (full.v < SUBTHRESHOLD) & (reduced.v < SUBTHRESHOLD)
    return float(np.sqrt(np.mean((full.v[both] - reduced.v[both]) ** 2)))


def table(full: Run, reduced: Run, reduction_seconds: float) -> str:
    """Return the comparison of the two runs as aligned text."""
    rows = [
        ("", "full", "reduced"),
        ("segments", f"{full.segments:,}", f"{reduced.segments:,}"),
        ("point processes", f"{full.point_processes:,}", f"{reduced.point_processes:,}"),
        ("NetCons", f"{full.netcons:,}", f"{reduced.netcons:,}"),
        ("time to reduce (s)", "-", f"{reduction_seconds:.2f}"),
        ("time to run (s)", f"{full.seconds:.2f}", f"{reduced.seconds:.2f}"),
        ("speed-up of the run", "1", f"{full.seconds / reduced.seconds:.1f}"),
        ("spikes (a)", f"{len(full.spikes)}", f"{len(reduced.spikes)}"),
        ("subthreshold RMSD (mV) (b)", "-", f"{subthreshold_rmsd(full, reduced):.2f}"),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    lines.insert(1, "-" * len(lines[0]))
    lines.append(f"(a) upward crossings of {SPIKE_THRESHOLD:g} mV at the soma")
    lines.append(
        f"(b) over the samples where both somatic potentials are below {SUBTHRESHOLD:g} mV"
    )
    return "\n".join(lines)


def zoom(run: Run) -> tuple[float, float]:
    """Return a stretch (ms) of length ``ZOOM`` around the last of the densest spikes of ``run``."""
    end = float(run.t[-1])
    start = end - ZOOM
    most = 0
    for spike in run.spikes:
        near = run.spikes[(run.spikes >= spike) & (run.spikes < spike + 0.8 * ZOOM)]
        if len(near) >= most:
            most, start = len(near), round(float(near.mean()) - ZOOM / 2, -1)
    start = max(min(start, end - ZOOM), 0.0)
    return start, min(start + ZOOM, end)


def number(text: str) -> float:
    """Parse a number, keeping whole numbers as ``int``."""
    value = float(text)
    return int(value) if value.is_integer() else value


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--synapses", type=int, default=10_000, help="number of synapses")
    add("--tstop", type=float, default=2000.0, help="simulated time in ms")
    add("--frequency", type=number, default=0, help="reduction frequency in Hz")
    add(
        "--segments",
        type=number,
        default=-1,
        help="total_segments_manual of the reduction; -1: chosen by the reduction",
    )
    add("--output", type=pathlib.Path, default=ROOT / "output" / "demo.png", help="picture")
    add(
        "--cache",
        type=pathlib.Path,
        default=ROOT / ".cache",
        help="directory that keeps the fetched cell",
    )
    return parser.parse_args()


def main() -> None:
    """Run the demo."""
    options = parse_arguments()

    print("Loading the cell", flush=True)
    cell = load(options.cache)
    soma = cell.soma[0]
    drive = place_synapses(cell, options.synapses)
    full_shape = picture.full_morphology(cell)
    t = h.Vector().record(h._ref_t)
    v = h.Vector().record(soma(0.5)._ref_v)

    full = simulate("full", drive, options.tstop, t, v)

    print("Reducing the cell", flush=True)
    start = time.perf_counter()
    reduced_cell, drive.synapses, drive.netcons = neuron_reduce.subtree_reductor(
        cell,
        drive.synapses,
        drive.netcons,
        reduction_frequency=options.frequency,
        total_segments_manual=options.segments,
    )
    reduction_seconds = time.perf_counter() - start
    reduced_shape = picture.reduced_morphology(soma)

    reduced = simulate("reduced", drive, options.tstop, t, v)

    print()
    print(table(full, reduced, reduction_seconds))

    picture.draw(
        options.output,
        title=f"Layer-5 pyramidal cell, {options.synapses:,} synapses",
        subtitle=(
            f"{full.segments} → {reduced.segments} segments, "
            f"runs {full.seconds / reduced.seconds:.3g} times faster, "
            f"{len(full.spikes)} and {len(reduced.spikes)} spikes, "
            f"subthreshold RMSD {subthreshold_rmsd(full, reduced):.2f} mV"
        ),
        t=full.t,
        traces=(full.v, reduced.v),
        shapes=(full_shape, reduced_shape),
        shape_labels=(
            f"full: {full.sections} sections, {full.segments} segments",
            f"reduced: {reduced.sections} sections, {reduced.segments} segments",
        ),
        zoom=zoom(full),
    )
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
