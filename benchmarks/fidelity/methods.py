"""The reductions that are compared, behind one function."""

from __future__ import annotations

import dataclasses
from typing import Any

import neuron_reduce


@dataclasses.dataclass(frozen=True)
class Method:
    """One way to reduce a cell: the method, the frequency in Hz and the segments asked for."""

    name: str
    frequency: float = 0
    segments: float = -1


METHODS = {
    "classic": Method("classic"),
    "lumped": Method("lumped"),
}


def reduce_cell(
    cell: Any, synapses: list[Any], netcons: list[Any], method: str
) -> tuple[Any, list[Any], list[Any]]:
    """Reduce ``cell`` by the method of that name; returns reduced cell, synapses and NetCons."""
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    options = METHODS[method]
    return neuron_reduce.subtree_reductor(
        cell,
        synapses,
        netcons,
        method=options.name,
        reduction_frequency=options.frequency,
        total_segments_manual=options.segments,
    )
