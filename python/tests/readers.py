"""What reads exported cells: packages that are there, or tests that say so."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import neuron_reduce


def need(package: str) -> None:
    """Skips a test where a package is not installed; in CI it fails."""
    if importlib.util.find_spec(package) is None:
        _without(f"there is no {package}; requirements-dev.txt has it")


def need_java() -> None:
    """The same for Java, which pyNeuroML runs jNeuroML by."""
    if shutil.which("java") is None:
        _without("there is no java on PATH; `.ci/java` installs one")


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def run(script: str, folder: Path) -> str:
    """What a script says, in a Python of its own that has this package too."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(Path(neuron_reduce.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said(text: str) -> str:
    """What such a script says in the line that begins with ``result``, among what packages say."""
    line = next(each for each in text.splitlines() if each.startswith("result "))
    return line.removeprefix("result ")
