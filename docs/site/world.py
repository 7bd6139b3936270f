"""What the pages of the guide speak of without building it: the demo's cell, and its inputs.

Everything is as the pages have it but for its size: see `SYNAPSES`, `_few` and `_short`.
"""

import builtins
import functools
import json
import os
import pathlib
import pickle
import sys
import types

import numpy as np
from neuron import h

import neuron_reduce
from l5pc.cell import INITIAL_VOLTAGE, TEMPERATURE, load
from l5pc.drive import place_synapses

ROOT = pathlib.Path(__file__).resolve().parents[2]

SYNAPSES = 300
"""In the place of the demo's 10,000, with weights that make up for it."""


def _cell(seed=0):
    cell = load(ROOT / ".cache")
    drive = place_synapses(cell, SYNAPSES, stream=seed)
    for netcon in drive.netcons:
        netcon.weight[0] *= 10
    return cell, drive


def make_cell(seed):
    """As `evaluate` asks for one."""
    cell, drive = _cell(seed)
    return cell, drive.synapses, drive.netcons, drive


def _short(call):
    """`evaluate` or `tune`, for a moment, of one seed."""

    @functools.wraps(call)
    def shorter(make_cell, *arguments, **named):
        # Inputs begin after 300 ms where nothing else is said.
        named["tstop"] = min(named.get("tstop", 1000), 350 if "inputs" in named else 100)
        if call.__name__ == "evaluate":
            named["ceiling"] = False
        named["seeds"] = tuple(named.get("seeds", ()))[:1] or (1,)
        return call(make_cell, *arguments, **named)

    return shorter


def names():
    """By name; files are written to the working directory."""
    h.load_file("stdrun.hoc")
    cell, drive = _cell()
    complex_cell, published = _cell()
    for section in cell.apical:
        section.insert("ca_ion")
    h.celsius, h.v_init, h.tstop = TEMPERATURE, INITIAL_VOLTAGE, 50
    h.steps_per_ms, h.dt = 10, 0.1
    stimulus = h.NetStim()
    reduction = _network_cell(cell)
    for name in ("evaluate", "tune"):
        setattr(neuron_reduce, name, _short(getattr(neuron_reduce, name)))
    # For the job array of docs/sweeps.md.
    os.environ |= {"SLURM_ARRAY_TASK_ID": "0", "SLURM_CPUS_PER_TASK": "1"}
    module = sys.modules["my_cell"] = types.ModuleType("my_cell")
    module.cell, module.synapses, module.netcons = cell, drive.synapses, drive.netcons
    factors = np.linspace(0.5, 2, len(_few(100)))
    return {
        "range": _few,
        "factors": factors,
        "h": h,
        "json": json,
        "np": np,
        "pathlib": pathlib,
        "pickle": pickle,
        "neuron_reduce": neuron_reduce,
        "make_cell": make_cell,
        "network_cell": reduction,
        "cell": cell,
        "synapses": drive.synapses,
        "netcons": drive.netcons,
        "stimulus": stimulus,
        "complex_cell": complex_cell,
        "synapses_list": published.synapses,
        "netcons_list": published.netcons,
        "kept": drive,
    }


def _few(*arguments):
    """`range`, in which hundreds and thousands of trials or cells are twenty."""
    whole = builtins.range(*arguments)
    return whole[:20]


def _network_cell(cell):
    """Reduced and in `cell.json`, so small that a network of it is run in a moment."""
    synapses = [h.ExpSyn(cell.dend[0](0.5)) for _ in range(20)]
    for i, synapse in enumerate(synapses):
        synapse.tau = 1 + i % 3
    netcons = [h.NetCon(None, synapse, 0, 1, 1e-4) for synapse in synapses]
    reduction = neuron_reduce.reduce(cell, synapses, netcons, segments=3, rates=1)
    reduction.save("cell.json")
    return reduction
