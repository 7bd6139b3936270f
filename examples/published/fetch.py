"""Fetches model files from released packages and compiles their mechanisms, into a cache.

Model files are never committed. Everything appears in the cache by one rename, so that an
interrupted run leaves nothing behind that a later run would take for finished, and runs side by
side do not get in each other's way.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

import neuron
from neuron import h


@dataclasses.dataclass(frozen=True)
class Release:
    """One file of a released package: a source distribution (.tar.gz) or a wheel (.whl)."""

    package: str
    version: str
    file: str
    sha256: str

    def download(self, directory: pathlib.Path) -> pathlib.Path:
        """Fetch the file into ``directory`` with pip and check its SHA-256."""
        kind = "--only-binary" if self.file.endswith(".whl") else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", kind, ":all:"]
        command += ["--dest", str(directory), f"{self.package}=={self.version}"]
        run(command, f"Fetching {self.package} {self.version}")
        path = directory / self.file
        if not path.is_file():
            found = sorted(each.name for each in directory.iterdir())
            raise RuntimeError(f"pip was asked for {self.file} and fetched {found}.")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise RuntimeError(
                f"{self.file} is not the file this was written for: "
                f"its SHA-256 is {digest}, expected {self.sha256}."
            )
        return path


def run(command: list[str], task: str, hint: str = "", **options: Any) -> str:
    """Run ``command`` and return its standard output; ``task`` names it in the error message."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        output = f"{done.stdout}\n{done.stderr}".strip()[-2000:]
        raise RuntimeError(f"{task} failed (exit code {done.returncode}).{hint}\n{output}")
    return done.stdout


def _members(archive: pathlib.Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of each file in a .tar.gz or a wheel."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if not name.endswith("/"):
                    with wheel.open(name) as content:
                        yield name, content
        return
    with tarfile.open(archive) as tarball:
        for member in tarball:
            if member.isfile():
                with tarball.extractfile(member) as content:
                    yield member.name, content


def extract(
    archive: pathlib.Path, directory: pathlib.Path, wanted: Callable[[str], str | None]
) -> None:
    """Extract into ``directory`` each file for whose name ``wanted`` returns a relative path."""
    for name, content in _members(archive):
        relative = wanted(name)
        if relative is None:
            continue
        target = directory / relative
        if not target.resolve().is_relative_to(directory.resolve()):
            raise RuntimeError(f"{archive.name} has a file that would leave its place: {name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(content, copy)


def _publish(finished: pathlib.Path, final: pathlib.Path) -> None:
    """Rename a finished directory into place, unless a concurrent run was there first."""
    try:
        finished.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def _nrnivmodl() -> pathlib.Path:
    """Return the mechanism compiler that belongs to the imported ``neuron`` package."""
    try:
        files = importlib.metadata.distribution("neuron").files or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [pathlib.Path(file.locate()) for file in files if file.name == "nrnivmodl"]
    found += [pathlib.Path(path) for path in [shutil.which("nrnivmodl")] if path]
    for path in found:
        if path.is_file():
            return path
    raise RuntimeError("nrnivmodl of the neuron package was not found.")


def _compile(cache: pathlib.Path, sources: pathlib.Path, final: pathlib.Path) -> None:
    """Compile the mechanisms in ``sources`` and put the shared library into ``final``.

    The work is done in the system's temporary directory because the compiler's makefiles do not
    accept every character that a cache directory may have in its path.
    """
    with tempfile.TemporaryDirectory() as temporary:
        build = pathlib.Path(temporary)
        shutil.copytree(sources, build / "mod")
        run([str(_nrnivmodl()), "mod"], "Compiling the mechanisms with nrnivmodl", cwd=build)
        libraries = [
            path for path in build.rglob("libnrnmech.*") if path.suffix in (".so", ".dylib")
        ]
        if not libraries:
            raise RuntimeError("nrnivmodl ended without an error but left no library.")
        with tempfile.TemporaryDirectory(prefix=".compile-", dir=cache) as workspace:
            result = pathlib.Path(workspace) / "result"
            result.mkdir()
            shutil.copy2(libraries[0], result / libraries[0].name)
            final.parent.mkdir(exist_ok=True)
            _publish(result, final)


def _compiled(directory: pathlib.Path) -> pathlib.Path:
    """Return where the mechanisms for the running NEURON and processor are kept."""
    return directory / "compiled" / f"neuron-{neuron.__version__}-{platform.machine()}"


def coreneuron_library(directory: pathlib.Path, name: str, flags: str = "") -> pathlib.Path:
    """Return the library that CoreNEURON needs of a prepared ``directory``, compiled once.

    ``name`` is that of its folder, and says which ``flags`` it is compiled with. The result is to
    be the environment's ``CORENEURONLIB``.
    """
    folder = f"{name}-{neuron.__version__}"
    made = directory / "compiled" / folder
    library = pathlib.Path(platform.machine(), "libcorenrnmech.so")
    if not (made / library).exists():
        made.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder}-", dir=made.parent) as temporary:
            result = pathlib.Path(temporary, "result")
            result.mkdir()
            tool = _nrnivmodl()
            command = [str(tool), "-coreneuron", *(["-incflags", flags] if flags else [])]
            environment = os.environ | {"PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}"}
            run(
                [*command, str(directory / "mechanisms")],
                "Compiling for CoreNEURON",
                cwd=result,
                env=environment,
            )
            _publish(result, made)
    return made / library


def prepare(
    cache: pathlib.Path, name: str, fetch: Callable[[pathlib.Path, pathlib.Path], None]
) -> pathlib.Path:
    """Fetch and compile the model ``name`` unless ``cache`` holds it already.

    ``fetch`` is called with an empty working directory and the directory to fill, with the
    sources of the mechanisms in its folder ``mechanisms``. Returns the filled directory inside
    ``cache``; for each NEURON version and processor, its folder ``compiled/<name>`` holds the
    mechanism library.
    """
    cache = pathlib.Path(cache).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    directory = cache / name
    if not directory.is_dir():
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as temporary:
            workspace, result = pathlib.Path(temporary, "work"), pathlib.Path(temporary, "result")
            workspace.mkdir()
            result.mkdir()
            fetch(workspace, result)
            _publish(result, directory)
    compiled = _compiled(directory)
    if not compiled.is_dir():
        _compile(cache, directory / "mechanisms", compiled)
    return directory


def load_mechanisms(directory: pathlib.Path, one_of_them: str) -> None:
    """Load the mechanism library of a prepared ``directory`` unless ``one_of_them`` is known."""
    if h.name_declared(one_of_them):
        return
    library = next(_compiled(directory).glob("libnrnmech.*"))
    if not h.nrn_load_dll(str(library)):
        raise RuntimeError(f"NEURON could not load {library}.")
