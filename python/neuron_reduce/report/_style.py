"""Colours and the layout that all figures share.

The page looks for these colours in the figures and puts those for a dark screen in their place,
so nothing else may be drawn with them.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

INK = "#1b1f24"
MUTED = "#59636e"
GRID = "#e3e7ec"
FULL = "#22272e"
REDUCED = "#d55e00"
BODY = "#7a8490"
"""Soma and axon, which both cells share."""

DARK = {
    INK: "#e6eaef",
    MUTED: "#a3adb8",
    GRID: "#353c45",
    FULL: "#d5dbe2",
    REDUCED: "#ff8a3d",
    BODY: "#98a2ad",
}
"""From a colour to the one that takes its place on a dark screen."""

CYCLE = [
    "#0072b2",
    "#009e73",
    "#e69f00",
    "#cc79a7",
    "#56b4e9",
    "#8f6ad8",
    "#999933",
    "#cc6677",
    "#44aa99",
    "#aa4499",
    "#a0522d",
    "#4a6fd8",
]
"""Colours for cables and sites, visible on white and on black, that stay apart for the
colour-blind: Okabe & Ito's without that of the reduced cell, then some of Tol's muted scheme."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def cycle(index: int) -> str:
    """The colour of the cable, or site, with this index."""
    return CYCLE[index % len(CYCLE)]


def shade(colour: str, position: float) -> str:
    """A colour, darker towards 0 and lighter towards 1."""
    target, share = (0, 0.4 * (0.5 - position)) if position < 0.5 else (255, 0.7 * (position - 0.5))
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (target - c) * share):02x}" for c in channels)


# What is dark on white would be hard to see on black.
DARK |= {shade(colour, 0.0): colour for colour in CYCLE}

RAMPS = {
    "apical": (
        ["#14308f", "#1f5ab5", "#2a86cf", "#57b5e8"],
        ["#2d62c4", "#4a90e2", "#7dbdf2", "#c2e3fb"],
    ),
    "basal": (
        ["#12562a", "#24833f", "#5aa02c", "#a9b81e"],
        ["#1f8a4c", "#4fae53", "#98c94f", "#e0e56a"],
    ),
}
"""For each role of cable the colours from the soma to the tip, of evenly growing lightness, on
white and on black."""

STEPS = 48
"""How many colours a ramp has, so that each can have another on a dark screen."""


def _blend(colours: list[str], place: float) -> str:
    """The colour at a place, 0 to 1, between evenly spaced ones."""
    first = min(int(place * (len(colours) - 1)), len(colours) - 2)
    share = place * (len(colours) - 1) - first
    pairs = ((int(c[i : i + 2], 16) for c in colours[first : first + 2]) for i in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def ramp(role: str, place: float) -> str:
    """The colour of a cable of some role at a place from the soma, 0, to the tip, 1."""
    return _blend(RAMPS[role][0], round(place * (STEPS - 1)) / (STEPS - 1))


DARK |= {
    _blend(light, step / (STEPS - 1)): _blend(dark, step / (STEPS - 1))
    for light, dark in RAMPS.values()
    for step in range(STEPS)
}


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title, which names the unit."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": GRID,
        "linecolor": MUTED,
        "tickcolor": MUTED,
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "zeroline": False,
        "automargin": True,
        **more,
    }


def figure(**layout: Any) -> go.Figure:
    """An empty figure in the page's style."""
    return go.Figure(
        layout={
            "template": "none",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 13, "color": INK},
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
            "margin": {"l": 60, "r": 40, "t": 34, "b": 52},
            # Beside the figure, where it covers no legend.
            "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)", "color": MUTED},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1,
                "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)",
            },
            **layout,
        }
    )
