"""A Golgi and a Purkinje cell of ``dbbs-models`` 6.0.0, with the mechanisms of ``dbbs-catalogue``.

Masoli et al., *Cerebellar Golgi cell models predict dendritic processing and mechanisms of synaptic
plasticity*, PLOS Computational Biology 16:e1007937 (2020): sodium and calcium channels in all
dendrites. Masoli et al., *Action potential processing in a detailed Purkinje cell model reveals a
critical role for axonal compartmentalization*, Frontiers in Cellular Neuroscience 9:47 (2015):
P-type and T-type calcium channels in the dendrites. The packages build them with ``arborize`` and
``bsb``; here the description is read as it is and the cell made from it, its segments 40 µm at
most. The models are under the GNU GPL 3; the licences of both packages are kept in the cache.
"""

from __future__ import annotations

import itertools
import pathlib
import runpy
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

from neuron import h

from published import fetch

from . import morphology

RELEASE = fetch.Release(
    "dbbs-models",
    "6.0.0",
    "dbbs_models-6.0.0-py2.py3-none-any.whl",
    "5d737c1ae3cb221acac274d52af426590dedd7c34c5bf2103726ef3d23c3628d",
)

CATALOGUE = fetch.Release(
    "dbbs-catalogue",
    "6.0.1",
    "dbbs_catalogue-6.0.1-py2.py3-none-any.whl",
    "77c1f5c9fde7ece92349f1eb0ea9f533cdf695ef4c7877e442264406b1465281",
)

MODELS = {"golgi": "Golgi", "purkinje": "Purkinje"}
"""What the files of each are called after."""

TEMPERATURE = 32.0
INITIAL_VOLTAGE = -65.0
"""Those of the package's own test of its models."""

TEMPLATE = "LabelledCell"

_HOC = f"""
begintemplate {TEMPLATE}
public soma, dend, apic, axon, all, somatic, basal, apical, axonal
public make_soma, make_dend, make_apic, make_axon
objref this, all, somatic, basal, apical, axonal
create soma[1], dend[1], apic[1], axon[1]
proc init() {{
    forall delete_section()
    all = new SectionList()
    somatic = new SectionList()
    basal = new SectionList()
    apical = new SectionList()
    axonal = new SectionList()
}}
proc make_soma() {{ create soma[$1] }}
proc make_dend() {{ create dend[$1] }}
proc make_apic() {{ create apic[$1] }}
proc make_axon() {{ create axon[$1] }}
endtemplate {TEMPLATE}
"""

_PARTS = {"soma": "somatic", "dend": "basal", "apic": "apical", "axon": "axonal"}

# Labels that the package gives to every cell: tags of SWC files that models do not redefine.
_TAGS = {1: ["soma"], 2: ["axon"], 3: ["dendrites"]}


class Point(NamedTuple):
    """A line of an SWC file."""

    tag: int
    place: tuple[float, float, float]
    radius: float
    parent: int


def _wanted(name: str) -> str | None:
    """Where in the cache a file of either wheel goes, if anywhere."""
    folder, _, file = name.rpartition("/")
    if folder == "dbbs_catalogue/mods/neuron" and not file.startswith("gap_junction"):
        return f"mechanisms/glia__dbbs__{file}"
    if folder == "dbbs_models/morphologies" and file.endswith(".swc"):
        return f"morphologies/{file}"
    if folder == "dbbs_models" and file.endswith("_cell_models.py"):
        return f"models/{file}"
    package = name.partition("-")[0]
    return f"licenses/{package}/{file}" if "/licenses" in folder else None


def _fetch(workspace: pathlib.Path, result: pathlib.Path) -> None:
    """Put morphologies, descriptions, mechanisms and licences into ``result``."""
    for release in (RELEASE, CATALOGUE):
        fetch.extract(release.download(workspace), result, _wanted)


def _describe(path: pathlib.Path, name: str) -> tuple[dict[str, Any], dict[int, list[str]]]:
    """The kinds of cable of a model, in their order, and the labels of SWC tags."""
    arborize = types.ModuleType("arborize")
    arborize.define_model = lambda cell, **_: types.SimpleNamespace(cell=cell)
    with mock.patch.dict(sys.modules, arborize=arborize):
        model = runpy.run_path(str(path))[f"{name}CellModel"]
    return model.cell["cable_types"], {**_TAGS, **model.swc_tags}


def _read(path: pathlib.Path) -> dict[int, Point]:
    """The points of an SWC file by their number."""
    points = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            number, tag, x, y, z, radius, parent = line.split()
            place = float(x), float(y), float(z)
            points[int(number)] = Point(int(tag), place, float(radius), int(parent))
    return points


