"""The user's cache directory: what was made once is loaded again, nothing that another wrote."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import os
import pathlib
import shutil
import stat
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator

from .._display.warned import warn

LIMIT_BYTES = 512 * 1024 * 1024
"""What the files may take; above it those go that were not used for the longest time."""

_LONGEST_WAIT_SECONDS, _BETWEEN_SECONDS = 60.0, 0.02
"""For what another process makes, and between looks whether it has done so."""

_ABANDONED_SECONDS = 3600
"""After which an unfinished file has no one left who writes it: a compiler's minutes, and more."""

UNFINISHED = ".part"
"""How the names of files end that are not there as a whole, or not for long."""


class Cache:
    """A directory of files that are there as a whole or not at all, for several processes at once.

    :param directory: as :func:`directory` gives it; private to this user.
    :param limit_bytes: how much the files may take together; the one that was put last stays.
    """

    def __init__(self, directory: pathlib.Path, limit_bytes: int = LIMIT_BYTES):
        self.directory = directory
        self._limit_bytes = limit_bytes

    def find(self, name: str) -> pathlib.Path | None:
        """The file of a name; None where there is none, or one that another user could write.

        Finding it counts as a use of it.
        """
        path = self.directory / name
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or not _is_ours_alone(status):
                return None
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, name: str, content: bytes) -> pathlib.Path:
        """Writes a file, in the place of one that has this name.

        :raises OSError: it cannot be written.
        """
        path = self.directory / name
        temporary = self.directory / f".{uuid.uuid4().hex}{UNFINISHED}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
            with open(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                # Otherwise a name may survive a crash of the system that its content does not.
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._trim(keep=path)
        return path

    @contextlib.contextmanager
    def making(self, name: str) -> Iterator[None]:
        """While this process makes what a name stands for: others that want to wait for it."""
        path = self.directory / f".{name}{UNFINISHED}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError:
            yield
            return
        try:
            # Not on some file systems of several machines: there the same may be made twice.
            with contextlib.suppress(OSError):
                _lock(descriptor)
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink()
            # Copies of this process may have it open for longer.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def _trim(self, keep: pathlib.Path) -> None:
        """Removes what was not used for the longest time, other processes' leftovers too."""
        files = []
        for path in self.directory.iterdir():
            # Another process may remove the same file now.
            with contextlib.suppress(OSError):
                status = path.lstat()
                if path.suffix == UNFINISHED:
                    if time.time() - status.st_mtime > _ABANDONED_SECONDS:
                        if stat.S_ISDIR(status.st_mode):
                            shutil.rmtree(path, ignore_errors=True)
                        else:
                            path.unlink()
                elif path != keep:
                    files.append((status.st_mtime_ns, status.st_size, path))
        with contextlib.suppress(OSError):
            left = self._limit_bytes - keep.lstat().st_size
            for _, size, path in sorted(files, reverse=True):
                left -= size
                if left < 0:
                    path.unlink(missing_ok=True)


def _lock(descriptor: int) -> None:
    """Waits until no other process has it, or has had it for longer than anything takes.

    :raises OSError: there are no locks.
    """
    end = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                return
            time.sleep(_BETWEEN_SECONDS)


def open_cache() -> Cache:
    """The user's cache; a directory that lives as long as this process, with a warning, where there
    can be none."""
    wanted = _wanted()
    try:
        _make(wanted)
    except OSError as error:
        problem = f"cannot be used ({error.strerror or error})"
    else:
        problem = _problem(wanted)
    if not problem:
        return Cache(wanted)
    return Cache(temporary(f"{wanted} {problem}"))


def temporary(problem: str) -> pathlib.Path:
    """A private directory that is removed when this process ends or, in a forked copy, when the one
    does that it is a copy of: copies are ended at any time.

    :param problem: why the cache is not used, as a sentence's beginning; warned of once.
    """
    _warn_once(problem)
    if not _temporaries or not _temporaries[-1].is_dir():
        _temporaries.append(pathlib.Path(tempfile.mkdtemp(prefix=_prefix)))
    return _temporaries[-1]


@functools.cache
def _warn_once(problem: str) -> None:
    warn(
        f"{problem}: what is compiled is kept for this process alone; expected a directory that "
        "belongs to this user and that no other may write, nor any above it (NEURON_REDUCE_CACHE "
        "says which)"
    )


_owner = os.getpid()
_prefix = f"neuron-reduce-{uuid.uuid4().hex}-"
"""Of the names of temporary directories of this process and its copies."""

_temporaries: list[pathlib.Path] = []

_was_copied = threading.Event()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_parent=_was_copied.set)


@atexit.register
def _remove_temporaries() -> None:
    # A forked copy must not remove, at its end, what its parent still uses.
    if os.getpid() != _owner:
        return
    found = set(_temporaries)
    if _was_copied.is_set():
        with contextlib.suppress(OSError):
            found.update(pathlib.Path(tempfile.gettempdir()).glob(f"{_prefix}*"))
    for path in found:
        shutil.rmtree(path, ignore_errors=True)


def _wanted() -> pathlib.Path:
    named = os.environ.get("NEURON_REDUCE_CACHE")
    if named:
        return pathlib.Path(named).expanduser().absolute() / "engine"
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The specification: a relative path is invalid and to be ignored.
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base).absolute() / "neuron-reduce" / "engine"


def _make(directory: pathlib.Path) -> None:
    """Makes a directory, and those above it that are missing, each for this user alone.

    :raises OSError: it cannot be made, or is no directory, or cannot be written.
    """
    missing = []
    for each in (directory, *directory.parents):
        if each.exists():
            break
        missing.append(each)
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    if not directory.is_dir():
        raise NotADirectoryError("it is no directory")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise PermissionError("it cannot be written")


def _problem(directory: pathlib.Path) -> str:
    """How another user could put a file there; empty where none can."""
    real = directory.resolve()
    if not _is_ours_alone(real.stat()):
        return "belongs to another user, or can be written by others"
    for above in real.parents:
        status = above.stat()
        # Who may rename what is in a directory may put another there; not where it is sticky.
        open_to_others = status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX
        if open_to_others or status.st_uid not in (0, os.geteuid()):
            return f"is in {above}, which belongs to another user, or can be written by others"
    return ""


def _is_ours_alone(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
