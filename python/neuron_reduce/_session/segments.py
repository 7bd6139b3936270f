"""Which of a section's segments a position is in."""

from __future__ import annotations


def segment_index(x: float, count: int) -> int:
    """The segment, from 0 on, of ``count`` equal ones that has the position ``x``, 0 to 1."""
    return min(int(x * count), count - 1)
