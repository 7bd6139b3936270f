"""A reduced cell that is kept: as a value, in a file, and as any number of instances."""

from __future__ import annotations

import ctypes
import functools
import itertools
import json
import math
import os
import pathlib
import re
import sys
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from neuron import h, hoc, nrn

from . import geometry
from ._display.warned import warn
from ._saved import building, checking, content, exporting, files, mods, places, recorded
from ._saved.places import Places
from ._session import collect, copying, gone, mechanisms, structure, whereabouts
from .errors import ArgumentError, CellError, SavedCellError, SimulatorError
from .geometry import Geometry
from .record import MappedSegment, ReductionRecord

if TYPE_CHECKING:
    from .comparison import Comparison
    from .evaluation import Evaluation
    from .reduction import Reduction

_SHOWN_GLOBALS = 5

_numbers = itertools.count()

_instances: weakref.WeakSet[CellInstance] = weakref.WeakSet()
"""All that there are."""


def load(path: str | os.PathLike[str]) -> SavedCell:
    """A cell that :meth:`Reduction.save` has written.

    The session is not asked for anything: what the file needs of it is looked at when an instance
    is made.

    :param path: of the file.
    :raises OSError: it cannot be read.
    :raises SavedCellError: it is no such file, was cut short or changed such that no cell can be
        built of it, or a newer version of this package wrote it. The message names the path in the
        file, what is there, and what was expected.
    """
    return SavedCell(files.read(path))


