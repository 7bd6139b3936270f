"""Compiles mechanisms for the tests of the engine, once for each version of NEURON."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile

FOLDER = SOURCES / "engine"


def load_mechanisms(cache: Path) -> None:
    """Load what is in the folder; compile it into `cache` if need be."""
    if h.name_declared("VectorCell"):
        return
    sources = sorted([*FOLDER.glob("*.mod"), *FOLDER.glob("*.inc")])
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    library = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not library.exists():
        _compile(sources, library)
    h.nrn_load_dll(str(library))
