"""Runs a network of reduced cells, all built from one file.

    python examples/network/cell.py output/l5pc.json
    python examples/network/network.py output/l5pc.json --cells 100
    mpirun -n 2 python examples/network/network.py output/l5pc.json --cells 100

Each cell has its connections, its input and its random numbers from its gid alone: the spikes are
the same in any number of processes, and by CoreNEURON. See the README in this folder.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

from neuron import coreneuron, h

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from plan import DELAY, SEED, STEP, STREAM, STRENGTH, SYNAPSES, interval, plan

import neuron_reduce
from l5pc.cell import INITIAL_VOLTAGE, TEMPERATURE, load, prepare
from l5pc.drive import place_synapses
from published import fetch

_MAXIMUM = 2
"""What ParallelContext calls it."""


def main() -> None:
    options = _options()
    _begin_mpi()
    context = h.ParallelContext()
    h.load_file("stdrun.hoc")
    directory = prepare(options.cache)
    fetch.load_mechanisms(directory, "CaDynamics_E2")
    if options.coreneuron:
        library = fetch.coreneuron_library(directory, "coreneuron-plain")
        os.environ["CORENEURONLIB"] = str(library)
        coreneuron.enable, coreneuron.verbose = True, 0
    h.celsius, h.v_init, h.dt = TEMPERATURE, INITIAL_VOLTAGE, STEP

    # Those of this process.
    gids = range(int(context.id()), options.cells, int(context.nhost()))
    clock = _Clock(context)
    cells = _full(options.cache, gids) if options.full else _reduced(options.file, gids)
    building = clock.seconds()
    stimuli = []
    for gid, cell in zip(gids, cells, strict=True):
        stimuli += connect(cell, gid, options.cells)
        if options.full:
            cell.drop_unused()
    connecting = clock.seconds()
    times, sources = h.Vector(), h.Vector()
    context.spike_record(-1, times, sources)
    context.set_maxstep(10)
    h.finitialize(h.v_init)
    before = time.process_time()
    context.psolve(options.tstop)
    # Of the process that has most to do: what is left where other programs take turns.
    busy = context.allreduce(time.process_time() - before, _MAXIMUM)
    running = clock.seconds()

    spikes = _gathered(context, times, sources)
    if context.id() == 0:
        rate = len(spikes) / options.cells / options.tstop * 1000
        print(
            f"{options.cells} cells, {int(context.nhost())} processes: built in {building:.2f} s, "
            f"connected in {connecting:.2f} s, {options.tstop:g} ms run in {running:.2f} s "
            f"({busy:.2f} s of a processor), "
            f"{len(spikes)} spikes, {rate:.3g} Hz"
        )
        if options.spikes:
            options.spikes.write_text("".join(f"{t!r} {gid}\n" for t, gid in spikes))
    context.barrier()
    # Else MPI takes the process for one that failed.
    h.quit()


def connect(cell: Any, gid: int, count: int) -> list[Any]:
    """Connects a cell with others and with its input, by its gid alone.

    :param cell: one with ``connect(index, source, delay=)``.
    :param count: of the network's cells.
    :returns: its NetStims.
    """
    connections, inputs = plan(gid, count)
    for index, source, delay in connections:
        netcon = cell.connect(index, source, delay)
        netcon.weight[0] *= STRENGTH
    made = []
    for index in inputs:
        stimulus = h.NetStim()
        stimulus.start, stimulus.number, stimulus.noise = 0, 1e9, 1
        stimulus.interval = interval(index)
        stimulus.noiseFromRandom123(gid, index, STREAM)
        cell.connect(index, stimulus)
        made.append(stimulus)
    return made


def _reduced(path: pathlib.Path, gids: Sequence[int]) -> list[Any]:
    saved = neuron_reduce.load(path)
    return [saved.instantiate(gid=gid, connect=None) for gid in gids]


# ---- The same network of full cells, to compare with ---------------------------------------------


class _Full:
    """A full cell with all its synapses, until :meth:`drop_unused`."""

    def __init__(self, cache: pathlib.Path, gid: int) -> None:
        self.cell = load(cache)
        drive = place_synapses(self.cell, SYNAPSES, SEED)
        self._synapses = dict(enumerate(drive.synapses))
        self._weights = [each.weight[0] for each in drive.netcons]
        self._used: dict[int, list[Any]] = {}
        context = h.ParallelContext()
        context.set_gid2node(gid, context.id())
        soma = self.cell.soma[0]
        context.cell(gid, h.NetCon(soma(0.5)._ref_v, None, sec=soma))

    def connect(self, index: int, source: Any, delay: float = DELAY) -> Any:
        """As an instance of a reduced cell has it."""
        synapse = self._synapses[index]
        if isinstance(source, int):
            made = h.ParallelContext().gid_connect(source, synapse)
        else:
            made = h.NetCon(source, synapse)
        made.delay, made.weight[0] = delay, self._weights[index]
        self._used.setdefault(index, []).append(made)
        return made

    def drop_unused(self) -> None:
        """Deletes the synapses that are not connected."""
        self._synapses = {index: self._synapses[index] for index in self._used}


def _full(cache: pathlib.Path, gids: Sequence[int]) -> list[Any]:
    return [_Full(cache, gid) for gid in gids]


# ---- Several processes ---------------------------------------------------------------------------


def _begin_mpi() -> None:
    """Where mpirun began this process."""
    if any(name in os.environ for name in ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK")):
        h.nrnmpi_init()


class _Clock:
    """Wall-clock time, of the slowest process."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.seconds()

    def seconds(self) -> float:
        """Since the last call."""
        self._context.barrier()
        now = time.perf_counter()
        passed = now - getattr(self, "_last", now)
        self._last = now
        return passed


def _gathered(context: Any, times: Any, sources: Any) -> list[tuple[float, int]]:
    """The spikes (ms, gid) of all processes, in order."""
    own = list(zip(times.to_python(), map(int, sources.to_python()), strict=True))
    return sorted(spike for each in context.py_allgather(own) for spike in each)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("file", type=pathlib.Path, help="the cell, as cell.py writes it")
    add("--cells", type=int, default=100, help="of the network")
    add("--tstop", type=float, default=200.0, help="simulated time in ms")
    add("--spikes", type=pathlib.Path, help="a file to write: a line for each, of time and gid")
    add("--coreneuron", action="store_true", help="run by CoreNEURON, which is compiled once")
    add("--full", action="store_true", help="the same network of full cells")
    add("--cache", type=pathlib.Path, default=pathlib.Path(".cache"), help="of the fetched cell")
    return parser.parse_args()


if __name__ == "__main__":
    main()
