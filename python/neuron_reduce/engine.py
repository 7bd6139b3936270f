"""Cells compiled to code of their own: NEURON's numbers, many times faster."""

from __future__ import annotations

import ctypes
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc

from ._engine import compiler, inputs, sources, structures
from ._library import reducing
from ._library.structures import ArgumentNames, CellRequest, ProgramRequest
from ._session import collect
from .errors import ArgumentError, CellError, EngineError

_NAMES = ArgumentNames(b"", b"", b"synapses", b"netcons", b"")

_CHUNK_STEPS = 4000
"""Steps between two looks at whether somebody has interrupted."""


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """What came out of a run.

    :ivar t: in ms, shaped (n,): 0, and the end of each time step.
    :ivar values: of what was recorded, each shaped (n,), in NEURON's units.
    :ivar spikes: times in ms at which the soma's middle rose through the threshold.
    """

    t: np.ndarray
    values: list[np.ndarray]
    spikes: np.ndarray

    @property
    def v(self) -> np.ndarray:
        """The first that was recorded: the soma's potential in mV, unless others were asked for."""
        return self.values[0]


def compile(
    cell: Any,
    synapses: Iterable[Any] | None = None,
    netcons: Iterable[Any] | None = None,
    *,
    mechanisms: Sequence[Any] = (),
    events: Mapping[Any, Any] | None = None,
) -> Engine:
    """Compiles a cell of the session: a full one, or a reduced one.

    The engine is the cell as it is now: ``dt``, ``celsius``, ``v_init``, parameters, point processes
    and NetCons are read once.

    :param cell: what ``reduce`` takes or returns as its cell: ``cell.soma`` is a section or several.
    :param synapses: point processes that must be among those on the cell, which are all read.
    :param netcons: NetCons that must be among those onto them, which are all read.
    :param mechanisms: mod files, or folders with them, to look for sources in first.
    :param events: see :func:`neuron_reduce._engine.inputs.read`.
    :raises EngineError: something of the cell is not compiled; the message names it.
    """
    cell = getattr(cell, "cell", cell) if not hasattr(cell, "soma") else cell
    return Engine(
        cell, list(synapses or ()), list(netcons or ()), mechanisms=mechanisms, events=events
    )


class Engine:
    """A compiled cell.

    :ivar dt: the time step in ms.
    """

    def __init__(
        self,
        cell: Any,
        synapses: list[Any],
        netcons: list[Any],
        *,
        mechanisms: Sequence[Any],
        events: Mapping[Any, Any] | None,
    ):
        soma = collect.sections_of(collect.attribute_of(cell, "soma"), cell, "soma")
        if not soma:
            raise CellError(
                f"{collect.described(cell)} has no soma; expected a cell whose soma is a section"
            )
        self.dt = float(h.dt)
        self._v_init = float(h.v_init)
        self._processes = _point_processes(soma[0])
        _check_that_all_are_among(synapses, self._processes)
        self._inputs = inputs.read(self._processes, netcons, events)
        self._cell = _read(cell, soma, self._processes)
        self._sections = {
            (section.name()): index for index, section in enumerate(self._cell.sections())
        }
        self._soma = soma[0].name()
        names = {
            name
            for section in self._cell.sections()
            for name in section.psection()["density_mechs"]
        } | {each.hname().split("[")[0] for each in self._processes}
        found = sources.find(sorted(names), mechanisms)
        self._trees = [each.syntax_tree().encode() for each in found.values()]
        self._programs: dict[tuple, _Loaded] = {}

    def run(
        self,
        tstop: float,
        record: Sequence[Any] | None = None,
        *,
        threshold: float = -20.0,
    ) -> Run:
        """Runs from ``v_init`` as ``h.run()`` would.

        :param tstop: in ms; the run ends with the first step that reaches it.
        :param record: what to record at each step: segments (their potential), or pairs of a segment
            or a point process and a variable's name; the soma's potential where it is not given.
        :param threshold: of the soma's spikes, in mV.
        :raises EngineError: a variable cannot be recorded, or the run cannot go on.
        """
        wanted = [self._wanted(each) for each in (record or [self._soma_middle()])]
        program = self._program(wanted)
        return _Trial(self, program, wanted, threshold).run(tstop)

    def _soma_middle(self):
        for section in self._cell.sections():
            if section.name() == self._soma:
                return section(0.5)
        raise EngineError("the soma is gone")

    def _wanted(self, each: Any) -> tuple[Any, str]:
        place, name = each if isinstance(each, tuple) else (each, "v")
        if isinstance(place, hoc.HocObject):
            pointers = [hoc.HocObject.hocobjptr(process) for process in self._processes]
            pointer = hoc.HocObject.hocobjptr(place)
            if pointer in pointers:
                return pointers.index(pointer), name
        elif hasattr(place, "sec") and place.sec.name() in self._sections:
            return (self._sections[place.sec.name()], place.x), name
        raise ArgumentError(f"record has {each!r}; expected a segment or point process of the cell")

    def _program(self, wanted: list[tuple[Any, str]]) -> _Loaded:
        names = {name for _, name in wanted} - {"v"}
        for is_fused in (True, False):
            key = (is_fused, *sorted(names))
            if key not in self._programs:
                self._programs[key] = _Loaded(self, is_fused, names)
            if not is_fused or not names:
                return self._programs[key]
        raise AssertionError


