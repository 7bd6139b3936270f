"""Full and reduced cells run side by side, in processes of their own."""

from __future__ import annotations

import dataclasses
import gc
import os
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
from neuron_reduce import ArgumentError, CellError, WorkerError

SETTINGS = {"method": "classic", "tstop": 60.0, "v_init": -65.0, "progress": False}


@isolated
def test_evaluation() -> None:
    evaluation = neuron_reduce.evaluate(made.make, seeds=(3, 4), frequency=10, **SETTINGS)
    assert [case.seed for case in evaluation.cases] == [3, 4]
    assert evaluation.record.settings["frequency"] == 10
    for case in evaluation.cases:
        assert case.full.time[-1] == pytest.approx(60)
        assert case.full.seconds > 0
        assert case.reduced.seconds > 0
        assert len(case.full.time) == len(case.reduced.time) == 2401
        halved, heavier = case.ceilings.values()
        assert len(halved.time) == 4801
        assert list(case.comparison.ceiling) == list(case.ceilings)
        assert len(case.full.dendrites) == 3
        assert list(case.full.dendrites) == list(case.reduced.dendrites)
        assert case.comparison.spikes_full > 0, "a cell that fires says more"
        # The same input in all runs: what is left is what was changed.
        assert 0 < np.abs(case.full.soma - heavier.soma).max() < 20
        assert case.comparison.ceiling["weights 0.1 % larger"].rmsd < 0.1
    first, second = (case.comparison for case in evaluation.cases)
    assert evaluation.rate_error == pytest.approx((first.rate_error + second.rate_error) / 2)
    assert evaluation.rmsd == pytest.approx((first.rmsd + second.rmsd) / 2)
    assert evaluation.gamma <= 1
    assert evaluation.gamma_share > 0
    assert evaluation.synchronization_share > 0
    assert evaluation.speed_up > 0
    again = pickle.loads(pickle.dumps(evaluation))
    assert str(again) == str(evaluation)
    assert repr(evaluation).startswith("<Evaluation of TestTree[0], 2 seeds: rate error ")
    for text in ("of ceiling", "half the time step", "classic", "mean", "times faster"):
        assert text in str(evaluation)


@isolated
def test_runs_are_those_of_a_script() -> None:
    """What the full and the reduced cell do when they are built and run by hand."""
    evaluation = neuron_reduce.evaluate(
        made.make_tuple, seeds=[7], ceiling=False, sites=[("apic[1]", 0.5)], **SETTINGS
    )
    (case,) = evaluation.cases
    assert case.ceilings == {}
    assert np.isnan(evaluation.gamma_share)
    model = made.make(7)
    h.celsius, h.dt, h.steps_per_ms = 6.3, 0.025, 40
    site = model.cell.apic[1](0.5)
    tip = h.Vector().record(site._ref_v)
    (soma,) = small_cell.run(model.cell.soma[0], duration=60.0)
    assert case.full.soma.tolist() == soma
    assert list(case.full.dendrites) == [(site.sec.name(), 0.5)]
    (recorded,) = case.full.dendrites.values()
    assert recorded.tolist() == list(tip)
    del tip

    reduction = neuron_reduce.reduce(
        model.cell, model.synapses, model.netcons, method="classic", in_place=True
    )
    tip = h.Vector().record(reduction.place("apic[1]", 0.5)._ref_v)
    (soma,) = small_cell.run(model.cell.soma[0], duration=60.0)
    assert case.reduced.soma.tolist() == soma
    (recorded,) = case.reduced.dendrites.values()
    assert recorded.tolist() == list(tip)


@isolated
def test_session_is_untouched() -> None:
    bystander = small_cell.model()
    h.finitialize(-65)
    gc.collect()
    before = snapshot.take()
    neuron_reduce.evaluate(made.make, seeds=(1,), dt=0.05, celsius=30, **SETTINGS)
    gc.collect()
    assert snapshot.differences(before, snapshot.take()) == []
    assert bystander


@isolated
def test_the_lumped_method() -> None:
    settings = {**SETTINGS, "method": "lumped", "rates": made.RATE}
    evaluation = neuron_reduce.evaluate(made.make, seeds=(3,), ceiling=False, **settings)
    assert evaluation.record.method == "lumped"
    assert evaluation.record.settings["rates"] == made.RATE
    assert evaluation.rmsd < 10


