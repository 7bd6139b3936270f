"""NEURON's rxd, which keeps the sections of its regions in Python."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

from ..errors import CellError


def check_that_none_is_replaced(sections: Collection[str], in_place: bool) -> None:
    """Refuses what rxd would go on computing on sections that are gone, or does not on copies.

    :param sections: the names of those that are replaced, or copied.
    :param in_place: whether they are replaced.
    :raises CellError: one of them belongs to a region.
    """
    found = first_on(sections)
    if found:
        region, name = found
        raise CellError(
            f"rxd's region {region!r} holds {name}, "
            + (
                "which the reduction replaces; expected regions of soma and axon only, or "
                "species that are made after the reduction"
                if in_place
                else "of which a copy would have no species; expected species that are "
                "made after the reduction, or in_place=True"
            )
        )


def first_on(sections: Collection[str]) -> tuple[str, str] | None:
    """The name of a region that species are in, and that of a section in it.

    :param sections: the names of those that matter.
    :returns: None where no region has one of them.
    """
    region_module = sys.modules.get("neuron.rxd.region")
    species_module = sys.modules.get("neuron.rxd.species")
    if not getattr(species_module, "_all_species", None):
        return None
    for reference in getattr(region_module, "_all_regions", ()):
        region = reference()
        if region is None:
            continue
        for section in region.secs:
            name = _name(section)
            if name is not None and name in sections:
                return region.name, name
    return None


def _name(section: Any) -> str | None:
    """A section's name; None where it was deleted."""
    try:
        return section.name()
    except ReferenceError:
        return None
