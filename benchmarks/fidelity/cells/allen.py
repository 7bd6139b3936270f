"""Five perisomatic models of the Allen Cell Types Database, as ``bmtk`` 1.2.0 carries them.

The wheel holds morphologies, fitted parameters and mechanisms under ``utils/scripts/bionet``; which
parameters belong to which morphology is as in bmtk's own examples. The models have channels in
the soma only, passive dendrites and, in place of the axon, a passive stub of 60 µm; segments are
of 40 µm at most, bmtk's default. The package is under a BSD licence, for non-commercial use the
Allen Institute's terms of use apply; the licence is kept in the cache.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

from neuron import h

from published import fetch

from . import morphology

RELEASE = fetch.Release(
    "bmtk",
    "1.2.0",
    "bmtk-1.2.0-py2.py3-none-any.whl",
    "d46d7407e4830fe492b2274fd466d5bad1b12d8a547f71cd8ea8c753ae7fdaa2",
)

MODELS = {
    "allen_scnn1a": ("Scnn1a_473845048_m.swc", "472363762_fit.json"),
    "allen_rorb": ("Rorb_325404214_m.swc", "473863510_fit.json"),
    "allen_nr5a1": ("Nr5a1_471087815_m.swc", "473863035_fit.json"),
    "allen_pv1": ("Pvalb_470522102_m.swc", "472912177_fit.json"),
    "allen_pv2": ("Pvalb_469628681_m.swc", "473862421_fit.json"),
}
"""Morphology and parameters of each model."""

_ROOT = "bmtk/utils/scripts/bionet/"
_FOLDERS = {
    _ROOT + "morphologies/": "morphologies",
    _ROOT + "biophysical_neuron_models/": "parameters",
    _ROOT + "mechanisms/modfiles/": "mechanisms",
    f"bmtk-{RELEASE.version}.dist-info/licenses/": "licenses",
}


def _wanted(name: str) -> str | None:
    """Where in the cache a file of the wheel goes, if anywhere."""
    folder, _, file = name.rpartition("/")
    # An artificial source of events, of no use here, and not written for NEURON 9.
    if folder + "/" not in _FOLDERS or file == "vecevent.mod":
        return None
    return f"{_FOLDERS[folder + '/']}/{file}"


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphologies, parameters, mechanisms and licence into ``result``."""
    fetch.extract(RELEASE.download(workspace), result, _wanted)


def _kind(section: Any) -> str:
    """Which of soma, axon, apic and dend a section is."""
    return section.name().rpartition(".")[2].partition("[")[0]


def _set_parameters(cell: Any, parameters: dict[str, Any]) -> None:
    """Insert the channels and set everything the file of a fitted model says."""
    by_kind: dict[str, list[Any]] = {}
    for section in cell.all:
        by_kind.setdefault(_kind(section), []).append(section)

    (passive,) = parameters["passive"]
    capacitances = {entry["section"]: entry["cm"] for entry in passive["cm"]}
    for kind, sections in by_kind.items():
        for section in sections:
            section.Ra = passive["ra"]
            section.cm = capacitances[kind]
            section.insert("pas")
            for segment in section:
                segment.pas.e = passive["e_pas"]

    for entry in parameters["genome"]:
        for section in by_kind.get(entry["section"], []):
            if entry["mechanism"]:
                section.insert(entry["mechanism"])
            setattr(section, entry["name"], entry["value"])

    (conditions,) = parameters["conditions"]
    for entry in conditions["erev"]:
        for section in by_kind.get(entry["section"], []):
            section.ena = entry["ena"]
            section.ek = entry["ek"]
    h.celsius = conditions["celsius"]
    h.v_init = conditions["v_init"]


def loader(name: str) -> Callable[[pathlib.Path], Any]:
    """Return the function that loads the model ``name``, given the cache directory."""
    shape, fit = MODELS[name]

    def load(cache: pathlib.Path) -> Any:
        directory = fetch.prepare(cache, f"allen-bmtk-{RELEASE.version}", _fetch)
        fetch.load_mechanisms(directory, "CaDynamics")
        cell = morphology.build(directory / "morphologies" / shape)
        text = (directory / "parameters" / fit).read_text(encoding="utf-8")
        _set_parameters(cell, json.loads(text))
        return cell

    return load
