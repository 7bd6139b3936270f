"""The random numbers of mechanisms: streams of Random123, and NEURON's own generator.

How NEURON 9.0 has them:

- A RANDOM variable is a stream of Random123 for each instance, as a NetStim's is (see
  ``inputs.py``). ``finitialize`` leaves it where it is: a run goes on where the last one ended,
  unless INITIAL says ``random_setseq``.
- Four words are made at once, and kept until they are used: with the identifiers and the global
  index of when the first of them was due.
- VERBATIM of older mechanisms has POINTERs to such streams, or to hoc's Random objects, whose
  numbers have that object's distribution.
- ``scop_random``, ``exprand``, ``normrand`` and ``poisrand`` have one generator of 32 bits, which
  all instances of a session share and no initialisation sets back.
"""

from __future__ import annotations

import ctypes
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, nrn

from .._library.programs import Program
from .._processes import copies
from .._session import mechanisms
from ..errors import EngineError, SimulatorError
from . import streams
from .sources import Source, of_session, pointer_names, without_comments

_LISTS = re.compile(r"\bRANDOM\s+(\w+(?:\s*,\s*\w+)*)")
_OF_OBJECT = re.compile(r"\bnrn_random_pick\s*\([^;]*?\b_p_(\w+)")
_OF_STATE = re.compile(r"\bnrnran123_(?:dblpick|negexp|normal|uniform)\s*\([^;]*?\b_p_(\w+)")
_OF_GENERATOR = re.compile(r"\b(?:scop_random|exprand|normrand|poisrand|set_seed)\b")
_GENERATOR = "scop_random"

_TIME_LIMIT_SECONDS = 600.0

_MULTIPLIER, _INCREMENT, _MODULUS = 2147437301, 453816981, 2**32
"""Of NEURON's own generator."""


@dataclasses.dataclass(frozen=True, eq=False)
class Stream:
    """A stream of an instance, as it was when it was read.

    :ivar name: of the variable, as hoc has it.
    :ivar place: the index of the point process, or that of a section and a position on it.
    :ivar numbers: as the program has them, see ``streams.py``.
    :ivar handle: the session's; None where the cell is kept without it.
    """

    name: str
    place: int | tuple[int, float]
    numbers: np.ndarray
    handle: streams.Handle | None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"handle": None}

    def offsets(self, program: Program) -> np.ndarray:
        """Where in a program's memory its numbers are; empty where they are not."""
        names = [f"{self.name}[{index}]" for index in (0, 1)]
        if isinstance(self.place, int):
            found = [program.member(self.place, name) for name in names]
        else:
            found = [program.variable(*self.place, name) for name in names]
        first, second = found
        if first is None or second is None:
            return np.empty(0, dtype=np.int64)
        return first + (second - first) * np.arange(len(self.numbers))


@dataclasses.dataclass(frozen=True, eq=False)
class Randoms:
    """All random numbers of a cell.

    :ivar streams: of its RANDOM variables.
    :ivar generator: the last number of NEURON's own generator; None where no mechanism asks for it.
    :ivar users: places, as a :class:`Stream` has them, of instances that may ask for it, with the
        names of their mechanisms; that of a point process is empty.
    """

    streams: Sequence[Stream] = ()
    generator: int | None = None
    users: Sequence[tuple[int | tuple[int, float], str]] = ()

    def fill(self, memory: np.ndarray, program: Program) -> None:
        """Enters what a run begins with."""
        for stream in self.streams:
            offsets = stream.offsets(program)
            memory[offsets] = stream.numbers[: len(offsets)]
        for offset in self._generators(program):
            memory[offset] = self.generator

    def global_indices(self, program: Program) -> np.ndarray:
        """Where in a program's memory the streams have the global index of Random123."""
        found = [stream.offsets(program) for stream in self.streams]
        places = [each[streams.GLOBAL_INDEX] for each in found if len(each)]
        return np.array(places, dtype=np.int64)

    def set_back(self) -> None:
        """Sets the session's to what they were when they were read."""
        for stream in self.streams:
            if stream.handle is not None:
                stream.handle.set(stream.numbers)
        if self.generator is not None:
            _generator_functions()[1](float(self.generator))

    def hand_back(self, memory: np.ndarray, program: Program) -> None:
        """Sets the session's to what a run has left."""
        for stream in self.streams:
            offsets = stream.offsets(program)
            if stream.handle is not None and len(offsets):
                stream.handle.set(memory[offsets])
        for offset in self._generators(program):
            _generator_functions()[1](float(memory[offset]))

    def _generators(self, program: Program) -> Iterator[int]:
        if self.generator is None:
            return
        for place, mechanism in self.users:
            found = (
                program.member(place, _GENERATOR)
                if isinstance(place, int)
                else program.variable(*place, f"{_GENERATOR}_{mechanism}")
            )
            if found is not None:
                yield found


