"""The one place that forks: copies of this process, each with the whole NEURON session, which may
do to it what they like.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from neuron import h

from .._session import structure
from ..errors import SimulatorError
from . import serving
from .workers import CopyFailed, Ends, Start, TookTooLong, Workers

__all__ = ["CopyFailed", "TookTooLong"]


def call(function: Callable, *arguments, timeout: float, in_parallel: bool = False):
    """What a function returns when a copy of this process calls it; it must be possible to pickle.

    What the copy prints is not shown.

    :param timeout: seconds after which the copy is ended.
    :param in_parallel: whether one of several MPI processes may be copied, for a function that
        computes nothing with the others.
    :raises CopyFailed: where there is no result, with the reason: the copy crashed or took too
        long, or NEURON reported an error, as a RuntimeError. What else the function raises is
        raised here.
    :raises SimulatorError: no copy can be made.
    """
    check_that_session_can_be_copied(in_parallel)
    with Workers() as workers:
        start = copy(lambda note: function(*arguments), is_silent=True)
        workers.start(start, timeout=timeout)
        return workers.only_result()


def copy(
    work: Callable[[Callable[[str], None]], Any],
    *,
    others: Sequence[int] = (),
    is_silent: bool = False,
) -> Start:
    """What starts a copy of this process that does some work.

    :param work: called in the copy with a function that sends a note to this process; what it
        returns is pickled.
    :param others: descriptors that the copy should not keep.
    :param is_silent: whether what it prints is thrown away.
    """

    def start(processes: list[int], ends: Ends) -> None:
        # What is still to be written would be written by both.
        serving.flush()
        parent = os.getpid()
        try:
            with one_thread(), warnings.catch_warnings():
                # The threads that Python warns of stay with the parent, where they do no harm.
                warnings.simplefilter("ignore", DeprecationWarning)
                processes.extend(itertools.starmap(os.fork, [()]))
                if processes == [0]:
                    serving.serve(
                        work,
                        ends.sender,
                        parent=parent,
                        others=[ends.receiver, *others],
                        held=ends.mask,
                        is_silent=is_silent,
                    )
                    os._exit(0)
        finally:
            if processes == [0]:
                os._exit(1)

    return start


def check_that_session_can_be_copied(in_parallel: bool = False) -> None:
    """:raises SimulatorError: where a copy would not be one that works.

    :param in_parallel: whether it may be one of several MPI processes.
    """
    if not hasattr(os, "fork"):
        raise SimulatorError(
            "this platform cannot fork a process; expected one that can, such as Linux or macOS"
        )
    if not in_parallel and (count := process_count()) > 1:
        raise SimulatorError(
            f"this is one of {count} processes that NEURON runs in parallel, which cannot be "
            "forked; expected a session in one process"
        )
    structure.check_that_it_may_change()


def process_count() -> int:
    """How many processes NEURON runs in parallel, by MPI: a copy of one would take part."""
    return int(h.ParallelContext().nhost())


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """While this holds, NEURON computes in one thread: a copy would wait for the others forever."""
    context = h.ParallelContext()
    threads = int(context.nthread())
    if threads > 1:
        context.nthread(1)
    try:
        yield
    finally:
        if threads > 1:
            context.nthread(threads)
