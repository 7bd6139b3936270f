"""What `evaluate` and `tune` are given to build: the small cell, driven by random streams."""

from __future__ import annotations

import dataclasses
from typing import Any

from neuron import h

from models import small_cell

RATE = 60.0
"""Of the events onto each synapse, in Hz."""


@dataclasses.dataclass
class Made:
    """A cell with its input; `resets` counts how often it was rewound."""

    cell: Any
    synapses: list[Any]
    netcons: list[Any]
    kept: list[Any]
    resets: int = 0

    def reset(self) -> None:
        """Rewinds the random streams."""
        self.resets += 1
        for stream in self.kept:
            if "Random" in stream.hname():
                stream.seq(1)


def make(seed: int) -> Made:
    """The cell, spiking now and then on Poisson input."""
    cell = small_cell.build()
    drive = small_cell.drive(cell, seed)
    kept = []
    for index, (stimulus, netcon) in enumerate(zip(drive.stimuli, drive.netcons, strict=True)):
        stream = h.Random()
        stream.Random123(index, seed, 0)
        stream.negexp(1)
        stimulus.interval, stimulus.start, stimulus.noise = 1000 / RATE, 0.0, 1.0
        stimulus.noiseFromRandom(stream)
        netcon.weight[0] *= 0.7
        kept += [stimulus, stream]
    return Made(cell, drive.synapses, drive.netcons, kept)


def make_tuple(seed: int) -> tuple[Any, ...]:
    """The same as a tuple, with more to keep alive."""
    made = make(seed)
    return made.cell, made.synapses, made.netcons, made
