"""A cell of the session as the engine reads it: once, as it is then."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from .._library import reducing
from .._library.programs import Program
from .._library.structures import FunctionTable, ProgramRequest
from .._session import collect, gone, whole
from .._session.cells import Sections
from ..errors import CellError, EngineError
from . import function_tables, inputs, onlookers, plays, randoms, refusals, sources
from .catalogue import Catalogue
from .references import TIME, Variable

SENDER = "net_event()"
"""The member by which a point process knows which source of events it is."""

_UNSUFFIXED = ("", "capacitance", "morphology")


class Kept:
    """What of a cell that was read programs and runs are made of, whether its session is there or
    not.

    :ivar name: as messages have it.
    :ivar names: of its sections; what else says section by an index means one of these.
    :ivar inputs: what drives its point processes.
    :ivar plays: what Vectors are played into these.
    :ivar randoms: the random numbers of its mechanisms.
    :ivar function_tables: by mechanism and name the arguments and values of FUNCTION_TABLEs.
    :ivar soma: the index of its first somatic section.
    :ivar is_exact: whether its states are computed by their formulas, where tables could do.
    :ivar dt: h.dt then, in ms; likewise ``celsius`` in °C and ``v_init`` in mV.
    :ivar trees: the syntax trees of its mechanisms.
    :ivar left_out: by the name of a kind of point process that acts on nothing, and is not
        computed, why.
    :ivar catalogue: the names of all that it has.
    """

    name: str
    names: list[str]
    inputs: inputs.Inputs
    plays: list[plays.Play]
    randoms: randoms.Randoms
    function_tables: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]
    soma: int
    is_exact: bool
    dt: float
    celsius: float
    v_init: float
    trees: list[bytes]
    left_out: dict[str, str]
    catalogue: Catalogue

    @property
    def process_count(self) -> int:
        """How many point processes it has."""
        raise NotImplementedError

    def _compile(self, request: ProgramRequest) -> Program:
        raise NotImplementedError

    def program(
        self,
        time_step: float,
        is_fused: bool,
        recorded: Iterable[str] = (),
        adjustable: Iterable[str] = (),
        is_continued: bool = False,
    ) -> Program:
        """The cell as a program.

        :param time_step: in ms.
        :param is_fused: see ``nr_program_request``; likewise for the other three.
        :raises EngineError: a mechanism cannot be compiled; the cell is gone.
        """
        recorded, adjustable = _texts(recorded), _texts(adjustable)
        tables = [
            FunctionTable(mechanism.encode(), name.encode(), x.ctypes.data, y.ctypes.data, len(x))
            for (mechanism, name), (x, y) in self.function_tables.items()
        ]
        played = _texts(f"{each.kind}.{each.name}" for each in self.plays)
        compiled = self._compile(
            ProgramRequest(
                trees=_array(self.trees),
                tree_count=len(self.trees),
                time_step=time_step,
                initial_potential=self.v_init,
                is_fused=is_fused,
                uses_tables=not self.is_exact,
                is_continued=is_continued,
                recorded=_array(recorded),
                recorded_count=len(recorded),
                adjustable=_array(adjustable),
                adjustable_count=len(adjustable),
                played=_array(played),
                played_count=len(played),
                weight_count=len(self.inputs.weights),
                function_tables=(FunctionTable * max(len(tables), 1))(*tables),
                function_table_count=len(tables),
            )
        )
        for index, origin in enumerate(self.inputs.origins):
            if isinstance(origin, inputs.Process) and compiled.member(origin.index, SENDER) is None:
                place = int(np.flatnonzero(self.inputs.origin_indices == index)[0])
                raise EngineError(
                    f"{self.catalogue.netcons[place]} has its events from "
                    f"{self.catalogue.processes[origin.index]}, and when that has them is not "
                    "known; expected a point process whose NET_RECEIVE calls net_event"
                )
        return compiled

    def place(self, variable: Variable, program: Program) -> int | None:
        """Where in a program's memory a variable is; None where it is not there."""
        subscript = "" if variable.index is None else f"[{variable.index}]"
        if variable.point_process is not None:
            return program.member(variable.point_process, variable.name + subscript)
        return program.variable(variable.section_index, variable.x, hoc_name(variable) + subscript)

    @staticmethod
    def potential(section: int, x: float, program: Program) -> int:
        """Where in a program's memory a potential is."""
        place = program.variable(section, x, "v")
        assert place is not None
        return place


