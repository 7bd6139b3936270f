"""NEURON's rxd, which keeps the sections of its regions in Python."""

from __future__ import annotations

import sys
from typing import Any

from .._library import reducing
from ..errors import CellError


def check_that_none_is_replaced(outcome: reducing.Outcome) -> None:
    """Refuses what rxd would go on computing on sections that are gone.

    :raises CellError: a section that the reduction replaces belongs to a region.
    """
    region_module = sys.modules.get("neuron.rxd.region")
    species_module = sys.modules.get("neuron.rxd.species")
    if not getattr(species_module, "_all_species", None):
        return
    replaced = outcome.replaced_sections
    for reference in getattr(region_module, "_all_regions", ()):
        region = reference()
        if region is None:
            continue
        for section in region.secs:
            name = _name(section)
            if name in replaced:
                raise CellError(
                    f"rxd's region {region.name!r} holds {name}, which the reduction replaces; "
                    "expected regions of soma and axon only, or species that are made after "
                    "the reduction"
                )


def _name(section: Any) -> str | None:
    """A section's name; None where it was deleted."""
    try:
        return section.name()
    except ReferenceError:
        return None
