"""A stream of random numbers of the session: what it is like now, and setting it.

A program has a stream as an array of numbers: three identifiers, how many words come before the
next, the global index, the block of four words that NEURON has made already (of those identifiers
and that index that there were then), these four, and the distribution of a Random object: 0 for
uniform numbers from ``low`` to ``high``, 1 for exponential ones of mean ``low``, 2 for normal
ones of mean ``low`` and standard deviation ``high``, which come in pairs: whether the other one
of a pair is still to come, and that one.
"""

from __future__ import annotations

import abc
import ctypes
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from neuron import h, hoc

from .._session import mechanisms
from ..errors import EngineError

POSITION, GLOBAL_INDEX, BLOCK, WORDS, DISTRIBUTION, LOW, HIGH, HAS_OTHER, OTHER, COUNT = (
    *(3, 4, 5, 6),
    *(10, 11, 12, 13, 14, 15),
)
"""Where what is, after the identifiers."""

UNIFORM, EXPONENTIAL, NORMAL = 0.0, 1.0, 2.0
_CLASSES = {b"7Uniform": UNIFORM, b"14NegativeExpntl": EXPONENTIAL, b"6Normal": NORMAL}
"""By the names of C++'s classes."""

_COMPARED = 12
"""How many numbers have to be those that are expected."""

_UNIT = 1.0 / (2**32 + 1)


class Handle(abc.ABC):
    """A stream of the session.

    :ivar owner: a mechanism at its place, or a point process.
    :ivar name: of the variable.
    """

    def __init__(self, owner: Any, name: str):
        self.owner, self.name = owner, name

    @abc.abstractmethod
    def numbers(self) -> np.ndarray:
        """What it is like now. Leaves it elsewhere: to be called in a copy of the process."""

    @abc.abstractmethod
    def set(self, numbers: np.ndarray) -> None:
        """Sets it to where it was, or where a run has left it."""


class Variable(Handle):
    """A RANDOM variable."""

    def numbers(self) -> np.ndarray:
        stream = getattr(self.owner, self.name)
        found = np.zeros(COUNT)
        position = stream.get_seq()
        found[:POSITION] = list(stream.get_ids())
        found[POSITION], found[BLOCK] = position, position // 4
        found[GLOBAL_INDEX] = h.Random().Random123_globalindex()
        # NEURON does not tell the words that it has made and not used yet.
        for place in range(int(position) % 4, 4):
            found[WORDS + place] = round(stream.uniform() * (2**32 + 1)) - 1.0
        return found

    def set(self, numbers: np.ndarray) -> None:
        stream = getattr(self.owner, self.name)
        is_other = not np.array_equal(list(stream.get_ids()), numbers[:POSITION])
        steps = numbers[POSITION] - stream.get_seq()
        if not is_other and 0 <= steps < 4 and numbers[POSITION] // 4 == numbers[BLOCK]:
            # Words that NEURON has made are used, whatever they are of.
            for _ in range(int(steps)):
                stream.uniform()
            return
        if is_other:
            stream.set_ids(*numbers[:POSITION])
        if is_other or steps:
            stream.set_seq(float(numbers[POSITION]))


