"""Runs of the session's cell by CoreNEURON, which NEURON's wheel carries.

CoreNEURON takes mechanisms that were compiled for it. Here they are compiled for this processor,
with the flags by which gcc computes several instances at once; without them it takes nearly three
times as long.
"""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Callable

from neuron import coreneuron, h

from published import fetch

FLAGS = "-O3 -march=native -ffast-math -fopenmp-simd -mprefer-vector-width=512"

MAX_STEP = 10.0
"""How often, in ms, cells would exchange spikes."""


def prepare(directory: pathlib.Path) -> None:
    """Compiles the mechanisms of a fetched cell, unless that was done, for runs from now on.

    :param directory: the cell's, see :func:`published.fetch.prepare`.
    """
    library = fetch.coreneuron_library(directory, "coreneuron", FLAGS)
    os.environ["CORENEURONLIB"] = str(library)
    coreneuron.verbose = 0


def run(tstop: float) -> None:
    """From the beginning; ``Vector.record`` has what it would have of NEURON."""
    context = h.ParallelContext()
    context.set_maxstep(MAX_STEP)
    with coreneuron(enable=True):
        h.finitialize(h.v_init)
        context.psolve(tstop)


def runner(tstop: float) -> Callable[[], float]:
    """A run that returns the processor seconds that its steps take.

    CoreNEURON copies the session's cell first: a run of one step tells how long that takes.
    """

    def seconds(until: float) -> float:
        start = time.process_time()
        run(until)
        return time.process_time() - start

    return lambda: seconds(tstop) - seconds(h.dt)
