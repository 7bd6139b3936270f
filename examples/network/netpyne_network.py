"""The network of network.py as NetPyNE builds it, of the same cell.

    python examples/network/cell.py output/l5pc.json --netpyne output/l5pc-rule.json
    python examples/network/netpyne_network.py output/l5pc-rule.json --cells 100

Needs NetPyNE (``pip install netpyne``), and nothing of the package that reduced the cell. The
spikes are those of network.py.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from collections import defaultdict
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from plan import STEP, STREAM, STRENGTH, interval, plan

from l5pc.cell import prepare
from published import fetch


def main() -> None:
    options = _options()
    # NetPyNE reads the command line too.
    del sys.argv[1:]
    from netpyne import sim
    from neuron import h

    fetch.load_mechanisms(prepare(options.cache), "CaDynamics_E2")
    config = sim.loadSimCfg(str(options.file), setLoaded=False)
    model = sim.loadNetParams(str(options.file), setLoaded=False)
    synapses = json.loads(options.file.read_text())["synapses"]
    inputs = network(model, synapses, options.cells)
    config.duration, config.dt, config.recordTraces = options.tstop, STEP, {}
    config.recordCellsSpikes = ["cells"]
    config.saveDataInclude = []
    sim.initialize(simConfig=config, netParams=model)
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.setupRecording()
    streams = h.FInitializeHandler(3, lambda: _set_streams(sim, inputs))
    sim.runSim()
    sim.gatherData()
    if sim.rank == 0:
        found = sim.allSimData
        spikes = sorted(zip(found["spkt"], map(int, found["spkid"]), strict=True))
        print(f"{options.cells} cells by NetPyNE: {len(spikes)} spikes")
        if options.spikes:
            options.spikes.write_text("".join(f"{t!r} {gid}\n" for t, gid in spikes))
    assert streams


def network(
    model: Any, synapses: list[dict[str, Any]], count: int
) -> dict[str, list[tuple[int, int]]]:
    """Adds the cells, what drives them, and all connections to the parameters of a network.

    :param model: with the cell rule.
    :param synapses: as the file has them, by the original's index.
    :returns: by the populations of NetStims, for each of these the cell and the index of the
        synapse.
    """
    (rule,) = model.cellParams
    model.popParams["cells"] = {"cellType": rule, "numCells": count}
    inputs: dict[str, list[tuple[int, int]]] = {}
    # By population, synapse mechanism and section: NetPyNE has lists of what else differs.
    lists: dict[tuple[str, str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))

    def add(source: str, pair: tuple[int, int], index: int, strength: float, delay: float) -> None:
        synapse = synapses[index]
        found = lists[source, synapse["synMech"], synapse["sec"]]
        found["connList"].append(pair)
        found["loc"].append(synapse["loc"])
        found["weight"].append(strength * synapse["weight"][0])
        found["delay"].append(delay)

    for gid in range(count):
        connections, driven = plan(gid, count)
        for index, source, delay in connections:
            add("cells", (source, gid), index, STRENGTH, delay)
        for index in driven:
            population = f"every {interval(index):g} ms"
            if population not in inputs:
                inputs[population] = []
                model.popParams[population] = {
                    **{"cellModel": "NetStim", "interval": interval(index)},
                    **{"noise": 1, "start": 0},
                }
            own = inputs[population]
            add(population, (len(own), gid), index, 1, synapses[index]["delay"])
            own.append((gid, index))
    for population, own in inputs.items():
        model.popParams[population]["numCells"] = len(own)
    for number, ((source, mechanism, section), values) in enumerate(lists.items()):
        model.connParams[f"connections {number}"] = {
            **{"preConds": {"pop": source}, "postConds": {"pop": "cells"}},
            **{"synMech": mechanism, "sec": section, **values},
        }
    return inputs


def _set_streams(sim: Any, inputs: dict[str, list[tuple[int, int]]]) -> None:
    """Gives NetStims the random numbers that they have in network.py, after NetPyNE has its own."""
    for population, driven in inputs.items():
        first = min(sim.net.pops[population].cellGids, default=0)
        for cell in sim.net.cells:
            if cell.tags["pop"] == population:
                gid, index = driven[cell.gid - first]
                cell.hPointp.noiseFromRandom123(gid, index, STREAM)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("file", type=pathlib.Path, help="the cell rule, as cell.py --netpyne writes it")
    add("--cells", type=int, default=100, help="of the network")
    add("--tstop", type=float, default=200.0, help="simulated time in ms")
    add("--spikes", type=pathlib.Path, help="a file to write: a line for each, of time and gid")
    add("--cache", type=pathlib.Path, default=pathlib.Path(".cache"), help="of the fetched cell")
    return parser.parse_args()


if __name__ == "__main__":
    main()
