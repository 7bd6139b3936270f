"""The C that is made for cells compiles without a warning and does nothing undefined."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine_runs import assert_equal
from isolated import isolated
from models.engine_tree import driven_tree
from neuron_reduce._engine import compiler

CELLS = Path(__file__).parent / "engine_code_cells.py"
"""A script that makes cells of many kinds; told ``source FOLDER`` it writes their C to files, told
``run FLAGS…`` it compiles with these flags and runs them."""


def _run(*arguments: str, cache: Path, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CELLS), *arguments],
        capture_output=True,
        text=True,
        cwd=CELLS.parent,
        env=os.environ | {"NEURON_REDUCE_CACHE": str(cache)} | environment,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-6000:]}"


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_compiles_without_a_warning(
    name: str, tmp_path: Path, private_folder: Path, cache: Path
) -> None:
    """For this processor, and without its extensions."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on PATH")
    _run("source", str(tmp_path), cache=private_folder, MECHANISMS=str(cache))
    sources = sorted(tmp_path.glob("*.c"))
    flags = [each for each in compiler.FLAGS if each != "-shared"]
    assert len(sources) >= 28
    for source in sources:
        for machine in (compiler._native(), ()):
            done = subprocess.run(
                [
                    *(path, *flags, *machine, "-O1", "-Wall", "-Wextra", "-Werror"),
                    *(f"-I{compiler.RUNTIME}", "-c", str(source), "-o", os.devnull),
                ],
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{source.name}\n{done.stderr[:4000]}"


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
        "-O1",
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
