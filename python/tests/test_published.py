"""The published package's functions return what they returned there (golden/make_published.py)."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import neuron_reduce
import published_names
from compare import compare
from isolated import isolated
from neuron_reduce import reducing_methods, subtree_reductor_func

GOLDEN = json.loads((Path(__file__).with_name("golden") / "published.json").read_text())

# The published functions look for an impedance to within 0.001 ohm of some 1e5 or more, and L and X
# change with its logarithm; all that is measured or computed elsewhere agrees far better.
RELATIVE = 1e-6
# Phases in radians and what else is near 0: at 0 Hz the published functions measure at 1e-10 Hz
# instead.
ABSOLUTE = 1e-9
# At the sealed end the impedance is level, |Z| (1 + |q|² d² / 2) at the distance d from it: 0.001
# ohm of 1e5 is found where d is up to 1.4e-4 space constants.
AT_TIP = 2e-4
# The gates of hh and its rates come from a table in NEURON 9, from the formula in 8.2.
TABLE = 1e-3


def _differences(expected: Any, observed: Any, place: str = "") -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(observed, dict):
        if sorted(expected) == sorted(observed):
            for key, value in expected.items():
                yield from _differences(value, observed[key], f"{place}.{key}")
            return
    elif isinstance(expected, list) and isinstance(observed, (list, tuple)):
        if len(expected) == len(observed):
            for index, (one, other) in enumerate(zip(expected, observed, strict=True)):
                yield from _differences(one, other, f"{place}[{index}]")
            return
    elif isinstance(expected, float) or isinstance(observed, float):
        relative = TABLE if "_hh" in place else RELATIVE
        at_tip = place == ".tip" or (place.startswith(".went") and expected > 0.999)
        absolute = AT_TIP if at_tip else ABSOLUTE
        if math.isclose(expected, observed, rel_tol=relative, abs_tol=absolute):
            return
    elif expected == observed:
        return
    yield f"{place}: published {expected}, here {observed}"


def _assert_published(name: str, observed: Any) -> None:
    found = list(_differences(GOLDEN["observations"][name], observed))
    if found:
        pytest.fail("\n".join([f"{name}: {len(found)} differences", *found[:20]]), pytrace=False)


@pytest.mark.parametrize("seed", published_names.NUMBER_SEEDS)
def test_functions_of_numbers(seed: int) -> None:
    observed = published_names.numbers(reducing_methods, subtree_reductor_func, seed)
    _assert_published(f"numbers-{seed}", observed)


@pytest.mark.parametrize("seed", published_names.TREE_SEEDS)
@isolated
def test_functions_of_sections(seed: int) -> None:
    observed = published_names.tree(reducing_methods, subtree_reductor_func, seed, is_active=False)
    _assert_published(f"tree-{seed}", observed)


@pytest.mark.parametrize("seed", published_names.ACTIVE_SEEDS)
@isolated
def test_functions_of_sections_with_channels(seed: int) -> None:
    observed = published_names.tree(reducing_methods, subtree_reductor_func, seed, is_active=True)
    _assert_published(f"active-{seed}", observed)


@pytest.mark.parametrize("seed", published_names.TREE_SEEDS)
@isolated
def test_reduction_with_replaced_properties(seed: int) -> None:
    """The whole reduction honours what replaces a stem's passive properties."""
    observed = published_names.reduction(reducing_methods, neuron_reduce.subtree_reductor, seed)
    differences = compare(GOLDEN["observations"][f"reduction-{seed}"], observed)
    assert not differences, "\n".join(map(str, differences[:20]))


@pytest.mark.parametrize("without", published_names.WITHOUT, ids="-".join)
@isolated
def test_reduced_cell_and_its_hoc_model(without: tuple[str, ...]) -> None:
    observed = published_names.result(neuron_reduce.subtree_reductor, without)
    _assert_published("-".join(["result", *without]), observed)


@isolated
def test_functions_of_synapses() -> None:
    _assert_published("synapse_kinds", published_names.synapse_kinds(subtree_reductor_func))


@isolated
def test_functions_of_hoc_cells() -> None:
    _assert_published("hoc_cell", published_names.hoc_cell(subtree_reductor_func))


@pytest.mark.parametrize("name", published_names.SIGNATURES)
def test_signatures(name: str) -> None:
    """Parameters are called as they were, in their order, with their defaults."""
    module, _, function = name.partition(".")
    found = inspect.signature(getattr(getattr(neuron_reduce, module), function))
    expected = GOLDEN["observations"]["signatures"][name]
    assert published_names.signature(found) == expected


def test_modules_are_attributes_and_can_be_imported() -> None:
    import neuron_reduce.reducing_methods as imported

    assert imported is neuron_reduce.reducing_methods
    assert neuron_reduce.subtree_reductor_func.subtree_reductor is neuron_reduce.subtree_reductor
