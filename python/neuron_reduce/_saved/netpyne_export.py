"""A cell as a cell rule of NetPyNE, with what its synapses need.

NetPyNE makes a synapse where a connection names its mechanism and its place, and has no other way
to give a cell synapses: the file has, beside the rule, the mechanisms and for each of the
original's synapses where its connection is to go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from .._display.warned import warn
from ..errors import SavedCellError
from . import building

_LISTS = {"soma": "somatic", "axon": "axonal", "apical": "apical", "basal": "basal"}
"""Of sections, by role."""


def text_of(content: dict[str, Any], name: str) -> str:
    """The text of a JSON file with the parts of a NetPyNE model that are the cell's.

    :param name: of the cell rule.
    :raises SavedCellError: a cell rule has no way to say what the cell is.
    """
    rule = _Rule(content)
    params = {
        "cellParams": {
            name: {
                "conds": {"cellType": name},
                "secs": rule.sections,
                "secLists": rule.lists,
                "globals": _globals(content),
            }
        },
        "synMechParams": rule.synapse_kinds,
    }
    parts = {
        "net": {"params": params},
        "simConfig": {
            "hParams": {
                "celsius": _number(content["celsius"], "celsius"),
                "v_init": _number(content["v_init"], "v_init"),
            },
            # What stands for many synapses is one, to which all their connections go.
            "oneSynPerNetcon": False,
            # NetPyNE would move the points to where the cell is, which rounds them to 7 digits.
            "pt3dRelativeToCellLocation": False,
        },
        "synapses": rule.synapses,
    }
    _warn_of_what_is_lost(content)
    return json.dumps(parts, indent=1) + "\n"


class _Rule:
    """The parts of a cell rule.

    :ivar sections: by name.
    :ivar lists: names of sections, by the names of their lists.
    :ivar synapse_kinds: mechanisms of synapses with their parameters, by label.
    :ivar synapses: for each synapse of the original where it is, and what its NetCon was.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._names = _names(each["name"] for each in content["sections"])
        attached = {each["section"]: each for each in content["attachments"]}
        # NetPyNE connects sections in this order, which decides in which order NEURON adds them up.
        order = [index for index in range(len(self._names)) if index not in attached]
        order += attached
        self.sections = {
            self._names[index]: self._section(content["sections"][index], attached.get(index))
            for index in order
        }
        roles = [each["role"] for each in content["sections"]]
        self.lists = {"all": self._names} | {
            listed: [name for name, own in zip(self._names, roles, strict=True) if own == role]
            for role, listed in _LISTS.items()
        }
        soma = self.sections[self._names[roles.index("soma")]]
        soma["spikeGenLoc"] = 0.5
        self.synapse_kinds: dict[str, dict[str, Any]] = {}
        labels = self._place(content)
        self.synapses = [
            self._synapse(content, process, content["connections"][connection], labels)
            for process, connection in zip(
                content["original"]["synapses"], content["original"]["connections"], strict=True
            )
        ]

    def _section(
        self, described: dict[str, Any], attachment: dict[str, Any] | None
    ) -> dict[str, Any]:
        name = described["name"]
        geometry = {"nseg": described["nseg"], "Ra": _number(described["Ra"], f"Ra of {name}")}
        if described["points"]:
            geometry["pt3d"] = described["points"]
        else:
            geometry["L"] = described["L"]
            geometry["diam"] = _single(described["diam"], f"diam of {name}")
        geometry["cm"] = _single(described["cm"], f"cm of {name}")
        if described["rallbranch"] != 1:
            raise SavedCellError(
                f"{name} has rallbranch {described['rallbranch']:g}, which a cell rule of NetPyNE "
                "has no way to say; expected 1, or a path that ends with .hoc or .py"
            )
        topology = {}
        if attachment is not None:
            topology = {
                "parentSec": self._names[attachment["parent"]],
                "parentX": attachment["x"],
                "childX": attachment["end"],
            }
        mechanisms = {
            mechanism: _parameters(name, mechanism, each)
            for mechanism, each in described["mechanisms"].items()
        }
        ions = {
            ion.removesuffix("_ion"): {
                _part(variable, ion.removesuffix("_ion")): _filled(values, f"{variable} of {name}")
                for variable, values in each["values"].items()
            }
            for ion, each in described["ions"].items()
            # Others come with the mechanisms that use them.
            if each["style"] is not None and each["values"]
        }
        found = {"geom": geometry, "topol": topology, "mechs": mechanisms, "ions": ions}
        # NetPyNE finds fault with empty ones, other than of a root's topology.
        return {key: value for key, value in found.items() if value or key == "topol"}

    def _place(self, content: dict[str, Any]) -> list[str]:
        """Places the point processes that are no synapses; the labels of all."""
        labels = []
        survivors = set(content["survivors"])
        for index, each in enumerate(content["point_processes"]):
            section = self.sections[self._names[each["section"]]]
            mechanism = each["mechanism"]
            if any(isinstance(value, list) for value in each["parameters"].values()):
                raise _no_arrays(mechanism)
            parameters = {
                key: _number(value, f"{key} of {mechanism}")
                for key, value in each["parameters"].items()
            }
            described = {"mod": mechanism} | parameters
            if index not in survivors:
                own = f"{mechanism}_{index}"
                section.setdefault("pointps", {})[own] = described | {"loc": each["x"]}
                labels.append(own)
                continue
            labels.append(self._label(mechanism, described))
        return labels

    def _label(self, mechanism: str, described: dict[str, Any]) -> str:
        known = [label for label, each in self.synapse_kinds.items() if each == described]
        if known:
            return known[0]
        same = sum(each["mod"] == mechanism for each in self.synapse_kinds.values())
        label = f"{mechanism}_{same}"
        self.synapse_kinds[label] = described
        return label

    def _synapse(
        self, content: dict[str, Any], process: int, netcon: dict[str, Any], labels: list[str]
    ) -> dict[str, Any]:
        place = content["point_processes"][process]
        return {
            "synMech": labels[process],
            "sec": self._names[place["section"]],
            "loc": place["x"],
            "weight": [_number(each, "a weight") for each in netcon["weight"]],
            "delay": _number(netcon["delay"], "a delay"),
            "threshold": _number(netcon["threshold"], "a threshold"),
        }


