"""What happens in a forked process: it does its work, and sends what came of it."""

from __future__ import annotations

import contextlib
import ctypes
import enum
import faulthandler
import gc
import os
import pickle
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

HEADER = struct.Struct("<BQ")
"""Before each message: its :class:`Kind`, and how many bytes follow."""

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

# Found now: a forked process may have inherited the loader's lock, held by another thread.
_library = ctypes.CDLL(None)
_prctl = getattr(_library, "prctl", None) if sys.platform == "linux" else None
_c_stdout = next(
    (
        ctypes.c_void_p.in_dll(_library, name)
        for name in ("stdout", "__stdoutp")
        if hasattr(_library, name)
    ),
    None,
)


class Kind(enum.IntEnum):
    """What a message is.

    - ``NOTE``: a text.
    - ``RESULT``: the work's result, pickled.
    - ``ERROR``: a pickled tuple: the exception as it was raised, pickled once more, or None where
      that does not work; its class's name; its text; and the traceback's text.
    """

    NOTE = 0
    RESULT = 1
    ERROR = 2


def flush() -> None:
    """Writes what Python and C have not yet written to the standard streams."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    if _c_stdout is not None and _c_stdout.value:
        _library.fflush(_c_stdout)


def serve(
    work: Callable[[Callable[[str], None]], Any],
    sender: int,
    *,
    parent: int,
    others: Iterable[int],
    held: set,
    is_silent: bool = False,
) -> None:
    """Does the work, in a process that was just forked.

    :param sender: the pipe's end that messages are written to.
    :param parent: the process that forked this one.
    :param others: descriptors that are the parent's only.
    :param held: the signals that are to be held from now on.
    :param is_silent: whether what is printed is thrown away, and a crash is no news.
    """
    own = os.getpid()
    _settle(parent, others, held, is_silent)

    def send(kind: Kind, data: bytes) -> None:
        if os.getpid() != own:
            # The work forked a process that came back from it; one is expected to.
            os._exit(0)
        for part in (HEADER.pack(kind, len(data)), data):
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(sender, rest) :]

    try:
        result = work(lambda text: send(Kind.NOTE, _encoded(text)))
        kind, data = Kind.RESULT, pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        kind, data = Kind.ERROR, pickle.dumps(_parts(error))
    # The parent ends this process as soon as it has the answer.
    flush()
    send(kind, data)


def _settle(parent: int, others: Iterable[int], held: set, is_silent: bool) -> None:
    """Lets go of what is the parent's."""
    for each in others:
        with contextlib.suppress(OSError):
            os.close(each)
    _release_signals(held)
    if _prctl is not None:
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
    # What the parent had is never collected here: that would copy its memory.
    gc.freeze()
    if is_silent:
        faulthandler.disable()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        # A notebook's streams do not end in these two.
        sys.stdout = sys.stderr = os.fdopen(silence, "w", encoding="utf-8", errors="replace")


def _release_signals(held: set) -> None:
    """The user's handlers are for the parent: it decides what an interrupt ends."""
    with contextlib.suppress(ValueError):
        signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            if callable(signal.getsignal(number)):
                is_last = number in (signal.SIGTERM, signal.SIGCHLD)
                signal.signal(number, signal.SIG_DFL if is_last else signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # The parent held them all when it started this process.
    signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _parts(error: BaseException) -> tuple[bytes | None, str, str, str]:
    """What is sent of an exception: see :class:`Kind`."""
    name, text = type(error).__name__, text_of(error)
    try:
        trace = "".join(traceback.format_exception(error))
    except Exception:
        trace = f"{name}: {text}"
    pickled = None
    try:
        data = pickle.dumps(error)
        again = pickle.loads(data)
        if isinstance(error, Exception) and type(again) is type(error) and str(again) == str(error):
            pickled = data
    except Exception:
        # A class of the user's that can be pickled by halves: its text will do.
        pass
    return pickled, name, text, _encoded(trace).decode()


def text_of(error: BaseException) -> str:
    """An exception's text, also where it cannot be had."""
    try:
        return _encoded(str(error)).decode()
    except Exception:
        return "an exception that cannot be shown"


def _encoded(text: str) -> bytes:
    return str(text).encode(errors="backslashreplace")
