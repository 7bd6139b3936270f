"""Compiles the tests' mechanisms that need NEURON 9, once for each version of it.

They are apart from the others, since golden values are made with those by NEURON 8.2.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile


def load_mechanisms(cache: Path) -> None:
    """Load `layered` and `StochasticSyn`; compile them into `cache` if need be."""
    if not h.name_declared("StochasticSyn"):
        h.nrn_load_dll(str(library(cache)))


def library(cache: Path) -> Path:
    """The library of these, which is compiled if need be."""
    sources = sorted((SOURCES / "neuron9").glob("*.mod"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    found = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not found.exists():
        _compile(sources, found)
    return found
