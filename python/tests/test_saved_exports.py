"""What is exported is read by those it is for: plain NEURON, in hoc and in Python, without this
package; and readers of SWC."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import readers
from isolated import isolated
from models import kept
from models.kept import Driven
from neuron_reduce import ArgumentError, NeuronReduceWarning, SavedCellError

METHODS = pytest.mark.parametrize("method", list(kept.SETTINGS))

HOC = """
{{ load_file("stdrun.hoc") }}
{load}
{{ load_file("cell.hoc") }}
objref cell, trace, file
cell = new Cell()
Cell_globals()
{prepare}
trace = new Vector()
{{ trace.record(&cell.soma[0].v(0.5)) }}
v_init = {v_init}
tstop = {duration}
run()
file = new File()
{{ file.wopen("trace") trace.fwrite(file) file.close() }}
quit()
"""

NETPYNE = """
import json, sys
import neuron_reduce
from netpyne import sim
from netpyne.sim import validator
from neuron import h
saved = neuron_reduce.load("saved.json")
config = sim.loadSimCfg("rule.json", setLoaded=False)
model = sim.loadNetParams("rule.json", setLoaded=False)
model.popParams["P"] = {"cellType": "rule", "numCells": 1}
model.popParams["Q"] = {"cellType": "rule", "numCells": 1}
synapse = json.load(open("rule.json"))["synapses"][3]
model.connParams["C"] = {
    "preConds": {"pop": "P"}, "postConds": {"pop": "Q"},
    "synMech": synapse["synMech"], "sec": synapse["sec"], "loc": synapse["loc"],
    "weight": 20 * synapse["weight"][0], "delay": 2.5, "threshold": 10,
}
model.stimSourceParams["S"] = {"type": "IClamp", "del": 20, "dur": 150, "amp": 0.3}
soma = next(iter(model.cellParams["rule"]["secLists"]["somatic"]))
model.stimTargetParams["T"] = {
    "source": "S", "sec": soma, "loc": 0.5, "conds": {"pop": "P"}
}
assert not validator.validateNetParams(model)[1]
config.duration, config.recordTraces, config.recordStep = 200, {}, 0.025
config.dt = 0.025
sim.initialize(simConfig=config, netParams=model)
sim.net.createPops(); sim.net.createCells(); sim.net.connectCells(); sim.net.addStims()
sim.setupRecording()
theirs = [cell.secs[soma]["hObj"] for cell in sim.net.cells]
counts = [len(list(section.wholetree())) for section in theirs]
synapses = sum(
    len(section.get("synMechs", [])) for section in sim.net.cells[1].secs.values()
)
assert counts == [len(saved.content["sections"])] * 2, counts
assert synapses == 1, synapses
ours = [saved.instantiate(gid=10 + index, connect=None) for index in range(2)]
netcon = ours[1].connect(3, 10, delay=2.5)
netcon.weight[0] *= 20
somas = [next(iter(cell.somatic)) for cell in ours]
clamp = h.IClamp(somas[0](0.5))
clamp.delay, clamp.dur, clamp.amp = 20, 150, 0.3
traces = [h.Vector().record(section(0.5)._ref_v) for section in (*theirs, *somas)]
sim.runSim()
traces = [list(each) for each in traces]
apart = [max(abs(a - b) for a, b in zip(*pair)) for pair in zip(traces[:2], traces[2:])]
print("result", json.dumps({"apart": apart, "tops": [max(each) for each in traces]}))
"""

PYTHON = """
import sys
from array import array
from neuron import h
h.load_file("stdrun.hoc")
import cell
made = cell.make(gid=3)
cell.set_globals()
assert "neuron_reduce" not in sys.modules
assert made.synapse(0) == made.netcons[0].syn()
assert h.ParallelContext().gid_exists(3)
other = cell.make(with_sources=False)
assert other.connect(0, h.NetStim()).weight[0] == made.netcons[0].weight[0]
trace = h.Vector().record(next(iter(made.somatic))(0.5)._ref_v)
h.v_init, h.tstop = float(sys.argv[1]), float(sys.argv[2])
h.run()
with open("trace", "wb") as file:
    array("d", trace).tofile(file)
