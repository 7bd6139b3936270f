"""What the two fronts call their arguments."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from .. import _library

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


@dataclasses.dataclass(frozen=True)
class ArgumentNames:
    """The names of the arguments that both fronts have."""

    cell: str
    synapses: str
    netcons: str
    frequency: str
    segments: str
    template: str
    compared_parameters: str

    @property
    def in_library(self) -> _library.ArgumentNames:
        """Those that the library's messages name."""
        return _library.ArgumentNames(
            frequency=self.frequency.encode(),
            segments=self.segments.encode(),
            synapses=self.synapses.encode(),
            connections=self.netcons.encode(),
            compared_parameters=self.compared_parameters.encode(),
        )

    def explain(self, function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        """A function whose answer to an argument of the other front names its own for it."""
        known = inspect.signature(function).parameters

        @functools.wraps(function)
        def explaining(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            for name in kwargs:
                if name not in known and (own := self.own_name(name)):
                    raise TypeError(
                        f"{function.__name__}() got an unexpected keyword argument {name!r}; it is "
                        f"called {own!r} here"
                    )
            return function(*args, **kwargs)

        return explaining

    def own_name(self, foreign: str) -> str | None:
        """What this front calls an argument that another one has; None where it has no such."""
        for other in (OWN, PUBLISHED):
            for field in dataclasses.fields(other):
                if getattr(other, field.name) == foreign:
                    return getattr(self, field.name)
        return None


OWN = ArgumentNames(
    cell="cell",
    synapses="synapses",
    netcons="netcons",
    frequency="frequency",
    segments="segments",
    template="template",
    compared_parameters="compared_parameters",
)
"""Those of :func:`reduce`."""

PUBLISHED = ArgumentNames(
    cell="original_cell",
    synapses="synapses_list",
    netcons="netcons_list",
    frequency="reduction_frequency",
    segments="total_segments_manual",
    template="model_filename",
    compared_parameters="PP_params_dict",
)
"""Those of :func:`subtree_reductor`, which neuron-reduce 0.0.7 gave them."""