class SavedCell:
    """A cell as a plain value, made by :func:`load` or :meth:`Reduction.saved`; no part of any
    session. Can be pickled and copied.
    """

    def __init__(self, described: dict[str, Any]) -> None:
        self._content = described
        # With how many mechanisms of the session it was checked, and what was warned of.
        self._checked: float | None = None
        self._told: tuple[str, ...] = ()
        self._told_tables: list[str] = []

    # ---- What it is ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The original cell's."""
        return self._content["name"]

    @property
    def method(self) -> str:
        """That it was reduced by."""
        return self._content["method"]

    @property
    def settings(self) -> dict[str, Any]:
        """What :func:`reduce` was called with."""
        return dict(self._content["settings"])

    @property
    def versions(self) -> dict[str, str]:
        """Of this package and of NEURON, that saved it."""
        return dict(self._content["versions"])

    @functools.cached_property
    def record(self) -> ReductionRecord | None:
        """What the reduction did, but for how long it took; None where the file is of a version
        that did not keep it."""
        content = self._content["record"]
        return None if content is None else recorded.record_of(content)

    @property
    def celsius(self) -> float:
        """The session's when it was saved, in °C."""
        return self._content["celsius"]

    @property
    def v_init(self) -> float:
        """The session's when it was saved, in mV."""
        return self._content["v_init"]

    @property
    def notes(self) -> list[str]:
        """What of the cell is not kept, or not to the last bit; a sentence each."""
        return list(self._content["notes"])

    @property
    def mechanisms(self) -> dict[str, str | None]:
        """The mechanisms that it needs, each with the SHA-256 of its mod file; None where NEURON
        kept no text of it, as of those that are built in."""
        return {
            each["name"]: each["source"] and each["source"]["sha256"]
            for each in self._content["mechanisms"]
        }

    @property
    def segment_map(self) -> list[MappedSegment]:
        """Where each dendritic segment of the original went: ``cable`` is the index in ``all``."""
        return [MappedSegment(*each) for each in self._content["segment_map"]]

    @property
    def text(self) -> str:
        """What :meth:`save` writes."""
        return files.text_of(self._content)

    @property
    def content(self) -> dict[str, Any]:
        """The same as docs/saved.md describes it: a copy."""
        return json.loads(self.text)

    # ---- Where things are ----------------------------------------------------------------------

    @functools.cached_property
    def _places(self) -> Places:
        return Places(self._content)

    def locate(self, section: str, x: float = 0.5) -> tuple[int, float]:
        """Where a place of the original went.

        :param section: the name of one section of the original, with or without the name of the
            cell before it.
        :param x: where on that section, 0 to 1.
        :returns: the index of a section in ``all`` of any instance, and the position on it.
        :raises ArgumentError: the original has no such section, or several.
        """
        return self._places.of(section, x)

    def original_geometry(self) -> Geometry:
        """The original's segments in space, as :meth:`Reduction.original_geometry` has them.

        :raises CellError: the original had no 3D points.
        :raises SavedCellError: the file is of version 1, which does not have them.
        """
        return self._places.geometry()

    def map_currents(self, currents: Any) -> np.ndarray:
        """The transmembrane currents of an instance where the original's membrane was.

        :param currents: of the segments, section by section of ``all``, shaped (m,) or (m, times);
            such as ``i_membrane_``, in nA.
        :returns: of the original's segments, in the unit of ``currents``, shaped (n,) or (n,
            times): each has of its compartment's current what it has of the membrane there. The sum
            at each time stays.
        :raises ArgumentError: they have another shape, or are no numbers.
        :raises SavedCellError: the file is of version 1, which does not have the segments.
        """
        rows = self._places.bare_rows()
        return geometry.spread(geometry.checked(currents, len(rows)), rows, self._places.areas)

    def __repr__(self) -> str:
        return (
            f"<SavedCell {self.name}: {len(self._content['sections'])} sections, "
            f"{len(self._content['point_processes'])} point processes, "
            f"{len(self._content['connections'])} NetCons>"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SavedCell):
            return NotImplemented
        return self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.text,)

    # ---- Where it goes -------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as one file, of JSON as docs/saved.md has it: as a whole, or not at all. The
        same cell gives the same bytes.

        :raises OSError: it cannot be written; what was there before is still there.
        """
        files.write(path, self.text)

    def export(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Writes it for those who do not have this package.

        :param path: of the file or folder to write.
        :param format: ``'hoc'``, a template for NEURON; ``'python'``, a module that needs NEURON
            alone; ``'netpyne'``, a cell rule of NetPyNE, with what its synapses need;
            ``'neuroml'``, NeuroML 2 with the tree's shape and its membrane, as far as that is
            NeuroML's own; ``'swc'``, the tree's shape; ``'sonata'``, a folder with a node type of
            SONATA, and the types of edges that its synapses are. None: as the path ends, with
            ``.hoc``, ``.py``, ``.json``, ``.nml`` or ``.swc``.
        :raises ArgumentError: no such format, or an ending that means none; or there is a folder of
            this name already, which is not empty.
        :raises SavedCellError: the format has no way to say what the cell is.
        :raises OSError: it cannot be written.
        """
        exporting.export(self._content, path, format)

    def report(
        self,
        path: str | os.PathLike[str],
        evaluation: Evaluation | Comparison | None = None,
    ) -> None:
        """Writes what the reduction did as one HTML file: see :meth:`Reduction.report`.

        :param evaluation: how close the cell comes.
        :raises SavedCellError: the file does not have the reduction's record.
        """
        from . import report

        report.write(path, self._kept_record, evaluation)

    def view(self, path: str | os.PathLike[str] | None = None) -> pathlib.Path:
        """Shows it in a browser: see :meth:`Reduction.view`.

        :raises SavedCellError: the file does not have the reduction's record.
        """
        from . import view

        return view.show(self._kept_record, path)

    @property
    def _kept_record(self) -> ReductionRecord:
        if self.record is None:
            raise SavedCellError(
                "the cell was saved by a version of neuron_reduce that did not keep the "
                "reduction's record; expected a file of version 2"
            )
        return self.record

    def instantiate(
        self,
        *,
        gid: int | None = None,
        connect: Literal["sources"] | None = "sources",
        threshold: float | None = None,
        set_globals: bool = False,
        name: str | None = None,
    ) -> CellInstance:
        """Builds the cell in the session, beside all that is there. The full cell is not needed.

        Instances are independent of each other, apart from the random numbers of their sources,
        which are the same in each as in the original.

        :param gid: makes the soma a source of spikes of this number, for ``ParallelContext``.
        :param connect: ``'sources'``: with the NetCons that the cell had, and new NetStims with the
            streams of random numbers that those had that drove it. None: with its synapses alone,
            to be connected by :meth:`CellInstance.connect`.
        :param threshold: of the source of spikes, in mV. If not given that of the cell's own
            NetCons from its soma, with which it shares it, or NEURON's own, 10.
        :param set_globals: sets ``h.celsius``, ``h.v_init`` and the GLOBALs of the mechanisms to
            what they were when the cell was saved. Otherwise they are left as they are, with a
            warning where celsius or a GLOBAL is another one.
        :param name: by which its sections are known, such as ``name.soma[0]``; one of its own if
            not given.
        :raises ArgumentError: an argument has no meaning, or there is a cell with this gid already.
        :raises SavedCellError: the session lacks a mechanism, or has it with other parameters.
        :raises SimulatorError: NEURON is in the middle of a run, or reported an error; nothing is
            left behind.
        """
        if connect is not None and not (type(connect) is str and connect == "sources"):
            raise ArgumentError(
                f"connect is {collect.described(connect)}; expected 'sources' or None"
            )
        number = None
        if threshold is not None:
            expected = "a potential in mV, finite"
            number = collect.number(threshold, "threshold", expected)
            if not math.isfinite(number):
                raise ArgumentError(f"threshold is {number}; expected {expected}")
        set_globals = collect.truth(set_globals, "set_globals")
        if gid is not None:
            _check_gid(gid)
        if name is not None:
            name = collect.name(name, "name", "a name for the cell, a text")
            if not re.fullmatch(r"\S+", name):
                raise ArgumentError(
                    f"name is {collect.described(name)}; expected a text without spaces"
                )
        structure.check_that_it_may_change()
        self._check_session()
        if set_globals:
            self._set_globals()
        else:
            self._warn_of_globals()
        made = CellInstance(self, name or self._new_name(), gid, connect == "sources", number)
        self._look_at_tables(made, set_globals)
        return made

    def _new_name(self) -> str:
        base = re.sub(r"\W+", "_", self.name).strip("_") or "cell"
        return f"{base}_reduced_{next(_numbers)}"

    # ---- The session's part --------------------------------------------------------------------

    def _check_session(self) -> None:
        """Once for each set of mechanisms, of which a session only gets more."""
        count = sum(h.MechanismType(kind).count() for kind in (0, 1))
        if self._checked == count:
            return
        density, processes = mechanisms.names(False), mechanisms.names(True)
        used = {each["mechanism"] for each in self._content["point_processes"]}
        missing = []
        for each in self._content["mechanisms"]:
            there = processes if each["name"] in used else density
            if each["name"] not in there:
                source = each["source"]
                missing.append(
                    each["name"]
                    if source is None
                    else f"{each['name']} ({source['file']}, SHA-256 {source['sha256']})"
                )
        if missing:
            raise SavedCellError(
                f"the session has no {', no '.join(missing)}; expected all mechanisms of the cell: "
                "compile them with nrnivmodl, and load them before"
            )
        self._check_sources()
        checking.check_session(self._content, mechanisms.parameters, mods.randoms, mods.tables)
        self._checked = count

    def _check_sources(self) -> None:
        others = []
        for each in self._content["mechanisms"]:
            mod = mods.of(each["name"])
            if mod and each["source"] and mod.sha256 != each["source"]["sha256"]:
                others.append(each["name"])
        if others:
            warn(
                f"{', '.join(others)}: the session's mod files are others than those that the cell "
                "was saved with, by their SHA-256; it may behave differently"
            )

    def _look_at_tables(self, made: CellInstance, is_set: bool) -> None:
        """Sets FUNCTION_TABLEs that are others than those of the cell, or warns of them, once."""
        others = []
        for each in self._content["mechanisms"]:
            name = each["name"]
            for table, described in each["tables"].items():
                owner = building.owner_of(self._content, name, made.point_processes)
                function = building.table_function(name, table, owner)
                pairs = zip(described["x"], described["y"], strict=True)
                if all(function(x) == y for x, y in pairs):
                    continue
                others.append(f"{table} of {name}")
                if is_set:
                    building.set_table(name, table, owner, described)
        if others and not is_set and self._told_tables != others:
            self._told_tables = others
            warn(
                f"the FUNCTION_TABLEs {', '.join(others)} have been set to something else than "
                "where the cell was saved: they are the session's, and were left as they are; "
                "set_globals=True sets them"
            )

    def _globals(self) -> list[tuple[str, Any]]:
        found = [("celsius", self._content["celsius"])]
        for each in self._content["mechanisms"]:
            known = dict(mechanisms.variables(each["name"], mechanisms.GLOBAL))
            for name, value in each["globals"].items():
                size = len(value) if isinstance(value, list) else 1
                if known.get(name) == size:
                    found.append((name, value))
        return found

    def _set_globals(self) -> None:
        h.v_init = self._content["v_init"]
        for name, value in self._globals():
            if isinstance(value, list):
                for index, each in enumerate(value):
                    getattr(h, name)[index] = building.number(each)
            else:
                setattr(h, name, building.number(value))

    def _warn_of_globals(self) -> None:
        """Once for each set of differences."""
        differing = []
        for name, value in self._globals():
            now = getattr(h, name)
            pairs = (
                [(name, now, value)]
                if not isinstance(value, list)
                else [(f"{name}[{i}]", now[i], each) for i, each in enumerate(value)]
            )
            differing += [
                f"{each} is {float(there)!r} and was {float(building.number(saved))!r}"
                for each, there, saved in pairs
                if not _is_same(there, building.number(saved))
            ]
        told = tuple(differing)
        if not differing or self._told == told:
            return
        self._told = told
        rest = len(differing) - _SHOWN_GLOBALS
        more = f", and {rest} more" if rest > 0 else ""
        warn(
            f"{', '.join(differing[:_SHOWN_GLOBALS])}{more} when the cell was saved: this is a "
            "setting of the whole session, and was left as it is; set_globals=True sets it"
        )


