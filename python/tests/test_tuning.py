"""The search for settings: what it tries, keeps and says."""

from __future__ import annotations

import gc
import json
import math
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import snapshot
from isolated import isolated
from models import made, small_cell
from neuron_reduce import ArgumentError, Candidate, Tuning
from neuron_reduce.tuning import _call, _results, _search

SETTINGS = {
    "methods": ("classic",),
    "tstop": 40.0,
    "v_init": -65.0,
    "frequencies": (0, 50),
    "segments": (-1, 30),
    "progress": False,
}


@isolated
def test_tuning() -> None:
    tuning = neuron_reduce.tune(made.make, 10.0, seeds=(1, 2), error="voltage", **SETTINGS)
    tried = [(each.method, each.frequency, each.segments) for each in tuning.candidates]
    assert tried == [("classic", f, s) for f in (0, 50) for s in (-1, 30)]
    for each in tuning.candidates:
        assert each.error == each.rmsd == each.evaluation.rmsd
        assert each.problem is None
        assert each.settings == {
            name: each.evaluation.record.settings[name] for name in ("frequency", "segments")
        } | {"method": "classic"}
        assert [case.seed for case in each.evaluation.cases] == [1, 2]
        assert each.segments_reduced == each.evaluation.record.segments_reduced
        assert each.seconds == pytest.approx(
            sum(case.reduced.seconds for case in each.evaluation.cases)
        )
    smallest = min(each.segments_reduced for each in tuning.candidates)
    assert tuning.best.segments_reduced == smallest
    assert tuning.best is tuning.front[0]
    assert tuning.nearest.error == min(each.error for each in tuning.candidates)
    assert str(tuning).startswith("best: classic at ")
    assert str(pickle.loads(pickle.dumps(tuning))) == str(tuning)

    strict = neuron_reduce.tune(made.make, 1e-9, error="voltage", **SETTINGS)
    assert strict.best is None
    assert str(strict).startswith("none is within the tolerance; nearest: classic at ")


@isolated
def test_session_is_untouched() -> None:
    bystander = small_cell.model()
    h.finitialize(-65)
    gc.collect()
    before = snapshot.take()
    neuron_reduce.tune(made.make, **SETTINGS)
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []
    assert bystander


@isolated
def test_measures() -> None:
    def of(error: Any) -> list[Candidate]:
        return neuron_reduce.tune(
            made.make, error=error, **{**SETTINGS, "segments": (-1,)}
        ).candidates

    for each in of("spikes"):
        assert each.error == max(each.rate_error, 1 - each.gamma_share, 0)
    for each in of("rate"):
        assert each.error == each.rate_error
    for each in of("timing"):
        assert each.error == max(1 - each.gamma_share, 0)
    for each in of("synchronization"):
        assert each.error == max(1 - each.synchronization_share, 0)
    for each in of(lambda evaluation: 2 * evaluation.rmsd):
        assert each.error == 2 * each.rmsd


@isolated
def test_results_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    arguments: dict[str, Any] = {**SETTINGS, "error": "voltage", "results": file}
    first = neuron_reduce.tune(made.make, **{**arguments, "segments": (-1,)})
    lines = file.read_text().splitlines()
    assert len(lines) == 2
    assert all(json.loads(line)["method"] == "classic" for line in lines)

    # As a process leaves it that was ended while it wrote.
    file.write_text(lines[0] + "\n[1]\n" + lines[1][:40])
    again = neuron_reduce.tune(made.make, **arguments)
    kept = [each for each in again.candidates if each.evaluation is None]
    assert len(kept) == 1
    assert kept[0] in first.candidates
    third = neuron_reduce.tune(made.make, **arguments)
    assert all(each.evaluation is None for each in third.candidates)
    assert [each.error for each in third.candidates] == [each.error for each in again.candidates]

    for change in (
        {"tstop": 41.0},
        {"seeds": (2,)},
        {"error": "rate"},
        {"dt": 0.05},
        {"tstart": 5},
    ):
        other = neuron_reduce.tune(made.make, **{**arguments, **change})
        assert all(each.evaluation is not None for each in other.candidates), change

    def heavier(seed: int) -> Any:
        model = made.make(seed)
        model.netcons[0].weight[0] *= 1.5
        return model

    other = neuron_reduce.tune(heavier, **arguments)
    assert all(each.evaluation is not None for each in other.candidates), "another model"


