"""The command line and the package do the same: what they write of a published cell is the same,
number by number, and runs to the same potentials, to the last bit."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import l5pc

PROJECT = Path(__file__).resolve().parents[2]
TSTOP = 50.0


@pytest.fixture(scope="module")
def command() -> str:
    """The executable, which `swift test` builds too."""
    found = os.environ.get("NEURON_REDUCE_COMMAND") or str(PROJECT / ".build/debug/neuron-reduce")
    if not os.access(found, os.X_OK):
        if os.environ.get("CI"):
            pytest.fail(f"{found} is not there; make test-swift builds it")
        pytest.skip(f"{found} is not there; make test-swift or make command builds one")
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synapses on the published cell."""
    random_numbers = random.Random(3)
    path = tmp_path_factory.mktemp("command") / "synapses.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["section", "x", "mechanism", "parameters", "weight", "delay", "rate"])
        for index in range(60):
            section = random_numbers.choice(
                [f"dend[{i}]" for i in range(40)] + [f"apic[{i}]" for i in range(60)]
            )
            parameters, weight = (
                ("tau1=1 tau2=8 e=-80", 8e-4)
                if index % 4 == 0
                else ("tau1=0.3 tau2=1.8 e=0", 1.6e-3)
            )
            x = round(random_numbers.random(), 3)
            writer.writerow([section, x, "Exp2Syn", parameters, weight, 1, 5 + index % 3])
    return path


def _run(command: str, *arguments: Any) -> str:
    done = subprocess.run(
        [command, *map(str, arguments)],
        env=dict(os.environ, NRNHOME=sys.prefix),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _synapses(cell: Any, table: Path) -> tuple[list[Any], list[Any], list[Any]]:
    """What the command line makes of a table."""
    sections = {section.name().rpartition(".")[2]: section for section in cell.all}
    synapses, netcons, stimuli = [], [], []
    for index, row in enumerate(csv.DictReader(table.read_text().splitlines())):
        synapse = getattr(h, row["mechanism"])(sections[row["section"]](float(row["x"])))
        for each in row["parameters"].split():
            name, value = each.split("=")
            setattr(synapse, name, float(value))
        stimulus = h.NetStim()
        stimulus.interval, stimulus.number = 1000 / float(row["rate"]), 1e9
        stimulus.start, stimulus.noise = 0, 1
        stimulus.noiseFromRandom123(index, 0, 0)
        netcon = h.NetCon(stimulus, synapse)
        netcon.delay, netcon.weight[0] = float(row["delay"]), float(row["weight"])
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)
    return synapses, netcons, stimuli


@pytest.mark.parametrize("method", ["folded", "lumped"])
def test_published_cell(
    command: str, table: Path, cache: Path, tmp_path: Path, method: str
) -> None:
    folder = l5pc.folder(cache)
    model = [
        *(folder / "l5pc.hoc", "--template", "l5pc", "--argument", folder / "morphology"),
        *("--argument", "C060114A7.asc", "--mods", folder / "mechanisms"),
        *("--celsius", 34, "--v-init", -65, "--synapses", table, "-q"),
    ]
    file, voltages = tmp_path / "cell.json", tmp_path / "voltage.csv"
    _run(command, "reduce", *model, "--method", method, "--segments", 30, "-o", file)
    _run(
        command,
        "run",
        file,
        "--mods",
        folder / "mechanisms",
        "--tstop",
        TSTOP,
        "-o",
        voltages,
        "-q",
    )
    own = tmp_path / "own.json"
    _reduced_here(cache, table, method, own)
    assert json.dumps(_known_to_both(file)) == json.dumps(_known_to_both(own))
    of_command = np.loadtxt(voltages, delimiter=",", skiprows=1)[:, 1]
    assert np.array_equal(of_command, np.load(own.with_suffix(".npy")))
    # What one has written the other reads.
    assert neuron_reduce.load(file).record is not None
    assert json.loads(_run(command, "report", own, "--json"))["method"] == method
    # And both write the same of it.
    for written in (file, own):
        _written_alike(command, written, tmp_path)


def _written_alike(command: str, file: Path, tmp_path: Path) -> None:
    """Exports, and the page, of a saved cell by the command and by the package."""
    saved = neuron_reduce.load(file)
    of_command, of_package = tmp_path / "command", tmp_path / "package"
    for folder in (of_command, of_package):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    for name, form in [
        *((f"cell{ending}", None) for ending in (".hoc", ".json", ".nml", ".py", ".swc")),
        ("node", "sonata"),
    ]:
        arguments = [] if form is None else ["--format", form]
        _run(command, "export", file, "-o", of_command / name, *arguments)
        with warnings.catch_warnings():
            # NeuroML lacks channels.
            warnings.simplefilter("ignore", neuron_reduce.NeuronReduceWarning)
            saved.export(of_package / name, form)
    _run(command, "view", file, "-o", of_command / "view.html")
    saved.view(of_package / "view.html")
    assert _files(of_command) == _files(of_package)


def _files(folder: Path) -> dict[Path, bytes]:
    return {
        each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()
    }


@isolated
def _reduced_here(cache: Path, table: Path, method: str, path: Path) -> None:
    """Writes what the package makes of the cell, and the potentials of its soma."""
    cell = l5pc.build(cache)
    synapses, netcons, stimuli = _synapses(cell, table)
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method=method, segments=30, in_place=True
    )
    reduction.save(path)
    h.dt = 0.025
    potential = h.Vector().record(reduction.cell.soma[0](0.5)._ref_v)
    h.finitialize(h.v_init)
    h.batch_run(TSTOP, 1e9)
    del stimuli
    np.save(path.with_suffix(".npy"), np.array(potential))


def _known_to_both(path: Path) -> dict[str, Any]:
    """What a file has, but for what only the package knows: the version of Python, and where the
    original's segments were."""
    content = json.loads(path.read_text())
    content["original"]["segments"] = None
    content["record"]["versions"].pop("Python", None)
    return content