del made, other
assert not list(h.allsec())
"""


def _trace(folder: Path) -> list[float]:
    found = array("d")
    found.frombytes((folder / "trace").read_bytes())
    return list(found)


def run_hoc(folder: Path, prepare: str, library: Path | None = None) -> list[float]:
    """The somatic potential of cell.hoc in nrniv, which is beside Python.

    :param prepare: what is done with the cell before the run.
    :param library: of mechanisms.
    """
    load = "" if library is None else f'{{ nrn_load_dll("{library}") }}'
    script = HOC.format(load=load, prepare=prepare, v_init=-65, duration=kept.DURATION)
    (folder / "run.hoc").write_text(script)
    done = subprocess.run(
        [Path(sys.executable).with_name("nrniv"), "-nogui", "-nopython", "run.hoc"],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (folder / "trace").exists(), done.stdout + done.stderr
    return _trace(folder)


@METHODS
@pytest.mark.parametrize("python", [False, True])
def test_hoc(method: str, python: bool, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        h.celsius = 8.5
        driven = Driven(method, python)
        expected = driven.run()
        driven.reduction.export(tmp_path / "cell.hoc")
        text = (tmp_path / "cell.hoc").read_text()
        driven.reduction.export(tmp_path / "cell.hoc")
        assert (tmp_path / "cell.hoc").read_text() == text
        assert run_hoc(tmp_path, "cell.make_sources()") == expected

    test()


@isolated
def _connected_in_hoc(tmp_path: Path) -> None:
    driven = Driven("lumped")
    for each in driven.reduction.netcons[1:]:
        each.active(False)
    for each in driven.others[4:]:
        each.active(False)
    expected = driven.run()
    driven.reduction.export(tmp_path / "cell.hoc")
    stimulus = driven.drive.stimuli[0]
    prepare = (
        f"objref stimulus\nstimulus = new NetStim()\nstimulus.start = {stimulus.start}\n"
        f"stimulus.interval = {stimulus.interval}\nstimulus.number = 1e9\n"
        "{ cell.connect_source(0, stimulus) }\n"
        "if (cell.synapse(0) != cell.netcons.o(0).syn) quit()"
    )
    assert run_hoc(tmp_path, prepare) == expected


def test_hoc_is_connected_by_the_originals_indices(tmp_path: Path) -> None:
    _connected_in_hoc(tmp_path)


@METHODS
def test_python(method: str, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        h.celsius = 8.5
        driven = Driven(method, python=method == "classic")
        expected = driven.run()
        driven.reduction.export(tmp_path / "cell.py")
        done = subprocess.run(
            [sys.executable, "-c", PYTHON, "-65", str(kept.DURATION)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        )
        assert done.returncode == 0, done.stderr
        assert _trace(tmp_path) == expected

    test()


@isolated
def _events_are_sent(tmp_path: Path) -> None:
    driven = Driven("classic")
    source = h.NetStim()
    source.number, source.start = 1, 20
    netcon = h.NetCon(source, driven.reduction.synapses[0], 10, 2, 0.01)
    expected = driven.run()
    saved = driven.reduction.saved(events={source: [20]})
    assert netcon.weight[0] == saved.content["connections"][-1]["weight"][0]
    saved.export(tmp_path / "cell.hoc")
    assert run_hoc(tmp_path, "cell.make_sources()") == pytest.approx(expected, abs=1e-9)
    assert kept.run(saved.instantiate())[0] == pytest.approx(expected, abs=1e-9)


def test_events_that_are_stated_are_sent(tmp_path: Path) -> None:
    _events_are_sent(tmp_path)


@METHODS
@pytest.mark.parametrize("python", [False, True])
def test_swc(method: str, python: bool, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        h.load_file("import3d.hoc")
        driven = Driven(method, python)
        driven.reduction.export(tmp_path / "cell.swc")
        expected = _sizes(driven.reduction.cell)
        reader = h.Import3d_SWC_read()
        reader.quiet = 1
        reader.input(str(tmp_path / "cell.swc"))
        made = type("Read", (), {"__str__": lambda self: "read"})()
        h.Import3d_GUI(reader, False).instantiate(made)
        found = _sizes(
            type(
                "Read",
                (),
                {
                    "somatic": made.soma,
                    "axonal": made.axon,
                    "basal": made.dend,
                    "apical": made.apic,
                },
            )
        )
        for role, (length, area) in expected.items():
            assert found[role][0] == pytest.approx(length, rel=1e-4), role
            assert found[role][1] == pytest.approx(area, rel=0.03), role

    test()


@METHODS
def test_netpyne(method: str, tmp_path: Path) -> None:
    """NetPyNE's cells do what instances do, beside these in one run."""
    readers.need("netpyne")

    @isolated
    def test() -> None:
        h.celsius = 8.5
        driven = Driven(method)
        # What a cell rule cannot have.
        del driven.others[1:4]
        driven.reduction.save(tmp_path / "saved.json")
        driven.reduction.export(tmp_path / "rule.json")
        text = (tmp_path / "rule.json").read_text()
        driven.reduction.export(tmp_path / "rule.json")
        assert (tmp_path / "rule.json").read_text() == text

    test()
    result = json.loads(readers.said(readers.run(NETPYNE, tmp_path)))
    assert max(result["apart"]) < 1e-9
    # One that fires, and one that it drives.
    assert min(result["tops"][::2]) > 0
    assert min(result["tops"][1::2]) > -60


