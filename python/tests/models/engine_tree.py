"""A tree of sections for runs by the engine, made in Python."""

from __future__ import annotations

from typing import Any

from neuron import h


def section(name: str, length: float = 100.0, diameter: float = 2.0, nseg: int = 1) -> Any:
    """A passive section."""
    made = h.Section(name=name)
    made.L, made.diam, made.nseg = length, diameter, nseg
    made.Ra = 120
    made.insert("pas")
    for segment in made:
        segment.pas.g, segment.pas.e = 1e-4, -65
    return made


class Tree:
    """Sections of several sizes, with children at 0, 0.5 and 1, by their ends 0 and 1."""

    def __init__(self) -> None:
        self.soma = section("soma", 20, 20)
        self.soma.insert("hh")
        self.basal = [section(f"dend{index}", 80 + 20 * index, 1.5, 3) for index in range(3)]
        self.apical = [section("trunk", 300, 3, 7), section("tuft", 150, 1, 4)]
        self.axon = section("axon", 200, 1, 5)
        self.axon.insert("hh")
        self.basal[0].connect(self.soma(0))
        self.basal[1].connect(self.soma(0.5))
        self.basal[2].connect(self.basal[1](0.5), 1)
        self.apical[0].connect(self.soma(1))
        self.apical[1].connect(self.apical[0](0.3))
        self.axon.connect(self.soma(0))
        self.kept: list[Any] = []

    @property
    def sections(self) -> list[Any]:
        return [self.soma, *self.basal, *self.apical, self.axon]

    def potentials(self) -> list[Any]:
        """References to all potentials, ends included, the soma's first."""
        return [
            self.soma(0.5)._ref_v,
            *(segment._ref_v for section in self.sections for segment in section.allseg()),
        ]

    def synapse(self, kind: str, segment: Any, **parameters: float) -> Any:
        made = getattr(h, kind)(segment)
        for name, value in parameters.items():
            setattr(made, name, value)
        self.kept.append(made)
        return made

    def drive(self, synapse: Any, weight: float, **parameters: float) -> Any:
        """A NetCon with a NetStim of its own."""
        stimulus = h.NetStim()
        stimulus.number = 1e9
        # The stream it has by itself depends on how many there were before in the session.
        stimulus.noiseFromRandom123(len(self.kept), 1, 2)
        for name, value in parameters.items():
            setattr(stimulus, name, value)
        netcon = h.NetCon(stimulus, synapse)
        netcon.weight[0] = weight
        self.kept += [stimulus, netcon]
        return netcon


def driven_tree() -> Tree:
    """A tree that fires."""
    tree = Tree()
    for index, section in enumerate(tree.sections[1:]):
        for x in (0.0, 0.4, 1.0):
            synapse = tree.synapse("Exp2Syn", section(x), tau1=0.3, tau2=2.5, e=0)
            netcon = tree.drive(synapse, 2e-3, start=1 + index, interval=7 + index, noise=0.7)
            netcon.delay = 0.4 + 0.13 * index
    return tree
