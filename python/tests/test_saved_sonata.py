"""What is exported as a node type of SONATA is run by BMTK, as it is by plain NEURON."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from neuron import h

import readers
from isolated import isolated
from models import compiled9, kept
from models.kept import Driven
from neuron_reduce import ArgumentError, SavedCellError
from test_saved_exports import METHODS, run_hoc

BMTK = """
import csv, json
import h5py
import numpy as np
import neuron_reduce
from bmtk.simulator import bionet
from bmtk.simulator.bionet.pyfunction_cache import add_synapse_model
from neuron import h

rows = list(csv.DictReader(open("cell/synapses.csv"), delimiter=" "))
count = len(rows)
with h5py.File("nodes.h5", "w") as file:
    group = file.create_group("nodes/cell")
    group["node_id"], group["node_type_id"] = [0, 1], [100, 100]
    group["node_group_id"], group["node_group_index"] = [0, 0], [0, 1]
    group.create_group("0")
with h5py.File("edges.h5", "w") as file:
    group = file.create_group("edges/cell_to_cell")
    for name, node in ("source", 0), ("target", 1):
        group[f"{name}_node_id"] = np.full(count, node)
        group[f"{name}_node_id"].attrs["node_population"] = "cell"
    group["edge_type_id"] = [int(row["edge_type_id"]) for row in rows]
    group["edge_group_id"], group["edge_group_index"] = np.zeros(count, int), np.arange(count)
    group["0/afferent_section_id"] = [int(row["afferent_section_id"]) for row in rows]
    group["0/afferent_section_pos"] = [float(row["afferent_section_pos"]) for row in rows]
    group["0/delay"] = [1.013 + 0.0717 * index for index in range(count)]
    group["0/syn_weight"] = [2 * float(row["syn_weight"]) for row in rows]
    for name, ranges in ("source", [[0, 1], [0, 0]]), ("target", [[0, 0], [0, 1]]):
        other = "target" if name == "source" else "source"
        group[f"indices/{name}_to_{other}/node_id_to_range"] = ranges
        group[f"indices/{name}_to_{other}/range_to_edge_id"] = [[0, count]]

circuit = json.load(open("cell/circuit_config.json"))
circuit["manifest"]["$BASE_DIR"] = "cell"
circuit["networks"] = {
    "nodes": [{"nodes_file": "nodes.h5", "node_types_file": "cell/node_types.csv"}],
    "edges": [{"edges_file": "edges.h5", "edge_types_file": "cell/edge_types.csv"}],
}
json.dump(circuit, open("circuit.json", "w"))
simulation = json.load(open("cell/simulation_config.json"))
simulation["network"] = "circuit.json"
simulation["target_simulator"] = "NEURON"
simulation["run"] |= {"tstop": 150.0, "dt": 0.025, "spike_threshold": 10, "nsteps_block": 5000}
simulation["output"] = {"output_dir": "out", "spikes_file": "spikes.h5", "log_file": "log"}
simulation["inputs"] = {
    "clamp": {
        "input_type": "current_clamp", "module": "IClamp", "node_set": {"node_id": [0]},
        "amp": 0.3, "delay": 30.0, "duration": 80.0,
    }
}
json.dump(simulation, open("simulation.json", "w"))

def maker(mechanism):
    def make(parameters, x, section):
        made = getattr(h, mechanism)(x, sec=section)
        for name, value in parameters.items():
            if name != "erev":
                setattr(made, name, value)
        return made
    return make

for row in csv.DictReader(open("cell/edge_types.csv"), delimiter=" "):
    add_synapse_model(maker(row["model_template"]), row["model_template"])
config = bionet.Config.from_json("simulation.json")
config.build_env()
network = bionet.BioNetwork.from_config(config)
simulator = bionet.BioSimulator.from_config(config, network=network)
saved = neuron_reduce.load("saved.json")
theirs = [network.get_cell_gid(index).hobj.soma[0] for index in range(2)]
assert [len(list(each.wholetree())) for each in theirs] == [len(saved.content["sections"])] * 2
assert (h.celsius, h.v_init, h.usetable_hh) == (8.5, -64, 0)
ours = [saved.instantiate(gid=100 + index, connect=None) for index in range(2)]
somas = [next(iter(each.somatic)) for each in ours]
clamp = h.IClamp(somas[0](0.5))
clamp.delay, clamp.dur, clamp.amp = 30, 80, 0.3
for index in range(count):
    netcon = ours[1].connect(index, 100, delay=1.013 + 0.0717 * index)
    netcon.weight[0] *= 2
traces = [h.Vector().record(each(0.5)._ref_v) for each in (*theirs, *somas)]
simulator.run()
traces = [np.array(each) for each in traces]
apart = [float(np.abs(a - b).max()) for a, b in zip(traces[:2], traces[2:])]
print("result", json.dumps({"apart": apart, "tops": [float(each.max()) for each in traces]}))
"""


@METHODS
def test_bmtk(method: str, tmp_path: Path) -> None:
    """BMTK's cells do what instances do, beside these in one run."""
    readers.need("bmtk")

    @isolated
    def test() -> None:
        h.celsius, h.v_init, h.usetable_hh = 8.5, -64, 0
        driven = Driven(method)
        # No clamps, and no connections but the synapses'.
        del driven.others[:]
        driven.reduction.export(tmp_path / "cell", format="sonata")
        saved = driven.reduction.saved()
        saved.export(tmp_path / "again", format="sonata")
        for folder, _, files in os.walk(tmp_path / "cell"):
            assert all((Path(folder) / name).read_text() for name in files)
        names = [each for _, _, files in os.walk(tmp_path / "again") for each in files]
        assert sorted(names) == sorted(
            each.replace("Cell", "Again")
            for _, _, files in os.walk(tmp_path / "cell")
            for each in files
        )
        saved.save(tmp_path / "saved.json")

    test()
    result = json.loads(readers.said(readers.run(BMTK, tmp_path)))
    assert max(result["apart"]) < 1e-9
    # One that fires, and one that it drives.
    assert min(result["tops"][::2]) > 0
    assert min(result["tops"][1::2]) > -60


