"""The one place that forks: copies of this process, each with the whole NEURON session, which may
do to it what they like.

A copy does one thing and sends what comes of it. Its parent waits for that, or for the end of the
copy: not for the end of the pipe, which processes that the copy started may hold open. However
the parent leaves, no copy is left, and no descriptor.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import math
import os
import pickle
import resource
import select
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from neuron import h

from .._session import structure
from ..errors import SimulatorError, WorkerError
from . import serving, signals

_READ_SIZE = 1 << 20

_LOOK = 0.05
"""Seconds from one look at a copy to the next where the system does not tell of its end."""

_LONGEST_WAIT = 3600.0


class CopyFailed(Exception):
    """The copy ended without a result, or NEURON reported an error in it."""


class TookTooLong(CopyFailed):
    """The copy was ended because its time was over."""


class _CopyTraceback(Exception):
    """The traceback of an exception in a copy, as that exception's cause."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


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
    with Copies() as copies:
        copies.start(lambda note: function(*arguments), is_silent=True, timeout=timeout)
        while not (ended := copies.ended()):
            pass
    try:
        return ended[0].result()
    except WorkerError as error:
        raise CopyFailed(str(error)) from error
    except RuntimeError as error:
        # NEURON's messages are preceded by lines of where it was.
        lines = serving.text_of(error).strip().splitlines() or [""]
        raise CopyFailed(f"{type(error).__name__}: {lines[-1].strip()}") from error


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


class Copies:
    """Copies that run at the same time. For a ``with`` statement, at whose end none is left."""

    def __init__(self) -> None:
        self._running: list[Copy] = []

    def __enter__(self) -> Copies:
        return self

    def __exit__(self, *_) -> None:
        self._end()

    def __del__(self) -> None:
        # An interrupt may come between the two.
        self._end()

    def __len__(self) -> int:
        """How many run."""
        return len(self._running)

    def start(
        self,
        work: Callable[[Callable[[str], None]], Any],
        *,
        noted: Callable[[str], None] = lambda _: None,
        is_silent: bool = False,
        timeout: float = math.inf,
    ) -> Copy:
        """Makes a copy that does some work.

        :param work: called in the copy with a function that sends a note to this process; what it
            returns is pickled.
        :param noted: called in this process with each note.
        :param is_silent: whether what the copy prints is thrown away.
        :param timeout: seconds after which it is ended.
        :raises SimulatorError: the system has no room for one; the message names the limit.
        """
        copy = Copy(noted, timeout)
        others = [each for copy in self._running for each in copy.descriptors]
        with signals.held() as mask:
            self._running.append(copy)
            try:
                copy.begin(work, is_silent, others, mask)
            except BaseException:
                copy.end()
                self._running.remove(copy)
                raise
        return copy

    def ended(self) -> list[Copy]:
        """Waits for something to happen; the copies that have ended since, maybe none."""
        of = {each: copy for copy in self._running for each in copy.descriptors}
        poll = select.poll()
        for descriptor in of:
            poll.register(descriptor, select.POLLIN)
        wait = min(copy.longest_wait() for copy in self._running)
        happened = {of[descriptor] for descriptor, _ in poll.poll(math.ceil(1000 * wait))}
        ended = []
        for copy in self._running.copy():
            copy.look(copy in happened)
            if copy.has_ended:
                with signals.held():
                    copy.end()
                    self._running.remove(copy)
                ended.append(copy)
        return ended

    def _end(self) -> None:
        interruption = None
        while getattr(self, "_running", None):
            try:
                with signals.held():
                    self._running[-1].end()
                    self._running.pop()
            except BaseException as error:
                interruption = error
        if interruption is not None:
            raise interruption


