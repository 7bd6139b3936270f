"""Times `evaluate` of the layer-5 cell with its cells run by the engine and by NEURON: 1.1 s, three
seeds, and what shows how close a reduced cell can come. Wall time, all processors."""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
import time

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fidelity"))

import model
import neuron_reduce

ROOT = pathlib.Path(__file__).resolve().parents[2]


def seconds(engine: str, cache: pathlib.Path) -> float:
    """Of one evaluation."""
    start = time.perf_counter()
    neuron_reduce.evaluate(
        model.maker("l5pc", cache, 1.0),
        tstop=1100.0,
        tstart=200.0,
        seeds=[1, 2, 3],
        engine=engine,
        progress=False,
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    options = parser.parse_args()
    taken = {engine: seconds(engine, options.cache) for engine in ("native", "neuron")}
    print(
        f"evaluate of the layer-5 cell: {taken['native']:.1f} s by the engine, "
        f"{taken['neuron']:.1f} s by NEURON, {taken['neuron'] / taken['native']:.1f} times as long."
    )


if __name__ == "__main__":
    main()
