"""What was recorded of one run of a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ._library import metrics
from ._session import collect
from .errors import ArgumentError


@dataclass(frozen=True, eq=False)
class Recording:
    """The voltages of one run of a cell.

    Series of numbers are numpy arrays, lists or NEURON Vectors; they are copied, so that a Vector
    may be used for the next run. In this object they are arrays that cannot be written to.

    :param time: in ms, never falling; steps may vary. Two samples may have the same time, as where
        a run with variable time step jumps.
    :param soma: the membrane potential of the soma, in mV, one for each time.
    :param dendrites: from sites to membrane potentials in mV, one for each time. A site is a pair
        of a section's name and a position on it, 0 to 1, of the full cell, also in a recording of
        the reduced cell: there the voltage is that of the point to which the reduction moved the
        site.
    :param seconds: the time that the run took: wall time, or processor time as :func:`evaluate` and
        :func:`tune` take it.
    :param simulator: what made it, for people to read: ``'engine'``, ``'NEURON'``, or that with the
        reason why; empty where nobody says.
    :raises ArgumentError: something is not as described; the message names it.
    """

    time: np.ndarray
    soma: np.ndarray
    dendrites: Mapping[tuple[str, float], np.ndarray] = field(default_factory=dict)
    seconds: float | None = None
    simulator: str = ""

    if TYPE_CHECKING:

        def __init__(
            self,
            time: ArrayLike,
            soma: ArrayLike,
            dendrites: Mapping[tuple[str, float], ArrayLike] = ...,
            seconds: float | None = None,
            simulator: str = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        time = _array(self.time, "time")
        soma = _voltage(self.soma, "soma", time)
        if not issubclass(type(self.dendrites), Mapping):
            raise ArgumentError(
                f"dendrites is {collect.described(self.dendrites)}; expected a dictionary from "
                "sites, pairs of a section's name and a position, to voltages"
            )
        dendrites = {
            _site(site): _voltage(voltage, f"dendrites[{collect.described(site)}]", time)
            for site, voltage in self.dendrites.items()
        }
        seconds = self.seconds
        if seconds is not None:
            expected = "a finite number of seconds, 0 or greater, or None"
            seconds = collect.number(seconds, "seconds", expected)
            if not (math.isfinite(seconds) and seconds >= 0):
                raise ArgumentError(f"seconds is {seconds}; expected {expected}")
        if type(self.simulator) is not str:
            raise ArgumentError(
                f"simulator is {collect.described(self.simulator)}; expected a text"
            )
        for name, value in (
            ("time", time),
            ("soma", soma),
            ("dendrites", dendrites),
            ("seconds", seconds),
        ):
            object.__setattr__(self, name, value)

    def spike_times(self, threshold: float = -20.0) -> np.ndarray:
        """When the soma's voltage crosses a threshold upwards, in ms, interpolated between samples.

        :param threshold: in mV.
        """
        span = metrics.Span(self.time[0], self.time[-1])
        return metrics.spike_times(self._trace(), span, threshold)

    def _trace(self, site: tuple[str, float] | None = None) -> metrics.Trace:
        """The voltage of a site, or of the soma, as the library takes it."""
        return metrics.Trace(self.time, self.soma if site is None else self.dendrites[site])

    def __repr__(self) -> str:
        parts = [f"{len(self.time)} samples from {self.time[0]:g} to {self.time[-1]:g} ms"]
        if self.dendrites:
            parts.append(f"{len(self.dendrites)} dendritic sites")
        if self.seconds is not None:
            parts.append(f"{self.seconds:g} s")
        return f"<Recording: {', '.join(parts)}>"


def _array(values, name: str) -> np.ndarray:
    """A copy of a series of numbers that cannot be written to."""
    expected = "a one-dimensional array, list or Vector of real numbers"
    try:
        array = np.asarray(values)
    except Exception:
        array = None
    if array is None or array.ndim != 1 or (len(array) and array.dtype.kind not in "iuf"):
        raise ArgumentError(f"{name} is {collect.described(values)}; expected {expected}")
    array = np.array(array, dtype=np.float64)
    array.flags.writeable = False
    return array


def _voltage(values, name: str, time: np.ndarray) -> np.ndarray:
    voltage = _array(values, name)
    if len(voltage) != len(time):
        raise ArgumentError(
            f"{name} has {len(voltage)} samples, and time has {len(time)}; expected one voltage "
            "for each time"
        )
    try:
        metrics.check(metrics.Trace(time, voltage))
    except ArgumentError as error:
        raise ArgumentError(f"{name}: {error}") from None
    return voltage


def _site(site) -> tuple[str, float]:
    """A site with its position as a float."""
    expected = "a pair of a section's name and a position from 0 to 1"
    if not (issubclass(type(site), tuple) and len(site) == 2 and issubclass(type(site[0]), str)):
        raise ArgumentError(f"a key of dendrites is {collect.described(site)}; expected {expected}")
    position = collect.number(site[1], f"the position in {collect.described(site)}", "0 to 1")
    if not 0 <= position <= 1:
        raise ArgumentError(f"a key of dendrites is {collect.described(site)}; expected {expected}")
    return site[0], position
