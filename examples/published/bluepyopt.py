"""Cells among BluePyOpt's examples, exported to hoc templates by BluePyOpt itself.

The source distribution ``bluepyopt`` 1.14.26 holds morphologies, mechanisms and parameters of the
examples, and the exporter.
"""

from __future__ import annotations

import os
import pathlib
import sys
from typing import Any

from neuron import h

from . import fetch

RELEASE = fetch.Release(
    "bluepyopt",
    "1.14.26",
    "bluepyopt-1.14.26.tar.gz",
    "105a0e810c2cb49b96f5ea38d9faa88614d67e046a19699699bf2b85c4d7b37b",
)

_REQUIREMENTS = "examples/requirements.txt"
_ROOT = f"bluepyopt-{RELEASE.version}/"
_EXPORTER = ("bluepyopt/", "bluepyopt.egg-info/")


def fetch_example(workspace: pathlib.Path, example: str, files: tuple[str, ...]) -> pathlib.Path:
    """Fetch the exporter and of ``example`` what begins with ``files``; returns its directory."""
    prefixes = _EXPORTER + tuple(f"examples/{example}/{file}" for file in files)

    def wanted(name: str) -> str | None:
        relative = name.removeprefix(_ROOT)
        used = name.startswith(_ROOT) and relative.startswith(prefixes)
        return relative if used and not relative.startswith("bluepyopt/tests/") else None

    fetch.extract(RELEASE.download(workspace), workspace, wanted)
    return workspace / "examples" / example


def export(example: pathlib.Path, *arguments: str) -> str:
    """Return what Python prints when run with ``arguments`` in ``example``: a hoc template."""
    return fetch.run(
        [sys.executable, *arguments],
        "Exporting the cell with BluePyOpt",
        hint=f" Its dependencies are listed in {_REQUIREMENTS}.",
        cwd=example,
        env={**os.environ, "PYTHONPATH": str(example.parent.parent)},
    )


def instance(directory: pathlib.Path, template: str, mechanism: str, morphology: str) -> Any:
    """Return a new instance of ``template``, whose files are in the prepared ``directory``.

    ``mechanism`` is one of the cell's mechanisms; ``morphology`` the relative path of its
    morphology. The instance has the sections ``soma``, ``dend``, ``apic`` and ``axon`` and the
    section lists ``all``, ``somatic``, ``basal``, ``apical`` and ``axonal``.
    """
    fetch.load_mechanisms(directory, mechanism)
    if not h.name_declared(template):
        h.load_file(str(directory / f"{template}.hoc"))
    # The template stops the process at a path with a space in it, hence the relative path.
    folder, file = os.path.split(morphology)
    before = pathlib.Path.cwd()
    os.chdir(directory)
    try:
        return getattr(h, template)(folder, file)
    finally:
        os.chdir(before)