def _names(originals: Iterable[str]) -> list[str]:
    """Names as NetPyNE makes them of NEURON's, such as ``apic_3`` of ``apic[3]``."""
    found: list[str] = []
    for original in originals:
        name = re.sub(r"\W+", "_", original).strip("_") or "section"
        own, count = name, 1
        while own in found:
            count += 1
            own = f"{name}_{count}"
        found.append(own)
    return found


def _parameters(section: str, mechanism: str, described: dict[str, Any]) -> dict[str, Any]:
    if described["arrays"]:
        raise _no_arrays(mechanism)
    return {
        parameter.removesuffix(f"_{mechanism}"): _filled(values, f"{parameter} of {section}")
        for parameter, values in described["parameters"].items()
    }


def _no_arrays(mechanism: str) -> SavedCellError:
    return SavedCellError(
        f"{mechanism} has a parameter that is an array, which a cell rule of NetPyNE has no way to "
        "say; expected a path that ends with .hoc or .py"
    )


def _part(variable: str, ion: str) -> str:
    """What NetPyNE calls an ion's variable: e of ena, i of nai, o of nao."""
    return "e" if variable == f"e{ion}" else variable.removeprefix(ion)


def _single(values: Any, what: str) -> float:
    """What a cell rule has one value of for a section."""
    if isinstance(values, list):
        if len(set(values)) > 1:
            raise SavedCellError(
                f"{what} differs between segments, which a cell rule of NetPyNE has no way to say; "
                "expected one value, or a path that ends with .hoc or .py"
            )
        values = values[0]
    return _number(values, what)


def _filled(values: Any, what: str) -> Any:
    """One value, or one for each segment; those that lack it have what another has."""
    if not isinstance(values, list):
        return _number(values, what)
    numbers = [None if each is None else _number(each, what) for each in values]
    any_of_them = next(each for each in numbers if each is not None)
    return [any_of_them if each is None else each for each in numbers]


def _number(value: Any, what: str) -> float:
    number = building.number(value)
    if number != number or number in (float("inf"), -float("inf")):
        raise SavedCellError(
            f"{what} is {number}, for which JSON has no text; expected a number, or a path that "
            "ends with .py"
        )
    return number


def _globals(content: dict[str, Any]) -> dict[str, float]:
    found = {}
    for each in content["mechanisms"]:
        for variable, value in each["globals"].items():
            if isinstance(value, list):
                raise _no_arrays(each["name"])
            found[variable] = _number(value, variable)
    return found


def _warn_of_what_is_lost(content: dict[str, Any]) -> None:
    lost = []
    if content["plays"]:
        lost.append("Vectors that are played into the cell")
    if any(each["tables"] for each in content["mechanisms"]):
        lost.append("FUNCTION_TABLEs")
    processes = (each["streams"] for each in content["point_processes"])
    densities = (
        mechanism["streams"]
        for section in content["sections"]
        for mechanism in section["mechanisms"].values()
    )
    if any(processes) or any(densities):
        lost.append("streams of RANDOM variables")
    if any(each["arcs"] for each in content["sections"]):
        lost.append("lengths beyond 7 digits, where L was set after 3D points")
    if lost:
        warn(f"a cell rule of NetPyNE has no {', no '.join(lost)}: they were left out")
