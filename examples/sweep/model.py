"""What is swept: the demo's layer-5 cell, reduced, under drives of all strengths."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

SYNAPSES = 10_000
CACHE = pathlib.Path(".cache")


def engine() -> Any:
    """The compiled cell. Called once, where the sweep is begun, and compared with NEURON there."""
    from neuron import h

    import neuron_reduce
    from l5pc.cell import load
    from l5pc.drive import place_synapses

    h.load_file("stdrun.hoc")
    cell = load(CACHE)
    drive = place_synapses(cell, SYNAPSES, seed=1)
    reduction = neuron_reduce.reduce(cell, drive.synapses, drive.netcons, in_place=True)
    return neuron_reduce.compile(reduction)


def changes(trials: np.ndarray) -> dict[str, Any]:
    """What is different in trials, as ``Engine.run_batch`` takes it.

    It must follow from the trial's number alone: a sweep that goes on asks again. Objects are said
    by their names (``'NetCon[12]'``): where the trials run, there is no cell.

    :param trials: their numbers, from 0.
    """
    return {"seeds": trials, "rates": 0.5 + (trials % 100) / 100}


def record() -> list[str]:
    """Variables of which each trial keeps all samples: none, spikes alone are kept."""
    return []
