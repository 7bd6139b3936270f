"""What the network is: which cells are connected by which synapses, and what drives them."""

from __future__ import annotations

import numpy as np

SYNAPSES = 10_000

EXCITATORY = 8_500
"""So many of them are, the first ones."""

RATES = (2.5, 15.0)
"""Of excitatory and of inhibitory synapses, in Hz."""

DELAY = 1.0
"""Of connections that are not given one, in ms."""

SEED = 10
"""Of where the synapses are."""

INPUTS = 200
"""Synapses of each cell that have events from outside, each as often as all it stands for."""

CONNECTIONS = 50
"""Of each cell, from as many others at random, or from all where there are fewer."""

STRENGTH = 4.0
"""What the weights of connections are multiplied with, as if each were so many synapses."""

DELAYS = (1.0, 4.0)
"""Of connections, in ms; between these at random, so that no two events come at one time, whose
order would decide the last bit."""

STREAM = 1
"""Of the inputs' random numbers, Random123(gid, index, STREAM)."""

STEP = 0.025
"""In ms."""


def plan(gid: int, count: int) -> tuple[list[tuple[int, int, float]], list[int]]:
    """What is connected with a cell, by its gid alone.

    :param count: of the network's cells.
    :returns: the synapses that others are connected to, each with the other's gid and the delay in
        ms; and those that have a NetStim.
    """
    random = np.random.default_rng((SEED, gid))
    others = random.choice(count - 1, min(CONNECTIONS, count - 1), replace=False)
    connections = [
        (int(random.integers(EXCITATORY)), source + (source >= gid), random.uniform(*DELAYS))
        for source in others.tolist()
    ]
    return connections, random.choice(SYNAPSES, INPUTS, replace=False).tolist()


def interval(index: int) -> float:
    """Of the events from outside at a synapse, in ms."""
    return 1000 / RATES[index >= EXCITATORY] * INPUTS / SYNAPSES
