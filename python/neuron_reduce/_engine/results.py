"""What a compiled cell's run gives."""

from __future__ import annotations

import dataclasses
import errno
import os
import pathlib
import uuid
from collections.abc import Sequence

import numpy as np

from ..errors import ArgumentError


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """One run of a compiled cell: n times, k recorded variables.

    The arrays cannot be written to: copy what is to change.

    :ivar t: in ms, from 0, a time for each step and one for the beginning, as ``h.t`` has it at
        these; shaped (n,).
    :ivar v: what ``record=`` named, in that order, in NEURON's units (mV for potentials): at each
        time of ``t``, shaped (k, n).
    :ivar labels: of the rows of ``v``, k of them, such as ``soma[0](0.5).v``, ``dend[3](0.1).hh.m``
        and ``Exp2Syn[12].g``.
    :ivar spikes: in ms, for each place where spikes were to be found an array of its own; empty
        where none were asked for.
    :ivar seconds: of wall time that the run took.
    """

    t: np.ndarray
    v: np.ndarray
    labels: tuple[str, ...] = ()
    spikes: tuple[np.ndarray, ...] = ()
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.v.shape != (len(self.labels), len(self.t)):
            raise ValueError(
                f"v has the shape {self.v.shape}; expected ({len(self.labels)}, {len(self.t)})"
            )
        for each in (self.t, self.v, *self.spikes):
            each.flags.writeable = False

    def __getitem__(self, label: str) -> np.ndarray:
        """A recorded variable by its label, shaped (n,).

        :raises ArgumentError: nothing of this label was recorded.
        """
        try:
            return self.v[self.labels.index(label)]
        except ValueError:
            raise ArgumentError(
                f"nothing with the label {label!r} was recorded; expected one of "
                f"{_some(self.labels)}"
            ) from None

    def __repr__(self) -> str:
        until = f"{self.t[-1]:g} ms" if len(self.t) else "nothing"
        count = sum(map(len, self.spikes))
        return f"Run of {until}: {_some(self.labels)}; {count} spikes"


@dataclasses.dataclass(frozen=True, eq=False)
class Trials:
    """Runs of a compiled cell with one thing or another changed: m trials, n times, k variables.

    The arrays cannot be written to.

    :ivar t: in ms, shaped (n,).
    :ivar v: what ``record=`` named, in NEURON's units; nan in trials that are not finished; shaped
        (m, k, n).
    :ivar labels: of the k variables, as those of :class:`Run`.
    :ivar spikes: for each trial and each place where spikes were to be found their times in ms.
    :ivar seeds: of the trials, shaped (m,); None where none were given.
    :ivar is_finished: whether a trial was run to its end, shaped (m,): all are, unless the batch
        was interrupted, or a potential ceased to be a number.
    :ivar problems: for each trial why it could not go on; empty where it did.
    :ivar seconds: of wall time that the batch took.
    """

    t: np.ndarray
    v: np.ndarray
    labels: tuple[str, ...]
    spikes: tuple[tuple[np.ndarray, ...], ...]
    seeds: np.ndarray | None
    is_finished: np.ndarray
    problems: tuple[str, ...]
    seconds: float

    def __post_init__(self) -> None:
        arrays = [self.t, self.v, self.is_finished, *(each for all in self.spikes for each in all)]
        for each in arrays:
            each.flags.writeable = False

    def __len__(self) -> int:
        return len(self.spikes)

    def __getitem__(self, trial: int) -> Run:
        """One trial.

        :raises IndexError: there is none of that number.
        :raises ArgumentError: it is not finished.
        """
        spikes = self.spikes[trial]
        if not self.is_finished[trial]:
            why = self.problems[trial] or "the batch was interrupted"
            raise ArgumentError(f"trial {trial} is not finished: {why}")
        return Run(self.t, self.v[trial], self.labels, spikes)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file of numpy's (``numpy.load`` reads it), all of it or nothing.

        It has ``t``, ``v``, ``labels``, ``is_finished``, ``problems``, ``seeds`` (empty where there
        are none), and the spikes one after the other: ``spike_times`` in ms, ``spike_trials`` and
        ``spike_sites``.

        :param path: of the file; of a link to one, that is written.
        :raises OSError: it cannot be written, or is something else than a file; what was there is
            as it was.
        """
        target = file_at(path)
        if target is None:
            raise OSError(errno.EINVAL, "it is something else than a file", os.fspath(path))
        counts = [
            (trial, site, len(times))
            for trial, sites in enumerate(self.spikes)
            for site, times in enumerate(sites)
        ]
        lengths = [length for *_, length in counts]
        every = [times for sites in self.spikes for times in sites]
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        try:
            with open(temporary, "wb") as stream:
                np.savez(
                    stream,
                    t=self.t,
                    v=self.v,
                    labels=np.array(self.labels, dtype=str),
                    is_finished=self.is_finished,
                    problems=np.array(self.problems, dtype=str),
                    seeds=np.empty(0, dtype=np.uint32) if self.seeds is None else self.seeds,
                    spike_times=np.concatenate(every) if every else np.empty(0),
                    spike_trials=np.repeat([trial for trial, *_ in counts], lengths).astype(int),
                    spike_sites=np.repeat([site for _, site, _ in counts], lengths).astype(int),
                )
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def __repr__(self) -> str:
        done = int(self.is_finished.sum())
        until = f"{self.t[-1]:g} ms" if len(self.t) else "nothing"
        return f"Trials of {until}: {done} of {len(self)} finished; {_some(self.labels)}"


def file_at(path: str | os.PathLike[str]) -> pathlib.Path | None:
    """The file that a path means, whatever links lead to it, be it there or not; None where there
    is something else: a folder, a device, a pipe."""
    target = pathlib.Path(os.path.realpath(pathlib.Path(path)))
    return target if target.is_file() or not os.path.lexists(target) else None


def _some(labels: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(labels[:most])
    return f"{shown}, … ({len(labels)})" if len(labels) > most else shown or "nothing recorded"
