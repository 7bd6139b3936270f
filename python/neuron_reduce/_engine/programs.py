"""A program of a cell, loaded, with what its runs begin with."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import struct
import threading
from collections.abc import Collection, Sequence

import numpy as np

from .._library.programs import Program
from ..errors import EngineError
from . import compiler, inputs, structures
from .cells import SENDER, Kept, hoc_name, is_time
from .plays import Play
from .references import Variable

_SOURCE = np.dtype(structures.Source)
_CONNECTION = np.dtype(structures.Connection)
_PLAY = np.dtype(structures.Play)
_RUN = ctypes.POINTER(structures.Run)

Site = tuple[int, float]
"""A section's index, and a position on it."""


class Loaded:
    """A program of a cell; compiled when it is first run.

    :ivar program: code and memory.
    :ivar time_step: in ms.
    """

    def __init__(self, cell: Kept, program: Program, time_step: float):
        self.cell = cell
        self.program = program
        self.time_step = time_step

    @functools.cached_property
    def functions(self) -> Functions:
        """What runs it.

        :raises EngineError: there is no compiler, or it fails.
        """
        return self._functions(self.program.source)

    @functools.cached_property
    def batch(self) -> Functions:
        """What runs trials of it, several at once where that is possible.

        :raises EngineError: there is no compiler, or it fails.
        """
        if not self.program.runs_together:
            return self.functions
        return self._functions(self.source_of_batches)

    def _functions(self, source: str) -> Functions:
        return Functions(compiler.load(source, instance=self.time_step), self.time_step)

    @property
    def source_of_batches(self) -> str:
        """C that runs trials at once."""
        return f"#define NR_TOGETHER 1\n{self.program.source}"

    @functools.cached_property
    def soma(self) -> int:
        """Where in the memory the potential of the soma's middle is."""
        return self.cell.potential(self.cell.soma, 0.5, self.program)

    def memory(self) -> np.ndarray:
        """A copy of the memory, with weights and random numbers."""
        return self.memories(1)[0]

    def memories(self, count: int) -> list[np.ndarray]:
        """Copies of the memory for runs that are done at once: interleaved, the first one aligned
        to 64 bytes."""
        given = self.program.memory
        unaligned = np.empty(len(given) * count + 8)
        first = (-unaligned.ctypes.data % 64) // 8
        interleaved = unaligned[first : first + len(given) * count].reshape(-1, count)
        interleaved[:] = given[:, None]
        weights = self.cell.inputs.weights
        start = self.program.weights
        interleaved[start : start + len(weights)] = weights[:, None]
        memories = [interleaved[:, trial] for trial in range(count)]
        for memory in memories:
            self.cell.randoms.fill(memory, self.program)
        return memories

    @functools.cached_property
    def wiring(self) -> Wiring:
        """What events come from and go to."""
        return Wiring(self.cell, self.program)

    @functools.cached_property
    def digest(self) -> bytes:
        """Identifies code, what it begins with, and what events it has."""
        found = hashlib.sha256(self.program.source.encode())
        found.update(struct.pack("d", self.time_step))
        found.update(self.memory().tobytes())
        found.update(self.program.indices.tobytes())
        found.update(self.wiring.content)
        return found.digest()

    def places(self, variables: Sequence[Variable]) -> list[int | None]:
        """Where in the memory variables are; None where they are not; 0 for the time."""
        return [0 if is_time(each) else self.cell.place(each, self.program) for each in variables]

    @functools.cached_property
    def is_shared(self) -> np.ndarray:
        """For each point process whether another one is computed with it, shaped (p,)."""
        instances = self.program.instances
        _, inverse, counts = np.unique(instances, axis=0, return_inverse=True, return_counts=True)
        return counts[np.reshape(inverse, -1)] > 1


_setting = threading.Lock()


