"""Input and transfer impedances of both cells against frequency."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from .. import record as records
from . import _style
from ._page import Section, place
from ._text import Html, escape, number, paragraph

SITES = 6
"""How many sites are drawn at most."""

HEIGHT = 420


def section(impedances: records.Impedances | None) -> Section:
    """The two figures beside each other."""
    title = "Impedances"
    if impedances is None or not len(impedances.frequencies):
        text = "Impedances were not computed for this report."
        return Section("impedances", title, paragraph(text, "absent"))
    frequencies = np.asarray(impedances.frequencies, dtype=float)
    drawn = frequencies > 0
    if not drawn.any():
        text = f"Impedances were computed at 0 Hz only. {_at_rest(impedances)}"
        return Section("impedances", title, paragraph(text.strip()))

    both = [
        ("full", impedances.input_full, _style.FULL, None),
        ("reduced", impedances.input_reduced, _style.REDUCED, "dash"),
    ]
    first = _figure("input impedance (MΩ)")
    for cell, moduli, colour, dash in both:
        first.add_trace(_line(cell, frequencies[drawn], moduli[drawn], colour, dash))
    caption = f"Input impedance at the soma, passive. {_at_rest(impedances)}"
    body = place(
        "input-figure", HEIGHT, "Input impedance against frequency, both cells", caption.strip()
    )
    figures = {"input-figure": first}

    if impedances.sites:
        second = _figure("transfer impedance to the soma (MΩ)")
        chosen = np.unique(np.linspace(0, len(impedances.sites) - 1, SITES).round().astype(int))
        for order, index in enumerate(chosen):
            colour, site = _style.cycle(order), impedances.sites[index]
            for cell, moduli, dash in (
                ("full", impedances.transfer_full, None),
                ("reduced", impedances.transfer_reduced, "dash"),
            ):
                line = _line(site, frequencies[drawn], moduli[index][drawn], colour, dash)
                line.update(legendgroup=site, showlegend=cell == "full")
                line.update(hovertemplate=f"{escape(site)}, {cell}: %{{y:.3g}} MΩ<extra></extra>")
                second.add_trace(line)
        caption = (
            "Transfer impedance from dendritic sites to the soma: full cell solid, reduced cell "
            "dashed, there from the place each site was moved to."
        )
        if len(chosen) < len(impedances.sites):
            caption += f" {len(chosen)} of {len(impedances.sites)} sites are shown."
        description = "Transfer impedances against frequency, both cells"
        body += place("transfer-figure", HEIGHT, description, caption)
        figures["transfer-figure"] = second
        body = f'<div class="pair">{body}</div>'
    else:
        body += paragraph("No transfer impedances were computed.", "absent")
    return Section("impedances", title, Html(body), figures)


def _figure(title: str) -> go.Figure:
    decades = {"type": "log", "dtick": 1, "exponentformat": "none"}
    return _style.figure(
        hovermode="closest",
        margin={"l": 60, "r": 12, "t": 64, "b": 52},
        xaxis=_style.axis("frequency (Hz)", **decades),
        yaxis=_style.axis(title, type="log", exponentformat="none", dtick="D2"),
    )


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
