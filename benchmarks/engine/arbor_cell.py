"""A cell of the NEURON session as a cell for Arbor: the same compartments, channels, synapses and
events.

Compartments are NEURON's segments, with NEURON's own areas and resistances between them, whatever
shapes these came from: a cylinder that does not resist has a segment's area, and one of hardly any
area is the resistance between two. Channels are those of the catalogues that come with Arbor under
the names that they have in NEURON, from the same published formulas. Events are lists of times:
those of NEURON's NetStims.

Arbor integrates the same equations with the same time step, but takes what makes a step in another
order: potentials differ by what the time step leaves open.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import arbor
import numpy as np
from arbor import units
from neuron import h

NEARLY_NO_AREA = 1e-7
"""Area in µm² of what stands for a resistance."""

NEARLY_NO_RESISTANCE = 1e-6
"""Resistivity in Ω cm of what stands for an area."""

CALCIUM = "ca"
SOMA = "soma"


class Cylinder(NamedTuple):
    """A piece of the cell, in µm, after another."""

    parent: int
    length: float
    diameter: float


class Shape:
    """A cell's segments as cylinders.

    :ivar segments: NEURON's.
    :ivar areas: by segment the cylinder that has its area.
    :ivar resistances: by resistivity in Ω cm the cylinders that have it.
    :ivar tree: Arbor's, with the cylinders' indices for tags.
    """

    def __init__(self, root: Any):
        self.segments: list[Any] = []
        self.areas: list[int] = []
        self.resistances: dict[float, list[int]] = collections.defaultdict(list)
        self._cylinders: list[Cylinder] = []
        self._add(root, arbor.mnpos, 0.0)
        self.tree = arbor.segment_tree()
        for tag, each in enumerate(self._cylinders):
            # Where in space it lies means nothing.
            begin = arbor.mpoint(0, 0, 0, each.diameter / 2)
            end = arbor.mpoint(each.length, 0, 0, each.diameter / 2)
            self.tree.append(each.parent, begin, end, tag)
        self._places = self._located()

    def middle(self, segment: int) -> str:
        """The middle of a segment, in Arbor's words."""
        branch, begin, end = self._places[self.areas[segment]]
        return f"(location {branch} {(begin + end) / 2!r})"

    def boundaries(self) -> str:
        """Where compartments begin, in Arbor's words."""
        resistances = [each for some in self.resistances.values() for each in some]
        places = [self._places[each] for each in resistances]
        return _of_all("sum", [f"(location {branch} {begin!r})" for branch, begin, _end in places])

    def _add(self, section: Any, parent: int, before: float) -> None:
        """Adds a section, and all that is attached to it.

        :param parent: what it is attached to.
        :param before: the resistance (MΩ) that is still to come between that and its beginning.
        """
        children = [(each, each.parentseg().x) for each in section.children()]
        count, is_root = section.nseg, parent == arbor.mnpos
        for child, x in children:
            if child.orientation() != 0 or (x == 0 and not is_root):
                raise ValueError(
                    f"{child} is attached to {child.parentseg()}; expected sections attached by "
                    "their end 0, and no other's but the root's"
                )
        for index, segment in enumerate(section):
            if index or not is_root:
                parent = self._resistance(parent, before + segment.ri(), section.Ra)
            before = 0.0
            parent = self._area(parent, segment)
            if is_root and not index:
                beginning = [child for child, x in children if x == 0]
                self._attach(beginning, parent, segment.ri(), section.Ra)
            for child, x in children:
                if 0 < x < 1 and int(x * count) == index:
                    self._add(child, parent, 0.0)
        end = [child for child, x in children if x == 1]
        self._attach(end, parent, section(1).ri(), section.Ra)

    def _attach(self, children: Sequence[Any], parent: int, before: float, resistivity: float):
        """Sections at an end of one, a resistance away from its nearest segment's middle."""
        if len(children) > 1:
            parent, before = self._resistance(parent, before, resistivity), 0.0
        for child in children:
            self._add(child, parent, before)

    def _area(self, parent: int, segment: Any) -> int:
        size = math.sqrt(segment.area() / math.pi)
        self.segments.append(segment)
        self.areas.append(len(self._cylinders))
        self._cylinders.append(Cylinder(parent, size, size))
        return self.areas[-1]

    def _resistance(self, parent: int, megaohms: float, resistivity: float) -> int:
        # R = 4 ρ L / (π d²), area = π d L
        ratio = 4 * resistivity * 1e-2 / (math.pi * megaohms)
        diameter = (ratio * NEARLY_NO_AREA / math.pi) ** (1 / 3)
        self.resistances[resistivity].append(len(self._cylinders))
        self._cylinders.append(Cylinder(parent, diameter**2 / ratio, diameter))
        return len(self._cylinders) - 1

    def _located(self) -> list[tuple[int, float, float]]:
        """By cylinder its branch, and from where to where on it."""
        morphology = arbor.morphology(self.tree)
        found: dict[int, tuple[int, float, float]] = {}
        for branch in range(morphology.num_branches):
            pieces = [each.tag for each in morphology.branch_segments(branch)]
            ends = np.cumsum([0, *(self._cylinders[each].length for each in pieces)])
            ends /= ends[-1]
            for piece, begin, end in zip(pieces, ends[:-1], ends[1:], strict=True):
                found[piece] = (branch, float(begin), float(end))
        return [found[each] for each in range(len(self._cylinders))]


