"""Many runs of a program at once."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import os
import threading
from collections.abc import Sequence

import numpy as np

from .._display.progress import Progress
from ..errors import EngineError
from . import faults, ties, trials
from .changes import Prepared
from .programs import Loaded, Site
from .trials import Traces

_SLICE_SECONDS = 0.1


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
        self._strange: tuple[int, trials.NotANumber] | None = None

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
        _ = loaded.batch, loaded.wiring, loaded.soma
        recording = trials.Recording(places, sites, threshold, tstop)

        def work(group: range) -> list[Traces | EngineError] | None:
            if self._is_stopped.is_set():
                return None
            own = [functools.partial(changes.make, trial) for trial in group]
            return trials.run_together(loaded, recording, own, self._is_stopped.is_set)

        pool = concurrent.futures.ThreadPoolExecutor(threads)
        futures: dict[concurrent.futures.Future, range] = {}
        count, at_once = len(self.traces), loaded.batch.trial_count
        try:
            for first in range(0, count, at_once):
                group = range(first, min(first + at_once, count))
                futures[pool.submit(work, group)] = group
            waiting = set(futures)
            while waiting:
                # In slices: a signal does not end a wait, as NEURON has set its handler.
                done, waiting = concurrent.futures.wait(
                    waiting, _SLICE_SECONDS, concurrent.futures.FIRST_COMPLETED
                )
                for future in done:
                    for trial in futures[future]:
                        progress.step(f"trial {trial}")
        finally:
            self._is_stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for future, group in futures.items():
                self._keep(future, group)
        self._locate(loaded, changes)
        ties.warn_of_batch(None if each is None else each.ties for each in self.traces)

    def _keep(self, future: concurrent.futures.Future, group: range) -> None:
        """Whatever came of some trials: what others found is kept."""
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            found = future.result() or ()
        elif isinstance(error, MemoryError):
            found = [EngineError("there is not enough memory")] * len(group)
        else:
            found = [EngineError(str(error) or type(error).__name__)] * len(group)
        for trial, each in zip(group, found, strict=False):
            if isinstance(each, EngineError):
                self.problems[trial] = str(each)
                if isinstance(each, trials.NotANumber) and self._strange is None:
                    self._strange = trial, each
            else:
                self.traces[trial] = self._slim(each)

    def _locate(self, loaded: Loaded, changes: Prepared) -> None:
        """Says of the first trial in which a potential ceased to be a number what did so first:
        it is run once more, step by step."""
        if self._strange is not None:
            trial, error = self._strange
            change = functools.partial(changes.make, trial)
            self.problems[trial] = str(faults.located(loaded, error, change))

    def _slim(self, traces: Traces) -> Traces:
        """Without the memory at the end, which nobody asks for, and with the times of all."""
        if self._t is None:
            self._t = traces.t
        return dataclasses.replace(traces, t=self._t, memory=np.empty(0))


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
