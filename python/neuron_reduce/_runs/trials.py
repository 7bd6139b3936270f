"""What cells are run with: seeds, each with the cell's own input or others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .._session import collect
from ..errors import ArgumentError
from ..inputs import Current, Own, Shunt, Together, Volley
from . import running


class Trial(NamedTuple):
    """One of the runs that are compared.

    :ivar seed: what ``make_cell`` is called with.
    :ivar given: what its model is handed to before it is run.
    """

    seed: Any
    given: Any = Own()

    @property
    def input(self) -> str:
        """What the input is called; empty for the cell's own."""
        return "" if isinstance(self.given, Own) else str(self.given)

    @property
    def key(self) -> Any:
        """What a full run is kept for."""
        return (self.seed, repr(self.given)) if self.input else self.seed

    def made(
        self, make_cell: Callable[[Any], Any], options: Mapping[str, Any] | None = None
    ) -> running.Model:
        """The model, with its input.

        :param options: arguments of :func:`reduce`, which may say what soma, apical and axon are.
        :raises ArgumentError: ``make_cell`` or the input returns something else than was expected.
        """
        model = running.Model.made(make_cell, self.seed, options=options)
        if not self.input:
            return model
        more = self.given(model.subject, model.synapses, model.netcons, self.seed)
        other = running.Model.made(lambda _: more, self.seed, "the input", before=model)
        return running.Model(
            other.cell,
            other.subject,
            other.synapses,
            other.netcons,
            (model.kept, other.kept),
            model.resets + other.resets,
        )

    def __str__(self) -> str:
        return with_seeds(self.input, [self.seed])


def with_seeds(given: str, seeds: Iterable[Any]) -> str:
    """What the trials of an input with some seeds are called; the cell's own input has no name."""
    called = f"seed {', '.join(map(str, seeds))}"
    return f"{given}, {called}" if given else called


def listed(seeds: Iterable[Any], inputs: Iterable[Any] | None, tstop: float) -> list[Trial]:
    """All trials: each input with each seed, or with the first where it is the same with all.

    :param tstop: how long a run is, in ms.
    :raises ArgumentError: there are none, an input cannot be called, or one begins after the run:
        both cells would be compared without it, and found alike.
    """
    seeds = running.listed(seeds, "seeds", "the seeds to call make_cell with, at least one")
    if inputs is None:
        return [Trial(seed) for seed in seeds]
    expected = "inputs such as those of neuron_reduce.inputs, at least one"
    given: Sequence[Any] = running.listed(inputs, "inputs", expected)
    for index, each in enumerate(given):
        if isinstance(each, type) or not callable(each):
            raise ArgumentError(
                f"inputs[{index}] is {collect.described(each)}; expected {expected}"
            )
        for part in each._single if isinstance(each, Together) else [each]:
            if isinstance(part, (Current, Shunt, Volley)) and part.start >= tstop:
                raise ArgumentError(
                    f"inputs[{index}], {each}, has a start of {part.start:g} ms; expected one "
                    f"before tstop, {tstop:g} ms"
                )
    return [
        Trial(seed, each)
        for each in given
        for seed in (seeds if getattr(each, "is_random", True) else seeds[:1])
    ]
