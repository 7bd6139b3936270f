"""Finds gains of a reduced cell's dendrites by which it comes closer to the full one's soma.

Full and reduced cell are run by the engine, in a copy of the process: the session stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h

from .._engine.cells import soma_of
from .._processes import tasks
from .._session import collect
from .._session.done import Done
from .._session.job import Job
from ..calibration import Calibration, Comparison, Moments
from ..engine import Engine, compile
from ..errors import ArgumentError, EngineError, MissingPackageError

_CEILING_MV = -40.0
"""Potentials above count as this: moments are not those of spikes, which the rate has."""

_START = 0.2
"""The share of a run that does not count."""

_LARGEST_GAIN = 2.0

_STIFFNESS = 0.02
"""Of ln² of each gain: one of 1.5, or 1 / 1.5, costs as much as a mean that is off by 6 % of a
standard deviation. What changes nothing stays as it is."""

_LEAST_DEVIATION_MV = 0.5
"""What differences of means are measured in at least: less is nothing to fit gains to."""

_GENERATIONS = 12
_INDIVIDUALS = 4
"""Of a generation, times the number of gains."""

_TIME_LIMIT_SECONDS = 24 * 3600.0


_EXPECTED = "the duration of a run in ms, at least 100, a dictionary of gains, or None"


def checked(asked: Any) -> float | dict[str, float]:
    """What ``calibrate`` is: a duration in ms, or gains.

    :raises ArgumentError: it is neither.
    :raises MissingPackageError: it is a duration, and scipy is not installed.
    """
    if isinstance(asked, Mapping):
        return {
            collect.name(name, "calibrate", "names of gains"): collect.number(
                factor, f"calibrate[{name!r}]", "a factor greater than 0"
            )
            for name, factor in asked.items()
        }
    found = collect.number(asked, "calibrate", _EXPECTED)
    if not 100 <= found < math.inf:
        raise ArgumentError(f"calibrate is {collect.described(asked)}; expected {_EXPECTED}")
    try:
        import scipy.optimize  # noqa: F401
    except ImportError:
        raise MissingPackageError(
            "gains are found with the package scipy, which is not installed here; install it with "
            "`pip install scipy`, or this package as `pip install '.[calibrate]'`"
        ) from None
    return found


def calibration(job: Job, duration: float) -> Calibration:
    """Finds a job's gains; the job is not done.

    :param duration: of the runs in ms.
    :raises EngineError: the engine cannot run the cell.
    :raises WorkerError: the process ended before it was done.
    :raises NeuronReduceError: the reduction raised it.
    """
    # What the reduction refuses it refuses before the full cell is run.
    tasks.call("calibrate", _try, job, timeout=_TIME_LIMIT_SECONDS)
    return tasks.call("calibrate", _in_copy, job, duration, timeout=_TIME_LIMIT_SECONDS)


def _try(job: Job) -> None:
    job.run()


def _in_copy(job: Job, duration: float) -> Calibration:
    try:
        return _found(job, duration)
    except EngineError as error:
        raise EngineError(f"calibrate runs the cell in the engine, which cannot: {error}") from None


def _found(job: Job, duration: float) -> Calibration:
    cell, synapses, netcons = job.subject
    soma = soma_of(cell)[0]
    # Not the session's own: what it runs afterwards, as evaluate() does, is to be no run that gains
    # were fitted to.
    own = int(h.Random().Random123_globalindex())
    runs = _Runs(duration, soma(0.5), [(own + each) % 2**32 for each in (1, 2)])
    full = runs.of(compile(cell, synapses, netcons))
    done = job.run()
    engine = compile(done.cell, done.synapses, done.netcons)
    gains = _Gains(done)
    if not gains.names:
        raise ArgumentError(
            f"calibrate is {duration:g}, and the dendrites of {job.name} have nothing that it "
            "could change; expected synapses, a leak or channels"
        )
    factors = _fitted(gains, lambda each: runs.fitted(engine, gains, each), full[0])
    before, after = (runs.of(engine, gains, each) for each in (np.ones(len(factors)), factors))
    fit, check = (Comparison(*each) for each in zip(full, before, after, strict=True))
    found = dict(zip(gains.names, map(float, factors), strict=True))
    before, after = (_distance(each, check.full) for each in (check.before, check.after))
    is_closer = after + _stiffness(np.log(factors)) < before
    return Calibration(found if is_closer else {}, fit, check, duration, found)


class _Runs:
    """Runs of one duration, with two seeds: the two after that of the session.

    Input that is not random is the same with both: then the second run is what comes after the
    first, in one that is twice as long.
    """

    def __init__(self, duration: float, soma: Any, seeds: Sequence[int]):
        self._duration = duration
        self._soma = soma
        self._seeds = seeds
        self._is_random = True

    def of(
        self, engine: Engine, gains: _Gains | None = None, factors: np.ndarray | None = None
    ) -> list[Moments]:
        """Of the run that is fitted, and of the other one."""
        changes = {} if gains is None else gains.changes(np.stack([factors, factors]))
        if self._is_random:
            found = self._batch(engine, self._seeds, self._duration, changes)
            one, other = (np.asarray(found[index].v[0]) for index in range(2))
            self._is_random = gains is not None or not np.array_equal(one, other)
        if self._is_random:
            return [self._moments(found, index, 0.0) for index in range(2)]
        found = self._batch(engine, self._seeds[:1] * 2, 2 * self._duration, changes)
        return [self._moments(found, 0, start) for start in (0.0, self._duration)]

    def fitted(self, engine: Engine, gains: _Gains, factors: np.ndarray) -> list[Moments]:
        """Of the run that is fitted, with several gains, shaped (n, gains)."""
        seeds = self._seeds[:1] * len(factors)
        found = self._batch(engine, seeds, self._duration, gains.changes(factors))
        return [self._moments(found, index, 0.0) for index in range(len(factors))]

    def _batch(self, engine: Engine, seeds: Sequence[int], tstop: float, changes: dict) -> Any:
        return engine.run_batch(seeds, tstop, record=[self._soma], **changes)

    def _moments(self, trials: Any, index: int, start: float) -> Moments:
        begin, end = start + _START * self._duration, start + self._duration
        if trials.problems[index]:
            return Moments(math.inf, math.inf, math.inf)
        counts = (trials.t >= begin) & (trials.t <= end)
        potential = np.minimum(trials.v[index, 0][counts], _CEILING_MV)
        spikes = trials.spikes[index][0]
        count = np.count_nonzero((spikes >= begin) & (spikes <= end))
        rate = float(1e3 * count / (end - begin))
        return Moments(float(potential.mean()), float(potential.std()), rate)


class _Gains:
    """What can be changed of a reduced cell, and by which of a batch's arguments."""

    def __init__(self, done: Done):
        outcome = done.outcome
        parameters = [outcome.gain_parameters(index) for index in range(len(outcome.gains))]
        # The engine changes no arrays: what has one is not tried, as it would be in part.
        tried = [
            index
            for index, names in enumerate(parameters)
            if not any("[" in name for name in names)
        ]
        self.names = [outcome.gains[index] for index in tried]
        self._cables = tuple(done.cables)
        self._parameters = [parameters[index] for index in tried]
        self._netcons: list[list[Any]] = [[] for _ in tried]
        gains = outcome.gains_of_connections
        listed = set(done.netcons)
        # Those in no list come after the others, and have the gain of the point process.
        gain_of = {netcon.syn(): gain for netcon, gain in zip(done.netcons, gains, strict=False)}
        others = [
            netcon
            for netcon in h.List("NetCon")
            if netcon not in listed and netcon.syn() in gain_of
        ]
        for netcon in [*done.netcons, *others]:
            if (gain := gain_of[netcon.syn()]) >= 0:
                self._netcons[tried.index(gain)].append(netcon)

    def changes(self, factors: np.ndarray) -> dict[str, Any]:
        """:param factors: shaped (trials, gains)."""
        weights: dict[Any, Any] = {}
        parameters: dict[Any, Any] = {}
        for index, own in enumerate(factors.T):
            weights |= dict.fromkeys(self._netcons[index], own)
            parameters |= {(self._cables, name): own for name in self._parameters[index]}
        return {"weights": weights or None, "factors": parameters or None}


