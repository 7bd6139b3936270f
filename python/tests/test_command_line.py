"""The command line and the package do the same: what they write of a published cell is the same,
number by number, and runs to the same potentials, to the last bit."""

from __future__ import annotations

import csv
import json
import os
import random
import re
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
from isolated import isolated, run_anew
from models import l5pc, state_cell
from neuron_reduce.comparison import ABOUT_SPIKES

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


_PARTS: dict[str, dict[str, list[Any]]] = {
    "folded": {},
    "lumped": {},
    "folded with sites": {"sites": [("apic[36]", 0.9), "apic[1]", ("soma[0]", 0.5)]},
    "folded in part": {
        "sites": [("apic[60]", 1)],
        "roots": ["apic[36]", "dend[3]", "l5pc[0].dend[20]"],
        "keep": ["apic[40]", "apic[39]"],
    },
    "lumped in part": {"keep": ["apic[36]"]},
    "classic in part": {"roots": ["apic[0]"], "keep": ["apic[36]"]},
}
"""What stays, by the method and something that tells cases apart."""


def _options(parts: dict[str, list[Any]]) -> list[str]:
    """What the command is told for what the package is."""
    return [
        option
        for name, values in parts.items()
        for each in values
        for option in (
            f"--{name}",
            each if isinstance(each, str) else f"{each[0]}({each[1]:g})",
        )
    ]


@pytest.mark.parametrize("case", _PARTS)
def test_published_cell(command: str, table: Path, cache: Path, tmp_path: Path, case: str) -> None:
    method, parts = case.split()[0], _PARTS[case]
    folder = l5pc.folder(cache)
    model = [
        *(folder / "l5pc.hoc", "--template", "l5pc", "--argument", folder / "morphology"),
        *("--argument", "C060114A7.asc", "--mods", folder / "mechanisms"),
        *("--celsius", 34, "--v-init", -65, "--synapses", table, "-q"),
    ]
    file, voltages = tmp_path / "cell.json", tmp_path / "voltage.csv"
    _run(
        command,
        "reduce",
        *model,
        "--method",
        method,
        "--segments",
        90,
        *_options(parts),
        "-o",
        file,
    )
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
    _reduced_here(cache, table, method, parts, own)
    assert _known_to_both(file) == _known_to_both(own)
    of_command = np.loadtxt(voltages, delimiter=",", skiprows=1)[:, 1]
    assert np.array_equal(of_command, np.load(own.with_suffix(".npy")))
    # What one has written the other reads, with where the membrane was: also of what had no points.
    assert neuron_reduce.load(file).record is not None
    assert len(neuron_reduce.load(file).original_geometry()) > 600
    assert any(not each["points"] for each in json.loads(file.read_text())["record"]["shape"])
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
def _reduced_here(
    cache: Path, table: Path, method: str, parts: dict[str, list[Any]], path: Path
) -> None:
    """Writes what the package makes of the cell, and the potentials of its soma."""
    cell = l5pc.build(cache)
    synapses, netcons, stimuli = _synapses(cell, table)
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method=method, segments=90, in_place=True, **parts
    )
    reduction.save(path)
    _potentials(reduction.cell.soma[0], path)
    del stimuli


def test_comparison(command: str, table: Path, cache: Path, tmp_path: Path) -> None:
    """It says of two runs what the package says, of the soma and of where dendritic places went,
    whether the reduced cell is made or read."""
    folder = l5pc.folder(cache)
    model = [
        *(folder / "l5pc.hoc", "--template", "l5pc", "--argument", folder / "morphology"),
        *("--argument", "C060114A7.asc", "--mods", folder / "mechanisms"),
        *("--celsius", 34, "--v-init", -65, "--synapses", table, "-q"),
    ]
    reduction = ["--segments", 40, "--keep", "dend[4]"]
    file = tmp_path / "cell.json"
    _run(command, "reduce", *model, *reduction, "-o", file)
    places = [("apic[36]", 0.9), ("dend[4]", 0.5), ("l5pc[0].dend[20]", 1.0)]
    run = ["--tstop", TSTOP, "--tstart", 5, "--threshold", -30, "--window", 3, "--json"]
    for place in places:
        run += ["--record", f"{place[0]}({place[1]:g})"]
    found = []
    for how in (reduction, ["--reduced", file]):
        both = tmp_path / "both.csv"
        said = json.loads(_run(command, "compare", *model, *how, *run, "-o", both))
        for name in ("seconds_full", "seconds_reduced"):
            assert said.pop(name) > 0
        columns = np.loadtxt(both, delimiter=",", skiprows=1).T
        found.append((said, columns))
    said, columns = found[0]
    assert said == found[1][0]
    assert np.array_equal(columns, found[1][1])
    full, reduced = (
        neuron_reduce.Recording(
            columns[0], columns[k], dict(zip(places, columns[k + 2 :: 2], strict=True))
        )
        for k in (1, 2)
    )
    own = neuron_reduce.compare(full, reduced, tstart=5, threshold=-30, window=3)
    saved = neuron_reduce.load(file)
    assert said.pop("expected") == {
        name: getattr(saved.record.expected, name)
        for name in ("rmsd", "deviation", "counted", "netcons")
    }
    for place, each in zip(places, said.pop("dendrites"), strict=True):
        assert each.pop("place") == f"{place[0]}({place[1]:g})"
        assert each == vars(own.dendrites[place])
    for name, value in said.items():
        expected = getattr(own, name)
        is_unknown = np.isnan(expected) or (own.is_silent and name in ABOUT_SPIKES)
        assert value == (None if is_unknown else expected), name
    # Where the places went is where the package says that they did.
    assert _potentials_at(cache, table, places, file, tmp_path / "at.npy") == [
        columns[k].tolist() for k in (4, 6, 8)
    ]