class Functions:
    """A compiled program's functions, which run without the interpreter's lock.

    :param library: that has this time step alone.
    :param time_step: in ms.
    :ivar trial_count: how many runs they do at once.
    """

    def __init__(self, library: ctypes.CDLL, time_step: float):
        self._library = library
        library.nr_set_time_step.argtypes = [ctypes.c_double]
        library.nr_set_time_step.restype = None
        # It makes tables, where it is not the one that they are for.
        with _setting:
            library.nr_set_time_step(time_step)
        self.trial_count: int = library.nr_trial_count()
        self.start = library.nr_start
        self.start.argtypes = [_RUN]
        self.start.restype = None
        self.go_on = library.nr_continue
        self.go_on.argtypes = [_RUN, ctypes.c_double, ctypes.c_int64]
        self.go_on.restype = None
        self.pending = library.nr_pending
        self.pending.argtypes = [_RUN, ctypes.c_void_p, ctypes.c_int64]
        self.pending.restype = ctypes.c_int64
        self.end = library.nr_end
        self.end.argtypes = [_RUN]
        self.end.restype = None


class Wiring:
    """The sources of events, the connections and the plays of a program, as its runtime has them.

    :ivar sources: of the structure ``nr_source``; for each run :meth:`copy`.
    :ivar plays: of the structure ``nr_play``; for each run a copy.
    :ivar connections: of the structure ``nr_connection``.
    :ivar netcons: for each connection the index of its NetCon.
    :ivar origins: for each source the index of the cell's origin; -1 for events that NetCons were
        stated to deliver.
    """

    def __init__(self, cell: Kept, program: Program):
        given = cell.inputs
        count = len(given.origins)
        # Of those that are not active, and of those without an origin, no source says.
        groups = np.where(given.is_active, given.origin_indices, count)
        order = np.argsort(groups, kind="stable")
        starts = np.searchsorted(groups[order], np.arange(count + 1))
        # As with NetCon.event: one that is not active delivers nothing.
        stated = [index for index in sorted(given.deliveries) if given.is_active[index]]
        every = np.concatenate([order, np.array(stated, dtype=np.int64)])
        self.netcons = every
        self.connections = np.zeros(max(len(every), 1), dtype=_CONNECTION)
        self.connection_count, self.netcon_count = len(every), len(order)
        if len(every):
            instances = program.instances[given.targets[every]]
            self.connections["kind"] = instances[:, 0]
            self.connections["instance"] = instances[:, 1]
            self.connections["weights"] = program.weights + given.weight_starts[every]
            self.connections["delay"] = given.delays[every]
            self.connections["delay"][len(order) :] = 0
        self._kept: list[np.ndarray] = []
        origins = [index for index, each in enumerate(given.origins) if each is not None]
        self.origins = np.array(origins + [-1] * len(stated), dtype=np.int64)
        self.sources = np.zeros(len(self.origins), dtype=_SOURCE)
        self.sources["first"][: len(origins)] = starts[origins]
        self.sources["count"][: len(origins)] = np.diff(starts)[origins]
        self._fill_streams(given, origins)
        for place, index in enumerate(origins):
            origin = given.origins[index]
            if isinstance(origin, inputs.Times):
                self._fill_times(place, origin.times)
            elif isinstance(origin, inputs.Crossing):
                self.sources[place]["kind"] = structures.CROSSING
                offset = cell.potential(origin.section, origin.x, program)
                self.sources[place]["offset"] = offset
                self.sources[place]["threshold"] = origin.threshold
            elif isinstance(origin, inputs.Process):
                self.sources[place]["kind"] = structures.PROCESS
                self.sources[place]["offset"] = program.member(origin.index, SENDER)
        for place, index in enumerate(stated):
            self.sources[len(origins) + place]["first"] = len(order) + place
            self.sources[len(origins) + place]["count"] = 1
            self._fill_times(len(origins) + place, given.deliveries[index])
        self.plays = np.zeros(len(cell.plays), dtype=_PLAY)
        for place, play in enumerate(cell.plays):
            self._fill_play(self.plays[place], play, program)

    def copy(self, more: int = 0) -> np.ndarray:
        """The sources, and room for more behind them."""
        return _copied(self.sources, len(self.sources) + more)

    @property
    def content(self) -> bytes:
        """All of it, wherever in this process's memory it is."""
        sources = self.copy()
        sources["times"] = 0
        plays = _copied(self.plays, len(self.plays))
        plays["values"] = plays["times"] = plays["breaks"] = 0
        parts = [
            sources,
            self.connections[: self.connection_count],
            self.origins,
            plays,
            *self._kept,
        ]
        return b"".join(each.tobytes() for each in parts)

    def _fill_streams(self, given: inputs.Inputs, origins: list[int]) -> None:
        places = [
            place
            for place, index in enumerate(origins)
            if isinstance(given.origins[index], inputs.Stimulator)
        ]
        if not places:
            return
        streams = [given.origins[origins[place]] for place in places]
        self.sources["kind"][places] = structures.STREAM
        for name, values in zip(inputs.Stimulator._fields, zip(*streams, strict=True), strict=True):
            self.sources[name][places] = values
        self.sources["global_index"][places] = given.global_index

    def _fill_play(self, place: np.void, play: Play, program: Program) -> None:
        offset = program.member(play.process, play.name)
        if offset is None:
            raise EngineError(
                f"a Vector is played into {play.label}, which is not among what the engine "
                "computes with; expected a parameter that is used"
            )
        place["offset"] = offset
        place["interval"], place["is_continuous"] = play.interval, play.is_continuous
        kept = (
            ("values", "count", play.values),
            ("times", "time_count", play.times),
            ("breaks", "break_count", play.breaks),
        )
        for name, count, array in kept:
            if array is not None:
                array = np.ascontiguousarray(array)
                self._kept.append(array)
                # An address even where it has nothing: that there are no jumps is said so.
                place[name], place[count] = array.ctypes.data, len(array)

    def _fill_times(self, place: int, times: np.ndarray) -> None:
        kept = np.ascontiguousarray(times, dtype=float)
        self._kept.append(kept)
        self.sources[place]["kind"] = structures.TIMES
        self.sources[place]["times"] = kept.ctypes.data
        self.sources[place]["time_count"] = len(kept)