class Cell(Kept):
    """A cell of the session.

    It keeps the user's objects as long as it lives.

    :ivar sections: all of them.
    :ivar indices: of the sections.
    :ivar point_processes: all on them.
    """

    def __init__(
        self,
        cell: Any,
        synapses: Iterable[Any] | None,
        netcons: Iterable[Any] | None,
        mechanisms: Sequence[Any],
        events: Mapping[Any, Any] | None,
        is_exact: bool,
    ):
        self.is_exact = is_exact
        # What a caller drops would be gone when NEURON runs it beside the engine.
        self._kept = cell, events
        soma = soma_of(cell)
        self.name = collect.described(cell)
        self.dt, self.celsius, self.v_init = float(h.dt), float(h.celsius), float(h.v_init)
        tree = list(soma[0].wholetree())
        if isinstance(cell, Sections):
            cell.check(tree)
        refusals.check_session(tree)
        self.point_processes = whole.point_processes(tree)
        _check_that_all_are_among(synapses, self.point_processes)
        self._read = _read(cell, soma, self.point_processes)
        refusals.check_cell(self._read)
        self.plays = plays.read(self._read.recordings() or (), self.point_processes, tree)
        self.sections: list[nrn.Section] = self._read.sections()
        self.indices = {section: index for index, section in enumerate(self.sections)}
        self.names = [section.name() for section in self.sections]
        self.soma = self.indices[soma[0]]
        given = [] if netcons is None else collect.listed(netcons, "netcons", "NetCon")
        self.inputs = self._placed(inputs.read(self.point_processes, given, events))
        found = sources.find(self._mechanisms(), mechanisms)
        # Of those whose GLOBALs the cell's mechanisms use.
        others = set().union(*(sources.externals(each.text) for each in found.values()))
        found |= sources.find(sorted(others - found.keys()), mechanisms)
        self.trees = [each.syntax_tree().encode() for each in found.values()]
        self._sources = found
        self._others = others
        self.left_out = {}
        self.function_tables = function_tables.read(found, self.point_processes)
        self.randoms = randoms.read(self.sections, self.point_processes, found)

    def _mechanisms(self) -> list[str]:
        found = {
            mechanism.name()
            for section in self.sections
            for mechanism in section(0.5)
            if not mechanism.is_ion()
        }
        return sorted(found | set(self._read.process_kinds))

    def _placed(self, given: inputs.Inputs) -> inputs.Inputs:
        """Inputs by the indices of sections.

        :raises EngineError: a NetCon watches another cell.
        """
        if not any(isinstance(each, inputs.Voltage) for each in given.origins):
            return given
        origins: list[inputs.Origin] = []
        for index, origin in enumerate(given.origins):
            if not isinstance(origin, inputs.Voltage):
                origins.append(origin)
                continue
            if origin.section not in self.indices:
                place = int(np.flatnonzero(given.origin_indices == index)[0])
                raise EngineError(
                    f"{given.netcons[place].hname()} has its events from "
                    f"{origin.section.name()}({origin.x:g}), which is on another cell; expected "
                    "sources on the cell that is compiled"
                )
            section = self.indices[origin.section]
            origins.append(inputs.Crossing(section, origin.x, origin.threshold))
        return dataclasses.replace(given, origins=origins)

    @property
    def process_count(self) -> int:
        return len(self.point_processes)

    @functools.cached_property
    def catalogue(self) -> Catalogue:  # type: ignore[override]
        """The names of all that it has.

        :raises EngineError: it is gone, and was not asked for this before.
        """
        netcons = self.inputs.netcons
        try:
            return Catalogue.of(
                self.sections, self.point_processes, netcons, self._stimulator_names()
            )
        except (ReferenceError, AttributeError):
            raise EngineError(
                f"{self.name} is not in the session any more as it was compiled; expected the "
                "cell, since it was not asked for the names of what it has before"
            ) from None

    def _stimulator_names(self) -> dict[str, int]:
        """By name of a NetStim the index of its origin."""
        given = self.inputs
        return {
            source.hname(): index
            for index, (origin, source) in enumerate(zip(given.origins, given.sources, strict=True))
            if isinstance(origin, inputs.Stimulator)
        }

    def _compile(self, request: ProgramRequest) -> Program:
        if any(map(gone.is_gone, self.sections)):
            raise EngineError(
                f"sections of {self.name} were deleted, and the engine runs no more than what it "
                "was asked for before; expected the cell, or what was run before"
            )
        while True:
            try:
                return self._read.compile(request)
            except EngineError as error:
                found = sources.located(error, self._sources)
                if not self._leave_out(found):
                    raise found from None
            request.trees = _array(self.trees)

    def _leave_out(self, reason: EngineError) -> bool:
        """Whether what cannot be compiled was left out, as it acts on nothing."""
        name = sources.refused_mechanism(reason)
        source = self._sources.get(name)
        if (
            source is None
            or name in self.left_out
            or name in self._others
            # Into Vectors that it might fill nobody looks otherwise.
            or self.plays
            or not onlookers.acts_on_nothing(source)
        ):
            return False
        place = list(self._sources).index(name)
        self.trees[place] = onlookers.left_out(source).syntax_tree().encode()
        self.left_out[name] = str(reason)
        return True

    def written(self) -> bytes:
        """What programs are made of, apart from the session; once one was made."""
        return self._read.written()

    def source(self, kind: str) -> sources.Source | None:
        """The source of one of its mechanisms; None for what has none."""
        return self._sources.get(kind)

    def recordings(self) -> list[reducing.Recording] | None:
        """What the session's Vectors record and are played into; None where it does not tell."""
        return self._read.recordings()


