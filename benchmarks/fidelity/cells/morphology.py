"""Cells built from a morphology file alone: no channels yet, the axon replaced by a stub."""

from __future__ import annotations

import pathlib
from typing import Any

from neuron import h

TEMPLATE = "ImportedCell"

_HOC = f"""
begintemplate {TEMPLATE}
public soma, dend, apic, axon, all, somatic, basal, apical, axonal, put_stub
objref this, all, somatic, basal, apical, axonal
create soma[1], dend[1], apic[1], axon[1]
proc init() {{
    forall delete_section()
    all = new SectionList()
    somatic = new SectionList()
    basal = new SectionList()
    apical = new SectionList()
    axonal = new SectionList()
}}
proc put_stub() {{ local i
    forsec axonal delete_section()
    create axon[2]
    for i = 0, 1 axon[i] {{
        all.append()
        axonal.append()
        L = 30
        diam = 1
    }}
    connect axon[0](0), soma[0](0.5)
    connect axon[1](0), axon[0](1)
}}
endtemplate {TEMPLATE}
"""

SEGMENT = 40.0
"""A section of the length L has 1 + 2·int(L / ``SEGMENT``) segments; in µm."""


def build(path: pathlib.Path) -> Any:
    """Return a cell with the soma and the dendrites of a morphology file (.swc or .asc).

    Its axon is a stub of two sections of 30 µm × 1 µm at the middle of the soma.
    """
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    if not h.name_declared(TEMPLATE):
        h(_HOC)
    reader = h.Import3d_SWC_read() if path.suffix == ".swc" else h.Import3d_Neurolucida3()
    reader.quiet = 1
    reader.input(str(path))
    cell = getattr(h, TEMPLATE)()
    h.Import3d_GUI(reader, False).instantiate(cell)
    cell.put_stub()
    for section in cell.all:
        section.nseg = 1 + 2 * int(section.L / SEGMENT)
    return cell
