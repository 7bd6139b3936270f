"""The published layer-5 pyramidal cell of BluePyOpt's ``examples/l5pc``.

The cell is the morphology ``C060114A7.asc``, twelve density mechanisms and the final parameters
held in ``generate_hoc.py``, all from the source distribution ``bluepyopt`` 1.14.26. The files are
fetched at run time and kept in a cache directory. They are never committed:

* the licence files beside the morphology and the mechanisms put the hoc, Python and synapse code
  and the morphology under CC-BY-NC-SA 4.0 (attribution, non-commercial, share alike);
* the mechanisms whose source is on ModelDB (``Ih`` by S. Hallermann; ``Ca_HVA``, ``Ca_LVAst``,
  ``Im``, ``K_Pst``, ``K_Tst``, ``NaTa_t``, ``NaTs2_t``, ``Nap_Et2``, ``SK_E2``, ``SKv3_1`` after
  E. Hay and others) are under the terms stated on ModelDB.

Both licence files are kept in the cache next to what they cover.
"""

from __future__ import annotations

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
from typing import Any

import neuron
from neuron import h

VERSION = "1.14.26"
SHA256 = "105a0e810c2cb49b96f5ea38d9faa88614d67e046a19699699bf2b85c4d7b37b"
MORPHOLOGY = "C060114A7.asc"
TEMPLATE = "l5pc"

TEMPERATURE = 34.0
"""Simulation temperature in degrees Celsius."""

INITIAL_VOLTAGE = -65.0
"""Membrane potential at the start of a simulation, in mV."""

_REQUIREMENTS = pathlib.Path(__file__).resolve().parent.parent / "requirements.txt"
_ROOT = f"bluepyopt-{VERSION}/"
_EXPORTER = ("bluepyopt/", "bluepyopt.egg-info/")
_MODEL = (
    "examples/l5pc/generate_hoc.py",
    "examples/l5pc/l5pc_model.py",
    "examples/l5pc/config/",
    "examples/l5pc/mechanisms/",
    f"examples/l5pc/morphology/{MORPHOLOGY}",
    "examples/l5pc/morphology/LICENSE",
)


def _run(command: list[str], task: str, hint: str = "", **options: Any) -> str:
    """Run ``command`` and return its standard output; ``task`` names it in the error message."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        output = f"{done.stdout}\n{done.stderr}".strip()[-2000:]
        raise RuntimeError(f"{task} failed (exit code {done.returncode}).{hint}\n{output}")
    return done.stdout


def _download(directory: pathlib.Path) -> pathlib.Path:
    """Fetch the source distribution into ``directory`` and check its SHA-256."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    command += ["--dest", str(directory), f"bluepyopt=={VERSION}"]
    _run(command, f"Fetching the source distribution of bluepyopt {VERSION}")
    tarball = directory / f"bluepyopt-{VERSION}.tar.gz"
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != SHA256:
        raise RuntimeError(
            f"{tarball.name} is not the file this example was written for: "
            f"its SHA-256 is {found}, expected {SHA256}."
        )
    return tarball


def _extract(tarball: pathlib.Path, directory: pathlib.Path) -> None:
    """Extract the hoc exporter and the cell, and nothing else, into ``directory``."""
    with tarfile.open(tarball) as archive:
        for member in archive:
            name = member.name[len(_ROOT) :]
            wanted = member.name.startswith(_ROOT) and name.startswith(_EXPORTER + _MODEL)
            if not member.isfile() or not wanted or name.startswith("bluepyopt/tests/"):
                continue
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.extractfile(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)


def _export_hoc(sdist: pathlib.Path) -> str:
    """Return the cell's hoc template, written by BluePyOpt's own exporter."""
    return _run(
        [sys.executable, "generate_hoc.py"],
        "Exporting the cell with BluePyOpt",
        hint=f" Its dependencies are listed in {_REQUIREMENTS.parent.name}/{_REQUIREMENTS.name}.",
        cwd=sdist / "examples" / "l5pc",
        env={**os.environ, "PYTHONPATH": str(sdist)},
    )


def _publish(finished: pathlib.Path, final: pathlib.Path) -> None:
    """Rename a finished directory into place, unless a concurrent run was there first."""
    try:
        finished.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def _fetch(cache: pathlib.Path, final: pathlib.Path) -> None:
    """Put morphology, mechanism sources, licences and exported hoc into ``final``."""
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as temporary:
        workspace = pathlib.Path(temporary)
        _extract(_download(workspace), workspace)
        source = workspace / "examples" / "l5pc"
        result = workspace / "result"
        result.mkdir()
        (result / f"{TEMPLATE}.hoc").write_text(_export_hoc(workspace), encoding="utf-8")
        for folder in ("mechanisms", "morphology"):
            (source / folder).rename(result / folder)
        _publish(result, final)


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
        _run([str(_nrnivmodl()), "mod"], "Compiling the mechanisms with nrnivmodl", cwd=build)
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


def prepare(cache: pathlib.Path) -> pathlib.Path:
    """Fetch, export and compile the cell unless ``cache`` holds it already.

    Returns the cell's directory inside ``cache``: ``l5pc.hoc``, ``morphology/``, ``mechanisms/``
    and, for each NEURON version and processor, ``compiled/<name>/`` with the mechanism library.
    Each of the two steps appears in the cache by one rename, so an interrupted run leaves nothing
    that a later run would take for finished.
    """
    cache = pathlib.Path(cache).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    directory = cache / f"l5pc-bluepyopt-{VERSION}"
    if not directory.is_dir():
        _fetch(cache, directory)
    compiled = _compiled(directory)
    if not compiled.is_dir():
        _compile(cache, directory / "mechanisms", compiled)
    return directory


def load(cache: pathlib.Path) -> Any:
    """Return a new instance of the cell, preparing ``cache`` first if need be.

    The instance has the sections ``soma``, ``dend``, ``apic`` and ``axon`` and the section lists
    ``all``, ``somatic``, ``basal``, ``apical`` and ``axonal``. The axon is the exporter's 60 µm
    stub. ``h.celsius`` is set to 34 degrees Celsius and ``h.v_init`` to -65 mV.
    """
    directory = prepare(cache)
    if not h.name_declared("CaDynamics_E2"):
        library = next(_compiled(directory).glob("libnrnmech.*"))
        if not h.nrn_load_dll(str(library)):
            raise RuntimeError(f"NEURON could not load {library}.")
    if not h.name_declared(TEMPLATE):
        h.load_file(str(directory / f"{TEMPLATE}.hoc"))
    h.celsius = TEMPERATURE
    h.v_init = INITIAL_VOLTAGE
    # The template stops the process at a path with a space in it, hence the relative path.
    before = pathlib.Path.cwd()
    os.chdir(directory)
    try:
        return getattr(h, TEMPLATE)("morphology", MORPHOLOGY)
    finally:
        os.chdir(before)


if __name__ == "__main__":
    print(prepare(pathlib.Path(sys.argv[1])))
