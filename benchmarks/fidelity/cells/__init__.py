"""The published cells of the fidelity benchmark, by name.

Their files are fetched at run time from released packages, never committed. Their mechanisms
share names, so that a process can hold the cells of one family only.
"""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable
from typing import Any

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "examples"))

from l5pc.cell import load as load_l5pc

from . import allen, passive, thalamocortical

CELLS: dict[str, Callable[[pathlib.Path], Any]] = {
    "l5pc": load_l5pc,
    **{name: allen.loader(name) for name in allen.MODELS},
    **{name: thalamocortical.loader(name) for name in thalamocortical.MODELS},
    "l5pc_passive": passive.load,
}
"""What loads each cell, with the cache directory as argument.

A cell has the sections ``soma``, ``dend``, ``apic`` and ``axon``, as far as it has such, and the
section lists ``all``, ``somatic``, ``basal``, ``apical`` and ``axonal``. Loading it sets
``h.celsius`` and ``h.v_init`` to its authors' values, and ``nseg`` as they have it.
"""


def load(name: str, cache: pathlib.Path) -> Any:
    """Return a new instance of the cell ``name``, fetching it into ``cache`` first if need be."""
    if name not in CELLS:
        raise ValueError(f"There is no cell {name!r}; there are {', '.join(CELLS)}.")
    return CELLS[name](cache)