def read(
    sections: Sequence[nrn.Section], point_processes: Sequence[Any], sources: Mapping[str, Source]
) -> Randoms:
    """The random numbers of a cell's mechanisms, as they are now.

    :raises EngineError: NEURON does not tell.
    """
    wanted = {name: wanted_streams(source) for name, source in sources.items()}
    users = {
        name
        for name, source in sources.items()
        if _OF_GENERATOR.search(without_comments(source.text))
    }
    found: list[tuple[streams.Handle, int | tuple[int, float]]] = []
    using = []
    if any(wanted.values()) or users:
        for place, owner, kind in _instances(sections, point_processes):
            found += [(make(owner, name), place) for name, make in wanted.get(kind, {}).items()]
            if kind in users:
                using.append((place, "" if isinstance(place, int) else kind))
    generator = None
    if using:
        _check_that_none_else_asks_generator(sections, point_processes)
        generator = _generator()
    if not found:
        return Randoms((), generator, using)
    try:
        # A copy of the process looks into NEURON's objects, and draws to find out what is next.
        numbers = copies.call(
            _numbers, [handle for handle, _ in found], timeout=_TIME_LIMIT_SECONDS, in_parallel=True
        )
    except SimulatorError as error:
        raise EngineError(
            f"the streams of the cell's random numbers cannot be read: {error}; expected a session "
            "of which a copy can be made"
        ) from None
    return Randoms(
        [
            Stream(_hoc_name(handle, place), place, own, handle)
            for (handle, place), own in zip(found, numbers, strict=True)
        ],
        generator,
        using,
    )


def _hoc_name(handle: streams.Handle, place: int | tuple[int, float]) -> str:
    return handle.name if isinstance(place, int) else f"{handle.name}_{handle.owner.name()}"


def _check_that_none_else_asks_generator(
    sections: Sequence[nrn.Section], point_processes: Sequence[Any]
) -> None:
    """:raises EngineError: something else of the session draws from NEURON's own generator."""
    expected = "draws from NEURON's own generator too; expected a session without it"
    for name in mechanisms.names(point_processes=True):
        if not asks_generator(name):
            continue
        own = sum(mechanisms.class_name(each) == name for each in point_processes)
        if h.List(name).count() > own:
            raise EngineError(f"a {name} that is not of the cell {expected}")
    others = set(h.allsec()).difference(sections)
    for name in mechanisms.names(point_processes=False):
        if others and asks_generator(name):
            for section in others:
                if section.has_membrane(name):
                    raise EngineError(f"{name} of {section.name()} {expected}")


def asks_generator(name: str) -> bool:
    """Whether a mechanism may draw from NEURON's own generator.

    :param name: of one of the session.
    """
    source = of_session(name)
    return source is not None and bool(_OF_GENERATOR.search(without_comments(source.text)))


def _numbers(handles: Sequence[streams.Handle]) -> list[np.ndarray]:
    streams.check_that_none_are_shared(handles)
    return [each.numbers() for each in handles]


def wanted_streams(source: Source) -> dict[str, type[streams.Handle]]:
    """By the name of a variable what kind of stream it is."""
    text = without_comments(source.text)
    found: dict[str, type[streams.Handle]] = dict.fromkeys(
        re.findall(r"\w+", ",".join(_LISTS.findall(text))), streams.Variable
    )
    pointers = pointer_names(source)
    for pattern, kind in ((_OF_OBJECT, streams.OfObject), (_OF_STATE, streams.OfState)):
        found |= dict.fromkeys(pointers.intersection(pattern.findall(source.text)), kind)
    return found


def _instances(
    sections: Sequence[nrn.Section], point_processes: Sequence[Any]
) -> Iterator[tuple[int | tuple[int, float], Any, str]]:
    """All mechanisms at their places, and all point processes, with the names of their kinds."""
    for index, section in enumerate(sections):
        for segment in section:
            for mechanism in segment:
                yield (index, segment.x), mechanism, mechanism.name()
    for index, process in enumerate(point_processes):
        yield index, process, mechanisms.class_name(process)


def _generator() -> int:
    """The last number of NEURON's own generator."""
    if int(h.use_mcell_ran4()):
        raise EngineError(
            "a mechanism draws from NEURON's own generator while that is MCellRan4; expected "
            "h.use_mcell_ran4(0)"
        )
    draw, set_seed = _generator_functions()
    following = round(draw() * (_MODULUS - 1))
    last = (following - _INCREMENT) * pow(_MULTIPLIER, -1, _MODULUS) % _MODULUS
    set_seed(float(last))
    return last


def _generator_functions() -> tuple[Any, Any]:
    """scop_random() and set_seed(seed).

    :raises EngineError: NEURON has none.
    """
    library = ctypes.CDLL(None)
    try:
        draw, set_seed = library._Z11scop_randomv, library._Z8set_seedd
    except AttributeError:
        raise EngineError(
            "a mechanism draws from NEURON's own generator, which cannot be read; expected NEURON "
            "9 as its wheels have it, or a RANDOM variable"
        ) from None
    draw.argtypes, draw.restype = [], ctypes.c_double
    set_seed.argtypes, set_seed.restype = [ctypes.c_double], None
    return draw, set_seed
