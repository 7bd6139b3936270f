"""Compiles synapses that respond in other ways than NEURON's own, once for each version of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile


def load_mechanisms(cache: Path) -> None:
    """Load the synapses of the folder `synapses`; compile them into `cache` if need be."""
    if h.name_declared("CurrentSyn"):
        return
    sources = sorted((SOURCES / "synapses").glob("*.mod"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    library = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not library.exists():
        _compile(sources, library)
    h.nrn_load_dll(str(library))
