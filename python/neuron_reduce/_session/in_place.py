"""A cell whose dendrites are replaced by the reduced ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neuron import hoc, nrn

from .._display.warned import warn
from .._library import reducing, structures
from . import cells, copying, originals
from .done import Built


class InPlace:
    """What is to be replaced of a cell that was read; nothing is changed yet.

    The parameters are those of :class:`beside.Beside`.
    """

    def __init__(
        self,
        original: cells.Sections,
        read: reducing.Cell,
        live: Sequence[nrn.Section],
        synapses: Sequence[Any],
        netcons: Sequence[hoc.NetCon],
    ):
        self._original, self._live = original, live
        self._synapses, self._netcons = synapses, netcons
        unlisted = read.unlisted()[0]
        examples = [synapses[each.synapse] for each in read.groups]
        self._streams = copying.Streams((*synapses, *unlisted), (*examples, *unlisted))

    def build(self, outcome: reducing.Outcome, building: structures.Building) -> None:
        """Changes the cell, in one call in which no Python runs."""
        while not outcome.build(building):
            # Before it is built: whoever makes errors of warnings has the session as it was.
            warn(" ".join(outcome.losses))
        self._streams.restore()

    def complete(
        self, outcome: reducing.Outcome, lists: dict[str, Any], before: originals.Original
    ) -> Built:
        """Says what became of it."""
        synapses = [self._synapses[index] for index in outcome.survivors]
        return Built(
            soma=self._original.soma,
            behind=self._original.cell,
            synapses=synapses,
            netcons=list(self._netcons),
            counterparts=dict(zip(outcome.survivors, synapses, strict=True)),
            stayed=dict(enumerate(self._live)),
            notes=[],
        )
