"""One run of a program."""

from __future__ import annotations

import ctypes
import dataclasses
import time
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import EngineError
from . import structures
from .programs import Loaded, Site

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
    """

    t: np.ndarray
    v: np.ndarray
    spikes: list[np.ndarray]
    memory: np.ndarray
    seconds: float


def run(
    loaded: Loaded,
    places: Sequence[int],
    sites: Sequence[Site],
    threshold: float | Sequence[float],
    tstop: float,
    *,
    change: Callable[[np.ndarray, np.ndarray], None] = lambda memory, sources: None,
    is_stopped: Callable[[], bool] = lambda: False,
    looked: Callable[[np.ndarray, float], None] = lambda memory, t: None,
    steps: int = _CHUNK_STEPS,
) -> Traces | None:
    """Runs a program from the start.

    :param places: in its memory, of what to record.
    :param sites: where to look for spikes.
    :param threshold: of these, in mV; one for all, or one for each.
    :param tstop: in ms; the last step is the one that ``continuerun(tstop)`` ends with.
    :param change: changes the memory and the sources that it begins with.
    :param is_stopped: asked now and then whether to give up.
    :param looked: called now and then with the memory and the time in ms.
    :param steps: how many between two such calls, at most 2000.
    :returns: None where it was given up.
    :raises EngineError: it cannot go on.
    """
    wiring = loaded.wiring
    memory = loaded.memory()
    spiking = wiring.copy(len(sites))
    plays = wiring.plays.copy()
    change(memory, spiking)
    first = len(wiring.sources)
    spiking["threshold"][first:] = threshold
    for place, (section, x) in enumerate(sites, first):
        spiking[place]["kind"] = structures.CROSSING
        spiking[place]["offset"] = loaded.cell.potential(section, x, loaded.program)
        spiking[place]["is_recorded"] = 1
    end = tstop - loaded.time_step / 2
    room = capacity(loaded, tstop)
    records = np.array(places, dtype=np.int64)
    try:
        values, times = np.empty((len(records), room)), np.empty(room)
    except (MemoryError, ValueError):
        raise EngineError(
            f"there is no memory for {room} samples of {len(records)} variables; expected a "
            "shorter run, or less to record"
        ) from None
    # No site has two spikes in less than two steps.
    most_spikes = (_CHUNK_STEPS // 2 + 2) * len(sites)
    spike_sources = np.empty(most_spikes, dtype=np.int32)
    spike_times = np.empty(most_spikes)
    state = structures.Run(
        memory=memory.ctypes.data,
        indices=loaded.program.indices.ctypes.data,
        sources=spiking.ctypes.data,
        source_count=len(spiking),
        connections=wiring.connections.ctypes.data,
        connection_count=wiring.connection_count,
        initial_count=wiring.netcon_count,
        records=records.ctypes.data,
        record_count=len(records),
        record_capacity=room,
        values=values.ctypes.data,
        times=times.ctypes.data,
        spike_sources=spike_sources.ctypes.data,
        spike_times=spike_times.ctypes.data,
        spike_capacity=most_spikes,
        plays=plays.ctypes.data,
        play_count=len(plays),
    )
    functions = loaded.functions
    found: list[tuple[np.ndarray, np.ndarray]] = []
    start = time.perf_counter()
    try:
        _check(functions.start(state), state)
        while state.t < end and not is_stopped():
            since = state.t
            _check(functions.go_on(state, end, steps), state)
            _check_number(memory[loaded.soma], loaded, since, state)
            looked(memory, state.t)
            count = state.spike_count
            if count:
                found.append((spike_sources[:count] - first, spike_times[:count].copy()))
                state.spike_count = 0
        if state.t < end:
            return None
    finally:
        functions.end(ctypes.byref(state))
    seconds = time.perf_counter() - start
    which = np.concatenate([each for each, _ in found] or [np.empty(0, dtype=np.int32)])
    when = np.concatenate([each for _, each in found] or [np.empty(0)])
    samples = state.samples
    return Traces(
        times[:samples],
        values[:, :samples],
        [when[which == site] for site in range(len(sites))],
        memory,
        seconds,
    )


def capacity(loaded: Loaded, tstop: float) -> int:
    """How many samples of a variable a run may have, and a few more."""
    steps = max(tstop - loaded.time_step / 2, 0.0) / loaded.time_step
    return int(min(steps * (1 + 1e-9), _MOST_SAMPLES)) + 3


def _check(failure: int, state: structures.Run) -> None:
    if failure:
        raise EngineError(f"the run cannot go on at {state.t:g} ms: {structures.FAILURES[failure]}")


class NotANumber(EngineError):
    """A potential has ceased to be a number.

    :ivar until: when that was found, in ms.
    """

    def __init__(self, text: str, until: float):
        super().__init__(text)
        self.until = until


def _check_number(potential: float, loaded: Loaded, since: float, state: structures.Run) -> None:
    """A potential that is no number makes all others of the cell such within a step."""
    if not np.isfinite(potential):
        soma = loaded.cell.names[loaded.cell.soma]
        raise NotANumber(
            f"the potential of {soma} is {potential:g} at {state.t:g} ms, and was a number at "
            f"{since:g} ms; expected parameters and input with which it stays one: NEURON's would "
            "not do so either",
            state.t,
        )
