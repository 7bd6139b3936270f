"""The session's own runs by the engine: what records is filled as NEURON would fill it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc

from .._display.warned import warn
from .._library import reducing
from .._processes import signals
from ..errors import CellError, EngineError
from . import checking, continuing, counters, inputs, internals, states, ties, trials
from .cells import Cell, pointer
from .programs import Loaded, Programs
from .references import TIME, Variable
from .trials import Traces

_CONTINUED = (
    "this run of h.run() inside of neuron_reduce.fast() cannot be continued, since NEURON cannot "
    "take over its events: {}; expected another h.run()"
)

_INTERRUPTED = (
    "this run ends here, and so do all others inside of neuron_reduce.fast(), which raises {} at "
    "its end"
)

_AT_ONCE_MS = 1e-9
"""After the beginning, before anything else is due."""


class Session:
    """A session whose ``h.run()`` is done by the engine.

    :param read: reads the cell as it is then.
    :param has_events: whether events are stated, so that handlers of initialisations have a reason.
    """

    def __init__(self, read: Callable[[], Cell], has_events: bool):
        self._read = read
        self._has_events = has_events
        self._runs = 0
        self._others = 0
        self._handlers: list[Any] = []
        self._plan: _Plan | None = None
        self._raised: BaseException | None = None

    def begin(self, is_checked: bool) -> None:
        """From now on runs are the engine's.

        :param is_checked: whether to compare the first ms with NEURON's.
        """
        try:
            plan = _Plan(self._read(), self._has_events, 0)
            if is_checked:
                # Whatever h.tstop is to be: the runs that come say it only then.
                checking.check(plan.loaded, checking.CHECKED_MS, is_anew=True)
        except (CellError, EngineError) as error:
            _warn(error)
            return
        self._was_running = h.running_
        h.running_ = 0
        # Nothing can be read at an initialisation's end, when NEURON's arrays are frozen.
        self._handlers = [
            h.FInitializeHandler(3, self._initialising),
            h.FInitializeHandler(2, self._initialised),
        ]

    def end(self) -> None:
        """Runs are NEURON's again.

        :raises BaseException: what a run raised that is no reason to leave it to NEURON, such as
            KeyboardInterrupt.
        """
        if not self._handlers:
            return
        self._handlers.clear()
        h.running_ = self._was_running
        if self._raised is not None:
            raise self._raised from None
        if self._others and not self._runs:
            warn(
                "neuron_reduce.fast() saw no h.run(), and NEURON did all runs: the engine cannot "
                "tell how long others are to be"
            )

    def _initialising(self) -> None:
        """Called at the beginning of each initialisation."""
        self._plan = None
        if not h.running_:
            self._others += 1
            return
        h.running_ = 0
        self._runs += 1
        # The last one of all: what others do when NEURON has initialised is done before.
        self._handlers[1] = h.FInitializeHandler(2, self._initialised)
        if self._raised is not None:
            return
        try:
            self._plan = _Plan(self._read(), self._has_events, len(self._handlers))
        except (CellError, EngineError) as error:
            _warn(error)
        except BaseException as error:
            # NEURON would print it, and do the run.
            self._raised = error

    def _initialised(self) -> None:
        """Called at its end."""
        plan, self._plan = self._plan, None
        if plan is not None:
            try:
                plan.run()
            except (CellError, EngineError) as error:
                # NEURON does not find any more what it would begin with.
                if plan.has_begun:
                    self._raised = error
                else:
                    _warn(error)
            except BaseException as error:
                self._raised = error
        # Where the session was handed over as a whole, NEURON can go on; the context raises it.
        if self._raised is not None and not (plan is not None and plan.is_done):
            kind = type(self._raised).__name__
            h.CVode().event(_AT_ONCE_MS, lambda: _end_at_once(plan, kind))


def _end_at_once(plan: _Plan | None, kind: str) -> None:
    if plan is not None:
        plan.clear()
    raise RuntimeError(_INTERRUPTED.format(kind))


def _warn(error: Exception) -> None:
    warn(f"NEURON runs the cell, not the engine: {error}")


class _Plan:
    """What a run is to fill.

    :param handlers: how many FInitializeHandlers are this package's.
    :raises EngineError: it cannot.

    :ivar has_begun: whether anything in the session is changed.
    :ivar is_done: whether the session is at the run's end.
    """

    def __init__(self, cell: Cell, has_events: bool, handlers: int):
        self._cell = cell
        self.has_begun = self.is_done = False
        _check_session(cell, has_events, handlers)
        self._recordings = _recordings(cell)
        self._variables = [_variable(each, cell) for each in self._recordings]
        self._counters = counters.read(cell, is_starting=handlers > 0)
        counted = [variable for each in self._counters for variable in each.variables()]
        self.loaded, self._places = Programs(cell).recording(
            [*self._variables, *counted], h.dt, is_continued=True
        )
        for name, reason in cell.left_out.items():
            raise EngineError(f"what {name} does for itself is not computed, as {reason}")
        self._detectors = _detectors(cell)
        self._check_vectors()

    def _check_vectors(self) -> None:
        """
        :raises EngineError: something is recorded in a way of its own.
        """
        used = [each.vector for each in self._recordings]
        used += [pointer(each.recording) for each in self._detectors if each.recording is not None]
        used += [pointer(each.vector) for each in self._counters if each.vector is not None]
        if len(set(used)) < len(used):
            raise EngineError("a Vector records two things")
        vectors = _vectors()
        for recording, variable in zip(self._recordings, self._variables, strict=True):
            times = vectors[recording.times] if recording.times else None
            if times is not None and (np.diff(np.array(times)) < 0).any():
                raise EngineError(f"{variable.label} is recorded at times that fall")

    def run(self) -> None:
        """Runs, fills what records, and leaves the session where NEURON goes on."""
        cell, loaded = self._cell, self.loaded
        if {segment.v for section in cell.sections for segment in section} != {cell.v_init}:
            raise EngineError("the potential is not v_init everywhere when the run begins")
        sites = [(cell.indices[each.origin.section], each.origin.x) for each in self._detectors]
        thresholds = [each.origin.threshold for each in self._detectors]
        reason = ""
        try:
            continuation = continuing.Continuation(loaded, self._detectors)
        except EngineError as error:
            continuation, reason = None, str(error)
        end = _end()
        if continuation is not None:
            end -= max(int(h.nstep_steprun), 1) * h.dt
            if end < h.dt / 2:
                return
        ended = None if continuation is None else continuation.take
        traces = trials.run(loaded, self._places, sites, thresholds, end, ended=ended)
        assert traces is not None
        # Where warnings are errors nothing is changed.
        ties.warn_of_run(traces.ties)
        if reason:
            warn(
                f"NEURON cannot go on from this run, as {reason}: currents, and what else it would "
                "compute in the last step, are still those of the initialisation"
            )
        # All of it or nothing.
        with signals.held():
            self.has_begun = True
            self._fill(traces)
            if continuation is not None:
                continuation.give(traces, _vectors())
            else:
                h.CVode().event(_AT_ONCE_MS, lambda: _refuse_to_go_on(reason))
                _hand_back(loaded, traces)
                counters.hand_back(self._counters, loaded, traces)
            self.is_done = True

    def clear(self) -> None:
        """Leaves nothing in what records."""
        vectors = _vectors()
        for recording in self._recordings:
            vectors[recording.vector].resize(0)
        for detector in self._detectors:
            if detector.recording is not None:
                detector.recording.resize(0)
        for counter in self._counters:
            if counter.vector is not None:
                counter.vector.resize(0)

    def _fill(self, traces: Traces) -> None:
        vectors = _vectors()
        for row, (recording, variable) in enumerate(
            zip(self._recordings, self._variables, strict=True)
        ):
            values = traces.t if variable.name == TIME else traces.v[row]
            times = vectors[recording.times] if recording.times else None
            found = _sampled(values, traces.t, recording, times, variable.name == TIME)
            _fill(vectors[recording.vector], found)
        for detector, spikes in zip(self._detectors, traces.spikes, strict=True):
            if detector.recording is not None:
                _fill(detector.recording, spikes)
        counted = iter(traces.v[len(self._variables) :])
        for counter in self._counters:
            if counter.vector is not None:
                counter.fill(next(counted), next(counted))


def _vectors() -> dict[int | None, Any]:
    return {pointer(each): each for each in h.List("Vector")}


def _refuse_to_go_on(reason: str) -> None:
    raise RuntimeError(_CONTINUED.format(reason))


def _end() -> float:
    """When the run ends: steps come several at a time where ``steps_per_ms`` has it so.

    :raises EngineError: ``h.tstop`` says nothing.
    """
    if not math.isfinite(h.tstop):
        raise EngineError(f"h.tstop is {h.tstop:g}; expected a time in ms")
    at_once = max(int(h.nstep_steprun), 1)
    steps = math.ceil((h.tstop - h.dt / 2) / h.dt - 1e-9)
    return math.ceil(steps / at_once) * at_once * h.dt


def _check_session(cell: Cell, has_events: bool, handlers: int) -> None:
    own = set(cell.sections)
    for section in h.allsec():
        if section not in own:
            raise EngineError(f"{section.name()} is in the session, and not of the cell")
    if int(h.List("FInitializeHandler").count()) > handlers and not has_events:
        raise EngineError(
            "the session has an FInitializeHandler, and what that brings about is not known"
        )


def _recordings(cell: Cell) -> list[reducing.Recording]:
    recordings = cell.recordings()
    if recordings is None:
        raise EngineError("NEURON does not tell what the session's Vectors record")
    found = [each for each in recordings if not each.is_play]
    for each in found:
        if each.name is None or each.vector is None:
            raise EngineError("a Vector records what is none of the cell's")
        if each.point_process >= 0 and (each.interval or each.has_times):
            raise EngineError(
                f"a Vector records {each.name} of a point process at times of its own"
            )
        if each.point_process < 0 and each.section < 0 and each.has_times:
            # Within a step h.t is still that of the step before, or not, as rounding has it.
            raise EngineError("a Vector records the time at times of its own")
    return found


def _variable(recording: reducing.Recording, cell: Cell) -> Variable:
    assert recording.name is not None
    name, _, rest = recording.name.partition("[")
    index = int(rest.rstrip("]")) if rest else None
    if recording.point_process >= 0:
        process = cell.point_processes[recording.point_process]
        section, label = process.get_segment().sec.name(), f"{process.hname()}.{recording.name}"
        return Variable(section, 0.5, "", name, index, recording.point_process, label)
    if recording.section < 0:
        return Variable("", 0.0, "", TIME, None, None, TIME)
    section = cell.sections[recording.section].name()
    label = f"{section}({recording.position:g}).{recording.name}"
    return Variable(section, recording.position, "", name, index, None, label, recording.section)


def _detectors(cell: Cell) -> list[inputs.Detector]:
    """What looks for spikes, where it is known what becomes of them."""
    known = {pointer(each) for each in cell.point_processes}
    found = inputs.detectors(cell.sections)
    for each in found:
        target = each.netcon.syn()
        if target is not None and pointer(target) not in known:
            raise EngineError(
                f"{each.netcon.hname()} drives {target.hname()}, which is not of the cell"
            )
        if each.netcon.srcgid() >= 0:
            raise EngineError(f"{each.netcon.hname()} has a source with a gid")
        if target is None and each.recording is None:
            raise EngineError(f"what {each.netcon.hname()} does with spikes is not known")
    _check_listeners(cell)
    recorded = [pointer(each.recording) for each in found if each.recording is not None]
    if len(set(recorded)) < len(recorded):
        raise EngineError("a Vector has spikes of several NetCons")
    for netcon in h.List("NetCon"):
        source, target = netcon.pre(), netcon.syn()
        if source is None or pointer(source) not in known:
            continue
        if target is None or pointer(target) not in known:
            raise EngineError(f"{netcon.hname()} has its events from {source.hname()}")
    for netcon in cell.inputs.netcons:
        if netcon.pre() is not None and isinstance(netcon.get_recordvec(), hoc.HocObject):
            raise EngineError(f"{netcon.hname()} records events of {netcon.pre().hname()}")
    return found


def _check_listeners(cell: Cell) -> None:
    """Who else takes note of spikes."""
    internals.check()
    heard, identified = internals.listeners()
    if len(identified):
        raise EngineError("NetCon.record fills a Vector with identifiers")
    known = internals.sources_of(internals.contents(h.List("NetCon")))
    if not np.isin(heard, known).all():
        raise EngineError(
            "spikes of a source are recorded, called back or sent of which no NetCon is left"
        )


def _sampled(
    values: np.ndarray,
    t: np.ndarray,
    recording: reducing.Recording,
    times: Any,
    is_time: bool,
) -> np.ndarray:
    """What a Vector has of a variable that is known at all steps."""
    if recording.interval:
        wanted = _multiples(recording.interval, t[-1])
    elif times is not None:
        wanted = np.array(times)
        wanted = wanted[wanted <= t[-1]]
    else:
        return values
    # What is due up to half a step after a step is taken from it.
    places = np.searchsorted(t + h.dt / 2, wanted)
    return wanted if is_time else values[np.minimum(places, len(t) - 1)]


def _multiples(interval: float, end: float) -> np.ndarray:
    """As NEURON adds them up."""
    count = int(end / interval) + 3
    found = np.concatenate([[0.0], np.cumsum(np.full(count, interval))])
    return found[found <= end]


def _fill(vector: Any, values: Sequence[float] | np.ndarray) -> None:
    vector.resize(len(values))
    if len(values):
        vector.as_numpy()[:] = values


def _hand_back(loaded: Loaded, traces: Traces) -> None:
    """Puts the end of a run into the session."""
    cell = loaded.cell
    for index, section in enumerate(cell.sections):
        for segment in section.allseg():
            segment.v = traces.memory[cell.potential(index, segment.x, loaded.program)]
    for place, owner, name in states.places(loaded):
        setattr(owner, name, traces.memory[place])
    cell.randoms.hand_back(traces.memory, loaded.program)
    for play, offset in zip(cell.plays, loaded.wiring.plays["offset"], strict=True):
        setattr(cell.point_processes[play.process], play.name, traces.memory[offset])
    h.t = traces.t[-1]
