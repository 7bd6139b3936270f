"""Kinds of synapse: point processes of one class with equal PARAMETERs."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from . import mechanisms


@dataclasses.dataclass(frozen=True)
class Kinds:
    """The kinds among a list of synapses.

    :ivar examples: for each kind the index of one of its synapses and of a NetCon onto one, of
        positive weight where there is such a NetCon.
    :ivar indices: for each synapse the index of its kind.
    """

    examples: list[tuple[int, int]]
    indices: np.ndarray

    def of(self, wanted: np.ndarray) -> Kinds:
        """Some of the kinds; synapses of the others have the index -1.

        :param wanted: for each kind whether it is one of them.
        """
        if wanted.all():
            return self
        places = np.where(wanted, np.cumsum(wanted) - 1, -1)
        examples = [each for each, is_one in zip(self.examples, wanted, strict=True) if is_one]
        return Kinds(examples, places[self.indices])


def among(synapses: list[Any], netcons: list[Any]) -> Kinds:
    """Sorts synapses into kinds, in the order in which these are first met.

    :param netcons: the i-th targets the i-th synapse.
    """
    known: dict[tuple, int] = {}
    examples: list[tuple[int, int]] = []
    has_positive: list[bool] = []
    indices = np.empty(len(synapses), dtype=np.int64)
    for index, synapse in enumerate(synapses):
        class_name = mechanisms.class_name(synapse)
        kind = known.setdefault((class_name, values(synapse, class_name)), len(examples))
        if kind == len(examples):
            examples.append((index, index))
            has_positive.append(netcons[index].weight[0] > 0)
        elif not has_positive[kind] and netcons[index].weight[0] > 0:
            examples[kind] = index, index
            has_positive[kind] = True
        indices[index] = kind
    return Kinds(examples, indices)


def values(synapse: Any, class_name: str) -> tuple[float, ...]:
    """The values of a synapse's PARAMETERs, arrays one by one."""
    return tuple(
        number
        for name, size in mechanisms.parameters(class_name)
        for number in mechanisms.numbers(getattr(synapse, name), size)
    )