def _of_all(operation: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({operation} {' '.join(parts)})"


class Recipe(arbor.recipe):
    """One cell, driven by lists of events.

    :ivar shape: its compartments.
    :ivar cell: Arbor's.
    """

    def __init__(self, cell: Any, synapses: Iterable[Any], events: Iterable[tuple[Any, ...]]):
        """:param events: see :func:`events_of`."""
        super().__init__()
        root = next(iter(cell.somatic))
        self.shape = Shape(h.SectionRef(sec=root).root)
        self._indices = {
            (each.sec.name(), each.x): index for index, each in enumerate(self.shape.segments)
        }
        self._catalogue = arbor.default_catalogue()
        self._catalogue.extend(arbor.bbp_catalogue(), "")
        self._soma = self._index(root(0.5))
        synapses = list(synapses)
        # Those of a kind at a place are one name's, of which each NetCon takes the next.
        groups: dict[tuple[Any, ...], list[int]] = collections.defaultdict(list)
        for number, synapse in enumerate(synapses):
            groups[self._kind(synapse)].append(number)
        self.cell = self._made(groups)
        names = {synapses[each]: str(min(all)) for all in groups.values() for each in all}
        self._generators = [
            arbor.event_generator(
                arbor.cell_local_label(names[synapse], arbor.selection_policy.round_robin),
                weight,
                arbor.explicit_schedule([time * units.ms for time in times]),
            )
            for synapse, weight, times in events
            if len(times)
        ]

    def _index(self, segment: Any) -> int:
        return self._indices[segment.sec.name(), segment.x]

    def _kind(self, synapse: Any) -> tuple[Any, ...]:
        """Where a synapse is, its mechanism and its parameters."""
        name = synapse.hname().partition("[")[0].lower()
        values = self._parameters(name, synapse)
        return self._index(synapse.get_segment()), name, tuple(sorted(values.items()))

    def _made(self, groups: dict[tuple[Any, ...], list[int]]) -> Any:
        shape, decor = self.shape, arbor.decor()
        temperature = (h.celsius + 273.15) * units.Kelvin
        decor.set_property(Vm=h.v_init * units.mV, tempK=temperature)
        decor.paint(_tagged(shape.areas), rL=NEARLY_NO_RESISTANCE * units.Ohm * units.cm)
        for resistivity, cylinders in shape.resistances.items():
            decor.paint(_tagged(cylinders), rL=resistivity * units.Ohm * units.cm)
        for (what, *values), cylinders in self._painted().items():
            region = _tagged(cylinders)
            if what == "cm":
                # µF/cm² to F/m²
                decor.paint(region, cm=values[0] * 1e-2 * units.F / units.m2)
            elif what == "e":
                decor.paint(region, ion=values[0], rev_pot=values[1] * units.mV)
            else:
                decor.paint(region, arbor.density(values[0], dict(values[1])))
        decor.set_ion(CALCIUM, method="nernst/x=ca")
        for (index, name, values), numbers in groups.items():
            places = _of_all("sum", [shape.middle(index)] * len(numbers))
            decor.place(places, arbor.synapse(name, dict(values)), str(min(numbers)))
        return arbor.cable_cell(
            shape.tree, decor, arbor.label_dict(), arbor.cv_policy_explicit(shape.boundaries())
        )

    def _parameters(self, mechanism: str, source: Any) -> dict[str, float]:
        """Those of Arbor's mechanism that NEURON's has too."""
        names = self._catalogue[mechanism].parameters
        return {each: getattr(source, each) for each in names if hasattr(source, each)}

    def _painted(self) -> dict[tuple[Any, ...], list[int]]:
        """What segments have, each with the cylinders of all segments that have it."""
        found: dict[tuple[Any, ...], list[int]] = collections.defaultdict(list)
        for segment, cylinder in zip(self.shape.segments, self.shape.areas, strict=True):
            found["cm", segment.cm].append(cylinder)
            for ion in ("na", "k"):
                if h.ismembrane(f"{ion}_ion", sec=segment.sec):
                    found["e", ion, getattr(segment, f"e{ion}")].append(cylinder)
            for mechanism in segment:
                name = mechanism.name()
                if mechanism.is_ion():
                    continue
                if name not in self._catalogue:
                    raise ValueError(f"Arbor has no {name}")
                values = self._parameters(name, mechanism)
                called = f"{name}/e={mechanism.e!r}" if name == "pas" else name
                found["mechanism", called, tuple(sorted(values.items()))].append(cylinder)
        return found

    def num_cells(self) -> int:
        return 1

    def cell_kind(self, gid: int) -> Any:
        return arbor.cell_kind.cable

    def cell_description(self, gid: int) -> Any:
        return self.cell

    def event_generators(self, gid: int) -> list[Any]:
        return self._generators

    def probes(self, gid: int) -> list[Any]:
        return [arbor.cable_probe_membrane_voltage(self.shape.middle(self._soma), SOMA)]

    def global_properties(self, kind: Any) -> Any:
        properties = arbor.neuron_cable_properties()
        properties.catalogue = self._catalogue
        properties.set_ion(
            CALCIUM, valence=2, int_con=h.cai0_ca_ion * units.mM, ext_con=h.cao0_ca_ion * units.mM
        )
        return properties


def _tagged(cylinders: Sequence[int]) -> str:
    return _of_all("join", [f"(tag {each})" for each in cylinders])


def events_of(netcons: Sequence[Any], tstop: float) -> list[tuple[Any, float, np.ndarray]]:
    """What NetCons deliver in a run of NEURON's: synapses, weights in µS, and times in ms."""
    times, numbers = h.Vector(), h.Vector()
    counters = []
    for number, netcon in enumerate(netcons):
        counters.append(h.NetCon(netcon.pre(), None))
        counters[-1].record(times, numbers, number)
    h.tstop = tstop
    h.run()
    sources = numbers.as_numpy().astype(int)
    order = np.argsort(sources, kind="stable")
    ends = np.searchsorted(sources[order], np.arange(len(netcons) + 1))
    found = times.as_numpy()[order]
    return [
        (netcon.syn(), netcon.weight[0], found[begin:end] + netcon.delay)
        for netcon, begin, end in zip(netcons, ends[:-1], ends[1:], strict=True)
    ]


class Simulation:
    """A cell in Arbor, one thread."""

    def __init__(self, recipe: Recipe):
        self._recipe = recipe
        self._simulation = arbor.simulation(recipe, arbor.context(threads=1))

    def run(self, tstop: float) -> None:
        """From the beginning."""
        self._simulation.reset()
        self._simulation.run(tstop * units.ms, h.dt * units.ms)

    def potential(self, tstop: float) -> np.ndarray:
        """The soma's, at all time steps: times in ms and mV, shaped (n, 2)."""
        handle = self._simulation.sample((0, SOMA), arbor.regular_schedule(h.dt * units.ms))
        self.run(tstop)
        (found,) = self._simulation.samples(handle)
        self._simulation.remove_sampler(handle)
        return found[0]
