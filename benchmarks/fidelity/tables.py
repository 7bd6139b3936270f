"""The tables of the fidelity benchmark, from its records."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

Record = dict[str, Any]

TUNED = ("l5pc", "allen_scnn1a", "allen_pv1", "tc_cnad")
"""The cells on which methods were developed; figures of the others are of cells held back."""


def mean(values: Iterable[float]) -> float:
    """The mean of those values that are numbers; not a number where none is."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    return float(np.mean(finite)) if finite else math.nan


def figure(value: float, digits: int = 2, sign: bool = False) -> str:
    """A number as text; a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:{'+' if sign else ''}.{digits}f}"


def ceiling(record: Record, measure: str) -> float:
    """What the full cell reaches with itself, the mean over the changes that do not matter."""
    return mean(each[measure] for each in record["ceilings"].values())


def share(record: Record, method: str, measure: str) -> float:
    """A measure of a method as a share of its ceiling."""
    reachable = ceiling(record, measure)
    return record["methods"][method][measure] / reachable if reachable else math.nan


def rate_error(group: list[Record], method: str) -> float:
    """The relative error of the number of spikes of all seeds of one cell and drive."""
    full = sum(record["methods"][method]["spikes_full"] for record in group)
    reduced = sum(record["methods"][method]["spikes"] for record in group)
    return abs(reduced - full) / full if full else math.nan


def grouped(records: list[Record]) -> dict[tuple[str, str], list[Record]]:
    """The records of each cell and drive."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record["cell"], record["drive"]), []).append(record)
    return groups


def markdown(header: list[str], rows: list[list[str]], left: int) -> str:
    """A Markdown table whose first ``left`` columns are aligned to the left."""
    lines = [header, ["---"] * left + ["---:"] * (len(header) - left), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_method(method: str, records: list[Record]) -> str:
    """Return the table of one method, the seeds together."""
    header = ["cell", "drive", "segments", "point processes", "spikes, full → reduced"]
    header += ["rate error", "Γ", "Γ / ceiling", "SPIKE-sync / ceiling", "RMSD, mV", "of classic's"]
    header += ["bias, mV", "run, s"]
    rows = []
    for (cell, drive), group in grouped(records).items():
        of = [record["methods"][method] for record in group]
        counts = " → ".join(str(sum(each[key] for each in of)) for key in ("spikes_full", "spikes"))
        rows.append(
            [
                cell,
                drive,
                f"{group[0]['full']['segments']} → {of[0]['segments']}",
                str(of[0]["point_processes"]),
                counts,
                figure(rate_error(group, method)),
                figure(mean(each["gamma"] for each in of)),
                figure(mean(share(record, method, "gamma") for record in group)),
                figure(mean(share(record, method, "synchronization") for record in group)),
                figure(mean(each["rmsd"] for each in of)),
                figure(relative_rmsd(group, method)),
                figure(mean(each["bias"] for each in of), sign=True),
                figure(mean(each["processor_seconds"] for each in of)),
            ]
        )
    return f"## {method}\n\n{markdown(header, rows, 2)}\n"


def of_currents(methods: list[str], currents: dict[str, Any]) -> str:
    """Return the tables of what was measured with currents, one for each method."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(map(text, value))
        return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.2f}"

    parts = []
    for method in methods:
        rows = [
            [cell, f"{protocol}: {name}", text(value), text(found[method][protocol][name])]
            for cell, found in currents.items()
            for protocol, measures in found["full"].items()
            for name, value in measures.items()
            if value is not None or found[method][protocol][name] is not None
        ]
        table = markdown(["cell", "measured", "full", "reduced"], rows, 2)
        parts.append(f"## {method}\n\n{table}\n")
    return "\n".join(parts)


def of_inputs(methods: list[str], records: list[Record]) -> str:
    """Return the table of other inputs: spikes and RMSD of each method beside one another; where
    there is no spike, how far the soma's potential rises."""

    def answer(record: Record, which: str) -> str:
        spikes = record[f"spikes{which}"]
        return str(spikes) if spikes else f"0 ({figure(record[f'height{which}'], 1)} mV)"

    found: dict[tuple[str, str], dict[str, Record]] = {}
    for record in records:
        found.setdefault((record["cell"], record["input"]), {})[record["method"]] = record
    header = ["cell", "input", "spikes"]
    header += [f"{method}: spikes, RMSD in mV" for method in methods]
    rows = [
        [
            cell,
            given,
            answer(next(iter(of.values())), "_full"),
            *(f"{answer(of[method], '')}, {figure(of[method]['rmsd'])}" for method in methods),
        ]
        for (cell, given), of in found.items()
    ]
    return f"## Other inputs\n\n{markdown(header, rows, 2)}\n"


def of_front(records: list[Record]) -> str:
    """Return the table of sizes: each method at several numbers of segments."""
    header = ["cell", "method", "segments", "spikes, full → reduced", "rate error", "Γ"]
    header += ["RMSD, mV", "run time, % of full"]
    rows = [
        [
            record["cell"],
            record["method"],
            f"{record['segments']} of {record['segments_full']}",
            f"{record['spikes_full']} → {record['spikes']}",
            figure(record["rate_error"]),
            figure(record["gamma"]),
            figure(record["rmsd"]),
            figure(100 * record["time"], 0),
        ]
        for record in records
    ]
    return f"## The front\n\n{markdown(header, rows, 2)}\n"


def relative_rmsd(records: list[Record], method: str) -> float:
    """The mean RMSD of a method over that of the classic one."""
    return quotient(records, method, "rmsd")


def quotient(records: list[Record], method: str, measure: str) -> float:
    """The mean of a measure of a method over that of the classic one."""
    if "classic" not in records[0]["methods"]:
        return math.nan
    classic = mean(record["methods"]["classic"][measure] for record in records)
    return mean(record["methods"][method][measure] for record in records) / classic


def summary(methods: list[str], records: list[Record]) -> str:
    """Return the means over the cases in which the full cell fires."""
    firing = [record for record in records if record["ceilings"] and fires(record)]
    parts = [
        ("all cells", firing),
        ("cells held back", [record for record in firing if record["cell"] not in TUNED]),
        ("cells developed on", [record for record in firing if record["cell"] in TUNED]),
    ]
    header = ["cases", "method", "rate error", "greatest", "Γ / ceiling", "SPIKE-sync / ceiling"]
    header += ["RMSD, mV", "of classic's", "run time, of classic's"]
    rows = []
    for name, part in parts:
        for method in methods if part else []:
            errors = [rate_error(group, method) for group in grouped(part).values()]
            rows.append(
                [
                    f"{name}, {len(part)} runs",
                    method,
                    figure(mean(errors)),
                    figure(max(errors)),
                    figure(mean(share(record, method, "gamma") for record in part)),
                    figure(mean(share(record, method, "synchronization") for record in part)),
                    figure(mean(record["methods"][method]["rmsd"] for record in part)),
                    figure(relative_rmsd(part, method)),
                    figure(quotient(part, method, "processor_seconds")),
                ]
            )
    return (
        f"## Means over the runs in which the full cell fires\n\n{markdown(header, rows, 2)}\n\n"
        "The rate error is that of the spikes of all seeds of a cell and drive; the greatest is "
        "over cells and drives. Shares are of what the full cell reaches with itself when the time "
        "step is halved or all weights are 0.1 % larger.\n"
    )


def fires(record: Record) -> bool:
    """Whether the full cell fires in this case."""
    return any(each["spikes_full"] > 0 for each in record["methods"].values())
