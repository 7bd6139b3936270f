"""A user's script, as upstream's introduction has it, on a small cell: run as a program.

Only the last lines, which print what the test asks for, are not from there.
"""

import sys

if "gui" in sys.argv:
    from neuron import gui, h  # noqa: F401
else:
    from neuron import h
import json

import numpy as np

import neuron_reduce

# Create the model
h.load_file("import3d.hoc")
h.load_file("tiny_cell.hoc")
complex_cell = h.TinyCell("tiny.swc")
h.celsius = 37
h.v_init = complex_cell.soma[0].e_pas

# Add synapses to the model
synapses_list, netstims_list, netcons_list, randoms_list = [], [], [], []

all_segments = [i for j in map(list, list(complex_cell.apical)) for i in j] + [
    i for j in map(list, list(complex_cell.basal)) for i in j
]
len_per_segment = np.array([seg.sec.L / seg.sec.nseg for seg in all_segments])
rnd = np.random.RandomState(10)
for i in range(200):
    seg_for_synapse = rnd.choice(all_segments, p=len_per_segment / sum(len_per_segment))
    synapses_list.append(h.Exp2Syn(seg_for_synapse))
    if rnd.uniform() < 0.85:
        e_syn, tau1, tau2, spike_interval, syn_weight = 0, 0.3, 1.8, 1000 / 2.5, 0.0003
    else:
        e_syn, tau1, tau2, spike_interval, syn_weight = -86, 1, 8, 1000 / 15.0, 0.00015
    # set synaptic variables
    synapses_list[i].e, synapses_list[i].tau1, synapses_list[i].tau2 = e_syn, tau1, tau2
    # set netstim variables
    netstims_list.append(h.NetStim())
    netstims_list[i].interval, netstims_list[i].number = spike_interval, 9e9
    netstims_list[i].start, netstims_list[i].noise = 10, 1
    # set random
    randoms_list.append(h.Random())
    randoms_list[i].Random123(i)
    randoms_list[i].negexp(1)
    netstims_list[i].noiseFromRandom(randoms_list[i])
    # set netcon variables
    netcons_list.append(h.NetCon(netstims_list[i], synapses_list[i]))
    netcons_list[i].delay, netcons_list[i].weight[0] = 0, syn_weight

# Simulate the full neuron
soma_v = h.Vector()
soma_v.record(complex_cell.soma[0](0.5)._ref_v)

time_v = h.Vector()
time_v.record(h._ref_t)

h.tstop = 150
h.run()
complex_cell_v = list(soma_v)
complex_time = list(time_v)

# apply Neuron_Reduce to simplify the cell
reduced_cell, synapses_list, netcons_list = neuron_reduce.subtree_reductor(
    complex_cell, synapses_list, netcons_list, reduction_frequency=0, total_segments_manual=-1
)
for r in randoms_list:
    r.seq(1)  # reset random

# Run the simulation again but now on the reduced cell
h.run()
reduced_cell_v = list(soma_v)
reduced_time = list(time_v)

print(
    json.dumps(
        {
            "full": complex_cell_v,
            "reduced": reduced_cell_v,
            "same times": complex_time == reduced_time,
            "synapses": len(synapses_list),
            "connections": len(netcons_list),
            "weight": sum(netcon.weight[0] for netcon in netcons_list),
            "sections": sum(1 for _ in h.allsec()),
            "celsius": h.celsius,
        }
    )
)
