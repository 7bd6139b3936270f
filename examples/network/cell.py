"""Reduces the demo's layer-5 cell and keeps it in a file, of which a network is built.

    python examples/network/cell.py output/l5pc.json

The cell has the demo's 10,000 synapses, and nothing that drives them: networks do. Their rates are
said instead, since folded and lumped need them.
"""

from __future__ import annotations

import argparse
import pathlib
import sys

from neuron import h

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from plan import DELAY, EXCITATORY, RATES, SEED, SYNAPSES

import neuron_reduce
from l5pc.cell import load
from l5pc.drive import place_synapses


def reduced(cache: pathlib.Path, method: str, segments: int) -> neuron_reduce.SavedCell:
    """The cell, reduced.

    :param cache: folder that keeps the fetched cell.
    """
    h.load_file("stdrun.hoc")
    cell = load(cache)
    drive = place_synapses(cell, SYNAPSES, SEED)
    weights = [each.weight[0] for each in drive.netcons]
    drive.netcons.clear()
    netcons = [
        h.NetCon(None, synapse, 0, DELAY, weight)
        for synapse, weight in zip(drive.synapses, weights, strict=True)
    ]
    rates = [RATES[index >= EXCITATORY] for index in range(SYNAPSES)]
    reduction = neuron_reduce.reduce(
        cell, drive.synapses, netcons, method=method, segments=segments, rates=rates
    )
    print(reduction)
    return reduction.saved()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("file", type=pathlib.Path, help="the file to write, such as output/l5pc.json")
    add("--method", default="folded", help="of the reduction")
    add("--segments", type=int, default=38, help="of the reduced cell")
    add("--cache", type=pathlib.Path, default=pathlib.Path(".cache"), help="of the fetched cell")
    add("--netpyne", type=pathlib.Path, help="a file to write too: the cell rule for NetPyNE")
    options = parser.parse_args()
    saved = reduced(options.cache, options.method, options.segments)
    options.file.parent.mkdir(parents=True, exist_ok=True)
    saved.save(options.file)
    print(f"\n{options.file}: {options.file.stat().st_size / 1e6:.1f} MB")
    if options.netpyne:
        options.netpyne.parent.mkdir(parents=True, exist_ok=True)
        saved.export(options.netpyne, format="netpyne")


if __name__ == "__main__":
    main()
