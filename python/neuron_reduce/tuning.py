"""The settings of a reduction that come close enough and run fastest."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import os
import pathlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from neuron import hoc

from . import _distribution
from ._display.blocks import Block, Displayed, Table
from ._display.progress import Progress
from ._display.text import number
from ._display.warned import kept, warn_once
from ._processes import tasks
from ._runs import keeping, running
from ._session import collect
from ._session.job import check_version
from .comparison import SILENCE
from .errors import ArgumentError
from .evaluation import Evaluation, evaluation_of

_AT_OPERATING_POINT = "lumped"
"""The method whose impedances are those of the steady state, whatever the frequency."""

_CHOSEN = ("method", "frequency", "segments")
_MEASURED = ("rate_error", "gamma", "gamma_share", "synchronization_share", "rmsd", "speed_up")


def _of_rate(found: Evaluation) -> float:
    return found.rate_error


def _of_timing(found: Evaluation) -> float:
    return _missing(found, found.gamma_share)


def _of_synchronization(found: Evaluation) -> float:
    return _missing(found, found.synchronization_share)


def _missing(found: Evaluation, share: float) -> float:
    """What is missing of what the full cell reaches with itself."""
    return math.nan if math.isnan(_of_rate(found) + share) else max(1.0 - share, 0.0)


def _of_spikes(found: Evaluation) -> float:
    timing = _of_timing(found)
    return math.nan if math.isnan(timing) else max(_of_rate(found), timing)


ERRORS: dict[str, Callable[[Evaluation], float]] = {
    "spikes": _of_spikes,
    "rate": _of_rate,
    "timing": _of_timing,
    "synchronization": _of_synchronization,
    "voltage": lambda found: found.rmsd,
}
"""The measures of error by name: see :func:`tune`."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One setting that was tried.

    :ivar method: see :func:`reduce`; likewise ``frequency`` (Hz) and ``segments``.
    :ivar error: by the measure of the tuning; nan where it cannot be said, as for a cell that never
        fires, or where the reduction failed.
    :ivar rate_error: as in :class:`Evaluation`; likewise ``gamma``, ``gamma_share``,
        ``synchronization_share``, ``rmsd`` (mV) and ``speed_up``.
    :ivar seconds: the processor time of the reduced cell's runs, all seeds together.
    :ivar segments_reduced: segments of the reduced cell, soma and axon included.
    :ivar point_processes_reduced: point processes that remain.
    :ivar problem: why the reduction failed; None where it did not.
    :ivar evaluation: the runs; None where the candidate comes from the results file or failed.
    """

    method: str
    frequency: float
    segments: float
    error: float = math.nan
    rate_error: float = math.nan
    gamma: float = math.nan
    gamma_share: float = math.nan
    synchronization_share: float = math.nan
    rmsd: float = math.nan
    speed_up: float = math.nan
    seconds: float = math.nan
    segments_reduced: int = 0
    point_processes_reduced: int = 0
    problem: str | None = None
    evaluation: Evaluation | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def settings(self) -> dict[str, Any]:
        """What :func:`reduce` takes to make this reduction."""
        return {"method": self.method, "frequency": self.frequency, "segments": self.segments}


@dataclasses.dataclass(frozen=True)
class Tuning(Displayed):
    """What was tried, and what came of it. Can be pickled.

    :ivar candidates: all that was tried, in the order of the arguments.
    :ivar max_error: up to which error a candidate will do.
    :ivar measure: name of the measure of error.
    """

    candidates: list[Candidate]
    max_error: float
    measure: str

    @property
    def best(self) -> Candidate | None:
        """Of those whose error is within the tolerance the one that runs fastest; None where there
        is none: see ``nearest``."""
        within = [each for each in self.candidates if each.error <= self.max_error]
        return min(within, key=lambda each: each.seconds, default=None)

    @property
    def nearest(self) -> Candidate | None:
        """The one with the smallest error; None where no error is known."""
        known = [each for each in self.candidates if not math.isnan(each.error)]
        return min(known, key=lambda each: (each.error, each.seconds), default=None)

    @property
    def front(self) -> list[Candidate]:
        """Those that no other beats in both speed and error, the fastest first."""
        front = []
        known = [each for each in self.candidates if not math.isnan(each.error)]
        for each in sorted(known, key=lambda each: (-each.speed_up, each.error)):
            if not front or each.error < front[-1].error:
                front.append(each)
        return front

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Draws the candidates' speed-up against their error, and the front of those that no other
        beats.

        :param path: of the file to write: ``.html`` by Plotly, anything else by matplotlib.
        :raises ImportError: what draws it is not installed.
        :raises ArgumentError: no candidate's error is known.
        """
        if not self.front:
            raise ArgumentError("no candidate's error is known; expected at least one to draw")
        if pathlib.Path(path).suffix.lower() == ".html":
            _plot_with_plotly(self, path)
        else:
            _plot_with_matplotlib(self, path)

    def _blocks(self) -> list[Block]:
        """What to use, and a table of all candidates, the fastest first."""
        rows = [
            [
                *("", "method", "frequency (Hz)", "segments", "nseg", "times faster", "error"),
                *("rate error", "Γ", "of ceiling", "RMSD (mV)", ""),
            ]
        ]
        for each in sorted(self.candidates, key=lambda one: (math.isnan(one.error), one.seconds)):
            mark = "*" if each is self.best else "+" if each.error <= self.max_error else ""
            rows.append(
                [
                    *(mark, each.method, f"{each.frequency:g}", f"{each.segments:g}"),
                    *(str(each.segments_reduced or "-"), number(each.speed_up, 1)),
                    *(number(each.error), number(each.rate_error), number(each.gamma)),
                    *(number(each.gamma_share), number(each.rmsd), each.problem or ""),
                ]
            )
        lines = [f"{self._claim()} ({self.measure}, at most {self.max_error:g})"]
        ran = [each for each in self.candidates if each.problem is None]
        if ran and all(math.isnan(each.rate_error) for each in ran):
            lines.append(f"{SILENCE}; error='voltage' compares potentials")
        return [lines, [Table(rows, left=(0, 1, 11))]]

    def __repr__(self) -> str:
        return f"<Tuning of {len(self.candidates)} candidates; {self._claim()}>"

    def _claim(self) -> str:
        if self.best is not None:
            return f"best: {_claim(self.best)}"
        if self.nearest is not None:
            return f"none is within the tolerance; nearest: {_claim(self.nearest)}"
        return "no candidate's error is known"