_SCRIPT = """
import os, sys, time
sys.path.insert(0, {tests!r})
import neuron_reduce
from models import made

def make(seed):
    time.sleep(0.3)
    return made.make(seed)

neuron_reduce.tune(
    make, methods=["classic"], error="voltage", results={file!r}, workers=1, tstop=40.0,
    v_init=-65.0, frequencies=range(0, 200, 10), segments=(-1,), progress=False,
)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@isolated
def test_killed_in_the_middle(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "results.jsonl"
    script = _SCRIPT.format(tests=str(Path(__file__).parent), file=str(file))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 40
    while not file.exists() or file.read_text().count("\n") < 2:
        assert time.monotonic() < deadline, "no candidate was finished"
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(20) != 0
    done = file.read_text().count("\n")
    assert 2 <= done < 20

    h.celsius = 6.3
    tuning = neuron_reduce.tune(
        made.make,
        methods=["classic"],
        error="voltage",
        results=str(file),
        tstop=40.0,
        v_init=-65.0,
        frequencies=range(0, 10 * done + 20, 10),
        segments=(-1,),
        progress=False,
    )
    kept = [each.evaluation is None for each in tuning.candidates]
    assert kept == [True] * done + [False] * 2
    assert file.read_text().count("\n") == done + 2


@isolated
def test_full_runs_are_kept(tmp_path: Path) -> None:
    file, log = tmp_path / "results.jsonl", tmp_path / "runs"
    log.touch()

    class Logging(made.Made):
        def reset(self) -> None:
            """Called once before each run."""
            super().reset()
            with open(log, "a", encoding="utf-8") as stream:
                stream.write("run\n")

    def tune(change: Any = None, **others: Any) -> tuple[int, Any]:
        """How many runs were made, and the tuning; None where it was interrupted."""

        def make(seed: int) -> Any:
            model = made.make(seed)
            if change is not None:
                change(model)
            return Logging(model.cell, model.synapses, model.netcons, model.kept)

        before = log.read_text(encoding="utf-8").count("\n")
        arguments = {**SETTINGS, "error": "voltage", "seeds": (1, 2), "segments": (-1,), **others}
        try:
            found = neuron_reduce.tune(make, results=file, **arguments)
        except KeyboardInterrupt:
            found = None
        return log.read_text(encoding="utf-8").count("\n") - before, found

    full_runs, candidate_runs = 2 * 3, 2 * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_call, "_candidate_runs", _interrupted)
        assert tune() == (full_runs, None)
    kept = list((tmp_path / "results.jsonl.full").iterdir())
    assert [each.suffix for each in kept] == [".npz"] * 2
    runs, resumed = tune()
    assert runs == candidate_runs
    assert tune()[0] == 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_results, "Results", lambda path: _NOTHING_KEPT)
        anew = tune()[1]
    for one, other in zip(resumed.candidates, anew.candidates, strict=True):
        assert one.rmsd == other.rmsd
        for case, again in zip(one.evaluation.cases, other.evaluation.cases, strict=True):
            recordings = [(case.full, again.full)]
            recordings += [(case.ceilings[name], again.ceilings[name]) for name in again.ceilings]
            for first, second in recordings:
                assert first.seconds > 0
                assert first.dendrites.keys() == second.dendrites.keys()
                np.testing.assert_array_equal(first.time, second.time)
                np.testing.assert_array_equal(first.soma, second.soma)
                for site in second.dendrites:
                    np.testing.assert_array_equal(first.dendrites[site], second.dendrites[site])

    # A file that was damaged is made anew, and that of the other seed is not.
    kept[0].write_bytes(kept[0].read_bytes()[:1000])
    assert tune()[0] == full_runs // 2
    assert tune()[0] == 0

    def heavier(model: Any) -> None:
        model.netcons[-1].weight[0] *= 1.0001

    def later(model: Any) -> None:
        model.netcons[-1].delay += 0.5

    def more_often(model: Any) -> None:
        model.kept[0].interval *= 0.99

    def another_stream(model: Any) -> None:
        model.kept[0].noiseFromRandom123(7, 8, 9)

    def stronger(model: Any) -> None:
        model.synapses[-1].e += 0.1

    def leakier(model: Any) -> None:
        next(iter(model.cell.soma))(0.5).g_pas *= 1.01

    def thicker(model: Any) -> None:
        next(iter(model.cell.dend)).diam *= 1.01

    def with_clamp(model: Any) -> None:
        model.kept.append(h.IClamp(next(iter(model.cell.soma))(0.5)))

    def with_vector(model: Any) -> None:
        model.kept.append(h.Vector([1, 2]))

    for change in (
        heavier,
        later,
        more_often,
        another_stream,
        stronger,
        leakier,
        thicker,
        with_clamp,
        with_vector,
    ):
        assert tune(change)[0] >= full_runs, change
        assert tune(change)[0] == 0, change
    for others in ({"tstop": 41.0}, {"dt": 0.05}, {"v_init": -66.0}, {"sites": ()}):
        assert tune(**others)[0] >= full_runs, others
    assert tune(tstart=5)[0] == candidate_runs


def _interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


_NOTHING_KEPT = _results.Results(None)


@isolated
def test_candidates_that_fail() -> None:
    tuning = neuron_reduce.tune(made.make, error="voltage", **{**SETTINGS, "segments": (-1, -5)})
    failed = [each for each in tuning.candidates if each.problem]
    assert [each.segments for each in failed] == [-5, -5]
    assert "segments is -5.0" in failed[0].problem
    assert math.isnan(failed[0].error)
    assert failed[0].problem in str(tuning)
    with pytest.raises(ArgumentError, match="one of: classic"):
        neuron_reduce.tune(made.make, **{**SETTINGS, "methods": ("newest",)})


@isolated
def test_arguments(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"methods": "classic"}, "methods"),
        ({"frequencies": ()}, "frequencies"),
        ({"segments": 3}, "segments"),
        ({"error": "size"}, "error"),
        ({"error": 3}, "error"),
        ({"max_error": None}, "max_error"),
        ({"max_error": float("nan")}, "max_error"),
        ({"tolerance": 0.5}, "tolerance"),
        ({"tstop": -1}, "tstop"),
    ]
    for arguments, name in cases:
        with pytest.raises(ArgumentError, match=f"{name} is .*expected"):
            neuron_reduce.tune(made.make, **{**SETTINGS, **arguments})
    with pytest.raises(OSError, match="nowhere"):
        neuron_reduce.tune(made.make, results=tmp_path / "nowhere" / "x", **SETTINGS)


def _tuning(*points: tuple[int, float]) -> Tuning:
    return Tuning(
        [
            Candidate(
                "folded", 0, size, error=error, segments_reduced=size, speed_up=index, seconds=index
            )
            for index, (size, error) in enumerate(points, 1)
        ],
        0.1,
        "spikes",
    )


def test_front_and_plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever took how long: times are noisy.
    tuning = _tuning(
        *((20, 0.2), (40, 0.05), (30, 0.3), (60, 0.05), (90, 0.01), (10, math.nan), (40, 0.04)),
        *((120, 0.08), (40, 0.04)),
    )
    front = [(each.segments_reduced, each.error) for each in tuning.front]
    assert front == [(20, 0.2), (40, 0.04), (90, 0.01)]
    assert tuning.best is tuning.candidates[6]
    assert tuning.nearest is tuning.candidates[4]
    marks = [line.split()[0] for line in str(tuning).splitlines()[4:13]]
    assert marks == ["|", "folded", "*|", "+", "+", "+", "+|", "+", "folded"]
    tuning.plot(tmp_path / "front.png")
    assert (tmp_path / "front.png").stat().st_size > 1000
    with pytest.raises(ArgumentError, match="no candidate's error is known"):
        _tuning((3, math.nan)).plot(tmp_path / "empty.png")
    assert str(_tuning((3, math.nan))).startswith("no candidate's error is known")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="expected it"):
        tuning.plot(tmp_path / "front.svg")
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ImportError, match="expected it"):
        tuning.plot(str(tmp_path / "front.html"))


@isolated
def test_a_cell_that_never_fires_has_no_error_of_spikes() -> None:
    def make(seed: int) -> Any:
        model = made.make(seed)
        for netcon in model.netcons:
            netcon.weight[0] *= 1e-3
        return model

    for error in ("spikes", "timing"):
        tuning = neuron_reduce.tune(make, error=error, **SETTINGS)
        assert all(math.isnan(each.error) for each in tuning.candidates)
        assert tuning.best is tuning.nearest is None
    assert neuron_reduce.tune(make, 1.0, error="voltage", **SETTINGS).best is not None


def test_keys_of_arrays() -> None:
    """The text of a long array leaves most of it out."""
    rates = np.ones(5000)
    other = rates.copy()
    other[2500] = 2.0
    assert repr(rates) == repr(other)
    assert _results.canonical({"rates": rates}) != _results.canonical({"rates": other})
    assert _results.canonical({"rates": rates}) == _results.canonical({"rates": rates.copy()})
    assert _results.canonical({"rates": rates}) != _results.canonical({"rates": rates[None]})


def _own_measure(evaluation: Any) -> float:
    return float(evaluation.rmsd)


@isolated
def test_functions_without_a_name_find_no_results(tmp_path: Path) -> None:
    def kept(error: Any) -> int:
        found = neuron_reduce.tune(
            made.make,
            error=error,
            results=tmp_path / "results.jsonl",
            **{**SETTINGS, "frequencies": (0,), "segments": (-1,)},
        )
        return sum(each.evaluation is None for each in found.candidates)

    assert [kept(lambda found: found.rmsd), kept(lambda found: 2 * found.rmsd)] == [0, 0]
    assert [kept(_own_measure), kept(_own_measure)] == [0, 1]


def _sizes(errors: dict[float, float], **more: Any) -> list[Candidate]:
    """Candidates of one method by their size, which is what was asked for."""
    return [
        Candidate("folded", 0, size, error=error, segments_reduced=int(size), **more)
        for size, error in errors.items()
    ]


def test_the_next_size() -> None:
    """Twice as large until one will do, then halves of what is between."""

    def after(errors: dict[float, float], largest: int = 700) -> int | None:
        return _search.next_size(_sizes(errors), 0.1, largest)

    assert after({20: 0.5, 40: 0.3}) == 80
    assert after({20: 0.5, 400: math.nan}) == 700
    assert after({700: 0.3}) is None
    assert after({40: 0.3, 80: 0.05}) == 60
    assert after({40: 0.3, 60: 0.12, 80: 0.05}) == 70
    assert after({77: 0.12, 80: 0.05}) is None
    assert after({40: 0.05, 80: 0.3}) == 20
    assert after({2: 0.05}) is None
    assert after({3: 0.05, 2: 0.2}) is None
    # Sizes that are no whole numbers.
    assert after({12.7: 0.3}) == 25
    assert after({12.7: 0.05}) == 6
    assert after({12.7: 0.3, 25.4: 0.05}) == 18
    assert after({1.5: 0.05}) is None
    assert after({699.5: 0.3}) == 700
    # Larger than the full cell, which is as large as it gets.
    assert after({1e6: 0.05}) == 350
    assert after({1e6: 0.05, 350: 0.3}) == 525
    # A tree that shrinks no more.
    least = [
        Candidate("folded", 0, size, error=0.0, segments_reduced=max(size, 11))
        for size in (20, 10, 5)
    ]
    assert _search.next_size(least[:2], 0.1, 700) == 5
    assert _search.next_size(least, 0.1, 700) is None
    # Of shares and of the automatic number the size is known when they were tried.
    assert (
        _search.next_size([Candidate("folded", 0, -1, error=0.3, segments_reduced=38)], 0.1, 700)
        == 38
    )
    failed = Candidate("folded", 0, 20, problem="the sites need 57")
    assert _search.next_size([failed], 0.1, 700) is None
    assert _search.next_size([failed, *_sizes({40: 0.3})], 0.1, 700) == 80
    # A tree that does not grow yet, being the smallest there is.
    least = [Candidate("folded", 0, size, error=0.3, segments_reduced=12) for size in (5, 10)]
    assert _search.next_size(least, 0.1, 700) == 20
    # A tree that grows no more.
    assert (
        _search.next_size(
            [*_sizes({40: 0.3}), Candidate("folded", 0, 80, error=0.3, segments_reduced=40)],
            0.1,
            700,
        )
        is None
    )


@isolated
def test_search_finds_a_smaller_tree_and_goes_on(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {
        "methods": ("folded",),
        "segments": (4,),
        "error": "voltage",
        "search": True,
        "results": tmp_path / "results.jsonl",
        "tstop": 40.0,
        "v_init": -65.0,
        "progress": False,
    }
    tuning = neuron_reduce.tune(made.make, 0.02, **arguments)
    sizes = [int(each.segments) for each in tuning.candidates]
    assert sizes[:3] == [4, 8, 16]
    assert len(set(sizes)) == len(sizes) > 4
    assert tuning.best is not None
    assert tuning.best.error <= 0.02
    smaller = [each for each in tuning.candidates if each.segments < tuning.best.segments]
    assert smaller
    assert all(each.error > 0.02 for each in smaller)
    again = neuron_reduce.tune(made.make, 0.02, **arguments)
    assert [int(each.segments) for each in again.candidates] == sizes
    assert all(each.evaluation is None for each in again.candidates)
    # All there is, where nothing will do.
    strict = neuron_reduce.tune(made.make, -1.0, **arguments)
    assert strict.best is None
    full = strict.candidates[0].segments_full
    assert max(each.segments for each in strict.candidates) <= full
    assert strict.nearest.error < 1e-5
