"""One reduction, from a caller's arguments to what came out: what all calls that reduce share."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import math
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import neuron
import numpy as np
from neuron import hoc

from .. import _library
from .._display.warned import warn
from .._library import reducing, structures
from ..compat.replacement import replaced_properties
from ..errors import ArgumentError, UnsupportedNeuronError
from ..reduced_cell import ReducedCell
from . import (
    beside,
    cells,
    collect,
    event_rates,
    geometry,
    in_place,
    inputs,
    instances,
    kinds,
    leaks,
    originals,
    parts,
    reaction_diffusion,
    structure,
    templates,
)
from . import sites as _sites
from .done import Done, Subject
from .names import Names
from .naming import ArgumentNames

_OLDEST_NEURON = 9

_MERGING = {"exact": 0, "published": 1, False: 2}
"""``nr_merging`` for what callers say."""


class Job:
    """A reduction that was asked for, its arguments checked and its objects found; nothing is
    changed yet.

    :param names: what the caller's front calls the arguments.
    :ivar name: the cell's, as messages show it.
    :raises NeuronReduceError: as ``subtree_reductor`` documents it.
    """

    def __init__(
        self,
        names: ArgumentNames,
        cell: Any,
        synapses: Any,
        netcons: Any,
        *,
        method: Any,
        frequency: Any,
        segments: Any,
        template: Any,
        compared_parameters: Any,
        rates: Any,
        merge: Any,
        leak: Any,
        sites: Any = None,
        tolerance: Any = None,
        roots: Any = None,
        keep: Any = None,
        spines: Any = None,
        soma: Any = None,
        apical: Any = None,
        axon: Any = None,
    ):
        self._clock = _Clock()
        self._gains: Mapping[str, float] = {}
        self._observed: tuple[np.ndarray, float] | None = None
        with self._clock.stage("collect"):
            self._names = names
            self._in_library = names.in_library
            self._method = collect.name(method, "method", "the name of a method")
            self._frequency = collect.number(
                frequency, names.frequency, "a finite frequency in Hz, 0 or greater"
            )
            self._segments = collect.number(
                segments,
                names.segments,
                "-1 (automatic), a share greater than 0 and at most 1, or a total greater than 1",
            )
            self._tolerance = _tolerance(tolerance, self._segments, names)
            self._template_name, self._template_file = templates.named(template, names.template)
            self._compared = collect.compared_parameters(
                compared_parameters, names.compared_parameters
            )
            self._merging = _merging(merge)
            self._leaks = leaks.named(leak)
            self._sites = _sites.listed(sites)
            self._roots = parts.listed(roots, "roots")
            self._kept = parts.listed(keep, "keep")
            self._spines = parts.spines(spines)

            # Copies, which nothing that runs meanwhile can change.
            self._synapses = collect.listed(synapses, names.synapses, "point process")
            self._netcons = collect.listed(netcons, names.netcons, "NetCon")
            self._cell = cells.of(cell, names.cell, soma, apical, axon)
            self.name = self._cell.name

            # Whether the method asks how synapses respond and how often they are driven.
            self._is_driven = bool(_library.traits(self._method) & _library.Traits.CHANGES_WEIGHTS)
            stated = None if rates is None else event_rates.rates(rates, self._netcons)
            self._rates = stated if self._is_driven else None

    def gain(self, gains: Mapping[str, float]) -> None:
        """Says what the reduced cell's dendrites are multiplied by, by the names of gains."""
        self._gains = dict(gains)

    def observe(self, potentials: np.ndarray, interval: float) -> None:
        """Says what the cell was seen to do.

        :param potentials: in mV, shaped (segments, samples), in the order of :meth:`segments`.
        :param interval: between samples, in ms.
        """
        self._observed = np.ascontiguousarray(potentials, dtype=float), interval

    def segments(self) -> list[Any]:
        """All of the cell's, in the library's order."""
        return [segment for section in self._read().sections() for segment in section]

    @property
    def subject(self) -> tuple[Any, list[Any], list[Any]]:
        """The cell, its point processes and its NetCons."""
        return self._cell.subject, self._synapses, self._netcons

    def run(
        self,
        *,
        is_in_place: bool = True,
        clamps: bool = False,
        with_points: bool = False,
        is_named: bool = False,
        is_mapped_by_name: bool = False,
    ) -> Done:
        """Reduces the cell, once.

        In place: up to the last step nothing is changed. That step is one call of the library's, in
        which no Python runs: whatever interrupts this function, the session is as it was before, or
        the cell is reduced. All warnings come before it. Beside the original, what was made of the
        new cell goes with the function.

        :param with_points: whether to keep the original's course in space.
        :param is_in_place: whether the original's dendrites are replaced; else the reduced cell is
            built beside the original, which stays as it is.
        :param clamps: for a cell beside the original, whether it has copies of the point processes
            that were not listed.
        :param is_named: whether hoc is to know the result as ``reduced_cell``.
        :param is_mapped_by_name: whether the caller tells segments apart by the names of sections.
        """
        with self._clock.stage("collect"):
            structure.check_that_it_may_change()
            templates.load(self._template_name, self._template_file, self._names.template)
            _library.prepare_template(
                self._template_name, self._template_file is None, self._in_library
            )
        cell = self._read()
        with self._clock.stage("leaks"):
            leaks.settle(cell, self._leaks, self._cell.somatic[0])
        settings = self._settings()
        names = Names(cell.sections())
        self._cell.check(names.sections)
        courses: list[geometry.Course] = []
        if with_points:
            with self._clock.stage("points"):
                courses = geometry.courses(names.sections, self._cell.somatic[0])
        plain_parts = self._find_parts(names, settings)
        found = self._find_sites(names, settings)
        if not self._is_driven:
            self._replace_properties(cell, settings)
        with self._clock.stage("responses"):
            drive = self._drive(cell, settings)
        outcome = cell.reduce(settings)
        live = names.sections
        reaction_diffusion.check_that_none_is_replaced(
            outcome.replaced_sections if is_in_place else frozenset(names.names), is_in_place
        )
        if self._merging == _MERGING["published"]:
            _warn_of_inexact_merges(outcome)
        if is_mapped_by_name:
            _warn_of_shared_names(outcome)

        with self._clock.stage("prepare"):
            model = instances.instance(self._template_name, self._in_library)
            lists = instances.section_lists()
            building = self._building(model, lists, is_named)
            before = self._original(cell, names, courses, with_points)
            subject = Subject(self._cell, live, self._synapses, self._netcons)
            way = (
                in_place.InPlace(subject, cell)
                if is_in_place
                else beside.Beside(subject, cell, clamps)
            )
            # What was read is held by the outcome until it is built, and by nothing after that.
            del cell
        way.build(outcome, building)
        with self._clock.stage("copy"):
            built = way.complete(outcome, lists, before)
        with self._clock.stage("wrap"):
            reduced = ReducedCell(model, built.soma, built.behind, lists, self._clock.seconds)
            if not is_in_place:
                beside.release_with(reduced, built.behind, model)
        self._clock.seconds.update(outcome.stage_seconds)
        self._clock.end()
        shared = {name for name in names.names if names.sharing(name)}
        unclear = outcome.replaced_sections | shared
        # Asked for once: each time it is a list of all of them.
        is_collapsed = [each.is_collapsed for each in outcome.sections]
        return Done(
            cell=reduced,
            synapses=built.synapses,
            netcons=built.netcons,
            outcome=outcome,
            notes=[*(drive.notes if drive else []), *built.notes],
            original=before,
            # Not the examples, which are the caller's synapses and NetCons.
            responses=dataclasses.replace(drive.responses, examples=[]) if drive else None,
            kept={i: section for i, section in built.stayed.items() if not is_collapsed[i]},
            counterparts=built.counterparts,
            stayed={
                names.names[index]: section
                for index, section in built.stayed.items()
                if names.names[index] not in unclear
            },
            shared_names=shared,
            sites=found.plain if found else [],
            site_segments=found.now(outcome.site_segments, built.stayed) if found else [],
            parts=plain_parts,
        )

    def _original(
        self,
        cell: reducing.Cell,
        names: Names,
        courses: list[geometry.Course],
        with_points: bool,
    ) -> originals.Original:
        """What is to be known of the original when it is reduced."""
        processes: dict[originals.Identity, int] = {}
        places: list[tuple[int, float]] = []
        if with_points:
            processes = originals.indices([*self._synapses, *cell.unlisted()[0]])
            places = originals.places(self._synapses, names.sections)
        sections = collect.section_list(names.sections)
        return originals.Original(courses, names.names, sections, processes, places)

    def _find_parts(self, names: Names, settings: structures.Settings) -> dict[str, Any]:
        """What is collapsed, which the settings are given.

        :returns: the arguments that say so, by the names of their sections.
        """
        plain: dict[str, Any] = {}
        treatment, spines = self._spines or ("folded" if self._is_driven else "collapsed", None)
        settings.spines = parts.TREATMENTS.index(treatment)
        for argument, given, fields in (
            ("roots", self._roots, ("roots", "root_count")),
            ("keep", self._kept, ("kept", "kept_count")),
            ("spines", spines, ("spine_sections", "spine_section_count")),
        ):
            if given is None:
                continue
            indices = parts.on(given, names, self.name)
            for field, value in zip(
                fields, ((ctypes.c_int64 * len(indices))(*indices), len(indices)), strict=True
            ):
                setattr(settings, field, value)
            plain[argument] = [names.plain(index) for index in indices]
        if self._spines is not None:
            plain["spines"] = treatment if spines is None else [treatment, plain["spines"]]
        return plain

    def _find_sites(self, names: Names, settings: structures.Settings) -> _sites.Sites | None:
        """Where on the cell the sites are, which the settings are given.

        :returns: None where there are none.
        """
        if not self._sites:
            return None
        found = _sites.on(self._sites, names, self.name)
        settings.sites, settings.site_count = found.for_library, len(found.places)
        return found

    def _drive(self, cell: reducing.Cell, settings: structures.Settings) -> inputs.Drive | None:
        """What the settings need to know of the synapses, which they are given.

        :returns: None where they need nothing.
        """
        found = _kinds(cell)
        rates = None
        if self._is_driven:
            rates = cell.rates if self._rates is None else self._rates
        else:
            if self._merging == _MERGING[False]:
                return None
            found = found.of(self._that_meet(cell, found, settings))
            if not found.examples:
                return None
        drive = inputs.Drive(self._synapses, self._netcons, rates, found)
        for name, value in drive.fields().items():
            setattr(settings, name, value)
        return drive

    def _that_meet(
        self, cell: reducing.Cell, found: kinds.Kinds, settings: structures.Settings
    ) -> np.ndarray:
        """Which kinds of synapse have equal ones that meet in a segment: of the others it does not
        matter whether one could stand for two."""
        # Gains of what events do have no meaning yet.
        settings.merging, settings.gain_count = _MERGING["published"], 0
        survivors = cell.reduce(settings).survivors
        settings.merging, settings.gain_count = self._merging, len(self._gains)
        count = len(found.examples)
        before = np.bincount(found.indices, minlength=count)
        return np.bincount(found.indices[survivors], minlength=count) < before

    def _read(self) -> reducing.Cell:
        names = self._names
        synapses = collect.object_references(self._synapses, names.synapses, "point process")
        netcons = collect.object_references(self._netcons, names.netcons, "NetCon", hoc.NetCon)
        lists = [
            collect.section_list(sections)
            for sections in (self._cell.somatic, self._cell.apical, self._cell.axonal)
        ]
        soma, apical, axonal = (each.hocobjptr() for each in lists)
        request = structures.CellRequest(
            name=self.name.encode(errors="replace"),
            soma_sections=soma,
            apical_sections=apical,
            axonal_sections=axonal,
            synapses=synapses.buffer_info()[0],
            synapse_count=len(synapses),
            connections=netcons.buffer_info()[0],
            connection_count=len(netcons),
            is_apical_given=self._cell.is_apical_given,
            is_axon_given=self._cell.is_axon_given,
        )
        return reducing.Cell(request, self._in_library)

    def _settings(self) -> structures.Settings:
        compared = self._compared
        gains = (structures.Gain * max(len(self._gains), 1))(
            *((name.encode(), factor) for name, factor in self._gains.items())
        )
        settings = structures.Settings(
            method=self._method.encode(),
            frequency=self._frequency,
            total_segments=self._segments,
            merging=self._merging,
            compared_parameters=(ctypes.c_char_p * max(len(compared), 1))(*compared),
            compared_parameter_pairs=len(compared) // 2,
            gain_count=len(self._gains),
            tolerance=self._tolerance,
        )
        # Keeps them as long as the settings.
        settings.gains = gains
        if self._observed is not None:
            potentials, interval = self._observed
            settings.observed = potentials.ctypes.data
            settings.observed_count = potentials.size
            settings.observed_interval = interval
        return settings

    def _replace_properties(self, cell: reducing.Cell, settings: structures.Settings) -> None:
        """Where someone has replaced a function of the published package's."""
        found = replaced_properties(cell.stems(settings), self._frequency)
        if found is not None:
            # What was asked may have changed the cell: that it is as it was read is checked here.
            list(cell.stems(settings))
            membranes = [
                structures.CableMembrane(cm, rm, ra, q.real, q.imag) for cm, rm, ra, _, q in found
            ]
            settings.membranes = (structures.CableMembrane * len(membranes))(*membranes)
            settings.membrane_count = len(membranes)

    def _building(
        self, model: instances.ReducedModel, lists: dict[str, Any], is_named: bool
    ) -> structures.Building:
        return structures.Building(
            template_name=self._template_name.encode(),
            instance=model.hocobjptr(),
            instance_name=model.hname().encode(),
            is_named=is_named,
            **{f"{kind}_sections": each.hocobjptr() for kind, each in lists.items()},
        )


