"""A cell's shape as SWC. Sections without 3D points are drawn, see :mod:`.drawing`."""

from __future__ import annotations

from typing import Any

from .._display.text import plain
from .drawing import Tree

_KINDS = {"soma": 1, "axon": 2, "basal": 3, "apical": 4}


def text_of(content: dict[str, Any], name: str) -> str:
    """The file's text."""
    tree = Tree(content)
    lines = [
        f"# {plain(content['name'])}, reduced by {content['method'] or 'neuron_reduce'}",
        "# Sections without 3D points are drawn as a plane tree: their directions mean nothing.",
        "# index type x y z radius parent",
    ]
    for index, (role, x, y, z, radius, parent) in enumerate(tree.points, 1):
        place = " ".join(f"{each:.6g}" for each in (x, y, z))
        lines.append(f"{index} {_KINDS[role]} {place} {radius:.6g} {parent}")
    return "\n".join(lines) + "\n"
