"""The published cells of the fidelity benchmark, by name.

Their files are fetched at run time from released packages, never committed. Their mechanisms
share names, so that a process can hold the cells of one family only.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "examples"))

from l5pc import cell as l5pc
from published import bluepyopt, fetch

from . import allen, cerebellar, neocortical, passive, striatal, thalamocortical


@dataclasses.dataclass(frozen=True)
class Model:
    """What loads a cell, with the cache directory as argument, and the release it is from.

    A cell has the sections ``soma``, ``dend``, ``apic`` and ``axon``, as far as it has such, and
    the section lists ``all``, ``somatic``, ``basal``, ``apical`` and ``axonal``. Loading it sets
    ``h.celsius`` and ``h.v_init`` to its authors' values, and ``nseg`` as they have it.
    """

    load: Callable[[pathlib.Path], Any]
    release: fetch.Release


CELLS = {
    "l5pc": Model(l5pc.load, bluepyopt.RELEASE),
    **{name: Model(allen.loader(name), allen.RELEASE) for name in allen.MODELS},
    **{
        name: Model(thalamocortical.loader(name), bluepyopt.RELEASE)
        for name in thalamocortical.MODELS
    },
    "l4upc": Model(neocortical.load, neocortical.RELEASE),
    "dspn": Model(striatal.load, striatal.RELEASE),
    **{name: Model(cerebellar.loader(name), cerebellar.RELEASE) for name in cerebellar.MODELS},
    "l5pc_passive": Model(passive.load, bluepyopt.RELEASE),
}
"""The cells by name."""


def load(name: str, cache: pathlib.Path) -> Any:
    """Return a new instance of the cell ``name``, fetching it into ``cache`` first if need be."""
    if name not in CELLS:
        raise ValueError(f"There is no cell {name!r}; there are {', '.join(CELLS)}.")
    return CELLS[name].load(cache)
