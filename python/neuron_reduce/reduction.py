"""A reduction with all that is known of it."""

from __future__ import annotations

import difflib
import functools
import math
import os
import pathlib
import platform
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import neuron
import numpy as np
from neuron import hoc, nrn

from . import _distribution, geometry
from ._display import log
from ._display.text import plain
from ._session import cells as _cells
from ._session import collect, drawing, gone, originals, structure, templates, whereabouts
from ._session import parts as _parts
from ._session import sites as _sites
from ._session.done import Done
from ._session.geometry import Course
from ._session.job import Job, check_version
from ._session.leaks import Leaks
from ._session.naming import OWN
from ._session.segments import segment_index
from ._session.whereabouts import Whereabouts
from .calibration import Calibration, str_of
from .errors import ArgumentError, CellError
from .geometry import Geometry
from .record import (
    Cable,
    ExpectedLoss,
    Impedances,
    Joint,
    MappedSegment,
    ReductionRecord,
    SectionShape,
    SharedCompartment,
    SynapseKind,
)
from .reduced_cell import ReducedCell
from .synapse_currents import SynapseCurrents

if TYPE_CHECKING:
    from .comparison import Comparison
    from .evaluation import Evaluation
    from .saved import CellInstance, SavedCell

_ROLES = ("soma", "axon", "apical", "basal")  # by the values of the library's nr_role


