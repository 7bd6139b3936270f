"""Calls a function in a forked copy of this process, where it may do what it likes to NEURON."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator

from neuron import h

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class CopyFailed(Exception):
    """The copy ended without a result: it raised, crashed, or took too long."""


def call(function: Callable, *arguments, timeout: float):
    """What a function returns when a copy of this process calls it; it must be possible to pickle.

    What the copy prints is not shown.

    :param timeout: seconds after which the copy is ended.
    :raises CopyFailed: where there is no result, with the reason.
    """
    if not hasattr(os, "fork"):
        raise CopyFailed("this system cannot copy processes")
    if (count := process_count()) > 1:
        raise CopyFailed(f"this is one of {count} parallel processes, which cannot be copied")
    receiver, sender = os.pipe()
    with one_thread(), warnings.catch_warnings():
        # The copy calls one function, whatever threads the parent has.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
        if child == 0:
            os.close(receiver)
            _answer(function, arguments, sender)
    os.close(sender)
    try:
        answer = _read(receiver, time.monotonic() + timeout)
    finally:
        os.close(receiver)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if answer is None:
        raise CopyFailed(f"it took more than {timeout:g} s")
    if not answer:
        raise CopyFailed("it crashed")
    succeeded, value = pickle.loads(answer)
    if not succeeded:
        raise CopyFailed(value)
    return value


def process_count() -> int:
    """How many processes NEURON runs in parallel, by MPI: a copy of one would take part."""
    return int(h.ParallelContext().nhost())


def die_with_parent() -> None:
    """Called in a forked process: it is ended when its parent is, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _answer(function: Callable, arguments: tuple, sender: int) -> None:
    """Calls the function, writes what it returns, and ends the process."""
    try:
        die_with_parent()
        # A crash of the copy is an answer, not one to be reported.
        faulthandler.disable()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            answer = True, function(*arguments)
        except BaseException as error:
            # NEURON's messages are preceded by lines of where it was.
            lines = str(error).strip().splitlines() or [""]
            answer = False, f"{type(error).__name__}: {lines[-1].strip()}"
        data = memoryview(pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL))
        while data:
            data = data[os.write(sender, data) :]
    finally:
        os._exit(0)


def _read(receiver: int, deadline: float) -> bytes | None:
    """Everything up to the end of the stream; None where that does not come in time."""
    parts = []
    while True:
        ready, _, _ = select.select([receiver], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(receiver, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


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
