"""The published layer-5 pyramidal cell of BluePyOpt's ``examples/l5pc``.

The cell is the morphology ``C060114A7.asc``, twelve density mechanisms and the final parameters
held in ``generate_hoc.py``, all from the source distribution ``bluepyopt`` 1.14.26. The files are
fetched at run time and kept in a cache directory. They are never committed:

* the licence files beside the morphology and the mechanisms put the hoc, Python and synapse code
  and the morphology under CC-BY-NC-SA 4.0 (attribution, non-commercial, share alike);
* the mechanisms whose source is on ModelDB (``Ih`` by S. Hallermann; ``Ca_HVA``, ``Ca_LVAst``,
  ``Im``, ``K_Pst``, ``K_Tst``, ``NaTa_t``, ``NaTs2_t``, ``Nap_Et2``, ``SK_E2``, ``SKv3_1`` after
  E. Hay and others) are under the terms stated on ModelDB.

Both licence files are kept in the cache next to what they cover.
"""

from __future__ import annotations

import pathlib
import sys
from typing import Any

from neuron import h

from published import bluepyopt, fetch

MORPHOLOGY = "C060114A7.asc"
TEMPLATE = "l5pc"

TEMPERATURE = 34.0
"""Simulation temperature in degrees Celsius."""

INITIAL_VOLTAGE = -65.0
"""Membrane potential at the start of a simulation, in mV."""

_FILES = (
    "generate_hoc.py",
    "l5pc_model.py",
    "config/",
    "mechanisms/",
    f"morphology/{MORPHOLOGY}",
    "morphology/LICENSE",
)


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphology, mechanism sources, licences and exported hoc into ``result``."""
    source = bluepyopt.fetch_example(workspace, "l5pc", _FILES)
    hoc = bluepyopt.export(source, "generate_hoc.py")
    (result / f"{TEMPLATE}.hoc").write_text(hoc, encoding="utf-8")
    for folder in ("mechanisms", "morphology"):
        (source / folder).rename(result / folder)


def prepare(cache: pathlib.Path) -> pathlib.Path:
    """Fetch, export and compile the cell unless ``cache`` holds it already.

    Returns the cell's directory inside ``cache``: ``l5pc.hoc``, ``morphology/``, ``mechanisms/``
    and, for each NEURON version and processor, ``compiled/<name>/`` with the mechanism library.
    """
    return fetch.prepare(cache, f"l5pc-bluepyopt-{bluepyopt.RELEASE.version}", _fetch)


def load(cache: pathlib.Path) -> Any:
    """Return a new instance of the cell, preparing ``cache`` first if need be.

    The instance has the sections ``soma``, ``dend``, ``apic`` and ``axon`` and the section lists
    ``all``, ``somatic``, ``basal``, ``apical`` and ``axonal``. The axon is the exporter's 60 µm
    stub. ``h.celsius`` is set to 34 degrees Celsius and ``h.v_init`` to -65 mV.
    """
    cell = bluepyopt.instance(prepare(cache), TEMPLATE, "CaDynamics_E2", f"morphology/{MORPHOLOGY}")
    h.celsius = TEMPERATURE
    h.v_init = INITIAL_VOLTAGE
    return cell


if __name__ == "__main__":
    print(prepare(pathlib.Path(sys.argv[1])))
