"""The three steps of a reduction: a cell is read, reduced, and built."""

from __future__ import annotations

import collections
import ctypes
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from . import NO_NAMES, _library, call, check, declare, function, structures
from .programs import Program
from .structures import (
    ArgumentNames,
    Building,
    Cable,
    CellRequest,
    Counts,
    Impedance,
    InexactMerge,
    Leak,
    MappedSegment,
    NamedValue,
    ProcessGroup,
    ProgramRequest,
    Section,
    Settings,
    SharedCompartment,
    SynapseKind,
)

declare(
    "nr_cell_recordings",
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.POINTER(structures.Recording)),
    ctypes.POINTER(ctypes.c_size_t),
)
_expected_loss = function("nr_reduction_expected_loss", structures.ExpectedLoss, ctypes.c_void_p)
_expected_losses = function(
    "nr_reduction_expected_losses",
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
)
_joint = function("nr_reduction_joint", structures.Joint, ctypes.c_void_p, ctypes.c_size_t)
_shared = function("nr_reduction_shared_conductance", NamedValue, ctypes.c_void_p, ctypes.c_size_t)
_gain = function("nr_reduction_gain", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
_gain_parameter = function(
    "nr_reduction_gain_parameter",
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_size_t,
)
_gains_of_connections = function(
    "nr_reduction_gains_of_connections",
    ctypes.POINTER(ctypes.c_int64),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
)
declare("nr_cell_unlisted", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
declare("nr_reduction_build_beside", ctypes.c_void_p, ctypes.POINTER(Building))
_kept_sections = function(
    "nr_reduction_kept_sections",
    ctypes.POINTER(ctypes.c_int64),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
)
_process_places = function(
    "nr_reduction_process_places",
    ctypes.POINTER(structures.ProcessPlace),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
)
_connections = function(
    "nr_reduction_connections",
    ctypes.POINTER(structures.ReducedConnection),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_size_t),
)
declare(
    "nr_written_cell_read",
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_void_p),
)
_free_written = function("nr_written_cell_free", None, ctypes.c_void_p)
_written = function(
    "nr_cell_written", ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)
)
_process_kind = function("nr_cell_process_kind", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
_has_transfers = function("nr_cell_has_transfers", ctypes.c_int, ctypes.c_void_p)
_random_plays = function(
    "nr_cell_random_plays", ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)
)


@dataclasses.dataclass(frozen=True)
class Recording:
    """What a Vector of the session records, or is played into.

    :ivar vector: NEURON's reference to the Vector; None for one that is no object.
    :ivar is_play: whether it is played.
    :ivar is_continuous: whether what is played is lines between values, rather than steps.
    :ivar name: of the variable, as hoc has it, an element of an array with its index: ``m_hh``,
        ``v``, ``t``, ``g``; None for what is none of the cell's.
    :ivar section: the section's index; -1 for point processes and for the time.
    :ivar position: where on the section, 0 to 1.
    :ivar point_process: its index; -1 for other variables.
    :ivar interval: in ms; 0 for all steps.
    :ivar has_times: whether a Vector has the times.
    :ivar times: NEURON's reference to it; None for one that is no object.
    :ivar has_breaks: whether a Vector has the indices of the times at which lines may jump.
    :ivar breaks: NEURON's reference to it; None for one that is no object.
    """

    vector: int | None
    is_play: bool
    is_continuous: bool
    name: str | None
    section: int
    position: float
    point_process: int
    interval: float
    has_times: bool
    times: int | None
    has_breaks: bool
    breaks: int | None