@isolated
def test_session_with_threads() -> None:
    expected = neuron_reduce.evaluate(made.make, seeds=(1,), **SETTINGS)
    h.ParallelContext().nthread(2)
    found = neuron_reduce.evaluate(made.make, seeds=(1,), **SETTINGS)
    assert h.ParallelContext().nthread() == 2
    assert found.cases[0].full.soma.tolist() == expected.cases[0].full.soma.tolist()


@isolated
def test_temperature_and_resets() -> None:
    def make(seed: int) -> Any:
        model = made.make(seed)
        h.celsius = 25.0
        return model

    warm = neuron_reduce.evaluate(make, seeds=(1,), ceiling=False, celsius=35, **SETTINGS)
    own = neuron_reduce.evaluate(make, seeds=(1,), ceiling=False, **SETTINGS)
    assert warm.cases[0].full.soma.tolist() != own.cases[0].full.soma.tolist()

    def count(seed: int) -> Any:
        model = made.make(seed)
        keeper = model.reset

        def reset() -> None:
            keeper()
            if model.resets == 4:
                raise ValueError("the fourth run")

        model.reset = reset  # type: ignore[method-assign]
        return model

    with pytest.raises(ValueError, match="the fourth run"):
        neuron_reduce.evaluate(count, seeds=(1,), **SETTINGS)


class _Own(Exception):
    def __init__(self, one: int, two: int):
        super().__init__(f"{one} and {two}")


def _raising(error: BaseException) -> Any:
    def make(seed: int) -> Any:
        raise error

    return make


@isolated
def test_errors_of_the_child() -> None:
    def evaluate(make: Any, **arguments: Any) -> Any:
        return neuron_reduce.evaluate(make, seeds=(1, 2), **{**SETTINGS, **arguments})

    with pytest.raises(KeyError, match="missing") as caught:
        evaluate(_raising(KeyError("missing")))
    assert "in make" in str(caught.value.__cause__), "where it was raised"
    with pytest.raises(WorkerError, match="_Own: 1 and 2"):
        evaluate(_raising(_Own(1, 2)))
    with pytest.raises(WorkerError, match="SystemExit: 3"):
        evaluate(_raising(SystemExit(3)))
    with pytest.raises(ArgumentError, match="make_cell returned None"):
        evaluate(lambda seed: None)
    with pytest.raises(ArgumentError, match="make_cell is 5; expected a function"):
        evaluate(5)
    with pytest.raises(CellError, match="no soma"):
        evaluate(lambda seed: (object(), [], []))
    with pytest.raises(ArgumentError, match="one of: classic"):
        evaluate(made.make, method="newest", tstop=1e9)
    with pytest.raises(ArgumentError, match=r"sites has 'dend\[9\]'"):
        evaluate(made.make, sites=[("dend[9]", 0.5)])


@isolated
def test_child_that_dies() -> None:
    def make(seed: int) -> Any:
        if seed == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return made.make(seed)

    with pytest.raises(WorkerError, match="seed 2: it was ended by SIGKILL"):
        neuron_reduce.evaluate(make, seeds=(1, 2), **SETTINGS)
    with pytest.raises(WorkerError, match="exited with 5"):
        neuron_reduce.evaluate(lambda seed: os._exit(5), **SETTINGS)


@isolated
def test_arguments() -> None:
    cases: list[dict[str, Any]] = [
        {"tstop": 0},
        {"tstop": "1"},
        {"tstart": -1},
        {"tstart": 60.0},
        {"tstop": float("nan")},
        {"dt": -1},
        {"v_init": float("inf")},
        {"celsius": "warm"},
        {"seeds": ()},
        {"seeds": 3},
        {"workers": 0},
        {"workers": 1.5},
        {"sites": [("soma", 2)]},
        {"sites": 3},
    ]
    for arguments in cases:
        with pytest.raises(ArgumentError, match=f"{next(iter(arguments))} is .*expected"):
            neuron_reduce.evaluate(made.make, **{**SETTINGS, **arguments})
    with pytest.raises(TypeError, match="'frequencies' is no argument"):
        neuron_reduce.evaluate(made.make, frequencies=3, **SETTINGS)
    with pytest.raises(TypeError, match=r"is no argument of reduce.*; expected 'segments'"):
        neuron_reduce.evaluate(made.make, total_segments_manual=3, **SETTINGS)


@isolated
def test_progress(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**SETTINGS, "seeds": (1,), "tstop": 1.0}
    neuron_reduce.evaluate(made.make, **settings)
    assert capfd.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    neuron_reduce.evaluate(made.make, **{**settings, "progress": True})
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("evaluate: 1/4, seed 1: full cell")


