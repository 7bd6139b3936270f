"""The demo's picture: somatic traces and morphologies of the full and the reduced cell."""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch

FULL_COLOUR = "#1a1a1a"
REDUCED_COLOUR = "#d55e00"
PART_COLOURS = {"apical": "#0072b2", "basal": "#009e73", "soma": "#1a1a1a", "axon": "#cc79a7"}

DPI = 150

ZOOM_TOP = -42.0
"""Upper end of the potentials shown in the magnified stretch, in mV."""

SCALE_BAR = 500.0
"""Length of the scale bar in µm."""

LABEL_POSITION = 1300.0
"""Distance of a cell's label from its soma in µm."""

SHAPE_GAP = 60.0
"""Distance between the two cells in µm."""

AXON_ANGLE = math.radians(270)


@dataclasses.dataclass
class Shape:
    """A drawable cell: the soma's diameter and tapered pieces, in µm around the soma's centre.

    Each entry of ``pieces`` holds the corners of the pieces of one part, shaped (n, 4, 2).
    """

    soma_diameter: float
    pieces: dict[str, np.ndarray]


def _tapered(points: np.ndarray, diameters: np.ndarray) -> np.ndarray:
    """Return one quadrilateral for each stretch between successive points (µm)."""
    along = np.diff(points, axis=0)
    lengths = np.hypot(along[:, 0], along[:, 1])
    kept = lengths > 0
    along, starts, ends = along[kept], points[:-1][kept], points[1:][kept]
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / lengths[kept][:, None]
    first = normal * diameters[:-1][kept][:, None] / 2
    last = normal * diameters[1:][kept][:, None] / 2
    return np.stack([starts + first, ends + last, ends - last, starts - first], axis=1)


def _soma_diameter(soma: Any) -> float:
    """Return the diameter (µm) of the sphere with the soma's membrane area."""
    return math.sqrt(sum(seg.area() for seg in soma) / math.pi)


