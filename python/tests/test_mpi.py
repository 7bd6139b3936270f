"""Sessions of several MPI processes: each reduces cells of its own, as one process alone would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isolated import isolated
from models import compiled, compiled9
from neuron_reduce import SimulatorError
from neuron_reduce._processes import copies, outside
from test_processes import _Left, needs_proc

_BEGIN = """
import json, os, sys
from pathlib import Path
from neuron import h
import neuron_reduce
from models import compiled, compiled9, compiled_synapses, made, small_cell
context = h.ParallelContext()
rank = int(context.id())
cache = Path(sys.argv[1])

def attempt(call):
    try:
        return call()
    except neuron_reduce.NeuronReduceError as error:
        return f"{type(error).__name__}: {error}"

def reduced(model, **arguments):
    reduction = neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, **arguments
    )
    weights = [[each.weight[i] for i in range(int(each.wcnt()))] for each in reduction.netcons]
    cables = [(each.name, each.length, each.diameter) for each in reduction.cables]
    return weights, cables, reduction.record.notes
"""

_END = """
context.barrier()
Path(sys.argv[2], str(rank)).write_text(json.dumps(result))
h.quit()
"""


@pytest.fixture
def ranks(cache: Path, tmp_path: Path) -> Callable[..., list[Any]]:
    """Runs a script in some processes, and returns the `result` of each."""
    found = shutil.which("mpirun")
    if found is None:
        reason = "there is no mpirun on PATH; `.ci/mpi` installs one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    def run(script: str, count: int = 2) -> list[Any]:
        path = tmp_path / "script.py"
        path.write_text(_BEGIN + script + _END)
        command = [sys.executable, str(path), str(cache), str(tmp_path)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        if count > 1:
            command = [found, "-n", str(count), *command]
            environment |= {
                "NEURON_INIT_MPI": "1",
                "OMPI_ALLOW_RUN_AS_ROOT": "1",
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_rmaps_base_oversubscribe": "1",
            }
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads((tmp_path / str(rank)).read_text()) for rank in range(count)]

    return run


_WITH_NMDA = """
compiled.load_mechanisms(cache)
h.mg_NmdaExp2 = 1.7
h.celsius = 30
model = small_cell.model()
for index in range(4):
    synapse = h.NmdaExp2(model.cell.apic[index % 2](0.3 + 0.1 * index))
    synapse.e = -5.0 + index
    netcon = h.NetCon(None, synapse)
    netcon.weight[0] = 1e-3
    model.drive.synapses.append(synapse)
    model.drive.netcons.append(netcon)
"""


def test_ranks_find_what_one_process_finds(ranks: Callable[..., list[Any]]) -> None:
    """With all that decides how a synapse responds: class, parameters, GLOBALs, temperature."""
    script = _WITH_NMDA + "result = reduced(model, method='lumped', rates=5.0)"
    (alone,) = ranks(script, 1)
    assert ranks(script) == [alone, alone]
    weights, _, notes = alone
    assert len(weights) > 30
    assert notes == []


def test_ranks_find_what_trains_of_events_do(ranks: Callable[..., list[Any]]) -> None:
    """To synapses that remember them."""
    script = (
        "compiled_synapses.load_mechanisms(cache)\n"
        "model = small_cell.model()\n"
        "for x in (0.3, 0.7):\n"
        "    synapse = h.DepressingSyn(model.cell.apic[1](x))\n"
        "    model.drive.synapses.append(synapse)\n"
        "    model.drive.netcons.append(h.NetCon(None, synapse, 0, 1, 5e-3))\n"
        "result = reduced(model, method='lumped', rates=10.0)"
    )
    (alone,) = ranks(script, 1)
    assert ranks(script) == [alone, alone]
    assert alone[2] == []


_CONNECTED = """
model = small_cell.model()
soma = model.cell.soma[0]
context.set_gid2node(rank, rank)
source = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
context.cell(rank, source)
incoming = context.gid_connect(1 - rank, h.ExpSyn(soma(0.5))) if context.nhost() > 1 else None
context.source_var(soma(0.5)._ref_v, 100 + rank, sec=soma)
other = h.Section(name="other")
clamp = h.SEClamp(other(0.5))
if context.nhost() > 1:
    context.target_var(clamp._ref_amp1, 100 + (1 - rank))
    context.setup_transfer()
    context.set_maxstep(10)
