"""Vectors that are played into a cell: a cell that is built beside it has them played into what
stands for the same variables."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from neuron import h, hoc, nrn

from .._library.reducing import Recording
from ..errors import NeuronReduceError
from . import cells, whole


@dataclasses.dataclass(frozen=True)
class Play:
    """A Vector that is played into a variable of a cell.

    :ivar recording: what NEURON has of it.
    :ivar vectors: the session's own objects: values, times and the indices of jumps, each None
        where there is none, or no object.
    :ivar process: the point process whose variable it is; None for a section's.
    :ivar section: the section whose variable it is; None for a point process's.
    """

    recording: Recording
    vectors: tuple[Any, Any, Any]
    process: Any
    section: nrn.Section | None

    @property
    def label(self) -> str:
        """As messages have it, such as ``IClamp[0].amp``."""
        name = self.recording.name
        if self.section is None:
            return f"{self.process.hname()}.{name}"
        return f"{name} of {self.section.name()}({self.recording.position:g})"

    def repeat(self, owner: Any) -> bool:
        """Plays it into the same variable of a segment or a point process too.

        :returns: whether that has it.
        """
        values, times, breaks = self.vectors
        recording = self.recording
        is_complete = (
            values is not None
            and (times is not None or not recording.has_times)
            and (breaks is not None or not recording.has_breaks)
        )
        name = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", recording.name or "")
        if not is_complete or name is None:
            return False
        try:
            reference = getattr(owner, f"_ref_{name[1]}")
            if name[2] is not None:
                reference = reference[int(name[2])]
        except (AttributeError, NameError, TypeError, IndexError):
            return False
        if recording.is_continuous:
            values.play(reference, times, 1 if breaks is None else breaks)
        elif recording.has_times:
            values.play(reference, times)
        else:
            values.play(reference, recording.interval)
        return True


def read(cell: cells.Sections) -> list[Play]:
    """The plays into variables of a cell, of all its sections and point processes, in NEURON's
    order."""
    sections = list(cell.somatic[0].wholetree())
    processes = whole.point_processes(sections)
    tree = whole.read(cell.name, cell.somatic, cell.apical, cell.axonal, processes)
    found = [each for each in tree.recordings() or () if each.is_play and each.name is not None]
    if not found:
        return []
    vectors = {hoc.HocObject.hocobjptr(each): each for each in h.List("Vector")}
    own = tree.sections()
    return [
        Play(
            each,
            (vectors.get(each.vector), vectors.get(each.times), vectors.get(each.breaks)),
            processes[each.point_process] if each.point_process >= 0 else None,
            own[each.section] if each.point_process < 0 else None,
        )
        for each in found
        if each.point_process >= 0 or each.section >= 0
    ]


def of_no_other_cell(
    recordings: Sequence[Recording], own: Iterable[nrn.Section]
) -> list[Recording]:
    """What is played, without what drives other cells: as a cell beside the original has the
    Vectors that are played into that.

    :param recordings: as a cell's sections have them.
    :param own: these.
    """
    found = [each for each in recordings if each.is_play]
    unknown = [each for each in found if each.name is None]
    if not unknown:
        return found
    known = set(own)
    elsewhere: collections.Counter[tuple[Any, ...]] = collections.Counter()
    for root in h.allsec():
        if root.parentseg() is not None or root in known:
            continue
        processes = whole.point_processes(root.wholetree())
        try:
            others = whole.read(root.name(), [root], [], [], processes).recordings() or ()
        except NeuronReduceError:
            # A cell that cannot be read: what is played into that is not known.
            continue
        elsewhere.update(_key(each) for each in others if each.is_play and each.name is not None)
    left = []
    for each in found:
        if each.name is None and elsewhere[_key(each)] > 0:
            elsewhere[_key(each)] -= 1
        else:
            left.append(each)
    return left


def _key(recording: Recording) -> tuple[Any, ...]:
    """What is the same of a play whoever reads it."""
    vectors = (recording.vector, recording.times, recording.breaks)
    return *vectors, recording.interval, recording.is_continuous


def repeat(
    plays: Sequence[Play],
    segment: Callable[[nrn.Section, float], Any],
    process: Callable[[Any], Any],
) -> list[str]:
    """Plays Vectors into what stands for a cell's variables.

    :param segment: what stands for a place.
    :param process: what stands for a point process; None where nothing does.
    :returns: which cannot be, and why, one sentence each.
    """
    notes = []
    into: collections.Counter[tuple[Any, str]] = collections.Counter()
    for each in plays:
        if each.section is None:
            owner = process(each.process)
            if owner is None:
                continue
        else:
            owner = segment(each.section, each.recording.position)
        if not each.repeat(owner):
            notes.append(
                f"What is played into {each.label} is the original's alone: the copy has no such "
                "variable, or what is played is no Vector of the session. Play it into the copy "
                "too, or reduce with in_place=True."
            )
        elif each.section is not None:
            into[owner, each.recording.name] += 1
    notes += [
        f"{count} Vectors that are played into {name} at different places are played into that of "
        f"{owner} in the reduced cell: the last one counts."
        for (owner, name), count in into.items()
        if count > 1
    ]
    return notes
