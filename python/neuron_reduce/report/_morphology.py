"""Both cells in space, each piece of the full one in the colour of the cable it went to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np
import plotly.graph_objects as go

from .. import _library
from .. import record as records
from .._session.segments import segment_index
from . import _colours, _layout, _style, _tables, _text
from ._colours import Colours
from ._layout import Straight, Stretch
from ._page import Section, place
from ._text import escape, paragraph

HEIGHT = "min(660px, 130vw)"
FLAT = {"ambient": 0.85, "diffuse": 0.3, "specular": 0.05, "roughness": 0.9, "fresnel": 0.0}


def section(record: records.ReductionRecord) -> Section:
    """The full cell and the reduced one beside it, on one scale."""
    title = "Morphology"
    if not any(len(piece.points) > 1 for piece in record.shape):
        text = (
            "The original cell has no 3D points, so that its shape cannot be drawn; the table of "
            "cables says how large the reduced cell’s are. NEURON’s define_shape(), called before "
            "the cell is reduced, gives it some."
        )
        return Section("morphology", title, paragraph(text, "absent"))
    pieces = _layout.stretches(record)
    roles = {piece.section: piece.role for piece in record.shape}
    soma = [piece.points for piece in pieces if roles[piece.section] == "soma"]
    radius = max((points[:, 3].max() / 2 for points in soma), default=0.0)
    cables = _layout.straighten(record.cables, pieces, radius, _layout.starts(record))
    staying = {
        piece.section
        for piece in record.shape
        if piece.stays and piece.role not in ("soma", "axon")
    }
    kept = [piece for piece in pieces if piece.cable is None and piece.section in staying]
    colours = _colours.of(record.cables)

    full_low, full_high = _extent(piece.points[:, :3] for piece in pieces)
    ends = [np.stack([cable.start, cable.end]) for cable in cables]
    bodies = [*soma, *(piece.points for piece in kept)]
    reduced_low, reduced_high = _extent([*(points[:, :3] for points in bodies), *ends])
    height = max(full_high[1], reduced_high[1]) - min(full_low[1], reduced_low[1])
    shift = np.array([full_high[0] - reduced_low[0] + 0.08 * height, 0.0, 0.0])

    low, high = (
        np.minimum(full_low, reduced_low + shift),
        np.maximum(full_high, reduced_high + shift),
    )
    # Room for the labels below the cells and the bar beside them.
    low -= np.array([0.04, 0.12, 0.04]) * height
    high += np.array([0.1, 0.03, 0.04]) * height
    figure = _style.figure(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0,
            "yanchor": "top",
            "itemsizing": "constant",
            "bgcolor": "rgba(0,0,0,0)",
        },
        scene=_scene(low, high),
    )
    others = [piece for piece in pieces if piece.cable is not None or piece.section not in staying]
    _draw_body(figure, others, roles, np.zeros(3), legend=True)
    somatic = [piece for piece in pieces if roles[piece.section] == "soma"]
    _draw_body(figure, somatic, roles, shift, legend=False)
    _draw_kept(figure, kept, np.zeros(3), legend=True)
    _draw_kept(figure, kept, shift, legend=False)
    went: dict[int, list[Stretch]] = {}
    for piece in pieces:
        if piece.cable is not None:
            went.setdefault(piece.cable, []).append(piece)
    for index, cable in enumerate(record.cables):
        _draw_dendrites(figure, index, cable, went.get(index, []), colours)
    for straight in cables:
        # Junctions of folded trees have no membrane.
        if straight.index in went or record.cables[straight.index].length > 0.01:
            _draw_cable(figure, straight, record.cables[straight.index], shift, colours)
    bottom = low[1] + 0.05 * height
    _draw_scale(figure, np.array([high[0] - 0.03 * height, bottom, 0.0]), height)
    for label, x in (("full", 0.0), ("reduced", shift[0])):
        figure.add_trace(_words(label, np.array([x, bottom, 0.0])))

    caption = (
        "The full cell, each piece in the colour of the cable it went to, and the reduced cell "
        "beside it on the same scale: soma and cables with their lengths and diameters, laid out "
        "flat on the side that their dendrites were on. "
    )
    if colours.come_again:
        caption += (
            "Neighbours that have one colour share a compartment; colours come again farther away. "
        )
    else:
        tip = "the tip" if colours.ramps else "a cable’s tip"
        caption += f"Shades go from dark near the soma to light at {tip}. "
    caption += "Thin dendrites and cables are drawn wider than they are."
    if _library.traits(record.method) & _library.Traits.CABLES_ARE_LUMPS:
        caption += f" {_tables.LUMPS}"
    caption += " Drag to turn, point at a piece to see where it went"
    caption += ", tap a name to hide a cable with its dendrites." if colours.are_own else "."
    caption += " On a wide screen there are buttons to zoom and to move."
    if kept:
        caption += (
            " Dendrites that stay as they are are drawn with both cells, in the soma’s colour."
        )
    if any(roles[piece.section] == "axon" for piece in pieces):
        caption += " The axon is kept by the reduced cell, and drawn with the full one only."
    description = "The full and the reduced cell in three dimensions"
    body = place("morphology-figure", HEIGHT, description, caption, _colours.legend(colours))
    return Section("morphology", title, body, {"morphology-figure": figure})


def _scene(low: np.ndarray, high: np.ndarray) -> dict:
    """Seen from the front without perspective, so that lengths can be compared."""
    axes = {
        f"{axis}axis": {"visible": False, "showspikes": False, "range": [start, end]}
        for axis, start, end in zip("xyz", low.tolist(), high.tolist(), strict=True)
    }
    ratio = (high - low) / (high - low).max()
    return {
        **axes,
        # The page's script scales it to the size of the screen, and lays the cells on their side
        # where that makes them larger.
        "aspectmode": "manual",
        "aspectratio": dict(zip("xyz", ratio.tolist(), strict=True)),
        "dragmode": "orbit",
        "camera": {
            "projection": {"type": "orthographic"},
            "up": {"x": 0, "y": 1, "z": 0},
            "eye": {"x": 0, "y": 0, "z": 2},
        },
    }


def _extent(lines: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(list(lines))
    return points.min(axis=0), points.max(axis=0)


def _draw_body(
    figure: go.Figure,
    pieces: Iterable[Stretch],
    roles: dict[str, str],
    shift: np.ndarray,
    *,
    legend: bool,
) -> None:
    """Soma as a solid, axon as a line: what both cells have."""
    for piece in pieces:
        role = roles[piece.section]
        if role == "soma":
            points = piece.points + np.append(shift, 0)
            figure.add_trace(
                _solid(points, [_style.BODY] * (len(points) - 1), f"<b>{escape(piece.section)}</b>")
            )
    lines = [piece for piece in pieces if roles[piece.section] == "axon"]
    if lines:
        figure.add_trace(
            _lines(lines, [escape(piece.section) for piece in lines], 2.5).update(
                name="axon", showlegend=legend, line_color=_style.BODY
            )
        )
    # Sections that are neither and went to no cable are drawn, since something is amiss with them.
    strays = [p for p in pieces if p.cable is None and roles[p.section] not in ("soma", "axon")]
    if strays and legend:
        labels = [f"{escape(piece.section)}: went to no cable" for piece in strays]
        figure.add_trace(
            _lines(strays, labels, 2.5).update(name="no cable", line_color=_style.BODY)
        )


def _draw_kept(
    figure: go.Figure, pieces: Sequence[Stretch], shift: np.ndarray, *, legend: bool
) -> None:
    """Dendrites that both cells have."""
    if not pieces:
        return
    moved = [dataclasses.replace(each, points=each.points + np.append(shift, 0)) for each in pieces]
    labels = [f"<b>{escape(piece.section)}</b><br>stays" for piece in pieces]
    trace = _lines(moved, labels, 3)
    figure.add_trace(trace.update(name="stays", showlegend=legend, line_color=_style.BODY))


def _draw_dendrites(
    figure: go.Figure,
    index: int,
    cable: records.Cable,
    pieces: Sequence[Stretch],
    colours: Colours,
) -> None:
    """The original's pieces that went to one cable, shaded by the segment they went to."""
    if not pieces:
        return
    segments = max(cable.segments, 1)
    sections: dict[int, dict[str, None]] = {}
    for piece in pieces:
        sections.setdefault(_segment(piece, segments), {})[piece.section] = None
    labels = [
        f"<b>{escape(piece.section)}({piece.x:.3g})</b><br>went to {escape(cable.name)}"
        f"({piece.cable_x:.3g}){_company(piece, sections[_segment(piece, segments)])}"
        for piece in pieces
    ]
    trace = _lines(pieces, labels, 3)
    steps = [np.full(len(piece.points) + 1, _segment(piece, segments)) for piece in pieces]
    trace.update(
        name=escape(cable.name),
        legendgroup=cable.name,
        showlegend=False,
        line=_shaded(colours, index, np.concatenate(steps), segments),
    )
    figure.add_trace(trace)


