"""Compiles mechanisms that each have one construct that is easily got wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile


def load_mechanisms(cache: Path, folder: str = "blocks") -> None:
    """Load what is in the folder; compile it into `cache` if need be."""
    sources = sorted((SOURCES / folder).glob("*.mod"))
    if not h.name_declared(sources[-1].stem):
        h.nrn_load_dll(str(library(cache, folder)))


def library(cache: Path, folder: str = "blocks") -> Path:
    """The library of what is in the folder, which is compiled if need be."""
    sources = sorted((SOURCES / folder).glob("*.mod"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    found = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not found.exists():
        _compile(sources, found)
    return found
