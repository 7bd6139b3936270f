"""C source text to a loaded library, by the compiler that compiles the user's mechanisms."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator

from .._display import log
from ..errors import EngineError
from . import cache

RUNTIME = pathlib.Path(__file__).parent / "runtime"
"""Where the headers are that generated sources include."""

# Not -ffast-math: it breaks the rounding by which exp is computed, and -fassociative-math with it.
FLAGS = (
    "-std=gnu11",
    "-O3",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-freciprocal-math",
    "-fno-signed-zeros",
    "-fPIC",
    "-shared",
)

_SHOWN_LINES = 12
_TIME_LIMIT_SECONDS = 600


def load(source: str, extra_flags: tuple[str, ...] = (), instance: Hashable = None) -> ctypes.CDLL:
    """Compiles a C source, or finds it compiled, and loads it.

    The same source gives the same library within a process, static variables included; for another
    ``instance``, one that has these for itself.

    :param source: what includes no headers but the system's and those in :data:`RUNTIME`.
    :param extra_flags: for the compiler, after :data:`FLAGS`.
    :param instance: what the static variables are for.
    :raises EngineError: there is no compiler, it refuses the source, or the library cannot be
        loaded.
    """
    command = (*_compiler(), *FLAGS, *_native(), *extra_flags)
    name = f"{_key(source, command)}.so"
    # The loader gives all that load a file the same static variables.
    if _instances.setdefault(name, instance) == instance:
        return _opened(name, source, command, ctypes.CDLL)
    if (name, instance) not in _copies:
        _copies[name, instance] = _opened(name, source, command, _copy_loaded)
    return _copies[name, instance]


_instances: dict[str, Hashable] = {}
"""By a library's name: what its static variables are for where it is loaded from its file."""

_copies: dict[tuple[str, Hashable], ctypes.CDLL] = {}
"""The other libraries, by name and what their static variables are for."""


def _opened(
    name: str,
    source: str,
    command: tuple[str, ...],
    opened: Callable[[str], ctypes.CDLL],
) -> ctypes.CDLL:
    """
    :raises EngineError: as :func:`load`.
    """
    store = cache.open_cache()
    begun = _begun.pop(name, None)
    if begun is None and (found := _found(store, name, opened)):
        return found
    # Several that want the same at once wait for the first of them.
    with contextlib.nullcontext() if begun else store.making(name):
        if begun is None and (found := _found(store, name, opened)):
            return found
        built = _compiled(source, command, begun)
        try:
            return opened(str(store.put(name, _sealed(built))))
        except OSError as error:
            # No space, or a file system from which nothing may be executed.
            other = cache.Cache(cache.temporary(f"{store.directory} cannot be used ({error})"))
    try:
        return opened(str(other.put(name, _sealed(built))))
    except OSError as error:
        raise EngineError(
            f"the compiled cell cannot be loaded from {other.directory}: {error}; expected a "
            "directory for temporary files that can be written and whose files may be executed "
            "(TMPDIR says which)"
        ) from None


def _found(
    store: cache.Cache, name: str, opened: Callable[[str], ctypes.CDLL]
) -> ctypes.CDLL | None:
    """What is in the cache; None where it is not, or cannot be loaded any more."""
    path = store.find(name)
    if path is not None and _is_whole(path):
        # Removed by another process since, or damaged: made anew.
        with contextlib.suppress(OSError):
            return opened(str(path))
    return None


def _copy_loaded(path: str) -> ctypes.CDLL:
    """A library with static variables of its own.

    :raises OSError: it cannot be copied or loaded.
    """
    library = pathlib.Path(path)
    with tempfile.NamedTemporaryFile(dir=library.parent, suffix=cache.UNFINISHED) as copy:
        copy.write(library.read_bytes())
        copy.flush()
        return ctypes.CDLL(copy.name)


def _sealed(library: bytes) -> bytes:
    """A library with its digest behind it, where loaders do not look."""
    return library + hashlib.sha256(library).digest()


def _is_whole(path: pathlib.Path) -> bool:
    """Whether a sealed library is what it was: to load one that was cut ends the process."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    size = hashlib.sha256().digest_size
    return hashlib.sha256(content[:-size]).digest() == content[-size:]


@contextlib.contextmanager
def ahead(source: str | None) -> Iterator[None]:
    """Lets the compiler work meanwhile on a source that is to be loaded within; on none if None."""
    begun: dict[str, _Compilation] = {}
    if source is not None:
        with contextlib.suppress(EngineError, OSError):
            command = (*_compiler(), *FLAGS, *_native())
            name = f"{_key(source, command)}.so"
            store = cache.open_cache()
            if store.find(name) is None:
                # Where it is found and removed if this process is ended meanwhile.
                begun[name] = _Compilation(source, command, store.directory)
    _begun.update(begun)
    try:
        yield
    finally:
        for name, compilation in begun.items():
            if _begun.pop(name, None) is not None:
                compilation.end()


_begun: dict[str, _Compilation] = {}
"""By the library's name, what the compiler has begun to work on."""


def _compiled(source: str, command: tuple[str, ...], begun: _Compilation | None = None) -> bytes:
    try:
        if begun is None or not begun.is_of_this_process:
            begun = _Compilation(source, command)
        return begun.result()
    except OSError as error:
        raise EngineError(
            f"{_called(command[0])} could not be run: {error}; expected a C compiler that "
            "works, and space for temporary files"
        ) from None