def _distance(found: Moments, full: Moments) -> float:
    """How far two somas are apart: by means and standard deviations, in those of the full cell, and
    by rates."""
    one, other = (max(each.deviation, _LEAST_DEVIATION_MV) for each in (found, full))
    if not math.isfinite(found.mean):
        return math.inf
    return (
        ((found.mean - full.mean) / other) ** 2
        + math.log(one / other) ** 2
        + ((found.rate - full.rate) / (full.rate + 1)) ** 2
    )


def _stiffness(logarithms: np.ndarray) -> Any:
    """What gains cost, shaped (…, gains)."""
    return _STIFFNESS * (logarithms**2).sum(axis=-1)


def _fitted(gains: _Gains, run: Callable[[np.ndarray], list[Moments]], full: Moments) -> np.ndarray:
    """Gains, by differential evolution of their logarithms."""
    from scipy import optimize

    def costs(logarithms: np.ndarray) -> np.ndarray:
        trials = logarithms.reshape(len(gains.names), -1).T
        distances = [_distance(each, full) for each in run(np.exp(trials))]
        return np.minimum(distances, 1e6) + _stiffness(trials)

    bound = math.log(_LARGEST_GAIN)
    found = optimize.differential_evolution(
        costs,
        [(-bound, bound)] * len(gains.names),
        popsize=_INDIVIDUALS,
        maxiter=_GENERATIONS,
        x0=np.zeros(len(gains.names)),
        vectorized=True,
        updating="deferred",
        polish=False,
        seed=1,
    )
    return np.exp(found.x)
