"""The synaptic drive of the demo: Poisson-driven synapses spread over the dendrites."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from neuron import h


@dataclasses.dataclass
class Drive:
    """Synapses and what drives them; entry ``i`` of each list belongs to synapse ``i``.

    A reduction returns those of the synapses that remain, and the NetCons: assign them to
    ``synapses`` and ``netcons``. NetStims and random streams stay as they are.
    """

    synapses: list[Any]
    netstims: list[Any]
    netcons: list[Any]
    randoms: list[Any]

    def reset(self) -> None:
        """Rewind all random streams, so that the next run gets the same input events.

        NEURON 9 rewinds them by itself, to position 0 and at every initialisation; NEURON 8.2
        starts at position 1 as set here. Events therefore differ between these two versions.
        """
        for random in self.randoms:
            random.seq(1)


def place_synapses(
    cell: Any,
    count: int = 10_000,
    seed: int = 10,
    excitatory_weight: float = 0.0016,
    inhibitory_weight: float = 0.0008,
    excitatory_fraction: float = 0.85,
    excitatory_rate: float = 2.5,
    inhibitory_rate: float = 15.0,
    start: float = 100.0,
    stream: int = 0,
) -> Drive:
    """Put ``count`` Exp2Syn on the apical and basal dendrites of ``cell`` and drive each.

    The segment of a synapse is drawn with a probability proportional to the segment's length,
    from a generator seeded with ``seed``. The first ``excitatory_fraction`` of the synapses are
    excitatory (reversal 0 mV, rise 0.3 ms, decay 1.8 ms), the others inhibitory (reversal -86 mV,
    rise 1 ms, decay 8 ms). Synapse ``i`` is driven by a NetStim of its own with the random stream
    Random123(i, ``stream``): Poisson events from ``start`` (ms) on at the rate given in Hz, through
    a NetCon with no delay. Weights are peak conductances in µS.
    """
    segments = [seg for part in (cell.apical, cell.basal) for sec in part for seg in sec]
    lengths = np.array([seg.sec.L / seg.sec.nseg for seg in segments])
    chosen = np.random.RandomState(seed).choice(
        len(segments), size=count, p=lengths / lengths.sum()
    )
    excitatory_count = round(excitatory_fraction * count)

    drive = Drive([], [], [], [])
    for i, index in enumerate(chosen):
        synapse = h.Exp2Syn(segments[index])
        drive.synapses.append(synapse)
        if i < excitatory_count:
            synapse.e, synapse.tau1, synapse.tau2 = 0.0, 0.3, 1.8
            weight, rate = excitatory_weight, excitatory_rate
        else:
            synapse.e, synapse.tau1, synapse.tau2 = -86.0, 1.0, 8.0
            weight, rate = inhibitory_weight, inhibitory_rate

        random = h.Random()
        random.Random123(i, stream, 0)
        random.negexp(1)

        netstim = h.NetStim()
        netstim.interval = 1000.0 / rate
        netstim.number = 9e9
        netstim.start = start
        netstim.noise = 1
        netstim.noiseFromRandom(random)

        netcon = h.NetCon(netstim, synapse)
        netcon.delay = 0
        netcon.weight[0] = weight

        drive.netstims.append(netstim)
        drive.netcons.append(netcon)
        drive.randoms.append(random)
    drive.reset()
    return drive