def _is_same(first: float, second: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second))


def _unpickled(text: str) -> SavedCell:
    return SavedCell(files.content_of(text, "the pickled cell"))


def _check_gid(gid: Any) -> None:
    expected = "a whole number, 0 or greater, that no cell has"
    if type(gid) is not int or not 0 <= gid < 2**31:
        raise ArgumentError(f"gid is {collect.described(gid)}; expected {expected}")
    if h.ParallelContext().gid_exists(gid):
        raise ArgumentError(f"gid is {gid}, which this process has already; expected {expected}")


def _reference_counts(objects: list[Any]) -> list[int]:
    return [sys.getrefcount(each) for each in objects]


def _held(objects: list[Any], counts: list[int]) -> list[bool]:
    """Whether others have them.

    :param counts: how many references there were to each when nobody had.
    """
    now = _reference_counts(objects)
    return [after > before for before, after in zip(counts, now, strict=True)]


def _release(
    sections: list[nrn.Section],
    section_counts: list[int],
    processes: list[Any],
    process_counts: list[int],
) -> None:
    """What an instance needs when nobody has it any more: no events for the point processes that
    somebody has without their sections. NEURON takes the others from their NetCons itself.

    :param section_counts: see :func:`_held`.
    :param process_counts: likewise.
    """
    going = {
        section
        for section, is_held in zip(sections, _held(sections, section_counts), strict=True)
        if not is_held
    }
    left = []
    for process, is_held in zip(processes, _held(processes, process_counts), strict=True):
        # An object of NEURON's begins with the number of references to it, one by this list's.
        is_referred_to = ctypes.c_int.from_address(process.hocobjptr()).value > 1
        if (is_held or is_referred_to) and process.has_loc():
            left.append(process)
    copying.release(each for each in left if each.get_segment().sec in going)


