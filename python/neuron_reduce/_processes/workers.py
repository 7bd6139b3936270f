"""Processes that do one thing each and send what comes of it, seen by the one that started them.

It waits for that, or for the end of the process: not for the end of the pipe, which processes that
it started may hold open. However this process leaves, none of them is left, and no descriptor.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from typing import NamedTuple

from ..errors import NeuronReduceError, WorkerError
from . import limits, serving, signals


class Ends(NamedTuple):
    """What a new process has to do with.

    :ivar receiver: the descriptor that this process reads from.
    :ivar sender: the one that the new process writes to.
    :ivar mask: the signals that it is to hold.
    """

    receiver: int
    sender: int
    mask: set


Start = Callable[[list[int], Ends], None]
"""Starts a process, and adds its number to an empty list: at once, whatever interrupts Python, as
nobody else knows of it."""

_READ_SIZE = 1 << 20
_STANDARD_STREAMS = 3

_LOOK = 0.05
"""Seconds from one look at a process to the next where the system does not tell of its end."""

_LONGEST_WAIT = 3600.0

_MOST_ATTEMPTS = 1000
"""To end processes: interruptions are over some time, but where the stack is too deep, or there is
no memory, each attempt fails. What is left is ended with the object, when the stack was left."""


class CopyFailed(Exception):
    """The copy ended without a result, or NEURON reported an error in it."""


class TookTooLong(CopyFailed):
    """The copy was ended because its time was over."""


class _Traceback(Exception):
    """The traceback of an exception in another process, as that exception's cause."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class Workers:
    """Processes that run at the same time. For a ``with`` statement, at whose end none is left."""

    def __init__(self) -> None:
        self._running: list[Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_) -> None:
        self._end()

    def __del__(self) -> None:
        # An interrupt may come between the two.
        self._end()

    def __len__(self) -> int:
        """How many run."""
        return len(self._running)

    @property
    def descriptors(self) -> list[int]:
        """Those of this process that tell of them."""
        return [each for worker in self._running for each in worker.descriptors]

    def start(
        self,
        start: Start,
        *,
        noted: Callable[[str], None] = lambda _: None,
        timeout: float = math.inf,
    ) -> Worker:
        """Starts one more.

        :param noted: called with each note that it sends.
        :param timeout: seconds after which it is ended.
        :raises SimulatorError: the system has no room for one; the message names the limit.
        """
        worker = Worker(noted, timeout)
        with signals.held() as mask:
            self._running.append(worker)
            try:
                worker.begin(start, mask)
            except BaseException:
                worker.end()
                self._running.remove(worker)
                raise
        return worker

    def only_result(self):
        """What came of the only one.

        :raises CopyFailed: it has no result, or NEURON reported an error in it. What else its work
            raises is raised here.
        """
        while not (ended := self.ended()):
            pass
        try:
            return ended[0].result()
        except WorkerError as error:
            raise CopyFailed(str(error)) from error
        except NeuronReduceError:
            raise
        except RuntimeError as error:
            # NEURON's messages are preceded by lines of where it was.
            lines = serving.text_of(error).strip().splitlines() or [""]
            raise CopyFailed(f"{type(error).__name__}: {lines[-1].strip()}") from error

    def ended(self) -> list[Worker]:
        """Waits for something to happen; the workers that have ended since, maybe none."""
        of = {each: worker for worker in self._running for each in worker.descriptors}
        poll = select.poll()
        for descriptor in of:
            poll.register(descriptor, select.POLLIN)
        wait = min(worker.longest_wait() for worker in self._running)
        happened = {of[descriptor] for descriptor, _ in poll.poll(math.ceil(1000 * wait))}
        ended = []
        for worker in self._running.copy():
            worker.look(worker in happened)
            if worker.has_ended:
                with signals.held():
                    worker.end()
                    self._running.remove(worker)
                ended.append(worker)
        return ended

    def _end(self) -> None:
        interruption = None
        attempts = 0
        while getattr(self, "_running", None) and attempts < _MOST_ATTEMPTS:
            attempts += 1
            try:
                with signals.held():
                    self._running[-1].end()
                    self._running.pop()
            except BaseException as error:
                interruption = error
        if interruption is not None:
            raise interruption


class Worker:
    """A process that does one thing, as this process sees it.

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
        self._has_hung_up = False
        # One number; in a list, as there it is at once, whatever interrupts Python.
        self._process: list[int] = []
        self._is_collected = False
        self._status: int | None = None
        self._has_handle = False

    def begin(self, start: Start, mask: set) -> None:
        """Starts it; returns in this process only."""
        with limits.named():
            receiver, sender = os.pipe()
        self.descriptors.append(receiver)
        try:
            if sender < _STANDARD_STREAMS:
                # This process has closed those of its own.
                with limits.named():
                    low, sender = (
                        sender,
                        fcntl.fcntl(sender, fcntl.F_DUPFD_CLOEXEC, _STANDARD_STREAMS),
                    )
                os.close(low)
            with limits.named():
                start(self._process, Ends(receiver, sender, mask))
        finally:
            os.close(sender)
        self._deadline = time.monotonic() + self._timeout
        os.set_blocking(receiver, False)
        # Where there is none, the process is looked at now and then.
        with contextlib.suppress(AttributeError, OSError):
            self.descriptors.append(os.pidfd_open(self._process[0]))
            self._has_handle = True

    def result(self):
        """What came of the work of a process that has ended.

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
        raise _exception(pickled, name, text) from _Traceback(trace)

    def look(self, has_something: bool) -> None:
        """Takes note of what has happened to it."""
        if has_something or not self._has_handle:
            # Asked for first: what the process wrote before it ended is there then.
            is_over = self._collect(os.WNOHANG)
            self._has_hung_up = not self._receive()
            self.has_ended = is_over or self._has_hung_up or self._answer is not None
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
        if -code in signals.OF_FAULTS:
            return f"crashed ({name})"
        # It is ended then: nothing can come of it.
        hung_up = self._has_hung_up and -code == signal.SIGKILL
        return f"was ended by {name}" + (", its pipe being closed" if hung_up else "")


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
