"""Tests that run in a process of their own, forked from the one that runs all tests, or a new one.

What ends that process, or leaves it broken, is the failure of one test and of no other; and no
test has to clean up after itself.
"""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

import pytest
from neuron import h
from tqdm import tqdm

import session

_DEFAULTS = {
    "celsius": 6.3,
    "dt": 0.025,
    "secondorder": 0,
    "steps_per_ms": 40,
    "t": 0,
    "tstop": 5,
    "v_init": -65,
}

TIME_LIMIT = 180
"""Seconds after which a test is given up; it is ended by a signal. Others run at the same time."""

_SUCCESS = "success"
_progress: BinaryIO | None = None


def note(text: str) -> None:
    """Says what the test is about to do, which its failure will name if that ends the process."""
    if _progress is not None:
        _progress.seek(0)
        _progress.truncate()
        _progress.write(text.encode(errors="backslashreplace"))
        _progress.flush()


def _begin_session() -> None:
    h.load_file("stdrun.hoc")
    for name, value in _DEFAULTS.items():
        setattr(h, name, value)


def _child(test: Callable[[], None], result: BinaryIO) -> None:
    signal.alarm(TIME_LIMIT)
    # Of its own: the parent's is shared with all children, and stays locked where one ends with it.
    tqdm.set_lock(threading.RLock())
    # What the parent had is never collected here: that would copy its memory.
    gc.freeze()
    _begin_session()
    outcome = _SUCCESS
    try:
        test()
    except BaseException as error:
        outcome = "".join(traceback.format_exception(error))
    pickle.dump(outcome, result)
    result.flush()


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _check_that_session_is_empty() -> None:
    # Collecting garbage takes longer than most tests: only where something seems to be left.
    if len(list(h.allsec())) > 0:
        left_over = session.left_over()
        assert left_over == [], f"an earlier test left {left_over} in the session"


def run(test: Callable[[], None]) -> None:
    """Calls `test` in a forked process; fails if it fails there, or if the process ends."""
    global _progress
    _check_that_session_is_empty()
    with tempfile.TemporaryFile() as progress, tempfile.TemporaryFile() as result:
        process = os.fork()
        if process == 0:
            try:
                _progress = progress
                _child(test, result)
            finally:
                # Nothing of the parent's is to happen twice: no clean-up, no flushing.
                os._exit(0)
        _, status = os.waitpid(process, 0)
        result.seek(0)
        try:
            outcome = pickle.load(result)
        except EOFError:
            progress.seek(0)
            doing = progress.read().decode() or "the test"
            outcome = f"{doing} ended the process: {_ending(status)}"
        if outcome != _SUCCESS:
            pytest.fail(outcome, pytrace=False)


def _new_child(test: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    _begin_session()
    test(*arguments)


def run_anew(test: Callable[..., None], *arguments: Any) -> None:
    """Calls a function of a module in a new process; fails if it fails there.

    For what depends on all that its NEURON has made before, as the streams do that RANDOM variables
    are given: they are numbered from the start of the process.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_new_child, args=(test, arguments))
    process.start()
    process.join(TIME_LIMIT)
    if process.exitcode is None:
        process.kill()
        process.join()
    assert process.exitcode == 0, f"{test.__qualname__} ended with {process.exitcode}"


def isolated(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test function in a process of its own."""

    @functools.wraps(test)
    def in_child(*args: Any, **kwargs: Any) -> None:
        run(lambda: test(*args, **kwargs))

    return in_child