def soma_of(cell: Any) -> list[nrn.Section]:
    """A cell's somatic sections, at least one.

    :raises CellError: it has none.
    """
    found = collect.sections_of(collect.attribute_of(cell, "soma"), cell, "soma")
    if not found:
        raise CellError(
            f"{collect.described(cell)} has no soma; expected a cell whose soma is a section, or "
            "several"
        )
    return found


def hoc_name(variable: Variable) -> str:
    """A variable's name as hoc calls it: ``m_hh``, ``ena``; of a point process, ``g``."""
    kind = variable.mechanism
    if variable.point_process is not None or kind in _UNSUFFIXED or kind.endswith("_ion"):
        return variable.name
    return f"{variable.name}_{kind}"


def is_time(variable: Variable) -> bool:
    return not variable.section and variable.name == TIME


def pointer(instance) -> int:
    """NEURON's reference to an object."""
    return hoc.HocObject.hocobjptr(instance)


def _check_that_all_are_among(synapses: Iterable[Any] | None, known: list[Any]) -> None:
    if synapses is None:
        return
    given = collect.listed(synapses, "synapses", "point process")
    pointers = {pointer(each) for each in known}
    references = collect.object_references(given, "synapses", "point process")
    for index, each in enumerate(references):
        if each not in pointers:
            raise EngineError(
                f"synapses[{index}], {collect.described(given[index])}, is not on the cell that is "
                "compiled; expected point processes on its sections"
            )


def _read(cell: Any, soma: list[Any], processes: list[Any]) -> reducing.Cell:
    return whole.read(
        collect.described(cell),
        soma,
        collect.sections(cell, "apical") or collect.sections(cell, "apic"),
        collect.sections(cell, "axonal") or collect.sections(cell, "axon"),
        processes,
        *(
            (cell.is_apical_given, cell.is_axon_given)
            if isinstance(cell, Sections)
            else (False, False)
        ),
    )


def _texts(names: Iterable[str]) -> list[bytes]:
    return sorted(name.encode() for name in set(names))


def _array(texts: list[bytes]):
    return (ctypes.c_char_p * max(len(texts), 1))(*texts)
