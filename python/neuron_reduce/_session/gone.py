"""What belongs to deleted sections.

NEURON ends the process where a segment of a deleted section is hashed or compared, in a dictionary
for example; all else that is asked of such things raises ``ReferenceError``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from neuron import nrn

from ..errors import CellError

_OF_INTEREST = (list, tuple, dict, nrn.Section, nrn.Segment, nrn.Mechanism)
"""What may be gone, or hold what is: of lists of thousands of other things none is looked at."""

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def is_gone(value: Any) -> bool:
    """Whether a value is a deleted section, or a segment or a mechanism of one."""
    kind = type(value)
    try:
        if issubclass(kind, nrn.Section):
            value.name()
        elif issubclass(kind, nrn.Segment):
            value.sec  # noqa: B018
        elif issubclass(kind, nrn.Mechanism):
            value.name()
    except ReferenceError:
        return True
    return False


def first(value: Any, name: str) -> tuple[str, Any] | None:
    """What is gone in a value, and where: such as ``seeds[0][1]`` in one of the name ``seeds``.
    None where all is there.

    Elements of tuples and lists and what is in dictionaries are looked at too.
    """
    # By identity, of those that may hold themselves.
    known = set()
    waiting = [(value, name)]
    while waiting:
        each, place = waiting.pop()
        if issubclass(type(each), list | tuple) and id(each) not in known:
            known.add(id(each))
            if not any(issubclass(kind, _OF_INTEREST) for kind in set(map(type, each))):
                continue
            waiting += [(one, f"{place}[{index}]") for index, one in enumerate(each)][::-1]
        elif issubclass(type(each), dict) and id(each) not in known:
            known.add(id(each))
            waiting += [(value, f"a value of {place}") for value in each.values()]
            waiting += [(key, f"a key of {place}") for key in each]
        elif is_gone(each):
            return place, each
    return None


def refuse(value: Any, name: str) -> None:
    """:raises CellError: where something in a value is gone."""
    if found := first(value, name):
        place, what = found
        # As NEURON says it: "deleted section", "segment of deleted section".
        text = repr(what).strip("<>")
        raise CellError(f"{place} is a {text}; expected one that exists")


def refused(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """A function that refuses what is gone in any of its arguments, and names the argument.

    :raises CellError: that is what it then raises.
    """
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def refusing(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            refuse(value, name)
        return function(*args, **kwargs)

    return refusing