_SCRIPT = """
import os, sys, time
sys.path[:0] = {tests!r}.split(os.pathsep)
import neuron_reduce

def make(seed):
    open({folder!r} + f"/{{os.getpid()}}", "w").close()
    time.sleep(60)

try:
    neuron_reduce.evaluate(make, tstop=1, seeds=(1, 2, 3), workers=2, progress=False)
except KeyboardInterrupt:
    print("interrupted")
"""


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process whose parent is gone may stay as a zombie until it is collected.
    status = Path(f"/proc/{process}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interruption_ends_the_children(tmp_path: Path, number: signal.Signals) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux ends a process with its parent")
    script = _SCRIPT.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2:
        assert time.monotonic() < deadline, "the children did not begin"
        time.sleep(0.05)
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert output == ("interrupted\n" if number == signal.SIGINT else "")
    children = [int(path.name) for path in tmp_path.iterdir()]
    assert len(children) == 2, "none was begun after the interruption"
    while any(map(_is_alive, children)):
        assert time.monotonic() < deadline, "a child lives on"
        time.sleep(0.05)


@isolated
def test_mean_of_what_is_known() -> None:
    """A seed without spikes has no coincidence factor."""
    evaluation = neuron_reduce.evaluate(made.make, seeds=(3, 4), **SETTINGS)
    first, second = evaluation.cases
    silent = dataclasses.replace(
        second, comparison=dataclasses.replace(second.comparison, gamma=float("nan"), ceiling={})
    )
    evaluation = neuron_reduce.Evaluation(evaluation.record, [first, silent])
    assert evaluation.gamma == first.comparison.gamma
    assert evaluation.gamma_share == first.comparison.gamma_share


@isolated
def test_seeds_without_spikes_do_not_count() -> None:
    """Two cells that never fire have equal spikes."""
    evaluation = neuron_reduce.evaluate(made.make, seeds=(3, 4), **SETTINGS)
    first, second = evaluation.cases
    silent = dataclasses.replace(
        second,
        comparison=dataclasses.replace(
            second.comparison, spikes_full=0, rate_error=0.0, gamma=1.0, spike_synchronization=1.0
        ),
    )
    mixed = neuron_reduce.Evaluation(evaluation.record, [first, silent])
    names = (
        "rate_error",
        "gamma",
        "gamma_share",
        "synchronization_share",
    )
    for name in names:
        assert getattr(mixed, name) == getattr(first.comparison, name)
    assert mixed.firing == 1
    assert "1 of 2 inputs make the full cell fire" in str(mixed)
    none = neuron_reduce.Evaluation(evaluation.record, [silent])
    assert all(np.isnan(getattr(none, name)) for name in names)
    assert not np.isnan(none.rmsd)
    assert "0 of 1 input makes the full cell fire" in str(none)


@isolated
def test_comparison_from_a_time_on() -> None:
    (whole,) = neuron_reduce.evaluate(made.make, seeds=(3,), **SETTINGS).cases
    late = neuron_reduce.evaluate(made.make, seeds=(3,), tstart=30, **SETTINGS)
    (case,) = late.cases
    assert case.comparison.start == 30
    assert all(each.start == 30 for each in case.comparison.ceiling.values())
    assert case.full.time.tolist() == whole.full.time.tolist()
    assert case.comparison.spikes_full < whole.comparison.spikes_full
    assert "30 to 60 ms" in str(late)


@isolated
def test_full_runs_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    settings = {**SETTINGS, "seeds": (3,), "full_runs": folder}
    first = neuron_reduce.evaluate(made.make, **settings)
    (file,) = folder.iterdir()
    written = file.stat().st_mtime_ns
    other = neuron_reduce.evaluate(made.make, **{**settings, "method": "lumped", "rates": 60})
    assert file.stat().st_mtime_ns == written
    for evaluation in (other, neuron_reduce.evaluate(made.make, **settings)):
        assert evaluation.cases[0].full.soma.tolist() == first.cases[0].full.soma.tolist()
        assert evaluation.cases[0].full.seconds == first.cases[0].full.seconds
        assert list(evaluation.cases[0].ceilings) == list(first.cases[0].ceilings)
    assert list(folder.iterdir()) == [file]
    without = neuron_reduce.evaluate(made.make, ceiling=False, **settings)
    assert without.cases[0].ceilings == {}
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(FileNotFoundError):
        neuron_reduce.evaluate(made.make, **{**settings, "full_runs": tmp_path / "no" / "where"})
