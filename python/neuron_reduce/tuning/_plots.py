"""Size against error, drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._display.text import faster
from ._candidates import Candidate

if TYPE_CHECKING:
    from ._front import Tuning


def plotly(tuning: Tuning, path) -> None:
    """:raises ImportError: it is not installed."""
    try:
        from plotly import graph_objects
    except ImportError:
        raise ImportError(
            f"'{path}' is drawn by Plotly, which is not installed; expected it (pip install "
            "plotly), or a path that ends in .png, .svg or .pdf, which matplotlib draws"
        ) from None
    figure = graph_objects.Figure()
    for method, candidates in _by_method(tuning.candidates).items():
        figure.add_scatter(
            x=[each.segments_reduced for each in candidates],
            y=[each.error for each in candidates],
            text=[f"{each.label}: {faster(each.speed_up)}" for each in candidates],
            mode="markers",
            name=method,
        )
    figure.add_scatter(
        x=[each.segments_reduced for each in tuning.front],
        y=[each.error for each in tuning.front],
        mode="lines",
        # From one tree to the next there is none.
        line_shape="hv",
        name="front",
    )
    figure.add_hline(y=tuning.max_error, line_dash="dot")
    figure.update_layout(
        xaxis_title="segments of the reduced cell", yaxis_title=f"error ({tuning.measure})"
    )
    figure.write_html(str(path))


def matplotlib(tuning: Tuning, path) -> None:
    """:raises ImportError: it is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            f"'{path}' is drawn by matplotlib, which is not installed; expected it (pip install "
            "matplotlib), or a path that ends in .html, which Plotly draws"
        ) from None
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    for method, candidates in _by_method(tuning.candidates).items():
        axes.plot(
            [each.segments_reduced for each in candidates],
            [each.error for each in candidates],
            "o",
            label=method,
        )
    front = tuning.front
    sizes = [each.segments_reduced for each in front]
    axes.step(sizes, [each.error for each in front], "k-", lw=1, where="post")
    for each in front:
        axes.annotate(
            faster(each.speed_up),
            (each.segments_reduced, each.error),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=8,
        )
    axes.axhline(tuning.max_error, color="gray", linestyle=":", label="tolerance")
    axes.set_xlabel("segments of the reduced cell")
    axes.set_ylabel(f"error ({tuning.measure})")
    axes.legend()
    figure.savefig(path)


def _by_method(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {}
    for each in candidates:
        if not math.isnan(each.error):
            found.setdefault(each.method, []).append(each)
    return found