class Cell:
    """A cell that was read: the library's ``nr_cell``.

    :raises NeuronReduceError: the cell, or a list's element, is not what was expected.
    """

    def __init__(self, request: CellRequest, names: ArgumentNames):
        self._names = names
        self._handle = ctypes.c_void_p()
        check(_library.nr_cell_read(request, self._handle), names)

    def __del__(self, free=_library.nr_cell_free):
        if self._handle:
            free(self._handle)

    @property
    def groups(self) -> list[ProcessGroup]:
        """The kinds of synapse, by class and parameters."""
        count = _library.nr_cell_group_count(self._handle)
        return [_library.nr_cell_group(self._handle, index) for index in range(count)]

    @property
    def groups_of_synapses(self) -> np.ndarray:
        """For each synapse the index of its kind, shaped (n,)."""
        return _copy(_library.nr_cell_groups_of_synapses, self._handle, np.int64)

    @property
    def rates(self) -> np.ndarray:
        """The mean rates in Hz of the NetCons' events, as NetStims have it; not a number where they
        are not known. Shaped (n,)."""
        return _copy(_library.nr_cell_rates, self._handle, np.float64)

    def stems(self, settings: Settings) -> Iterator[nrn.Section]:
        """The sections that what the settings collapse begins with."""
        sections = h.SectionList()
        check(_library.nr_cell_stems(self._handle, settings, sections.hocobjptr()), self._names)
        yield from sections

    @property
    def possible_leaks(self) -> list[str]:
        """The density mechanisms of the dendrites that may be leaks; none where most dendritic
        sections have pas."""
        found = []
        while name := _library.nr_cell_possible_leak(self._handle, len(found)):
            found.append(name.decode())
        return found

    def set_leaks(self, leaks: Sequence[Leak]) -> None:
        """Says which conductances are leaks, beside that of pas where the cell has it.

        :raises ArgumentError: a name is nothing's in the cell.
        """
        check(
            _library.nr_cell_set_leaks(self._handle, (Leak * len(leaks))(*leaks), len(leaks)),
            self._names,
        )

    @property
    def process_kinds(self) -> list[str]:
        """The classes of point process on the cell."""
        found = []
        while name := _process_kind(self._handle, len(found)):
            found.append(name.decode())
        return found

    def sections(self) -> list[nrn.Section]:
        """All sections, in the order of their indices."""
        sections = h.SectionList()
        check(_library.nr_cell_sections(self._handle, sections.hocobjptr()), self._names)
        return list(sections)

    def unlisted(self) -> tuple[list[Any], list[hoc.NetCon]]:
        """What is attached to the dendrites and was not listed: point processes, and NetCons onto
        point processes of the cell."""
        processes, netcons = h.List(), h.List()
        error = _library.nr_cell_unlisted(self._handle, processes.hocobjptr(), netcons.hocobjptr())
        check(error, self._names)
        return list(processes), list(netcons)

    def recordings(self) -> list[Recording] | None:
        """All recordings and plays of the session; None where NEURON does not tell of them."""
        base = ctypes.POINTER(structures.Recording)()
        count = ctypes.c_size_t()
        error = _library.nr_cell_recordings(self._handle, ctypes.byref(base), ctypes.byref(count))
        check(error, self._names)
        if not base:
            return None
        return [
            Recording(
                each.vector,
                bool(each.is_play),
                each.is_play == 2,
                None if each.name is None else each.name.decode(),
                each.section,
                each.position,
                each.point_process,
                each.interval,
                bool(each.has_times),
                each.times,
                bool(each.has_breaks),
                each.breaks,
            )
            for each in base[: count.value]
        ]

    def has_transfers(self) -> bool:
        """Whether ParallelContext transfers variables in this session."""
        return bool(_has_transfers(self._handle))

    def played_random(self) -> int | None:
        """NEURON's reference to a Random of the session that is played into a variable; 0 for none,
        None where NEURON does not tell."""
        random = ctypes.c_void_p()
        found = _random_plays(self._handle, ctypes.byref(random))
        return None if found < 0 else found and (random.value or -1)

    def compile(self, request: ProgramRequest) -> Program:
        """Compiles a cell that was read whole.

        :raises EngineError: a mechanism cannot be compiled.
        """
        return Program("nr_cell_compile", self._handle, request, self._names)

    def written(self) -> bytes:
        """What programs of the cell are made of, for :class:`WrittenCell`; once one was made."""
        count = ctypes.c_size_t()
        base = _written(self._handle, ctypes.byref(count))
        return ctypes.string_at(base, count.value)

    def reduce(self, settings: Settings) -> Outcome:
        """Reduces the cell that was read; the session stays as it is.

        :raises NeuronReduceError: it cannot be reduced so.
        """
        return Outcome(self._handle, settings, self._names)


