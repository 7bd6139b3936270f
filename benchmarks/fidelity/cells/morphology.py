"""Cells built from a morphology file alone: no channels yet, the axon replaced by a stub."""

from __future__ import annotations

import pathlib
from typing import Any

from neuron import h

TEMPLATE = "ImportedCell"

_HOC = f"""
begintemplate {TEMPLATE}
public soma, dend, apic, axon, myelin, all, somatic, basal, apical, axonal, myelinated
public put_stub, put_myelin
objref this, all, somatic, basal, apical, axonal, myelinated
create soma[1], dend[1], apic[1], axon[1], myelin[1]
proc init() {{
    forall delete_section()
    all = new SectionList()
    somatic = new SectionList()
    basal = new SectionList()
    apical = new SectionList()
    axonal = new SectionList()
    myelinated = new SectionList()
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
    connect axon[0](0), soma[0]($1)
    connect axon[1](0), axon[0](1)
}}
proc put_myelin() {{
    create myelin[1]
    myelin[0] {{
        all.append()
        myelinated.append()
        nseg = 5
        L = 1000
        diam = $1
    }}
    connect myelin[0](0), axon[1](1)
}}
endtemplate {TEMPLATE}
"""

SEGMENT = 40.0
"""A section of the length L has 1 + 2·int(L / ``SEGMENT``) segments; in µm."""


def build(path: pathlib.Path) -> Any:
    """Return a cell with the soma and the dendrites of a morphology file (.swc or .asc).

    Its axon is a stub of two sections of 30 µm × 1 µm at the middle of the soma.
    """
    cell = _read(path)
    cell.put_stub(0.5)
    for section in cell.all:
        section.nseg = 1 + 2 * int(section.L / SEGMENT)
    return cell


def build_with_axon(path: pathlib.Path, segments: int, has_myelin: bool) -> Any:
    """Return a cell with the soma and the dendrites of a file, and what its axon begins with.

    The axon is two sections of 30 µm at the end of the soma, with the diameters that the file has
    in the axon's first 60 µm.

    :param segments: of each of the two.
    :param has_myelin: whether 1 mm as thick as the end of the stub goes on from there.
    """
    cell = _read(path)
    diameters = _axon_diameters(cell, 2 * segments)
    cell.put_stub(1)
    for section in cell.all:
        section.nseg = 1 + 2 * int(section.L / SEGMENT)
    for section in cell.axonal:
        section.nseg = segments
    for segment, diameter in zip(
        (each for section in cell.axonal for each in section), diameters, strict=True
    ):
        segment.diam = diameter
    if has_myelin:
        cell.put_myelin(diameters[-1])
    return cell


def _axon_diameters(cell: Any, count: int) -> list[float]:
    """The diameters of the first pieces of the axon, of which ``count`` are 60 µm."""
    found = []
    for section in cell.axonal:
        section.nseg = 1 + 2 * int(section.L * count / 60 / 2)
        found += [segment.diam for segment in section]
        if len(found) >= count:
            break
    if not found:
        raise ValueError("The morphology has no axon.")
    return (found + [found[-1]] * count)[:count]


def _read(path: pathlib.Path) -> Any:
    """Return a cell as it is in the file."""
    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    if not h.name_declared(TEMPLATE):
        h(_HOC)
    reader = h.Import3d_SWC_read() if path.suffix == ".swc" else h.Import3d_Neurolucida3()
    reader.quiet = 1
    reader.input(str(path))
    cell = getattr(h, TEMPLATE)()
    h.Import3d_GUI(reader, False).instantiate(cell)
    return cell
