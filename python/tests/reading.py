"""What tests read of sections, of the cables of a reduced cell, and of connections."""

from __future__ import annotations

from typing import Any

from neuron import h


def names(sections: Any) -> list[str]:
    """Of the sections of anything that can be gone through."""
    return [section.name() for section in sections]


def all_names() -> list[str]:
    """Of all sections of the session."""
    return names(h.allsec())


def cables(result: Any) -> list[Any]:
    return [
        (section.L, section.diam, section.nseg) for section in [*result[0].apical, *result[0].basal]
    ]


def connections_of(netcons: Any) -> list[Any]:
    """What must stay as it is of NetCons: all but the target."""
    return [(n.hname(), n.weight[0], n.delay, n.threshold, n.pre(), n.active()) for n in netcons]