def tune(
    make_cell: Callable[[Any], Any],
    max_error: float = 0.05,
    *,
    tstop: float = 1000,
    tstart: float = 0.0,
    seeds: Iterable[Any] = (1,),
    methods: Iterable[str] = ("lumped", "classic"),
    frequencies: Iterable[float] = (0, 20, 50, 100),
    segments: Iterable[float] = (-1, 20, 40),
    error: str | Callable[[Evaluation], float] = "spikes",
    dt: float = 0.025,
    v_init: float | None = None,
    celsius: float | None = None,
    sites: Iterable[tuple[str, float]] | None = None,
    workers: int | None = None,
    results: str | os.PathLike[str] | None = None,
    progress: bool = True,
    **options: Any,
) -> Tuning:
    """Tries settings of a reduction, and finds the fastest whose error is small enough.

    Every combination of method, frequency and segments is a candidate. The full cell is run once
    for each seed, and with changes that should not matter; then each candidate is built, reduced
    and run in a process of its own, forked from this one. See :func:`evaluate` for how cells are
    run.

    The measures of error, each from means over the seeds:

    - ``'spikes'``: the greater one of the relative error of the firing rate and of what is missing
      of spike timing, 1 less the coincidence factor Γ as a share of what the full cell reaches with
      itself. With 0.05 the rate is right to 5 %, and 95 % of the precision that can be asked for is
      there;
    - ``'rate'`` and ``'timing'``: the one and the other of these two;
    - ``'synchronization'``: as timing, with SPIKE-synchronization in the place of Γ;
    - ``'voltage'``: the RMSD of somatic voltages outside spikes, in mV: for cells that do not fire.

    :param make_cell: as for :func:`evaluate`; likewise ``dt``, ``v_init``, ``celsius``, ``sites``,
        ``workers``, ``progress`` and ``options``.
    :param max_error: up to which error a candidate will do.
    :param tstop: how long a run is, in ms.
    :param tstart: from when the recordings are compared, in ms.
    :param seeds: what ``make_cell`` is called with; the errors are means over them.
    :param methods: names of methods, see :func:`reduce`; likewise ``frequencies``, in Hz, and
        ``segments``. ``'lumped'`` is tried with the first frequency only: it has no use for one.
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
    tstart = running.start(tstart, protocol)
    max_error = collect.number(max_error, "max_error", "a number")
    measure, measured = _measure(error)
    seeds = running.listed(seeds, "seeds", "the seeds to call make_cell with, at least one")
    frequencies = running.listed(frequencies, "frequencies", "frequencies in Hz, at least one")
    settings = [
        running.reduction_arguments(*each, options)
        for each in itertools.product(
            running.listed(methods, "methods", "names of methods, at least one"),
            frequencies,
            running.listed(segments, "segments", "numbers of segments, at least one"),
        )
        if each[0] != _AT_OPERATING_POINT or each[1] == frequencies[0]
    ]
    workers = running.worker_count(workers, tasks.processor_count())
    running.check_that_it_can_run()
    file = _Results(results)

    full_runs = (1 + len(running.CEILINGS)) * len(seeds)
    with Progress("tune", full_runs + len(settings) * len(seeds), progress) as bar:
        full = _full_runs(make_cell, seeds, protocol, file.full_runs, workers, bar)
        prefix = _fingerprint(full, protocol, tstart, seeds, _identity(error))
        keys = [f"{prefix}-{_hash(_canonical(each))}" for each in settings]
        found = {index: file.found[key] for index, key in enumerate(keys) if key in file.found}
        if found:
            bar.step(f"{len(found)} candidates in {results}", len(found) * len(seeds))
        left = [index for index in range(len(settings)) if index not in found]
        runs = _candidate_runs(make_cell, seeds, protocol, full, settings, left, workers, bar)
        first_failure = None
        for index, runs_of_seeds in runs:
            if isinstance(runs_of_seeds, tasks.Failure):
                first_failure = first_failure or runs_of_seeds
                found[index] = _candidate(settings[index], problem=str(runs_of_seeds.error))
                continue
            evaluation = evaluation_of(
                seeds,
                [(*full[position], *run) for position, run in enumerate(runs_of_seeds)],
                tstart,
            )
            found[index] = _evaluated(settings[index], evaluation, measured)
            file.add(keys[index], found[index])
    if first_failure and all(each.problem for each in found.values()):
        raise first_failure.error
    return Tuning([found[index] for index in range(len(settings))], max_error, measure)


def _full_runs(
    make_cell, seeds, protocol, kept: keeping.FullRuns | None, workers, bar
) -> list[keeping.Runs]:
    """The full cell's runs with each seed, in their order."""

    def task(seed) -> tasks.Task:
        def work(note):
            model = running.Model.made(make_cell, seed)
            if kept is None:
                return running.run_full(model, protocol, True, note)
            return kept.run(model, protocol, seed, note)

        return tasks.Task(f"the full cell with seed {seed}", work)

    found = {}
    for index, result in tasks.finished(
        [task(seed) for seed in seeds],
        workers,
        lambda index, text: bar.step(f"seed {seeds[index]}: {text}"),
    ):
        found[index] = tasks.value(result)
    return [found[index] for index in range(len(seeds))]


