"""Whatever interrupts a reduction, the session is as before or as after it, and runs."""

from __future__ import annotations

import gc
import signal
import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import snapshot
from isolated import isolated
from models import small_cell
from neuron_reduce._session import measuring
from refusal import failure_of

Reduce = Callable[[small_cell.Model], Any]


def by_reductor(model: small_cell.Model) -> Any:
    return model.reduce(return_seg_to_seg=True)


def by_classic(model: small_cell.Model) -> Any:
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method="classic", in_place=True
    )


def by_folded(model: small_cell.Model) -> Any:
    return neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, rates=5, in_place=True
    )


def beside(model: small_cell.Model) -> Any:
    return neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons, rates=5)


Place = tuple[str, int]
"""A file of the package and a line of it."""


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return "neuron_reduce" in name and "/tests/" not in name


class _Raising:
    """Raises when a line of the package is come to for the first time."""

    def __init__(self, place: Place, error: type[BaseException]):
        self._place = place
        self._error = error
        self.has_raised = False

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not _is_ours(frame):
            return None
        if event == "line" and (frame.f_code.co_filename, frame.f_lineno) == self._place:
            self.has_raised = True
            sys.settrace(None)
            raise self._error
        return self


class _Session:
    """A model that is reduced again and again, interrupted each time, and looked at."""

    def __init__(self, reduce: Reduce):
        self._reduce = reduce
        self._renew()

    def _renew(self) -> None:
        self._model = small_cell.model()
        self._model.voltages()
        gc.collect()
        self._before = snapshot.take()

    def interrupt(self, place: Place, error: type[BaseException]) -> None:
        """Interrupts a reduction at a line of the package: the session is as before, or the cell is
        reduced and runs."""
        raising = _Raising(place, error)
        result = None
        sys.settrace(raising)
        try:
            result = self._reduce(self._model)
        except BaseException:
            if not raising.has_raised:
                raise
        finally:
            sys.settrace(None)
        assert raising.has_raised, f"{place} was not come to"
        # Nobody hears of an exception in a __del__.
        is_done = result is not None
        del result
        gc.collect()
        model = self._model
        assert all(each.get_segment() is not None for each in _used(model)), place
        is_whole = any("TestTree" in name and ".dend" in name for name in _names(model))
        assert is_whole or self._reduce is not beside
        if is_whole and not is_done:
            assert snapshot.differences(self._before, snapshot.take()) == [], place
        else:
            model.voltages()
            # The next session is looked at without this model in it.
            del model
            self._renew()

    def run(self) -> None:
        self._model.voltages()


def _names(model: small_cell.Model) -> list[str]:
    return [each.name() for each in model.cell.soma[0].wholetree()]


def _used(model: small_cell.Model) -> list[Any]:
    return [netcon.syn() for netcon in model.drive.netcons]


def _places(reduce: Reduce) -> list[Place]:
    """The lines of the package that one call comes to."""
    places: dict[Place, None] = {}

    def tracer(frame: FrameType, event: str, _: Any) -> Any:
        if not _is_ours(frame):
            return None
        if event == "line":
            places[frame.f_code.co_filename, frame.f_lineno] = None
        return tracer

    model = small_cell.model()
    model.voltages()
    sys.settrace(tracer)
    try:
        result = reduce(model)
    finally:
        sys.settrace(None)
    assert result
    return list(places)


@pytest.mark.parametrize(
    ("reduce", "error", "chosen"),
    [
        # All of them, in turns.
        *((by_reductor, KeyboardInterrupt, slice(turn, None, 2)) for turn in range(2)),
        (by_reductor, MemoryError, slice(0, None, 6)),
        (by_reductor, RecursionError, slice(3, None, 6)),
        (by_classic, KeyboardInterrupt, slice(0, None, 4)),
        (by_folded, KeyboardInterrupt, slice(2, None, 4)),
        (beside, KeyboardInterrupt, slice(0, None, 4)),
        (beside, MemoryError, slice(2, None, 4)),
    ],
)
@isolated
def test_an_exception_at_any_line(
    reduce: Reduce, error: type[BaseException], chosen: slice
) -> None:
    # The collector calls the package too, and comes at another line each time.
    gc.disable()
    # What is done once in a session, such as to measure responses, is done before.
    reduce(small_cell.model())
    places = _places(reduce)
    assert len(places) > 150
    session = _Session(reduce)
    for place in places[chosen]:
        session.interrupt(place, error)
    session.run()


def _with_losses() -> tuple[small_cell.Model, list[Any]]:
    """A model that has run, and a recording that cannot follow its point process, with that."""
    model = small_cell.model()
    clamp = h.IClamp(model.cell.apic[1](0.5))
    lost = [h.Vector().record(clamp, model.cell.soma[0](0.5)._ref_v), clamp]
    model.voltages()
    return model, lost


@pytest.mark.parametrize("reduce", [by_reductor, by_classic, by_folded])
@isolated
def test_a_warning_that_is_an_error(reduce: Reduce) -> None:
    with warnings.catch_warnings(record=True):
        reduce(small_cell.model())
    model, lost = _with_losses()
    gc.collect()
    before = snapshot.take()
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # By what is merged as published, the first one is another than that of the losses.
            kind, message = failure_of(lambda: reduce(model))
        assert kind is neuron_reduce.NeuronReduceWarning, message
        gc.collect()
        assert snapshot.differences(before, snapshot.take()) == []
    model.voltages()
    with pytest.warns(neuron_reduce.NeuronReduceWarning, match="cannot go on"):
        assert reduce(model)
    model.voltages()
    assert lost


@isolated
def test_a_warning_that_changes_what_it_warns_of() -> None:
    """What is lost is read again after a warning, and more of it is warned of."""
    model, lost = _with_losses()
    first = lost[0].hname()
    texts: list[str] = []

    def show(message: Warning, *_: Any) -> None:
        texts.append(str(message))
        if len(texts) == 1:
            lost[0] = h.Vector().record(lost[1], model.cell.soma[0](0.5)._ref_v)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        reduction = by_folded(model)
    assert len(texts) == 2
    assert first in texts[0]
    assert lost[0].hname() in texts[1]
    assert lost[0].hname() != first
    assert lost[0].hname() in reduction.record.notes[-1]
    assert first not in " ".join(reduction.record.notes)
    model.voltages()


@isolated
def test_a_warning_that_deletes_a_dendrite() -> None:
    model, lost = _with_losses()

    def show(message: Warning, *_: Any) -> None:
        h.delete_section(sec=model.cell.apic[2])

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        kind, message = failure_of(lambda: by_folded(model))
    assert kind is neuron_reduce.SimulatorError
    assert "deleted" in message
    assert model.cell.dend[1] in h.allsec()
    assert lost


@isolated
def test_an_exception_where_responses_are_measured() -> None:
    by_reductor(small_cell.model())
    measuring._memory = measuring._Memory()
    places = [each for each in _places(by_folded) if "measuring" in each[0] or "/copies" in each[0]]
    session = _Session(by_folded)
    for place in places[::3]:
        measuring._memory = measuring._Memory()
        session.interrupt(place, KeyboardInterrupt)
    session.run()


@pytest.mark.parametrize("reduce", [by_reductor, by_folded])
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