class CellInstance(building.Cell):
    __doc__ = building.Cell.__doc__

    # What the base class, which has no types since it is exported too, makes of them.
    soma: Any
    apic: nrn.Section | None
    dend: list[nrn.Section]
    axon: list[nrn.Section]
    sections: list[nrn.Section]
    synapses: list[Any]
    point_processes: list[Any]
    netcons: list[Any]
    sources: list[Any]
    gid: int | None
    spike_source: Any

    def __init__(
        self, saved: SavedCell, name: str, gid: int | None, is_driven: bool, threshold: float | None
    ) -> None:
        try:
            super().__init__(saved._content, name, is_driven, gid, threshold)
            self.saved = saved
            _instances.add(self)
            sections, processes = list(self.sections), list(self.point_processes)
            counts = _reference_counts(sections), _reference_counts(processes)
            weakref.finalize(
                self, _release, sections, counts[0], processes, counts[1]
            ).atexit = False
        except (RuntimeError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise SimulatorError(
                f"NEURON cannot build {saved.name}: {error}; nothing was left behind"
            ) from None

    def synapse(self, index: int) -> Any:
        """The point process that stands for one of the original's synapses.

        :param index: the original's, of the list that :func:`reduce` was called with.
        :raises ArgumentError: there is no such index.
        """
        self._check_index(index)
        return super().synapse(index)

    def connect(self, index: int, source: Any, delay: float | None = None) -> Any:
        """Connects a source of events to what stands for one of the original's synapses.

        :param index: of the original's NetCon, of the list that :func:`reduce` was called with.
        :param source: a NetStim or another object with events; a segment, for its potential; or a
            gid of ``ParallelContext``.
        :param delay: in ms; that of the original's NetCon if not given.
        :returns: the NetCon, with the original's weights as the reduction has scaled them, and
            its threshold. The instance keeps it too.
        :raises ArgumentError: there is no such index, or the source is none.
        """
        self._check_index(index)
        gone.refuse(source, "source")
        if delay is not None:
            expected = "a delay in ms, 0 or greater"
            delay = collect.number(delay, "delay", expected)
            if not 0 <= delay < math.inf:
                raise ArgumentError(f"delay is {delay:g}; expected {expected}")
        expected = "a NetStim or another object with events, a segment, or a gid, 0 or greater"
        is_known = issubclass(type(source), nrn.Segment | hoc.HocObject)
        if not is_known and not (type(source) is int and 0 <= source < 2**31):
            raise ArgumentError(f"source is {collect.described(source)}; expected {expected}")
        try:
            return super().connect(index, source, delay)
        except (RuntimeError, TypeError, ValueError, ReferenceError) as error:
            raise ArgumentError(
                f"source is {collect.described(source)}, from which no NetCon can have events "
                f"({error}); expected {expected}"
            ) from None

    def _check_index(self, index: Any) -> None:
        count = len(self.saved._content["original"]["synapses"])
        if type(index) is not int or not 0 <= index < count:
            raise ArgumentError(
                f"index is {collect.described(index)}; expected one of the original's {count} "
                "synapses, from 0"
            )

    def place(self, section: str, x: float = 0.5) -> Any:
        """The segment where a place of the original went.

        :param section: the name of one section of the original, with or without the name of the
            cell before it.
        :param x: where on that section, 0 to 1.
        :raises ArgumentError: the original has no such section, or several.
        :raises CellError: the section is gone.
        """
        index, where = self.saved._places.of(section, x)
        return whereabouts.live(self.sections[index], where, self.saved.name)

    def locate(self, place: str | int, x: float | None = None) -> Any:
        """What is where something of the original was, as :meth:`Reduction.locate` has it: an
        instance knows the original by names and indices alone.

        :param place: the name of one of the original's sections, or the index of one of its
            synapses.
        :param x: where on the section, 0 to 1; the middle if not given. Not with a synapse.
        :returns: a live segment; for a synapse the point process that stands for it.
        :raises ArgumentError: the original has no such place.
        :raises CellError: the section is gone.
        """
        if type(place) is int:
            if x is not None:
                raise ArgumentError(
                    f"x is {collect.described(x)}; expected none with the synapse {place}"
                )
            return self.synapse(place)
        if type(place) is not str:
            raise ArgumentError(
                f"place is {collect.described(place)}; expected the name of a section of "
                f"{self.saved.name}, by which an instance knows it, or the index of a synapse"
            )
        return self.place(place, 0.5 if x is None else x)

    def origins(self, segment: Any) -> list[tuple[str, float]]:
        """What of the original a segment of the instance stands for.

        :param segment: of the instance.
        :returns: names of sections and centres of segments on these, of all that have their
            membrane in this compartment; none for a junction that has no membrane. For what stayed
            the same place.
        :raises ArgumentError: it is no segment of the instance.
        :raises CellError: sections are gone, or have another ``nseg``.
        """
        expected = f"a segment of {self}"
        if not issubclass(type(segment), nrn.Segment) or gone.is_gone(segment):
            raise ArgumentError(f"segment is {collect.described(segment)}; expected {expected}")
        self.saved._places.check(self.sections)
        if segment.sec not in self.sections:
            raise ArgumentError(f"segment is {collect.described(segment)}; expected {expected}")
        return self.saved._places.origins(self.sections.index(segment.sec), segment.x)

    def record_at(self, variable: str, place: str | int, x: float | None = None) -> Any:
        """Records where something of the original went.

        :param variable: ``'v'``, or a range variable by its name in NEURON, such as ``'cai'`` or
            ``'m_hh'``; of a point process a variable of its own, such as ``'g'``.
        :param place: as :meth:`locate` has it.
        :param x: likewise.
        :returns: a new Vector that records it.
        :raises ArgumentError: no such place, or nothing of this name there.
        """
        return whereabouts.recording(variable, self.locate(place, x))

    def geometry(self) -> Geometry:
        """The instance's segments in space, section by section of ``all``: each along the mean
        course of the membrane that it stands for (docs/geometry.md). All instances are in the
        original's place.

        :raises CellError: the original had no 3D points; or sections were changed.
        :raises SavedCellError: the file is of version 1, which does not have where it was.
        """
        kept = self.saved._places
        rows = kept.rows(self.sections)
        return geometry.of_reduced(rows, kept.geometry(), kept.distances)

    def original_geometry(self) -> Geometry:
        """As :meth:`SavedCell.original_geometry`."""
        return self.saved.original_geometry()

    def map_currents(self, currents: Any) -> np.ndarray:
        """As :meth:`SavedCell.map_currents`."""
        return self.saved.map_currents(currents)

    def __reduce__(self) -> Any:
        raise TypeError(
            "an instance is part of its session, and is not pickled or copied; expected its "
            "saved cell, instance.saved"
        )


def saved(reduction: Reduction, events: Mapping[Any, Any] | None) -> SavedCell:
    """What :meth:`Reduction.saved` returns."""
    structure.check_that_it_may_change()
    cell = reduction.cell
    try:
        roles = {
            role: list(sections)
            for role, sections in zip(
                ("soma", "axon", "apical", "basal"),
                (cell.somatic, cell.axonal, cell.apical, cell.basal),
                strict=True,
            )
        }
        every = list(cell.all)
    except (TypeError, ReferenceError):
        raise SavedCellError(
            f"the lists of sections of the reduced {reduction._name} are not as they were made; "
            "expected all, somatic, axonal, apical and basal as SectionLists"
        ) from None
    if not roles["soma"]:
        raise SavedCellError(
            f"the reduced {reduction._name} is gone; expected it in the session, to be described"
        )
    cables = reduction._cables
    names = [each.name for each in reduction.cables]
    described = content.of_cell(
        reduction._name,
        roles,
        every,
        is_soma_listed=not issubclass(type(cell.soma), nrn.Section),
        synapses=reduction.synapses,
        netcons=reduction.netcons,
        events=events,
        method=reduction._settings["method"],
        settings={k: v for k, v in reduction._settings.items() if k != "method"},
        segment_map=[
            (each.section, each.x, cables[names[each.cable]], each.cable_x)
            for each in reduction.segment_map
        ],
        stayed=reduction._done.stayed,
        segments=_segments(reduction, every),
        other_vectors=[
            vector for each in _instances for played in each._plays for vector in played
        ],
        record=recorded.described(reduction.record),
    )
    # As a file is: what is wrong with it is found where it is made.
    checking.check(described)
    if described["notes"]:
        warn(" ".join(described["notes"]))
    return SavedCell(described)


def _segments(reduction: Reduction, every: list[nrn.Section]) -> dict[str, Any] | None:
    """The original's, where the reduced cell has the sections that it was made with."""
    known, original = reduction._whereabouts, reduction._done.original
    try:
        rows = known.rows()
    except CellError:
        return None
    try:
        lines = reduction.original_geometry()
    except CellError:
        lines = None
    distances = geometry.distances(original.courses)
    return places.described(
        rows, every, original.names, known.areas, known.numbers(), lines, distances
    )