class WrittenCell:
    """A cell without its session: the library's ``nr_written_cell``.

    :param content: what :meth:`Cell.written` gave, of this version.
    :raises EngineError: it is something else.
    """

    def __init__(self, content: bytes):
        self._handle = ctypes.c_void_p()
        call("nr_written_cell_read", content, len(content), ctypes.byref(self._handle))

    def __del__(self, free=_free_written):
        if self._handle:
            free(self._handle)

    def compile(self, request: ProgramRequest) -> Program:
        """As :meth:`Cell.compile`."""
        return Program("nr_written_cell_compile", self._handle, request, NO_NAMES)


def _copy(function, handle: ctypes.c_void_p, kind: type) -> np.ndarray:
    count = ctypes.c_size_t()
    base = function(handle, ctypes.byref(count))
    return np.array(base[: count.value], dtype=kind)


class Outcome:
    """A reduction: the library's ``nr_reduction``, freed with this object."""

    def __init__(self, cell: ctypes.c_void_p, settings: Settings, names: ArgumentNames):
        self._names = names
        # Of this object from the start: whatever interrupts what follows, it is given back.
        self._handle = ctypes.c_void_p()
        check(_library.nr_cell_reduce(cell, settings, self._handle), names)

    def build(self, building: Building) -> bool:
        """Builds the reduced cell in the session, in place of the original's dendrites. All or
        nothing is done when this returns or raises, and no Python runs in between.

        :returns: whether it is built: not where there are ``losses`` that were not there to be read
            before. Asked again it is.
        :raises NeuronReduceError: the session is then as it was.
        """
        is_built = ctypes.c_int()
        check(_library.nr_reduction_build(self._handle, building, is_built), self._names)
        return bool(is_built.value)

    def build_beside(self, building: Building) -> None:
        """Builds the reduced cell's sections beside the original, where nothing is changed: cables,
        and copies of what was not reduced.

        :raises NeuronReduceError: the session is then as it was.
        """
        check(_library.nr_reduction_build_beside(self._handle, building), self._names)

    @property
    def kept_sections(self) -> list[int]:
        """For each section of the reduced cell which of the original's it is or copies; -1 for
        cables."""
        return self._array(_kept_sections)

    @property
    def process_places(self) -> list[structures.ProcessPlace]:
        """For each point process of the original, listed ones first, what stands for it, and where
        that is."""
        return self._array(_process_places)

    @property
    def connections(self) -> list[structures.ReducedConnection]:
        """What each connection of the original is in the reduced cell: those that were listed, each
        once, then the others."""
        return self._array(_connections)

    def __del__(self, free=_library.nr_reduction_free):
        if self._handle:
            free(self._handle)

    def _array(self, function) -> list:
        count = ctypes.c_size_t()
        base = function(self._handle, ctypes.byref(count))
        return base[: count.value] if count.value else []

    @property
    def survivors(self) -> list[int]:
        """Indices of the synapses that remain, in the order of the result."""
        return self._array(_library.nr_reduction_survivors)

    @property
    def cables(self) -> list[Cable]:
        """The reduced cell's cables: apical ones first."""
        count = _library.nr_reduction_cable_count(self._handle)
        return [_library.nr_reduction_cable(self._handle, index) for index in range(count)]

    @property
    def segment_map(self) -> list[MappedSegment]:
        """Where each dendritic segment of the original went."""
        return self._array(_library.nr_reduction_segment_map)

    @property
    def site_segments(self) -> list[int]:
        """For each of the settings' sites the index in the segment map of the segment that it is
        in, -1 for one that stays."""
        return self._array(_library.nr_reduction_site_segments)

    @property
    def shared_compartments(self) -> list[SharedCompartment]:
        """Those that branches with channels of inward currents share."""
        return self._array(_library.nr_reduction_shared_compartments)

    def section_name(self, section: int) -> str:
        """The name of an original section that the segment map numbers."""
        return _library.nr_reduction_section_name(self._handle, section).decode()

    @property
    def replaced_sections(self) -> frozenset[str]:
        """The names of the original's sections that are replaced."""
        return frozenset(self._texts(_library.nr_reduction_section_name))

    @property
    def shared_names(self) -> dict[str, int]:
        """The names that several of the sections that are replaced have, and how many have it."""
        counts = collections.Counter(self._texts(_library.nr_reduction_section_name))
        return {name: count for name, count in counts.items() if count > 1}

    @property
    def counts(self) -> Counts:
        """How many segments and point processes."""
        return _library.nr_reduction_counts(self._handle)

    @property
    def sections(self) -> list[Section]:
        """The original's sections."""
        count = _library.nr_reduction_section_count(self._handle)
        return [_library.nr_reduction_section(self._handle, index) for index in range(count)]

    @property
    def synapse_kinds(self) -> list[tuple[SynapseKind, list[NamedValue], list[NamedValue]]]:
        """The kinds of synapse, each with the parameters that tell it apart, and with the reasons
        why those that remain were not merged further."""
        count = _library.nr_reduction_synapse_kind_count(self._handle)
        return [
            (
                _library.nr_reduction_synapse_kind(self._handle, index),
                self._named_values(_library.nr_reduction_kind_parameter, index),
                self._named_values(_library.nr_reduction_kind_obstacle, index),
            )
            for index in range(count)
        ]

    def _named_values(self, function, *arguments) -> list[NamedValue]:
        found = []
        while (each := function(self._handle, *arguments, len(found))).name is not None:
            found.append(each)
        return found

    @property
    def notes(self) -> list[str]:
        """What a user of the reduced cell should know."""
        return self._texts(_library.nr_reduction_note)

    @property
    def inexact_merges(self) -> list[InexactMerge]:
        """What was merged though that is not known to be exact."""
        found = []
        while (
            each := _library.nr_reduction_inexact_merge(self._handle, len(found))
        ).mechanism is not None:
            found.append(each)
        return found

    @property
    def losses(self) -> list[str]:
        """What in the session refers to the dendrites and cannot follow, once `build` was asked."""
        return self._texts(_library.nr_reduction_loss)

    def _texts(self, function, *arguments) -> list[str]:
        found = []
        while text := function(self._handle, *arguments, len(found)):
            found.append(text.decode())
        return found

    @property
    def impedances(self) -> list[list[Impedance]]:
        """By frequency at the middle of the soma, then from each site to there."""
        found = []
        while points := self._array(
            lambda handle, count: _library.nr_reduction_impedances(handle, len(found) - 1, count)
        ):
            found.append(points)
        return found

    @property
    def expected_loss(self) -> structures.ExpectedLoss:
        """At the soma, by linear theory."""
        return _expected_loss(self._handle)

    @property
    def expected_losses(self) -> list[float]:
        """For each section what its own synapses' events lose, in mV; not a number where nothing is
        known of any."""
        return self._array(_expected_losses)

    @property
    def joints(self) -> list[tuple[int, float, list[int]]]:
        """The compartments that join branches: cable, position on it, and indices of sections."""
        found = []
        while (each := _joint(self._handle, len(found))).sections:
            sections = each.sections[: each.section_count]
            found.append((each.cable, each.cable_position, sections))
        return found

    @property
    def shared_conductances(self) -> list[NamedValue]:
        """Mechanisms, and which shares of their conductances are in joints."""
        return self._named_values(_shared)

    @property
    def gains(self) -> list[str]:
        """The parts of the dendrites that there can be gains of."""
        return self._texts(_gain)

    def gain_parameters(self, gain: int) -> list[str]:
        """The parameters of the cables that a gain multiplies."""
        return self._texts(_gain_parameter, gain)

    @property
    def gains_of_connections(self) -> list[int]:
        """For each connection the index of its gain; -1 for none."""
        return self._array(_gains_of_connections)

    @property
    def sites(self) -> list[NamedValue]:
        """The sites' sections and the positions on them."""
        return self._named_values(_library.nr_reduction_site)

    @property
    def stage_seconds(self) -> dict[str, float]:
        """The stages so far and the seconds each took."""
        result = {}
        while name := _library.nr_reduction_stage_name(self._handle, len(result)):
            result[name.decode()] = _library.nr_reduction_stage_seconds(self._handle, len(result))
        return result
