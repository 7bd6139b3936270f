"""One run of a program."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import EngineError
from . import structures, ties
from .programs import Functions, Loaded, Site

_CHUNK_STEPS = 2000
"""Steps between two looks at whether somebody has interrupted: some 0.05 s of a large cell."""

_MOST_SAMPLES = 2**40
"""More than any machine can keep; what is more is no number of samples."""


@dataclasses.dataclass(frozen=True, eq=False)
class Traces:
    """What came of a run: n times, k variables.

    :ivar t: in ms, shaped (n,).
    :ivar v: shaped (k, n).
    :ivar spikes: for each site times in ms.
    :ivar memory: the program's, at the end.
    :ivar seconds: of wall time.
    :ivar ties: events at the same time whose order matters; None where there are none.
    """

    t: np.ndarray
    v: np.ndarray
    spikes: list[np.ndarray]
    memory: np.ndarray
    seconds: float
    ties: ties.Ties | None = None


Change = Callable[[np.ndarray, np.ndarray], None]
"""Changes the memory and the sources that a trial begins with."""


Ended = Callable[[structures.Run, np.ndarray, np.ndarray], None]
"""Looks at a run that has come to its end, its sources and its plays."""


def unchanged(memory: np.ndarray, sources: np.ndarray) -> None:
    """Changes nothing."""


def run(
    loaded: Loaded,
    places: Sequence[int],
    sites: Sequence[Site],
    threshold: float | Sequence[float],
    tstop: float,
    *,
    change: Change = unchanged,
    is_stopped: Callable[[], bool] = lambda: False,
    looked: Callable[[np.ndarray, float], None] = lambda memory, t: None,
    steps: int = _CHUNK_STEPS,
    ended: Ended | None = None,
) -> Traces | None:
    """Runs a program from the start.

    :param places: in its memory, of what to record.
    :param sites: where to look for spikes.
    :param threshold: of these, in mV; one for all, or one for each.
    :param tstop: in ms; the last step is the one that ``continuerun(tstop)`` ends with.
    :param change: of what it begins with.
    :param is_stopped: asked now and then whether to give up.
    :param looked: called now and then with the memory and the time in ms.
    :param steps: how many between two such calls, at most 2000.
    :param ended: called once, where it got to the end.
    :returns: None where it was given up.
    :raises EngineError: it cannot go on.
    """
    recording = Recording(places, sites, threshold, tstop)
    group = _Group(loaded, loaded.functions, recording, [change])
    found = group.run(is_stopped, looked, steps, ended)
    if found is None:
        return None
    if isinstance(found[0], EngineError):
        raise found[0]
    return found[0]


def run_together(
    loaded: Loaded,
    recording: Recording,
    changes: Sequence[Change],
    is_stopped: Callable[[], bool],
) -> list[Traces | EngineError] | None:
    """Runs trials of a program at once, as many as :attr:`Loaded.batch` does or fewer.

    What comes of each depends neither on the others nor on how many there are.

    :param changes: of each trial.
    :param is_stopped: asked now and then whether to give up.
    :returns: for each what came of it, or why it could not go on; None where it was given up.
    """
    return _Group(loaded, loaded.batch, recording, changes).run(is_stopped)


@dataclasses.dataclass(frozen=True, eq=False)
class Recording:
    """What is recorded of runs, and how long they are: see :func:`run`."""

    places: Sequence[int]
    sites: Sequence[Site]
    threshold: float | Sequence[float]
    tstop: float


class _Group:
    """Runs that are done at once."""

    def __init__(
        self, loaded: Loaded, functions: Functions, wanted: Recording, changes: Sequence[Change]
    ):
        self._loaded, self._functions, self._wanted = loaded, functions, wanted
        count = functions.trial_count
        assert len(changes) <= count
        self._room = capacity(loaded, wanted.tstop)
        self._records = np.array(wanted.places, dtype=np.int64)
        shape = (len(changes), len(self._records), self._room)
        try:
            self._values, self._times = np.empty(shape), np.empty(self._room)
        except (MemoryError, ValueError):
            raise EngineError(
                f"there is no memory for {self._room} samples of {len(self._records)} variables; "
                "expected a shorter run, or less to record"
            ) from None
        # No site has two spikes in less than two steps.
        self._most_spikes = (_CHUNK_STEPS // 2 + 2) * len(wanted.sites)
        self._spike_sources = np.empty((len(changes), self._most_spikes), dtype=np.int32)
        self._spike_times = np.empty((len(changes), self._most_spikes))
        self._memories = loaded.memories(count)
        self._plays = [loaded.wiring.plays.copy() for _ in changes]
        self._sources = [self._source_array(trial) for trial in range(len(changes))]
        for change, memory, sources in zip(changes, self._memories, self._sources, strict=False):
            change(memory, sources)
        self._runs = (structures.Run * count)(*map(self._structure, range(count)))
        self._found: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in changes]
        self._errors: list[EngineError | None] = [None] * len(changes)

    def _source_array(self, trial: int) -> np.ndarray:
        loaded, sites = self._loaded, self._wanted.sites
        made = loaded.wiring.copy(len(sites))
        first = len(loaded.wiring.sources)
        made["threshold"][first:] = self._wanted.threshold
        for place, (section, x) in enumerate(sites, first):
            made[place]["kind"] = structures.CROSSING
            made[place]["offset"] = loaded.cell.potential(section, x, loaded.program)
            made[place]["is_recorded"] = 1
        return made

    def _structure(self, trial: int) -> structures.Run:
        """A run; of no trial where there are fewer than are done at once: it has no events."""
        wiring = self._loaded.wiring
        run = structures.Run(
            memory=self._memories[trial].ctypes.data,
            indices=self._loaded.program.indices.ctypes.data,
            times=self._times.ctypes.data,
            record_capacity=self._room,
        )
        if trial < len(self._sources):
            run.sources = self._sources[trial].ctypes.data
            run.source_count = len(self._sources[trial])
            run.connections = wiring.connections.ctypes.data
            run.connection_count = wiring.connection_count
            run.initial_count = wiring.netcon_count
            run.plays = self._plays[trial].ctypes.data
            run.play_count = len(self._plays[trial])
            run.records = self._records.ctypes.data
            run.record_count = len(self._records)
            run.values = self._values[trial].ctypes.data
            run.spike_sources = self._spike_sources[trial].ctypes.data
            run.spike_times = self._spike_times[trial].ctypes.data
            run.spike_capacity = self._most_spikes
        return run

    def run(
        self,
        is_stopped: Callable[[], bool],
        looked: Callable[[np.ndarray, float], None] = lambda memory, t: None,
        steps: int = _CHUNK_STEPS,
        ended: Ended | None = None,
    ) -> list[Traces | EngineError] | None:
        """For each trial what came of it, or why it could not go on; None where it was given up.

        :param looked: called now and then with the first trial's memory and the time in ms.
        :param ended: called with the first trial at its end.
        """
        functions, runs = self._functions, self._runs
        end = self._wanted.tstop - self._loaded.time_step / 2
        start = time.perf_counter()
        t = 0.0
        try:
            functions.start(runs)
            self._look(t)
            while t < end and None in self._errors and not is_stopped():
                since = t
                functions.go_on(runs, end, steps)
                t = max(run.t for run in runs)
                self._look(since)
                if self._errors[0] is None:
                    looked(self._memories[0], t)
            if t < end and None in self._errors:
                return None
            if self._errors[0] is None and ended is not None:
                ended(runs[0], self._sources[0], self._plays[0])
        finally:
            functions.end(runs)
        seconds = (time.perf_counter() - start) / len(self._errors)
        return [error or self._traces(trial, seconds) for trial, error in enumerate(self._errors)]

    def _look(self, since: float) -> None:
        """Takes the spikes, and looks which trials cannot go on.

        :param since: when all was well, in ms.
        """
        first = len(self._loaded.wiring.sources)
        for trial, found in enumerate(self._found):
            run = self._runs[trial]
            if self._errors[trial] is None:
                self._errors[trial] = _failure(run) or _not_a_number(
                    self._memories[trial][self._loaded.soma], self._loaded, since, run
                )
            count = run.spike_count
            if count:
                sources = self._spike_sources[trial, :count] - first
                found.append((sources, self._spike_times[trial, :count].copy()))
                run.spike_count = 0

    def _traces(self, trial: int, seconds: float) -> Traces:
        found = self._found[trial]
        which = np.concatenate([each for each, _ in found] or [np.empty(0, dtype=np.int32)])
        when = np.concatenate([each for _, each in found] or [np.empty(0)])
        samples = self._runs[trial].samples
        return Traces(
            self._times[:samples],
            self._values[trial, :, :samples],
            [when[which == site] for site in range(len(self._wanted.sites))],
            self._memories[trial],
            seconds,
            ties.of(self._runs[trial], self._loaded),
        )


def capacity(loaded: Loaded, tstop: float) -> int:
    """How many samples of a variable a run may have, and a few more."""
    steps = max(tstop - loaded.time_step / 2, 0.0) / loaded.time_step
    return int(min(steps * (1 + 1e-9), _MOST_SAMPLES)) + 3


def _failure(run: structures.Run) -> EngineError | None:
    if not run.failure:
        return None
    return EngineError(f"the run cannot go on at {run.t:g} ms: {structures.FAILURES[run.failure]}")


class NotANumber(EngineError):
    """A potential has ceased to be a number.

    :ivar until: when that was found, in ms.
    """

    def __init__(self, text: str, until: float):
        super().__init__(text)
        self.until = until


def _not_a_number(
    potential: float, loaded: Loaded, since: float, run: structures.Run
) -> NotANumber | None:
    """A potential that is no number makes all others of the cell such within a step."""
    if np.isfinite(potential):
        return None
    soma = loaded.cell.names[loaded.cell.soma]
    return NotANumber(
        f"the potential of {soma} is {potential:g} at {run.t:g} ms, and was a number at "
        f"{since:g} ms; expected parameters and input with which it stays one: NEURON's would "
        "not do so either",
        run.t,
    )
