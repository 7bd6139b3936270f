"""Error against size and run time: the methods at several numbers of segments, and a picture.

The drive is that of ``mid``. Sizes are the segments of the whole cell, soma, axon and junctions
without membrane included; times are those of the processor, as a share of the full cell's.
"""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import model
import neuron_reduce

SIZES: dict[str, tuple[float, ...]] = {
    "classic": (-1,),
    "lumped": (-1, 60, 120),
    "folded": (-1, 30, 60, 90, 120, 200),
}
"""Numbers of segments that each method is asked for; -1 for as many as classic cables have."""

THIRD = "folded"
"""The method that is also run with a third of the full cell's segments."""

_MARKS = {"classic": "s", "lumped": "^", "folded": "o"}


def carry_out(
    name: str,
    cache: pathlib.Path,
    excitation: float,
    seeds: list[int],
    tstop: float,
    arguments: dict[str, Any],
) -> list[dict[str, Any]]:
    """A record for each method and size.

    :param excitation: the factor on excitatory weights.
    :param arguments: of every call of ``evaluate``.
    """
    result: list[dict[str, Any]] = []
    whole = None
    for method, sizes in SIZES.items():
        third = [round(whole / 3)] if method == THIRD and whole else []
        for size in sorted({*sizes, *third}):
            if whole and size >= 0.8 * whole:
                continue
            print(f"{name}, front, {method}, {size:g}", file=sys.stderr, flush=True)
            found = neuron_reduce.evaluate(
                model.maker(name, cache, excitation),
                tstop=tstop,
                tstart=model.SETTLED,
                seeds=seeds,
                method=method,
                segments=size,
                ceiling=False,
                **arguments,
            )
            whole = found.record.segments_full
            of = [case.comparison for case in found.cases]
            full = sum(each.spikes_full for each in of)
            reduced = sum(each.spikes_reduced for each in of)
            result.append(
                {
                    "cell": name,
                    "method": method,
                    "asked": size,
                    "segments_full": whole,
                    "segments": found.record.segments_reduced,
                    "spikes_full": full,
                    "spikes": reduced,
                    "rate_error": abs(reduced - full) / full if full else float("nan"),
                    "gamma": sum(each.gamma for each in of) / len(of),
                    "rmsd": sum(each.rmsd for each in of) / len(of),
                    "time": sum(case.reduced.seconds for case in found.cases)
                    / sum(case.full.seconds for case in found.cases),
                }
            )
    return result


def draw(records: list[dict[str, Any]], path: pathlib.Path) -> None:
    """Draws the records of one cell: two errors, each against the size and the run time."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5.5), layout="constrained")
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    first = records[0]
    for method in dict.fromkeys(each["method"] for each in records):
        of = sorted(
            (each for each in records if each["method"] == method),
            key=lambda each: each["segments"],
        )
        for row, error in zip(axes, ("rmsd", "rate_error"), strict=True):
            for plot, against in zip(row, ("segments", "time"), strict=True):
                x = [each[against] * (100 if against == "time" else 1) for each in of]
                y = [each[error] * (100 if error == "rate_error" else 1) for each in of]
                plot.plot(x, y, _MARKS[method] + "-", lw=1, ms=5, label=method)
    for plot, text in zip(axes[:, 0], ("RMSD at the soma, mV", "rate error, %"), strict=True):
        plot.set_ylabel(text)
    axes[1, 0].set_xlabel(f"segments, of {first['segments_full']} of the full cell")
    axes[1, 1].set_xlabel("run time, % of the full cell's")
    for plot in axes.flat:
        # Nothing is below zero; the markers there are to be seen whole.
        plot.set_ylim(bottom=-0.03 * plot.get_ylim()[1])
        plot.set_xlim(left=0)
        plot.grid(alpha=0.3)
    axes[0, 1].legend(frameon=False)
    figure.suptitle(f"{first['cell']}: {first['spikes_full']} spikes of the full cell")
    # The same figures make the same file, with letters as text.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "front"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