def _segment(piece: Stretch, segments: int) -> int:
    """Which of its cable's segments a piece went to."""
    return segment_index(piece.cable_x, segments)


def _company(piece: Stretch, sections: Iterable[str]) -> str:
    """The other sections that went to the same segment."""
    others = [_text.own(each) for each in sections if each != piece.section]
    return f"<br>with {escape(_text.some(others))}" if others else ""


def _draw_cable(
    figure: go.Figure,
    straight: Straight,
    cable: records.Cable,
    shift: np.ndarray,
    colours: Colours,
) -> None:
    """A cable as a cylinder to scale, and a line along it that can be pointed at."""
    segments = max(cable.segments, 1)
    steps = np.linspace(0.0, 1.0, segments + 1)[:, None]
    axis = straight.start + steps * (straight.end - straight.start) + shift
    points = np.column_stack([axis, np.full(len(axis), cable.diameter)])
    shades = [colours.shade(straight.index, (step + 0.5) / segments) for step in range(segments)]
    name = escape(cable.name)
    size = f"{cable.length:.4g} µm × {cable.diameter:.3g} µm"
    figure.add_trace(
        # What the legend shows: the cable's colour, which its shades are made of.
        go.Scatter3d(
            x=[None],
            y=[None],
            z=[None],
            mode="lines",
            name=name,
            legendgroup=cable.name,
            line={"color": colours.cables[straight.index], "width": 5},
            showlegend=colours.are_own,
        )
    )
    figure.add_trace(_solid(points, shades, None).update(name=name, legendgroup=cable.name))
    line = np.concatenate([axis[:-1], (axis[:-1] + axis[1:]) / 2, axis[1:]], axis=1)
    labels = [f"<b>{name}({(step + 0.5) / segments:.3g})</b><br>{size}" for step in range(segments)]
    figure.add_trace(
        go.Scatter3d(
            **_xyz(line.reshape(-1, 3)),
            mode="lines",
            name=name,
            legendgroup=cable.name,
            showlegend=False,
            line={
                **_shaded(colours, straight.index, np.arange(segments).repeat(3), segments),
                "width": 5,
            },
            text=np.repeat(labels, 3).tolist(),
            hovertemplate="%{text}<extra></extra>",
        )
    )


