"""The classic reduction gives what neuron-reduce 0.0.7 gave (see golden/make_golden.py)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cases
import neuron_reduce
from compare import compare

GOLDEN = Path(__file__).with_name("golden")
SHOWN_DIFFERENCES = 20


@cache
def _golden(family: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{family}.json").read_text())["cases"]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name) for family in cases.CASES.values() for case in family],
)
@pytest.mark.usefixtures("clean_session")
def test_reduction_is_upstreams(case: cases.Case, cache: Path) -> None:
    expected = _golden(case.family)[case.name]
    assert expected["settings"] == case.settings(), "the golden file is out of date"
    observed = cases.run(case, neuron_reduce.subtree_reductor, cache)
    differences = compare(expected, observed)
    if differences:
        shown = [f"  {difference}" for difference in differences[:SHOWN_DIFFERENCES]]
        head = f"{case.name}: {len(differences)} differences"
        pytest.fail("\n".join([head, *shown]), pytrace=False)


@pytest.mark.parametrize("family", cases.CASES)
def test_golden_file_has_no_other_cases(family: str) -> None:
    assert list(_golden(family)) == [case.name for case in cases.CASES[family]]
