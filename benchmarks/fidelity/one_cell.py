"""All runs of one cell, in a process of its own: cells of different families have mechanisms of the
same names.

As a script: the command line of ``run.py`` as JSON, and the file that the records go to.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from neuron import h

import cells
import family
import front
import model
import neuron_reduce
import protocols
from methods import arguments
from model import Site
from neuron_reduce import Comparison, Evaluation

DRIVES = pathlib.Path(__file__).resolve().with_name("drives.json")


class Options(NamedTuple):
    """What is to be run, with paths as text.

    :ivar workers: how many processes run at once; None for as many as there are processors.
    :ivar engine: what runs the cells, as ``evaluate`` takes it.
    :ivar currents: whether the protocols are run too.
    :ivar inputs: whether the inputs of ``family.py`` are, with the first seed.
    :ivar front: whether the sizes of ``front.py`` are, with the first two seeds.
    """

    cell: str
    drives: list[str]
    seeds: list[int]
    methods: list[str]
    tstop: float
    cache: str
    workers: int | None
    engine: str
    currents: bool
    inputs: bool = False
    front: bool = False


class Records(NamedTuple):
    """What came of it.

    :ivar drives: a record for each drive and seed.
    :ivar currents: what was measured, by ``'full'`` and by method; empty where there are none.
    :ivar inputs: a record for each input and method.
    :ivar front: a record for each method and size.
    """

    drives: list[dict[str, Any]]
    currents: dict[str, Any]
    inputs: list[dict[str, Any]]
    front: list[dict[str, Any]]


def obtain(options: Options) -> Records:
    """Runs a cell in another process."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, __file__, json.dumps(options), file.name]
        subprocess.run(command, check=True)
        return Records(*json.load(file))


def carry_out(options: Options) -> Records:
    """Runs a cell, in this process."""
    cache = pathlib.Path(options.cache)
    sites, segments = _looked_at(options.cell, cache)
    common = {
        "sites": [(site.section, site.x) for site in sites],
        "dt": model.DT,
        "workers": options.workers,
        "engine": options.engine,
        "full_runs": cache / "fidelity-runs",
    }
    common["full_runs"].mkdir(parents=True, exist_ok=True)
    drives = json.loads(DRIVES.read_text(encoding="utf-8"))[options.cell]
    records = []
    for drive, strength in drives.items():
        if drive not in options.drives:
            continue
        found = {}
        for method in options.methods:
            print(f"{options.cell}, {drive}, {method}", file=sys.stderr, flush=True)
            found[method] = neuron_reduce.evaluate(
                model.maker(options.cell, cache, strength["excitation"]),
                tstop=options.tstop,
                tstart=model.SETTLED,
                seeds=options.seeds,
                **arguments(method, segments),
                **common,
            )
        records += _records(options.cell, drive, sites, found)
    currents = {}
    if options.currents and options.cell in protocols.known():
        currents = protocols.carry_out(
            options.cell, cache, options.methods, sites, segments, common
        )
    other, sizes = [], []
    middle = drives["mid"]["excitation"]
    if options.inputs:
        seed = options.seeds[0]
        other = family.carry_out(
            options.cell, cache, options.methods, sites, segments, middle, seed, common
        )
    if options.front:
        sizes = front.carry_out(
            options.cell, cache, middle, options.seeds[:2], options.tstop, common
        )
    return Records(records, currents, other, sizes)


def _looked_at(name: str, cache: pathlib.Path) -> tuple[list[Site], int]:
    """Where the cell is recorded, and its number of segments. None of it is left, as it would run
    along with every other."""
    cell = cells.load(name, cache)
    sites = model.sites(cell)
    segments = sum(section.nseg for section in cell.all)
    for section in list(cell.all):
        h.delete_section(sec=section)
    return sites, segments


def _records(
    cell: str, drive: str, sites: list[Site], found: dict[str, Evaluation]
) -> Iterator[dict[str, Any]]:
    """A record for each seed."""
    first = next(iter(found.values()))
    for index, case in enumerate(first.cases):
        yield {
            "cell": cell,
            "drive": drive,
            "seed": case.seed,
            "full": {
                "processor_seconds": case.full.seconds,
                "segments": first.record.segments_full,
                "sites": [site._asdict() for site in sites],
            },
            "ceilings": {name: _measures(each) for name, each in case.comparison.ceiling.items()},
            "methods": {
                method: _of_method(evaluation, index, sites) for method, evaluation in found.items()
            },
        }


def _of_method(evaluation: Evaluation, index: int, sites: list[Site]) -> dict[str, Any]:
    case = evaluation.cases[index]
    dendrites = {
        (model.local_name(section), x): each
        for (section, x), each in case.comparison.dendrites.items()
    }
    return {
        **_measures(case.comparison),
        **{f"rmsd at {site.label}": dendrites[site.section, site.x].rmsd for site in sites},
        "processor_seconds": case.reduced.seconds,
        "reduction_seconds": sum(evaluation.record.stage_seconds.values()),
        "segments": evaluation.record.segments_reduced,
        "point_processes": evaluation.record.point_processes_reduced,
    }


def _measures(comparison: Comparison) -> dict[str, float]:
    """The measures of a run beside the full one with the same input."""
    return {
        "spikes_full": comparison.spikes_full,
        "spikes": comparison.spikes_reduced,
        "gamma": comparison.gamma,
        "synchronization": comparison.spike_synchronization,
        "rmsd": comparison.rmsd,
        "bias": comparison.mean_difference,
        "sd": comparison.sd_difference,
    }


if __name__ == "__main__":
    asked = Options(*json.loads(sys.argv[1]))
    pathlib.Path(sys.argv[2]).write_text(json.dumps(carry_out(asked)), encoding="utf-8")