class Copy:
    """A copy of this process, as this process sees it.

    :ivar descriptors: those of this process that tell of it: its pipe and, where there are such,
        its handle.
    :ivar has_ended: whether it has a result, or never will have.
    :ivar last_note: what it said last; None where it said nothing.
    """

    def __init__(self, noted: Callable[[str], None], timeout: float):
        self.descriptors: list[int] = []
        self.has_ended = False
        self.last_note: str | None = None
        self._noted = noted
        self._timeout = timeout
        self._deadline = math.inf
        self._buffer = bytearray()
        self._answer: tuple[serving.Kind, bytes] | None = None
        self._took_too_long = False
        # One number; in a list, as there it is at once, whatever interrupts Python.
        self._process: list[int] = []
        self._is_collected = False
        self._status: int | None = None
        self._has_handle = False

    def begin(self, work, is_silent: bool, others: list[int], mask: set) -> None:
        """Forks it; returns in the parent only.

        :param others: descriptors that a copy should not keep.
        :param mask: the signals that are to stay held.
        """
        # What is still to be written would be written by both.
        serving.flush()
        parent = os.getpid()
        with _naming_limits():
            receiver, sender = os.pipe()
        self.descriptors.append(receiver)
        try:
            with one_thread(), warnings.catch_warnings(), _naming_limits():
                # The threads that Python warns of stay with the parent, where they do no harm.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process.extend(itertools.starmap(os.fork, [()]))
                if self._process == [0]:
                    serving.serve(
                        work,
                        sender,
                        parent=parent,
                        others=[receiver, *others],
                        held=mask,
                        is_silent=is_silent,
                    )
                    os._exit(0)
        finally:
            if self._process == [0]:
                os._exit(1)
            os.close(sender)
        self._deadline = time.monotonic() + self._timeout
        os.set_blocking(receiver, False)
        # Where there is none, the process is looked at now and then.
        with contextlib.suppress(AttributeError, OSError):
            self.descriptors.append(os.pidfd_open(self._process[0]))
            self._has_handle = True

    def result(self):
        """What came of the work of a copy that has ended.

        :raises CopyFailed: it ended before it was done, or took too long.
        :raises WorkerError: the result, or the exception that the work raised, cannot be brought
            here: its class may be known there only. The message has the exception's text.
        """
        if self._took_too_long:
            raise TookTooLong(f"it took more than {self._timeout:g} s")
        if self._answer is None:
            raise CopyFailed(f"it {self._ending()}")
        kind, data = self._answer
        if kind == serving.Kind.RESULT:
            try:
                return pickle.loads(data)
            except Exception as error:
                raise WorkerError(
                    f"what a process made cannot be read here: {type(error).__name__}: "
                    f"{serving.text_of(error)}; expected objects of classes that are known here too"
                ) from error
        pickled, name, text, trace = pickle.loads(data)
        raise _exception(pickled, name, text) from _CopyTraceback(trace)

    def look(self, has_something: bool) -> None:
        """Takes note of what has happened to it."""
        if has_something or not self._has_handle:
            # Asked for first: what the process wrote before it ended is there then.
            is_over = self._collect(os.WNOHANG)
            is_over |= not self._receive()
            self.has_ended = is_over or self._answer is not None
        if not self.has_ended and time.monotonic() >= self._deadline:
            self.has_ended = self._took_too_long = True

    def longest_wait(self) -> float:
        """For how many seconds nothing will happen that this process is not told of."""
        left = max(0.0, self._deadline - time.monotonic())
        return min(left, _LONGEST_WAIT if self._has_handle else _LOOK)

    def end(self) -> None:
        """Ends the process, if that is still to be done, and closes what leads to it."""
        if self._process and not self._is_collected:
            with contextlib.suppress(OSError):
                if self._has_handle:
                    signal.pidfd_send_signal(self.descriptors[1], signal.SIGKILL)
                else:
                    os.kill(self._process[0], signal.SIGKILL)
            self._collect(0)
        while self.descriptors:
            with contextlib.suppress(OSError):
                os.close(self.descriptors.pop())

    def _collect(self, options: int) -> bool:
        """Takes the process's status if it has ended; whether it has."""
        if self._is_collected:
            return True
        try:
            process, status = os.waitpid(self._process[0], options)
        except ChildProcessError:
            # SIGCHLD is ignored, or a handler of the user's waits for all processes.
            self._is_collected = True
        else:
            if process:
                self._is_collected = True
                self._status = status
        return self._is_collected

    def _receive(self) -> bool:
        """Reads what is there; False where nothing can follow."""
        is_open = True
        try:
            while is_open:
                data = os.read(self.descriptors[0], _READ_SIZE)
                is_open = bool(data)
                self._buffer += data
        except BlockingIOError:
            pass
        while self._answer is None and len(self._buffer) >= serving.HEADER.size:
            number, length = serving.HEADER.unpack_from(self._buffer)
            end = serving.HEADER.size + length
            if len(self._buffer) < end:
                break
            data = bytes(memoryview(self._buffer)[serving.HEADER.size : end])
            del self._buffer[:end]
            kind = serving.Kind(number)
            if kind == serving.Kind.NOTE:
                self.last_note = data.decode()
                self._noted(self.last_note)
            else:
                self._answer = kind, data
        return is_open

    def _ending(self) -> str:
        if self._status is None:
            return "ended without a result"
        code = os.waitstatus_to_exitcode(self._status)
        if code >= 0:
            return f"exited with {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"crashed ({name})" if -code in signals.OF_FAULTS else f"was ended by {name}"


def _exception(pickled: bytes | None, name: str, text: str) -> Exception:
    """The exception of a copy, where it is the same here; otherwise one that says the same."""
    if pickled is not None:
        try:
            error = pickle.loads(pickled)
            if (
                isinstance(error, Exception)
                and type(error).__name__ == name
                and serving.text_of(error) == text
            ):
                return error
        except Exception:
            # Such as that of a module which only make_cell makes importable.
            pass
    return WorkerError(f"{name}: {text}")


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


@contextlib.contextmanager
def _naming_limits() -> Iterator[None]:
    """:raises SimulatorError: in the place of a system's error that says that there is no room."""
    try:
        yield
    except OSError as error:
        expected = _room(error.errno)
        if expected is None:
            raise
        raise SimulatorError(
            f"this process cannot be copied: {error.strerror}; expected {expected}"
        ) from error


def _room(number: int | None) -> str | None:
    """What there should be room for where a system call fails with this number."""

    def limit(name: str) -> str:
        value = resource.getrlimit(getattr(resource, name))[0]
        return "none" if value == resource.RLIM_INFINITY else str(value)

    return {
        errno.EMFILE: f"room for 3 more open files (the limit, ulimit -n, is "
        f"{limit('RLIMIT_NOFILE')})",
        errno.ENFILE: "room for 3 more open files in the whole system",
        errno.EAGAIN: "room for one more process (the limit of this user's, ulimit -u, is "
        f"{limit('RLIMIT_NPROC')}; the system or a container may have one of its own)",
        errno.ENOMEM: "memory for one more process",
    }.get(number or 0)
