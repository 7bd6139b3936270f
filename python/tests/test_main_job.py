"""What a user is promised of a reduction: what is at hand afterwards, and what is left alone.

Numbers are compared with upstream's elsewhere.
"""

from __future__ import annotations

import gc
import inspect
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import snapshot
from compare import rmsd
from isolated import isolated
from models import small_cell
from neuron_reduce import (
    subtree_reductor,
)
from reading import all_names, names

MODELS = Path(__file__).with_name("models")


PACKAGES = Path(neuron_reduce.__file__).resolve().parents[1]
"""Where the package under test lies: installed, or in the source tree."""


LISTS = ("all", "somatic", "apical", "basal", "axonal")


def _run_python(*arguments: str, display: bool = False) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "NEURON_MODULE_OPTIONS")
    }
    environment["PYTHONPATH"] = str(PACKAGES)
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=MODELS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return run.stdout.splitlines()[-1]


@pytest.mark.parametrize("mode", ["headless", "gui"])
def test_quick_script(mode: str) -> None:
    result = json.loads(_run_python("quick_script.py", mode))
    full, reduced = result.pop("full"), result.pop("reduced")
    assert len(full) == len(reduced) == 6001
    assert max(full) - min(full) > 3.0, "too little happens to compare"
    assert full != reduced
    assert rmsd(full, reduced) < 0.5
    assert result["same times"]
    assert result["connections"] == 200
    assert result["synapses"] < 40
    assert math.isclose(result["weight"], 160 * 3e-4 + 40 * 1.5e-4, rel_tol=1e-9)
    assert result["sections"] == 5, "soma, axon, and three cables"
    assert result["celsius"] == 37


@pytest.mark.parametrize("loaded", [False, True])
def test_import_keeps_settings(loaded: bool) -> None:
    program = f"""
from neuron import h
if {loaded}:
    h.load_file("stdrun.hoc")
    h.v_init, h.tstop, h.steps_per_ms = -71, 99, 10
h.celsius, h.dt, h.t, h.secondorder = 34, 0.1, 7, 2
import neuron_reduce
print([h.celsius, h.dt, h.t, h.secondorder])
if {loaded}:
    print([h.celsius, h.dt, h.t, h.secondorder, h.v_init, h.tstop, h.steps_per_ms])
"""
    expected = [34, 0.1, 7, 2] + ([-71, 99, 10] if loaded else [])
    assert json.loads(_run_python("-c", program)) == expected


@pytest.mark.parametrize("first", [True, False])
def test_import_before_and_after_neuron(first: bool) -> None:
    imports = ["import neuron_reduce", "from neuron import h"]
    program = "\n".join(
        [
            *(imports if first else imports[::-1]),
            "soma, dend = h.Section('soma'), h.Section('dend')",
            "dend.connect(soma)",
            "dend.insert('pas')",
            "class Cell: pass",
            "cell = Cell()",
            "cell.soma = soma",
            "reduced, _, _ = neuron_reduce.subtree_reductor(cell, [], [])",
            "print(reduced.dend[0].nseg)",
        ]
    )
    assert int(_run_python("-c", program)) > 0


def test_signature() -> None:
    parameters = inspect.signature(subtree_reductor).parameters
    assert {name: parameter.default for name, parameter in list(parameters.items())[3:]} == {
        "reduction_frequency": 0,
        "model_filename": "model.hoc",
        "total_segments_manual": -1,
        "PP_params_dict": None,
        "mapping_type": "impedance",
        "return_seg_to_seg": False,
        "method": "classic",
        "rates": None,
        "merge": "published",
        "leak": None,
        "roots": None,
        "keep": None,
        "spines": None,
        "soma": None,
        "apical": None,
        "axon": None,
    }
    assert list(parameters)[:3] == ["original_cell", "synapses_list", "netcons_list"]
    by_position, by_name = list(parameters.values())[:9], list(parameters.values())[9:]
    assert all(p.kind is p.POSITIONAL_OR_KEYWORD for p in by_position)
    assert all(p.kind is p.KEYWORD_ONLY for p in by_name)


@isolated
def test_soma_and_axon_are_the_same_sections() -> None:
    model = small_cell.model()
    soma, axon = list(model.cell.soma), list(model.cell.axon)
    before = {section.name(): section.hoc_internal_name() for section in [*soma, *axon]}
    reduced, _, _ = model.reduce()
    assert list(reduced.soma) == soma
    assert list(reduced.somatic) == soma
    assert list(reduced.axonal) == axon
    assert reduced.axon == axon[:1]
    assert {s.name(): s.hoc_internal_name() for s in [*soma, *axon]} == before
    assert axon[0].parentseg() == soma[0](0)
    assert axon[1].parentseg() == axon[0](1)


