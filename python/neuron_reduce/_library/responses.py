"""The library's functions that say what to do with point processes to see how they respond, and
what follows from the currents."""

from __future__ import annotations

import ctypes
import dataclasses
import enum
from collections.abc import Sequence

import numpy as np

from .. import _library

_Doubles = ctypes.POINTER(ctypes.c_double)

THOROUGH = 0
"""The protocol that finds out everything."""


class Nature(enum.IntEnum):
    """``nr_nature``: how a current follows events and voltage."""

    LINEAR = 0
    NONLINEAR = 1
    STOCHASTIC = 2
    CURRENT = 3
    NONE = 4


class Superposition(enum.IntEnum):
    """``nr_superposition``: whether one point process can stand for two of its kind, or why not."""

    HOLDS = 0
    INTERACTION = 1
    TONIC_CURRENT = 2
    RANDOMNESS = 3
    NOTHING_SEEN = 4

    @property
    def code(self) -> int:
        """As ``nr_response`` has it: 1 for yes, 0 for no, -1 for unknown."""
        return {Superposition.HOLDS: 1, Superposition.NOTHING_SEEN: -1}.get(self, 0)


class MeasuringClock(ctypes.Structure):
    """``nr_measuring_clock``: in ms."""

    _fields_ = [
        ("before", ctypes.c_double),
        ("fine_step", ctypes.c_double),
        ("fine_end", ctypes.c_double),
        ("coarse_step", ctypes.c_double),
        ("end", ctypes.c_double),
        ("sample_count", ctypes.c_size_t),
        ("times", _Doubles),
        ("time_count", ctypes.c_size_t),
    ]


class Stand(ctypes.Structure):
    """``nr_stand``: what happens to a point process on one stand; mV and ms."""

    _fields_ = [
        ("holding", ctypes.c_double),
        ("is_stepped", ctypes.c_int32),
        ("is_repetition", ctypes.c_int32),
        ("scales", ctypes.c_double * 2),
        ("events", _Doubles * 2),
        ("event_counts", ctypes.c_size_t * 2),
    ]

    @property
    def events_of_netcons(self) -> list[list[float]]:
        """For each of two NetCons its events, in ms."""
        return [
            events[:count] if count else []
            for events, count in zip(self.events, self.event_counts, strict=True)
        ]


class VoltageStep(ctypes.Structure):
    """``nr_voltage_step``: in ms and mV."""

    _fields_ = [("time", ctypes.c_double), ("voltage", ctypes.c_double)]


class Measured(ctypes.Structure):
    """``nr_measured``: what was found out about one kind of point process."""

    _fields_ = [
        ("is_known", ctypes.c_int32),
        ("nature", ctypes.c_int32),
        ("superposition", ctypes.c_int32),
        ("brief_protocol", ctypes.c_int32),
        ("count", ctypes.c_size_t),
        ("reversal", ctypes.c_double),
        ("adds_up", ctypes.c_int32),
        ("is_ohmic", ctypes.c_int32),
    ]


@dataclasses.dataclass(frozen=True)
class Finding:
    """What is known of one kind of point process.

    :ivar conductances: in µS per unit of weight, at the first of ``times``.
    :ivar reversal: in mV, where the current reverses; not a number where there is no conductance.
    :ivar adds_up: whether several events of one NetCon make what one makes, several times.
    :ivar is_ohmic: whether the current of one event is linear in the voltage and proportional to
        the weight.
    :ivar brief_protocol: the protocol that is enough for others of its class; None for none.
    :ivar is_alone: whether instances that are made like it do not respond as it does.
    :ivar charges: what an event of a voltage-dependent conductance lets in at each of the thorough
        protocol's potentials, in nA·ms per unit of weight; None of others, and where that is not
        known.
    """

    nature: Nature
    superposition: Superposition
    conductances: np.ndarray
    reversal: float
    adds_up: bool
    is_ohmic: bool
    brief_protocol: int | None
    is_alone: bool = False
    charges: np.ndarray | None = None


