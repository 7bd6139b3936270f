"""What goes into a reduction, and what came out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from neuron import hoc, nrn

from .._library import reducing
from ..reduced_cell import ReducedCell
from . import cells, measuring, originals
from . import sites as _sites


@dataclasses.dataclass(frozen=True)
class Subject:
    """The cell that is reduced, and what the caller gave with it.

    :ivar original: the cell.
    :ivar live: its sections.
    :ivar synapses: the caller's point processes.
    :ivar netcons: the caller's NetCons.
    """

    original: cells.Sections
    live: Sequence[nrn.Section]
    synapses: Sequence[Any]
    netcons: Sequence[hoc.NetCon]


@dataclasses.dataclass(frozen=True)
class Built:
    """The reduced cell as it was built.

    :ivar soma: its soma: a section, or several where the original has a list.
    :ivar behind: what stands behind the cell, and is kept as long as it is there.
    :ivar synapses: see :class:`Done`; likewise ``netcons`` and ``counterparts``.
    :ivar stayed: by the indices of the original's sections that are not replaced what they are;
        where it is reduced in place, of all of them.
    :ivar notes: what a user should know of it, one sentence each.
    """

    soma: Any
    behind: Any
    synapses: list[Any]
    netcons: list[Any]
    counterparts: dict[int, Any]
    stayed: dict[int, nrn.Section]
    notes: list[str]


@dataclasses.dataclass(frozen=True)
class Done:
    """What came out of a reduction.

    :ivar cell: the reduced cell.
    :ivar synapses: the caller's point processes that remain.
    :ivar netcons: the caller's NetCons.
    :ivar outcome: what the library says of the reduction.
    :ivar notes: what went before it that a user should know, one sentence each.
    :ivar original: what is known of the original; its courses are left out where no points were
        wanted.
    :ivar responses: those of the synapses, as far as they were measured.
    :ivar kept: by the indices of the original's sections that stayed, or were copied, what they
        are.
    :ivar counterparts: by index of the original's point processes what they are: of those that
        remain, and for a cell beside the original of all that have copies.
    :ivar stayed: by the names of the original's sections that stayed, or were copied, what they
        are; those left out whose names several of the original's sections have.
    :ivar shared_names: names that several of the original's sections have.
    :ivar sites: the places that the caller named, by the names of their sections.
    :ivar site_segments: what they are now, in their order: for a place the index of its segment in
        the outcome's segment map, or the live segment where that stayed; for a section a list.
    :ivar parts: ``roots``, ``keep`` and ``spines`` as far as the caller gave them, by the names of
        sections.
    """

    cell: ReducedCell
    synapses: list[Any]
    netcons: list[Any]
    outcome: reducing.Outcome
    notes: list[str]
    original: originals.Original
    responses: measuring.Responses | None
    kept: dict[int, nrn.Section]
    counterparts: dict[int, Any]
    stayed: dict[str, nrn.Section]
    shared_names: set[str]
    sites: list[_sites.Plain]
    site_segments: list[Any]
    parts: dict[str, Any]

    @property
    def stage_seconds(self) -> dict[str, float]:
        """The stages of the reduction and the seconds each took."""
        return self.cell.stage_seconds

    @property
    def cables(self) -> list[Any]:
        """The sections of the cables, as the outcome numbers them."""
        names = {each.name.decode() for each in self.outcome.cables}
        return [
            section
            for section in self.cell.hoc_model.all
            if section.name().rpartition(".")[2] in names
        ]