def _potentials_at(
    cache: Path, table: Path, places: list[tuple[str, float]], file: Path, path: Path
) -> list[list[float]]:
    """Those of an instance where some places of the original went."""

    @isolated
    def run() -> None:
        mechanisms = l5pc.build(cache)
        saved = neuron_reduce.load(file)
        one = saved.instantiate(set_globals=True)
        vectors = [one.record_at("v", *place) for place in places]
        h.dt = 0.025
        h.finitialize(h.v_init)
        h.batch_run(TSTOP, 1e9)
        np.save(path, np.array([list(each) for each in vectors]))
        del mechanisms

    run()
    return np.load(path).tolist()


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("folded", {}),
        ("lumped", {"keep": ["apic[1]"]}),
        ("classic", {"roots": ["apic[0]", "dend[0]"], "keep": ["dend[2]"]}),
    ],
)
def test_state_and_order(
    command: str, cache: Path, tmp_path: Path, method: str, parts: dict[str, list[Any]]
) -> None:
    """Of a cell with RANDOM variables, FUNCTION_TABLEs and played Vectors, whose point processes
    are of several classes at one place."""
    mods = tmp_path / "mods"
    mods.mkdir()
    for each in state_cell.MODS:
        shutil.copy(each, mods)
    library = state_cell.library(cache)
    model = [state_cell.HOC, "--template", "StateCell", "--own-synapses", "--mods", mods, "-q"]
    chosen = ["--method", method, "--segments", 8, "--rates", 12, *_options(parts)]
    file, voltages, both = (tmp_path / each for each in ("cell.json", "run.csv", "both.csv"))
    _run(command, "reduce", *model, *chosen, "-o", file)
    _run(command, "run", file, "--mods", mods, "--tstop", TSTOP, "-o", voltages, "-q")
    _run(command, "compare", *model, *chosen, "--tstop", TSTOP, "-o", both)
    own = tmp_path / "own.json"

    run_anew(_state_reduced, library, own, method, parts)
    run_anew(_state_full, library, tmp_path / "full")
    assert _known_to_both(file) == _known_to_both(own)
    kept = json.loads(own.read_text())
    assert {each["variable"] for each in kept["plays"]} == {"amp", "g", "g_pas"}
    assert {table for each in kept["mechanisms"] for table in each["tables"]} == {
        "minf",
        "tau",
        "decay",
    }
    assert any(each["streams"] for each in kept["point_processes"])
    assert any(each["arcs"] for each in kept["sections"]) == (method == "lumped")
    assert kept["original"]["segments"]["lines"]
    ran = np.loadtxt(voltages, delimiter=",", skiprows=1)[:, 1]
    compared = np.loadtxt(both, delimiter=",", skiprows=1)
    assert np.array_equal(ran, np.load(own.with_suffix(".npy")))
    assert np.array_equal(compared[:, 2], ran)
    assert np.array_equal(compared[:, 1], np.load(tmp_path / "full.npy"))


def _state_reduced(library: Path, path: Path, method: str, parts: dict[str, list[Any]]) -> None:
    """Reduces the cell with the package, keeps it, and runs it."""
    h.nrn_load_dll(str(library))
    h.load_file(str(state_cell.HOC))
    cell = h.StateCell()
    netcons = list(h.List("NetCon"))
    synapses = [each.syn() for each in netcons]
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, method=method, segments=8, rates=12, in_place=True, **parts
    )
    reduction.save(path)
    _potentials(reduction.cell.soma, path)


def _state_full(library: Path, path: Path) -> None:
    """Runs the whole cell."""
    h.nrn_load_dll(str(library))
    h.load_file(str(state_cell.HOC))
    cell = h.StateCell()
    _potentials(cell.soma, path)


def _potentials(soma: Any, path: Path) -> None:
    """Runs the session, and keeps the potentials of a soma."""
    h.dt = 0.025
    potential = h.Vector().record(soma(0.5)._ref_v)
    h.finitialize(h.v_init)
    h.batch_run(TSTOP, 1e9)
    np.save(path.with_suffix(".npy"), np.array(potential))


def _known_to_both(path: Path) -> str:
    """What a file has, but for what only the package knows: the version of Python."""
    return re.sub(r', "Python": "[^"]*"', "", path.read_text())
