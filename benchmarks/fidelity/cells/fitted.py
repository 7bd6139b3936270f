"""Channels and parameters put on a cell, as fits say them: by section list, perhaps by distance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from neuron import h

COMPOSED = {
    "somadend": ("somatic", "basal", "apical"),
    "somaxon": ("somatic", "axonal"),
    "allact": ("somatic", "basal", "apical", "axonal"),
    "soma": ("somatic",),
}
"""Names of several section lists together."""


class Parameter(NamedTuple):
    """A value on all segments of a section list.

    :ivar where: the section list, or ``'global'``.
    :ivar name: the parameter's, with its mechanism's.
    :ivar value: in the units that NEURON has.
    :ivar distribution: a formula of ``{distance}`` (µm from the soma) and ``{value}``; None for the
        same everywhere.
    """

    where: str
    name: str
    value: float
    distribution: str | None = None


def put(cell: Any, mechanisms: Iterable[tuple[str, str]], parameters: Iterable[Parameter]) -> None:
    """Insert mechanisms and set parameters, later ones over earlier ones.

    :param mechanisms: section list and name of each.
    """
    for where, mechanism in mechanisms:
        for section in _sections(cell, where):
            section.insert(mechanism)
    origin = cell.soma[0](0.5)
    functions = {"math": math, "exp": math.exp, "__builtins__": {}}
    for parameter in parameters:
        where, name, value, distribution = parameter
        if where == "global":
            setattr(h, name, value)
            continue
        for section in _sections(cell, where):
            if name == "Ra":
                section.Ra = value
                continue
            for segment in section:
                here = value
                if distribution is not None:
                    distance = h.distance(origin, segment)
                    formula = distribution.format(distance=distance, value=value)
                    here = eval(formula, functions)
                setattr(segment, name, here)


def _sections(cell: Any, where: str) -> list[Any]:
    return [each for name in COMPOSED.get(where, (where,)) for each in getattr(cell, name)]
