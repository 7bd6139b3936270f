"""A striatal projection neuron of ``snudda`` 3.0.

A direct-pathway spiny projection neuron (dSPN) of the mouse, with sodium, A-type potassium and
four kinds of calcium channels in all dendrites. The wheel holds morphology, mechanisms and ten
fits, of which this is the first. Some of its parameters come with a formula of the distance and are
said to be uniform all the same: they are uniform, as in the package's own cells. The axon is the
60 µm that the morphology's axon begins with. The package is under the GNU GPL 3; the licence is
kept in the cache.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

from published import fetch

from . import fitted, morphology

RELEASE = fetch.Release(
    "snudda",
    "3.0",
    "snudda-3.0-py3-none-any.whl",
    "97d46c13ddf0cf987a9935c56fcbfa897254c7c81e75aa08f7c3d47f4f27c6d4",
)

_ROOT = "snudda/data/neurons/"
_CELL = _ROOT + "striatum/dspn/str-dspn-e150917_c9_d1-mWT-1215MSN03-v20190521/"
_SHAPE = "WT-1215MSN03-cor-rep-ax2.swc"


def _wanted(name: str) -> str | None:
    """Where in the cache a file of the wheel goes, if anywhere."""
    folder, _, file = name.rpartition("/")
    if folder == _ROOT + "mechanisms" and file.endswith("_ms.mod"):
        return f"mechanisms/{file}"
    if folder + "/" == _CELL:
        return file
    return f"licenses/{file}" if "/licenses" in folder else None


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphology, parameters, mechanisms and licence into ``result``."""
    fetch.extract(RELEASE.download(workspace), result, _wanted)


def load(cache: pathlib.Path) -> Any:
    """Return a new instance of the cell, fetching it into ``cache`` first if need be."""
    directory = fetch.prepare(cache, f"striatal-snudda-{RELEASE.version}", _fetch)
    fetch.load_mechanisms(directory, "naf_ms")
    mechanisms, fits = (
        json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("mechanisms", "parameters")
    )
    cell = morphology.build_with_axon(directory / _SHAPE, 1, has_myelin=False)
    fitted.put(
        cell,
        [(where, each) for where, group in mechanisms.items() for each in group],
        [
            fitted.Parameter(each.get("sectionlist", "global"), each["param_name"], each["value"])
            for each in fits[0]
        ],
    )
    return cell
