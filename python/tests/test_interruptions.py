"""Whatever interrupts a reduction, the session is as before or as after it, and runs."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import snapshot
from isolated import isolated
from models import small_cell

Reduce = Callable[[small_cell.Model], Any]


def by_reductor(model: small_cell.Model) -> Any:
    return model.reduce(return_seg_to_seg=True)


def by_classic(model: small_cell.Model) -> Any:
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method="classic"
    )


def by_lumped(model: small_cell.Model) -> Any:
    return neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons, rates=5)


class _Raising:
    """Raises when a number of lines of the package have been run, whichever they are."""

    def __init__(self, line: int, error: type[BaseException]):
        self._left = line
        self._error = error
        self.at = ""

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if "neuron_reduce" not in frame.f_code.co_filename or "/tests/" in frame.f_code.co_filename:
            return None
        if event == "line":
            self._left -= 1
            if self._left == 0:
                self.at = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                sys.settrace(None)
                raise self._error
        return self


def _interrupted(reduce: Reduce, line: int, error: type[BaseException]) -> str | None:
    """Reduces a model, interrupted at a line of the package.

    :returns: where; None where the call was over before.
    """
    model = small_cell.model()
    model.voltages()
    gc.collect()
    before = snapshot.take()
    raising = _Raising(line, error)
    result = None
    sys.settrace(raising)
    try:
        result = reduce(model)
    except BaseException:
        if not raising.at:
            raise
    finally:
        sys.settrace(None)
    if not raising.at:
        return None
    del result
    gc.collect()
    is_reduced = not any("TestTree" in name and ".dend" in name for name in _names(model))
    if not is_reduced:
        assert snapshot.differences(before, snapshot.take()) == [], raising.at
    assert all(each.get_segment() is not None for each in _used(model)), raising.at
    model.voltages()
    return raising.at


def _names(model: small_cell.Model) -> list[str]:
    return [each.name() for each in model.cell.soma[0].wholetree()]


def _used(model: small_cell.Model) -> list[Any]:
    return [netcon.syn() for netcon in model.drive.netcons]


def _lines(reduce: Reduce) -> int:
    """How many lines of the package one call runs."""
    count = 0

    def tracer(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if "neuron_reduce" not in frame.f_code.co_filename or "/tests/" in frame.f_code.co_filename:
            return None
        count += event == "line"
        return tracer

    model = small_cell.model()
    sys.settrace(tracer)
    try:
        result = reduce(model)
    finally:
        sys.settrace(None)
    assert result
    return count


def _chosen(count: int, at_most: int) -> Iterator[int]:
    """Numbers from 1 to a count, evenly spread; the last hundred all."""
    first = max(count - 100, 0)
    step = max(1, first // at_most) if first else 1
    yield from range(1, first, step)
    yield from range(first + 1, count + 1)


@pytest.mark.parametrize(
    ("reduce", "error"),
    [
        (by_reductor, KeyboardInterrupt),
        (by_reductor, MemoryError),
        (by_reductor, RecursionError),
        (by_classic, KeyboardInterrupt),
    ],
)
@isolated
def test_an_exception_at_any_line(reduce: Reduce, error: type[BaseException]) -> None:
    by_reductor(small_cell.model())
    places = [_interrupted(reduce, line, error) for line in _chosen(_lines(reduce), at_most=50)]
    assert len(set(filter(None, places))) > 30


@isolated
def test_an_exception_at_any_line_where_responses_are_measured() -> None:
    by_lumped(small_cell.model())
    # The copied process's lines are not counted here.
    places = [
        _interrupted(by_lumped, line, KeyboardInterrupt)
        for line in _chosen(_lines(by_lumped), at_most=40)
    ]
    assert len(set(filter(None, places))) > 60


@pytest.mark.parametrize("reduce", [by_reductor, by_lumped])
@isolated
def test_a_signal_handler_that_raises_at_any_time(reduce: Reduce) -> None:
    # Not an Exception: where an attribute of a cell raises one, there is no such attribute.
    class Interruption(BaseException):
        pass

    def handler(*_: Any) -> None:
        raise Interruption

    signal.signal(signal.SIGALRM, handler)
    reduce(small_cell.model())
    interrupted = 0
    for index in range(60):
        model = small_cell.model()
        model.voltages()
        try:
            signal.setitimer(signal.ITIMER_REAL, 1e-4 * (1 + index) ** 1.1)
            result = reduce(model)
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert result
        except Interruption:
            interrupted += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.collect()
        assert all(each.get_segment() is not None for each in _used(model))
        model.voltages()
    assert interrupted > 3
    assert h.cas() is not None
