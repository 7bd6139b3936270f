"""The two thalamocortical cells of BluePyOpt's ``examples/thalamocortical-cell``.

Iavarone et al., *Experimentally-constrained biophysical models of tonic and burst firing modes in
thalamocortical neurons*, PLOS Computational Biology 15:e1006753 (2019): an adapting (cAD_ltb) and
a non-adapting (cNAD_ltb) low-threshold bursting cell, with channels in all dendrites. Of the
optimised parameter sets in the source distribution's ``results``, the ones are taken that the
example names as the paper's (figure 4). BluePyOpt's own exporter writes the templates. The
licence file, kept in the cache, puts the files under CC-BY-NC-SA 4.0, the morphologies under PDDL
1.0, and mechanisms from ModelDB under the terms stated there.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from neuron import h

from published import bluepyopt, fetch

EXAMPLE = "thalamocortical-cell"

MODELS = {
    "tc_cad": ("cAD_ltb", 62, "jy160728_A_idA.asc", -74.2),
    "tc_cnad": ("cNAD_ltb", 78, "jy170517_A_idA.asc", -76.7),
}
"""Electrical type, row of its file of parameter sets, morphology, and initial potential in mV.

The initial potential is where the cell rests. From the authors' -79 mV the adapting cell begins
with a rebound burst, which would fall into the begin of a drive.
"""

TEMPERATURE = 34.0
"""Simulation temperature in degrees Celsius."""

_FILES = (
    "CellEvalSetup/template.py",
    "config/",
    "mechanisms/",
    "morphologies/",
    "results/",
    "LICENSE.txt",
)

# The columns of the parameter sets are the free parameters, in the order the cell model has them.
_EXPORT = """
import csv, json, sys
sys.path.insert(0, "CellEvalSetup")
import template
name, row = sys.argv[1], int(sys.argv[2])
with open("config/recipes.json") as file:
    cell = template.create(json.load(file), name)
with open("results/%s_params.csv" % name) as file:
    values = list(csv.reader(file, quoting=csv.QUOTE_NONNUMERIC))[row]
names = [parameter.name for parameter in cell.params.values() if not parameter.frozen]
assert len(names) == len(values), (names, values)
print(cell.create_hoc(dict(zip(names, values))))
"""


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphologies, mechanism sources, licence and both exported templates into ``result``."""
    source = bluepyopt.fetch_example(workspace, EXAMPLE, _FILES)
    for etype, row, _, _ in MODELS.values():
        hoc = bluepyopt.export(source, "-c", _EXPORT, etype, str(row))
        (result / f"{etype}.hoc").write_text(hoc, encoding="utf-8")
    for name in ("mechanisms", "morphologies", "LICENSE.txt"):
        (source / name).rename(result / name)


def loader(name: str) -> Callable[[pathlib.Path], Any]:
    """Return the function that loads the model ``name``, given the cache directory."""
    etype, _, shape, rest = MODELS[name]

    def load(cache: pathlib.Path) -> Any:
        version = bluepyopt.RELEASE.version
        directory = fetch.prepare(cache, f"{EXAMPLE}-bluepyopt-{version}", _fetch)
        cell = bluepyopt.instance(directory, etype, "TC_HH", f"morphologies/{shape}")
        h.celsius = TEMPERATURE
        h.v_init = rest
        return cell

    return load