@isolated
def _by_plain_neuron(tmp_path: Path) -> None:
    driven = Driven("folded")
    saved = driven.reduction.saved()
    saved.export(tmp_path / "cell", format="sonata")
    rows = list(csv.DictReader((tmp_path / "cell" / "synapses.csv").open(), delimiter=" "))
    content = saved.content
    assert len(rows) == len(driven.drive.synapses)
    for index, row in enumerate(rows):
        process = content["point_processes"][content["original"]["synapses"][index]]
        netcon = content["connections"][content["original"]["connections"][index]]
        assert int(row["synapse"]) == index
        assert int(row["afferent_section_id"]) == process["section"]
        assert float(row["afferent_section_pos"]) == process["x"]
        assert float(row["syn_weight"]) == netcon["weight"][0]
        assert float(row["delay"]) == netcon["delay"]
    # The clamps, and what is played into one of them, are the template's.
    (tmp_path / "cell.hoc").write_text((tmp_path / "cell" / "templates" / "Cell.hoc").read_text())
    found = run_hoc(tmp_path, "")
    del driven.reduction.netcons[:]
    driven.drive.netcons.clear()
    del driven.others[4:]
    for each in h.List("NetCon"):
        each.active(False)
    assert found == driven.run()


def test_the_template_has_what_is_no_synapse(tmp_path: Path) -> None:
    _by_plain_neuron(tmp_path)


def test_what_sonata_cannot_be_told(cache: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        compiled9.load_mechanisms(cache)
        driven = Driven("classic")
        path = tmp_path / "cell"

        def refused(content: dict, text: str) -> None:
            from neuron_reduce import SavedCell

            with pytest.raises(SavedCellError, match=text):
                SavedCell(content).export(path, format="sonata")
            assert os.listdir(tmp_path) == []

        saved = driven.reduction.saved()
        content = saved.content
        own = content["survivors"][0]
        content["point_processes"][own]["parameters"]["e"] = "nan"
        refused(content, r"e of .* is nan, for which JSON has no text; expected a number")
        content = saved.content
        content["plays"][0]["point_process"] = own
        refused(content, r"a synapse, has a Vector that is played into it, which SONATA's edges")
        content = saved.content
        content["point_processes"][own]["streams"] = {"noise": {"ids": [1, 2, 3], "sequence": 0}}
        refused(content, r"a synapse, has RANDOM variables, .*or the format 'hoc' or 'python'")
        content = saved.content
        content["point_processes"][own]["parameters"]["many"] = [1, 2]
        refused(content, r"a synapse, has the array many, .*; expected single numbers")
        content = saved.content
        for each in content["connections"]:
            each["weight"] = [1e-3, 0.5]
        refused(content, r"a synapse, has connections of 2 weights, .*; expected one, others 0")
        with pytest.raises(ArgumentError, match=r"format is 'sonatas'; expected one of 'hoc', "):
            saved.export(path, format="sonatas")  # type: ignore[arg-type]
        with pytest.raises(ArgumentError, match=r"format is array.*; expected one of 'hoc', "):
            saved.export(path, format=np.array(["sonata", "hoc"]))  # type: ignore[arg-type]
        with pytest.raises(ArgumentError, match=r"path is ''; expected that of a file"):
            saved.export("", format="sonata")
        os.chdir(tmp_path)
        for here in (".", tmp_path):
            with pytest.raises(ArgumentError, match="the folder that this process is in"):
                saved.export(here, format="sonata")
        assert os.listdir(tmp_path) == []
        path.mkdir()
        saved.export(path, format="sonata")
        with pytest.raises(ArgumentError, match=r"path is .*cell', which is there; expected"):
            saved.export(path, format="sonata")
        with pytest.raises(FileNotFoundError):
            saved.export(tmp_path / "none" / "cell", format="sonata")
        assert sorted(os.listdir(tmp_path)) == ["cell"]
        saved.export(tmp_path / "cell.template", format="hoc")
        saved.export(tmp_path / "cell.hoc")
        assert (tmp_path / "cell.template").read_text() == (tmp_path / "cell.hoc").read_text()

    test()


def test_rows_of_kinds(tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        folder = tmp_path / "a cell"
        kept.Driven("lumped").reduction.export(folder, format="sonata")
        texts = {
            str(each.relative_to(folder)): each.read_text()
            for each in folder.rglob("*")
            if each.is_file()
        }
        assert texts["node_types.csv"] == (
            "node_type_id model_type model_template morphology\n100 biophysical hoc:A_cell A_cell\n"
        )
        types = list(csv.DictReader(texts["edge_types.csv"].splitlines(), delimiter=" "))
        assert [int(each["edge_type_id"]) for each in types] == [
            101 + index for index in range(len(types))
        ]
        for each in types:
            text = texts[f"synaptic_models/{each['dynamics_params']}"]
            parameters = json.loads(text)
            assert parameters["erev"] == parameters["e"]
            assert each["dynamics_params"].startswith(f"{each['model_template']}_")

    test()