def _candidate_runs(make_cell, seeds, protocol, full, settings, left, workers, bar):
    """Yields each candidate's index, and when all its seeds are run the recordings and records, or
    a failure."""
    pairs = [(index, position) for index in left for position in range(len(seeds))]

    def task(index: int, position: int) -> tasks.Task:
        def work(note):
            model = running.Model.made(make_cell, seeds[position])
            with kept() as warnings:
                reduction = model.reduced(settings[index])
            sites = tuple(full[position][0].dendrites)
            run = running.run_reduced(model, reduction, sites, protocol)
            return (run, reduction.record), warnings

        return tasks.Task(f"{settings[index]} with seed {seeds[position]}", work)

    found: dict[int, dict[int, Any]] = {}
    warned: dict[str, None] = {}
    for task_index, result in tasks.finished([task(*pair) for pair in pairs], workers):
        index, position = pairs[task_index]
        runs = found.setdefault(index, {})
        if not isinstance(result, tasks.Failure):
            result, texts = result
            warned |= dict.fromkeys(texts)
        runs[position] = result
        bar.step(f"seed {seeds[position]}: {_settings_text(settings[index])}")
        if len(runs) == len(seeds):
            in_order = [runs[each] for each in range(len(seeds))]
            failures = [each for each in in_order if isinstance(each, tasks.Failure)]
            yield index, failures[0] if failures else in_order
    warn_once([warned])