_library.check_sizes(MeasuringClock, Stand, VoltageStep, Measured)
_measuring_times = _library.function("nr_measuring_times", MeasuringClock)
_stand_count = _library.function("nr_stand_count", ctypes.c_size_t, ctypes.c_int32)
_stand_at = _library.function("nr_stand_at", Stand, ctypes.c_int32, ctypes.c_size_t)
_potential_count = _library.function("nr_potential_count", ctypes.c_size_t)
_voltage_step_count = _library.function("nr_voltage_step_count", ctypes.c_size_t)
_voltage_step_at = _library.function("nr_voltage_step_at", VoltageStep, ctypes.c_size_t)
_are_over = _library.function(
    "nr_are_over", ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t
)
_choose_kinds = _library.function(
    "nr_choose_kinds",
    None,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_void_p,
)
_analyse_currents = _library.function(
    "nr_analyse_currents",
    None,
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.POINTER(Measured),
    ctypes.c_void_p,
    ctypes.c_void_p,
)

CLOCK: MeasuringClock = _measuring_times()
"""The steps of time that every run takes."""

TIMES: np.ndarray = np.ctypeslib.as_array(CLOCK.times, shape=(CLOCK.time_count,))
"""When responses are given, in ms from the event on."""


def stands(protocol: int) -> list[Stand]:
    """What a protocol has done to each point process."""
    return [_stand_at(protocol, index) for index in range(_stand_count(protocol))]


def voltage_steps() -> list[VoltageStep]:
    """How the voltage of a stepped stand moves."""
    return [_voltage_step_at(index) for index in range(_voltage_step_count())]


def analyse(
    protocol: int,
    densities: Sequence[Sequence[np.ndarray]],
    areas: Sequence[float],
    weights: Sequence[float],
) -> list[Finding | None]:
    """What follows from recorded currents.

    :param densities: for each kind and each stand, capacitive currents in mA/cm², all as many.
    :param areas: of the stands in µm², by kind.
    :param weights: of the first NetCons, by kind.
    :returns: for each kind None where the protocol found something else than it asks for.
    """
    addresses, length = _recordings([each for kind in densities for each in kind])
    areas, weights = np.array(areas, dtype=float), np.array(weights, dtype=float)
    results = (Measured * max(len(densities), 1))()
    conductances = np.empty((len(densities), CLOCK.time_count))
    charges = np.empty((len(densities), _potential_count()))
    _analyse_currents(
        protocol,
        addresses.ctypes.data,
        length,
        areas.ctypes.data,
        weights.ctypes.data,
        len(densities),
        results,
        conductances.ctypes.data,
        charges.ctypes.data,
    )
    return [
        Finding(
            Nature(result.nature),
            Superposition(result.superposition),
            row[: result.count].copy(),
            result.reversal,
            bool(result.adds_up),
            bool(result.is_ohmic),
            result.brief_protocol if result.brief_protocol >= 0 else None,
            charges=None if np.isnan(own).any() else own.copy(),
        )
        if result.is_known
        else None
        for result, row, own in zip(results, conductances, charges, strict=False)
    ]


def are_over(densities: Sequence[np.ndarray]) -> bool:
    """Whether all recorded currents are back at what they were before the first event.

    :param densities: as for :func:`analyse`, of any stands.
    """
    addresses, length = _recordings(densities)
    return bool(_are_over(addresses.ctypes.data, length, len(addresses)))


def _recordings(arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, int]:
    """Where recordings are, and how long they are."""
    if len({len(each) for each in arrays}) > 1 or any(
        each.dtype != np.float64 or not each.flags.c_contiguous for each in arrays
    ):
        raise ValueError("expected recordings of equal length, contiguous arrays of float64")
    addresses = [each.__array_interface__["data"][0] for each in arrays]
    return np.array(addresses, dtype=np.uintp), len(arrays[0]) if arrays else 0


def chosen_kinds(values: Sequence[Sequence[float]], limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Kinds that stand for all, such that none is far from the nearest of them.

    :param values: of each kind, as many of each.
    :returns: for each kind the one that stands for it, itself where it was chosen, and the largest
        relative difference of a value.
    """
    table = np.array(values, dtype=float).reshape(len(values), -1)
    nearest = np.zeros(len(table), dtype=np.int64)
    distances = np.zeros(len(table))
    _choose_kinds(
        table.ctypes.data,
        *table.shape,
        limit,
        nearest.ctypes.data,
        distances.ctypes.data,
    )
    return nearest, distances
