"""Cells compiled to code of their own: NEURON's numbers, many times faster."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import nrn

from ._display.progress import Progress
from ._display.warned import warn
from ._engine import checking, faults, references, sessions, storing, ties, trials
from ._engine.batches import Batch, check_memory
from ._engine.cells import Cell, Kept, soma_of
from ._engine.changes import Changes
from ._engine.programs import Loaded, Programs, Site
from ._engine.references import Variable
from ._engine.results import Run, Trials, file_at
from ._processes import tasks
from ._session import cells, collect, gone
from ._session.job import check_version
from .errors import ArgumentError, EngineError
from .reduction import Reduction

THRESHOLD = -20.0
"""Of spikes where no other is given, in mV."""


@gone.refused
def compile(
    cell: Any,
    synapses: Iterable[Any] | None = None,
    netcons: Iterable[Any] | None = None,
    *,
    mechanisms: Sequence[Any] = (),
    events: Mapping[Any, Any] | None = None,
    check: bool = True,
    exact: bool = False,
    soma: cells.Roles = None,
    apical: cells.Roles = None,
    axon: cells.Roles = None,
) -> Engine:
    """Compiles a cell of the session, a full one or a reduced one, to code of its own.

    The engine is the cell as it is now: ``dt``, ``celsius``, ``v_init``, parameters, point
    processes, and the NetCons and NetStims that drive them are read once, and nothing in the
    session is changed, now or by runs. What changes later needs a new engine; the compiled code is
    found again where it is the same.

    A run is that of NEURON's fixed time step from ``finitialize(v_init)``, to some 1e-9 mV.

    :param cell: what :func:`reduce` takes or returns as its cell: ``cell.soma`` is a section or
        several; a list, a SectionList or a dictionary of sections; or a :class:`Reduction`.
    :param synapses: point processes that must be among those on the cell, all of which count.
    :param netcons: NetCons that must be among those onto the cell's point processes, all of which
        count.
    :param mechanisms: mod files, or folders of such, with the sources of mechanisms of which NEURON
        does not have the text.
    :param events: from NetCons, or the artificial cells that drive them, to arrays of times in ms:
        of a NetCon when it delivers, as ``NetCon.event`` has it; of an artificial cell, such as a
        VecStim, when it has an event.
    :param check: whether the first run of what was compiled is compared with NEURON's: its first
        50 ms, in a copy of the process.
    :param exact: whether all formulas are computed. Gates that depend on the potential alone, and
        whose parameters are the same in all segments with the same mechanisms, come from tables
        otherwise: 1.3 times faster, at a difference of some 1e-8 mV, which is what formulas in
        another order of additions differ by, too.
    :param soma: which sections are the soma, as for :func:`reduce`; likewise ``apical`` and
        ``axon``.
    :raises EngineError: something of the cell or of the session is not compiled; the message names
        it. Point processes that act on nothing, such as counters, are then left out, which
        :attr:`Engine.notes` says.
    :raises CellError: the cell is none.
    :raises SynapseError: an element of ``synapses`` or ``netcons`` is no such object.
    :raises ArgumentError: another argument has no meaning.
    """
    check_version()
    cell, synapses, netcons = _taken_apart(cell, synapses, netcons, soma, apical, axon)
    found = Cell(
        cell, synapses, netcons, mechanisms, events, is_exact=collect.truth(exact, "exact")
    )
    return Engine(found, collect.truth(check, "check"))


@gone.refused
@contextlib.contextmanager
def fast(
    cell: Any,
    synapses: Iterable[Any] | None = None,
    netcons: Iterable[Any] | None = None,
    *,
    mechanisms: Sequence[Any] = (),
    events: Mapping[Any, Any] | None = None,
    check: bool = True,
    exact: bool = False,
    soma: cells.Roles = None,
    apical: cells.Roles = None,
    axon: cells.Roles = None,
) -> Iterator[None]:
    """Lets the engine do what ``h.run()`` does inside of this context::

        with neuron_reduce.fast(cell, synapses, netcons):
            h.run()

    The session's own Vectors are filled, those of ``Vector.record`` and those of ``NetCon.record``,
    and the session goes on from the run's end as from one of NEURON's, by ``h.continuerun`` for
    example: NEURON does the last step itself, and has all states, events and random numbers. Of
    point processes that are computed together the first one has the states of all. Where NEURON
    cannot take over, as where a point process uses WATCH, what goes on from there is an error. Each
    run reads the cell anew, as it is then. Ctrl-C ends it, and the context with KeyboardInterrupt;
    its Vectors are empty then.

    NEURON runs all that the engine cannot run, or of which it cannot be sure: there is a warning
    that says why. Runs that are no ``h.run()`` are NEURON's.

    :param cell: as for :func:`compile`; likewise the others.
    :param check: whether the first 50 ms are compared with NEURON's when the context is entered,
        however long runs are to be.
    :param exact: as for :func:`compile`.
    :raises CellError: the cell is none; likewise what else :func:`compile` raises but for
        EngineErrors.
    """
    check_version()
    cell, synapses, netcons = _taken_apart(cell, synapses, netcons, soma, apical, axon)
    soma_of(cell)
    is_exact = collect.truth(exact, "exact")
    session = sessions.Session(
        lambda: Cell(cell, synapses, netcons, mechanisms, events, is_exact), bool(events)
    )
    session.begin(collect.truth(check, "check"))
    try:
        yield
    finally:
        session.end()


def _taken_apart(
    cell: Any, synapses: Any, netcons: Any, *roles: cells.Roles
) -> tuple[Any, Any, Any]:
    """The cell of a Reduction, and what goes with it; another cell as what has a soma.

    :param roles: ``soma``, ``apical`` and ``axon``.
    """
    if not isinstance(cell, Reduction):
        return cells.with_soma(cell, "cell", *roles), synapses, netcons
    for name, role in zip(("soma", "apical", "axon"), roles, strict=True):
        if role is not None:
            raise ArgumentError(
                f"{name} is {collect.described(role)} and cell is a Reduction, of which that is "
                "known; expected None"
            )
    return (
        cell.cell,
        cell.synapses if synapses is None else synapses,
        cell.netcons if netcons is None else netcons,
    )


class Engine:
    """A compiled cell: see :func:`compile`, which makes it.

    It pickles, and what is unpickled runs in any process, also where there is no cell: what is
    recorded, and what changes in trials, is then said by names, such as ``'soma[0](0.5).v'``,
    ``'Exp2Syn[3].g'`` and ``'NetCon[12]'``. To pickle it, it is compared with NEURON if it was not
    before (``check``).

    :ivar dt: the time step of runs that name no other, in ms.
    :ivar v_init: the potential that runs begin with, in mV.
    :ivar celsius: the temperature in °C.
    :ivar trials: those of the last batch; what was finished where that was interrupted.
    """

    def __init__(self, cell: Kept, is_checked: bool):
        self._cell = cell
        self._programs = Programs(cell)
        self._finder = (
            references.Finder(cell.sections, cell.point_processes)
            if isinstance(cell, Cell)
            else None
        )
        self._is_checked = is_checked
        self._believed: dict[bytes, float] = {}
        self.trials: Trials | None = None
        self.dt, self.v_init, self.celsius = cell.dt, cell.v_init, cell.celsius
        # What cannot be compiled is said here, and the most frequent run need not wait.
        loaded, *_ = self._recording(None, None)
        _ = loaded.functions

    @property
    def notes(self) -> list[str]:
        """What is not computed, as nothing depends on it, and why, a sentence each."""
        return [
            f"{name} is left out, which acts on nothing: {reason}."
            for name, reason in self._cell.left_out.items()
        ]

    @property
    def digest(self) -> str:
        """Identifies what was compiled: the cell, all numbers that runs begin with, and what drives
        it. Engines with the same one have the same runs, to the last bit on one machine.

        :raises EngineError: the cell is gone, and was not asked for this before.
        """
        loaded, *_ = self._recording(None, None)
        return loaded.digest.hex()

    def run(
        self,
        tstop: float,
        dt: float | None = None,
        record: Sequence[Any] | None = None,
        spikes: Any = True,
        threshold: float = THRESHOLD,
    ) -> Run:
        """Runs from ``v_init`` at 0 ms, as ``h.finitialize(h.v_init)`` and ``h.continuerun(tstop)``
        would. What is recorded is what a ``Vector.record`` has of it, the sample at 0 ms included.

        Potentials, states and concentrations come from the fastest code; where currents,
        conductances and the like of density mechanisms or ions are recorded too, it is somewhat
        slower, and compiled on its own.

        :param tstop: in ms, 0 or more.
        :param dt: the fixed time step in ms; None for the engine's.
        :param record: references such as ``soma(0.5)._ref_v``, ``dend(0.1).hh._ref_m``,
            ``synapse._ref_g`` and ``h._ref_t``; segments, for their potential; pairs such as
            ``(synapse, "g")``; and names, as results have them for labels, such as
            ``'soma[0](0.5).v'`` and ``'Exp2Syn[3].g'``. None for the potential of the soma's
            middle.
        :param spikes: where to look for spikes: True for the soma's middle, False for nowhere, a
            segment, or several, or names of such, as ``'soma[0](0.5)'``. A spike's time is that of
            the first step above the threshold, and 1e-10 ms, as a NetCon has it.
        :param threshold: of spikes in mV.
        :raises ArgumentError: an argument has no meaning, or names what is not of the cell.
        :raises EngineError: a variable cannot be recorded; the run is not NEURON's; it cannot go
            on.
        """
        tstop = _number(tstop, "tstop", "a finite number of ms, 0 or greater", least=0.0)
        loaded, places, variables = self._recording(record, dt)
        sites = self._sites(spikes)
        threshold = _number(threshold, "threshold", "a finite number of mV")
        if self._is_checked:
            checking.check(loaded, tstop)
        try:
            traces = trials.run(loaded, places, sites, threshold, tstop)
        except trials.NotANumber as error:
            raise faults.located(loaded, error) from None
        assert traces is not None
        ties.warn_of_run(traces.ties)
        return Run(
            traces.t,
            _with_times(traces.v, traces.t, variables),
            tuple(each.label for each in variables),
            tuple(traces.spikes),
            traces.seconds,
        )

    def run_batch(
        self,
        seeds: Iterable[int] | None = None,
        tstop: float = 1000.0,
        *,
        dt: float | None = None,
        record: Sequence[Any] = (),
        spikes: Any = True,
        threshold: float = THRESHOLD,
        weights: Any = None,
        rates: Any = None,
        amplitudes: Mapping[Any, Any] | None = None,
        parameters: Mapping[Any, Any] | None = None,
        factors: Mapping[Any, Any] | None = None,
        threads: int | None = None,
        progress: bool = False,
        save: str | os.PathLike[str] | None = None,
    ) -> Trials:
        """Runs many trials, each as :meth:`run` would, with something changed in each.

        A trial's result does not depend on the others, nor on ``threads``, to the last bit; from
        that of :meth:`run` it differs by rounding. What is kept of a trial is 8 bytes for each
        variable at each time, and its spikes; while it runs it takes the cell's memory, 0.3 MB for
        the layer-5 cell of the examples, and 300 bytes for each NetCon, and a thread runs up to
        eight at once.

        Ctrl-C ends the batch within a moment: :attr:`Engine.trials` then has what was finished,
        which is saved where ``save`` says so.

        All that is given for trials has one element for each of them: n.

        :param seeds: numbers from 0 to 2**32 - 1, of which a trial's NetStims have their streams:
            the global index of Random123. ``h.Random().Random123_globalindex(seed)`` before a run
            lets NEURON have the same. None for the session's own in all trials.
        :param tstop: in ms; likewise ``dt``, ``record``, ``spikes`` and ``threshold`` as for
            :meth:`run`, but that nothing is recorded unless it is asked for.
        :param weights: factors of all NetCons' first weights, shaped (n,); or a dictionary from
            NetCons to such.
        :param rates: factors of all NetStims' rates, by which their intervals are divided, shaped
            (n,); or a dictionary from NetStims to such.
        :param amplitudes: a dictionary from IClamps to currents in nA, shaped (n,).
        :param parameters: a dictionary from what names a parameter to values in NEURON's units,
            shaped (n,). ``'gnabar_hh'`` is that of all segments of the cell that have it, and
            ``'Exp2Syn.tau2'`` of all such point processes; otherwise a pair of a section, a segment
            or a point process, or a tuple of these, and a name: ``((apic, tuft), 'gbar_Ih')``,
            ``(synapse, 'e')``.
        :param factors: the same, with factors of what each has. In all of these objects may be
            said by their names: ``'NetCon[12]'``, ``'IClamp[0]'``, ``('apic[3]', 'gbar_Ih')``,
            ``'Exp2Syn[3].e'``.
        :param threads: how many trials run at once; as many as there are processors if None.
        :param progress: whether to tell how far it is, with tqdm where that is installed.
        :param save: path of a file to which the trials are written at the end, see
            :meth:`Trials.save`. Where that fails there is a warning, and the result all the same.
        :raises ArgumentError: an argument has no meaning, or names what is not of the cell.
        :raises EngineError: as for :meth:`run`; of what holds for single trials alone, where it
            holds for all of them. What is to be kept does not fit into the machine's memory.
        """
        tstop = _number(tstop, "tstop", "a finite number of ms, 0 or greater", least=0.0)
        threshold = _number(threshold, "threshold", "a finite number of mV")
        sites = self._sites(spikes)
        threads = tasks.processor_count() if threads is None else threads
        if type(threads) is not int or threads < 1:
            raise ArgumentError(
                f"threads is {collect.described(threads)}; expected a number of threads, 1 or more"
            )
        changes = Changes(self._cell, seeds, weights, rates, amplitudes, parameters, factors)
        _check_that_it_can_be_saved(save)
        loaded, places, variables = self._recording(record, dt, changes.adjustable, changes.apart)
        check_memory(loaded, tstop, len(variables), changes.count)
        prepared = changes.prepared(loaded)
        if self._is_checked:
            checking.check(loaded, tstop, is_batch=True)
        batch = Batch(changes.count)
        start = time.perf_counter()
        try:
            with Progress("run_batch", changes.count, progress) as bar:
                batch.run(loaded, places, sites, threshold, tstop, prepared, threads, bar)
        finally:
            # What other threads do meanwhile with the same engine is theirs.
            done = _trials(batch, variables, len(sites), changes.seeds, time.perf_counter() - start)
            self.trials = done
            _save(done, save)
        if all(done.problems):
            raise EngineError(done.problems[0])
        return done

    def __reduce__(self) -> tuple[Any, ...]:
        """:raises EngineError: it is to be compared with NEURON, and differs or cannot be."""
        is_compared = self._believed or checking.passed(self._programs.made)
        if self._is_checked and not is_compared:
            loaded, *_ = self._recording(None, None)
            for is_batch in (False, True):
                checking.check(loaded, checking.CHECKED_MS, is_batch)
        passed = self._believed | checking.passed(self._programs.made) if self._is_checked else {}
        return _unpickled, (self._is_checked, *storing.packed(self._cell, passed))

    def _recording(
        self,
        record: Sequence[Any] | None,
        dt: float | None,
        adjustable: Sequence[str] = (),
        apart: Sequence[str] = (),
    ) -> tuple[Loaded, list[int], list[Variable]]:
        step = self.dt if dt is None else _number(dt, "dt", "a number of ms greater than 0")
        if step <= 0:
            raise ArgumentError(f"dt is {step:g}; expected a number of ms greater than 0")
        cell = self._cell
        if lost := gone.first(record, "record"):
            raise ArgumentError(f"{lost[0]} is of a deleted section; expected one of the cell's")
        if record is None:
            name = cell.names[cell.soma]
            label = f"{name}(0.5).v"
            variables = [Variable(name, 0.5, "", "v", None, None, label, cell.soma)]
        else:
            variables = references.found(record, self._finder, lambda: cell.catalogue)
        return *self._programs.recording(variables, step, adjustable, apart), variables

    def _sites(self, spikes: Any) -> list[Site]:
        """:raises ArgumentError: they are no segments of the cell."""
        if spikes is None or spikes is False:
            return []
        if spikes is True:
            return [(self._cell.soma, 0.5)]
        segments = [spikes] if issubclass(type(spikes), (nrn.Segment, str)) else spikes
        try:
            found = list(segments)
        except TypeError:
            found = [spikes]
        return [self._site(each) for each in found]

    def _site(self, segment: Any) -> Site:
        cell = self._cell
        if type(segment) is str:
            place = cell.catalogue.segment(segment)
            if place is not None:
                return place
        elif isinstance(cell, Cell):
            is_segment = issubclass(type(segment), nrn.Segment) and not gone.is_gone(segment)
            if is_segment and segment.sec in cell.indices:
                return cell.indices[segment.sec], segment.x
        raise ArgumentError(
            f"spikes has {collect.described(segment)}; expected True, False, or segments of the "
            f"cell, or their names, such as '{cell.names[cell.soma]}(0.5)'"
            + ("" if isinstance(cell, Cell) else ", which are all that a pickled engine knows")
        )

    def __repr__(self) -> str:
        cell = self._cell
        return (
            f"<Engine of {cell.name}: {len(cell.names)} sections, "
            f"{cell.process_count} point processes, {len(cell.inputs.targets)} NetCons>"
        )


def _unpickled(is_checked: bool, *content: Any) -> Engine:
    """An engine that was pickled.

    :raises EngineError: another version did it.
    """
    cell, passed = storing.unpacked(*content)
    checking.believe(passed)
    made = Engine(cell, is_checked)
    made._believed = passed
    return made


def _trials(
    batch: Batch, variables: Sequence[Variable], sites: int, seeds, seconds: float
) -> Trials:
    """What is there of a batch."""
    t = next((each.t for each in batch.traces if each is not None), np.empty(0))
    none = tuple(np.empty(0) for _ in range(sites))
    spikes = tuple(none if each is None else tuple(each.spikes) for each in batch.traces)
    is_finished = np.array([each is not None for each in batch.traces], dtype=bool)
    v = np.empty((len(batch.traces), len(variables), len(t)))
    for trial, each in enumerate(batch.traces):
        v[trial] = np.nan if each is None else _with_times(each.v, each.t, variables)
        # What is here is not kept twice.
        batch.traces[trial] = None
    return Trials(
        t,
        v,
        tuple(each.label for each in variables),
        spikes,
        seeds,
        is_finished,
        tuple(batch.problems),
        seconds,
    )


def _check_that_it_can_be_saved(path: Any) -> None:
    """Before hours of trials.

    :raises ArgumentError: it is no path of a file in a folder that can be written.
    """
    if path is None:
        return
    expected = "the path of a file, in a folder that can be written"
    try:
        target = file_at(path)
    except (TypeError, ValueError):
        raise ArgumentError(f"save is {collect.described(path)}; expected {expected}") from None
    if target is None or not os.access(target.parent, os.W_OK | os.X_OK):
        raise ArgumentError(f"save is {os.fspath(path)!r}; expected {expected}")


def _save(trials: Trials, path: Any) -> None:
    if path is None:
        return
    try:
        trials.save(path)
    except OSError as error:
        warn(
            f"the trials could not be saved to {os.fspath(path)}: {error.strerror or error}; they "
            "are in the result, whose save() writes them elsewhere"
        )


def _with_times(v, t, variables: Sequence[Variable]):
    """Puts the times where they were to be recorded."""
    for row, each in enumerate(variables):
        if not each.section:
            v[row] = t
    return v


def _number(value, argument: str, expected: str, least: float = -math.inf) -> float:
    number = collect.number(value, argument, expected)
    if not math.isfinite(number) or number < least:
        raise ArgumentError(f"{argument} is {number:g}; expected {expected}")
    return number
