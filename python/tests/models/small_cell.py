"""A small cell with everything that a reduction must respect, quick to build and to run."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from neuron import h, nrn

from models import synapses
from models.synapses import Drive
from models.template import new_cell
from neuron_reduce import subtree_reductor

V_INIT = -65.0
"""Initial potential in mV."""

DURATION = 20.0
"""Of the runs that compare a cell with itself, in ms."""

WEIGHT = 2e-3
"""Mean weight in uS; enough for the soma's potential to move by several mV."""

# kind, index: parent kind, parent index, x on the parent, length (um), diameter (um), nseg
SHAPE: dict[tuple[str, int], tuple[str, int, float, float, float, int]] = {
    ("dend", 0): ("soma", 0, 0.0, 120.0, 2.5, 5),
    ("dend", 1): ("dend", 0, 1.0, 150.0, 1.2, 3),
    ("dend", 2): ("dend", 0, 0.5, 90.0, 1.0, 3),
    ("dend", 3): ("soma", 0, 0.5, 100.0, 1.8, 3),
    ("apic", 0): ("soma", 0, 1.0, 300.0, 3.5, 9),
    ("apic", 1): ("apic", 0, 1.0, 200.0, 1.5, 5),
    ("apic", 2): ("apic", 0, 1.0, 180.0, 1.4, 5),
    ("axon", 0): ("soma", 0, 0.0, 30.0, 1.5, 1),
    ("axon", 1): ("axon", 0, 1.0, 200.0, 1.0, 3),
}


def furnish(section: Any, length: float, diameter: float, nseg: int, active: bool) -> None:
    """Gives a section its shape, its leak, and the channels of hh where it is active."""
    section.L, section.diam, section.nseg = length, diameter, nseg
    section.Ra, section.cm = 120.0, 1.1
    section.insert("pas")
    for segment in section:
        segment.pas.g, segment.pas.e = 5e-5, -66.0
    if active:
        section.insert("hh")


def build(without: tuple[str, ...] = ()) -> Any:
    """A soma, two basal stems, an apical one and an axon, in a hoc template.

    :param without: kinds of section to leave out: dend, apic, axon.
    """
    shape = {key: value for key, value in SHAPE.items() if key[0] not in without}
    counts: dict[str, int] = {"soma": 1}
    for kind, _ in shape:
        counts[kind] = counts.get(kind, 0) + 1
    cell = new_cell(counts)
    furnish(cell.soma[0], 20.0, 20.0, 1, active=True)
    for (kind, index), (parent, parent_index, x, length, diameter, nseg) in shape.items():
        section = getattr(cell, kind)[index]
        furnish(section, length, diameter, nseg, active=kind == "axon")
        section.connect(getattr(cell, parent)[parent_index](x), 0)
    return cell


class PythonCell:
    """The same cell as Python classes are written: sections in lists, named after the cell."""

    def __init__(self, name: str = "python_cell"):
        self._name = name
        self.soma = h.Section(name="soma", cell=self)
        furnish(self.soma, 20.0, 20.0, 1, active=True)
        self.dend, self.apic, self.axon = [], [], []
        for (kind, index), (_, _, _, length, diameter, nseg) in SHAPE.items():
            section = h.Section(name=f"{kind}_{index}", cell=self)
            furnish(section, length, diameter, nseg, active=kind == "axon")
            getattr(self, kind).append(section)
        for (kind, index), (parent, parent_index, x, *_) in SHAPE.items():
            at = self.soma if parent == "soma" else getattr(self, parent)[parent_index]
            getattr(self, kind)[index].connect(at(x), 0)

    def __repr__(self) -> str:
        return self._name


def soma_of(cell: Any) -> Any:
    """The first soma section of either kind of cell."""
    return cell.soma if isinstance(cell.soma, nrn.Section) else cell.soma[0]


def dendrites_of(cell: Any) -> list[Any]:
    """The sections of a cell's lists basal and apical."""
    return [*cell.basal, *cell.apical]


def drive(cell: Any, seed: int = 1) -> Drive:
    """A synapse on every dendritic segment, of random kinds, each with its own NetCon."""
    if isinstance(cell, PythonCell):
        parts = SimpleNamespace(basal=cell.dend, apical=cell.apic, somatic=[cell.soma])
    else:
        parts = cell
    count = sum(section.nseg for section in dendrites_of(parts))
    made = synapses.cover(parts, seed, WEIGHT, count)
    for index, stimulus in enumerate(made.stimuli):
        stimulus.start, stimulus.interval = 1.0 + 0.2 * index, 6.0
    return made


@dataclass(frozen=True)
class Model:
    """A cell with its synapses, and a bystander: a cell of its own that is to stay untouched."""

    cell: Any
    drive: Drive
    bystander: Any
    bystander_drive: Drive

    def reduce(self, **arguments: Any) -> Any:
        """What `subtree_reductor` returns for the cell, with other arguments where given."""
        given = {
            "original_cell": self.cell,
            "synapses_list": self.drive.synapses,
            "netcons_list": self.drive.netcons,
            **arguments,
        }
        return subtree_reductor(**given)

    def voltages(self) -> list[list[float]]:
        """Both somata's potentials (mV) in a run from the start."""
        return run(soma_of(self.cell), soma_of(self.bystander))


def model(without: tuple[str, ...] = (), cell: Any = None) -> Model:
    """A small cell, or another, and its bystander, both with synapses."""
    cell = build(without) if cell is None else cell
    bystander = build()
    return Model(cell, drive(cell), bystander, drive(bystander, seed=2))


def run(*somata: Any, duration: float = DURATION) -> list[list[float]]:
    """The potentials (mV) in the middle of sections, in a run from the start."""
    traces = [h.Vector().record(soma(0.5)._ref_v) for soma in somata]
    h.v_init = V_INIT
    h.tstop = duration
    h.run()
    return [list(trace) for trace in traces]
