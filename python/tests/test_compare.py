"""The comparison with golden values sees every kind of difference, and no others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare import Observation, compare

CASE = "hh-7-0Hz--1"


@pytest.fixture(scope="module")
def golden() -> Observation:
    file = Path(__file__).with_name("golden") / "hh.json"
    return json.loads(file.read_text())["cases"][CASE]


def _first_list(cable: Observation) -> list[float]:
    """The values by segment of the first parameter that varies along a cable."""
    parameters = (p for mechanism in cable["mechanisms"].values() for p in mechanism.values())
    return next(value for value in parameters if isinstance(value, list))


def _scale(container: Any, key: Any, factor: float) -> None:
    container[key] *= factor


def _set(container: Any, key: Any, value: Any) -> None:
    container[key] = value


def _shift_text(mapping: dict[str, list[str]], units: int) -> None:
    """Shift the first mapped position by `units` of its sixth significant digit."""
    row = mapping[next(iter(mapping))]
    first, *others = row[1].split()
    step = 10.0 ** (int(f"{float(first):e}".partition("e")[2]) - 5)
    row[1] = " ".join([f"{float(first) + units * step:g}", *others])


CHANGES: list[tuple[str, Callable[[Observation], object], str]] = [
    ("area", lambda o: _scale(o["original"], "area", 1 + 1e-9), "original cell, area"),
    ("length", lambda o: _scale(o["cables"][0], "L", 1 + 2e-6), "apic[0], L"),
    ("diameter", lambda o: _scale(o["cables"][1], "diam", 1 + 2e-6), "dend[0], diam, segment 0"),
    ("nseg", lambda o: _set(o["cables"][1], "nseg", 3), "dend[0], nseg"),
    ("attachment", lambda o: _set(o["cables"][1], "soma_x", 0.25), "dend[0], soma_x"),
    ("cable missing", lambda o: o["cables"].pop(), "cables"),
    ("mechanism", lambda o: o["cables"][0]["mechanisms"].pop("hh"), "apic[0], mechanisms"),
    (
        "parameter",
        lambda o: _scale(_first_list(o["cables"][0]), 2, 1 + 2e-9),
        "segment 2 of 9",
    ),
    ("order", lambda o: o["survivors"].reverse(), "order of the returned synapses"),
    ("segment", lambda o: _set(o["survivors"][3], 2, 0.0123), "synapse "),
    ("merging", lambda o: _scale(o["merged_into"], -1, -1), "was merged into"),
    ("weights", lambda o: _set(o, "connections_kept", False), "sources kept"),
    ("mapping", lambda o: _shift_text(o["mapping"], 2), "mapping of apic[0], segment 0"),
    ("voltage", lambda o: _set(o, "voltage", [v + 2e-3 for v in o["voltage"]]), "RMSD"),
    ("no voltage", lambda o: _scale(o["voltage"], 5, float("nan")), "RMSD"),
]


@pytest.mark.parametrize(
    ("change", "place"), [pytest.param(*change[1:], id=change[0]) for change in CHANGES]
)
def test_change_is_seen(
    golden: Observation, change: Callable[[Observation], object], place: str
) -> None:
    observed = copy.deepcopy(golden)
    change(observed)
    differences = compare(golden, observed)
    assert differences
    assert place in str(differences[0])


def test_tip_is_one_position(golden: Observation) -> None:
    observed = copy.deepcopy(golden)
    cable, positions = next(row for row in golden["mapping"].values() if " 0.9999" in row[1])
    section = next(name for name, row in golden["mapping"].items() if row == [cable, positions])
    *others, tip = positions.split()
    assert float(tip) > 0.9999
    observed["mapping"][section][1] = " ".join([*others, "0.9995"])
    assert compare(golden, observed) == []
    observed["mapping"][section][1] = " ".join([*others, "0.998"])
    assert len(compare(golden, observed)) == 1


def test_no_difference_from_itself(golden: Observation) -> None:
    assert compare(golden, copy.deepcopy(golden)) == []


def test_difference_within_tolerance_is_none(golden: Observation) -> None:
    observed = copy.deepcopy(golden)
    for cable in observed["cables"]:
        cable["L"] *= 1 + 1e-7
    _scale(_first_list(observed["cables"][0]), 2, 1 - 1e-10)
    _shift_text(observed["mapping"], 1)
    observed["voltage"] = [voltage + 1e-4 for voltage in observed["voltage"]]
    assert compare(golden, observed) == []
