"""How close a reduction comes to a cell, measured by running both."""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Any

from ._display.blocks import Block, Displayed, Table
from ._display.progress import Progress
from ._display.text import faster, number, settings
from ._display.warned import kept, warn_once
from ._engine import compiler
from ._processes import tasks
from ._runs import keeping, native, running
from ._runs.trials import Trial, listed, with_seeds
from ._session.job import check_version
from .comparison import SILENCE, Comparison, compare
from .inputs import Own
from .record import ReductionRecord
from .recording import Recording


@dataclasses.dataclass(frozen=True)
class Case:
    """The runs with one seed and input.

    :ivar seed: what ``make_cell`` was called with.
    :ivar full: of the full cell.
    :ivar reduced: of the reduced cell with the same input.
    :ivar ceilings: of the full cell after changes that should not matter, by what was changed.
    :ivar comparison: of the reduced cell with the full one, and of the ceilings with it.
    :ivar input: what the input is called; empty for the cell's own.
    """

    seed: Any
    full: Recording
    reduced: Recording
    ceilings: dict[str, Recording]
    comparison: Comparison
    input: str = ""


@dataclasses.dataclass(frozen=True)
class Evaluation(Displayed):
    """How close a reduced cell comes to the full one, over seeds and inputs. Can be pickled.

    The numbers are means over the cases, of those where the number is known; nan where it is for
    none. Those that are about spikes are known for seeds with which the full cell fires: two cells
    that never fire have equal spikes, which says nothing. See :class:`Comparison` for what they
    are.

    :ivar record: of the reduction with the first seed.
    :ivar cases: one for each input and seed, in their order.
    """

    record: ReductionRecord
    cases: list[Case]

    @property
    def firing(self) -> int:
        """In how many cases the full cell fires."""
        return sum(not case.comparison.is_silent for case in self.cases)

    @property
    def inputs(self) -> dict[str, Evaluation]:
        """The evaluation of each input alone, by what it is called; the cell's own is ``''``."""
        return {
            name: dataclasses.replace(
                self, cases=[each for each in self.cases if each.input == name]
            )
            for name in dict.fromkeys(each.input for each in self.cases)
        }

    @property
    def rate_error(self) -> float:
        """The relative error of the firing rate."""
        return self._mean("rate_error")

    @property
    def gamma(self) -> float:
        """The coincidence factor of the spikes."""
        return self._mean("gamma")

    @property
    def gamma_share(self) -> float:
        """The coincidence factor as a share of what the full cell reaches with itself; nan without
        ceilings."""
        return self._mean("gamma_share")

    @property
    def synchronization_share(self) -> float:
        """The same of SPIKE-synchronization."""
        return self._mean("synchronization_share")

    @property
    def rmsd(self) -> float:
        """The root of the mean square of the difference of somatic voltages outside spikes, in
        mV."""
        return self._mean("rmsd")

    @property
    def mean_difference(self) -> float:
        """The bias: the difference of mean somatic voltages outside spikes, reduced less full, in
        mV."""
        return self._mean("mean_difference")

    @property
    def speed_up(self) -> float:
        """How many times faster the reduced cell ran, all seeds together."""
        reduced = sum(case.reduced.seconds for case in self.cases)
        return sum(case.full.seconds for case in self.cases) / reduced if reduced else math.nan

    @property
    def notes(self) -> list[str]:
        """What ran the cells, and why, where that is not just NEURON, a sentence each."""
        found: dict[str, list[Case]] = {}
        runs = [
            (which, each, case)
            for case in self.cases
            for which, each in (("full", case.full), ("reduced", case.reduced))
        ]
        if all(each.simulator in ("", "NEURON") for _, each, _ in runs):
            return []
        for which, each, case in runs:
            simulator = "the engine" if native.is_by_engine(each) else each.simulator or "NEURON"
            found.setdefault(f"{which} cell was run by {simulator}", []).append(case)
        return [
            f"The {text}."
            if len(cases) == len(self.cases)
            else f"With {_called(cases)} the {text}."
            for text, cases in found.items()
        ]

    def _mean(self, name: str) -> float:
        return _mean(name, [case.comparison for case in self.cases])

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes what was done and how close it came, for people to read.

        :param path: of the file to write.
        """
        from . import report

        report.write(path, self.record, self)

    def _blocks(self) -> list[Block]:
        """Each seed, by input, their means, and the ceilings' means; then what the reduction
        notes."""
        of_inputs = self.inputs
        first = "seed" if len(of_inputs) == 1 else "input, seed"
        heads = [first, "spikes full", "reduced", *(label for label, _ in _COLUMNS)]
        rows = [[*heads, "times faster"]]
        for name, those in of_inputs.items():
            for case in those.cases:
                found = case.comparison
                numbers = (number(found._known(each)) for _, each in _COLUMNS)
                spikes = map(str, (found.spikes_full, found.spikes_reduced))
                called = str(case.seed)
                if len(of_inputs) > 1:
                    called = f"{name or Own()}, {called}"
                rows.append([called, *spikes, *numbers, number(found.speed_up, 1)])
            if len(of_inputs) > 1 and len(those.cases) > 1:
                rows.append(those._means(f"{name or Own()}, mean"))
        rows.append(self._means("mean" if len(of_inputs) == 1 else "mean of all"))
        for name in self.cases[0].ceilings:
            ceilings = [case.comparison.ceiling[name] for case in self.cases]
            found = [_mean(each, ceilings) for _, each in _COLUMNS]
            rows.append([name, "", "", *map(number, found), ""])
        chosen = settings(self.record.settings)
        first = self.cases[0].comparison
        title = (
            f"{self.record.cell}, full against reduced by method {self.record.method} "
            f"({chosen}), {first.start:g} to {first.stop:g} ms"
        )
        inputs = "input makes" if len(self.cases) == 1 else "inputs make"
        fires = f"{self.firing} of {len(self.cases)} {inputs} the full cell fire"
        if not self.firing:
            fires += f": {SILENCE}"
        return [[title, fires], [Table(rows)], [*self.record.notes, *self.notes]]

    def _means(self, called: str) -> list[str]:
        means = [number(self._mean(name)) for _, name in _COLUMNS]
        return [called, "", "", *means, number(self.speed_up, 1)]

    def __repr__(self) -> str:
        if self.firing:
            spikes = f"rate error {self.rate_error:.3f}, coincidence factor {self.gamma:.3f}"
        else:
            spikes = "the full cell never fires"
        what = "seeds" if len(self.inputs) == 1 else "cases"
        return (
            f"<Evaluation of {self.record.cell}, {len(self.cases)} {what}: {spikes}, RMSD "
            f"{self.rmsd:.3f} mV, {faster(self.speed_up)}>"
        )


def _called(cases: Sequence[Case]) -> str:
    """Some cases by input, and those of an input by their seeds."""
    seeds: dict[str, list[Any]] = {}
    for case in cases:
        seeds.setdefault(case.input, []).append(case.seed)
    return "; ".join(with_seeds(*each) for each in seeds.items())


_COLUMNS = [
    ("rate error", "rate_error"),
    ("Γ", "gamma"),
    ("of ceiling", "gamma_share"),
    ("SPIKE-sync", "spike_synchronization"),
    ("of ceiling", "synchronization_share"),
    ("RMSD (mV)", "rmsd"),
    ("bias (mV)", "mean_difference"),
]


def evaluate(
    make_cell: Callable[[Any], Any],
    *,
    tstop: float,
    tstart: float = 0.0,
    seeds: Iterable[Any] = (1, 2, 3),
    inputs: Iterable[Any] | None = None,
    method: str = "folded",
    frequency: float = 0,
    segments: float = -1,
    dt: float = 0.025,
    v_init: float | None = None,
    celsius: float | None = None,
    ceiling: bool = True,
    sites: Iterable[tuple[str, float]] | None = None,
    keep_sites: bool = False,
    workers: int | None = None,
    full_runs: str | os.PathLike[str] | None = None,
    engine: str = "auto",
    progress: bool = True,
    **options: Any,
) -> Evaluation:
    """Runs a cell and its reduction with the same input, and compares them.

    Each seed, with each input, has a process of its own, forked from this one: the session is left
    as it is, and what it holds is there in each process and runs along, in one thread. There the
    cell is built and run; run with half the time step and with all NetCons' first weights 0.1 %
    larger, which says how close the full cell comes to itself; then reduced, and run again.

    Input is the same in each run where its random streams begin anew at initialisation, as those of
    NEURON 9's NetStims do. For other streams: what ``make_cell`` returns, or one of the things in
    the tuple, may have a method ``reset``, which is called before each run.

    :param make_cell: called with a seed, builds a cell in the NEURON session and returns ``(cell,
        synapses, netcons)``, as :func:`reduce` takes them, perhaps followed by more to keep alive;
        or an object with these three as attributes.
    :param tstop: how long a run is, in ms.
    :param tstart: from when the recordings are compared, in ms: what comes before is the start.
    :param seeds: what ``make_cell`` is called with, one after the other.
    :param inputs: what the cell is driven by, one after the other, such as those of
        :mod:`neuron_reduce.inputs`: its own input at rates that rise, correlated, a volley to one
        branch, currents, a spike that travels back. Those that do not differ between seeds are used
        with the first one. None for the cell's own input alone.
    :param method: name of the method, see :func:`reduce`; likewise ``frequency`` and ``segments``.
    :param dt: the time step, fixed, in ms.
    :param v_init: the initial potential in mV; None for the session's, after ``make_cell``.
    :param celsius: the temperature in °C; None for the session's, after ``make_cell``.
    :param ceiling: whether to run the full cell with changes that should not matter.
    :param sites: where to record beside the soma: pairs of a section's name, with or without that
        of its cell, and a position on it. Three places on the largest dendrite if None.
    :param keep_sites: whether the reduction keeps these as compartments of their own: they are then
        the ``sites`` of :func:`reduce` too, which ``'folded'`` alone has.
    :param workers: how many processes run at once, as many as there are processors if None. The
        times of the runs are processor times, most telling with 1.
    :param full_runs: path of a directory, made if need be, in which the full cell's runs are kept,
        a file for each seed as it is finished. What is there is not run again, for other methods
        or settings. How a run is found, and when a new directory is needed, is as for the full runs
        beside the ``results`` of :func:`tune`.
    :param engine: what runs the cells: ``'neuron'``; ``'native'`` for the engine, see
        :func:`compile`; ``'auto'`` for the engine where it can and where that saves time, and
        NEURON elsewhere: ``notes`` of the result says which, and why. The potentials are the same
        within 1e-6 mV while subthreshold, and spikes are in the same steps. Times are those of what
        ran the cells: the engine gains most where there is most to compute, so that it makes a
        reduction's ``speed_up`` another one.
    :param progress: whether to tell how far it is, with tqdm where that is installed.
    :param options: further arguments of :func:`reduce`.
    :raises ArgumentError: an argument has no meaning, or ``make_cell`` returns something else.
    :raises SimulatorError: the session cannot be copied to another process.
    :raises WorkerError: a process ended before it was done; the message says how.
    :raises NeuronReduceError: the reduction raised it; likewise what ``make_cell`` raises.
    :raises OSError: the directory cannot be made, or a file in it not written.
    """
    check_version()
    protocol = running.Protocol.checked(tstop, dt, v_init, celsius, sites)
    engine = native.checked(engine)
    tstart = running.start(tstart, protocol)
    trials = listed(seeds, inputs, protocol.tstop)
    kept_sites = running.kept_sites(keep_sites, protocol)
    arguments = running.reduction_arguments(method, frequency, segments, options | kept_sites)
    workers = running.worker_count(workers, tasks.processor_count())
    running.check_that_it_can_run(make_cell)
    keeper = None if full_runs is None else keeping.FullRuns(pathlib.Path(full_runs))

    def task(trial: Trial) -> tasks.Task:
        def work(note):
            model = trial.made(make_cell, options)
            with kept():
                source = running.reduced_in_copy(model, protocol, arguments, engine)
            with compiler.ahead(source):
                if keeper is None:
                    full, ceilings = running.run_full(model, protocol, ceiling, note, engine)
                else:
                    full, ceilings = keeper.run(
                        model, protocol, trial.key, note, bool(ceiling), engine
                    )
                with kept() as warnings:
                    reduction = model.reduced(arguments)
                reduced = running.run_reduced(model, reduction, full, protocol, engine)
            note(f"reduced cell, {reduced.seconds:.1f} s")
            return (full, ceilings, reduced, reduction.record), warnings

        return tasks.Task(str(trial), work)

    found: dict[int, Any] = {}
    runs = 2 + len(running.CEILINGS) * bool(ceiling)
    with Progress("evaluate", runs * len(trials), progress) as bar:

        def noted(index: int, text: str) -> None:
            bar.step(f"{trials[index]}: {text}")

        for index, result in tasks.finished(list(map(task, trials)), workers, noted):
            found[index] = tasks.value(result)
    runs, texts = zip(*(found[index] for index in range(len(trials))), strict=True)
    warn_once(texts)
    return evaluation_of(trials, runs, tstart)


def evaluation_of(
    trials: Sequence[Trial],
    runs: Sequence[tuple[Recording, dict[str, Recording], Recording, ReductionRecord]],
    tstart: float = 0.0,
) -> Evaluation:
    """The evaluation of some trials' runs: full, ceilings, reduced, and the reduction's record."""
    cases = [
        Case(
            trial.seed,
            full,
            reduced,
            ceilings,
            compare(full, reduced, tstart=tstart, ceilings=ceilings),
            trial.input,
        )
        for trial, (full, ceilings, reduced, _) in zip(trials, runs, strict=True)
    ]
    return Evaluation(runs[0][3], cases)


def _mean(name: str, comparisons: Sequence[Comparison]) -> float:
    """The mean of a number over the comparisons where it is known."""
    known = [value for each in comparisons if not math.isnan(value := each._known(name))]
    return fmean(known) if known else math.nan
