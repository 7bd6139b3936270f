"""A reduced cell that is built beside the original, which stays as it is."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence
from typing import Any

from neuron import nrn

from .._library import reducing, structures
from ..reduced_cell import ReducedCell
from . import copying, instances, originals, plays
from .done import Built, Subject
from .segments import segment_index


class Beside:
    """What is to be built beside a cell that was read; nothing is built yet.

    :param read: the cell as the library has it, which is not kept.
    :param clamps: whether point processes that are in no list have copies.
    """

    def __init__(self, subject: Subject, read: reducing.Cell, clamps: bool):
        self._subject, self._clamps = subject, clamps
        others, other_netcons = read.unlisted()
        self._processes = [*subject.synapses, *others]
        listed = {each.hocobjptr(): each for each in subject.netcons}
        self._all_netcons = [*listed.values(), *other_netcons]
        is_played_into = any(each.is_play for each in read.recordings() or ())
        self._played = plays.read(subject.original) if is_played_into else []

    def build(self, outcome: reducing.Outcome, building: structures.Building) -> None:
        """Makes the sections. What was made goes when nobody has it."""
        outcome.build_beside(building)

    def complete(
        self, outcome: reducing.Outcome, lists: dict[str, Any], before: originals.Original
    ) -> Built:
        """Gives the sections that were built what the original's have, and says what became of it.

        :param lists: SectionLists of the new cell's, by their names.
        :param before: the original, which is told what stands for what is in no list.
        :raises CellError: a point process has a POINTER that a copy cannot be given.
        """
        sections = list(lists["all"])
        stayed = {
            index: copy
            for index, copy in zip(outcome.kept_sections, sections, strict=True)
            if index >= 0
        }
        live = self._subject.live
        pairs = [(live[index], copy) for index, copy in stayed.items()]
        made = copying.copies(
            outcome,
            sections,
            self._processes,
            self._all_netcons,
            len(self._subject.synapses),
            self._clamps,
        )
        copying.copy_arcs(pairs)
        copying.copy_streams(pairs)
        if self._clamps:
            made.add_others(pairs, known=self._processes)
        before.others.update(made.others)
        notes = [*made.notes]
        if self._played:
            counterparts = _Counterparts(outcome, sections, live, self._processes, made)
            notes += plays.repeat(self._played, counterparts.segment, counterparts.process)
        soma = list(lists["somatic"])
        return Built(
            soma=soma[0] if issubclass(type(self._subject.original.soma), nrn.Section) else soma,
            # Nobody else has all of them.
            behind=made,
            synapses=[made.processes[index] for index in outcome.survivors],
            netcons=[made.netcons[each.hocobjptr()] for each in self._subject.netcons],
            counterparts=made.processes,
            stayed=stayed,
            notes=notes,
        )


class _Counterparts:
    """What stands for places and point processes of the original.

    :param sections: the reduced cell's.
    :param live: the original's.
    :param processes: the original's, in the order of the outcome's ``process_places``.
    """

    def __init__(
        self,
        outcome: reducing.Outcome,
        sections: Sequence[nrn.Section],
        live: Sequence[nrn.Section],
        processes: Sequence[Any],
        made: copying.Copies,
    ):
        self._made = made
        self._places = outcome.process_places
        self._indices = {section: index for index, section in enumerate(live)}
        self._processes = {each.hocobjptr(): index for index, each in enumerate(processes)}
        kept = outcome.kept_sections
        self._copies = {index: sections[new] for new, index in enumerate(kept) if index >= 0}
        self._cables = [sections[new] for new, index in enumerate(kept) if index < 0]
        collapsed = [i for i, each in enumerate(outcome.sections) if each.is_collapsed]
        self._went: dict[int, list[Any]] = {}
        for each in outcome.segment_map:
            self._went.setdefault(collapsed[each.section], []).append(each)

    def segment(self, section: nrn.Section, x: float) -> nrn.Segment:
        """That of a place; on a cable its centre, of which NEURON has a variable."""
        index = self._indices[section]
        if index in self._copies:
            return self._copies[index](x)
        went = self._went[index]
        found = went[segment_index(x, len(went))]
        cable = self._cables[found.cable]
        return cable((segment_index(found.cable_position, cable.nseg) + 0.5) / cable.nseg)

    def process(self, original: Any) -> Any:
        """That of a point process; None where nothing stands for it."""
        index = self._processes.get(original.hocobjptr())
        if index is None:
            return self._made.others.get(originals.identity(original))
        return self._made.processes.get(self._places[index].representative)


def release_with(cell: ReducedCell, made: copying.Copies, model: instances.ReducedModel) -> None:
    """Lets what a cell that was built beside another one needs go when nobody has the cell.

    :param model: the instance that has its sections.
    """
    weakref.finalize(cell, _release, made, model).atexit = False


def _release(made: copying.Copies, model: instances.ReducedModel) -> None:
    # Here, in the arguments of the call, and in the cell that goes.
    is_held_elsewhere = sys.getrefcount(model) > _REFERENCES
    if not is_held_elsewhere:
        made.release()


_REFERENCES = 4
