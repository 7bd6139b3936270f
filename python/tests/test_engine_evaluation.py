"""Evaluations and tunings by the engine, beside NEURON's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import made
from neuron_reduce import ArgumentError, EngineError
from neuron_reduce._engine import compiler
from neuron_reduce._runs import native

pytestmark = pytest.mark.usefixtures("compiled_cells")

SETTINGS: dict[str, Any] = {"method": "classic", "tstop": 40.0, "v_init": -65.0, "progress": False}


def _recordings(evaluation: neuron_reduce.Evaluation) -> list[neuron_reduce.Recording]:
    return [
        each
        for case in evaluation.cases
        for each in (case.full, case.reduced, *case.ceilings.values())
    ]


@isolated
def test_potentials_are_those_of_neuron() -> None:
    """Ceilings, places and all."""
    theirs, ours = (
        neuron_reduce.evaluate(made.make, seeds=(3, 4), engine=engine, **SETTINGS)
        for engine in ("neuron", "native")
    )
    assert all(each.simulator == "NEURON" for each in _recordings(theirs))
    assert all(each.simulator == "engine" for each in _recordings(ours))
    assert theirs.notes == []
    assert ours.notes == [
        "The full cell was run by the engine.",
        "The reduced cell was run by the engine.",
    ]
    for one, other in zip(_recordings(theirs), _recordings(ours), strict=True):
        assert np.array_equal(one.time, other.time)
        assert np.abs(one.soma - other.soma).max() < 1e-6
        assert list(one.dendrites) == list(other.dendrites)
        for site, voltage in one.dendrites.items():
            assert np.abs(voltage - other.dendrites[site]).max() < 1e-6
    assert theirs.rmsd == pytest.approx(ours.rmsd, rel=1e-6)


@isolated
def test_each_cell_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled ahead is what the reduced cell's run wants."""
    monkeypatch.setenv("NEURON_REDUCE_CACHE", str(tmp_path))
    counts = tmp_path / "counts"
    begin = compiler._Compilation.__init__

    def counted(self: Any, source: str, *arguments: Any) -> None:
        with counts.open("a") as file:
            file.write(f"{hash(source)}\n")
        begin(self, source, *arguments)

    monkeypatch.setattr(compiler._Compilation, "__init__", counted)
    neuron_reduce.evaluate(made.make, seeds=(3,), engine="native", **SETTINGS)
    sources = counts.read_text().split()
    assert len(sources) == len(set(sources)) == 2


def _with_handler(seed: int) -> Any:
    model = made.make(seed)
    model.kept.append(h.FInitializeHandler(lambda: None))
    return model


def _with_extracellular(seed: int) -> Any:
    model = made.make(seed)
    model.cell.axon[0].insert("extracellular")
    return model


@isolated
def test_the_choice_is_explained(monkeypatch: Any) -> None:
    settings = {**SETTINGS, "tstop": 10, "ceiling": False, "seeds": (1,)}
    (case,) = neuron_reduce.evaluate(made.make, **settings).cases
    assert case.full.simulator.startswith("NEURON: the cell is small or the run short")
    monkeypatch.setattr(native, "_LEAST_WORK", 0)
    (case,) = neuron_reduce.evaluate(made.make, **settings).cases
    assert (case.full.simulator, case.reduced.simulator) == ("engine", "engine")
    (case,) = neuron_reduce.evaluate(_with_handler, **settings).cases
    assert case.full.simulator.startswith("NEURON: the session has an FInitializeHandler")
    evaluation = neuron_reduce.evaluate(_with_extracellular, **settings)
    (case,) = evaluation.cases
    assert "axon[0] has extracellular" in case.full.simulator
    assert case.reduced.simulator == "NEURON: it ran the full cell, and their times can be compared"
    full, reduced = evaluation.notes
    assert full.startswith("The full cell was run by NEURON: ")
    assert "axon[0] has extracellular" in full
    assert reduced == (
        "The reduced cell was run by NEURON: it ran the full cell, and their times can be compared."
    )
    assert all(each in str(evaluation) for each in evaluation.notes)
    with pytest.raises(EngineError, match=r"axon\[0\] has extracellular"):
        neuron_reduce.evaluate(_with_extracellular, engine="native", **settings)


@isolated
def test_tunings_and_what_they_keep(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        **{"tstop": 20.0, "v_init": -65.0, "progress": False, "seeds": (1,)},
        **{"methods": ("classic",), "frequencies": (0, 50), "segments": (-1,)},
    }
    theirs = neuron_reduce.tune(made.make, engine="neuron", **settings)
    path = tmp_path / "results.jsonl"
    ours = neuron_reduce.tune(made.make, engine="native", results=path, **settings)
    for one, other in zip(theirs.candidates, ours.candidates, strict=True):
        assert one.rmsd == pytest.approx(other.rmsd, rel=1e-6)
    assert "The full cell was run by the engine." in str(ours)
    again = neuron_reduce.evaluate(
        *(made.make,),
        **{**SETTINGS, "tstop": 20.0},
        seeds=(1,),
        full_runs=f"{path}.full",
    )
    assert again.cases[0].full.simulator == "engine"
    assert len(again.notes) == 2
    anew = neuron_reduce.evaluate(
        *(made.make,),
        **{**SETTINGS, "tstop": 20.0},
        seeds=(1,),
        full_runs=f"{path}.full",
        engine="neuron",
    )
    assert anew.cases[0].full.simulator == "NEURON"


@isolated
def test_choices_that_are_none() -> None:
    for call in (neuron_reduce.evaluate, neuron_reduce.tune):
        with pytest.raises(ArgumentError, match="engine is 'arbor'; expected 'auto', 'native'"):
            call(made.make, tstop=10.0, engine="arbor")