@OWN.explain
def reduce(
    cell: Any,
    synapses: Iterable[Any],
    netcons: Iterable[Any],
    *,
    method: str = "folded",
    frequency: float = 0,
    segments: float = -1,
    rates: float | Iterable[float] | None = None,
    template: str | os.PathLike[str] = templates.BUILT_IN,
    compared_parameters: Mapping[str, Iterable[str]] | None = None,
    merge: str | Literal[False] = "exact",
    leak: Leaks = None,
    sites: _sites.Given = None,
    tolerance: float | None = None,
    observe: float | None = None,
    calibrate: float | Mapping[str, float] | None = None,
    in_place: bool = False,
    clamps: bool = False,
    roots: _parts.Given = None,
    keep: _parts.Given = None,
    spines: _parts.Spines = None,
    soma: _cells.Roles = None,
    apical: _cells.Roles = None,
    axon: _cells.Roles = None,
) -> Reduction:
    """Reduces a cell, and tells what it did.

    The reduced cell is a new one, beside the original, in which nothing is changed: cables, copies
    of soma and axon and of the synapses that remain, and for each NetCon one from the same source.
    Both can be run side by side, with the same events. With ``in_place`` the cell is reduced as
    :func:`subtree_reductor` describes it: consumed, its soma and axon kept, its dendrites replaced
    by cables, its synapses and NetCons moved. The voltages are the same, to the last bit. With
    ``roots`` or ``keep`` only a part of its dendrites is replaced, and the rest stays, or is
    copied, as soma and axon are. When an exception is raised, nothing was changed.

    The new cell lives as long as :attr:`Reduction.cell`, with all its point processes and NetCons.
    A NetCon whose source is the cell's own potential has the new cell's. Recordings and plays are
    the original's still: :meth:`Reduction.place` says where to record anew.

    For ``'folded'`` and ``'lumped'`` the synapses' responses to events are measured first, by short
    runs in a forked copy of the process: they use NEURON's mechanisms as they are, but none of the
    session's initialisation handlers, and leave the session alone. One of several MPI processes is
    not copied: there the runs are those of a fresh process, with the same mechanisms and values.

    :param cell: any cell with ``soma`` (a section, an array or a list), as for
        :func:`subtree_reductor`; or its sections: a list, a SectionList, or a dictionary from names
        to sections, to lists of sections, or as NetPyNE's ``cell.secs`` has it. Of these the names
        of sections say nothing: ``soma``, ``apical`` and ``axon`` do, or the dictionary's entries
        of these names. All that is connected to the soma is the cell.
    :param synapses: point processes on the cell, n of them.
    :param netcons: n NetCons, the i-th of which targets the i-th synapse.
    :param method: ``'folded'``: the cell's own tree, contracted to compartments that gather
        membrane of a branch or of siblings, under the mean conductances of the drive, with weights
        that keep what events deliver to the soma; with enough ``segments`` it is the cell itself.
        ``'lumped'``: with such weights, compartments that gather membrane of like effect on the
        soma, wherever in a stem it is: for dendrites that are nearly passive.
        ``'classic'``: that of Amsalem et al. (2020), which leaves the weights as they are.
    :param frequency: in Hz, 0 or greater: at which impedances are kept. For ``'folded'`` and
        ``'lumped'``, which keep those of the steady state, it only decides the number of segments.
    :param segments: -1: one segment per 0.1 space constants. Greater than 1: segments of the
        reduced cell, the soma counted as one. Greater than 0, at most 1: as -1, but at least
        this share of the original's. For ``'folded'`` compartments with membrane are counted.
    :param rates: the mean rate in Hz of each NetCon's events, or one number for all; None: as the
        NetStims say that drive them, other sources being unknown. At most 1e6. Not for
        ``'classic'``.
    :param template: the hoc template, or the file that defines it, that the reduced cell is an
        instance of.
    :param compared_parameters: from a point process's class name to the list of those of its
        parameters that must be equal for a merge; all PARAMETERs for classes that it does not name.
    :param leak: which conductance the dendrites' passive membrane is made of: ``("Leak", "gmax",
        "e")``, a density mechanism with its parameters that are the conductance per area and the
        reversal potential (without the last where it has none), or a list of such tuples. None:
        pas, or where most dendritic sections have none, the mechanisms that NEURON shows to be
        ohmic and constant, which is found out in a copy of the process.
    :param sites: for ``'folded'``: places that matter, such as where you record, stimulate or have
        clusters of synapses. Their segments stay compartments of their own, with all that are on
        the way from them to the soma, and count among ``segments`` (with -1 and shares there are as
        many more as they need). Each a segment of the cell (``cell.apic[36](0.9)``), a section for
        all of its segments, or one of these by the section's name: ``("apic[36]", 0.9)``,
        ``"apic[36]"``. Where they are in the reduced cell: :attr:`Reduction.sites`. Soma and axon
        stay anyway.
    :param tolerance: for ``'folded'``, in place of ``segments``: what may be lost at the soma in
        mV. The cell is reduced to the fewest compartments whose *expected* loss,
        :attr:`ExpectedLoss.rmsd`, is no greater; what channels of the dendrites add to it is not
        expected, and is found by :func:`evaluate`. Rates of events have to be known.
    :param observe: for ``'folded'``, a duration in ms, at least 10: the full cell is run for as
        long, and a fifth more before, in a copy of the process by the engine (:func:`compile`),
        with what drives it in the session; how much the potentials of segments differ counts then
        for which are joined, beside linear theory. For what that does not see, such as plateaus of
        clustered NMDA synapses. None: linear theory alone.
    :param calibrate: a duration in ms, at least 100: the full and the reduced cell are run for as
        long, in a copy of the process by the engine (see :func:`compile`), with what drives them in
        the session, and the reduced cell's dendrites are made stronger or weaker by a few factors,
        of excitation, inhibition, leak, and the channels of each ion that flows in, such that mean,
        standard deviation and spike rate at the soma come close to the full cell's. Another run,
        with other random numbers, decides whether they are kept; neither has those of the session,
        so that its runs, and those of :func:`evaluate`, are of other input, where input is random.
        :attr:`Reduction.calibration` and the notes say what was changed. Needs scipy. Or the gains
        of an earlier calibration, ``calibration.gains``, which are taken as they are. None: nothing
        is run or changed.
    :param roots: only these sections are collapsed, each with all dendrites beyond it: the tuft,
        one oblique branch, or the sections that basal dendrites begin with. Everything else stays
        as it is, and what is collapsed is attached where it was. A section, its name
        (``"apic[36]"``), or a list of such. None: all dendrites. ``segments`` counts those of what
        is collapsed, and the soma as one.
    :param keep: sections that stay, with all that is on the way from them to the soma; what hangs
        on that way beside them is collapsed, in pieces of its own. Named as ``roots``, and may be
        within what these have.
    :param spines: what becomes of dendritic spines that are sections: a neck on the side of a
        dendrite, thinner than that, with a head at its end or without one, together 0.2 to 5 µm
        long and with nothing else on them; at the end of a dendrite with a head, and a neck of half
        its diameter or less. Names do not matter. ``'folded'``: each goes with the
        segment that it hangs on, and is no group or branch by itself; its membrane and channels are
        that compartment's, and what its neck's resistance does to its synapses is kept in their
        weights. ``'kept'``: necks and heads stay sections, with their point processes, on the
        compartment that stands for the segment that they hang on; ``segments`` does not count them,
        and weights make up for how far that is from the soma. ``'collapsed'``: branches as all
        others. ``('kept', sections)`` and ``('folded', sections)``, named as ``roots``: these
        sections are spines, each with all beyond it, and no others. Spines on dendrites that stay,
        stay, where they are not ``'collapsed'``. None: ``'folded'``, and for ``'classic'``, which
        changes no weights and takes no ``'folded'``, ``'collapsed'``.
    :param soma: the soma: a section or several, for a cell whose ``soma`` it is not; of a list or
        a dictionary of sections also their names or keys.
    :param apical: which sections are apical, likewise. None: as the cell or its names have it.
    :param axon: which sections are axon, likewise: all that is attached to them is, too.
    :param in_place: whether the cell itself is reduced, rather than a new one made beside it. What
        a new one cannot have, such as POINTERs to numbers of the session or rxd's species, is
        refused; random numbers that a copy cannot draw as the original does are noted.
    :param clamps: for a new cell, whether it has copies of the point processes that ``synapses``
        does not list, such as current clamps. In place they stay or move along anyway.
    :raises UnsupportedNeuronError: NEURON is older than 9.
    :raises ArgumentError: a number, name or option has no meaning.
    :raises CellError: the cell has no soma or no dendrites, or a section's geometry or passive
        properties cannot be reduced.
    :raises SynapseError: a list element is not what was expected, or on no section of this cell.
    :raises TemplateError: the template file is missing or lacks what it must have.
    :raises SimulatorError: NEURON is in the middle of a run, or reported an error; or there can be
        no process to measure in, as where no file descriptors are left.
    :raises EngineError: ``observe`` or ``calibrate`` is given, and the engine cannot run the cell.
    :raises WorkerError: ``observe`` or ``calibrate`` is given, and the process that runs the cells
        ended before it was done.
    :raises MissingPackageError: ``calibrate`` is given, and scipy is not installed.
    """
    check_version()
    collect.flag(in_place, "in_place")
    collect.flag(clamps, "clamps")
    if observe is not None:
        from ._runs import observing

        observe = observing.checked(observe)
    if calibrate is not None:
        from ._runs import calibrating

        calibrate = calibrating.checked(calibrate)
    job = Job(
        OWN,
        cell,
        synapses,
        netcons,
        template=template,
        method=method,
        frequency=frequency,
        segments=segments,
        compared_parameters=compared_parameters,
        rates=rates,
        merge=merge,
        leak=leak,
        sites=sites,
        tolerance=tolerance,
        roots=roots,
        keep=keep,
        spines=spines,
        soma=soma,
        apical=apical,
        axon=axon,
    )
    # Of what was found to be right.
    settings = {"method": method, "frequency": frequency, "segments": segments}
    if rates is not None:
        settings["rates"] = _plain(rates)
    if compared_parameters is not None:
        settings["compared_parameters"] = _plain(compared_parameters)
    if merge != "exact":
        settings["merge"] = merge
    if leak is not None:
        settings["leak"] = _plain(leak)
    if tolerance is not None:
        settings["tolerance"] = float(tolerance)
    if observe is not None:
        settings["observe"] = observe
        observing.observe(job, observe)
    calibration = None
    if calibrate is not None:
        settings["calibrate"] = calibrate
        if isinstance(calibrate, Mapping):
            job.gain(calibrate)
        else:
            calibration = calibrating.calibration(job, calibrate)
            job.gain(calibration.gains)
    done = job.run(with_points=True, is_in_place=in_place, clamps=clamps)
    log.reduced(job.name, method, done.outcome, done.stage_seconds)
    if done.sites:
        settings["sites"] = done.sites
    settings |= done.parts
    return Reduction(done, job.name, settings, calibration)


