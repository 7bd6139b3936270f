"""Moments in which no signal handler of the user's may run."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

OF_FAULTS = {
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS")
    if hasattr(signal, name)
}


@contextlib.contextmanager
def held() -> Iterator[set]:
    """Signals that come meanwhile, the user's interrupt among them, take effect at the end: there
    the handlers run, and what they raise is raised. Yields the signals that were held before.
    """
    # Asked for first: setting a mask may raise what a handler raises, in the place of the old mask.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals() - OF_FAULTS)
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