def _tolerance(value: Any, segments: float, names: ArgumentNames) -> float:
    """What the library takes for the loss that a caller accepts: 0 where segments say how many."""
    if value is None:
        return 0.0
    expected = "a loss in mV, greater than 0 and finite, or None"
    tolerance = collect.number(value, "tolerance", expected)
    if not 0 < tolerance < math.inf:
        raise ArgumentError(f"tolerance is {collect.described(value)}; expected {expected}")
    if segments != -1:
        raise ArgumentError(
            f"tolerance is {tolerance:g} and {names.segments} {segments:g}; expected one of the two"
        )
    return tolerance


def _warn_of_inexact_merges(outcome: reducing.Outcome) -> None:
    """Says once what was merged as published and is not the same as before."""
    merges = outcome.inexact_merges
    known = [each.mechanism.decode() for each in merges if each.is_known]
    unknown = [each.mechanism.decode() for each in merges if not each.is_known]
    texts = []
    if known:
        texts.append(
            f"{', '.join(known)}: synapses were merged, as the published method does, though an "
            "event of one NetCon changes the response to an event of another's: their drive "
            "changes. merge='exact' keeps these apart."
        )
    if unknown:
        texts.append(
            f"{', '.join(unknown)}: synapses were merged, as the published method does, and "
            "whether one responds as several did could not be measured. merge='exact' keeps these "
            "apart."
        )
    if texts:
        warn(" ".join(texts))


