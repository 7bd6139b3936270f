"""Objects that have no place in the arguments of a reduction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import neuron
import numpy as np
from neuron import h

from models.small_cell import Model


def deleted_sections(count: int) -> list[Any]:
    """References to sections that are gone."""
    sections = [h.Section(name=f"deleted{index}") for index in range(count)]
    for section in sections:
        h.delete_section(sec=section)
    return sections


class _FakeObject:
    """Claims to be a NEURON object."""

    def hocobjptr(self) -> int:
        return 4096


class _LyingVector(neuron.hclass(h.Vector)):
    """A NEURON object that lies about where it is."""

    def hocobjptr(self) -> int:
        return 4096


NEITHER: dict[str, Callable[[Model], Any]] = {
    "None": lambda model: None,
    "number": lambda model: 5,
    "text": lambda model: "x",
    "list": lambda model: [model.drive.synapses[1]],
    "array": lambda model: np.arange(3.0),
    "fake object": lambda model: _FakeObject(),
    "lying Vector": lambda model: _LyingVector(),
    "Vector": lambda model: h.Vector(),
    "List": lambda model: h.List(),
    "SectionList": lambda model: h.SectionList(),
    "NetStim": lambda model: model.drive.stimuli[1],
    "IntFire1": lambda model: h.IntFire1(),
    "Random": lambda model: h.Random(),
    "CVode": lambda model: h.CVode(),
    "ParallelContext": lambda model: h.ParallelContext(),
    "StringFunctions": lambda model: h.StringFunctions(),
    "MechanismStandard": lambda model: h.MechanismStandard("ExpSyn"),
    "PythonObject": lambda model: h.PythonObject(),
    "hoc template": lambda model: model.bystander,
    "hoc": lambda model: h,
    "number reference": lambda model: h.ref(1.0),
    "text reference": lambda model: h.ref("x"),
    "object reference": lambda model: h.ref(model.drive.synapses[1]),
    "null reference": lambda model: h.ref(None),
    "voltage reference": lambda model: model.cell.soma[0](0.5)._ref_v,
    "hoc function": lambda model: h.finitialize,
    "hoc class": lambda model: h.NetCon,
    "section": lambda model: model.cell.dend[0],
    "section array": lambda model: model.cell.dend,
    "segment": lambda model: model.cell.dend[0](0.5),
    "mechanism": lambda model: model.cell.dend[0](0.5).pas,
    "method of a NetCon": lambda model: model.drive.netcons[1].event,
    "weights of a NetCon": lambda model: model.drive.netcons[1].weight,
    "class of synapses": lambda model: h.ExpSyn,
}
"""By name: makes an object that is neither a synapse nor a NetCon."""
