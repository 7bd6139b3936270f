"""Runs of the full cells, each in a process of its own, kept in a cache.

A run is named by the SHA-256 of all that decides its outcome. ``VERSION`` is among it, and stands
for the code that builds cells and drives and records: raise it when that code changes what is
simulated. Each run also keeps a fingerprint of the model as it was in memory, with which a later
process can tell whether the code still builds the same.

As a script: one run, for the other process of ``obtain``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

VERSION = 1
"""Of the code that builds cells and drives and records."""

TSTOP = 2100.0
"""End of a run in ms."""

START = 100.0
"""Begin of the drive in ms."""

SETTLED = 200.0
"""What counts begins here, in ms: from rest, many a cell fires once when a drive sets in."""

DT = 0.025
"""Time step in ms; somatic voltages are kept at this step."""

SITE_STEP = 0.1
"""Step in ms at which voltages in the dendrites are kept."""

THRESHOLD = -20.0
"""A spike is an upward crossing of this somatic potential, in mV."""

EXCITATORY_WEIGHT = 0.0016
INHIBITORY_WEIGHT = 0.0008
"""Peak conductances in µS that the drives' factors refer to."""

VOLTAGE = np.float32
"""How voltages are kept: their error is below 0.01 µV."""

MOST_SYNAPSES = 10_000
"""The most synapses that are put on a cell."""