def _plain(value):
    """A copy without arrays, which the caller cannot change later; what is none of these as it is,
    to be refused elsewhere."""
    kind = type(value)
    if issubclass(kind, np.ndarray | np.generic):
        return _plain(value.tolist())
    if issubclass(kind, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if issubclass(kind, list | tuple):
        return [_plain(each) for each in value]
    if issubclass(kind, hoc.HocObject) and value.hname().startswith("Vector["):
        return list(value)
    return value


class Reduction:
    """A reduced cell, and what was done to make it.

    Can be taken apart as ``cell, synapses, netcons = reduction``. Pickled or deep-copied it is the
    :class:`SavedCell` that :meth:`saved` returns, with its record.

    :ivar cell: the :class:`ReducedCell`.
    :ivar synapses: the point processes that remain: cable by cable, then those that did not move.
        In place the caller's own, else new ones.
    :ivar netcons: for each of the caller's NetCons, in their order, itself (in place) or the new
        one.
    :ivar calibration: what ``calibrate`` did; None where it was not asked for.
    :ivar comparison: the last :func:`compare` that was told of this reduction; None before.
    """

    def __init__(
        self,
        done: Done,
        name: str,
        settings: dict[str, Any],
        calibration: Calibration | None = None,
    ) -> None:
        self.cell: ReducedCell = done.cell
        self.synapses: list[Any] = done.synapses
        self.netcons: list[Any] = done.netcons
        self.calibration = calibration
        self.comparison: Comparison | None = None
        self._done = done
        self._name = name
        self._settings = settings

    @functools.cached_property
    def record(self) -> ReductionRecord:
        """What was done, in numbers; can be pickled. Made when it is first asked for. Called, it
        records where a place of the original went, as :meth:`record_at` does."""
        made = _record(self._name, self._done, self._settings, self.calibration)
        return made.recording_by(self.record_at)

    @property
    def expected(self) -> ExpectedLoss:
        """What the reduction is expected to lose; no cell was run for it."""
        return self.record.expected

    @functools.cached_property
    def _cables(self) -> dict[str, Any]:
        live = self._done.cables
        if len(live) < len(self.cables):
            raise CellError(
                f"cables of the reduced {self._name} are gone; expected them to be there, as they "
                "are as long as the soma is and nothing deletes them"
            )
        return dict(zip((each.name for each in self.cables), live, strict=True))

    @functools.cached_property
    def _mapped(self) -> dict[str, list[MappedSegment]]:
        """By the names of sections, those left out that several have."""
        shared = self._done.shared_names
        mapped: dict[str, list[MappedSegment]] = {}
        for each in self.segment_map:
            if each.section not in shared:
                mapped.setdefault(each.section, []).append(each)
        return mapped

    @functools.cached_property
    def segment_map(self) -> list[MappedSegment]:
        """Where each segment of the original that was collapsed went."""
        return _segment_map(self._done)

    @functools.cached_property
    def cables(self) -> list[Cable]:
        """The reduced cell's cables."""
        return [_cable(each) for each in self._done.outcome.cables]

    @functools.cached_property
    def sites(self) -> list[Any]:
        """The live segments that the ``sites`` of :func:`reduce` are now, in the order in which
        they were named; a list of segments for each section."""
        return [
            list(map(self._site, each)) if type(each) is list else self._site(each)
            for each in self._done.site_segments
        ]

    def _site(self, found: Any) -> Any:
        return self._live(self.segment_map[found]) if type(found) is int else found

    def place(self, section: str | int, x: float | None = None) -> Any:
        """The segment of the reduced cell where a place of the original went.

        :param section: name of one section of the original, with or without the name of the cell
            before it; or an index into ``segment_map``.
        :param x: where on that section, 0 to 1; the middle if not given. Goes with a name only.
        :returns: a live NEURON segment. A place goes where the centre of its segment went; on soma,
            axon and dendrites that stay it is where it was, on the copy where there is one.
        :raises ArgumentError: the original has no such section, or the map no such entry.
        :raises CellError: the cables are gone.
        """
        if type(section) is int:
            if x is not None or not 0 <= section < len(self.segment_map):
                raise ArgumentError(
                    f"section is {section} and x is {collect.described(x)}; expected an index "
                    f"into segment_map, 0 to {len(self.segment_map) - 1}, and no x"
                )
            return self._live(self.segment_map[section])
        position = 0.5 if x is None else collect.number(x, "x", "a position, 0 to 1")
        if not 0 <= position <= 1:
            raise ArgumentError(f"x is {position}; expected a position, 0 to 1")
        mapped = collect.by_name(self._mapped, section)
        stayed = self._done.stayed
        found = collect.by_name(stayed, section)
        if mapped is not None and found is None:
            return self._live(mapped[segment_index(position, len(mapped))])
        if found is not None and mapped is None:
            return whereabouts.live(found, position, self._name)
        known = [*stayed, *self._mapped]
        near = difflib.get_close_matches(str(section), [_own(name) for name in known])
        such = near or [*map(_own, known[:1] + known[-2:])]
        raise ArgumentError(
            f"section is {collect.described(section)}; expected the name of one section of "
            f"{self._name}, such as {', '.join(map(repr, such))}"
        )

    @functools.cached_property
    def _whereabouts(self) -> Whereabouts:
        return Whereabouts(self._done, self._name, [self._cables[c.name] for c in self.cables])

    def locate(self, place: Any, x: float | None = None) -> Any:
        """What is now where something of the original was, as an object of NEURON's.

        :param place: a segment of the original, or one of its sections or the name of one with a
            position, where a place went: as :meth:`place`. Or one of its point processes.
        :param x: where on that section, 0 to 1; the middle if not given. Not with a segment or a
            point process, which are a place.
        :returns: a live segment; for a point process the one that stands for it, whether or not it
            stands for others too: a copy, or in place itself or what it was merged into.
        :raises ArgumentError: the original has no such place or point process, or nothing stands
            for it; sections that are gone are known by name alone.
        :raises CellError: the cables are gone.
        """
        expected = (
            "a segment, a section or a point process of the original, or the name of one of its "
            "sections"
        )
        kind = type(place)
        if kind is str:
            return self.place(place, x)
        if gone.is_gone(place):
            raise ArgumentError(
                f"place is {collect.described(place)}, which was deleted; expected the name of its "
                "section, and a position on it"
            )
        if issubclass(kind, nrn.Section):
            position = 0.5 if x is None else collect.number(x, "x", "a position, 0 to 1")
            if not 0 <= position <= 1:
                raise ArgumentError(f"x is {position}; expected a position, 0 to 1")
            return self._whereabouts.segment_of(place, position)
        is_segment = issubclass(kind, nrn.Segment)
        if not is_segment and not originals.is_point_process(place):
            raise ArgumentError(f"place is {collect.described(place)}; expected {expected}")
        if x is not None:
            raise ArgumentError(
                f"x is {collect.described(x)}; expected none with {collect.described(place)}"
            )
        if is_segment:
            return self._whereabouts.segment_of(place.sec, place.x)
        return self._whereabouts.process(place)

    def synapse(self, index: int) -> Any:
        """The point process that stands for one of the original's synapses.

        :param index: the original's, of the list that :func:`reduce` was called with.
        :raises ArgumentError: there is no such index.
        """
        count = self._done.outcome.counts.point_processes_before
        if type(index) is not int or not 0 <= index < count:
            raise ArgumentError(
                f"index is {collect.described(index)}; expected one of the original's {count} "
                "synapses, from 0"
            )
        return self._whereabouts.synapse(index)

    def origins(self, segment: Any) -> list[tuple[str, float]]:
        """What of the original a segment of the reduced cell stands for.

        :param segment: of the reduced cell. Its ends 0 and 1 are those of its first and last
            compartment.
        :returns: names of sections and centres of segments on these, of all that have their
            membrane in this compartment; none for a junction that has no membrane. For what stayed
            the same place.
        :raises ArgumentError: it is no segment of the reduced cell.
        :raises CellError: cables are gone, or sections have another ``nseg``.
        """
        return self._whereabouts.origins(segment)

    def record_at(self, variable: str, place: Any, x: float | None = None) -> Any:
        """Records where something of the original went.

        :param variable: ``'v'``, or a range variable by its name in NEURON, such as ``'cai'`` or
            ``'m_hh'``; of a point process a variable of its own, such as ``'g'``, which is that of
            all that it stands for.
        :param place: as :meth:`locate` has it.
        :param x: likewise.
        :returns: a new Vector that records it.
        :raises ArgumentError: no such place, or nothing of this name there.
        """
        return whereabouts.recording(variable, self.locate(place, x))

    def original_geometry(self) -> Geometry:
        """The original's segments in space, section by section, as they were. Sections without 3D
        points in a cell that has some, such as the stub of an axon, are straight lines away from
        its middle.

        :raises CellError: the original had no 3D points.
        """
        return self._original_geometry

    @functools.cached_property
    def _original_geometry(self) -> Geometry:
        places = self._whereabouts.places()
        original = self._done.original
        return geometry.of_original(original.courses, places, original.names)

    def geometry(self) -> Geometry:
        """The reduced cell's segments in space, in the order of ``cell.all`` and of the segments in
        each section: each along the mean course of the membrane that it stands for
        (docs/geometry.md).

        These are no 3D points of the sections: NEURON would compute areas of them, which are not
        those of the compartments. :meth:`add_points` adds some that can be.

        :raises CellError: the original had no 3D points; cables are gone, or sections have another
            ``nseg``.
        """
        rows = self._whereabouts.rows()
        along = geometry.distances(self._done.original.courses)
        return geometry.of_reduced(rows, self._original_geometry, along)

    def record_synapses(self, interval: float | None = None) -> SynapseCurrents:
        """Records the currents of the synapses from the next run on, such that each of the
        original's can be asked for its own: also of those that were merged.

        :param interval: between samples, in ms; each step if not given.
        :raises ArgumentError: ``interval`` is no time.
        :raises CellError: a point process of the reduced cell is gone.
        """
        if interval is not None:
            interval = collect.number(interval, "interval", "a time in ms, greater than 0")
            if not 0 < interval < math.inf:
                raise ArgumentError(f"interval is {interval:g}; expected a time in ms, above 0")
        return SynapseCurrents(self._done, self.netcons, self._name, interval)

    def map_currents(self, currents: Any, synapses: SynapseCurrents | None = None) -> np.ndarray:
        """The transmembrane currents of the reduced cell where the original's membrane was: for
        extracellular potentials, with :meth:`original_geometry`.

        :param currents: of the reduced cell's segments, in the order of :meth:`geometry`, shaped
            (m,) or (m, times); such as ``i_membrane_``, in nA.
        :param synapses: what :meth:`record_synapses` recorded in the same run, at the same times:
            their currents are then where the original's synapses were, which is most of what is
            lost otherwise.
        :returns: of the original's segments, in the unit of ``currents`` (nA with ``synapses``),
            shaped (n,) or (n, times): each has of its compartment's current what it has of the
            membrane there. The sum at each time stays.
        :raises ArgumentError: they have another shape or other times than ``synapses``, or are no
            numbers.
        :raises CellError: cables are gone, or sections have another ``nseg``; or as of
            :meth:`SynapseCurrents.current`.
        """
        rows = self._whereabouts.rows()
        given = geometry.checked(currents, len(rows))
        area = np.concatenate(self._whereabouts.areas)
        if synapses is None:
            return geometry.spread(given, rows, area)
        if given.ndim != 2 or given.shape[1] != len(synapses.times):
            raise ArgumentError(
                f"currents has the shape {given.shape}; expected ({len(rows)}, "
                f"{len(synapses.times)}), the times that the synapses were recorded at"
            )
        given = given.copy()
        synaptic = np.zeros((len(area), given.shape[1]))
        numbers = self._whereabouts.numbers()
        row_of_process = self._whereabouts.rows_with(synapses.processes(), rows)
        for (process, number), current in synapses.by_place(numbers).items():
            synaptic[number] += current
            given[row_of_process[process]] -= current
        return geometry.spread(given, rows, area) + synaptic

    def add_points(self) -> None:
        """Gives the cables 3D points where the membrane was that they stand for, for PlotShape and
        what else reads these: straight lines of the cables' lengths and diameters.

        NEURON keeps 3D points in single precision and computes areas of them: areas and axial
        resistances change by up to a ten-millionth, and voltages of the cell are not those to the
        last bit any more. :meth:`geometry` changes nothing.

        :raises CellError: as of :meth:`geometry`; or a cable's diameter was changed along it.
        :raises SimulatorError: NEURON is in the middle of a run.
        """
        structure.check_that_it_may_change()
        drawing.draw(self._whereabouts.rows(), self.geometry(), list(self._cables.values()))

    def _live(self, mapped: MappedSegment) -> Any:
        section = self._cables[self.cables[mapped.cable].name]
        return whereabouts.live(section, mapped.cable_x, self._name)

    def report(
        self,
        path: str | os.PathLike[str],
        evaluation: Evaluation | Comparison | None = None,
    ) -> None:
        """Writes what was done, and how close the two cells are, as one HTML file for people to
        read.

        :param path: of the file to write.
        :param evaluation: an :class:`Evaluation` or a :class:`Comparison` to report along; None:
            the last comparison that was told of this reduction, if any.
        :raises MissingPackageError: plotly is not installed.
        """
        from . import report

        report.write(path, self.record, self.comparison if evaluation is None else evaluation)

    def view(self, path: str | os.PathLike[str] | None = None) -> pathlib.Path:
        """Shows in a browser the cell's shape, the reduced tree, which branches share a
        compartment, and what each is expected to lose: one HTML file, which opens offline.

        :param path: of the file to write, in place of opening a browser.
        :returns: where the file is.
        :raises ArgumentError: the path is none.
        :raises OSError: it cannot be written.
        """
        from . import view

        return view.show(self.record, path)

    def saved(self, events: Mapping[Any, Any] | None = None) -> SavedCell:
        """The reduced cell as a plain value, as it is now: with what was inserted, placed and
        connected since it was made.

        :param events: times in ms of the events of sources that NEURON does not tell of, such as
            VecStims: from the object to its times. NetCons from others that are not known are kept
            without a source, with a warning.
        :raises ArgumentError: ``events`` is of something that does not drive the cell.
        :raises SavedCellError: something of the cell cannot be kept, such as a POINTER that is set;
            or it is not in the session any more.
        :raises SimulatorError: NEURON is in the middle of a run.
        """
        from . import saved

        return saved.saved(self, events)

    def save(self, path: str | os.PathLike[str], events: Mapping[Any, Any] | None = None) -> None:
        """Writes the reduced cell, as it is now, as one file that :func:`load` reads: see
        :meth:`saved` and :meth:`SavedCell.save`."""
        self.saved(events).save(path)

    def export(
        self,
        path: str | os.PathLike[str],
        events: Mapping[Any, Any] | None = None,
        format: str | None = None,
    ) -> None:
        """Writes the reduced cell, as it is now, for those who do not have this package: see
        :meth:`saved` and :meth:`SavedCell.export`."""
        self.saved(events).export(path, format)

    def instantiate(self, **arguments: Any) -> CellInstance:
        """Builds the reduced cell, as it is now, once more: see :meth:`SavedCell.instantiate`. For
        many instances keep what :meth:`saved` returns."""
        return self.saved().instantiate(**arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        # What lives in a session cannot leave it.
        return self.saved().__reduce__()

    def __copy__(self) -> Reduction:
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __iter__(self) -> Iterator[Any]:
        return iter((self.cell, self.synapses, self.netcons))

    def __str__(self) -> str:
        return str(self.record)

    def _repr_html_(self) -> str:
        return self.record._repr_html_()

    def __repr__(self) -> str:
        return (
            f"<Reduction of {self._name} by {self._settings['method']}: {len(self.cables)} cables, "
            f"{len(self.synapses)} point processes>"
        )


def _own(name: str) -> str:
    """A section's name without that of its cell."""
    return name.rpartition(".")[2]


def _record(
    name: str, done: Done, settings: dict[str, Any], calibration: Calibration | None
) -> ReductionRecord:
    outcome = done.outcome
    counts = outcome.counts
    notes = [] if calibration is None else [str_of(calibration)]
    segment_map = _segment_map(done)
    return ReductionRecord(
        cell=name,
        method=settings["method"],
        settings={key: value for key, value in settings.items() if key != "method"},
        versions={
            _distribution.NAME: _distribution.version(),
            "NEURON": neuron.__version__,
            "Python": platform.python_version(),
        },
        stage_seconds=done.stage_seconds,
        segments_full=counts.segments_before,
        segments_reduced=counts.segments_after,
        point_processes_full=counts.point_processes_before,
        point_processes_reduced=counts.point_processes_after,
        cables=[_cable(each) for each in outcome.cables],
        segment_map=segment_map,
        synapses=[_synapse_kind(*each) for each in outcome.synapse_kinds],
        shape=_shapes(outcome, done.original.courses),
        impedances=_impedances(outcome),
        expected=_expected(outcome),
        notes=[*notes, *map(plain, (*outcome.notes, *done.notes))],
        shared_inward=_shared(outcome, segment_map),
    )


def _shared(outcome, segment_map: list[MappedSegment]) -> list[SharedCompartment]:
    members: dict[tuple[int, int], dict[str, None]] = {}
    counts = [max(each.segment_count, 1) for each in outcome.cables]

    def place(cable: int, x: float) -> tuple[int, int]:
        return cable, segment_index(x, counts[cable])

    for each in segment_map:
        members.setdefault(place(each.cable, each.cable_x), {})[each.section] = None
    return [
        SharedCompartment(
            each.cable,
            each.cable_position,
            list(members[place(each.cable, each.cable_position)]),
            each.inward_share,
        )
        for each in outcome.shared_compartments
    ]


def _segment_map(done: Done) -> list[MappedSegment]:
    outcome = done.outcome
    return [
        MappedSegment(
            outcome.section_name(each.section), each.position, each.cable, each.cable_position
        )
        for each in outcome.segment_map
    ]


def _cable(cable) -> Cable:
    return Cable(
        name=cable.name.decode(),
        role="apical" if cable.is_apical else "basal",
        stem=cable.stem.decode(),
        parent=cable.parent.decode(),
        length=cable.length,
        diameter=cable.diameter,
        electrotonic_length=cable.electrotonic_length,
        segments=cable.segment_count,
        is_on_original=bool(cable.is_on_original),
    )


def _synapse_kind(kind, parameters, obstacles) -> SynapseKind:
    return SynapseKind(
        mechanism=kind.mechanism.decode(),
        parameters={each.name.decode(): each.value for each in parameters},
        before=kind.before,
        after=kind.after,
        netcons=kind.connections,
        treatment=kind.treatment.decode(),
        unmerged={each.name.decode(): int(each.value) for each in obstacles},
    )


def _shapes(outcome, courses: list[Course]) -> list[SectionShape]:
    return [
        SectionShape(
            section.name.decode(), _ROLES[section.role], course.points, not section.is_collapsed
        )
        for section, course in zip(outcome.sections, courses, strict=True)
    ]


def _expected(outcome) -> ExpectedLoss:
    loss = outcome.expected_loss
    names = [each.name.decode() for each in outcome.sections]
    cables = [each.name.decode() for each in outcome.cables]
    return ExpectedLoss(
        rmsd=None if math.isnan(loss.rmsd) else loss.rmsd,
        deviation=None if math.isnan(loss.deviation) else loss.deviation,
        counted=loss.counted,
        netcons=loss.connections,
        shared={each.name.decode(): each.value for each in outcome.shared_conductances},
        joined=[
            Joint(cables[cable], x, [names[section] for section in sections])
            for cable, x, sections in outcome.joints
        ],
        sections={
            name: each
            for name, each in zip(names, outcome.expected_losses, strict=True)
            if not math.isnan(each)
        },
    )


def _impedances(outcome) -> Impedances | None:
    if not outcome.impedances:
        return None
    # By place (soma, then sites), frequency, and number.
    table = np.array(
        [
            [(each.frequency, each.full, each.reduced) for each in points]
            for points in outcome.impedances
        ]
    )
    return Impedances(
        frequencies=table[0, :, 0],
        input_full=table[0, :, 1],
        input_reduced=table[0, :, 2],
        sites=[f"{site.name.decode()}({site.value:g})" for site in outcome.sites],
        transfer_full=table[1:, :, 1],
        transfer_reduced=table[1:, :, 2],
    )