def _point_processes(soma) -> list[Any]:
    """All point processes on a cell, each once."""
    found: dict[int, Any] = {}
    for section in soma.wholetree():
        for segment in section.allseg():
            for process in segment.point_processes():
                found.setdefault(hoc.HocObject.hocobjptr(process), process)
    return list(found.values())


def _check_that_all_are_among(synapses: list[Any], known: list[Any]) -> None:
    pointers = {hoc.HocObject.hocobjptr(each) for each in known}
    for index, each in enumerate(synapses):
        if hoc.HocObject.hocobjptr(each) not in pointers:
            raise EngineError(f"synapses[{index}] is not on the cell that is compiled")


def _read(cell: Any, soma: list[Any], processes: list[Any]) -> reducing.Cell:
    references = collect.object_references(processes, "synapses", "point process")
    lists = [
        collect.section_list(sections)
        for sections in (
            soma,
            collect.sections(cell, "apical") or collect.sections(cell, "apic"),
            collect.sections(cell, "axonal") or collect.sections(cell, "axon"),
        )
    ]
    soma_list, apical, axonal = (each.hocobjptr() for each in lists)
    return reducing.Cell(
        CellRequest(
            name=collect.described(cell).encode(errors="replace"),
            soma_sections=soma_list,
            apical_sections=apical,
            axonal_sections=axonal,
            synapses=references.buffer_info()[0],
            synapse_count=len(references),
            connections=None,
            connection_count=0,
            is_whole=1,
        ),
        _NAMES,
    )


class _Loaded:
    """A program that was compiled and loaded."""

    def __init__(self, engine: Engine, is_fused: bool, recorded: set[str]):
        trees = engine._trees
        names = sorted(name.encode() for name in recorded)
        self.program = engine._cell.compile(
            ProgramRequest(
                trees=(ctypes.c_char_p * len(trees))(*trees),
                tree_count=len(trees),
                time_step=engine.dt,
                initial_potential=engine._v_init,
                is_fused=is_fused,
                recorded=(ctypes.c_char_p * max(len(names), 1))(*names),
                recorded_count=len(names),
                adjustable=None,
                adjustable_count=0,
                weight_count=len(engine._inputs.weights),
            )
        )
        library = compiler.load(self.program.source)
        run = ctypes.POINTER(structures.Run)
        self.start = library.nr_start
        self.start.argtypes = [run]
        self.go_on = library.nr_continue
        self.go_on.argtypes = [run, ctypes.c_double, ctypes.c_int64]
        self.end = library.nr_end
        self.end.argtypes = [run]
        self.end.restype = None


