"""Runs of the reduced cells, each in a process of its own, on the input of a full run.

As a script: one run, for the other process of ``obtain``.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
import time
from typing import Any

import full_runs
from full_runs import FullRun, Recording


def mark(segments: list[Any]) -> list[Any]:
    """Put onto each segment a clamp without current, which goes with a reduction."""
    from neuron import h

    return [h.IClamp(segment) for segment in segments]


def carry_out(run: FullRun, method: str, cache: pathlib.Path) -> dict[str, Any]:
    """Reduce the cell of ``run``, simulate it in this process and return what is to be kept."""
    import cells
    from methods import reduce_cell

    cell = cells.load(run.cell, cache)
    drive = full_runs.place(cell, run, coalesced=False)
    fingerprint = full_runs.fingerprint(cell, drive)
    soma = cell.soma[0](0.5)
    marks = mark([segment for _, _, segment in full_runs.sites(cell)])

    start = time.perf_counter()
    reduced, drive.synapses, drive.netcons = reduce_cell(
        cell, drive.synapses, drive.netcons, method
    )
    reduction = time.perf_counter() - start
    places = [each.get_segment() for each in marks]

    recording = Recording.of(soma, places)
    clock, processor = full_runs.simulate(drive, run.tstop)
    about = {
        "run": dataclasses.asdict(run),
        "method": method,
        "fingerprint": fingerprint,
        "reduction_seconds": reduction,
        "seconds": clock,
        "processor_seconds": processor,
        "segments": sum(section.nseg for section in reduced.all),
        "point_processes": len(drive.synapses),
        "sites": [str(place) for place in places],
    }
    return {"about": json.dumps(about), **full_runs.kept(recording)}


def obtain(
    run: FullRun, method: str, full: dict[str, Any], cache: pathlib.Path, path: pathlib.Path
) -> dict[str, Any]:
    """Simulate in another process, keep the outcome at ``path`` and return it.

    ``full`` is the full run to compare with: what was reduced must be the same model.
    """
    full_runs.python("reduced_runs.py", json.dumps(dataclasses.asdict(run)), method, cache, path)
    reduced = full_runs.read(path)
    if reduced["about"]["fingerprint"] != full["about"]["fingerprint"]:
        raise RuntimeError(
            f"The cell {run.cell} or its drive is built differently from when its full run was "
            f"kept in {run.path(cache)}: raise full_runs.VERSION, or restore how it was built."
        )
    return reduced


if __name__ == "__main__":
    full_runs.write(
        pathlib.Path(sys.argv[4]),
        carry_out(FullRun(**json.loads(sys.argv[1])), sys.argv[2], pathlib.Path(sys.argv[3])),
    )
