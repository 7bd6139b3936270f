"""The random numbers of mechanisms: streams of RANDOM variables, and NEURON's own generator.

How NEURON 9.0 has them:

- A RANDOM variable is a stream of Random123 for each instance, as a NetStim's is (see
  ``inputs.py``). ``finitialize`` leaves it where it is: a run goes on where the last one ended,
  unless INITIAL says ``random_setseq``.
- Four words are made at once, and kept until they are used: with the identifiers and the global
  index of when the first of them was due.
- ``scop_random``, ``exprand``, ``normrand`` and ``poisrand`` have one generator of 32 bits, which
  all instances of a session share and no initialisation sets back.
"""

from __future__ import annotations

import ctypes
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from neuron import h, nrn

from .._library.programs import Program
from .._processes import copies
from .._session import mechanisms
from ..errors import EngineError, SimulatorError
from .sources import Source, without_comments

_LISTS = re.compile(r"\bRANDOM\s+(\w+(?:\s*,\s*\w+)*)")
_OF_GENERATOR = re.compile(r"\b(?:scop_random|exprand|normrand|poisrand|set_seed)\b")
_GENERATOR = "scop_random"

_POSITION, _GLOBAL_INDEX, _BLOCK, _WORDS, _COUNT = 3, 4, 5, 6, 10
"""Where in a stream's numbers what is, after its three identifiers."""

_TIME_LIMIT_SECONDS = 600.0

_MULTIPLIER, _INCREMENT, _MODULUS = 2147437301, 453816981, 2**32
"""Of NEURON's own generator."""


@dataclasses.dataclass(frozen=True, eq=False)
class Stream:
    """A RANDOM variable of an instance, as it was when it was read.

    :ivar owner: a mechanism at its place, or a point process.
    :ivar name: of the variable.
    :ivar place: the index of the point process, or that of a section and a position on it.
    :ivar numbers: as the program has them, shaped (10,).
    """

    owner: Any
    name: str
    place: int | tuple[int, float]
    numbers: np.ndarray

    def offsets(self, program: Program) -> np.ndarray:
        """Where in a program's memory its numbers are, shaped (10,); (0,) where they are not."""
        if isinstance(self.place, int):
            found = [program.member(self.place, f"{self.name}[{index}]") for index in (0, 1)]
        else:
            name = f"{self.name}_{self.owner.name()}"
            found = [program.variable(*self.place, f"{name}[{index}]") for index in (0, 1)]
        first, second = found
        if first is None or second is None:
            return np.empty(0, dtype=np.int64)
        return first + (second - first) * np.arange(_COUNT)

    def set_back(self) -> None:
        """Sets the session's stream to where this one is, if it is elsewhere."""
        _set(self.owner, self.name, self.numbers)

    def hand_back(self, numbers: np.ndarray) -> None:
        """Sets the session's stream to where a run has left it."""
        _set(self.owner, self.name, numbers)


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
        places = [each[_GLOBAL_INDEX] for each in found if len(each)]
        return np.array(places, dtype=np.int64)

    def set_back(self) -> None:
        """Sets the session's to what they were when they were read."""
        for stream in self.streams:
            stream.set_back()
        if self.generator is not None:
            _generator_functions()[1](float(self.generator))

    def hand_back(self, memory: np.ndarray, program: Program) -> None:
        """Sets the session's to what a run has left."""
        for stream in self.streams:
            offsets = stream.offsets(program)
            if len(offsets):
                stream.hand_back(memory[offsets])
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
    texts = {name: without_comments(each.text) for name, each in sources.items()}
    names = {name: _names(text) for name, text in texts.items()}
    users = {name for name, text in texts.items() if _OF_GENERATOR.search(text)}
    found, using = [], []
    if any(names.values()) or users:
        for place, owner, kind in _instances(sections, point_processes):
            found += [(owner, name, place) for name in names.get(kind, ())]
            if kind in users:
                using.append((place, "" if isinstance(place, int) else kind))
    generator = _generator() if using else None
    if not found:
        return Randoms((), generator, using)
    words = _words(found)
    global_index = float(h.Random().Random123_globalindex())
    streams = []
    for (owner, name, place), own in zip(found, words, strict=True):
        stream = getattr(owner, name)
        position = stream.get_seq()
        numbers = np.zeros(_COUNT)
        numbers[:_POSITION] = list(stream.get_ids())
        numbers[_POSITION], numbers[_GLOBAL_INDEX] = position, global_index
        numbers[_BLOCK] = position // 4
        numbers[_COUNT - len(own) :] = own
        streams.append(Stream(owner, name, place, numbers))
    return Randoms(streams, generator, using)


def _names(text: str) -> list[str]:
    return re.findall(r"\w+", ",".join(_LISTS.findall(text)))


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


def _words(streams: Sequence[tuple[Any, str, Any]]) -> list[list[float]]:
    """The words that NEURON has made and not used yet: what identifiers they are of it does not
    tell. A copy of the process uses them."""
    try:
        return copies.call(
            _rest, [(each[0], each[1]) for each in streams], timeout=_TIME_LIMIT_SECONDS,
            in_parallel=True,
        )  # fmt: skip
    except SimulatorError as error:
        raise EngineError(
            f"the streams of the cell's RANDOM variables cannot be read: {error}; expected a "
            "session of which a copy can be made"
        ) from None


def _rest(streams: Iterable[tuple[Any, str]]) -> list[list[float]]:
    found = []
    for owner, name in streams:
        stream = getattr(owner, name)
        count = 4 - int(stream.get_seq()) % 4
        # A word w is the uniform number (w + 1) / (2^32 + 1).
        found.append([round(stream.uniform() * (2**32 + 1)) - 1.0 for _ in range(count)])
    return found


def _set(owner: Any, name: str, numbers: np.ndarray) -> None:
    stream = getattr(owner, name)
    is_other = not np.array_equal(np.array(list(stream.get_ids())), numbers[:_POSITION])
    steps = numbers[_POSITION] - stream.get_seq()
    if not is_other and 0 <= steps < 4 and numbers[_POSITION] // 4 == numbers[_BLOCK]:
        # Words that NEURON has made are used, whatever they are of.
        for _ in range(int(steps)):
            stream.uniform()
        return
    if is_other:
        stream.set_ids(*numbers[:_POSITION])
    if is_other or steps:
        stream.set_seq(float(numbers[_POSITION]))


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