class _Trial:
    """One run's memory and arrays."""

    def __init__(self, engine: Engine, loaded: _Loaded, wanted, threshold: float):
        self._engine = engine
        self._loaded = loaded
        program = loaded.program
        count = len(program.memory)
        unaligned = np.zeros(count + 8)
        first = (-unaligned.ctypes.data // 8) % 8
        self._memory = unaligned[first : first + count]
        self._memory[:] = program.memory
        given = engine._inputs
        self._memory[program.weights : program.weights + len(given.weights)] = given.weights
        self._records = np.array([self._place(each) for each in wanted], dtype=np.int64)
        self._sources, self._connections = self._sources_and_connections(threshold)

    def _place(self, wanted) -> int:
        place, name = wanted
        program = self._loaded.program
        offset = (
            program.member(place, name)
            if isinstance(place, int)
            else program.variable(*place, name)
        )
        if offset is None:
            raise EngineError(f"{name} cannot be recorded: the engine does not keep it")
        return offset

    def _sources_and_connections(self, threshold: float):
        given, program = self._engine._inputs, self._loaded.program
        order = np.argsort(given.origin_indices, kind="stable")
        order = order[given.is_active[order]]
        connections = (structures.Connection * max(len(order), 1))()
        found: list[structures.Source] = []
        kept = []
        starts = np.searchsorted(given.origin_indices[order], np.arange(len(given.origins) + 1))
        for place, index in enumerate(order):
            kind, instance = program.instances[given.targets[index]]
            connections[place] = structures.Connection(
                kind, instance, program.weights + given.weight_starts[index], given.delays[index]
            )
        for index, origin in enumerate(given.origins):
            source = structures.Source(
                first=starts[index], count=starts[index + 1] - starts[index]
            )
            if isinstance(origin, inputs.Stimulator):
                source.kind = structures.STREAM
                source.interval = origin.interval
                source.number = origin.number
                source.start = origin.start
                source.noise = origin.noise
                source.ids = (ctypes.c_uint32 * 3)(*origin.ids)
                source.global_index = given.global_index
            elif isinstance(origin, inputs.Times):
                times = np.ascontiguousarray(origin.times, dtype=float)
                kept.append(times)
                source.kind = structures.TIMES
                source.times = times.ctypes.data
                source.time_count = len(times)
            elif isinstance(origin, inputs.Voltage):
                offset = program.variable(
                    self._engine._sections[origin.section], origin.x, "v"
                )
                source.kind = structures.CROSSING
                source.offset = offset
                source.threshold = origin.threshold
            else:
                continue
            found.append(source)
        soma = structures.Source(kind=structures.CROSSING, is_recorded=1, threshold=threshold)
        soma.offset = program.variable(self._engine._sections[self._engine._soma], 0.5, "v")
        found.append(soma)
        self._kept = kept
        return (structures.Source * len(found))(*found), (connections, len(order))

    def run(self, tstop: float) -> Run:
        dt = self._engine.dt
        capacity = int(tstop / dt * (1 + 1e-9)) + 3
        values = np.empty((len(self._records), capacity))
        times = np.empty(capacity)
        spike_sources = np.empty(100_000, dtype=np.int32)
        spike_times = np.empty(100_000)
        connections, count = self._connections
        run = structures.Run(
            memory=self._memory.ctypes.data,
            indices=self._loaded.program.indices.ctypes.data,
            sources=ctypes.addressof(self._sources),
            source_count=len(self._sources),
            connections=ctypes.addressof(connections),
            connection_count=count,
            records=self._records.ctypes.data,
            record_count=len(self._records),
            record_capacity=capacity,
            values=values.ctypes.data,
            times=times.ctypes.data,
            spike_sources=spike_sources.ctypes.data,
            spike_times=spike_times.ctypes.data,
            spike_capacity=len(spike_times),
        )
        try:
            _check(self._loaded.start(run))
            # As stdrun's continuerun.
            end = tstop - dt / 2
            while run.t < end:
                _check(self._loaded.go_on(run, end, _CHUNK_STEPS))
        finally:
            self._loaded.end(run)
        samples = run.samples
        return Run(
            times[:samples],
            [each[:samples] for each in values],
            spike_times[: run.spike_count].copy(),
        )


def _check(failure: int) -> None:
    if failure:
        raise EngineError(f"the run cannot go on: {structures.FAILURES[failure]}")
