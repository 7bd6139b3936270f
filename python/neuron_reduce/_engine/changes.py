"""What differs between the trials of a batch."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import hoc, nrn

from .._session import collect, gone, mechanisms
from ..errors import ArgumentError
from . import inputs
from .cells import Cell, pointer
from .programs import Loaded

_MOST_SEED = 2**32 - 1

_EXPECTED_KEY = (
    "a parameter's name such as 'gnabar_hh' or 'Exp2Syn.tau2', or a pair of a section, a segment "
    "or a point process, or several of them, and a name"
)


@dataclasses.dataclass(frozen=True, eq=False)
class _Parameter:
    """What sets a parameter, or multiplies it.

    :ivar name: as hoc has it; of point processes their own.
    :ivar places: indices of sections and positions on them, and indices of point processes.
    :ivar is_apart: whether some of a kind of point process may be meant, and not all.
    :ivar values: a value for each trial, shaped (n,).
    """

    name: str
    segments: list[tuple[int, float]]
    processes: list[int]
    is_apart: bool
    values: np.ndarray
    is_factor: bool


class Changes:
    """What differs between trials, and how many there are.

    :ivar count: of trials.
    :ivar seeds: shaped (n,); None where all have the session's.
    :ivar adjustable: names of parameters that are changed.
    :ivar apart: names of those that are changed in some point processes of a kind only, which are
        not to be computed together.
    """

    def __init__(
        self,
        cell: Cell,
        seeds: Iterable[int] | None,
        weights: Any,
        rates: Any,
        amplitudes: Mapping[Any, Any] | None,
        parameters: Mapping[Any, Any] | None,
        factors: Mapping[Any, Any] | None,
    ):
        self._cell = cell
        self._lengths: dict[str, int] = {}
        self.seeds = None if seeds is None else self._seeds(seeds)
        self._weights = self._of_objects(weights, "weights", "NetCon")
        self._rates = self._of_objects(rates, "rates", "NetStim")
        self._parameters = [
            *self._named(parameters, "parameters", False),
            *self._named(factors, "factors", True),
            *self._clamps(amplitudes),
        ]
        if not self._lengths:
            raise ArgumentError(
                "a batch is asked for, and nothing says of how many trials; expected seeds, or "
                "values for each trial"
            )
        (first, self.count), *others = self._lengths.items()
        for what, length in others:
            if length != self.count:
                raise ArgumentError(
                    f"{what} has {length} values and {first} {self.count}; expected one for each "
                    "trial"
                )
        self._netcons = {pointer(each): i for i, each in enumerate(cell.inputs.netcons)}
        self._check_objects()

    @property
    def adjustable(self) -> list[str]:
        return [each.name for each in self._parameters]

    @property
    def apart(self) -> list[str]:
        return [each.name for each in self._parameters if each.is_apart]

    # ---- What was given ----------------------------------------------------------------------

    def _values(self, values: Any, what: str, least: float | None = None) -> np.ndarray:
        """Numbers, one for each trial."""
        expected = "a finite number for each trial" + ("" if least is None else ", 0 or greater")
        try:
            found = np.array(values, dtype=float)
        except (TypeError, ValueError):
            found = np.empty(())
        if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
            raise ArgumentError(f"{what} is {collect.described(values)}; expected {expected}")
        if least is not None and (found < least).any():
            raise ArgumentError(f"{what} has {found.min():g}; expected {expected}")
        self._lengths[what] = len(found)
        return found

    def _seeds(self, seeds: Any) -> np.ndarray:
        expected = f"whole numbers from 0 to {_MOST_SEED}"
        try:
            found = [] if isinstance(seeds, str) else list(map(operator.index, seeds))
            given = np.array(found, dtype=np.int64)
        except (TypeError, ValueError, OverflowError):
            raise ArgumentError(
                f"seeds is {collect.described(seeds)}; expected {expected}"
            ) from None
        if not found or given.min() < 0 or given.max() > _MOST_SEED:
            raise ArgumentError(f"seeds is {collect.described(seeds)}; expected {expected}")
        self._lengths["seeds"] = len(found)
        return given.astype(np.uint32)

    def _of_objects(self, values: Any, what: str, kind: str) -> list[tuple[Any, np.ndarray]]:
        """Pairs of an object, None for all of a kind, and factors."""
        if values is None:
            return []
        if not isinstance(values, Mapping):
            return [(None, self._values(values, what, 0.0))]
        found = []
        for key, each in values.items():
            if not isinstance(key, hoc.HocObject) or mechanisms.class_name(key) != kind:
                raise ArgumentError(
                    f"{what} has the key {collect.described(key)}; expected {kind}s"
                )
            found.append((key, self._values(each, f"{what}[{key.hname()}]", 0.0)))
        return found

    def _clamps(self, amplitudes: Mapping[Any, Any] | None) -> list[_Parameter]:
        if amplitudes is None:
            return []
        if not isinstance(amplitudes, Mapping):
            raise ArgumentError(
                f"amplitudes is {collect.described(amplitudes)}; expected a dictionary from "
                "IClamps to arrays of nA"
            )
        return self._named({(key, "amp"): each for key, each in amplitudes.items()}, "amplitudes")

    def _named(
        self, given: Mapping[Any, Any] | None, what: str, is_factor: bool = False
    ) -> list[_Parameter]:
        if given is None:
            return []
        if not isinstance(given, Mapping):
            raise ArgumentError(
                f"{what} is {collect.described(given)}; expected a dictionary from "
                f"{_EXPECTED_KEY}, to arrays"
            )
        found = []
        for key, values in given.items():
            shown = f"{what}[{collect.described(key)}]"
            name, segments, processes = self._places(key, shown)
            is_apart = bool(processes) and not isinstance(key, str)
            numbers = self._values(values, shown)
            found.append(_Parameter(name, segments, processes, is_apart, numbers, is_factor))
        return found

    def _places(self, key: Any, shown: str) -> tuple[str, list[tuple[int, float]], list[int]]:
        wanted = f"{shown} is not known; expected {_EXPECTED_KEY}, of this cell"
        cell = self._cell
        if isinstance(key, str):
            kind, point, name = key.partition(".")
            if point:
                processes = [
                    index
                    for index, each in enumerate(cell.point_processes)
                    if mechanisms.class_name(each) == kind
                ]
                return name, [], self._having(processes, name, wanted)
            return key, self._segments(cell.sections, key, wanted), []
        try:
            owners, name = key
        except (TypeError, ValueError):
            raise ArgumentError(wanted) from None
        if not isinstance(name, str):
            raise ArgumentError(wanted)
        several = isinstance(owners, (list, tuple)) or (
            isinstance(owners, hoc.HocObject) and mechanisms.class_name(owners) == "SectionList"
        )
        listed = list(owners) if several else [owners]
        objects = [each for each in listed if isinstance(each, hoc.HocObject)]
        known = {pointer(each): index for index, each in enumerate(cell.point_processes)}
        try:
            processes = [known[pointer(each)] for each in objects]
        except (KeyError, TypeError):
            raise ArgumentError(wanted) from None
        rest = [each for each in listed if not isinstance(each, hoc.HocObject)]
        segments = self._segments(rest, name, wanted) if rest else []
        if processes:
            self._having(processes, name, wanted)
        if not listed:
            raise ArgumentError(wanted)
        return name, segments, processes

    def _having(self, processes: list[int], name: str, wanted: str) -> list[int]:
        """Those point processes, where they have the parameter."""
        kinds = {mechanisms.class_name(self._cell.point_processes[index]) for index in processes}
        for kind in kinds:
            if (name, 1) not in mechanisms.parameters(kind):
                raise ArgumentError(wanted)
        if not processes:
            raise ArgumentError(wanted)
        return processes

    def _segments(self, owners: Iterable[Any], name: str, wanted: str) -> list[tuple[int, float]]:
        """The segments of sections and segments that have a parameter of a density mechanism."""
        found = []
        for owner in owners:
            if gone.is_gone(owner):
                raise ArgumentError(wanted)
            is_segment = issubclass(type(owner), nrn.Segment)
            section = owner.sec if is_segment else owner
            is_section = issubclass(type(section), nrn.Section)
            if not is_section or section not in self._cell.indices:
                raise ArgumentError(wanted)
            index = self._cell.indices[section]
            kinds = [each.name() for each in section(0.5) if not each.is_ion()]
            if any((name, 1) in mechanisms.parameters(kind) for kind in kinds):
                xs = [owner.x] if is_segment else [segment.x for segment in section]
                found += [(index, x) for x in xs]
        if not found:
            raise ArgumentError(wanted)
        return found

    def _check_objects(self) -> None:
        for netcon, _ in self._weights:
            if netcon is not None and pointer(netcon) not in self._netcons:
                raise ArgumentError(
                    f"weights has {netcon.hname()}, which is on none of the cell's point processes"
                )
        known = self._stimulators()
        for netstim, _ in self._rates:
            if netstim is not None and pointer(netstim) not in known:
                raise ArgumentError(
                    f"rates has {netstim.hname()}, which drives none of the cell's point processes"
                )

    def _stimulators(self) -> dict[int, int]:
        """By NetStim the index of its origin."""
        given = self._cell.inputs
        found: dict[int, int] = {}
        if not self._rates or all(each is None for each, _ in self._rates):
            return found
        for netcon, origin in zip(given.netcons, given.origin_indices, strict=True):
            source = netcon.pre()
            if source is not None and isinstance(given.origins[origin], inputs.Stimulator):
                found[pointer(source)] = int(origin)
        return found

    # ---- What is done ------------------------------------------------------------------------

    def prepared(self, loaded: Loaded) -> Prepared:
        """The changes as they are made in a program's memory and sources."""
        given, program, wiring = self._cell.inputs, loaded.program, loaded.wiring
        first_weights = program.weights + given.weight_starts[:-1]
        has_weights = np.diff(given.weight_starts) > 0
        weights = [
            (
                first_weights[has_weights]
                if netcon is None
                else first_weights[[self._netcons[pointer(netcon)]]],
                values,
            )
            for netcon, values in self._weights
        ]
        is_stream = np.array(
            [
                origin >= 0 and isinstance(given.origins[origin], inputs.Stimulator)
                for origin in wiring.origins
            ],
            dtype=bool,
        )
        known = self._stimulators()
        rates = [
            (
                np.flatnonzero(
                    is_stream
                    if netstim is None
                    else is_stream & (wiring.origins == known[pointer(netstim)])
                ),
                values,
            )
            for netstim, values in self._rates
        ]
        parameters = [
            (self._offsets(each, loaded), each.values, each.is_factor) for each in self._parameters
        ]
        streams = self._cell.randoms.global_indices(loaded.program)
        return Prepared(self.seeds, streams, weights, rates, parameters)

    @staticmethod
    def _offsets(parameter: _Parameter, loaded: Loaded) -> np.ndarray:
        program = loaded.program
        found = [program.variable(*place, parameter.name) for place in parameter.segments]
        found += [program.member(index, parameter.name) for index in parameter.processes]
        if None in found:
            raise ArgumentError(
                f"{parameter.name} cannot be changed from trial to trial: it is not among what "
                "the engine computes with"
            )
        return np.unique(np.array(found, dtype=np.int64))


@dataclasses.dataclass(frozen=True, eq=False)
class Prepared:
    """Changes of a program's memory and sources: where, and a value for each trial.

    :ivar streams: where the memory has the seeds of RANDOM variables.
    """

    seeds: np.ndarray | None
    streams: np.ndarray
    weights: Sequence[tuple[np.ndarray, np.ndarray]]
    rates: Sequence[tuple[np.ndarray, np.ndarray]]
    parameters: Sequence[tuple[np.ndarray, np.ndarray, bool]]

    def make(self, trial: int, memory: np.ndarray, sources: np.ndarray) -> None:
        """Makes a trial's changes."""
        for places, values in self.weights:
            memory[places] *= values[trial]
        for places, values, is_factor in self.parameters:
            if is_factor:
                memory[places] *= values[trial]
            else:
                memory[places] = values[trial]
        if self.seeds is not None:
            sources["global_index"] = self.seeds[trial]
            memory[self.streams] = self.seeds[trial]
        for places, values in self.rates:
            with np.errstate(divide="ignore", invalid="ignore"):
                sources["interval"][places] /= values[trial]