@isolated
def test_soma_and_axon_keep_their_properties() -> None:
    model = small_cell.model()
    soma, axon = model.cell.soma[0], model.cell.axon[1]
    soma(0.5).hh.gnabar = 0.11
    soma.ena = 51.0
    axon(0.5).hh.gkbar = 0.03

    def sections() -> list[Any]:
        kept = {section.name() for section in [soma, axon, model.cell.axon[0]]}
        found = [s for s in snapshot.take()["sections"] if s["name"] in kept]
        for section in found:
            del section["children"]
        return found

    before = sections()
    result = model.reduce()
    assert len(before) == 3
    assert snapshot.differences(before, sections()) == []
    assert result


@isolated
def test_recordings_and_clamps_on_soma_and_axon_go_on() -> None:
    model = small_cell.model()
    soma, axon = model.cell.soma[0], model.cell.axon[1]
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2.0, 1e9, 0.0
    axon_clamp = h.IClamp(axon(0.9))
    axon_clamp.delay, axon_clamp.dur, axon_clamp.amp = 2.0, 1e9, 0.0
    times = h.Vector().record(h._ref_t)
    soma_v = h.Vector().record(soma(0.5)._ref_v)
    axon_v = h.Vector().record(axon(0.9)._ref_v)
    sodium = h.Vector().record(axon(0.5).hh._ref_gna)
    counter = h.APCount(soma(0.5))

    def run(amplitude: float, axon_amplitude: float) -> list[list[float]]:
        clamp.amp, axon_clamp.amp = amplitude, axon_amplitude
        for netcon in model.drive.netcons:
            netcon.weight[0] = 0.0
        model.voltages()
        return [list(vector) for vector in (times, soma_v, axon_v, sodium)]

    full = run(0.0, 0.0)
    result = model.reduce()
    assert clamp.get_segment() == soma(0.5)
    quiet, at_soma, at_axon = run(0.0, 0.0), run(0.8, 0.0), run(0.0, 0.3)
    assert all(len(vector) == len(full[0]) for vector in quiet + at_soma)
    assert quiet[0] == full[0]
    assert rmsd(full[1], quiet[1]) < 0.5
    assert max(quiet[1]) < -50
    assert max(at_soma[1]) > 0, "no spike of the soma"
    assert max(at_axon[2]) > 0, "no spike of the axon"
    assert max(at_soma[3]) > 10 * max(quiet[3])
    run(0.8, 0.0)
    assert counter.n >= 1
    assert result


@isolated
def test_run_starts_again_without_finitialize() -> None:
    """A reduction in the middle of a run leaves a session that can go on."""
    model = small_cell.model()
    model.voltages()
    time = h.t
    reduced, _, _ = model.reduce()
    assert h.t == time
    h.continuerun(time + 5.0)
    assert h.t == pytest.approx(time + 5.0)
    assert math.isfinite(reduced.soma[0](0.5).v)


@isolated
def test_attributes() -> None:
    model = small_cell.model()
    original_soma = model.cell.soma[0]
    reduced, _, _ = model.reduce()
    assert reduced.soma[0] == original_soma
    assert reduced.apic.name() == "model[0].apic[0]"
    assert names(reduced.dend) == ["model[0].dend[0]", "model[0].dend[1]"]
    assert names(reduced.axon) == [model.cell.axon[0].name()]
    assert reduced.hoc_model.hname() == "model[0]"
    assert "model[0]" in repr(reduced)


@isolated
def test_section_lists() -> None:
    model = small_cell.model()
    soma, axon = list(model.cell.soma), list(model.cell.axon)
    reduced, _, _ = model.reduce()
    expected = {
        "somatic": soma,
        "axonal": axon,
        "apical": [reduced.apic],
        "basal": list(reduced.dend),
    }
    expected["all"] = [*soma, *axon, reduced.apic, *reduced.dend]
    # The instance's hold the cables, as neuron-reduce 0.0.7's do.
    cables = {"all": [reduced.apic, *reduced.dend], "somatic": [], "axonal": []}
    for name in LISTS:
        for owner, wanted in ((reduced, expected), (reduced.hoc_model, expected | cables)):
            assert sorted(names(getattr(owner, name))) == sorted(names(wanted[name]))
    assert set(reduced.all) == set(soma[0].wholetree())
    # As a hoc script reaches them.
    h("objref neuron_reduce_test_cell")
    h.neuron_reduce_test_cell = reduced.hoc_model
    h("neuron_reduce_test_n = 0\nforsec neuron_reduce_test_cell.all neuron_reduce_test_n += nseg")
    assert h.neuron_reduce_test_n == sum(section.nseg for section in cables["all"])


