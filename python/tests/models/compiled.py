"""Compiles the tests' own mechanisms, once for each NEURON version."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from neuron import h

SOURCES = Path(__file__).with_name("mechanisms")
LIBRARY = "libnrnmech.dylib" if sys.platform == "darwin" else "libnrnmech.so"


def _nrnivmodl() -> str:
    """NEURON's compiler script, preferably the one installed beside this interpreter."""
    beside = Path(sys.executable).with_name("nrnivmodl")
    found = str(beside) if beside.exists() else shutil.which("nrnivmodl")
    if found is None:
        raise FileNotFoundError("nrnivmodl, which comes with NEURON, is not on the PATH")
    return found


def _compile(sources: list[Path], library: Path) -> None:
    """Compile in a temporary folder, since the makefiles dislike some characters in paths."""
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            shutil.copy(source, folder)
        run = subprocess.run(
            [_nrnivmodl(), "."], cwd=folder, capture_output=True, text=True, check=False
        )
        built = sorted(Path(folder).rglob(LIBRARY))
        if run.returncode != 0 or not built:
            raise RuntimeError(f"nrnivmodl failed:\n{run.stdout}\n{run.stderr}")
        library.parent.mkdir(parents=True, exist_ok=True)
        # By one rename: several processes may compile the same.
        with tempfile.TemporaryDirectory(dir=library.parent) as beside:
            unfinished = Path(beside) / library.name
            shutil.copy(built[0], unfinished)
            unfinished.replace(library)


def load_mechanisms(cache: Path) -> None:
    """Load `ca_pool`, `ca_hva`, `k_ca` and `NmdaExp2`; compile them into `cache` if need be."""
    if h.name_declared("ca_pool"):
        return
    sources = sorted(SOURCES.glob("*.mod"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    library = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not library.exists():
        _compile(sources, library)
    h.nrn_load_dll(str(library))