@isolated
def _what_cell_rules_lack(tmp_path: Path) -> None:
    driven = Driven("classic")
    path = tmp_path / "rule.json"
    with pytest.warns(NeuronReduceWarning, match="has no Vectors that are played into the cell"):
        driven.reduction.export(path)
    with pytest.raises(SavedCellError, match=r"rule\.json"):
        neuron_reduce.load(path)
    found = json.loads(path.read_text())
    assert len(found["synapses"]) == len(driven.drive.synapses)
    rule = found["net"]["params"]["cellParams"]["rule"]
    assert set(rule["secs"]["soma_0"]["ions"]["na"]) == {"e", "i", "o"}
    path.unlink()
    cell = driven.reduction.cell
    cell.dend[0](0.1).cm = 7
    with pytest.raises(SavedCellError, match=r"cm of .* differs between segments"):
        driven.reduction.export(path)
    cell.dend[0].cm = 1
    edited = driven.reduction.saved().content
    edited["sections"][0]["rallbranch"] = 2
    with pytest.raises(SavedCellError, match=r"rallbranch 2.*expected 1"):
        neuron_reduce.SavedCell(edited).export(path)
    driven.reduction.synapses[0].e = float("nan")
    with pytest.raises(SavedCellError, match=r"e of .* is nan"):
        driven.reduction.export(path)
    driven.reduction.synapses[0].e = 0
    cell.dend[1].insert("extracellular")
    with pytest.raises(SavedCellError, match="extracellular has a parameter that is an array"):
        driven.reduction.export(path)
    assert os.listdir(tmp_path) == []


def test_what_netpyne_cannot_be_told(tmp_path: Path) -> None:
    _what_cell_rules_lack(tmp_path)


def _sizes(cell: Any) -> dict[str, tuple[float, float]]:
    """By part of a cell its length and its area."""
    return {
        name: (
            math.fsum(each.L for each in getattr(cell, name)),
            math.fsum(segment.area() for each in getattr(cell, name) for segment in each),
        )
        for name in ("somatic", "axonal", "basal", "apical")
    }


@isolated
def _bad(tmp_path: Path) -> None:
    driven = Driven("classic")
    saved = driven.reduction.saved()
    for name in ("cell", "cell.txt", "cell.xml"):
        with pytest.raises(
            ArgumentError, match=r"expected one that ends with \.hoc, \.json, \.nml, \.py or \.swc"
        ):
            saved.export(tmp_path / name)
    assert os.listdir(tmp_path) == []


@isolated
def _no_numbers(tmp_path: Path) -> None:
    driven = Driven("classic")
    driven.reduction.synapses[0].e = float("nan")
    driven.reduction.synapses[1].e = -float("inf")
    driven.reduction.export(tmp_path / "cell.hoc")
    prepare = (
        "x = cell.synapse({0}).e\nif (x == x) quit()\nif (cell.synapse({1}).e != -1e999) quit()"
    )
    expected = [
        next(
            index
            for index in range(len(driven.drive.synapses))
            if driven.reduction.synapse(index) == driven.reduction.synapses[own]
        )
        for own in (0, 1)
    ]
    assert len(run_hoc(tmp_path, prepare.format(*expected))) > 10


def test_hoc_is_told_of_what_is_no_number(tmp_path: Path) -> None:
    _no_numbers(tmp_path)


def test_what_cannot_be_exported(tmp_path: Path) -> None:
    _bad(tmp_path)
