"""A cell whose dendrites are replaced by the reduced ones."""

from __future__ import annotations

from typing import Any

from .._display.warned import warn
from .._library import reducing, structures
from . import copying, originals
from .done import Built, Subject


class InPlace:
    """What is to be replaced of a cell that was read; nothing is changed yet.

    :param read: the cell as the library has it, which is not kept.
    """

    def __init__(self, subject: Subject, read: reducing.Cell):
        self._subject = subject
        unlisted = read.unlisted()[0]
        examples = [subject.synapses[each.synapse] for each in read.groups]
        self._streams = copying.Streams((*subject.synapses, *unlisted), (*examples, *unlisted))

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
        subject = self._subject
        synapses = [subject.synapses[index] for index in outcome.survivors]
        return Built(
            soma=subject.original.soma,
            behind=subject.original.cell,
            synapses=synapses,
            netcons=list(subject.netcons),
            counterparts=dict(zip(outcome.survivors, synapses, strict=True)),
            stayed=dict(enumerate(subject.live)),
            notes=[],
        )
