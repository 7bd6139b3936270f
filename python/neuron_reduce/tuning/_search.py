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
        return _larger(totals, largest)
    upper = int(min(within))
    lower = int(max((size for size in totals if size < upper), default=1))
    if lower == 1:
        return max(2, upper // 2) if upper > 2 else None
    return (lower + upper) // 2 if upper - lower > max(1, _FINEST * upper) else None


def _larger(totals: dict[float, Candidate], largest: int) -> int | None:
    size = int(max(totals))
    reduced = totals[max(totals)].segments_reduced
    is_all_there_is = any(
        each.segments_reduced == reduced > 0 for other, each in totals.items() if other < size
    )
    return None if size >= largest or is_all_there_is else min(2 * size, largest)
