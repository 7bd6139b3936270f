"""Failures at chosen moments of a reduction: of NEURON's calls, and of Python's lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neuron_reduce import _library
from neuron_reduce._processes import copies
from refusal import failure_of

_MANY = 10**7


def calls_of(action: Callable[[], Any]) -> int:
    """How many of the calls that may change a session the library makes for an action;
    found out in a copy of the process."""

    def count() -> int:
        _library.fail_at_call(_MANY)
        result = action()
        left = _library.fail_at_call(0)
        assert result is not None
        return _MANY - left

    return copies.call(count, timeout=60.0)


def last_call_before_deletion(action: Callable[[], Any]) -> int:
    """The last of the calls that may fail: those after it delete the original."""
    first, end = 1, calls_of(action) + 1
    while end - first > 1:
        middle = (first + end) // 2
        raised = copies.call(_raises, middle, action, timeout=60.0)
        first, end = (middle, end) if raised else (first, middle)
    return first


def _raises(number: int, action: Callable[[], Any]) -> bool:
    return at_call(number, action)[0] is not None


def at_call(number: int, action: Callable[[], Any]) -> tuple[type | None, str]:
    """What an action raises, and with which message, where one of these calls fails.

    :param number: 1 for the first.
    """
    _library.fail_at_call(number)
    try:
        return failure_of(action)
    finally:
        assert _library.fail_at_call(0) == 0, "the call that was to fail was not made"
