"""Makes cells of many kinds for test_engine_code.py, in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")

import numpy as np
from neuron import h

import neuron_reduce
from models import compiled_blocks
from models.engine_tree import Tree, driven_tree
from neuron_reduce._engine import compiler, programs, structures, trials
from test_engine_blocks import Cell

h.load_file("stdrun.hoc")


def many_synapses() -> Tree:
    """With more point processes than lanes, two on most places, and NetCons that share a source."""
    tree = driven_tree()
    for place in range(37):
        section = tree.sections[place % len(tree.sections)]
        synapse = tree.synapse("ExpSyn", section((place % 5) / 4), tau=1 + place % 3)
        tree.drive(synapse, 0.001, interval=3 + place, noise=0.5)
    return tree


def clamped() -> Tree:
    tree = Tree()
    tree.synapse("IClamp", tree.soma(0.5), delay=2, dur=10, amp=0.3)
    tree.synapse("SEClamp", tree.apical[1](0.5), rs=3, dur1=5, amp1=-60)
    tree.synapse("AlphaSynapse", tree.basal[0](1), onset=3, tau=1, gmax=0.01)
    return tree


def played() -> Tree:
    """Vectors that are played in steps and as lines, one value and many, to the end and not."""
    tree = Tree()
    times = h.Vector([0, 1, 1, 2.03, 7, 7, 12])
    ways: list[list[Any]] = [
        [times],
        [times, 1],
        [times, h.Vector([1, 4])],
        [times, h.Vector([])],
        [h.Vector([3]), 1],
        [0.7],
    ]
    for place, way in enumerate(ways):
        clamp = tree.synapse("IClamp", tree.sections[place](0.5), delay=0, dur=1e9)
        values = h.Vector([0.1, 0.2, 0, 0.3, -0.1, 0.1, 0])
        values.play(clamp._ref_amp, *way)
        tree.kept += [values, *way]
    return tree


def of_blocks() -> Cell:
    """With much of what NMODL has: tables, ions that are written, random numbers, POINTERs, events
    of and to itself, watched potentials."""
    for folder in ("blocks", "random"):
        compiled_blocks.load_mechanisms(Path(os.environ["MECHANISMS"]), folder)
    cell = Cell(
        *("nr_tables", "nr_peak", "nr_reader", "nr_pool", "nr_steps", "nr_gates", "nr_turns"),
        *("nr_verbatim", "nr_solves", "nr_noise", "nr_follows"),
    )
    for index, segment in enumerate(cell.segments):
        segment.nr_verbatim.kind = index
        h.setpointer(cell.segments[index - 1]._ref_v, "p", segment.nr_follows)
    points = []
    for kind, weight in (
        *(("nr_selfish", 0.002), ("nr_accumulates", 0.0002), ("nr_pulses", 1.0)),
        *(("nr_watches", 0.0), ("nr_sender", 0.002)),
    ):
        cell.add(kind)
        points += cell.points
        if weight:
            cell.drive(weight)
    netcon = h.NetCon(cell.points[0], cell.points[2])
    netcon.weight[0] = 1e-3
    cell.inputs += [*points, netcon]
    return cell


def of_carried_globals() -> Cell:
    """What the last instance left goes to the others."""
    compiled_blocks.load_mechanisms(Path(os.environ["MECHANISMS"]))
    return Cell("nr_lasts", "nr_own_current", "nr_reader")


# What is played in one is none of the next cell's, which would be refused.
CELLS = {
    "driven": driven_tree,
    "many": many_synapses,
    "clamped": clamped,
    "quiet": Tree,
    "blocks": of_blocks,
    "carried": of_carried_globals,
    "played": played,
}

SHARES = 2
"""How many processes have them all, each a share."""


def made_of(tree: Tree) -> list[Any]:
    """Those that record potentials, currents too, and whose trials are run at once."""
    engine = neuron_reduce.compile(tree, check=False)
    soma = tree.soma
    currents = [soma(0.5)._ref_ina, soma(0.5).hh._ref_m] if soma.has_membrane("hh") else []
    for record in (None, currents or [soma(0.5).nr_reader._ref_m]):
        engine.run(30, record=record)
    engine.run_batch(range(3), 30, threads=1)
    made = list(engine._programs._made.values())
    for each in made:
        trials.run(each, (), (), 0.0, 30, ended=lambda run, *_, each=each: _look(each, run))
    return made


def _look(loaded: programs.Loaded, run: structures.Run) -> None:
    """Asks for what is to come, with too little room and with enough."""
    count = loaded.functions.pending(run, None, 0)
    for room in (count // 2, count):
        events = np.zeros(room, dtype=structures.Pending)
        assert loaded.functions.pending(run, events.ctypes.data, room) == count
    assert not run.failure


def main() -> None:
    """Runs a share of the cells, with flags that are given, or writes their code to a folder."""
    what, share, *rest = sys.argv[1:]
    if what == "run":
        compiler.FLAGS = (*compiler.FLAGS, *rest)
    for name in list(CELLS)[int(share) :: SHARES]:
        tree = CELLS[name]()
        made = made_of(tree)
        if what == "source":
            for index, each in enumerate(made):
                Path(rest[0], f"{name}{index}.c").write_text(each.program.source)
                Path(rest[0], f"{name}{index}_batch.c").write_text(each.source_of_batches)
        del tree


if __name__ == "__main__":
    main()
