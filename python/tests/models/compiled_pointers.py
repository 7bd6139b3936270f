"""Compiles mechanisms that refer to others, once for each NEURON version."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile


def load_mechanisms(cache: Path) -> None:
    """Load `HalfGap`, `SentGap`, `GatedSyn` and `watched`; compile them into `cache` if need be."""
    if h.name_declared("HalfGap"):
        return
    sources = sorted((SOURCES / "pointers").glob("*.mod"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    library = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not library.exists():
        _compile(sources, library)
    h.nrn_load_dll(str(library))
