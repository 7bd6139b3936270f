"""Somatic potentials of both cells, and their spikes below."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from . import _style
from ._cases import Case
from ._page import Section, place
from ._text import Html, escape, paragraph

POINTS = 160_000
"""How many points all traces together are drawn with: about 1.7 MB of the file."""

TRACE_HEIGHT = 300
THRESHOLD = -20.0
"""What a spike crosses upwards where the comparison does not say, in mV."""

ROW_HEIGHT = 17
"""Of a raster's row, in pixels."""


def section(cases: Sequence[Case]) -> Section:
    """Traces and raster, with a choice of the input whose traces are shown."""
    title = "Somatic potential"
    if not cases:
        text = "No runs of the two cells were compared, so there are no traces to show."
        return Section("traces", title, paragraph(text, "absent"))
    kept = [case for case in cases if case.full is not None and case.reduced is not None]
    if not kept:
        text = "The recordings were not kept with the comparison, so there are no traces to show."
        return Section("traces", title, paragraph(text, "absent"))

    rows = 2 * len(kept)
    recordings = [each for case in kept for each in (case.full, case.reduced)]
    span = [
        float(min(each.time[0] for each in recordings)),
        float(max(each.time[-1] for each in recordings)),
    ]
    raster = max(rows * ROW_HEIGHT, 50)
    share = raster / (raster + TRACE_HEIGHT + 30)
    figure = _style.figure(
        hovermode="x",
        xaxis=_style.axis(
            "",
            anchor="y",
            matches="x2",
            range=span,
            showticklabels=False,
            showgrid=False,
            ticks="",
        ),
        xaxis2=_style.axis("time (ms)", anchor="y2", range=span, showgrid=False),
        yaxis=_style.axis("potential (mV)", domain=[share + 0.04, 1]),
        yaxis2=_style.axis(
            "",
            domain=[0, share],
            range=[rows - 0.5, -0.5],
            tickvals=[2 * index + 0.5 for index in range(len(kept))],
            ticktext=[escape(case.short) for case in kept],
            fixedrange=True,
            showgrid=False,
            ticks="",
        ),
        shapes=[
            {
                "type": "rect",
                "xref": "x2 domain",
                "yref": "y2",
                "x0": 0,
                "x1": 1,
                "y0": -0.5,
                "y1": 1.5,
                "fillcolor": _style.BODY,
                "opacity": 0.14,
                "line": {"width": 0},
                "layer": "below",
            }
        ],
    )
    points = POINTS // rows
    thinned = False
    for index, case in enumerate(kept):
        for cell, recording, colour in _cells(case):
            time, potential = thin(recording.time, recording.soma, points)
            thinned |= len(time) < len(recording.time)
            figure.add_trace(_trace(cell, time, potential, colour, index))
            row = 2 * index + (cell == "reduced")
            threshold = getattr(case.comparison, "threshold", THRESHOLD)
            figure.add_trace(_spikes(cell, recording, threshold, colour, row))

    caption = (
        "Somatic potential of the full and the reduced cell under the same input, and below it "
        "the spikes of both, full above reduced"
    )
    caption += ", for each input; the shaded one is shown above." if len(kept) > 1 else "."
    caption += " Drag to zoom, double-click to go back."
    if thinned:
        caption += (
            " Long traces are drawn from the least and the greatest value of each short stretch, "
            "so that every spike keeps its peak; all numbers come from the full recordings."
        )
    height = TRACE_HEIGHT + raster + 120
    description = "Somatic traces and spike rasters of the full and the reduced cell"
    body = _choice(kept) + place("traces-figure", f"{height}px", description, caption)
    return Section("traces", title, Html(body), {"traces-figure": figure})


def thin(time: np.ndarray, values: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many samples of a series: of each stretch the least and the greatest value.

    Both ends are kept.
    """
    time, values = np.asarray(time), np.asarray(values)
    count = len(values)
    if count <= max(points, 4):
        return time, values
    stretches = max((points - 2) // 2, 1)
    edges = np.linspace(0, count, stretches + 1).astype(int)
    found = {0, count - 1}
    for start, end in itertools.pairwise(edges):
        stretch = values[start:end]
        found |= {int(start + stretch.argmin()), int(start + stretch.argmax())}
    kept = np.array(sorted(found))
    return time[kept], values[kept]


def _cells(case: Case) -> list[tuple[str, Any, str]]:
    return [("full", case.full, _style.FULL), ("reduced", case.reduced, _style.REDUCED)]


def _choice(cases: Sequence[Case]) -> Html:
    """A menu of inputs; the page's script shows the one that is chosen."""
    if len(cases) == 1:
        return Html("")
    options = "".join(
        f'<option value="{index}">{escape(case.label)}</option>' for index, case in enumerate(cases)
    )
    return Html(
        '<label class="choice">Input '
        f'<select data-figure="traces-figure" autocomplete="off">{options}</select></label>'
    )


def _trace(
    cell: str, time: np.ndarray, potential: np.ndarray, colour: str, index: int
) -> go.Scatter:
    return go.Scatter(
        x=time.astype(np.float32),
        y=potential.astype(np.float32),
        mode="lines",
        name=cell,
        meta=index,
        visible=index == 0,
        line={"color": colour, "width": 1.4},
        opacity=0.9,
        xaxis="x",
        yaxis="y",
        hovertemplate="%{y:.1f} mV",
    )


def _spikes(cell: str, recording: Any, threshold: float, colour: str, row: int) -> go.Scatter:
    times = np.asarray(recording.spike_times(threshold), dtype=np.float32)
    return go.Scatter(
        x=times,
        y=np.full(len(times), row, dtype=np.float32),
        mode="markers",
        name=f"spike, {cell}",
        showlegend=False,
        marker={
            "symbol": "line-ns",
            "size": ROW_HEIGHT - 6,
            "line": {"color": colour, "width": 1.6},
            "color": colour,
        },
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x:.2f} ms",
    )
