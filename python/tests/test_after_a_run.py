"""A cell that was running when it was reduced: its state, and the session's time, do not matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from neuron import h

import cases
import neuron_reduce
from compare import compare

RUN_BEFORE = 50.0
"""In ms; most of the synapses are active by then."""

NAMES = (
    "tree-1-0Hz--1",
    "tree-3-38Hz-0.5",
    "hh-3-0Hz--1",
    "hh-19-100Hz-0.5",
    "calcium-11-0Hz--1",
    "calcium-23-38Hz--1",
)

CASES = {case.name: case for family in cases.CASES.values() for case in family}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("clean_session")
def test_reduction_after_a_run(name: str, cache: Path) -> None:
    case = CASES[name]
    before: dict[str, float] = {}

    def reductor(cell: Any, *arguments: Any, **options: Any) -> Any:
        before["time"] = h.t
        before["moved"] = max(abs(s(0.5).v - case.v_init) for s in cell.all)
        return neuron_reduce.subtree_reductor(cell, *arguments, **options)

    observed = cases.run(case, reductor, cache, run_before=RUN_BEFORE)
    assert before["time"] == pytest.approx(RUN_BEFORE)
    assert before["moved"] > 1.0, "the cell was at rest"
    # What an ion's concentration is at that moment is a value that the cable is given.
    differences = [
        difference
        for difference in compare(cases.golden(case.family)[name], observed)
        if not difference.place.partition(", ")[2].startswith(("cai,", "eca,"))
    ]
    assert differences == [], "\n".join(map(str, differences[:20]))
