"""The reductions that are compared, as arguments of :func:`neuron_reduce.reduce`."""

from __future__ import annotations

from typing import Any

METHODS = ("classic", "lumped", "folded", "folded, 120", "folded, third")
"""The methods by name; ``third`` is a third of the full cell's segments."""


def arguments(name: str, segments: int) -> dict[str, Any]:
    """What the method ``name`` is called with, for a full cell of so many segments."""
    method, _, size = name.partition(", ")
    if not size:
        return {"method": method}
    return {"method": method, "segments": round(segments / 3) if size == "third" else int(size)}
