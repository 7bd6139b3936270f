"""Callers who check their types find ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import neuron_reduce

PACKAGE = Path(neuron_reduce.__file__).parent
USE = Path(__file__).with_name("typed_use.py")


def _mypy(source: str, folder: Path) -> str:
    """What mypy finds wrong with a caller's script."""
    pytest.importorskip("mypy")
    script = folder / "use.py"
    script.write_text(source)
    options = ["--strict", "--follow-imports=silent", "--cache-dir", str(folder / "cache")]
    environment = dict(os.environ)
    # mypy finds an installed package by itself, and refuses to be told where.
    if "site-packages" not in PACKAGE.parts:
        environment["MYPYPATH"] = str(PACKAGE.parent)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(script)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_typed_callers_are_content(tmp_path: Path) -> None:
    assert _mypy(USE.read_text(), tmp_path) == ""


def test_mistakes_of_typed_callers_are_found(tmp_path: Path) -> None:
    found = _mypy(
        "import neuron_reduce\n"
        "neuron_reduce.reduce(None, [], [], frequency='high')\n"
        "one, two = neuron_reduce.subtree_reductor(None, [], [])\n"
        "neuron_reduce.evaluate(lambda seed: None)\n"
        "neuron_reduce.Recording([], []).spikes()\n",
        tmp_path,
    )
    for line in range(2, 6):
        assert f"use.py:{line}: error" in found
