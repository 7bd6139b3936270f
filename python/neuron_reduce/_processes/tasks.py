"""Work done in copies of this process, several at once."""

from __future__ import annotations

import collections
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import WorkerError
from . import copies
from .workers import CopyFailed, Worker, Workers


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
    :raises SimulatorError: the session cannot be copied, or the system has no room for it.
    """
    copies.check_that_session_can_be_copied()
    waiting = collections.deque(enumerate(tasks))
    running: dict[Worker, tuple[int, Task]] = {}
    with Workers() as group:
        while waiting or running:
            while waiting and len(running) < workers:
                index, task = waiting.popleft()
                start = copies.copy(task.work, others=group.descriptors)
                worker = group.start(start, noted=functools.partial(noted, index))
                running[worker] = index, task
            for worker in group.ended():
                index, task = running.pop(worker)
                yield index, _result(worker, task)


def result_in_copy(work: Callable[[], Any]) -> Any:
    """What a function returns in a forked process, or raises there."""
    ((_, result),) = finished([Task("a trial", lambda note: work())], workers=1)
    return value(result)


def call(name: str, function: Callable[..., Any], *arguments: Any, timeout: float) -> Any:
    """As :func:`copies.call`, for what a user has to be told of where it ends.

    :param name: of the process, for messages.
    :raises WorkerError: it gave no result.
    """
    try:
        return copies.call(function, *arguments, timeout=timeout)
    except CopyFailed as failure:
        raise WorkerError(
            f"the process for {name}: {failure}; expected it to run until it is done"
        ) from None


def value(result: Any) -> Any:
    """A result, or the exception that stands in its place."""
    if isinstance(result, Failure):
        raise result.error
    return result


def _result(worker: Worker, task: Task) -> Any:
    try:
        return worker.result()
    except CopyFailed as failure:
        return Failure(
            WorkerError(
                f"the process for {task.name}: {failure}; the last it said was: "
                f"{worker.last_note or 'it began'}; expected it to run until it is done"
            )
        )
    except Exception as error:
        return Failure(error)
