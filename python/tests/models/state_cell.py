"""A cell in hoc with what is more than parameters: RANDOM variables, FUNCTION_TABLEs, Vectors that
are played into it, and point processes of several classes at one place."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neuron import h

from models.compiled import LIBRARY, SOURCES, _compile

HOC = Path(__file__).with_suffix(".hoc")
"""Defines the template StateCell."""

MODS = [
    SOURCES / f"{each}.mod"
    for each in ("random/nr_noise", "random/nr_jitter", "blocks/nr_tabled", "blocks/nr_tabled_syn")
]


def library(cache: Path) -> Path:
    """Its mechanisms, which are compiled into `cache` if need be."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in MODS)).hexdigest()
    found = cache / "test-mechanisms" / f"neuron-{h.nrnversion(5)}-{digest[:12]}" / LIBRARY
    if not found.exists():
        _compile(MODS, found)
    return found