def _runs(points: dict[int, Point]) -> Iterator[list[int]]:
    """Unbranched runs of points with one tag, the first of each being the end of another run.

    Parents come before their children.
    """
    children: dict[int, list[int]] = {}
    for number, point in points.items():
        children.setdefault(point.parent, []).append(number)
    (root,) = children[-1]
    waiting = [[root]]
    while waiting:
        run = waiting.pop(0)
        tag = points[run[-1]].tag
        while True:
            # The soma is one run: what begins on it is not a branch of it.
            same = [each for each in children.get(run[-1], []) if points[each].tag == tag]
            if len(children.get(run[-1], [])) != 1 and not (tag == 1 and len(same) == 1):
                break
            if len(same) != 1:
                break
            waiting += [[run[-1], each] for each in children[run[-1]] if each != same[0]]
            run.append(same[0])
        waiting += [[run[-1], each] for each in children.get(run[-1], [])]
        if len(run) > 1:
            yield run


def _build(points: dict[int, Point], labels: dict[int, list[str]]) -> tuple[Any, dict[str, int]]:
    """Return a cell with the morphology, and the tag of each of its sections."""
    h.load_file("stdrun.hoc")
    if not h.name_declared(TEMPLATE):
        h(_HOC)
    cell = getattr(h, TEMPLATE)()
    runs = [(run, points[run[-1]].tag) for run in _runs(points)]
    kinds = [_kind(tag, labels) for _, tag in runs]
    for kind in set(kinds):
        getattr(cell, f"make_{kind}")(kinds.count(kind))
    counters = {kind: itertools.count() for kind in _PARTS}
    ends: dict[int, tuple[Any, float]] = {}
    tags = {}
    for (run, tag), kind in zip(runs, kinds, strict=True):
        section = getattr(cell, kind)[next(counters[kind])]
        # What begins on the soma has its own thickness from its begin on.
        own = run[1:] if kind != "soma" and points[run[0]].tag == 1 and len(run) > 2 else run
        for number in own:
            point = points[number]
            h.pt3dadd(*point.place, 2 * point.radius, sec=section)
        if run[0] in ends:
            parent, x = ends[run[0]]
            section.connect(parent(x), 0)
        if kind == "soma":
            ends.update(dict.fromkeys(run, (section, 0.5)))
        else:
            ends[run[-1]] = section, 1.0
        section.nseg = 1 + 2 * int(section.L / morphology.SEGMENT)
        cell.all.append(section)
        getattr(cell, _PARTS[kind]).append(section)
        tags[section.name()] = tag
    return cell, tags


def _kind(tag: int, labels: dict[int, list[str]]) -> str:
    """Which of soma, axon, apic and dend a part is."""
    if "soma" in labels[tag]:
        return "soma"
    if "axon" in labels[tag]:
        return "axon"
    return "apic" if "apical_dendrites" in labels[tag] else "dend"


def _mechanism(asset: str | tuple[str, str], known: set[str]) -> str:
    """The name of a mechanism in NEURON: of the variant asked for, the default or the only one."""
    name, variant = (asset, "0") if isinstance(asset, str) else asset
    found = {each for each in known if each.startswith(f"glia__dbbs__{name}__")}
    exact = f"glia__dbbs__{name}__{variant}"
    if asset in ("pas", "hh"):
        return str(asset)
    if exact in found:
        return exact
    (only,) = found
    return only


def _put(section: Any, cable: dict[str, Any], known: set[str]) -> None:
    """Give a section what a kind of cable says, over what it had."""
    for name, value in cable.get("cable", {}).items():
        setattr(section, name, value)
    names = {asset: _mechanism(asset, known) for asset in cable.get("mechanisms", {})}
    for asset, values in cable.get("mechanisms", {}).items():
        section.insert(names[asset])
        for parameter, value in values.items():
            setattr(section, f"{parameter}_{names[asset]}", value)


def _set_reversals(section: Any, cables: list[dict[str, Any]]) -> None:
    """Set the reversal potentials of those ions that the section has."""
    for cable in cables:
        for ion, each in cable.get("ions", {}).items():
            if hasattr(section(0.5), f"e{ion}"):
                setattr(section, f"e{ion}", each["rev_pot"])


def loader(name: str) -> Callable[[pathlib.Path], Any]:
    """Return the function that loads the model ``name``, given the cache directory."""
    called = MODELS[name]

    def load(cache: pathlib.Path) -> Any:
        directory = fetch.prepare(cache, f"cerebellar-dbbs-models-{RELEASE.version}", _fetch)
        fetch.load_mechanisms(directory, "glia__dbbs__Nav1_6__0")
        known = {path.stem for path in (directory / "mechanisms").glob("*.mod")}
        file = f"{called.lower()}_cell_models.py"
        cables, labels = _describe(directory / "models" / file, called)
        cell, tags = _build(_read(directory / "morphologies" / f"{called}Cell.swc"), labels)
        for section in cell.all:
            of = [cables[label] for label in cables if label in labels[tags[section.name()]]]
            for cable in of:
                _put(section, cable, known)
            _set_reversals(section, of)
        h.celsius = TEMPERATURE
        h.v_init = INITIAL_VOLTAGE
        return cell

    return load
