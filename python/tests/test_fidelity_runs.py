"""What the fidelity benchmark runs: drives, places of recording, currents; and its records."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from neuron import h

import cells
import family
import find_protocols
import front
import methods
import model
import neuron_reduce
import one_cell
import protocols
import run
import synapses
import tables
from isolated import isolated
from models import small_cell


def _template() -> Any:
    """A cell as those of the benchmark, which have names of hoc templates."""
    cell = small_cell.build()
    soma, dendrites = list(cell.soma), small_cell.dendrites_of(cell)
    apical = [each for each in dendrites if "apic" in each.name()]
    return SimpleNamespace(
        soma=soma,
        apic=apical,
        dend=[each for each in dendrites if each not in apical],
        apical=apical,
        basal=[each for each in dendrites if each not in apical],
        all=[*soma, *dendrites],
        axonal=[],
        kept=cell,
    )


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a small cell that takes the place of published ones, with its drive."""
    monkeypatch.setattr(cells, "load", lambda name, cache: _template())
    drives, amplitudes = tmp_path / "drives.json", tmp_path / "protocols.json"
    drives.write_text(json.dumps({"l5pc": {"mid": {"excitation": 2.0}}}))
    currents = {"subthreshold step": 0.05, "distal pulse": 0.05, "spike": 2.0}
    amplitudes.write_text(json.dumps({"l5pc": currents}))
    monkeypatch.setattr(one_cell, "DRIVES", drives)
    monkeypatch.setattr(protocols, "PROTOCOLS", amplitudes)
    return "l5pc"


def _options(cell: str, cache: Path, **changed: Any) -> one_cell.Options:
    options = one_cell.Options(
        cell, ["mid"], [1, 2], ["classic", "lumped"], 220.0, str(cache), 2, "auto", True
    )
    return options._replace(**changed)


@isolated
def test_records_are_those_of_evaluate(one: str, tmp_path: Path) -> None:
    found = one_cell.carry_out(_options(one, tmp_path))
    assert list(h.allsec()) == [], "what is left would run along"
    assert len(found.drives) == 2
    expected = neuron_reduce.evaluate(
        model.maker(one, tmp_path, 2.0),
        tstop=220.0,
        tstart=model.SETTLED,
        seeds=(1, 2),
        method="lumped",
        progress=False,
    )
    for record, case in zip(found.drives, expected.cases, strict=True):
        assert record["seed"] == case.seed
        assert list(record["methods"]) == ["classic", "lumped"]
        lumped = record["methods"]["lumped"]
        assert lumped["rmsd"] == case.comparison.rmsd
        assert lumped["bias"] == case.comparison.mean_difference
        assert record["full"]["segments"] == expected.record.segments_full
        labels = {site["label"] for site in record["full"]["sites"]}
        assert labels == {"25 %", "50 %", "75 %", "100 %", "basal 50 %"}
        assert all(lumped[f"rmsd at {label}"] > 0 for label in labels)
        for name, each in case.comparison.ceiling.items():
            assert record["ceilings"][name]["rmsd"] == each.rmsd
    assert set(found.currents) == {"full", "classic", "lumped"}
    full = found.currents["full"]
    assert full["subthreshold step"]["deflection"] > 0.1
    assert full["distal pulse"]["height"] > 0
    assert len(full["spike"]["heights"]) == 5
    assert json.loads(json.dumps(run.without_nan(found)))
    text = tables.of_currents(["classic", "lumped"], {one: found.currents})
    assert "subthreshold step: deflection" in text
    assert "## lumped" in tables.of_method("lumped", found.drives)


@isolated
def test_other_inputs_and_sizes(
    one: str, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each input and size has a record with each method; both have a table, sizes a picture."""
    synapses.load(cache)
    monkeypatch.setattr(family, "TSTOP", 320.0)
    monkeypatch.setattr(front, "SIZES", {"classic": (-1,), "folded": (-1, 4)})
    # So many small cells are sooner run by NEURON than compiled.
    chosen = {"drives": [], "currents": False, "inputs": True, "front": True, "engine": "neuron"}
    options = _options(one, tmp_path, methods=["lumped"], **chosen)
    found = one_cell.carry_out(options)
    assert found.drives == []
    names = [each["input"] for each in found.inputs if each["method"] == "lumped"]
    assert len(set(names)) == len(names) == 9, names
    text = tables.of_inputs(options.methods, found.inputs)
    assert all(each in text for each in names)
    full = {each["input"]: each["height_full"] for each in found.inputs}
    shunt, both = (each for each in names if "shunt" in each)
    assert full[shunt] < 1 < full[both]
    assert [each["method"] for each in found.front][:2] == ["classic", "folded"]
    whole = found.front[0]["segments_full"]
    assert all(1 <= each["segments"] < whole for each in found.front)
    assert "folded" in tables.of_front(found.front)
    front.draw(found.front, tmp_path / "front.svg")
    assert (tmp_path / "front.svg").read_text().startswith("<?xml")


def test_sizes_are_asked_for_by_name() -> None:
    assert methods.arguments("classic", 100) == {"method": "classic"}
    assert methods.arguments("folded, 120", 100) == {"method": "folded", "segments": 120}
    assert methods.arguments("folded, third", 100) == {"method": "folded", "segments": 33}


@isolated
def test_full_runs_are_made_once(one: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = _options(one, tmp_path, seeds=[1], methods=["classic"], currents=False)
    first = one_cell.carry_out(options)
    files = {each: each.stat().st_mtime_ns for each in (tmp_path / "fidelity-runs").iterdir()}
    assert len(files) == 1
    second = one_cell.carry_out(options._replace(methods=["lumped", "classic"]))
    assert {each: each.stat().st_mtime_ns for each in files} == files
    assert len(list((tmp_path / "fidelity-runs").iterdir())) == 1
    before, after = (each.drives[0] for each in (first, second))
    assert before["full"] == after["full"]
    assert before["methods"]["classic"]["rmsd"] == after["methods"]["classic"]["rmsd"]


@isolated
def test_seeds_give_other_places_and_events(one: str, tmp_path: Path) -> None:
    make = model.maker(one, tmp_path, 1.0)
    cell, synapses, netcons, drive = make(1)
    length = sum(each.L for each in (*cell.apical, *cell.basal))
    assert len(synapses) == len(netcons) == round(length)
    assert netcons[0].weight[0] == model.EXCITATORY_WEIGHT
    assert netcons[-1].weight[0] == model.INHIBITORY_WEIGHT
    other, again = make(2), make(1)

    def places(found: list[Any]) -> list[str]:
        return [model.local_name(str(each.get_segment())) for each in found]

    assert places(synapses) != places(other[1])
    assert places(synapses) == places(again[1])


@isolated
def test_bench_of_the_search(one: str, tmp_path: Path) -> None:
    bench = find_protocols.Bench(one, tmp_path)
    step = protocols.Kind(20.0, 5.0)
    below, above = (bench.respond(step, amplitude) for amplitude in (0.01, 5.0))
    assert len(below.spike_times()) == 0
    assert len(above.spike_times()) > 0
    assert below.time[-1] == pytest.approx(protocols.BEGIN + 25.0)
    again = bench.respond(step, 0.01)
    assert again.soma.tolist() == below.soma.tolist()


def test_deflection_begins_before_the_current() -> None:
    v = np.full(round(400 / model.DT), -70.0)
    v[round(protocols.BEGIN / model.DT) :] = -60.0
    found = protocols.deflection(v)
    assert found[0] == 0
    assert np.flatnonzero(found)[0] == round(protocols.BASELINE / model.DT)
    assert math.isclose(found[-1], 10.0)