def _measure(error) -> tuple[str, Callable[[Any], float]]:
    """The name of a measure of error, and what computes it."""
    if callable(error):
        return getattr(error, "__qualname__", type(error).__qualname__), error
    if isinstance(error, str) and error in ERRORS:
        return error, ERRORS[error]
    raise ArgumentError(
        f"error is {collect.described(error)}; expected one of {list(ERRORS)}, or a function from "
        "an Evaluation to a number"
    )


def _identity(error) -> str:
    """What stands for a measure in the keys of the results file: of a function that another may
    have the name of a text that never occurs again."""
    if isinstance(error, str):
        return error
    name = getattr(error, "__qualname__", "<unnamed>")
    if "<" in name:
        return f"{name} {uuid.uuid4().hex}"
    return f"{getattr(error, '__module__', '')}.{name}"


def _candidate(settings: dict[str, Any], **others) -> Candidate:
    chosen = {name: settings[name] for name in _CHOSEN}
    return Candidate(**chosen, **others)


def _evaluated(
    settings: dict[str, Any], evaluation: Evaluation, measured: Callable[[Any], float]
) -> Candidate:
    error = float(measured(evaluation))
    return _candidate(
        settings,
        error=error if math.isfinite(error) else math.nan,
        **{name: getattr(evaluation, name) for name in _MEASURED},
        seconds=sum(case.reduced.seconds for case in evaluation.cases),
        segments_reduced=evaluation.record.segments_reduced,
        point_processes_reduced=evaluation.record.point_processes_reduced,
        evaluation=evaluation,
    )


class _Results:
    """The file that keeps finished candidates, and the directory beside it for the full runs.

    :ivar found: the candidates that it had, by their keys.
    :ivar full_runs: None where nothing is to be kept.
    """

    def __init__(self, path):
        self.found: dict[str, Candidate] = {}
        self.full_runs: keeping.FullRuns | None = None
        self._path = None if path is None else pathlib.Path(path)
        if self._path is None:
            return
        self._path.touch()
        self.full_runs = keeping.FullRuns(self._path.with_name(f"{self._path.name}.full"))
        names = {each.name for each in dataclasses.fields(Candidate)}
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                values = {name: entry[name] for name in entry.keys() & names}
                self.found[entry["key"]] = Candidate(
                    **{name: math.nan if value is None else value for name, value in values.items()}
                )
            except (ValueError, TypeError, KeyError, AttributeError):
                # A line that was being written when the process was ended, or of something else.
                continue

    def add(self, key: str, candidate: Candidate) -> None:
        """Adds a candidate, at once and in one piece."""
        if self._path is None:
            return
        entry = {"key": key}
        for each in dataclasses.fields(Candidate):
            value = getattr(candidate, each.name)
            if each.name not in ("evaluation", "problem"):
                # JSON has no nan and no infinity.
                is_lost = isinstance(value, float) and not math.isfinite(value)
                entry[each.name] = None if is_lost else value
        data = json.dumps(entry).encode() + b"\n"
        with open(self._path, "ab+") as stream:
            end = stream.seek(0, os.SEEK_END)
            if end:
                stream.seek(end - 1)
                if stream.read(1) != b"\n":
                    data = b"\n" + data
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def _fingerprint(full, protocol, tstart: float, seeds, measure: str) -> str:
    """What a candidate's numbers depend on beside its own settings: what was run, by what."""
    digest = hashlib.sha256()
    for recording, ceilings in full:
        for each in (recording, *ceilings.values()):
            digest.update(each.time.tobytes())
            digest.update(each.soma.tobytes())
    described = [
        dataclasses.asdict(protocol),
        tstart,
        [repr(seed) for seed in seeds],
        measure,
        _distribution.version(),
    ]
    digest.update(_canonical(described).encode())
    return digest.hexdigest()[:16]


