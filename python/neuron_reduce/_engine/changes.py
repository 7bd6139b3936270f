"""What differs between the trials of a batch."""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import hoc, nrn

from .._session import collect, gone, mechanisms
from ..errors import ArgumentError
from . import inputs
from .catalogue import taken_apart
from .cells import Cell, Kept, pointer
from .programs import Loaded

_MOST_SEED = 2**32 - 1

_EXPECTED_KEY = (
    "a parameter's name such as 'gnabar_hh' or 'Exp2Syn.tau2', or a pair of a section, a segment "
    "or a point process, or its name, or several of them, and a name"
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
        cell: Kept,
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
        self._check_plays()

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
            is_object = isinstance(key, hoc.HocObject) and mechanisms.class_name(key) == kind
            if not is_object and not isinstance(key, str):
                raise ArgumentError(
                    f"{what} has the key {collect.described(key)}; expected {kind}s, or their names"
                )
            name = key.hname() if is_object else key
            found.append((key, self._values(each, f"{what}[{name}]", 0.0)))
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
            owner = taken_apart(key)[0] if isinstance(key, str) else None
            is_apart = bool(processes) and owner not in self._cell.catalogue.classes
            numbers = self._values(values, shown)
            found.append(_Parameter(name, segments, processes, is_apart, numbers, is_factor))
        return found

    def _places(self, key: Any, shown: str) -> tuple[str, list[tuple[int, float]], list[int]]:
        wanted = f"{shown} is not known; expected {_EXPECTED_KEY}, of this cell"
        if isinstance(key, str):
            owner, name = taken_apart(key)
            if owner is None:
                every = range(len(self._cell.names))
                return (
                    name,
                    self._having_parameter([(each, None) for each in every], name, wanted),
                    [],
                )
            if owner in self._cell.catalogue.classes:
                classes = self._cell.catalogue.classes
                processes = [index for index, each in enumerate(classes) if each == owner]
                return self._parameter_of(processes, name, wanted), [], processes
            key = (owner, name)
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
        if not listed:
            raise ArgumentError(wanted)
        sections: list[tuple[int, float | None]] = []
        processes = []
        for each in listed:
            section, process = self._owner(each, wanted)
            if section is not None:
                sections.append(section)
            if process is not None:
                processes.append(process)
        segments = self._having_parameter(sections, name, wanted) if sections else []
        if processes:
            name = self._parameter_of(processes, name, wanted)
        return name, segments, processes

    def _owner(self, owner: Any, wanted: str) -> tuple[tuple[int, float | None] | None, int | None]:
        """A section and a position on it, None for all of it; or a point process."""
        cell = self._cell
        if isinstance(owner, str):
            catalogue = cell.catalogue
            process = catalogue.process(owner)
            if process is not None:
                return None, process
            segment = catalogue.segment(owner)
            if segment is not None:
                return segment, None
            section = catalogue.section(owner)
            if section is not None:
                return (section, None), None
        elif not isinstance(cell, Cell):
            raise ArgumentError(
                f"{wanted.partition(';')[0]}: the engine was pickled, and knows no objects of a "
                "session; expected names, such as 'dend[3]', 'dend[3](0.5)' and 'Exp2Syn[12]'"
            )
        elif isinstance(owner, hoc.HocObject):
            try:
                return None, self._process_indices[pointer(owner)]
            except (KeyError, TypeError):
                pass
        elif not gone.is_gone(owner):
            is_segment = issubclass(type(owner), nrn.Segment)
            section = owner.sec if is_segment else owner
            if issubclass(type(section), nrn.Section) and section in cell.indices:
                return (cell.indices[section], owner.x if is_segment else None), None
        raise ArgumentError(wanted)

    @functools.cached_property
    def _process_indices(self) -> dict[int, int]:
        """By NEURON's reference the index of a point process."""
        processes = self._cell.point_processes if isinstance(self._cell, Cell) else []
        return {pointer(each): index for index, each in enumerate(processes)}

    def _parameter_of(self, processes: list[int], name: str, wanted: str) -> str:
        """A parameter of point processes, as hoc calls it.

        :raises ArgumentError: one does not have it.
        """
        catalogue = self._cell.catalogue
        known = [
            catalogue.kinds[kind].parameters
            for kind in {catalogue.classes[index] for index in processes}
        ]
        # In Python, where del means something else, NEURON calls it delay.
        for each in (name, "del") if name == "delay" else (name,):
            if known and all(each in parameters for parameters in known):
                return each
        raise ArgumentError(wanted)

    def _having_parameter(
        self, places: Iterable[tuple[int, float | None]], name: str, wanted: str
    ) -> list[tuple[int, float]]:
        """The segments that have a parameter of a density mechanism.

        :param places: sections and positions on them; None for all of a section.
        """
        catalogue = self._cell.catalogue
        having = {kind for kind, each in catalogue.kinds.items() if name in each.parameters}
        found = []
        for section, x in places:
            if not having.isdisjoint(catalogue.insertions[section]):
                count = catalogue.segments[section]
                every = [(index + 0.5) / count for index in range(count)]
                found += [(section, each) for each in (every if x is None else [x])]
        if not found:
            raise ArgumentError(wanted)
        return found

    def _check_objects(self) -> None:
        for key, _ in self._weights:
            if key is not None:
                self._netcon(key)
        for key, _ in self._rates:
            if key is not None:
                self._stimulator(key)

    def _check_plays(self) -> None:
        for each in self._parameters:
            for play in self._cell.plays:
                if each.name == play.name and play.process in each.processes:
                    raise ArgumentError(
                        f"a Vector is played into {play.label}, which trials cannot change as "
                        "well; expected what no Vector is played into"
                    )

    def _netcon(self, key: Any) -> int:
        """The index of a NetCon, or of its name.

        :raises ArgumentError: it is none of the cell's.
        """
        return self._index(
            key,
            self._cell.catalogue.netcon,
            lambda: self._netcons,
            "weights has {}, which is on none of the cell's point processes",
        )

    def _stimulator(self, key: Any) -> int:
        """The index of the origin that a NetStim is, or its name.

        :raises ArgumentError: it is none of the cell's.
        """
        return self._index(
            key,
            self._cell.catalogue.stimulators.get,
            lambda: self._stimulators,
            "rates has {}, which drives none of the cell's point processes",
        )

    def _index(
        self,
        key: Any,
        named: Callable[[str], int | None],
        known: Callable[[], Mapping[int, int]],
        refusal: str,
    ) -> int:
        """The index of an object of the session, or of its name.

        :param known: by NEURON's reference.
        """
        if isinstance(key, str):
            found, name = named(key), key
        else:
            found, name = known().get(pointer(key)), key.hname()
        if found is not None:
            return found
        hint = "; an engine that was pickled knows names alone, such as 'NetCon[12]'"
        raise ArgumentError(refusal.format(name) + ("" if isinstance(self._cell, Cell) else hint))

    @functools.cached_property
    def _stimulators(self) -> dict[int, int]:
        """By NetStim the index of its origin."""
        given = self._cell.inputs
        return {
            pointer(source): index
            for index, source in enumerate(given.sources)
            if isinstance(given.origins[index], inputs.Stimulator)
        }

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
                else first_weights[[self._netcon(netcon)]],
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
        rates = [
            (
                np.flatnonzero(
                    is_stream
                    if netstim is None
                    else is_stream & (wiring.origins == self._stimulator(netstim))
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
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                sources["interval"][places] /= values[trial]
