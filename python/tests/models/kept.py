"""A reduction with all that can be kept of one."""

from __future__ import annotations

import itertools
from typing import Any

from neuron import h, nrn

import neuron_reduce
from models import small_cell

DURATION = 200.0
"""Of the runs that are compared, in ms."""

SETTINGS: dict[str, dict[str, Any]] = {
    "classic": {},
    "lumped": {"segments": 12},
    "folded": {"segments": 20},
}
"""By method."""


class Driven:
    """A reduced cell, with what drives it.

    :ivar drive: that of the original.
    :ivar others: what is on or at the reduced cell besides.
    """

    def __init__(
        self, method: str, python: bool = False, noise: float = 0.7, in_place: bool = False
    ) -> None:
        self.original: Any = small_cell.PythonCell() if python else small_cell.build()
        soma = small_cell.soma_of(self.original)
        for index, (x, diameter) in enumerate(((0, 4.7), (7.3, 21.1), (13.9, 20.3), (19.7, 6.1))):
            soma.pt3dadd(1 + x, 0.3 * index, -2, diameter)
        self.drive = small_cell.drive(self.original)
        for index, (stimulus, netcon) in enumerate(
            zip(self.drive.stimuli, self.drive.netcons, strict=True)
        ):
            stimulus.noise = noise if index % 3 else 0.0
            stimulus.number = 1e9
            stimulus.noiseFromRandom123(index, 2, 3)
            netcon.weight[0] *= 0.5
            if index % 7 == 0:
                # Events of the same time, whose order decides the last bit.
                netcon.delay, stimulus.start, stimulus.interval, stimulus.noise = 1, 3, 5, 0
        self.reduction = neuron_reduce.reduce(
            self.original,
            self.drive.synapses,
            self.drive.netcons,
            method=method,
            in_place=in_place,
            **SETTINGS[method],
        )
        self.others = self._others()

    def _others(self) -> list[Any]:
        cell = self.reduction.cell
        soma = next(iter(cell.somatic))
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = 40, 60, 0.4
        played = h.IClamp(cell.dend[0](0.3))
        played.delay, played.dur = 0, 1e9
        values, times = h.Vector([0, 0.2, -0.1, 0.05]), h.Vector([0, 50, 110, 150])
        values.play(played._ref_amp, times, 1)
        autapse = h.NetCon(soma(0.5)._ref_v, self.reduction.synapses[0], -10, 0.7, 1e-3, sec=soma)
        silent = h.NetCon(self.drive.stimuli[0], self.reduction.synapses[1], 10, 1, 0.5)
        silent.active(False)
        sourceless = h.NetCon(None, self.reduction.synapses[2], 5, 2, 1e-3)
        h.ion_style("na_ion", 1, 1, 0, 0, 0, sec=soma)
        soma.ena = 48.25
        return [clamp, played, values, times, autapse, silent, sourceless]

    def run(self) -> list[float]:
        """The reduced cell's somatic potential."""
        return run(self.reduction.cell)[0]


def run(*cells: Any) -> list[list[float]]:
    """The somatic potentials (mV) of cells, in a run from the start."""
    return small_cell.run(*map(soma_of, cells), duration=DURATION)


def soma_of(cell: Any) -> nrn.Section:
    """Of a reduced cell or an instance."""
    return next(iter(cell.somatic))


def spikes(trace: list[float]) -> int:
    """How many."""
    return sum(first < -20 <= second for first, second in itertools.pairwise(trace))
