"""The C that is made for cells compiles without a warning and does nothing undefined."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_runs import assert_equal
from isolated import isolated
from models.engine_tree import driven_tree
from neuron_reduce._engine import compiler

CELLS = Path(__file__).parent / "engine_code_cells.py"
"""A script that makes cells of many kinds; told ``source SHARE FOLDER`` it writes the C of a share
of them to files, told ``run SHARE FLAGS…`` it compiles with these flags and runs them."""

SHARES = 2
"""As many as the script has: processes that run at the same time."""


def _at_once(*commands: list[str], **options: Any) -> None:
    """Runs commands, two at a time, which all must end well."""

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, **options)

    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(run, commands):
            said = f"{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
            assert done.returncode == 0, f"{done.args}\n{said}"


def _run(what: str, *rest: str, cache: Path, **environment: str) -> None:
    _at_once(
        *([sys.executable, str(CELLS), what, str(share), *rest] for share in range(SHARES)),
        cwd=CELLS.parent,
        env=os.environ | {"NEURON_REDUCE_CACHE": str(cache)} | environment,
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> list[Path]:
    """What the cells are in C."""
    folder = tmp_path_factory.mktemp("sources")
    with tempfile.TemporaryDirectory(prefix="neuron-reduce-tests-") as compiled:
        _run("source", str(folder), cache=Path(compiled).resolve(), MECHANISMS=str(cache))
    return sorted(folder.glob("*.c"))


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_compiles_without_a_warning(name: str, sources: list[Path]) -> None:
    """For this processor, and without its extensions."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on PATH")
    flags = [each for each in compiler.FLAGS if each != "-shared"]
    assert len(sources) >= 28
    _at_once(
        *(
            [
                *(path, *flags, *machine, "-O1", "-Wall", "-Wextra", "-Werror"),
                *(f"-I{compiler.RUNTIME}", "-c", str(source), "-o", os.devnull),
            ]
            for source in sources
            for machine in (compiler._native(), ())
        )
    )


def test_does_nothing_undefined(private_folder: Path, cache: Path) -> None:
    """Runs under AddressSanitizer and UBSan, which end the process at the first fault."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("no gcc on PATH")
    libraries = []
    for name in ("libasan.so", "libubsan.so"):
        shown = subprocess.run(
            [gcc, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        )
        if not Path(shown.stdout.strip()).exists():
            pytest.skip(f"gcc without {name}")
        libraries.append(shown.stdout.strip())
    _run(
        "run",
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-O0",
        cache=private_folder,
        MECHANISMS=str(cache),
        CC=gcc,
        LD_PRELOAD=":".join(libraries),
        # Python and NEURON leave at their end what they have.
        ASAN_OPTIONS="detect_leaks=0:halt_on_error=1",
    )


@isolated
@pytest.mark.parametrize("machine", ["x86-64", "x86-64-v3", "x86-64-v4"])
@pytest.mark.parametrize("is_exact", [True, False])
def test_vectors_of_all_sizes(machine: str, is_exact: bool, monkeypatch: Any) -> None:
    """Two, four and eight numbers at once: without AVX, with AVX2, with AVX-512."""
    if platform.machine() != "x86_64":
        pytest.skip("not an x86-64 processor")
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    if {"x86-64-v3": "avx2", "x86-64-v4": "avx512dq"}.get(machine, "fpu") not in flags:
        pytest.skip(f"the processor is not {machine}")
    monkeypatch.setattr(compiler, "_native", lambda: (f"-march={machine}",))
    tree = driven_tree()
    references = tree.potentials()[:8]
    engine, theirs = assert_equal(tree, references, tstop=60, exact=is_exact, least_spikes=1)
    trials = engine.run_batch(weights=[1.0] * 11, tstop=60, record=references)
    assert np.abs(trials.v - theirs).max() < 1e-6
    assert all(np.array_equal(each.v, trials[0].v) for each in trials)
