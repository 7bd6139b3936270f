"""Whatever the arguments: a call works, or is refused in our words; the process goes on."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import neuron_reduce
import session
from isolated import isolated, note
from models import small_cell
from neuron_reduce import (
    NeuronReduceError,
)
from odd import NEITHER, deleted_sections
from refusal import failure_of

NAN, INF = math.nan, math.inf


class _Odd:
    """The values that arguments are drawn from at random."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)
        self.model = small_cell.model()
        stuff = [*(make(self.model) for make in NEITHER.values()), *deleted_sections(2)]
        self._anything = [*stuff, -1, 0, 1, 0.5, 2, 60, 1e5, NAN, INF, "", "x", {}, (), b"", True]

    def _element_lists(self) -> Iterator[list[Any]]:
        synapses, netcons = list(self.model.drive.synapses), list(self.model.drive.netcons)
        odd = self._random.choice(self._anything)
        yield synapses
        yield netcons
        yield []
        yield synapses[:7]
        yield netcons[:7]
        yield [*synapses[:-1], odd]
        yield [*netcons[:-1], odd]
        yield self._random.sample(synapses, len(synapses))
        yield [*synapses, *synapses]
        yield [*netcons, *netcons]
        yield list(self.model.bystander_drive.synapses)
        yield list(self.model.bystander_drive.netcons)

    def arguments(self) -> dict[str, Any]:
        """Arguments of a call: in each place a usual value, or one of anything."""
        pick = self._random.choice
        cells = [self.model.cell] * 6 + [self.model.bystander]
        somata = SimpleNamespace(soma=self.model.cell.soma, axon=pick(self._anything))
        lists = list(self._element_lists())
        usual = {
            "original_cell": [*cells, somata, SimpleNamespace(soma=pick(self._anything))],
            "synapses_list": lists[:1] * 20 + lists,
            "netcons_list": lists[1:2] * 20 + lists,
            "reduction_frequency": [0, 0, 38, 1e300, 5e-324, -0.0, np.float32(10)],
            "total_segments_manual": [-1, -1, 0.3, 1, 40, 1.0000001, 1e5, 1e6],
            "model_filename": ["model.hoc", "model.hoc", "other.hoc", "TestTree.hoc"],
            "PP_params_dict": [None, None, {}, {"Exp2Syn": ["e"]}, {"ExpSyn": []}, {"x": ["y"]}],
            "mapping_type": ["impedance"],
            "return_seg_to_seg": [False, True, None, "x"],
        }
        given = {}
        for name, values in usual.items():
            chance = self._random.random()
            if chance < 0.07:
                given[name] = pick(self._anything)
            elif chance < 0.5 or name in ("original_cell", "synapses_list", "netcons_list"):
                given[name] = pick(values)
        return given


@pytest.mark.parametrize("seed", range(5))
@isolated
def test_anything_is_refused_or_works(seed: int) -> None:
    odd = _Odd(seed)
    worked = refused = 0
    for number in range(60):
        arguments = odd.arguments()
        text = ascii({name: repr(value)[:60] for name, value in arguments.items()})
        note(f"seed {seed}, call {number} with {text}")
        results: list[Any] = []
        kind, message = failure_of(
            lambda given=arguments, results=results: results.append(
                neuron_reduce.subtree_reductor(**given)
            )
        )
        if kind is None:
            worked += 1
            note(f"seed {seed}, a run after call {number} with {text}")
            with session.emptied():
                odd.model.voltages()
            odd = _Odd(1000 * (seed + 1) + number)
        else:
            refused += 1
            assert issubclass(kind, NeuronReduceError), f"call {number} with {text}: {message}"
            assert "expected" in message, f"call {number} with {text}: {message}"
    assert worked >= 3, f"{refused} were refused"
    assert refused >= 20, f"{worked} worked"
