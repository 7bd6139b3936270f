"""The classic reduction gives what neuron-reduce 0.0.7 gave (see golden/make_golden.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

import cases
import neuron_reduce
from compare import compare

SHOWN_DIFFERENCES = 20


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name) for family in cases.CASES.values() for case in family],
)
@pytest.mark.usefixtures("clean_session")
def test_reduction_is_upstreams(case: cases.Case, cache: Path) -> None:
    expected = cases.golden(case.family)[case.name]
    assert expected["settings"] == case.settings(), "the golden file is out of date"
    observed = cases.run(case, neuron_reduce.subtree_reductor, cache)
    differences = compare(expected, observed)
    if differences:
        shown = [f"  {difference}" for difference in differences[:SHOWN_DIFFERENCES]]
        head = f"{case.name}: {len(differences)} differences"
        pytest.fail("\n".join([head, *shown]), pytrace=False)


@pytest.mark.parametrize("family", cases.CASES)
def test_golden_file_has_no_other_cases(family: str) -> None:
    assert list(cases.golden(family)) == [case.name for case in cases.CASES[family]]
