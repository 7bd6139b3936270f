"""Sizes to try after those that were asked for: larger ones until one is close enough, then smaller
ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._candidates import Candidate

_FINEST = 0.05
"""Up to which share of a size that will do none in between is tried."""


def settings(
    tried: Sequence[dict[str, Any]], found: Sequence[Candidate], max_error: float
) -> list[dict[str, Any]]:
    """What to try next, a setting at most for each method and frequency.

    :param tried: what was tried.
    :param found: what came of it.
    """
    groups: dict[tuple[str, float], list[int]] = {}
    for index, each in enumerate(tried):
        groups.setdefault((each["method"], each["frequency"]), []).append(index)
    # A reduced cell as large as the full one is the last to try.
    largest = max((each.segments_full for each in found), default=0)
    more = []
    for those in groups.values():
        size = next_size([found[index] for index in those], max_error, largest)
        if size is not None:
            more.append({**tried[those[0]], "segments": size})
    return more


def next_size(found: Sequence[Candidate], max_error: float, largest: int) -> int | None:
    """The total to try next; None where nothing is to be gained.

    :param found: what came of other sizes.
    :param largest: beyond which none is tried.
    """
    totals = {each.segments: each for each in found if each.segments > 1}
    ran = [each for each in found if each.problem is None]
    if not ran:
        return None
    if not totals:
        return max(2, ran[0].segments_reduced)
    within = [size for size, each in totals.items() if each.error <= max_error]
    if not within:
        size = max(totals)
        # The smallest tree there is comes of several sizes, too, all of them smaller than it.
        has_grown = totals[size].segments_reduced <= size
        if size >= largest or (has_grown and _is_one_of_many(size, totals)):
            return None
        return min(int(2 * size), largest)
    size = min(within)
    # Larger than the full cell is none.
    upper = min(int(size), largest)
    lower = int(max((each for each in totals if each < upper), default=1))
    if lower == 1:
        return None if upper <= 2 or _is_one_of_many(size, totals) else max(2, upper // 2)
    return (lower + upper) // 2 if upper - lower > max(1, _FINEST * upper) else None


def _is_one_of_many(size: float, totals: dict[float, Candidate]) -> bool:
    """Whether another total led to a tree that is as large: the smallest there is, or all there
    is."""
    reduced = totals[size].segments_reduced
    return any(
        each.segments_reduced == reduced > 0 for other, each in totals.items() if other != size
    )
