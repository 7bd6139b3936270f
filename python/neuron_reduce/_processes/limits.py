"""What the system has no room for, in words."""

from __future__ import annotations

import contextlib
import errno
import resource
from collections.abc import Iterator

from ..errors import SimulatorError


@contextlib.contextmanager
def named() -> Iterator[None]:
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
