"""The benchmark's own synapse, with AMPA and NMDA receptors."""

from __future__ import annotations

import hashlib
import pathlib
import shutil

from neuron import h

from published import fetch

MECHANISM = "AmpaNmda"

_SOURCES = pathlib.Path(__file__).resolve().with_name("mechanisms")


def load(cache: pathlib.Path) -> None:
    """Have the mechanism in this session, compiling it into ``cache`` first if need be."""
    if h.name_declared(MECHANISM):
        return
    source = _SOURCES / "ampa_nmda.mod"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()

    def fill(_: pathlib.Path, result: pathlib.Path) -> None:
        (result / "mechanisms").mkdir()
        shutil.copy(source, result / "mechanisms")

    directory = fetch.prepare(cache, f"fidelity-synapses-{digest[:12]}", fill)
    fetch.load_mechanisms(directory, MECHANISM)
