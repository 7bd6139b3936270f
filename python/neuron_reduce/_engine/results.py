"""What a compiled cell's run gives."""

from __future__ import annotations

import dataclasses
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


def _some(labels: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(labels[:most])
    return f"{shown}, … ({len(labels)})" if len(labels) > most else shown or "nothing recorded"
