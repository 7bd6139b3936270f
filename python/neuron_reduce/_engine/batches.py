"""Many runs of a program at once."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Sequence

import numpy as np

from .._display.progress import Progress
from ..errors import EngineError
from . import trials
from .changes import Prepared
from .programs import Loaded, Site
from .trials import Traces


class Batch:
    """The trials of a batch, as they are finished.

    :ivar traces: for each trial what came of it; None where nothing did.
    :ivar problems: for each trial why it could not go on; empty where it did.
    """

    def __init__(self, count: int):
        self.traces: list[Traces | None] = [None] * count
        self.problems = [""] * count
        self._is_stopped = threading.Event()
        self._t: np.ndarray | None = None

    def run(
        self,
        loaded: Loaded,
        places: Sequence[int],
        sites: Sequence[Site],
        threshold: float,
        tstop: float,
        changes: Prepared,
        threads: int,
        progress: Progress,
    ) -> None:
        """Runs all trials; what is raised meanwhile, as by Ctrl-C, leaves what is finished."""
        # In this thread: nothing is computed twice, or half.
        _ = loaded.functions, loaded.wiring, loaded.soma

        def work(trial: int) -> Traces | None:
            if self._is_stopped.is_set():
                return None
            traces = trials.run(
                loaded,
                places,
                sites,
                threshold,
                tstop,
                change=lambda memory, sources: changes.make(trial, memory, sources),
                is_stopped=self._is_stopped.is_set,
            )
            return None if traces is None else self._slim(traces)

        pool = concurrent.futures.ThreadPoolExecutor(threads)
        futures: dict[concurrent.futures.Future, int] = {}
        try:
            for trial in range(len(self.traces)):
                futures[pool.submit(work, trial)] = trial
            for future in concurrent.futures.as_completed(futures):
                progress.step(f"trial {futures[future]}")
        finally:
            self._is_stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for future, trial in futures.items():
                self._keep(future, trial)

    def _keep(self, future: concurrent.futures.Future, trial: int) -> None:
        if future.cancelled():
            return
        try:
            self.traces[trial] = future.result()
        except EngineError as error:
            self.problems[trial] = str(error)
        except MemoryError:
            # Of this trial: what others found is kept.
            self.problems[trial] = "there is not enough memory"

    def _slim(self, traces: Traces) -> Traces:
        """Without the memory at the end, which nobody asks for, and with the times of all."""
        if self._t is None:
            self._t = traces.t
        return Traces(self._t, traces.v, traces.spikes, np.empty(0), traces.seconds)


def check_memory(loaded: Loaded, tstop: float, variables: int, count: int) -> None:
    """Before hours of trials.

    :raises EngineError: what is to be kept of them does not fit into the machine's memory.
    """
    samples = trials.capacity(loaded, tstop)
    wanted = 8 * count * samples * variables
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return
    if wanted > there > 0:
        raise EngineError(
            f"{count} trials of {samples} samples of {variables} variables take "
            f"{wanted / 2**30:.3g} GiB, and this machine has {there / 2**30:.3g}; expected fewer "
            "trials, a shorter run, or less to record"
        )
