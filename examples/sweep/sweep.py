"""Thousands of trials of a compiled cell on a Dask cluster, into one Zarr file.

    python examples/sweep/sweep.py output/sweep.zarr --trials 10000

Begun again after whatever ended it, it goes on where it stopped, and the file is the same in the
end, to the last bit. See the README in this folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import pathlib
import shutil
import time
import uuid
from types import ModuleType
from typing import Any

import distributed
import numpy as np
import zarr

import neuron_reduce

MOST_SPIKES_PER_SECOND = 500
"""That there is room for in the file: what is not used takes no space worth mentioning."""


def main() -> None:
    options = _options()
    model = _loaded(options.model)
    results = _opened(options, model)
    blocks = np.flatnonzero(~results["is_done"][:])
    print(f"{results['is_done'].size - len(blocks)} of {results['is_done'].size} blocks are there")
    if not len(blocks):
        return
    engine = model.engine()
    _check_it_is_the_same(results, engine)
    with _cluster(options) as client:
        _run(client, engine, model, results, blocks.tolist())
    missing = int((~results["is_done"][:]).sum())
    if missing:
        raise SystemExit(f"{missing} blocks are missing; expected them all: begin it again")
    unfinished = int((~results["is_finished"][:]).sum())
    print(f"{options.trials - unfinished} of {options.trials} trials were run to their end")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("results", type=pathlib.Path, help="the file, such as output/sweep.zarr")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--tstop", type=float, default=1000.0, help="of each, in ms")
    parser.add_argument(
        "--block", type=int, default=50, help="trials of one task, and of one chunk"
    )
    parser.add_argument(
        "--model",
        type=pathlib.Path,
        default=pathlib.Path(__file__).with_name("model.py"),
        help="a Python file with engine(), changes(trials) and record()",
    )
    parser.add_argument("--scheduler", help="the address of a cluster's, such as tcp://host:8786")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count(), help="processes, where there is no cluster"
    )
    return parser.parse_args()


def _loaded(path: pathlib.Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("swept_model", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- The file ------------------------------------------------------------------------------------


def _opened(options: argparse.Namespace, model: ModuleType) -> zarr.Group:
    """The file, made if need be.

    A chunk of each array is what one task finds; ``is_done`` says last that it is there.
    """
    wanted = {
        "trials": options.trials,
        "tstop": options.tstop,
        "block": options.block,
        "record": list(model.record()),
    }
    if not options.results.exists():
        _make(options.results, wanted)
    results = zarr.open_group(options.results, mode="r+")
    found = {name: results.attrs[name] for name in wanted}
    if found != wanted:
        raise SystemExit(f"{options.results} is of {found}; expected {wanted}, or another file")
    return results


def _make(path: pathlib.Path, wanted: dict[str, Any]) -> None:
    """All of it or nothing, whatever happens meanwhile."""
    trials, block = wanted["trials"], wanted["block"]
    room = int(wanted["tstop"] / 1000 * MOST_SPIKES_PER_SECOND) + 10
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        made = zarr.create_group(temporary, attributes=wanted)
        for name, shape, kind, fill in (
            ("is_finished", (trials,), "bool", False),
            ("spike_counts", (trials,), "int32", 0),
            ("spike_times", (trials, room), "float64", np.nan),
        ):
            chunks = (block, *shape[1:])
            made.create_array(name, shape=shape, chunks=chunks, dtype=kind, fill_value=fill)
        count = -(-trials // block)
        made.create_array("is_done", shape=(count,), chunks=(1,), dtype="bool", fill_value=False)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check_it_is_the_same(results: zarr.Group, engine: Any) -> None:
    """A sweep goes on with the cell that it began with."""
    found = {"engine": repr(engine), "digest": engine.digest}
    known = results.attrs.get("cell")
    if known is None:
        results.attrs["cell"] = found
    elif known != found:
        raise SystemExit(f"the results are of {known}, and the model is {found} now")


def _write(results: zarr.Group, block: int, found: dict[str, np.ndarray]) -> None:
    """What a task found; where this is interrupted the block is not there."""
    first = block * results.attrs["block"]
    for name, values in found.items():
        if name not in results:
            # The samples of what is recorded: how many there are is known with the first.
            _make_samples(results, name, values)
        results[name][first : first + len(values)] = values
    results["is_done"][block] = True


def _make_samples(results: zarr.Group, name: str, values: np.ndarray) -> None:
    results.create_array(
        name,
        shape=(results.attrs["trials"], *values.shape[1:]),
        chunks=(results.attrs["block"], *values.shape[1:]),
        dtype="float64",
        fill_value=np.nan,
    )


# ---- The trials ----------------------------------------------------------------------------------


def _cluster(options: argparse.Namespace) -> distributed.Client:
    if options.scheduler:
        return distributed.Client(options.scheduler)
    cluster = distributed.LocalCluster(
        n_workers=options.workers, threads_per_worker=1, dashboard_address=None
    )
    return distributed.Client(cluster)


def _run(
    client: distributed.Client,
    engine: Any,
    model: ModuleType,
    results: zarr.Group,
    blocks: list[int],
) -> None:
    # Once to each worker, where it is unpickled.
    everywhere = client.scatter(engine, broadcast=True)
    tstop, trials, size = (results.attrs[name] for name in ("tstop", "trials", "block"))
    room, record = results["spike_times"].shape[1], results.attrs["record"]

    def task(block: int) -> distributed.Future:
        numbers = np.arange(block * size, min((block + 1) * size, trials))
        changes = model.changes(numbers)
        return client.submit(_trials, everywhere, block, changes, tstop, record, room, pure=False)

    waiting = iter(blocks)
    # Some more than can run: what is not written yet stays few.
    first = [task(block) for block in itertools.islice(waiting, 3 * _threads(client))]
    start = time.perf_counter()
    running = distributed.as_completed(first, with_results=True)
    for done, (future, (block, found)) in enumerate(running, 1):
        _write(results, block, found)
        future.release()
        for following in itertools.islice(waiting, 1):
            running.add(task(following))
        rate = done * size / (time.perf_counter() - start)
        print(f"\r{done} of {len(blocks)} blocks, {rate:.3g} trials/s", end="", flush=True)
    print()


def _threads(client: distributed.Client) -> int:
    return max(sum(client.nthreads().values()), 1)


def _trials(
    engine: Any,
    block: int,
    changes: dict[str, Any],
    tstop: float,
    record: list[str],
    room: int,
) -> tuple[int, dict[str, np.ndarray]]:
    """Runs a block of trials, in a worker."""
    try:
        done = engine.run_batch(tstop=tstop, record=record, threads=1, **changes)
    except neuron_reduce.EngineError:
        # Where no trial of a block could be run to its end there are none to go on with.
        done = engine.trials
        if done is None or not all(done.problems):
            raise
    counts = np.array([len(spikes) for (spikes,) in done.spikes], dtype=np.int32)
    if counts.max(initial=0) > room:
        raise ValueError(
            f"a trial has {counts.max()} spikes, and there is room for {room}: expected fewer, or "
            "MOST_SPIKES_PER_SECOND increased"
        )
    times = np.full((len(counts), room), np.nan)
    for row, (spikes,) in zip(times, done.spikes, strict=True):
        row[: len(spikes)] = spikes
    found = {"is_finished": done.is_finished, "spike_counts": counts, "spike_times": times}
    if record:
        found["v"] = done.v
    return block, found


if __name__ == "__main__":
    main()