def _canonical(value) -> str:
    """A text that is equal for equal settings, whatever the order of dictionaries."""
    return json.dumps(value, sort_keys=True, default=_described)


def _described(value):
    """What JSON knows instead of a value. An array's text has dots in the place of most numbers."""
    if isinstance(value, np.generic) and not value.dtype.hasobject:
        return value.item()
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return [value.dtype.str, list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
    if isinstance(value, hoc.HocObject) and value.hname().startswith("Vector["):
        return list(value)
    return repr(value)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _claim(candidate: Candidate) -> str:
    label, faster = _label(candidate), candidate.speed_up
    return f"{label}, {faster:.1f} times faster, error {candidate.error:.3f}"


def _label(candidate: Candidate) -> str:
    return _settings_text(candidate.settings)


def _settings_text(settings: dict[str, Any]) -> str:
    method, frequency, segments = (settings[name] for name in _CHOSEN)
    return f"{method} at {frequency:g} Hz, segments {segments:g}"


def _by_method(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {}
    for each in candidates:
        if not math.isnan(each.error):
            found.setdefault(each.method, []).append(each)
    return found


def _plot_with_plotly(tuning: Tuning, path) -> None:
    try:
        from plotly import graph_objects
    except ImportError:
        raise ImportError(
            f"'{path}' is drawn by Plotly, which is not installed; expected it (pip install "
            "plotly), or a path that ends in .png, .svg or .pdf, which matplotlib draws"
        ) from None
    figure = graph_objects.Figure()
    for method, candidates in _by_method(tuning.candidates).items():
        figure.add_scatter(
            x=[each.speed_up for each in candidates],
            y=[each.error for each in candidates],
            text=[_label(each) for each in candidates],
            mode="markers",
            name=method,
        )
    figure.add_scatter(
        x=[each.speed_up for each in tuning.front],
        y=[each.error for each in tuning.front],
        mode="lines",
        name="front",
    )
    figure.add_hline(y=tuning.max_error, line_dash="dot")
    figure.update_layout(xaxis_title="times faster", yaxis_title=f"error ({tuning.measure})")
    figure.write_html(str(path))


def _plot_with_matplotlib(tuning: Tuning, path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            f"'{path}' is drawn by matplotlib, which is not installed; expected it (pip install "
            "matplotlib), or a path that ends in .html, which Plotly draws"
        ) from None
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    for method, candidates in _by_method(tuning.candidates).items():
        axes.plot(
            [each.speed_up for each in candidates],
            [each.error for each in candidates],
            "o",
            label=method,
        )
    front = tuning.front
    axes.plot([each.speed_up for each in front], [each.error for each in front], "k-", lw=1)
    for each in front:
        axes.annotate(
            f"{each.frequency:g} Hz, {each.segments:g}",
            (each.speed_up, each.error),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=8,
        )
    axes.axhline(tuning.max_error, color="gray", linestyle=":", label="tolerance")
    axes.set_xlabel("times faster")
    axes.set_ylabel(f"error ({tuning.measure})")
    axes.legend()
    figure.savefig(path)
