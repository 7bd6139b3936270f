"""The check of a program: its first milliseconds beside NEURON's own, in a copy of the process."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._display.warned import warn
from .._processes import copies
from .._session import gone
from ..errors import EngineError, NeuronReduceError, SimulatorError
from . import inputs, states, trials
from .cells import Cell
from .programs import Loaded, Site
from .trials import Traces

CHECKED_MS = 50.0

TOLERANCE_MV = 1e-6
"""Rounding in another order makes 1e-13 mV before a first spike, and 1e-9 in seconds of spiking."""

_TOLERANCE_IN_SPIKES_MV = 1e-3
"""Where a potential changes by hundreds of mV in a ms, it says when rather than how much."""

_TOLERANCE_MS = 1e-7
"""What rises by 100 mV in a ms, at the beginning of a spike, may differ by ten times the above."""

_TOLERANCE_OF_STATES = 1e-6
"""Relative: what a difference of the potential by its tolerance makes, and less."""

_SMALLEST_STATE = 1e-6
"""What a state must have to be compared by the relative difference, as gates have that are shut."""

_THRESHOLD_MV = -20.0
_TIME_LIMIT_SECONDS = 3600.0

_BATCH = b"batch"
"""What follows a program's digest where the code that runs batches of it is meant."""

_passed: dict[bytes, float] = {}
"""By program, wiring included: until when it was compared with NEURON, in ms, and found equal."""


def check(loaded: Loaded, tstop: float, is_batch: bool = False, is_anew: bool = False) -> None:
    """Compares a program's run with NEURON's, unless that was done in this process before.

    :param tstop: of the run that is to come, in ms.
    :param is_batch: whether that is a batch, whose code is another one.
    :param is_anew: whether it is compared though it was before: the session may have procedures of
        its own since.
    :raises EngineError: they differ; the message names the first variable that does.
    """
    until = min(tstop, CHECKED_MS)
    key = loaded.digest + (_BATCH if is_batch else b"")
    if not is_anew and _passed.get(key, -1.0) >= until:
        return
    if not isinstance(loaded.cell, Cell):
        _warn_of_pickled(key)
        return
    try:
        copies.check_that_session_can_be_copied(in_parallel=True)
    except SimulatorError as error:
        warn(f"the engine's run is not compared with NEURON's: {error}")
        return
    cell, program = loaded.cell, loaded.program
    assert isinstance(cell, Cell)
    if any(map(gone.is_gone, cell.sections)):
        raise EngineError(
            f"the engine's run cannot be compared with NEURON's: sections of {cell.name} were "
            "deleted; expected the cell, or check=False"
        )
    sites = [
        (index, segment.x) for index, section in enumerate(cell.sections) for segment in section
    ]
    places = [cell.potential(*site, program) for site in sites]
    traces = _first_run(loaded, places, until, is_batch)
    try:
        difference = copies.call(
            _difference, loaded, traces, sites, until, timeout=_TIME_LIMIT_SECONDS, in_parallel=True
        )
    except NeuronReduceError:
        raise
    except Exception as error:
        raise EngineError(
            "the engine's run cannot be compared with NEURON's, which did not get through it in a "
            f"copy of the process: {error}; expected a session that runs, or check=False"
        ) from None
    if difference:
        tied = "" if traces.ties is None else f"{traces.ties}, whose order may be the reason. "
        raise EngineError(
            f"the engine's run is not NEURON's: {difference}; expected none that is greater than "
            f"{TOLERANCE_MV:g} mV. {tied}The cell may have changed since it was compiled, the "
            "session may have an init() of its own, which the engine does not do, or the cell does "
            "what the engine does not know; check=False does not compare"
        )
    _passed[key] = until


def passed(loaded: Iterable[Loaded]) -> dict[bytes, float]:
    """Of some programs those that were compared with NEURON's runs: by digest, and what it is of a
    batch, until when, in ms."""
    keys = [each.digest + which for each in loaded for which in (b"", _BATCH)]
    return {key: _passed[key] for key in keys if key in _passed}


def believe(others: Mapping[bytes, float]) -> None:
    """Takes over what another process has compared."""
    for key, until in others.items():
        _passed[key] = max(until, _passed.get(key, -1.0))


@functools.cache
def _warn_of_pickled(key: bytes) -> None:
    """Once for each program."""
    warn(
        "a run of an engine that was pickled is not compared with NEURON's: before it was pickled "
        "nothing ran with the same time step, recordings of currents and the like, and changes; "
        "expected such a run or batch before, of one trial for example, or check=False"
    )


def _first_run(loaded: Loaded, places: Sequence[int], until: float, is_batch: bool) -> Traces:
    if not is_batch:
        traces = trials.run(loaded, places, (), 0.0, until)
        assert traces is not None
        return traces
    found = trials.run_together(
        loaded, trials.Recording(places, (), 0.0, until), [trials.unchanged], lambda: False
    )
    assert found is not None
    if isinstance(found[0], EngineError):
        raise found[0]
    return found[0]