@isolated
def test_without_apical() -> None:
    model = small_cell.model(without=("apic",))
    reduced, _, _ = model.reduce()
    assert reduced.apic is None
    assert list(reduced.apical) == []
    assert len(list(reduced.dend)) == 2
    model.voltages()


@isolated
def test_without_basal() -> None:
    model = small_cell.model(without=("dend",))
    reduced, _, _ = model.reduce()
    assert list(reduced.dend) == []
    assert list(reduced.basal) == []
    assert reduced.apic.name() == "model[0].apic[0]"
    model.voltages()


@isolated
def test_without_axon() -> None:
    model = small_cell.model(without=("axon",))
    reduced, _, _ = model.reduce()
    assert list(reduced.axon) == []
    assert list(reduced.axonal) == []
    model.voltages()


@isolated
def test_dendrites_are_gone() -> None:
    model = small_cell.model()
    dendrites = [*model.cell.dend, *model.cell.apic]
    gone = names(dendrites)
    kept = [name for name in all_names() if name not in gone]
    reduced, _, _ = model.reduce()
    assert sorted(all_names()) == sorted([*kept, *names(reduced.dend), reduced.apic.name()])
    assert names(model.cell.all) == names([*model.cell.soma, *model.cell.axon])
    for section in dendrites:
        with pytest.raises(ReferenceError):
            _ = section.nseg


@isolated
def test_other_cells_are_untouched() -> None:
    model = small_cell.model()
    name = model.bystander.hname()

    def bystander() -> Any:
        session = snapshot.take()
        mine = {synapse.hname() for synapse in model.bystander_drive.synapses}
        mine |= {netcon.hname() for netcon in model.bystander_drive.netcons}
        mine |= {stimulus.hname() for stimulus in model.bystander_drive.stimuli}
        processes = [each for kind in session["point processes"].values() for each in kind]
        return [
            [section for section in session["sections"] if section["name"].startswith(name)],
            [item for item in [*processes, *session["connections"]] if item["name"] in mine],
            session["globals"],
        ]

    traces = model.voltages()
    before = bystander()
    result = model.reduce()
    after = bystander()
    assert len(before[0]) == 10
    assert len(before[1]) == 99
    assert snapshot.differences(before, after) == []
    assert model.voltages()[1] == traces[1]
    assert result


@isolated
def test_settings_are_kept() -> None:
    model = small_cell.model()
    model.voltages()
    h.celsius, h.dt, h.tstop, h.v_init, h.secondorder = 33.3, 0.05, 77.0, -71.0, 2
    h.nai0_na_ion, h.usetable_hh, h.steps_per_ms = 11.0, 0, 20
    before = snapshot.take()["globals"]
    assert before["t"] == pytest.approx(small_cell.DURATION)
    result = model.reduce()
    assert snapshot.differences(before, snapshot.take()["globals"]) == []
    assert result


@isolated
def test_no_section_is_left_on_the_stack() -> None:
    model = small_cell.model()
    pushed = [model.bystander.dend[1], model.cell.soma[0], model.cell.axon[0]]
    for section in pushed:
        section.push()
    result = model.reduce(return_seg_to_seg=True)
    for section in reversed(pushed):
        assert h.cas() == section
        h.pop_section()
    assert result


@isolated
def test_no_object_is_left_behind() -> None:
    model = small_cell.model()
    small_cell.model().reduce()
    gc.collect()
    before = snapshot.take()["objects"]
    result = model.reduce()
    gc.collect()
    after = snapshot.take()["objects"]
    assert after.pop("SectionList") == before.pop("SectionList") + 10, "those of the new cell"
    assert after == before
    assert result


def test_public_names() -> None:
    published = {"reducing_methods", "subtree_reductor_func"}
    assert sorted(neuron_reduce.__all__) == sorted(
        name
        for name, value in vars(neuron_reduce).items()
        if not name.startswith("_") and (name in published or not inspect.ismodule(value))
    )
    for name in neuron_reduce.__all__:
        assert getattr(neuron_reduce, name).__doc__
    errors = [
        value
        for value in vars(neuron_reduce).values()
        if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert {error.__name__ for error in errors} == {
        name for name, value in vars(neuron_reduce.errors).items() if isinstance(value, type)
    }
    assert all(issubclass(error, neuron_reduce.NeuronReduceError | Warning) for error in errors)
