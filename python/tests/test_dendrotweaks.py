"""DendroTweaks, which is built on the published package's functions, works with this package's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import neuron_reduce

VERSION = "0.5.2"
SCRIPT = Path(__file__).parent / "models" / "dendrotweaks_cell.py"
GOLDEN = json.loads((Path(__file__).parent / "golden" / "dendrotweaks.json").read_text())

# The published functions look for an impedance to 0.001 ohm of some 1e7; DendroTweaks keeps the
# cable's diameter in single precision.
RELATIVE = 1e-6


@pytest.fixture(scope="module")
def dendrotweaks(cache: Path) -> Path:
    """The folder that DendroTweaks is installed in, without what it pins: neuron-reduce itself."""
    folder = cache / f"dendrotweaks-{VERSION}"
    if not (folder / "dendrotweaks").exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*install, "--target", str(folder), f"dendrotweaks=={VERSION}"],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            reason = f"DendroTweaks {VERSION} cannot be installed: {done.stderr[-300:]}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    return folder


def test_reduces_a_subtree_to_the_published_cable(dendrotweaks: Path, tmp_path: Path) -> None:
    paths = (Path(neuron_reduce.__file__).parents[1], dendrotweaks)
    tools = str(Path(sys.executable).parent)  # nrnivmodl is there.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PATH": os.pathsep.join([tools, os.environ.get("PATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert sorted(found) == sorted(GOLDEN["cables"])
    for name, expected in GOLDEN["cables"].items():
        cable = found[name]
        assert cable["nseg"] == expected["nseg"]
        for key in ("L", "diam", "gbar_ca_hva"):
            assert cable[key] == pytest.approx(expected[key], rel=RELATIVE), (name, key)