def _difference(loaded: Loaded, traces: Traces, sites: list[Site], until: float) -> str:
    """Runs NEURON, in a copy of the process, and says what differs first; empty for nothing."""
    cell = loaded.cell
    vectors = [h.Vector().record(cell.sections[index](x)._ref_v) for index, x in sites]
    _run(cell, loaded.time_step, until)
    theirs = np.array([each.as_numpy() for each in vectors])
    labels = [f"{cell.sections[index].name()}({x:g}).v" for index, x in sites]
    soma = min(
        range(len(sites)),
        key=lambda index: (sites[index][0] != cell.soma, abs(sites[index][1] - 0.5)),
    )
    return _first_difference(traces, theirs, labels, soma) or _difference_of_states(loaded, traces)


def _run(cell: Cell, time_step: float, until: float) -> None:
    h.dt, h.steps_per_ms, h.tstop = time_step, 1 / time_step, until
    h.celsius, h.v_init = cell.celsius, cell.v_init
    cell.randoms.set_back()
    given = cell.inputs
    # By a handler of the session's own, if it has one: nobody else can call NetCon.event then.
    stated: list[tuple[Any, np.ndarray]] = (
        []
        if int(h.List("FInitializeHandler").count())
        else [(given.netcons[index], times) for index, times in given.deliveries.items()]
    )
    silenced = []
    for index, netcon in enumerate(given.netcons):
        origin = given.origins[given.origin_indices[index]]
        # A NetStim's and a VecStim's times that the user states take the place of its own.
        if isinstance(origin, inputs.Times) and given.is_active[index]:
            silenced.append(netcon)
            stated.append((netcon, origin.times + given.delays[index]))

    def deliver() -> None:
        for netcon, times in stated:
            for each in times:
                netcon.event(float(each))
        # Which takes what they are to deliver while they are active alone.
        for netcon in silenced:
            netcon.active(0)

    handler = h.FInitializeHandler(deliver)
    h.stdinit()
    while h.t < until - h.dt / 2:
        h.fadvance()
    del handler


def _first_difference(traces: Traces, theirs: np.ndarray, labels: list[str], soma: int) -> str:
    ours = traces.v
    if ours.shape != theirs.shape:
        return (
            f"it has {ours.shape[1]} samples, and NEURON's {theirs.shape[1]}, whose init() is "
            "another one than stdrun's"
        )
    spikes = [_spikes(each[soma]) for each in (ours, theirs)]
    if not np.array_equal(*spikes):
        step = min(set(spikes[0]) ^ set(spikes[1]))
        who = "the engine" if step in spikes[0] else "NEURON"
        return f"{labels[soma]} has a spike at {traces.t[step]:g} ms with {who} only"
    steps = np.maximum(np.diff(traces.t, prepend=-1.0), 1e-9)
    slopes = np.abs(np.diff(theirs, axis=1, prepend=theirs[:, :1])) / steps
    is_spiking = (ours > _THRESHOLD_MV) | (theirs > _THRESHOLD_MV)
    subthreshold = np.maximum(TOLERANCE_MV, _TOLERANCE_MS * slopes)
    tolerances = np.where(is_spiking, _TOLERANCE_IN_SPIKES_MV, subthreshold)
    # What is no number on one side alone differs.
    differs = ~(np.abs(ours - theirs) <= tolerances) & ~(np.isnan(ours) & np.isnan(theirs))
    if not differs.any():
        return ""
    first = int(np.argmax(differs.any(axis=0)))
    difference = np.abs(ours[:, first] - theirs[:, first])
    which = int(np.nanargmax(np.where(differs[:, first], difference, -1.0)))
    return (
        f"{labels[which]} is {ours[which, first]:.9g} mV at {traces.t[first]:g} ms and "
        f"{theirs[which, first]:.9g} with NEURON"
    )


def _spikes(v: np.ndarray) -> np.ndarray:
    """The steps at which a potential rises through the threshold."""
    is_above = v > _THRESHOLD_MV
    return np.flatnonzero(is_above[1:] & ~is_above[:-1]) + 1


def _difference_of_states(loaded: Loaded, traces: Traces) -> str:
    """What of the states differs at the end, NEURON being there too."""
    for place, owner, name in states.places(loaded):
        ours, theirs = traces.memory[place], getattr(owner, name)
        scale = max(abs(ours), abs(theirs), _SMALLEST_STATE)
        # What is infinite is equal to nothing but itself.
        is_near = ours == theirs or (
            np.isfinite(scale) and abs(ours - theirs) <= _TOLERANCE_OF_STATES * scale
        )
        if not is_near:
            label = f"{states.label(owner)}.{name}"
            return f"{label} is {ours:.9g} at {traces.t[-1]:g} ms and {theirs:.9g} with NEURON"
    return ""
