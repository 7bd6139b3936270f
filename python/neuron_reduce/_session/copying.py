"""Point processes and NetCons like others, for a cell that is built beside the original."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from neuron import h, hoc, nrn

from .._engine import stream_copies
from .._library import reducing, session
from .._saved import building, describing
from ..errors import CellError
from . import mechanisms, originals


@dataclasses.dataclass
class Copies:
    """What a cell that was built beside another one has of the other's point processes.

    :ivar processes: by index of the original's; none for those that were merged into others.
    :ivar netcons: by NEURON's reference to the original's.
    :ivar kept: what has to be kept as long as these.
    :ivar notes: what of these a user should know, one sentence each.
    :ivar others: what :meth:`add_others` made, by :func:`originals.identity` of the original's.
    """

    processes: dict[int, Any]
    netcons: dict[int, hoc.NetCon]
    kept: list[Any]
    notes: list[str]
    others: dict[originals.Identity, Any] = dataclasses.field(default_factory=dict)

    def add_others(
        self, sections: Iterable[tuple[nrn.Section, nrn.Section]], known: Iterable[Any]
    ) -> None:
        """Copies the point processes of sections that were copied.

        :param sections: pairs of one of the original's and its copy.
        :param known: the point processes that are not to be copied.
        """
        found = {each.hocobjptr() for each in known}
        copier = _ProcessCopier()
        for section, copy in sections:
            for segment in section.allseg():
                for process in segment.point_processes():
                    if process.hocobjptr() not in found:
                        found.add(process.hocobjptr())
                        made = copier.copy(process, copy(segment.x))
                        self.kept.append(made)
                        self.others[originals.identity(process)] = made
        copier.check_pointers()
        self.kept += copier.kept
        self.notes += copier.notes

    def release(self) -> None:
        """For when the sections of the copies go: see :func:`release`."""
        release([*self.processes.values(), *self.kept])


def release(processes: Iterable[Any]) -> None:
    """Takes the targets from all NetCons onto point processes, whoever made them, whose sections
    are to go. NEURON ends the process where an event comes to a point process that has none."""
    own = {each.hocobjptr() for each in processes}
    for netcon in h.List("NetCon") if own else ():
        target = netcon.syn()
        if target is not None and target.hocobjptr() in own:
            netcon.setpost(None)


def copies(
    outcome: reducing.Outcome,
    sections: Sequence[nrn.Section],
    processes: Sequence[Any],
    netcons: Sequence[hoc.NetCon],
    listed: int,
    with_unlisted: bool,
) -> Copies:
    """Makes the point processes and NetCons of a reduced cell whose sections are there.

    The originals stay as they are. Nothing has to be taken back when this raises: what was made
    goes when nobody has it.

    :param sections: all of the reduced cell, in its order.
    :param processes: the original's, in the order of the outcome's ``process_places``.
    :param netcons: in the order of its ``connections``.
    :param listed: how many of the point processes are the caller's: the first ones.
    :param with_unlisted: whether the others, and NetCons onto these, have copies.
    :raises CellError: a point process has a POINTER that a copy cannot be given.
    """
    copier = _ProcessCopier()
    places = outcome.process_places
    made = {}
    count = len(processes) if with_unlisted else listed
    unlisted = [i for i in range(listed, count) if places[i].representative == i]
    for index in (*outcome.survivors, *unlisted):
        place = places[index]
        made[index] = copier.copy(processes[index], sections[place.section](place.position))
    copier.check_pointers()
    own = {
        process.hocobjptr(): made[place.representative]
        for process, place in zip(processes[:count], places, strict=False)
    }
    connector = _Connector(sections, own)
    connected = {
        netcon.hocobjptr(): connector.netcon(netcon, made[connection.target], connection)
        for netcon, connection in zip(netcons, outcome.connections, strict=True)
        if connection.target in made
    }
    return Copies(made, connected, copier.kept, [*copier.notes, *connector.notes])


def copy_arcs(sections: Iterable[tuple[nrn.Section, nrn.Section]]) -> None:
    """Lets the 3D points of copied sections be as far along them as the original's are, where that
    does not follow from the points.

    :param sections: pairs of one of the original's and its copy.
    """
    for section, copy in sections:
        arcs = describing.arcs_of(section) if section.n3d() > 1 else None
        if arcs is not None:
            building.set_arcs(copy, arcs)


def copy_streams(sections: Iterable[tuple[nrn.Section, nrn.Section]]) -> None:
    """Gives the density mechanisms of copied sections the streams of random numbers that the
    original's have.

    :param sections: pairs of one of the original's and its copy.
    """
    names: dict[str, list[str]] = {}
    for section, copy in sections:
        for segment in section:
            for mechanism in segment:
                kind = mechanism.name()
                if kind not in names:
                    names[kind] = mechanisms.random_variables(mechanism)
                for name in names[kind]:
                    _copy_stream(
                        getattr(mechanism, name), getattr(getattr(copy(segment.x), kind), name)
                    )


def _copy_stream(stream: Any, other: Any) -> None:
    other.set_ids(*stream.get_ids())
    other.set_seq(stream.get_seq())


class Streams:
    """The RANDOM variables of point processes, as they are now.

    NEURON gives a point process new ones when it moves it.
    """

    def __init__(self, processes: Sequence[Any], examples: Iterable[Any]) -> None:
        """
        :param examples: one of each class, at least.
        """
        names: dict[str, list[str]] = {}
        self._found: list[tuple[Any, str, Any, float]] = []
        for process in examples:
            kind = mechanisms.class_name(process)
            if kind not in names:
                names[kind] = mechanisms.random_variables(process)
        for process in processes if any(names.values()) else ():
            for name in names[mechanisms.class_name(process)]:
                stream = getattr(process, name)
                self._found.append((process, name, stream.get_ids(), stream.get_seq()))

    def restore(self) -> None:
        """Sets them to what they were, of point processes that are still there."""
        for process, name, identifiers, position in self._found:
            if process.has_loc():
                stream = getattr(process, name)
                stream.set_ids(*identifiers)
                stream.set_seq(position)


class _ProcessCopier:
    """Makes point processes like others.

    :ivar kept: what has to be kept as long as these.
    """

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self._kinds: dict[str, tuple[Any, Any, list[str], stream_copies.Kinds | None]] = {}
        self._unlike: dict[str, int] = {}
        self._seen: set[int] = set()
        self._pairs: list[tuple[Any, Any]] = []

    @property
    def notes(self) -> list[str]:
        return [
            f"{count} {name} may draw other random numbers than the original's: what its POINTERs "
            "lead to could not be copied. Set them anew, or reduce with in_place=True."
            for name, count in self._unlike.items()
        ]

    def copy(self, process: Any, segment: nrn.Segment) -> Any:
        """One of the same class, with the same PARAMETERs and streams of random numbers."""
        name = mechanisms.class_name(process)
        if name not in self._kinds:
            self._kinds[name] = (
                getattr(h, name),
                h.MechanismStandard(name, mechanisms.PARAMETER),
                mechanisms.random_variables(process),
                stream_copies.kinds(name),
            )
        make, parameters, streams, pointers = self._kinds[name]
        made = make(segment)
        self._pairs.append((process, made))
        parameters._in(process)
        parameters.out(made)
        for stream in streams:
            _copy_stream(getattr(process, stream), getattr(made, stream))
        if pointers:
            kept = stream_copies.copy(process, made, pointers, self._seen)
            if kept is None:
                self._unlike[name] = self._unlike.get(name, 0) + 1
            else:
                self.kept += kept
        return made

    def check_pointers(self) -> None:
        """:raises CellError: a POINTER leads nowhere, where the original's does not."""
        if not self._pairs:
            return
        before, after = (
            session.have_raw_pointers([each.hocobjptr() for each in processes])
            for processes in zip(*self._pairs, strict=True)
        )
        if before is None or after is None:
            # Such a NEURON is not known; its mechanisms with POINTERs are refused elsewhere.
            return
        for process, made in itertools.compress(self._pairs, before & ~after):
            raise CellError(
                f"a POINTER of {process} on {process.get_segment()} leads to what a copy cannot be "
                f"given, such as random numbers that {mechanisms.class_name(made)} takes by "
                "another function than setRNG; expected in_place=True for this cell"
            )


