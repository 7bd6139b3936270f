"""The call that tunes: what is run, and where."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterable
from typing import Any

from .. import _library
from .._display.progress import Progress
from .._display.warned import kept, warn_once
from .._processes import tasks
from .._runs import keeping, native, running
from .._runs.trials import Trial, listed
from .._session import collect
from .._session.job import check_version
from ..errors import ArgumentError
from ..evaluation import Evaluation, evaluation_of
from . import _candidates, _measures, _results, _search
from ._front import Tuning


def tune(
    make_cell: Callable[[Any], Any],
    max_error: float = 0.05,
    *,
    tstop: float = 1000,
    tstart: float = 0.0,
    seeds: Iterable[Any] = (1,),
    inputs: Iterable[Any] | None = None,
    methods: Iterable[str] = ("folded", "lumped", "classic"),
    frequencies: Iterable[float] = (0, 20, 50, 100),
    segments: Iterable[float] = (-1, 20, 40),
    search: bool = False,
    error: str | Callable[[Evaluation], float] = "spikes",
    dt: float = 0.025,
    v_init: float | None = None,
    celsius: float | None = None,
    sites: Iterable[tuple[str, float]] | None = None,
    keep_sites: bool = False,
    workers: int | None = None,
    results: str | os.PathLike[str] | None = None,
    engine: str = "auto",
    progress: bool = True,
    **options: Any,
) -> Tuning:
    """Tries settings of a reduction, and finds the smallest tree whose error is small enough.

    Every combination of method, frequency and segments is a candidate; with ``search`` there are
    more sizes. The full cell is run once
    for each seed and input, and with changes that should not matter; then each candidate is built,
    reduced and run in a process of its own, forked from this one. See :func:`evaluate` for how
    cells are run.

    The measures of error, each from means over seeds and inputs:

    - ``'spikes'``: the greater one of the relative error of the firing rate and of what is missing
      of spike timing, 1 less the coincidence factor Γ as a share of what the full cell reaches with
      itself. With 0.05 the rate is right to 5 %, and 95 % of the precision that can be asked for is
      there;
    - ``'rate'`` and ``'timing'``: the one and the other of these two;
    - ``'synchronization'``: as timing, with SPIKE-synchronization in the place of Γ;
    - ``'voltage'``: the RMSD of somatic voltages outside spikes, in mV: for cells that do not fire.

    :param make_cell: as for :func:`evaluate`; likewise ``dt``, ``v_init``, ``celsius``, ``sites``,
        ``keep_sites`` (by the methods that keep any), ``workers``, ``engine``, ``progress`` and
        ``options``.
    :param max_error: up to which error a candidate will do.
    :param tstop: how long a run is, in ms.
    :param tstart: from when the recordings are compared, in ms.
    :param seeds: what ``make_cell`` is called with; the errors are means over them.
    :param inputs: as for :func:`evaluate`; the errors are means over these, too.
    :param methods: names of methods, see :func:`reduce`; likewise ``frequencies``, in Hz, and
        ``segments``. ``'lumped'`` and ``'folded'`` are tried with the first frequency
        only: they have no use for one.
    :param search: whether to try more sizes, of each method at each frequency: twice as large ones,
        up to the full cell's, until the error of one is at most ``max_error``, and then those in
        between, until the smallest that will do is known to 5 %. Errors are noisy: what comes out
        is the smallest tree of all that were tried, and that all larger ones will do is not said.
    :param error: name of a measure, or a function from an :class:`Evaluation` to a number.
    :param results: path of a file to which each candidate is added as it is finished, one JSON
        object a line. The full cell's runs are kept beside it, in a directory of the same name with
        ``.full`` at its end, a file for each seed as it is finished. What is there is not run
        again: a tuning that was interrupted goes on where it was. A full run is found by its seed
        and protocol, by NEURON's version and the compiled mechanisms', and by what can be read of
        the session that ``make_cell`` leaves: sections, mechanisms, point processes, NetCons and
        Vectors; a candidate by the full runs and its settings. Where only something else changed,
        such as the streams of ``Random`` objects, pointers, or what Python does when a run begins,
        a new results file is needed. Where ``error`` is a function without a name of its own, or
        defined in another, no candidate is found again. One file may hold many tunings.
    :raises ArgumentError: an argument has no meaning, or ``make_cell`` returns something else.
    :raises NeuronReduceError: all candidates failed; the first one's error is raised. One that
        fails among others is in the result with its ``problem``.
    :raises WorkerError: the process that ran the full cell ended before it was done.
    :raises OSError: the results file, or the directory beside it, cannot be read or written.
    """
    check_version()
    protocol = running.Protocol.checked(tstop, dt, v_init, celsius, sites)
    engine = native.checked(engine)
    tstart = running.start(tstart, protocol)
    max_error = collect.number(max_error, "max_error", "a number")
    if math.isnan(max_error):
        raise ArgumentError("max_error is nan; expected a number")
    if options.get("tolerance") is not None:
        raise ArgumentError(
            f"tolerance is {collect.described(options['tolerance'])}; expected segments or search "
            "in its place, as it is tune that chooses sizes, by runs, up to max_error"
        )
    search = collect.truth(search, "search")
    measure, measured = _measures.measure(error)
    trials = listed(seeds, inputs, protocol.tstop)
    frequencies = running.listed(frequencies, "frequencies", "frequencies in Hz, at least one")
    kept_sites = running.kept_sites(keep_sites, protocol)
    settings = [
        running.reduction_arguments(*each, options | (kept_sites if _keeps_sites(each[0]) else {}))
        for each in itertools.product(
            running.listed(methods, "methods", "names of methods, at least one"),
            frequencies,
            running.listed(segments, "segments", "numbers of segments, at least one"),
        )
        if _uses_frequency(each[0]) or each[1] == frequencies[0]
    ]
    workers = running.worker_count(workers, tasks.processor_count())
    running.check_that_it_can_run(make_cell)
    file = _results.Results(results)

    full_runs = (1 + len(running.CEILINGS)) * len(trials)
    with Progress("tune", full_runs + len(settings) * len(trials), progress) as bar:
        full = _full_runs(
            make_cell, options, trials, protocol, file.full_runs, workers, engine, bar
        )
        prefix = _results.fingerprint(full, protocol, tstart, trials, _measures.identity(error))
        keys = [_results.key(prefix, each) for each in settings]
        found: dict[int, _candidates.Candidate] = {}
        first_failure = None
        while True:
            kept_before = {
                index: file.found[key]
                for index, key in enumerate(keys)
                if index not in found and key in file.found
            }
            found |= kept_before
            if kept_before:
                count = len(kept_before)
                bar.step(f"{count} candidates in {results}", count * len(trials))
            left = [index for index in range(len(settings)) if index not in found]
            runs = _candidate_runs(
                make_cell, trials, protocol, full, settings, left, workers, engine, bar
            )
            for index, runs_of_trials in runs:
                if isinstance(runs_of_trials, tasks.Failure):
                    first_failure = first_failure or runs_of_trials
                    found[index] = _candidates.failed(settings[index], str(runs_of_trials.error))
                    continue
                evaluation = evaluation_of(
                    trials,
                    [(*full[position], *run) for position, run in enumerate(runs_of_trials)],
                    tstart,
                )
                found[index] = _candidates.evaluated(settings[index], evaluation, measured)
                file.add(keys[index], found[index])
            in_order = [found[index] for index in range(len(settings))]
            more = _search.settings(settings, in_order, max_error) if search else []
            if not more:
                break
            settings += more
            keys += [_results.key(prefix, each) for each in more]
            bar.expect(len(more) * len(trials))
    if first_failure and all(each.problem for each in found.values()):
        raise first_failure.error
    return Tuning(in_order, max_error, measure)


def _full_runs(
    make_cell, options, trials, protocol, keeper: keeping.FullRuns | None, workers, engine, bar
) -> list[keeping.Runs]:
    """The full cell's runs with each trial, in their order."""

    def task(trial: Trial) -> tasks.Task:
        def work(note):
            model = trial.made(make_cell, options)
            if keeper is None:
                return running.run_full(model, protocol, True, note, engine)
            return keeper.run(model, protocol, trial.key, note, engine=engine)

        return tasks.Task(f"the full cell with {trial}", work)

    found = {}
    for index, result in tasks.finished(
        [task(trial) for trial in trials],
        workers,
        lambda index, text: bar.step(f"{trials[index]}: {text}"),
    ):
        found[index] = tasks.value(result)
    return [found[index] for index in range(len(trials))]


