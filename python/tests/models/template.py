"""A hoc template for cells that are built section by section from Python."""

from __future__ import annotations

from typing import Any

from neuron import h

NAME = "TestTree"

_TEMPLATE = f"""
begintemplate {NAME}
public soma, dend, apic, axon
public all, somatic, basal, apical, axonal
objref all, somatic, basal, apical, axonal
create soma[1], dend[1], apic[1], axon[1]

proc init() {{
    forall delete_section()
    all = new SectionList()
    somatic = new SectionList()
    basal = new SectionList()
    apical = new SectionList()
    axonal = new SectionList()
}}
endtemplate {NAME}
"""

_LISTS = {"soma": "somatic", "dend": "basal", "apic": "apical", "axon": "axonal"}


def new_cell(counts: dict[str, int]) -> Any:
    """A cell with `counts[kind]` unconnected sections `kind[0]`, `kind[1]`, ...

    The kinds are soma, dend, apic and axon. A kind that has no sections is left out of
    the lists; its public name then refers to deleted sections and must not be used.
    """
    if not h.name_declared(NAME):
        h(_TEMPLATE)
    cell = getattr(h, NAME)()
    for kind, sections in _LISTS.items():
        count = counts.get(kind, 0)
        if count == 0:
            continue
        h.execute(f"create {kind}[{count}]", cell)
        for index in range(count):
            section = getattr(cell, kind)[index]
            getattr(cell, sections).append(section)
            cell.all.append(section)
    return cell
