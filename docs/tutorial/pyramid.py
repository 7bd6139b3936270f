"""The documentation's cell with inputs: what the tutorial builds step by step, in one function."""

import pathlib

import numpy as np
from neuron import h

EXCITATORY, INHIBITORY = 160, 40


def make_cell(seed=1):
    """A cell, its synapses, and a NetCon for each from a NetStim of its own.

    :param seed: of the events. Where the synapses are does not depend on it.
    :returns: the cell, the synapses, the NetCons, and the NetStims, which must be kept.
    """
    h.load_file("stdrun.hoc")
    if not h.name_declared("Pyramid"):
        h.load_file(str(pathlib.Path(__file__).with_name("Pyramid.hoc")))
    cell = h.Pyramid()
    segments = [seg for part in (cell.basal, cell.apical) for sec in part for seg in sec]
    lengths = np.array([seg.sec.L / seg.sec.nseg for seg in segments])
    chosen = np.random.default_rng(7).choice(
        len(segments), EXCITATORY + INHIBITORY, p=lengths / lengths.sum()
    )
    synapses, netcons, stimuli = [], [], []
    for i, index in enumerate(chosen):
        synapse = h.Exp2Syn(segments[index])
        stimulus = h.NetStim()
        stimulus.start, stimulus.number, stimulus.noise = 0, 1e9, 1
        stimulus.noiseFromRandom123(i, seed, 0)
        netcon = h.NetCon(stimulus, synapse)
        netcon.delay = 1
        if i < EXCITATORY:
            synapse.e, synapse.tau1, synapse.tau2 = 0, 0.3, 2
            stimulus.interval, netcon.weight[0] = 1000 / 10, 0.004
        else:
            synapse.e, synapse.tau1, synapse.tau2 = -80, 1, 8
            stimulus.interval, netcon.weight[0] = 1000 / 20, 0.0008
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)
    return cell, synapses, netcons, stimuli
