"""A cell as a node type of SONATA, with what edges onto it need.

The node type is a hoc template, ``model_template`` ``hoc:Name``: what else the format has, one file
of parameters for soma, axon, basal and apical dendrites, cannot say what each cable of a reduced
cell has. Synapses are edges' in SONATA: the template has none, and there is a type of edges for
each kind of them, and a table of where the original's are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..errors import SavedCellError
from . import building, hoc_export, swc_export

NODE_TYPE = 100
"""The number of the node type; those of edge types go on from here."""


def texts_of(content: dict[str, Any], name: str) -> dict[str, str]:
    """The texts of the files, by their paths in the folder.

    :param name: the folder's.
    :raises SavedCellError: SONATA has no way to say what the cell is.
    """
    template = hoc_export.template_name(name)
    kinds = _Kinds(content)
    used = {each["mechanism"] for each in content["point_processes"]}
    hoc = hoc_export.text_of(_without_synapses(content), template, point_processes=used)
    found = {
        "node_types.csv": _table(
            ("node_type_id", "model_type", "model_template", "morphology"),
            [(NODE_TYPE, "biophysical", f"hoc:{template}", template)],
        ),
        "edge_types.csv": _table(
            ("edge_type_id", "model_template", "dynamics_params"),
            [(number, mechanism, f"{label}.json") for number, mechanism, label in kinds.types],
        ),
        "synapses.csv": _table(
            (
                *("synapse", "edge_type_id", "afferent_section_id", "afferent_section_pos"),
                *("syn_weight", "delay"),
            ),
            kinds.synapses,
        ),
        # GLOBALs are the session's, and SONATA has no other place for them.
        f"templates/{template}.hoc": f"{hoc}\n{{ {template}_globals() }}\n",
        f"morphologies/{template}.swc": swc_export.text_of(content, name),
        "circuit_config.json": _json(
            {
                "manifest": {"$BASE_DIR": "."},
                "components": {
                    "morphologies_dir": "$BASE_DIR/morphologies",
                    "synaptic_models_dir": "$BASE_DIR/synaptic_models",
                    "templates_dir": "$BASE_DIR/templates",
                },
            }
        ),
        "simulation_config.json": _json(
            {
                "manifest": {"$BASE_DIR": "."},
                "network": "$BASE_DIR/circuit_config.json",
                # BMTK would divide sections anew, such that no segment is longer than 20 um.
                "run": {"dL": None},
                "conditions": {
                    "celsius": _number(content["celsius"], "celsius"),
                    "v_init": _number(content["v_init"], "v_init"),
                },
            }
        ),
    }
    for label, parameters in kinds.parameters.items():
        found[f"synaptic_models/{label}.json"] = _json(parameters)
    return found


class _Kinds:
    """The synapses as edges have them.

    :ivar types: numbers, mechanisms and labels.
    :ivar parameters: by label.
    :ivar synapses: rows, by the original's index.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.types: list[tuple[int, str, str]] = []
        self.parameters: dict[str, dict[str, float]] = {}
        self._tables = {each["name"] for each in content["mechanisms"] if each["tables"]}
        played = {each["point_process"] for each in content["plays"]}
        numbers: dict[int, int] = {}
        for index in content["survivors"]:
            process = content["point_processes"][index]
            if index in played:
                raise _not_for_edges(
                    process["mechanism"], "has a Vector that is played into it", "none"
                )
            numbers[index] = self._number_of(process)
        self.synapses = [
            self._row(index, content, numbers)
            for index in range(len(content["original"]["synapses"]))
        ]

    def _number_of(self, process: dict[str, Any]) -> int:
        mechanism = process["mechanism"]
        if process["streams"]:
            raise _not_for_edges(mechanism, "has RANDOM variables", "none")
        if mechanism in self._tables:
            raise _not_for_edges(mechanism, "has a FUNCTION_TABLE", "none")
        parameters = {}
        for name, value in process["parameters"].items():
            if isinstance(value, list):
                raise _not_for_edges(mechanism, f"has the array {name}", "single numbers")
            parameters[name] = _number(value, f"{name} of {mechanism}")
        if "e" in parameters:
            # What SONATA calls it.
            parameters["erev"] = parameters["e"]
        for number, own, label in self.types:
            if own == mechanism and self.parameters[label] == parameters:
                return number
        number = NODE_TYPE + 1 + len(self.types)
        label = f"{mechanism}_{sum(own == mechanism for _, own, _ in self.types)}"
        self.types.append((number, mechanism, label))
        self.parameters[label] = parameters
        return number

    def _row(self, index: int, content: dict[str, Any], numbers: dict[int, int]) -> tuple[Any, ...]:
        place = content["original"]["synapses"][index]
        process = content["point_processes"][place]
        netcon = content["connections"][content["original"]["connections"][index]]
        if place not in numbers:
            numbers[place] = self._number_of(process)
        weights = [_number(each, "a weight") for each in netcon["weight"]]
        if any(weights[1:]):
            raise _not_for_edges(
                process["mechanism"], f"has connections of {len(weights)} weights", "one, others 0"
            )
        return (
            *(index, numbers[place], process["section"], process["x"]),
            *(weights[0] if weights else 0.0, _number(netcon["delay"], "a delay")),
        )


def _not_for_edges(mechanism: str, has: str, expected: str) -> SavedCellError:
    return SavedCellError(
        f"{mechanism}, a synapse, {has}, which SONATA's edges have no way to say; expected "
        f"{expected}, or the format 'hoc' or 'python'"
    )


def _without_synapses(content: dict[str, Any]) -> dict[str, Any]:
    """The cell with those of its point processes that are no synapses."""
    synapses = {*content["survivors"], *content["original"]["synapses"]}
    kept = [i for i in range(len(content["point_processes"])) if i not in synapses]
    numbers = {index: number for number, index in enumerate(kept)}
    plays = [
        each
        if each["point_process"] is None
        else each | {"point_process": numbers[each["point_process"]]}
        for each in content["plays"]
    ]
    return content | {
        "point_processes": [content["point_processes"][index] for index in kept],
        "plays": plays,
        "sources": [],
        "connections": [],
        "survivors": [],
        "original": content["original"] | {"synapses": [], "connections": []},
    }


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """As SONATA has tables: with spaces between."""

    def lines() -> Iterator[str]:
        yield " ".join(head)
        for row in rows:
            yield " ".join(repr(each) if isinstance(each, float) else str(each) for each in row)

    return "\n".join(lines()) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"


def _number(value: Any, what: str) -> float:
    number = building.number(value)
    if number != number or number in (float("inf"), -float("inf")):
        raise SavedCellError(
            f"{what} is {number}, for which JSON has no text; expected a number, or the format "
            "'hoc' or 'python'"
        )
    return float(number)