class _Compilation:
    """The compiler at work.

    :param directory: where it writes; the system's for temporary files if None.
    :raises OSError: it cannot be run, or there is no space.
    """

    def __init__(
        self, source: str, command: tuple[str, ...], directory: pathlib.Path | None = None
    ):
        self._command = command
        self._begun = time.monotonic()
        self._owner = os.getpid()
        self._folder = tempfile.TemporaryDirectory(
            prefix="neuron-reduce-", suffix=cache.UNFINISHED, dir=directory
        )
        try:
            written = pathlib.Path(self._folder.name) / "cell.c"
            written.write_text(source, encoding="utf-8")
            self._built = pathlib.Path(self._folder.name) / "cell.so"
            self._process = subprocess.Popen(
                [*command, f"-I{RUNTIME}", str(written), "-o", str(self._built), "-lm"],
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(),
            )
        except BaseException:
            self._folder.cleanup()
            raise

    @property
    def is_of_this_process(self) -> bool:
        """Whether it was not begun by one that this is a copy of."""
        return self._owner == os.getpid()

    def result(self) -> bytes:
        """The library, once it is there.

        :raises EngineError: the compiler refuses the source, or takes too long.
        :raises OSError: what it made cannot be read.
        """
        try:
            said, _ = self._process.communicate(timeout=_TIME_LIMIT_SECONDS)
            if self._process.returncode == 0 and self._built.exists():
                log.debug("compiled in %.2f s", time.monotonic() - self._begun)
                return self._built.read_bytes()
        except subprocess.TimeoutExpired:
            raise EngineError(
                f"{_called(self._command[0])} took more than {_TIME_LIMIT_SECONDS} s for a cell; "
                "expected a few"
            ) from None
        finally:
            self.end()
        text = said.decode(errors="replace").replace(self._folder.name + os.sep, "")
        shown = "\n".join(text.splitlines()[:_SHOWN_LINES]) or "it said nothing"
        raise EngineError(
            f"{_called(self._command[0])} ended with status {self._process.returncode} on a "
            f"generated source:\n{shown}"
        )

    def end(self) -> None:
        """Ends it, and leaves nothing."""
        if self.is_of_this_process:
            self._process.kill()
            self._process.wait()
            self._folder.cleanup()


def _environment() -> dict[str, str]:
    """This process's, but for the language of messages, which are part of what is cached."""
    return dict(os.environ) | {"LC_ALL": "C"}


def _compiler() -> tuple[str, ...]:
    """The compiler's command: what ``CC`` names, else Python's own, else the usual names.

    :raises EngineError: there is none.
    """
    named = os.environ.get("CC", "").strip()
    if named:
        found = _command(named)
        if found is None:
            raise EngineError(
                f"the environment says CC={named}, and there is no such program; expected the C "
                "compiler that nrnivmodl uses, or CC not set"
            )
        return found
    tried = [sysconfig.get_config_var("CC") or "", "cc", "gcc", "clang"]
    for each in tried:
        found = _command(each)
        if found is not None:
            return found
    raise EngineError(
        "there is no C compiler: looked for "
        + ", ".join(filter(None, dict.fromkeys(tried)))
        + "; expected the one that nrnivmodl needs too (Debian and Ubuntu: apt install gcc "
        "libc6-dev; Fedora: dnf install gcc; macOS: xcode-select --install; conda: conda install "
        "c-compiler), or its name in CC"
    )


def _called(program: str) -> str:
    """A compiler as messages have it, with who chose it."""
    named = os.environ.get("CC", "").strip()
    return f"the compiler {program}" + (f" (the environment says CC={named})" if named else "")


def _command(text: str) -> tuple[str, ...] | None:
    try:
        program, *arguments = shlex.split(text)
    except ValueError:
        return None
    path = shutil.which(program)
    return None if path is None else (path, *arguments)


def _native() -> tuple[str, ...]:
    """The flag by which code is made for this processor: it never leaves this machine."""
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64", "i686"):
        return ("-march=native",)
    return ("-mcpu=native",) if machine.startswith(("aarch64", "arm", "ppc")) else ()


def _key(source: str, command: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    parts = [
        source.encode(),
        "\0".join(command).encode(),
        _version(command[0], *_identity(command[0])),
        _processor(),
    ]
    for header in sorted(RUNTIME.glob("**/*.h")):
        parts += [str(header.relative_to(RUNTIME)).encode(), header.read_bytes()]
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _identity(program: str) -> tuple[int, int]:
    status = os.stat(program)
    return status.st_mtime_ns, status.st_size


@functools.cache
def _version(program: str, modified: int, size: int) -> bytes:
    """What a compiler says that it is.

    :raises EngineError: it cannot be run.
    """
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
            env=_environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(
            f"{_called(program)} could not be run: {error}; expected a C compiler that works"
        ) from None
    return done.stdout + f"{modified} {size}".encode()


@functools.cache
def _processor() -> bytes:
    """What code for this processor depends on: a cache may be shared by machines."""
    wanted = ("vendor_id", "cpu family", "model", "model name", "flags", "Features", "CPU part")
    found = dict.fromkeys(wanted, "")
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if not found.get(name.strip(), "-"):
            found[name.strip()] = value.strip()
    described = [platform.system(), platform.machine(), platform.processor(), *found.values()]
    return "\0".join(described).encode()
