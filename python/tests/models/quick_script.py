"""What a first script with this package does, from the morphology file to the second run.

It is run as a program, with "gui" as its argument also beside NEURON's windows, and prints one line
of JSON about what came of it.
"""

import json
import random
import sys

if "gui" in sys.argv[1:]:
    from neuron import gui  # noqa: F401
from neuron import h

import neuron_reduce

SYNAPSES = 200
RUN_MS = 150

# Parameters of Exp2Syn, mean interval between events in ms, weight in uS
FAST = ({"tau1": 0.3, "tau2": 1.8, "e": 0}, 400, 3e-4)
SLOW = ({"tau1": 1, "tau2": 8, "e": -86}, 70, 1.5e-4)


def dendritic_places(cell, count, seed):
    """Random segments of the cell's dendrites, long ones more often than short ones."""
    lengths = {
        segment: section.L / section.nseg
        for branches in (cell.basal, cell.apical)
        for section in branches
        for segment in section
    }
    return random.Random(seed).choices(list(lengths), weights=list(lengths.values()), k=count)


def noisy_stimulus(number, mean_interval):
    """Poisson events from a stream of their own; returns the NetStim and the stream."""
    stream = h.Random()
    stream.Random123(number)
    stream.negexp(1)
    stimulus = h.NetStim()
    stimulus.noiseFromRandom(stream)
    stimulus.noise, stimulus.start = 1, 10
    stimulus.interval, stimulus.number = mean_interval, 1e9
    return stimulus, stream


def run_again(streams, *recordings):
    """Plays the same events to the cell; returns what the vectors then hold."""
    for stream in streams:
        stream.seq(1)
    h.run()
    return [recording.to_python() for recording in recordings]


for library in ("stdrun.hoc", "import3d.hoc", "tiny_cell.hoc"):
    h.load_file(library)
complex_cell = h.TinyCell("tiny.swc")
h.celsius, h.v_init, h.tstop = 37, -70, RUN_MS

stimuli, streams, synapses_list, netcons_list = [], [], [], []
for number, place in enumerate(dendritic_places(complex_cell, SYNAPSES, seed=4)):
    parameters, mean_interval, weight = SLOW if number % 5 == 0 else FAST
    stimulus, stream = noisy_stimulus(number, mean_interval)
    synapse = h.Exp2Syn(place)
    for parameter, value in parameters.items():
        setattr(synapse, parameter, value)
    connection = h.NetCon(stimulus, synapse, 0, 0, weight)
    stimuli.append(stimulus)
    streams.append(stream)
    synapses_list.append(synapse)
    netcons_list.append(connection)

potential = h.Vector().record(complex_cell.soma[0](0.5)._ref_v)
clock = h.Vector().record(h._ref_t)

full, full_times = run_again(streams, potential, clock)
reduced_cell, synapses_list, netcons_list = neuron_reduce.subtree_reductor(
    complex_cell, synapses_list, netcons_list, reduction_frequency=0, total_segments_manual=-1
)
reduced, reduced_times = run_again(streams, potential, clock)

report = {
    "full": full,
    "reduced": reduced,
    "same times": full_times == reduced_times,
    "synapses": len(synapses_list),
    "connections": len(netcons_list),
    "weight": sum(connection.weight[0] for connection in netcons_list),
    "sections": len(list(h.allsec())),
    "celsius": h.celsius,
}
print(json.dumps(report))