def _cable(sec: Any, start: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a section drawn straight from its L and diam, and where it ends (µm)."""
    steps = np.linspace(0.0, sec.L, sec.nseg + 1)[:, None]
    direction = np.array([math.cos(angle), math.sin(angle)])
    pieces = [
        _tapered(start + steps[i : i + 2] * direction, np.full(2, seg.diam))
        for i, seg in enumerate(sec)
    ]
    return np.concatenate(pieces), start + sec.L * direction


def _cables(root: Any, start: np.ndarray, angle: float) -> np.ndarray:
    """Return ``root`` and everything attached to it, drawn as straight cables."""
    pieces, end = _cable(root, start, angle)
    return np.concatenate([pieces, *(_cables(child, end, angle) for child in root.children())])


def full_morphology(cell: Any) -> Shape:
    """Capture the x-y projection of a cell's 3-D points; call it before the cell is reduced.

    An axon without 3-D points is drawn as a straight stub below the soma.
    """
    soma = next(iter(cell.somatic))
    centre = np.mean([[soma.x3d(i), soma.y3d(i)] for i in range(soma.n3d())], axis=0)
    diameter = _soma_diameter(soma)
    pieces = {part: [np.empty((0, 4, 2))] for part in ("apical", "basal", "axon")}
    for part, sections in (("apical", cell.apical), ("basal", cell.basal), ("axon", cell.axonal)):
        for sec in sections:
            count = sec.n3d()
            points = np.array([[sec.x3d(i), sec.y3d(i)] for i in range(count)]).reshape(-1, 2)
            diameters = np.array([sec.diam3d(i) for i in range(count)])
            pieces[part].append(_tapered(points - centre, diameters))
    if not any(len(drawn) for drawn in pieces["axon"]):
        below = np.array([0.0, -diameter / 2])
        roots = [sec for sec in cell.axonal if sec.parentseg().sec == soma]
        pieces["axon"] += [_cables(sec, below, AXON_ANGLE) for sec in roots]
    return Shape(diameter, {part: np.concatenate(found) for part, found in pieces.items()})


def _part(sec: Any) -> str:
    """Return which part of the cell a section belongs to, judged by its name."""
    name = sec.name().split(".")[-1].lower()
    if "apic" in name:
        return "apical"
    return "axon" if "axon" in name or "hill" in name else "basal"


def _angles(part: str, count: int) -> list[float]:
    """Return the directions (radians) in which the cables of one part leave the soma.

    The basal directions start next to the axon and move away from it on alternating sides.
    """
    if part == "axon":
        return [AXON_ANGLE] * count
    if part == "apical":
        return [math.radians(90 + 15 * (i - (count - 1) / 2)) for i in range(count)]
    step = 65 / max(count - 1, 1)
    return [AXON_ANGLE + math.radians((-1) ** i * (10 + step * i)) for i in range(count)]


def reduced_morphology(soma: Any) -> Shape:
    """Lay out the cables of a reduced cell around its soma, to scale from their L and diam."""
    diameter = _soma_diameter(soma)
    roots: dict[str, list[Any]] = {"apical": [], "basal": [], "axon": []}
    for sec in soma.children():
        roots[_part(sec)].append(sec)
    pieces = {}
    for part, sections in roots.items():
        drawn = [np.empty((0, 4, 2))]
        longest_first = sorted(sections, key=lambda sec: -sec.L)
        for sec, angle in zip(longest_first, _angles(part, len(sections)), strict=True):
            edge = diameter / 2 * np.array([math.cos(angle), math.sin(angle)])
            drawn.append(_cables(sec, edge, angle))
        pieces[part] = np.concatenate(drawn)
    return Shape(diameter, pieces)


def _extent(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower left and upper right corner of a shape (µm)."""
    corners = np.concatenate([part.reshape(-1, 2) for part in shape.pieces.values()])
    radius = shape.soma_diameter / 2
    return np.minimum(corners.min(axis=0), -radius), np.maximum(corners.max(axis=0), radius)


def _draw_shapes(axes: Axes, shapes: Sequence[Shape], labels: Sequence[str]) -> None:
    """Draw the cells below each other on one scale, apical dendrites to the right."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    extents = []
    level = 0.0
    for shape, label in zip(shapes, labels, strict=True):
        turned = Shape(shape.soma_diameter, {k: v @ turn for k, v in shape.pieces.items()})
        low, high = _extent(turned)
        shift = np.array([0.0, level - high[1]])
        for part, corners in turned.pieces.items():
            colour = PART_COLOURS[part]
            axes.add_collection(
                PolyCollection(corners + shift, facecolor=colour, edgecolor=colour, linewidth=0.6)
            )
        soma = Circle(tuple(shift), shape.soma_diameter / 2, color=PART_COLOURS["soma"], zorder=3)
        axes.add_patch(soma)
        axes.text(LABEL_POSITION, shift[1] + 25, label, va="bottom", linespacing=1.4)
        extents.append((low + shift, high + shift))
        level += low[1] - high[1] - SHAPE_GAP
    left = min(low[0] for low, _ in extents)
    right = max(high[0] for _, high in extents)
    bottom = extents[-1][0][1]

    bar = np.array([right - SCALE_BAR, right])
    axes.plot(bar, [bottom, bottom], color="black", linewidth=2, solid_capstyle="butt")
    axes.text(bar.mean(), bottom + 20, f"{SCALE_BAR:g} µm", ha="center", va="bottom")
    axes.legend(
        handles=[Patch(color=colour, label=part) for part, colour in PART_COLOURS.items()],
        loc="upper right",
        ncols=len(PART_COLOURS),
        frameon=False,
        handlelength=1.2,
        columnspacing=1.4,
        borderaxespad=0,
        borderpad=0,
    )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom - 5, 5)
    axes.set_aspect("equal", anchor="NW")
    axes.axis("off")


def _draw_traces(axes: Axes, t: np.ndarray, traces: Sequence[np.ndarray]) -> None:
    """Overlay the somatic traces of the full and the reduced cell."""
    axes.plot(t, traces[0], color=FULL_COLOUR, linewidth=1.0, label="full")
    axes.plot(t, traces[1], color=REDUCED_COLOUR, linewidth=1.0, alpha=0.85, label="reduced")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("potential (mV)")


def draw(
    path: pathlib.Path,
    title: str,
    subtitle: str,
    t: np.ndarray,
    traces: Sequence[np.ndarray],
    shapes: Sequence[Shape],
    shape_labels: Sequence[str],
    zoom: tuple[float, float],
) -> None:
    """Write the picture to ``path``.

    ``traces`` are the somatic potentials (mV) over ``t`` (ms) and ``shapes`` the morphologies,
    each of the full and the reduced cell; ``zoom`` is the magnified stretch (ms).
    """
    figure = Figure(figsize=(1600 / DPI, 1000 / DPI), dpi=DPI)
    grid = figure.add_gridspec(
        2,
        2,
        width_ratios=(1.6, 1),
        height_ratios=(1, 0.98),
        left=0.065,
        right=0.98,
        bottom=0.02,
        top=0.84,
        hspace=0.36,
        wspace=0.14,
    )
    figure.text(0.012, 0.963, title, fontsize=14, fontweight="bold", va="center")
    figure.text(0.012, 0.917, subtitle, color="#444444", va="center")

    whole = figure.add_subplot(grid[0, 0])
    _draw_traces(whole, t, traces)
    whole.set_title("Somatic potential", loc="left", fontsize=11)
    whole.set_xlim(t[0], t[-1])
    whole.axvspan(*zoom, color="#999999", alpha=0.25, linewidth=0)
    whole.legend(
        loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, borderaxespad=0.2
    )

    magnified = figure.add_subplot(grid[0, 1])
    shown = (t >= zoom[0]) & (t <= zoom[1])
    _draw_traces(magnified, t[shown], [v[shown] for v in traces])
    magnified.set_title("Shaded stretch, spikes cut off", loc="left", fontsize=11)
    magnified.set_ylim(min(v[shown].min() for v in traces) - 3, ZOOM_TOP)
    magnified.set_xlim(*zoom)

    morphologies = figure.add_subplot(grid[1, :])
    morphologies.set_title("Morphologies, on one scale", loc="left", fontsize=11)
    _draw_shapes(morphologies, shapes, shape_labels)

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI)
