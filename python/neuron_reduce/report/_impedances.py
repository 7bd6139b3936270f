"""Input and transfer impedances of both cells against frequency."""

from __future__ import annotations

import math
import re

import numpy as np
import plotly.graph_objects as go

from .. import _library
from .. import record as records
from . import _style
from ._page import Section, place
from ._text import Html, escape, number, paragraph

SITES = 6
"""How many sites are drawn at most."""

SHOWN = 1e-3
"""Of the largest impedance: what is smaller reaches the soma with nothing that could be seen."""

HEIGHT = "420px"

LEAST, MOST = 1e-100, 1e100
"""Outside of these there is nothing that an axis could have."""

DECADES = 6
"""How many decades are marked at most, where there are many."""


def section(record: records.ReductionRecord) -> Section:
    """The two figures beside each other."""
    impedances = record.impedances
    title = "Impedances"
    if impedances is None or not len(impedances.frequencies):
        text = "Impedances were not computed for this report."
        return Section("impedances", title, paragraph(text, "absent"))
    frequencies = np.asarray(impedances.frequencies, dtype=float)
    drawn = frequencies > 0
    if not drawn.any():
        text = f"Impedances were computed at 0 Hz only. {_at_rest(impedances)}"
        return Section("impedances", title, paragraph(text.strip()))

    text = "Of both cells at rest: passive, and without synapses."
    traits = _library.traits(record.method)
    if traits and not traits & _library.Traits.USES_FREQUENCY:
        text += (
            f" What the method {record.method} conserves is the impedances of the driven cell, "
            "with the mean conductances of its synapses; at rest they may differ more."
        )
    introduction = paragraph(text)

    both = [
        ("full", impedances.input_full, _style.FULL, None),
        ("reduced", impedances.input_reduced, _style.REDUCED, "dash"),
    ]
    first = _figure("input impedance (MΩ)", frequencies[drawn])
    for cell, moduli, colour, dash in both:
        first.add_trace(_line(cell, frequencies[drawn], moduli[drawn], colour, dash))
    _mark(first)
    caption = f"Input impedance at the soma. {_at_rest(impedances)}"
    body = place(
        "input-figure", HEIGHT, "Input impedance against frequency, both cells", caption.strip()
    )
    figures = {"input-figure": first}

    if impedances.sites:
        second = _figure("transfer impedance (MΩ)", frequencies[drawn])
        chosen = np.unique(np.linspace(0, len(impedances.sites) - 1, SITES).round().astype(int))
        for order, index in enumerate(chosen):
            colour, site = _style.cycle(order), _shortened(impedances.sites[index])
            for cell, moduli, dash in (
                ("full", impedances.transfer_full, None),
                ("reduced", impedances.transfer_reduced, "dash"),
            ):
                line = _line(site, frequencies[drawn], moduli[index][drawn], colour, dash)
                line.update(legendgroup=escape(site), showlegend=cell == "full")
                line.update(hovertemplate=f"{escape(site)}, {cell}: %{{y:.3g}} MΩ<extra></extra>")
                second.add_trace(line)
        _mark(second)
        caption = (
            "Transfer impedance from dendritic sites to the soma: full cell solid, reduced cell "
            "dashed, there from the place each site was moved to. What is below a thousandth of "
            "the largest is not shown."
        )
        if len(chosen) < len(impedances.sites):
            caption += f" {len(chosen)} of {len(impedances.sites)} sites are shown."
        description = "Transfer impedances against frequency, both cells"
        body += place("transfer-figure", HEIGHT, description, caption)
        figures["transfer-figure"] = second
        body = f'<div class="pair">{body}</div>'
    else:
        body += paragraph("No transfer impedances were computed.", "absent")
    return Section("impedances", title, Html(introduction + body), figures)


def _figure(title: str, frequencies: np.ndarray) -> go.Figure:
    return _style.figure(
        hovermode="closest",
        margin={"l": 60, "r": 40, "t": 64, "b": 52},
        xaxis=_style.axis("frequency (Hz)", type="log", **_marks(frequencies)),
        yaxis=_style.axis(title, type="log"),
    )


def _mark(figure: go.Figure) -> None:
    """Puts marks on the vertical axis that suit what is drawn, from ``SHOWN`` of the largest on."""
    values = np.concatenate([trace.y for trace in figure.data])
    values = values[(values > LEAST) & (values < MOST)]
    if not len(values):
        return
    largest = values.max()
    values = values[values >= SHOWN * largest]
    span = [math.log10(values.min()) - 0.1, math.log10(largest) + 0.1]
    figure.update_yaxes(range=span, **_marks(values))


def _marks(values: np.ndarray) -> dict[str, list]:
    """Marks of a logarithmic axis at round numbers, written in full."""
    values = values[(values > LEAST) & (values < MOST)]
    if not len(values):
        return {}
    low, high = math.floor(np.log10(values.min())), math.ceil(np.log10(values.max()))
    steps = (1,) if high - low > 3 else (1, 2, 5) if high - low < 3 else (1, 3)
    decades = range(low, high + 1, max(1, math.ceil((high - low) / DECADES)))
    marks = [(step, decade) for decade in decades for step in steps]
    return {
        "tickvals": [step * 10.0**decade for step, decade in marks],
        "ticktext": [
            f"{step * 10.0**decade:g}" if -3 <= decade <= 4 else f"10<sup>{decade}</sup>"
            for step, decade in marks
        ],
    }


def _shortened(site: str) -> str:
    """A site's name, its position with three digits."""
    return re.sub(r"\((\d*\.\d+)\)$", lambda found: f"({float(found[1]):.3g})", site)


def _line(
    name: str, frequencies: np.ndarray, moduli: np.ndarray, colour: str, dash: str | None
) -> go.Scatter:
    return go.Scatter(
        x=frequencies,
        y=np.asarray(moduli, dtype=float),
        mode="lines",
        name=escape(name),
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="%{x:.3g} Hz: %{y:.3g} MΩ",
    )


def _at_rest(impedances: records.Impedances) -> str:
    """The input impedances at 0 Hz, which has no place on a logarithmic axis."""
    still = np.flatnonzero(np.asarray(impedances.frequencies) == 0)
    if not len(still):
        return ""
    full, reduced = (
        number(float(moduli[still[0]]), "MΩ")
        for moduli in (impedances.input_full, impedances.input_reduced)
    )
    return f"At 0 Hz it is {full} in the full and {reduced} in the reduced cell."
