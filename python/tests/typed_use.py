"""What the README shows, as a typed script: checked by `test_typing.py`, never run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from neuron import h  # type: ignore[import-untyped]

import neuron_reduce


def make_cell(seed: int) -> tuple[Any, list[Any], list[Any]]:
    return h.L5PC(), [], [h.Vector(seed)]


cell, synapses, netcons = make_cell(1)

reduced_cell, synapses, netcons = neuron_reduce.subtree_reductor(
    cell, synapses, netcons, reduction_frequency=0, total_segments_manual=-1
)
segments: int = sum(section.nseg for section in reduced_cell.all)
*_, places = neuron_reduce.subtree_reductor(
    cell, synapses, netcons, 38.5, "own.hoc", 0.5, {"Exp2Syn": ["tau1"]}, return_seg_to_seg=True
)
print(segments, reduced_cell.hoc_model, dict(zip(places, places, strict=True)))

reduction: neuron_reduce.Reduction = neuron_reduce.reduce(
    cell,
    tuple(synapses),
    tuple(netcons),
    method="lumped",
    rates=np.full(len(synapses), 5.0),
    compared_parameters={"Exp2Syn": ("tau1", "tau2")},
)
reduced_cell, synapses, netcons = reduction
place = reduction.place("apic[40]", 0.5)
folded = neuron_reduce.reduce(
    cell, [], [], method="folded", segments=90, sites=[cell.apic[36](0.9), "dend[4]", ("apic", 0.5)]
)
tuft, branch, _ = folded.sites
print(tuft.x, len(branch), [each.inward_share for each in folded.record.shared_inward])
cables: list[str] = [cable.name for cable in reduction.cables]
print(reduction, place.x, cables, reduction.record.notes[0].upper(), neuron_reduce.__version__)

evaluation = neuron_reduce.evaluate(make_cell, tstop=2000, seeds=(1, 2, 3), sites=[("dend", 0.5)])
neuron_reduce.tune(
    make_cell, methods=["folded"], search=True, sites=[("dend", 0.5)], keep_sites=True
)
evaluation.report("report.html")
error: float = evaluation.rate_error if not math.isnan(evaluation.rate_error) else 0.0
print(evaluation.cases[0].comparison.gamma + error)


def by_rate(found: neuron_reduce.Evaluation) -> float:
    return found.rate_error


tuning = neuron_reduce.tune(make_cell, max_error=0.1, results="tuning.jsonl", error=by_rate)
if tuning.best is not None:
    print(neuron_reduce.reduce(cell, synapses, netcons, **tuning.best.settings))
tuning.plot("tuning.png")

full = neuron_reduce.Recording([0, 1, 2], [-65.0, -65, -65], {("dend", 0.5): np.zeros(3)}, 1.5)
reduced = neuron_reduce.Recording(h.Vector(), h.Vector(), seconds=0.1)
comparison = neuron_reduce.compare(full, reduced, reduction=reduction, ceilings={"dt": full})
reduction.report("report.html")
reduction.report("report.html", comparison)
print(comparison.rmsd, comparison.dendrites["dend", 0.5].rmsd, full.spike_times(-20).mean())

engine = neuron_reduce.compile(cell, synapses, netcons, events={netcons[0]: [1.0, 2.5]})
run = engine.run(1000, record=[cell.soma(0.5), (synapses[0], "g")], spikes=[cell.soma(0.5)])
print(run.v.mean(), run.spikes[0], run["soma(0.5).v"].max())
trials = engine.run_batch(range(10), 1000, weights=np.ones(10), threads=2, save="trials.npz")
print(len(trials), trials[3].spikes, trials.v.shape, neuron_reduce.compile(reduction).dt)
with neuron_reduce.fast(cell, synapses):
    h.run()

try:
    neuron_reduce.reduce(cell, [], [])
except neuron_reduce.CellError as refusal:
    print(refusal)

cable = neuron_reduce.reducing_methods.reduce_subtree(cell.dend[0], 38.0)
counts: list[int] = neuron_reduce.subtree_reductor_func.calculate_nsegs_from_lambda([cable])
where: float = neuron_reduce.reducing_methods.find_best_real_X(1e8 + 1e6j, 1e7, 1.0, cable.length)


def keep(reduction: neuron_reduce.Reduction, stimulus: Any) -> list[neuron_reduce.CellInstance]:
    """A reduced cell in a file, and a network of it."""
    reduction.save("cell.json")
    saved: neuron_reduce.SavedCell = neuron_reduce.load("cell.json")
    for name in ("cell.hoc", "cell.py", "cell.json", "cell.nml", "cell.swc"):
        saved.export(name)
    cells = [saved.instantiate(gid=gid, connect=None) for gid in range(10)]
    cells[0].connect(3, stimulus).weight[0] *= 2
    cells[0].connect(3, 7, delay=1.3)
    sections: list[Any] = cells[0].dend
    assert sections[0].nseg == saved.segment_map[0].cable
    assert cells[1].synapse(4) in cells[1].synapses
    return cells