h.finitialize(-65)
result = []
if rank == 0:
    result = reduced(model)
"""


def test_processes_that_exchange_spikes_and_voltages(ranks: Callable[..., list[Any]]) -> None:
    """Measuring takes no part in it: here one process reduces, and the other does not wait."""
    (alone,) = ranks("result = reduced(small_cell.model())", 1)
    found, nothing = ranks(_CONNECTED)
    assert found[0] == alone[0]
    assert nothing == []


def test_calls_that_copy_the_session_are_refused(ranks: Callable[..., list[Any]]) -> None:
    found = ranks(
        "result = [attempt(lambda: call(made.make, tstop=5, progress=False)) for call in "
        "(neuron_reduce.evaluate, neuron_reduce.tune)]"
    )
    assert found[0] == found[1]
    assert all("SimulatorError: this is one of 2 processes" in each for each in found[0])


def test_own_template(ranks: Callable[..., list[Any]], tmp_path: Path) -> None:
    template = tmp_path / "Own.hoc"
    template.write_text(
        "begintemplate Own\npublic soma, dend, apic, axon, all, somatic, basal, apical, axonal\n"
        "create soma[1], dend[1], apic[1], axon[1]\nobjref all, somatic, basal, apical, axonal\n"
        "proc init() {\nforall delete_section()\n"
        + "".join(
            f"{name} = new SectionList()\n"
            for name in ("all", "somatic", "basal", "apical", "axonal")
        )
        + "}\nendtemplate Own\n"
    )
    script = f"result = reduced(small_cell.model(), template={str(template)!r})"
    (alone,) = ranks(script, 1)
    assert ranks(script) == [alone, alone]


def test_what_only_this_process_has_is_refused(ranks: Callable[..., list[Any]]) -> None:
    found = ranks(
        "compiled9.load_mechanisms(cache)\n"
        "model = small_cell.model()\n"
        "synapse = h.StochasticSyn(model.cell.apic[0](0.5))\n"
        "h.setpointer(model.cell.soma[0](0.5)._ref_v, 'gate', synapse)\n"
        "model.drive.synapses.append(synapse)\n"
        "model.drive.netcons.append(h.NetCon(None, synapse))\n"
        "before = model.voltages()\n"
        "result = attempt(lambda: reduced(model, rates=5)), model.voltages() == before\n"
    )
    assert found[0] == found[1]
    message, is_unchanged = found[0]
    assert "SimulatorError: StochasticSyn has a POINTER, gate" in message
    assert "expected" in message
    assert is_unchanged


def _globals(names: list[str]) -> list[float]:
    from neuron import h

    return [getattr(h, name) for name in names]


def _fail() -> None:
    raise RuntimeError("somewhere\nthe reason")


@needs_proc
@isolated
def test_fresh_process(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compiled.load_mechanisms(cache)
    compiled9.load_mechanisms(cache)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEURON_INIT_MPI", "1")
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    left = _Left()
    assert outside.call(_globals, ["mg_NmdaExp2"], timeout=60) == [1.0]
    assert outside.call(os.getcwd, timeout=60) == str(tmp_path)
    assert outside.call(os.getenv, "OMPI_COMM_WORLD_SIZE", timeout=60) is None
    with pytest.raises(copies.CopyFailed, match=r"^RuntimeError: the reason$"):
        outside.call(_fail, timeout=60)
    with pytest.raises(copies.CopyFailed, match="exited with 3"):
        outside.call(os._exit, 3, timeout=60)
    with pytest.raises(copies.TookTooLong, match=r"more than 5 s"):
        outside.call(time.sleep, 600, timeout=5)
    with pytest.raises(SimulatorError, match=r"more than 0\.01 s"):
        outside.call(time.sleep, 600, timeout=0.01)
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(SimulatorError, match=r"sys\.executable"):
        outside.call(_globals, ["t"], timeout=60)
    left.check()
