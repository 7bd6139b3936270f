"""How far tables of gates are from formulas, on nine cells of the fidelity benchmark.

Each cell is run at its three drives, full and reduced: from tables, by formulas, and by NEURON.
Potentials of all segments are compared at all times: until the first spike, which is what the
tables themselves do; where the segment is below -20 mV; and altogether. After spikes differences
grow with what the cell does: how far formulas are from NEURON tells that. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time
from typing import Any, NamedTuple

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fidelity"))

import numpy as np
from neuron import h

import model
import neuron_reduce
from cells import CELLS
from methods import METHODS

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVES = ROOT / "benchmarks" / "fidelity" / "drives.json"

TSTOP = model.START + 1000.0
SUBTHRESHOLD = -20.0
"""Below it, in mV, a segment counts as subthreshold."""

MEASURED = [name for name in CELLS if name not in ("l4upc", "dspn", "golgi", "purkinje")]
"""The cells that are run if none are named."""

BOUND = 1e-6
"""What is asked for, in mV."""


FULL = "full"


class Case(NamedTuple):
    """What is run: see :mod:`model`.

    :ivar method: how the cell is reduced; ``FULL`` for not at all.
    :ivar cache: where cells are kept, as text.
    """

    cell: str
    method: str
    drive: str
    seed: int
    cache: str


def by_neuron(segments: list[Any], soma: Any) -> tuple[np.ndarray, list[float]]:
    """The session's own run: potentials of segments, and spikes."""
    vectors = [h.Vector().record(each._ref_v) for each in segments]
    counter = h.NetCon(soma._ref_v, None, sec=soma.sec)
    counter.threshold = SUBTHRESHOLD
    spikes = h.Vector()
    counter.record(spikes)
    h.tstop = TSTOP
    h.run()
    return np.array([each.as_numpy() for each in vectors]), list(spikes)


def differences(found: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Largest ones, in mV, of two runs."""
    apart = np.abs(found - reference)
    is_above = (found >= SUBTHRESHOLD) | (reference >= SUBTHRESHOLD)
    spiking = np.flatnonzero(is_above.any(axis=0))
    first = spiking[0] if len(spiking) else apart.shape[1]
    apart_below = np.where(is_above, 0, apart)
    return {
        "until": float(apart[:, :first].max()),
        "below": float(apart_below.max()),
        "all": float(apart.max()),
    }


def in_same_steps(first: Any, second: Any) -> bool:
    """Whether two lists of spikes are the same."""
    return len(first) == len(second) and np.allclose(first, second, rtol=0, atol=h.dt / 2)


def measured(case: Case) -> dict[str, Any]:
    """One cell at one drive, in this process."""
    h.load_file("stdrun.hoc")
    h.dt, h.steps_per_ms = model.DT, 1 / model.DT
    strengths = json.loads(DRIVES.read_text(encoding="utf-8"))[case.cell]
    make = model.maker(case.cell, pathlib.Path(case.cache), strengths[case.drive]["excitation"])
    cell, synapses, netcons, _drive = make(case.seed)
    if case.method != FULL:
        reduction = neuron_reduce.reduce(
            cell, synapses, netcons, **METHODS[case.method], in_place=True
        )
        cell = reduction.cell
    segments = [segment for section in cell.all for segment in section]
    engines = [neuron_reduce.compile(cell, check=False, exact=exact) for exact in (False, True)]
    tables, formulas = (each.run(TSTOP, record=segments) for each in engines)
    potentials, spikes = by_neuron(segments, next(iter(cell.somatic))(0.5))
    return {
        "segments": len(segments),
        "spikes": len(spikes),
        "same": all(in_same_steps(spikes, each.spikes[0]) for each in (tables, formulas)),
        "tables": differences(tables.v, formulas.v),
        "tables from NEURON": differences(tables.v, potentials),
        "formulas from NEURON": differences(formulas.v, potentials),
        "µs": [least_microseconds(each) for each in engines],
    }


def least_microseconds(engine: Any) -> float:
    """Processor time of a step: the least of some runs."""
    taken = []
    for _ in range(3):
        start = time.thread_time()
        engine.run(TSTOP)
        taken.append(time.thread_time() - start)
    return min(taken) / (TSTOP / h.dt) * 1e6


def obtain(case: Case) -> dict[str, Any]:
    """One cell at one drive, in a process of its own: mechanisms of different cells share names."""
    command = [sys.executable, __file__, "--case", json.dumps(case)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {**case._asdict(), **json.loads(done.stdout.splitlines()[-1])}


# ---- The table


def row(record: dict[str, Any]) -> str:
    """One case."""
    tables, formulas = record["tables"], record["formulas from NEURON"]
    return (
        f"| {record['cell']}, {record['method']} | {record['drive']} | {record['segments']} "
        f"| {record['spikes']} | {'yes' if record['same'] else '**no**'} "
        f"| {tables['until']:.0e} | {tables['below']:.0e} | {tables['all']:.0e} "
        f"| {record['tables from NEURON']['all']:.0e} | {formulas['all']:.0e} "
        f"| {record['µs'][1]:.2f} | {record['µs'][0]:.2f} |"
    )


def markdown(records: list[dict[str, Any]]) -> str:
    """All cases, and the worst of each cell."""
    lines = [
        "| cell | drive | segments | spikes | same steps | until the first spike | below -20 mV "
        "| all | from NEURON | formulas from NEURON | µs a step, formulas | tables |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(row, records),
        "",
    ]
    for part, name in (
        ("until", "until the first spike"),
        ("below", "below -20 mV"),
        ("all", "all"),
    ):
        worst = max(records, key=lambda each: each["tables"][part])
        over = sum(not each["tables"][part] <= BOUND for each in records)
        lines.append(
            f"{name}: at most {worst['tables'][part]:.1e} mV ({worst['cell']}, {worst['method']}, "
            f"{worst['drive']}); {over} of {len(records)} above {BOUND:g} mV  "
        )
    apart = [each for each in records if not each["same"]]
    lines.append(f"{len(apart)} of {len(records)} have a spike in another step than NEURON")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--cells", nargs="+", choices=CELLS, default=MEASURED, metavar="CELL")
    add("--drives", nargs="+", default=["low", "mid", "high"], metavar="DRIVE")
    add("--seeds", nargs="+", type=int, default=[1], metavar="SEED")
    add("--methods", nargs="+", choices=[FULL, *METHODS], default=[FULL, *METHODS])
    add("--cache", type=pathlib.Path, default=ROOT / ".cache", help="where cells are kept")
    add("--output", type=pathlib.Path, default=ROOT / "output" / "tables")
    add("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measured(Case(*json.loads(options.case)))))
        return
    records = []
    options.output.mkdir(parents=True, exist_ok=True)
    for each in itertools.product(options.cells, options.methods, options.drives, options.seeds):
        records.append(obtain(Case(*each, str(options.cache.resolve()))))
        print(row(records[-1]), file=sys.stderr, flush=True)
        (options.output / "tables.json").write_text(json.dumps(records, indent=1), encoding="utf-8")
    text = markdown(records)
    (options.output / "tables.md").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
