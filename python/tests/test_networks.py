"""Networks of kept cells have the same spikes however they are run: the example, in one process and
in two; and by CoreNEURON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from neuron import h

import neuron_reduce
import readers
from conftest import PROJECT
from isolated import isolated
from models import kept
from neuron_reduce import SimulatorError

EXAMPLE = PROJECT / "examples" / "network"


def _environment() -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(Path(neuron_reduce.__file__).parents[1]),
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
    }


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command, env=_environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def network(
    cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., list[list[float]]]:
    """Runs the example, and returns the spikes."""
    folder = tmp_path_factory.mktemp("network")
    cell, rule = str(folder / "cell.json"), str(folder / "rule.json")
    making = [sys.executable, str(EXAMPLE / "cell.py"), cell, "--netpyne", rule]
    _run([*making, "--cache", str(cache)])

    def run(*arguments: str, processes: int = 1, by_netpyne: bool = False) -> list[list[float]]:
        found = shutil.which("mpirun")
        if processes > 1 and found is None:
            reason = "there is no mpirun on PATH; `.ci/mpi` installs one"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        spikes = folder / "spikes"
        spikes.unlink(missing_ok=True)
        begun = [found, "-n", str(processes)] if processes > 1 else []
        scripts = ("network.py", cell), ("netpyne_network.py", rule)
        name, file = scripts[by_netpyne]
        script = [sys.executable, str(EXAMPLE / name), file, "--cells", "7"]
        options = ["--tstop", "100", "--cache", str(cache), "--spikes", str(spikes)]
        said = _run([*begun, *script, *options, *arguments])
        assert ("7 cells by NetPyNE" if by_netpyne else f"7 cells, {processes} processes") in said
        return [list(map(float, line.split())) for line in spikes.read_text().splitlines()]

    return run


def test_the_example_has_the_same_spikes_in_any_number_of_processes(
    network: Callable[..., list[list[float]]],
) -> None:
    alone = network()
    assert len(alone) > 7
    assert {int(gid) for _, gid in alone} == set(range(7))
    assert network(processes=1) == alone
    assert network(processes=2) == alone
    assert network(processes=3) == alone


def test_netpyne_has_the_same_spikes(network: Callable[..., list[list[float]]]) -> None:
    readers.need("netpyne")
    assert network(by_netpyne=True) == network()


def test_the_example_runs_full_cells_too(network: Callable[..., list[list[float]]]) -> None:
    full = network("--full")
    assert 0.5 * len(network()) < len(full) < 2 * len(network())


@isolated
def _connected_before_it_is_built() -> None:
    saved = kept.Driven("classic").reduction.saved()
    first = saved.instantiate(gid=1, connect=None)
    first.connect(0, 2)
    before = len(list(h.allsec()))
    with pytest.raises(SimulatorError, match=r"gid=2 already exists as an input port"):
        saved.instantiate(gid=2, connect=None)
    assert len(list(h.allsec())) == before
    assert saved.instantiate(gid=3, connect=None).gid == 3


def test_a_gid_that_was_connected_from_before_its_cell_was_built() -> None:
    _connected_before_it_is_built()


_NETWORK = """
import json, sys
import neuron_reduce
from neuron import coreneuron, h
h.load_file("stdrun.hoc")
saved = neuron_reduce.load("cell.json")
context = h.ParallelContext()
count = len(saved.content["original"]["synapses"])
cells = [saved.instantiate(gid=gid, connect=None) for gid in range(5)]
stimuli, clamps = [], []
for gid, cell in enumerate(cells):
    clamp = h.IClamp(next(iter(cell.somatic))(0.5))
    clamp.delay, clamp.dur = 0, 1e9
    # They fire once where a current goes on: pulses, of 2 ms each.
    begins = range(5 + gid, 300, 20 + gid)
    times = h.Vector([t + each for t in begins for each in (0, 1, 2)])
    amplitudes = h.Vector([0, 3, 0] * len(begins))
    amplitudes.play(clamp._ref_amp, times, True)
    clamps += [clamp, times, amplitudes]
    for index in range(count):
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number, stimulus.start, stimulus.noise = 40, 1e9, 0, 1
        stimulus.noiseFromRandom123(gid, index, 7)
        stimuli.append(stimulus)
        cell.connect(index, stimulus)
    for other in range(5):
        netcon = cell.connect(other, other, delay=1.2 + 0.13 * gid + 0.031 * other)
        netcon.weight[0] *= 5
found = []
for enable in (False, True):
    coreneuron.enable, coreneuron.verbose = enable, 0
    times, gids = h.Vector(), h.Vector()
    context.spike_record(-1, times, gids)
    context.set_maxstep(10)
    h.finitialize(-65)
    context.psolve(300)
    found.append(sorted(zip(times.to_python(), gids.to_python())))
print("found", json.dumps(found))
"""


@isolated
def _saved(tmp_path: Path, method: str) -> None:
    kept.Driven(method).reduction.save(tmp_path / "cell.json")


@pytest.mark.parametrize("method", list(kept.SETTINGS))
def test_coreneuron_has_the_same_spikes(method: str, tmp_path: Path) -> None:
    _saved(tmp_path, method)
    done = subprocess.run(
        [sys.executable, "-c", _NETWORK],
        env=_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    line = next(each for each in done.stdout.splitlines() if each.startswith("found "))
    by_neuron, by_coreneuron = json.loads(line.removeprefix("found "))
    assert len({gid for _, gid in by_neuron}) == 5
    assert len(by_neuron) > 10
    assert by_neuron == by_coreneuron