def _copied(structures: np.ndarray, count: int) -> np.ndarray:
    """So many structures, the first ones copies."""
    made = np.zeros(count, dtype=structures.dtype)
    # As bytes: numpy copies a field of each at a time, and leaves what is between them undefined.
    made.view(np.uint8)[: structures.nbytes] = structures.view(np.uint8)
    return made


class Programs:
    """The programs of a cell that were made so far, each by what it is for."""

    def __init__(self, cell: Kept):
        self._cell = cell
        self._made: dict[tuple, Loaded] = {}

    @property
    def made(self) -> Collection[Loaded]:
        """All so far."""
        return self._made.values()

    def recording(
        self,
        variables: Sequence[Variable],
        time_step: float,
        adjustable: Sequence[str] = (),
        apart: Sequence[str] = (),
        is_continued: bool = False,
    ) -> tuple[Loaded, list[int]]:
        """The fastest program that has variables where they are right when they are recorded, and
        their places in its memory.

        :param adjustable: names of parameters that are to be changed between runs.
        :param apart: names of those whose point processes are not to be computed together.
        :param is_continued: whether NEURON goes on from a run's end.
        :raises EngineError: no program has one of them; the message names it.
        """
        names = frozenset(
            hoc_name(each) for each in variables if each.name != "v" and not is_time(each)
        )
        places: list[int | None] = []
        # What is in the memory anyway, states for example, needs no code of its own.
        own = frozenset(apart)
        for is_fused, recorded in ((True, own), (True, names | own), (False, names | own)):
            loaded = self._loaded(
                time_step, is_fused, recorded, frozenset(adjustable), is_continued
            )
            places = loaded.places(variables)
            if recorded == own and self._are_shared(variables, loaded):
                continue
            if None not in places:
                return loaded, [place for place in places if place is not None]
        missing = variables[places.index(None)]
        if missing.point_process is not None and missing.mechanism in self._cell.left_out:
            raise EngineError(
                f"{missing.label} cannot be recorded: {missing.mechanism} acts on nothing, and is "
                f"left out as {self._cell.left_out[missing.mechanism]}"
            )
        raise EngineError(
            f"{missing.label} cannot be recorded: the engine does not keep it; expected "
            "potentials, what mechanisms compute, or what ions have"
        )

    @staticmethod
    def _are_shared(variables: Sequence[Variable], loaded: Loaded) -> bool:
        return any(
            each.point_process is not None and loaded.is_shared[each.point_process]
            for each in variables
        )

    def _loaded(
        self,
        time_step: float,
        is_fused: bool,
        recorded: frozenset[str],
        adjustable: frozenset[str],
        is_continued: bool,
    ) -> Loaded:
        key = (time_step, is_fused, recorded, adjustable, is_continued)
        if key not in self._made:
            program = self._cell.program(*key)
            self._made[key] = Loaded(self._cell, program, time_step)
        return self._made[key]