class _Connector:
    """Makes NetCons like others, onto other targets.

    :param own: by NEURON's reference to one of the original's point processes, what stands for it.
    """

    def __init__(self, sections: Sequence[nrn.Section], own: dict[int, Any]) -> None:
        self._sections = sections
        self._own = own
        self._context = h.ParallelContext()
        # By the point process that is targeted.
        self._weight_counts: dict[int, int] = {}
        self._lost = 0

    @property
    def notes(self) -> list[str]:
        if not self._lost:
            return []
        return [
            f"{self._lost} NetCons have a variable other than the potential as their source: the "
            "reduced cell's have none."
        ]

    def netcon(self, original: hoc.NetCon, target: Any, connection: Any) -> hoc.NetCon:
        made = self._sourced(original, target, connection)
        count = self._weight_counts.get(connection.target)
        if count is None:
            count = self._weight_counts[connection.target] = int(original.wcnt())
        if count:
            made.weight[0] = connection.weight
        for index in range(1, count):
            made.weight[index] = original.weight[index]
        if original.valid():
            made.delay = original.delay
        if not original.active():
            made.active(False)
        return made

    def _sourced(self, original: hoc.NetCon, target: Any, connection: Any) -> hoc.NetCon:
        source = original.pre()
        if source is not None:
            return h.NetCon(self._own.get(source.hocobjptr(), source), target)
        segment = None
        if connection.source_section >= 0:
            # Also where it is nan: that of another variable.
            if 0 <= connection.source_position <= 1:
                section = self._sections[connection.source_section]
                segment = section(connection.source_position)
        else:
            segment = original.preseg()
        if segment is not None:
            made = h.NetCon(segment._ref_v, target, sec=segment.sec)
            made.threshold = original.threshold
            return made
        identifier = int(original.srcgid())
        if identifier >= 0:
            return self._context.gid_connect(identifier, target)
        if original.preloc() != -1.0:
            h.pop_section()
            self._lost += 1
        return h.NetCon(None, target)