def _candidate_runs(make_cell, trials, protocol, full, settings, left, workers, engine, bar):
    """Yields each candidate's index, and when all its trials are run the recordings and records, or
    a failure."""
    pairs = [(index, position) for index in left for position in range(len(trials))]

    def task(index: int, position: int) -> tasks.Task:
        def work(note):
            model = trials[position].made(make_cell, settings[index])
            with kept() as warnings:
                reduction = model.reduced(settings[index])
            run = running.run_reduced(model, reduction, full[position][0], protocol, engine)
            return (run, reduction.record), warnings

        return tasks.Task(f"{settings[index]} with {trials[position]}", work)

    found: dict[int, dict[int, Any]] = {}
    warned: dict[str, None] = {}
    for task_index, result in tasks.finished([task(*pair) for pair in pairs], workers):
        index, position = pairs[task_index]
        runs = found.setdefault(index, {})
        if not isinstance(result, tasks.Failure):
            result, texts = result
            warned |= dict.fromkeys(texts)
        runs[position] = result
        bar.step(f"{trials[position]}: {_candidates.text_of(settings[index])}")
        if len(runs) == len(trials):
            in_order = [runs[each] for each in range(len(trials))]
            failures = [each for each in in_order if isinstance(each, tasks.Failure)]
            yield index, failures[0] if failures else in_order
    warn_once([warned])


def _keeps_sites(method: Any) -> bool:
    return isinstance(method, str) and bool(_library.traits(method) & _library.Traits.KEEPS_SITES)


def _uses_frequency(method: Any) -> bool:
    """Whether candidates of a method differ by the frequency; so those of what is no method do."""
    traits = _library.traits(method) if isinstance(method, str) else _library.Traits(0)
    return not traits or bool(traits & _library.Traits.USES_FREQUENCY)
