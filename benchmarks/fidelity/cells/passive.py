"""A cell without any active channel: the morphology of the layer-5 cell, with a uniform leak.

Its leak, capacitances and axial resistance are those of the layer-5 cell: everywhere the same but
for the capacitance, which is twice as large in dendrites, on account of their spines.
"""

from __future__ import annotations

import pathlib
from typing import Any

from neuron import h

from l5pc import cell as l5pc

from . import morphology

LEAK = 3e-5
"""Leak conductance in S/cm²."""

REST = -75.0
"""Reversal potential of the leak, in mV: the cell rests there."""


def load(cache: pathlib.Path) -> Any:
    """Return a new instance of the cell, preparing ``cache`` first if need be."""
    cell = morphology.build(l5pc.prepare(cache) / "morphology" / l5pc.MORPHOLOGY)
    for section in cell.all:
        section.insert("pas")
        section.g_pas = LEAK
        section.e_pas = REST
        section.Ra = 100.0
        section.cm = 1.0
    for dendrites in (cell.basal, cell.apical):
        for section in dendrites:
            section.cm = 2.0
    h.celsius = l5pc.TEMPERATURE
    h.v_init = REST
    return cell
