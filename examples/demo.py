"""Reduce the published layer-5 pyramidal cell and compare it with the full cell.

Runs the full cell under 10,000 Poisson-driven synapses, and once more with weights that are 0.1 %
larger, which says how close any reduced cell could come; reduces it with ``neuron_reduce``, runs
the reduced cell under the same input events, prints what was done and how close the two are, draws
one picture and writes one report.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import pathlib
import sys
import time
from collections.abc import Iterator, Mapping
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

SEED = 10
"""Of where the synapses are."""

SITES = (0.25, 0.5, 0.75)
"""Where to record along the apical trunk, in shares of the way to the farthest apical tip."""

HEAVIER = 1.001
"""What the weights are multiplied with for the ceiling: a change that should not matter."""

ZOOM = 250.0
"""Length in ms of the magnified stretch of the picture."""


@dataclasses.dataclass
class Run:
    """One simulated cell: its size, its traces (ms, mV) and how long it took."""

    sections: int
    segments: int
    point_processes: int
    netcons: int
    seconds: float
    t: np.ndarray
    v: np.ndarray
    dendrites: dict[tuple[str, float], np.ndarray]

    @property
    def recording(self) -> neuron_reduce.Recording:
        """What is compared."""
        return neuron_reduce.Recording(self.t, self.v, self.dendrites, self.seconds)


def apical_sites(cell: Any) -> dict[tuple[str, float], Any]:
    """Return the segments at ``SITES`` by the names of their sections and their positions."""
    soma = cell.soma[0](0.5)
    tip = max(cell.apical, key=lambda sec: h.distance(soma, sec(1)))
    trunk = [tip]
    while trunk[-1].parentseg().sec != cell.soma[0]:
        trunk.append(trunk[-1].parentseg().sec)
    found = {}
    for share in SITES:
        way = share * h.distance(soma, tip(1))
        sec = next(sec for sec in trunk if h.distance(soma, sec(0)) <= way or sec == trunk[-1])
        seg = sec(min(max((way - h.distance(soma, sec(0))) / sec.L, 0.0), 1.0))
        found[sec.name(), round(seg.x, 4)] = seg
    return found


@contextlib.contextmanager
def heavier(netcons: list[Any]) -> Iterator[None]:
    """Make the weights ``HEAVIER`` for as long as the context lasts."""
    weights = [netcon.weight[0] for netcon in netcons]
    for netcon, weight in zip(netcons, weights, strict=True):
        netcon.weight[0] = HEAVIER * weight
    yield
    for netcon, weight in zip(netcons, weights, strict=True):
        netcon.weight[0] = weight


def simulate(
    label: str, drive: Drive, tstop: float, soma: Any, sites: Mapping[tuple[str, float], Any]
) -> Run:
    """Run the cell in memory to ``tstop`` (ms), recording its soma and some segments."""
    t = h.Vector().record(h._ref_t)
    v = h.Vector().record(soma(0.5)._ref_v)
    dendrites = {site: h.Vector().record(segment._ref_v) for site, segment in sites.items()}
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
        len(sections),
        len(segments),
        point_processes,
        netcons,
        seconds,
        np.array(t),
        np.array(v),
        {site: np.array(potential) for site, potential in dendrites.items()},
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
    add("--method", default="folded", help="method of the reduction")
    add("--frequency", type=number, default=0, help="reduction frequency in Hz")
    add(
        "--segments",
        type=number,
        default=-1,
        help="segments of the reduced cell; -1: chosen by the reduction",
    )
    add(
        "--no-ceiling",
        action="store_true",
        help="do not run the full cell a second time with weights that are 0.1 %% larger",
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
    drive = place_synapses(cell, options.synapses, SEED)
    full_shape = picture.full_morphology(cell)
    sites = apical_sites(cell)

    full = simulate("full", drive, options.tstop, soma, sites)
    ceilings = {}
    if not options.no_ceiling:
        with heavier(drive.netcons):
            again = simulate("full", drive, options.tstop, soma, sites)
        ceilings["weights 0.1 % larger"] = again.recording

    print("Reducing the cell", flush=True)
    start = time.perf_counter()
    reduction = neuron_reduce.reduce(
        cell,
        drive.synapses,
        drive.netcons,
        method=options.method,
        frequency=options.frequency,
        segments=options.segments,
        in_place=True,
    )
    _, drive.synapses, drive.netcons = reduction
    reduction_seconds = time.perf_counter() - start
    reduced_shape = picture.reduced_morphology(soma)

    sites = {site: reduction.place(*site) for site in sites}
    reduced = simulate("reduced", drive, options.tstop, soma, sites)

    comparison = neuron_reduce.compare(
        full.recording,
        reduced.recording,
        tstart=START,
        reduction=reduction,
        ceilings=ceilings,
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
    case = neuron_reduce.Case(SEED, full.recording, reduced.recording, ceilings, comparison)
    reduction.report(options.report, neuron_reduce.Evaluation(reduction.record, [case]))
    print(f"\nPicture: {options.output}\nReport: {options.report}")


if __name__ == "__main__":
    main()
