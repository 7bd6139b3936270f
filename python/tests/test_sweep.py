"""The example's sweep, interrupted as the power would."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import neuron_reduce
from conftest import PROJECT

zarr = pytest.importorskip("zarr", minversion="3")
# Not imported here: it changes how exceptions are pickled in the whole process.
if importlib.util.find_spec("distributed") is None:
    pytest.skip("no distributed", allow_module_level=True)

pytestmark = pytest.mark.usefixtures("compiled_cells")

TRIALS, BLOCK = 40, 3

MODEL = f"""
import sys
import numpy as np
sys.path.insert(0, {str(PROJECT / "python" / "tests")!r})

def engine():
    from neuron import h
    import neuron_reduce
    from models.engine_tree import driven_tree
    h.load_file("stdrun.hoc")
    engine = neuron_reduce.compile(driven_tree())
    # What changes makes code of its own, which is compared with NEURON here.
    engine.run_batch(tstop=50, record=record(), **changes(np.arange(1)))
    return engine

def changes(trials):
    parameters = {{"Exp2Syn.tau2": 2 + trials / 9}}
    return {{"seeds": trials, "rates": 1 + trials / 40, "parameters": parameters}}

def record():
    return ["soma(0.5).v"]
"""


def _command(results: Path, model: Path, *more: str) -> list[str]:
    return [
        *(sys.executable, str(PROJECT / "examples" / "sweep" / "sweep.py"), str(results)),
        *("--trials", str(TRIALS), "--block", str(BLOCK), "--tstop", "400", "--workers", "2"),
        *("--model", str(model), *more),
    ]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(neuron_reduce.__file__).parents[1])}


def _done(results: Path) -> int:
    """How many blocks are there, as far as can be seen from outside."""
    return len([each for each in (results / "is_done").rglob("*") if each.name.isdigit()])


def test_an_interrupted_sweep_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(MODEL)
    whole, interrupted = tmp_path / "whole.zarr", tmp_path / "interrupted.zarr"
    environment = _environment()
    first = subprocess.run(
        _command(whole, model), check=True, env=environment, capture_output=True, text=True
    )
    assert "40 of 40 trials were run to their end" in first.stdout
    assert "NeuronReduceWarning" not in first.stderr

    process = subprocess.Popen(_command(interrupted, model), env=environment)
    deadline = time.monotonic() + 120
    while _done(interrupted) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert process.poll() is None, "it was over before it could be interrupted"
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = _done(interrupted)
    assert 3 <= before < -(-TRIALS // BLOCK)

    done = subprocess.run(
        _command(interrupted, model), check=True, env=environment, capture_output=True, text=True
    )
    assert f"{before} of 14 blocks are there" in done.stdout
    assert f"{14 - before} of {14 - before} blocks" in done.stdout, "what was there was done again"
    one, other = (zarr.open_group(each, mode="r") for each in (whole, interrupted))
    assert dict(one.attrs) == dict(other.attrs)
    assert sorted(one) == ["is_done", "is_finished", "spike_counts", "spike_times", "v"]
    for name in one:
        assert one[name][:].tobytes() == other[name][:].tobytes(), name
    assert one["is_done"][:].all()
    assert one["is_finished"][:].all()
    assert one["v"].shape == (TRIALS, 1, 16001)
    assert np.isfinite(one["v"][:]).all()
    counts = one["spike_counts"][:]
    assert len(set(counts.tolist())) > 1
    assert np.array_equal(np.isfinite(one["spike_times"][:]).sum(axis=1), counts)

    # With nothing to be done nothing is; and what is something else is refused.
    again = subprocess.run(
        _command(interrupted, model), check=True, env=environment, capture_output=True, text=True
    )
    assert "14 of 14 blocks are there" in again.stdout
    shorter = _command(interrupted, model, "--tstop", "300")
    refused = subprocess.run(shorter, env=environment, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "expected" in refused.stderr