@dataclasses.dataclass(frozen=True)
class FullRun:
    """A full cell under one drive.

    ``excitation`` multiplies the excitatory weights: the strength of the drive. ``weights``
    multiplies all weights, and ``steps`` is the number of time steps in ``DT``: both are 1 but for
    the runs that tell how sensitive the cell itself is.
    """

    cell: str
    excitation: float
    seed: int
    weights: float = 1.0
    steps: int = 1
    tstop: float = TSTOP

    def inputs(self) -> dict[str, Any]:
        """All that decides the outcome, as plain values."""
        from cells import CELLS

        return {
            "run": dataclasses.asdict(self),
            "release": CELLS[self.cell].release.sha256,
            "start": START,
            "dt": DT,
            "site step": SITE_STEP,
            "weights": [EXCITATORY_WEIGHT, INHIBITORY_WEIGHT],
            "neuron": importlib.metadata.version("neuron"),
            "numpy": np.__version__.partition(".")[0],
            "version": VERSION,
        }

    def path(self, cache: pathlib.Path) -> pathlib.Path:
        """Where in ``cache`` the outcome is kept."""
        text = json.dumps(self.inputs(), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return cache / "fidelity" / f"{self.cell}-{digest[:24]}.npz"


def spike_times(voltage: np.ndarray, dt: float) -> np.ndarray:
    """Return the times (ms) at which ``voltage`` (mV), sampled every ``dt``, crosses upward.

    Interpolated linearly between samples.
    """
    voltage = np.asarray(voltage, dtype=float)
    (before,) = np.nonzero((voltage[:-1] < THRESHOLD) & (voltage[1:] >= THRESHOLD))
    rise = voltage[before + 1] - voltage[before]
    return dt * (before + (THRESHOLD - voltage[before]) / rise)


def rate(spikes: np.ndarray, tstop: float = TSTOP) -> float:
    """Return the firing rate in Hz from ``SETTLED`` on."""
    return 1e3 * float(np.count_nonzero(spikes >= SETTLED)) / (tstop - SETTLED)


def dendritic_length(cell: Any) -> float:
    """Return the total length of the dendrites in µm."""
    return sum(section.L for part in (cell.apical, cell.basal) for section in part)


def place(cell: Any, run: FullRun, coalesced: bool) -> Any:
    """Put the synapses of ``run`` on the cell: one per µm of dendrite, 10,000 at most."""
    from l5pc.drive import place_synapses

    return place_synapses(
        cell,
        count=min(MOST_SYNAPSES, round(dendritic_length(cell))),
        seed=run.seed,
        excitatory_weight=EXCITATORY_WEIGHT * run.excitation * run.weights,
        inhibitory_weight=INHIBITORY_WEIGHT * run.weights,
        start=START,
        stream=run.seed,
        coalesced=coalesced,
    )


def _distances(cell: Any, part: Any) -> list[tuple[float, Any]]:
    """Return path distance (µm) from the soma and section of each section's end in ``part``."""
    from neuron import h

    origin = cell.soma[0](0.5)
    return [(h.distance(origin, section(1)), section) for section in part]


def _along(cell: Any, tip: Any, distance: float) -> tuple[Any, float]:
    """Return the segment on the way to the end of ``tip`` at the given path distance (µm).

    Second, the path distance of the segment's centre.
    """
    from neuron import h

    origin = cell.soma[0](0.5)
    section = tip
    while h.distance(origin, section(0)) > distance:
        section = section.parentseg().sec
    index = int(section.nseg * (distance - h.distance(origin, section(0))) / section.L)
    segment = section((min(index, section.nseg - 1) + 0.5) / section.nseg)
    return segment, h.distance(origin, segment)


def sites(cell: Any) -> list[tuple[str, float, Any]]:
    """Return name, path distance from the soma (µm) and segment of each place of recording.

    At a quarter, a half, three quarters and the whole of the way to the farthest tip of the apical
    dendrite, or of all dendrites where there is none; with an apical dendrite also half the way to
    the farthest basal tip.
    """
    apical, basal = _distances(cell, cell.apical), _distances(cell, cell.basal)
    farthest, tip = max(apical or basal, key=lambda each: each[0])
    chosen = [(f"{percent} %", tip, percent / 100 * farthest) for percent in (25, 50, 75, 100)]
    if apical and basal:
        farthest, tip = max(basal, key=lambda each: each[0])
        chosen.append(("basal 50 %", tip, farthest / 2))
    result = []
    for name, section, distance in chosen:
        segment, actual = _along(cell, section, distance)
        result.append((name, actual, segment))
    return result


def _local_name(name: str) -> str:
    """A section's or segment's name without the instance's: ``dend[3]``."""
    return name.rpartition("].")[2]


def _values(cell: Any, drive: Any) -> Iterator[str]:
    """Yield all that describes the model in memory, with ten digits."""
    from neuron import h

    names: dict[str, list[str]] = {}
    for section in cell.all:
        parent = section.parentseg()
        yield _local_name(section.name()) + "<" + (_local_name(str(parent)) if parent else "")
        yield f"{section.L:.10g} {section.nseg} {section.Ra:.10g}"
        for segment in section:
            yield f"{segment.diam:.10g} {segment.cm:.10g} {segment.area():.10g}"
            for mechanism in segment:
                kind = mechanism.name()
                if kind not in names:
                    standard = h.MechanismStandard(kind, 1)
                    text = h.ref("")
                    names[kind] = []
                    for i in range(int(standard.count())):
                        standard.name(text, i)
                        names[kind].append(text[0])
                for name in names[kind]:
                    if hasattr(segment, name):
                        yield f"{name} {getattr(segment, name):.10g}"
            for name in ("ena", "ek"):
                if hasattr(segment, name):
                    yield f"{name} {getattr(segment, name):.10g}"
    for netstim, netcon in zip(drive.netstims, drive.netcons, strict=True):
        synapse = netcon.syn()
        yield _local_name(str(synapse.get_segment()))
        yield f"{synapse.e:.10g} {synapse.tau1:.10g} {synapse.tau2:.10g}"
        yield f"{netstim.interval:.10g} {netstim.start:.10g} {netstim.noise:.10g}"
        yield f"{netcon.weight[0]:.10g} {netcon.delay:.10g}"
    yield f"{h.celsius:.10g} {h.v_init:.10g}"


def fingerprint(cell: Any, drive: Any) -> str:
    """Return a SHA-256 of the cell and its drive as they are in memory."""
    digest = hashlib.sha256()
    for value in _values(cell, drive):
        digest.update(value.encode())
        digest.update(b"\n")
    return digest.hexdigest()


@dataclasses.dataclass
class Recording:
    """What a simulation is to leave: the soma at each step, dendritic sites less often."""

    soma: Any
    sites: list[Any]

    @classmethod
    def of(cls, soma: Any, segments: list[Any]) -> Recording:
        """Record the potentials of the segment ``soma`` and of ``segments``."""
        from neuron import h

        return cls(
            h.Vector().record(soma._ref_v), [h.Vector().record(each._ref_v) for each in segments]
        )


def simulate(drive: Any, tstop: float, steps: int = 1) -> tuple[float, float]:
    """Run what is in memory to ``tstop`` (ms); returns seconds: by the clock, of the processor."""
    from neuron import h

    drive.reset()
    h.dt = DT / steps
    context = h.ParallelContext()
    context.set_maxstep(10)
    clock, processor = time.perf_counter(), time.process_time()
    h.finitialize(h.v_init)
    context.psolve(tstop)
    return time.perf_counter() - clock, time.process_time() - processor


def kept(recording: Recording, steps: int = 1) -> dict[str, np.ndarray]:
    """Return the recorded voltages (mV) at the steps that are kept, and the spikes' times (ms)."""
    voltage = np.array(recording.soma)
    stride = steps * round(SITE_STEP / DT)
    traces = [np.array(vector)[::stride] for vector in recording.sites]
    return {
        "v": voltage[::steps].astype(VOLTAGE),
        "spikes": spike_times(voltage, DT / steps),
        "site_v": np.array(traces, dtype=VOLTAGE),
    }


def carry_out(run: FullRun, cache: pathlib.Path, coalesced: bool = True) -> dict[str, Any]:
    """Simulate ``run`` in this process and return what is to be kept of it."""
    import cells

    cell = cells.load(run.cell, cache)
    drive = place(cell, run, coalesced)
    places = sites(cell)
    recording = Recording.of(cell.soma[0](0.5), [segment for _, _, segment in places])
    clock, processor = simulate(drive, run.tstop, run.steps)
    about = {
        **run.inputs(),
        "fingerprint": fingerprint(cell, drive),
        "coalesced": coalesced,
        "seconds": clock,
        "processor_seconds": processor,
        "segments": sum(section.nseg for section in cell.all),
        "synapses": len(drive.netcons),
        "point_processes": len(drive.synapses),
        "sites": [
            {"name": name, "distance": distance, "segment": _local_name(str(segment))}
            for name, distance, segment in places
        ],
    }
    return {"about": json.dumps(about), **kept(recording, run.steps)}


def read(path: pathlib.Path) -> dict[str, Any]:
    """Return a kept run: ``about`` (a dictionary), ``v``, ``spikes`` and ``site_v``."""
    with np.load(path) as file:
        result: dict[str, Any] = {name: file[name] for name in file.files}
    result["about"] = json.loads(str(result["about"]))
    return result


def write(path: pathlib.Path, result: dict[str, Any]) -> None:
    """Write a run by one rename, so that an interrupted writer leaves nothing half done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        temporary = pathlib.Path(file.name)
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(file, **result)
        temporary.chmod(0o644)
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)


def python(script: str, *arguments: object) -> str:
    """Run a script of this directory in a process of its own; returns its standard output."""
    path = pathlib.Path(__file__).resolve().with_name(script)
    done = subprocess.run(
        [sys.executable, str(path), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NEURON_MODULE_OPTIONS": "-nogui"},
    )
    if done.returncode:
        raise RuntimeError(
            f"{script} {' '.join(map(str, arguments))} failed (exit code {done.returncode}):\n"
            f"{(done.stdout + done.stderr).strip()[-3000:]}"
        )
    return done.stdout


def obtain(run: FullRun, cache: pathlib.Path) -> dict[str, Any]:
    """Return the outcome of ``run`` from ``cache``, simulating it in another process if need be."""
    path = run.path(cache)
    if not path.is_file():
        python("full_runs.py", json.dumps(dataclasses.asdict(run)), cache)
    return read(path)


if __name__ == "__main__":
    asked = FullRun(**json.loads(sys.argv[1]))
    write(asked.path(pathlib.Path(sys.argv[2])), carry_out(asked, pathlib.Path(sys.argv[2])))
