"""Reduce the published layer-5 pyramidal cell and compare it with the full cell.

Runs the full cell under 10,000 Poisson-driven synapses, reduces it with ``neuron_reduce``, runs
the reduced cell under the same input events, prints what was done and how close the two are, draws
one picture and writes one report.
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

START = 100.0
"""The synapses are driven from here on, in ms; what comes before is not compared."""

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
    def recording(self) -> neuron_reduce.Recording:
        """What is compared."""
        return neuron_reduce.Recording(self.t, self.v, seconds=self.seconds)


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


def table(full: Run, reduced: Run, reduction_seconds: float) -> str:
    """Return what the two runs cost as aligned text."""
    rows = [
        ("", "full", "reduced"),
        ("segments", f"{full.segments:,}", f"{reduced.segments:,}"),
        ("point processes", f"{full.point_processes:,}", f"{reduced.point_processes:,}"),
        ("NetCons", f"{full.netcons:,}", f"{reduced.netcons:,}"),
        ("time to reduce (s)", "-", f"{reduction_seconds:.2f}"),
        ("time to run (s)", f"{full.seconds:.2f}", f"{reduced.seconds:.2f}"),
        ("speed-up of the run", "1", f"{full.seconds / reduced.seconds:.1f}"),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def zoom(run: Run) -> tuple[float, float]:
    """Return a stretch (ms) of length ``ZOOM`` around the last of the densest spikes of ``run``."""
    end = float(run.t[-1])
    start = end - ZOOM
    most = 0
    spikes = run.recording.spike_times()
    for spike in spikes:
        near = spikes[(spikes >= spike) & (spikes < spike + 0.8 * ZOOM)]
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
    add("--method", default="lumped", help="method of the reduction")
    add("--frequency", type=number, default=0, help="reduction frequency in Hz")
    add(
        "--segments",
        type=number,
        default=-1,
        help="segments of the reduced cell; -1: chosen by the reduction",
    )
    add("--output", type=pathlib.Path, default=ROOT / "output" / "demo.png", help="picture")
    add("--report", type=pathlib.Path, default=ROOT / "output" / "report.html", help="report")
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
    reduction = neuron_reduce.reduce(
        cell,
        drive.synapses,
        drive.netcons,
        method=options.method,
        frequency=options.frequency,
        segments=options.segments,
    )
    _, drive.synapses, drive.netcons = reduction
    reduction_seconds = time.perf_counter() - start
    reduced_shape = picture.reduced_morphology(soma)

    reduced = simulate("reduced", drive, options.tstop, t, v)

    comparison = neuron_reduce.compare(
        full.recording, reduced.recording, tstart=START, reduction=reduction
    )
    for text in (reduction, table(full, reduced, reduction_seconds), comparison):
        print()
        print(text)

    picture.draw(
        options.output,
        title=f"Layer-5 pyramidal cell, {options.synapses:,} synapses",
        subtitle=(
            f"{full.segments} → {reduced.segments} segments, "
            f"runs {full.seconds / reduced.seconds:.3g} times faster, "
            f"{comparison.spikes_full} and {comparison.spikes_reduced} spikes, "
            f"subthreshold RMSD {comparison.rmsd:.2f} mV"
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
    reduction.report(options.report, comparison)
    print(f"\nPicture: {options.output}\nReport: {options.report}")


if __name__ == "__main__":
    main()