def _warn_of_shared_names(outcome: reducing.Outcome) -> None:
    """Says once which sections cannot be told apart by their names."""
    if shared := outcome.shared_names:
        several = ", ".join(f"{count} are called {name}" for name, count in shared.items())
        warn(
            f"Of the original's dendritic sections {several}: of their segments that have the same "
            "text the mapping has the last one. Names of their own keep them apart, as does the "
            "segment_map of what reduce() returns, in which all are."
        )


class _Clock:
    """Times stages; one that comes again adds to what it took before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = time.perf_counter()

    def end(self) -> None:
        """Makes what was in no stage, such as handing lists over, one of its own."""
        rest = time.perf_counter() - self._start - sum(self.seconds.values())
        self.seconds["rest"] = max(rest, 0.0)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def _kinds(cell: reducing.Cell) -> kinds.Kinds:
    examples = [(each.synapse, each.connection) for each in cell.groups]
    return kinds.Kinds(examples, cell.groups_of_synapses)


def _merging(merge: Any) -> int:
    """:raises ArgumentError: where it is none of the three."""
    if merge is False or (type(merge) is str and merge in _MERGING):
        return _MERGING[merge]
    raise ArgumentError(
        f"merge is {collect.described(merge)}; expected 'exact', 'published' or False"
    )


def check_version() -> None:
    """:raises UnsupportedNeuronError: where NEURON is too old."""
    version = neuron.__version__
    match = re.match(r"\d+", version)
    if not match or int(match.group()) < _OLDEST_NEURON:
        raise UnsupportedNeuronError(
            f"this is NEURON {version}; expected NEURON {_OLDEST_NEURON}.0 or newer"
        )