def _shaded(colours: Colours, index: int, steps: np.ndarray, segments: int) -> dict:
    """A line in the shades of a cable; each of its points belongs to one of the segments."""
    return {
        "color": ((steps + 0.5) / segments).astype(np.float32),
        "cmin": 0,
        "cmax": 1,
        "colorscale": [[place, colours.shade(index, place)] for place in (0.0, 0.5, 1.0)],
    }


def _draw_scale(figure: go.Figure, start: np.ndarray, height: float) -> None:
    """A bar of a round length along the y-axis, its length at its end."""
    raw = 0.2 * height
    decade = 10 ** math.floor(math.log10(raw))
    length = next(step * decade for step in (5, 2, 1) if step * decade <= raw)
    figure.add_trace(
        go.Scatter3d(
            **_xyz(np.stack([start, start + np.array([0.0, length, 0.0])])),
            mode="lines",
            line={"color": _style.INK, "width": 4},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    end = start + np.array([0.0, length, 0.0])
    figure.add_trace(_words(f"{length:g} µm", end).update(textposition="top center"))


def _words(text: str, where: np.ndarray) -> go.Scatter3d:
    return go.Scatter3d(
        **_xyz(where[None]),
        mode="text",
        text=[text],
        textposition="bottom center",
        textfont={"color": _style.INK, "size": 14},
        hoverinfo="skip",
        showlegend=False,
    )


def _lines(pieces: Sequence[Stretch], labels: Sequence[str], width: float) -> go.Scatter3d:
    """Pieces as one trace, with a gap after each."""
    gap = np.full((1, 3), np.nan)
    points = np.concatenate([part for piece in pieces for part in (piece.points[:, :3], gap)])
    text = []
    for piece, label in zip(pieces, labels, strict=True):
        text += [label] * (len(piece.points) + 1)
    return go.Scatter3d(
        **_xyz(points),
        mode="lines",
        line={"width": width},
        connectgaps=False,
        text=text,
        hovertemplate="%{text}<extra></extra>",
    )


def _solid(points: np.ndarray, colours: Sequence[str], label: str | None) -> go.Mesh3d:
    """A tube with one colour for each step."""
    corners, triangles = _layout.tube(points)
    return go.Mesh3d(
        **_xyz(corners),
        i=triangles[:, 0].astype(np.int32),
        j=triangles[:, 1].astype(np.int32),
        k=triangles[:, 2].astype(np.int32),
        facecolor=[colour for colour in colours for _ in range(2 * _layout.SIDES)],
        flatshading=True,
        lighting=FLAT,
        hoverinfo="skip" if label is None else None,
        hovertemplate=None if label is None else f"{label}<extra></extra>",
        showlegend=False,
    )


def _xyz(points: np.ndarray) -> dict[str, np.ndarray]:
    return {axis: points[:, column].astype(np.float32) for column, axis in enumerate("xyz")}
