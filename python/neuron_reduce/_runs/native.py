"""Runs of cells by the engine in the place of NEURON, where that is possible."""

from __future__ import annotations

import time
from typing import Any

from neuron import h, nrn

from .. import engine
from .._engine import checking, ties, trials
from .._engine.cells import Cell
from .._engine.programs import Programs
from .._session import collect
from ..errors import ArgumentError, EngineError, NeuronReduceError
from ..recording import Recording

AUTO, NATIVE, NEURON = "auto", "native", "neuron"

ENGINE = "engine"
"""What a Recording says of itself that comes from here."""

_LEAST_WORK = 4e6
"""Segments times steps of a run that takes NEURON some seconds: compiling a cell takes as long."""


def checked(choice: Any) -> str:
    """What ``engine=`` may be.

    :raises ArgumentError: for anything else.
    """
    if choice not in (AUTO, NATIVE, NEURON):
        raise ArgumentError(
            f"engine is {collect.described(choice)}; expected 'auto', 'native' or 'neuron'"
        )
    return choice


def is_by_engine(recording: Recording) -> bool:
    """Whether the engine made it."""
    return recording.simulator == ENGINE


def suits(recording: Recording, choice: str) -> bool:
    """Whether a recording that is kept may stand for one that a choice would make."""
    return choice == AUTO or is_by_engine(recording) == (choice == NATIVE)


def reason_against(soma: nrn.Section, tstop: float, dt: float) -> str:
    """Why NEURON runs a cell that nobody tried to compile; empty for no reason."""
    work = sum(section.nseg for section in soma.wholetree()) * tstop / dt
    if work < _LEAST_WORK:
        return "the cell is small or the run short, and compiling it would take longer"
    if int(h.List("FInitializeHandler").count()):
        return (
            "the session has an FInitializeHandler, and what that brings about the engine does "
            "not know"
        )
    return ""


def source(cell: Any) -> str | None:
    """What :func:`run` would have compiled; None where the engine cannot run the cell."""
    try:
        made = Cell(cell, None, None, (), None, is_exact=False)
        return Programs(made).recording([], h.dt)[0].program.source
    except NeuronReduceError:
        return None


def run(
    cell: Any,
    soma: nrn.Section,
    places: dict[tuple[str, float], Any],
    tstop: float,
    is_checked: bool,
) -> Recording:
    """Runs a cell as the session is set, from the start.

    :param places: segments to record, by the site they stand for.
    :param is_checked: whether the beginning is compared with NEURON's.
    :raises EngineError: it cannot be compiled, or does not run as with NEURON.
    """
    if h.CVode().active():
        raise EngineError("CVode is active; expected a fixed time step")
    made = engine.compile(cell, check=False)
    loaded, offsets, _ = made._recording([soma(0.5), *places.values()], None)
    if is_checked:
        checking.check(loaded, tstop)
    _ = loaded.functions, loaded.wiring
    # As with NEURON: other processes run meanwhile.
    start = time.process_time()
    traces = trials.run(loaded, offsets, (), 0.0, tstop)
    seconds = time.process_time() - start
    assert traces is not None
    ties.warn_of_run(traces.ties)
    dendrites = dict(zip(places, traces.v[1:], strict=True))
    return Recording(traces.t, traces.v[0], dendrites, seconds, ENGINE)