class OfState(Handle):
    """A POINTER to a stream of Random123."""

    def found(self) -> np.ndarray:
        """What it is like now, by what NEURON's objects hold; it stays where it is."""
        return _of_state(self.pointer())

    def numbers(self) -> np.ndarray:
        found, state = self.found(), self.pointer()
        draw = _function("_Z17nrnran123_dblpickP15nrnran123_State", ctypes.c_double)
        self._compare(found, lambda: draw(ctypes.c_void_p(state)))
        return found

    def set(self, numbers: np.ndarray) -> None:
        position = int(numbers[POSITION])
        set_sequence = _function("_Z16nrnran123_setseqP15nrnran123_Statejc", None)
        state = self.pointer()
        if _position(state) != position:
            set_sequence(
                ctypes.c_void_p(state), ctypes.c_uint32(position // 4), ctypes.c_char(position % 4)
            )

    def _compare(self, numbers: np.ndarray, draw: Any) -> None:
        """:raises EngineError: what is drawn is not what is expected."""
        drawn = [draw() for _ in range(_COMPARED)]
        if not np.allclose(drawn, _expected(numbers, _COMPARED), rtol=1e-12, atol=1e-12):
            raise EngineError(
                f"{self.label} is not at a stream of Random123 as it is expected; expected NEURON "
                "9 as its wheels have it"
            )

    @property
    def label(self) -> str:
        return f"the POINTER {self.name} of {self.owner.hname()}"

    def pointer(self, is_optional: bool = False) -> int:
        """Where the stream is.

        :param is_optional: whether it may be nowhere: 0.
        :raises EngineError: nowhere.
        """
        if not isinstance(self.owner, hoc.HocObject):
            raise EngineError(
                f"random numbers through the POINTER {self.name} of {self.owner.name()}, a density "
                "mechanism, are not supported; expected a RANDOM variable"
            )
        symbol_of = _function("nrn_method_symbol", ctypes.c_void_p)
        datums_of = _function("_Z28_nrn_mechanism_access_dparamP4Prop", ctypes.c_void_p)
        instance = _address_of(self.owner)
        symbol = symbol_of(ctypes.c_void_p(instance), self.name.encode())
        index = _read(symbol + 20, ctypes.c_int)
        # Object's content is a Point_process, whose third member is its Prop; a datum has 40 bytes.
        properties = _word(_word(instance + 8) + 16)
        datums = _word(datums_of(ctypes.c_void_p(properties)))
        found = _word(datums + 40 * index + 16)
        if not found and not is_optional:
            raise EngineError(
                f"{self.label} is not set, and its mechanism draws random numbers from it; "
                "expected one that is"
            )
        return found


class OfObject(OfState):
    """A POINTER to what a Random object of hoc has."""

    def found(self) -> np.ndarray:
        pointer = self.pointer()
        found = _of_state(self._state(pointer))
        kind, place = self._distribution(pointer)
        found[DISTRIBUTION] = kind
        if kind == NORMAL:
            found[HAS_OTHER] = float(_read(place + 16, ctypes.c_char) != b"\0")
            found[OTHER] = _read(place + 24, ctypes.c_double)
            found[LOW] = _read(place + 32, ctypes.c_double)
            found[HIGH] = _read(place + 48, ctypes.c_double)
        else:
            found[LOW] = _read(place + 16, ctypes.c_double)
            found[HIGH] = _read(place + 24, ctypes.c_double) if kind == UNIFORM else 0.0
        return found

    def numbers(self) -> np.ndarray:
        found, pointer = self.found(), self.pointer()
        draw = _function("_Z15nrn_random_pickP4Rand", ctypes.c_double)
        self._compare(found, lambda: draw(ctypes.c_void_p(pointer)))
        return found

    def set(self, numbers: np.ndarray) -> None:
        pointer = self.pointer()
        state, position = self._state(pointer), int(numbers[POSITION])
        if _position(state) != position:
            set_sequence = _function("_Z16nrnran123_setseqP15nrnran123_Statejc", None)
            set_sequence(
                ctypes.c_void_p(state), ctypes.c_uint32(position // 4), ctypes.c_char(position % 4)
            )
        kind, place = self._distribution(pointer)
        if kind == NORMAL:
            ctypes.c_char.from_address(place + 16).value = int(numbers[HAS_OTHER])
            ctypes.c_double.from_address(place + 24).value = numbers[OTHER]

    def _state(self, pointer: int) -> int:
        """The stream of a generator, which is to be one of Random123's, as hoc's Random has it."""
        objects = {_word(_address_of(each) + 8) for each in h.List("Random")}
        is_stream = _function("_Z19nrn_random_isran123P4RandPjS1_S1_", ctypes.c_int)
        words = (ctypes.c_uint32 * 3)()
        places = [ctypes.byref(words, 4 * index) for index in range(3)]
        if pointer not in objects or not is_stream(ctypes.c_void_p(pointer), *places):
            raise EngineError(
                f"{self.label} is at no Random object whose generator is Random123; expected one "
                "after Random123(id1, id2, id3)"
            )
        return _word(_word(pointer) + 8)

    def _distribution(self, pointer: int) -> tuple[float, int]:
        """A Random's distribution, and where that is."""
        place = _word(pointer + 8)
        kind = _word(_word(place) - 8) if place else 0
        name = ctypes.string_at(_word(kind + 8)) if kind else b""
        if name not in _CLASSES:
            raise EngineError(
                f"{self.label} is at a Random object with another distribution than uniform, "
                "negexp or normal; expected one of these"
            )
        return _CLASSES[name], place


def check_that_none_are_shared(handles: Iterable[Handle]) -> None:
    """:raises EngineError: two draw from one stream, and which does first is not known."""
    known: dict[int, OfState] = {}
    given = [each for each in handles if isinstance(each, OfState)]
    for each in given:
        # Here it is refused where it is not set.
        each.pointer()
    # Those of other cells may share it too.
    kinds = {(mechanisms.class_name(each.owner), each.name): type(each) for each in given}
    for (kind, name), make in kinds.items():
        for each in (make(owner, name) for owner in h.List(kind)):
            pointer = each.pointer(is_optional=True)
            other = known.setdefault(pointer, each) if pointer else each
            if other is not each:
                raise EngineError(
                    f"{each.label} is at the same stream of random numbers as {other.label}; "
                    "expected one for each"
                )


def _expected(numbers: np.ndarray, count: int) -> list[float]:
    """What a stream gives next."""
    position = int(numbers[POSITION])
    other = [numbers[OTHER]] if numbers[HAS_OTHER] else []
    found = []

    def uniform() -> float:
        nonlocal position
        block, place = divmod(position, 4)
        position += 1
        word = numbers[WORDS + place] if block == numbers[BLOCK] else _philox(numbers, block)[place]
        return (word + 1.0) * _UNIT

    while len(found) < count:
        if numbers[DISTRIBUTION] == EXPONENTIAL:
            found.append(-numbers[LOW] * math.log(uniform()))
        elif numbers[DISTRIBUTION] == NORMAL:
            if not other:
                other = _pair(uniform)
            found.append(numbers[LOW] + numbers[HIGH] * other.pop())
        else:
            found.append(numbers[LOW] + (numbers[HIGH] - numbers[LOW]) * uniform())
    return found


def _pair(uniform: Any) -> list[float]:
    """Two normal numbers, the second one first."""
    while True:
        first, second = 2 * uniform() - 1, 2 * uniform() - 1
        square = first * first + second * second
        if square <= 1:
            factor = math.sqrt(-2 * math.log(square) / square)
            return [second * factor, first * factor]


def _philox(numbers: np.ndarray, block: int) -> list[int]:
    """philox4x32-10: four words of a stream."""
    first, second, third, global_index = (int(numbers[each]) for each in (0, 1, 2, GLOBAL_INDEX))
    counter, key = [block, third, first, second], [global_index, 0]
    for _ in range(10):
        one, two = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [
            *((two >> 32) ^ counter[1] ^ key[0], two & 0xFFFFFFFF),
            *((one >> 32) ^ counter[3] ^ key[1], one & 0xFFFFFFFF),
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter


def _of_state(state: int) -> np.ndarray:
    """A ``nrnran123_State``: its counter, the words it has made, and which of them is next."""
    counter = [_read(state + 4 * index, ctypes.c_uint32) for index in range(4)]
    found = np.zeros(COUNT)
    found[:POSITION] = counter[2], counter[3], counter[1]
    found[POSITION], found[BLOCK] = _position(state), counter[0]
    found[GLOBAL_INDEX] = h.Random().Random123_globalindex()
    found[WORDS : WORDS + 4] = [_read(state + 16 + 4 * i, ctypes.c_uint32) for i in range(4)]
    found[HIGH] = 1.0
    return found


def _position(state: int) -> int:
    return 4 * _read(state, ctypes.c_uint32) + _read(state + 32, ctypes.c_uint8)


def _address_of(instance: Any) -> int:
    return hoc.HocObject.hocobjptr(instance)


def _word(address: int) -> int:
    return _read(address, ctypes.c_size_t)


def _read(address: int, kind: Any) -> Any:
    return kind.from_address(address).value


def _function(name: str, result: Any) -> Any:
    """:raises EngineError: NEURON has no such function."""
    try:
        found = getattr(ctypes.CDLL(None), name)
    except AttributeError:
        raise EngineError(
            f"NEURON's random numbers cannot be read: it has no {name}; expected NEURON 9 as its "
            "wheels have it"
        ) from None
    found.restype = result
    return found
