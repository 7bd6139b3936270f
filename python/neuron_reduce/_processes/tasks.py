"""Work done in processes that are forked from this one: each has a copy of the NEURON session, and
whatever it does to it is gone when it ends.
"""

from __future__ import annotations

import collections
import contextlib
import gc
import os
import pickle
import selectors
import signal
import struct
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import SimulatorError, WorkerError
from .copies import die_with_parent, one_thread, process_count

_LENGTH = struct.Struct("<Q")
_READ_SIZE = 1 << 20
_NOTE, _RESULT, _ERROR = range(3)


class Task(NamedTuple):
    """What a forked process is to do.

    :ivar name: for messages.
    :ivar work: called in that process with a function that sends a note to this one; what it
        returns is pickled.
    """

    name: str
    work: Callable[[Callable[[str], None]], Any]


class Failure(NamedTuple):
    """A task that raised an exception, or whose process died."""

    error: Exception


class _ChildTraceback(Exception):
    """The traceback of an exception in a forked process, as that exception's cause."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def check_that_session_can_be_copied() -> None:
    """:raises SimulatorError: where a forked process would not be a copy that works."""
    if not hasattr(os, "fork"):
        raise SimulatorError(
            "this platform cannot fork a process; expected one that can, such as Linux or macOS"
        )
    if (count := process_count()) > 1:
        raise SimulatorError(
            f"this is one of {count} processes that NEURON runs in parallel, which cannot be "
            "forked; expected a session in one process"
        )


def processor_count() -> int:
    """How many processes can run at once."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def finished(
    tasks: Sequence[Task], workers: int, noted: Callable[[int, str], None] = lambda *_: None
) -> Iterator[tuple[int, Any]]:
    """Does tasks in forked processes, and yields each one's index and result as it ends.

    A task that failed has a :class:`Failure` as its result. When the iterator is closed, and when
    an exception such as KeyboardInterrupt passes through it, the processes that still run are
    ended.

    :param workers: how many processes run at once.
    :param noted: called with a task's index and each note it sends.
    """
    waiting = collections.deque(enumerate(tasks))
    running: set[_Child] = set()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    child = _Child(*waiting.popleft())
                    running.add(child)
                    selector.register(child.receiver, selectors.EVENT_READ, child)
                for key, _ in selector.select():
                    child = key.data
                    for note in child.receive():
                        noted(child.index, note)
                    if child.has_ended:
                        selector.unregister(child.receiver)
                        running.remove(child)
                        yield child.index, child.close()
        finally:
            for child in running:
                child.kill()


def result_in_copy(work: Callable[[], Any]) -> Any:
    """What a function returns in a forked process, or raises there."""
    ((_, result),) = finished([Task("a trial", lambda note: work())], workers=1)
    return value(result)


def value(result: Any) -> Any:
    """A result, or the exception that stands in its place."""
    if isinstance(result, Failure):
        raise result.error
    return result


class _Child:
    """A forked process, as its parent sees it."""

    def __init__(self, index: int, task: Task):
        self.index = index
        self.has_ended = False
        self._task = task
        self._buffer = bytearray()
        self._doing = "it began"
        self._result: Any = None
        self._is_done = False
        # What is still to be written would be written by both.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        self.receiver, sender = os.pipe()
        with one_thread(), warnings.catch_warnings():
            # The threads that Python warns of stay with the parent, where they do no harm.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = os.fork()
            if self._process == 0:
                try:
                    os.close(self.receiver)
                    _serve(task, sender)
                    os._exit(0)
                finally:
                    os._exit(1)
        os.close(sender)

    def receive(self) -> list[str]:
        """Reads what has come, and returns the notes in it."""
        data = os.read(self.receiver, _READ_SIZE)
        self.has_ended = not data
        self._buffer += data
        notes = []
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if len(self._buffer) < _LENGTH.size + length:
                break
            kind, content = pickle.loads(self._buffer[_LENGTH.size : _LENGTH.size + length])
            del self._buffer[: _LENGTH.size + length]
            if kind == _NOTE:
                self._doing = content
                notes.append(content)
                continue
            self._is_done = True
            self._result = content
            if kind == _ERROR:
                error, trace = content
                error.__cause__ = _ChildTraceback(trace)
                self._result = Failure(error)
        return notes

    def close(self) -> Any:
        """The result of a process that has ended."""
        os.close(self.receiver)
        _, status = os.waitpid(self._process, 0)
        if self._is_done:
            return self._result
        code = os.waitstatus_to_exitcode(status)
        ending = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
        return Failure(
            WorkerError(
                f"the process for {self._task.name} {ending}; the last it said was: {self._doing}; "
                "expected it to run until it is done"
            )
        )

    def kill(self) -> None:
        """Ends the process."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, 0)
        os.close(self.receiver)


def _serve(task: Task, sender: int) -> None:
    """Does a task in the forked process."""
    # The parent decides what an interrupt ends, and takes this process with it when it is killed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    # What the parent had is never collected here: that would copy its memory.
    gc.freeze()
    with os.fdopen(sender, "wb") as stream:

        def send(kind: int, content: Any) -> None:
            data = pickle.dumps((kind, content), protocol=5)
            stream.write(_LENGTH.pack(len(data)))
            stream.write(data)
            stream.flush()

        try:
            send(_RESULT, task.work(lambda text: send(_NOTE, text)))
        except BaseException as error:
            trace = "".join(traceback.format_exception(error))
            send(_ERROR, (_portable(error), trace))
        for output in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                output.flush()


def _portable(error: BaseException) -> Exception:
    """The exception where it survives pickling, otherwise one that says the same."""
    try:
        again = pickle.loads(pickle.dumps(error))
        if isinstance(error, Exception) and type(again) is type(error) and str(again) == str(error):
            return error
    except Exception:
        pass
    return WorkerError(f"{type(error).__name__}: {error}")
