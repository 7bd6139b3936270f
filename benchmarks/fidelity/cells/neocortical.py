"""A pyramidal cell of the examples of ``emodelrunner`` 1.2.5.

The cell of the example ``sscx`` is an untufted pyramidal cell of layer 4 of the rat's somatosensory
cortex, with sodium channels in the apical dendrite, fewer with the distance, and calcium channels
of two kinds in all dendrites. The axon begins with 60 µm of the morphology's diameters, then there
is 1 mm of myelin, as EModelRunner has them. The example is under CC-BY-NC-SA 4.0, mechanisms from
ModelDB under the terms stated there; the licence files are kept in the cache.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

from published import fetch

from . import fitted, morphology

RELEASE = fetch.Release(
    "emodelrunner",
    "1.2.5",
    "emodelrunner-1.2.5.tar.gz",
    "41e7a5efdc57726f168c7eef39eee78bde661cc9e37e666f2483c4f255d0de3c",
)

_ROOT = f"emodelrunner-{RELEASE.version}/examples/sscx_sample_dir/"
_SHAPE = "dend-C231296A-P4B2_axon-C200897C-P2_-_Scale_x1.000_y0.975_z1.000.asc"
_MODEL = "cADpyr_L4UPC"

AXON_SEGMENTS = 5
"""Of each of the two sections that the axon begins with."""

_MECHANISMS = (
    "CaDynamics_DC0",
    "Ca_HVA2",
    "Ca_LVAst",
    "Ih",
    "K_Pst",
    "K_Tst",
    "NaTg",
    "Nap_Et2",
    "SK_E2",
    "SKv3_1",
)


def _wanted(name: str) -> str | None:
    """Where in the cache a file of the source distribution goes, if anywhere."""
    relative = name.removeprefix(_ROOT)
    folder, _, file = relative.rpartition("/")
    if folder == "mechanisms":
        return relative if file.removesuffix(".mod") in _MECHANISMS else None
    used = folder in ("morphology", "config/params") or file.startswith("LICENSE")
    return relative if used and name.startswith(_ROOT) else None


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphologies, parameters, mechanisms and licences into ``result``."""
    fetch.extract(RELEASE.download(workspace), result, _wanted)


def _parameters(directory: pathlib.Path) -> list[fitted.Parameter]:
    """Those of the recipe, with the values of the fit where it has some."""
    recipe, fit = (
        json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("pyr", "final")
    )
    values = fit[_MODEL]["params"]
    constant = values["constant.distribution_decay"]
    formulas = {
        name: each["fun"].replace("{constant}", repr(constant))
        for name, each in recipe["distributions"].items()
    }
    return [
        fitted.Parameter(
            where,
            each["name"],
            values.get(f"{each['name']}.{where}", each["val"]),
            formulas[each["dist"]] if "dist" in each else None,
        )
        for where, group in recipe["parameters"].items()
        if isinstance(group, list) and where != "distribution_decay"
        for each in group
    ]


def load(cache: pathlib.Path) -> Any:
    """Return a new instance of the cell, fetching it into ``cache`` first if need be."""
    directory = fetch.prepare(cache, f"neocortical-emodelrunner-{RELEASE.version}", _fetch)
    fetch.load_mechanisms(directory, "NaTg")
    cell = morphology.build_with_axon(
        directory / "morphology" / _SHAPE, AXON_SEGMENTS, has_myelin=True
    )
    folder = directory / "config" / "params"
    recipe = json.loads((folder / "pyr.json").read_text(encoding="utf-8"))
    mechanisms = [
        (where, each) for where, group in recipe["mechanisms"].items() for each in group["mech"]
    ]
    fitted.put(cell, mechanisms, _parameters(folder))
    return cell
