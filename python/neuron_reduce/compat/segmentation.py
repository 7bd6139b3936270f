"""How many segments cables get."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .._library import cable_theory
from .._session import gone


@gone.refused
def calculate_nsegs_from_lambda(new_cable_properties: Collection[Any]) -> list[int]:
    """One segment per 0.1 space constants, an odd number in each cable.

    :param new_cable_properties: cables with ``length`` and ``space_const``, in one unit.
    """
    return cable_theory.segment_counts(
        [cable.length / cable.space_const for cable in new_cable_properties]
    )


@gone.refused
def calculate_nsegs_from_manual_arg(
    new_cable_properties: Collection[Any], total_segments_wanted: float
) -> list[int]:
    """Shares a number of segments in proportion to electrotonic length; each cable gets one at
    least.

    :param new_cable_properties: cables with ``electrotonic_length``.
    :param total_segments_wanted: one of them is the soma's.
    """
    return cable_theory.segment_counts(
        [cable.electrotonic_length for cable in new_cable_properties], total_segments_wanted
    )
