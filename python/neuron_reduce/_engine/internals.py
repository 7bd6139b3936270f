"""What NEURON has no functions for in Python: its queue of events, spike sources, plays, and all
variables of mechanisms. By functions of C++ that its library exports, and by the layout of its
objects: who uses that looks at it first, since another version of NEURON may have another.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from neuron import h, hoc, nrn

from .._library import session
from ..errors import EngineError

POINTER = ctypes.c_void_p

_CONTENT = 8
"""Where an Object has what it is; likewise the others."""
_PROPERTY_OF_PROCESS = 16
_ROW_OF_PROPERTY = 48
_STORAGE_OF_PROPERTY, _FIELDS_OF_STORAGE, _FIELD_SIZE, _FIELD_COUNT = 64, 80, 40, 32
_DATUM_SIZE = 40
_MECHANISM_SIZE, _SEMANTICS_OF_MECHANISM = 176, 152
_DATA_OF_ITEM, _TARGET_OF_SELF_EVENT = 0, 16
_DELAY, _SOURCE, _TARGET, _WEIGHTS = 8, 16, 24, 32
_IS_ABOVE, _THRESHOLD = 40, 72
_SPIKE_TIMES, _SPIKE_IDENTIFIERS, _SPIKE_STATEMENT = 136, 144, 152
_IS_SENT_AS_ONE, _OUTPUT_INDEX, _GID = 184, 192, 196
_VECTOR, _TIMES, _INTERVAL, _INDICES = 64, 72, 72, 88
_RECORD_OF_EVENT = 8

EVENTS = {"VecRecordDt": 80, "VecRecordDiscrete": 80, "VecPlayStep": 96, "VecPlayContinuous": 104}
"""By class, where what records or plays has its event."""


@functools.cache
def function(name: str, result: Any, *arguments: Any) -> Any:
    """A function of NEURON's library, by the name that C++ gives it.

    :raises EngineError: there is none.
    """
    found = getattr(_library(), name, None)
    if found is None:
        raise EngineError(f"NEURON has no {name}; expected NEURON 9 as its wheels have it")
    # A copy: ctypes has one object for each name, and others may declare it otherwise.
    address = ctypes.cast(found, POINTER).value
    return ctypes.CFUNCTYPE(result, *arguments)(address)


def variable(name: str, kind: Any) -> Any:
    """The value of one of its variables.

    :raises EngineError: there is none.
    """
    try:
        return kind.in_dll(_library(), name).value
    except ValueError:
        raise EngineError(
            f"NEURON has no {name}; expected NEURON 9 as its wheels have it"
        ) from None


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def check() -> None:
    """Whether all is there that changes events and streams.

    :raises EngineError: something is not, or this is another version than 9.0.
    """
    version = h.nrnversion(5)
    if not version.startswith("9.0"):
        raise EngineError(f"this is NEURON {version}; expected 9.0")
    for name in (
        "_Z17clear_event_queuev",
        "_Z12nrn_net_sendPvPdP13Point_processdd",
        "_ZN8NetCvode5eventEdP13DiscreteEventP9NrnThread",
        "_Z16nrnran123_setseqP15nrnran123_Statejc",
        "_Z17nrnran123_getids3P15nrnran123_StatePjS1_S1_",
        "_Z28_nrn_mechanism_access_dparamP4Prop",
        "_Z27_nrn_mechanism_access_paramP4Propii",
    ):
        function(name, None)
    variable("net_cvode_instance", POINTER)
    variable("nrn_threads", POINTER)
    variable("nrn_artcell_qindex_", POINTER)
    variable("nrn_prop_dparam_size_", POINTER)
    variable("memb_func", POINTER)


def word(address: int) -> int:
    """A pointer at an address."""
    return ctypes.c_size_t.from_address(address).value


def content(instance: Any) -> int:
    """What an object of hoc is: a Point_process, a NetCon, a Vector."""
    return word(hoc.HocObject.hocobjptr(instance) + _CONTENT)


def contents(instances: Iterable[Any]) -> np.ndarray:
    """The same of many."""
    references = np.fromiter(map(hoc.HocObject.hocobjptr, instances), dtype=np.uint64)
    return session.words(references, _CONTENT)


@functools.cache
def _tables(*names: str) -> dict[int, str]:
    """By the address that an object of it begins with the name of each class."""
    found = {}
    for name in names:
        try:
            table = ctypes.c_char.in_dll(_library(), f"_ZTV{len(name)}{name}")
        except ValueError:
            raise EngineError(
                f"NEURON has no {name}; expected NEURON 9 as its wheels have it"
            ) from None
        # Past the table's first two entries.
        found[ctypes.addressof(table) + 16] = name
    return found


# ---- Events --------------------------------------------------------------------------------------


def clear_events() -> None:
    """Removes all events."""
    function("_Z17clear_event_queuev", None)()


def event_classes() -> tuple[set[str], np.ndarray]:
    """The classes of all events that are to come, and the addresses of their targets, 0 for none;
    "" for other ones than those of NetCons, spike sources, what records and plays, and of processes
    to themselves."""
    events = session.words(_items(), _DATA_OF_ITEM)
    found = session.words(events)
    tables = _tables("NetCon", "PreSyn", "SelfEvent", "PlayRecordEvent")
    targets = np.zeros(len(events), dtype=np.uint64)
    for kind, offset in (("NetCon", _TARGET), ("SelfEvent", _TARGET_OF_SELF_EVENT)):
        own = found == next(table for table, name in tables.items() if name == kind)
        targets[own] = session.words(events[own], offset)
    return {tables.get(int(each), "") for each in np.unique(found)}, targets


def _items() -> np.ndarray:
    """All that is in the queue."""
    items: list[int] = []
    callback = ctypes.CFUNCTYPE(None, POINTER, ctypes.c_int)(lambda item, _: items.append(item))
    queue = function("_Z30net_cvode_instance_event_queueP9NrnThread", POINTER, POINTER)(_thread())
    function("_ZN6TQueue15forall_callbackEPFvPK6TQItemiE", None, POINTER, POINTER)(
        queue, ctypes.cast(callback, POINTER)
    )
    return np.array(items, dtype=np.uint64)


def movables(processes: np.ndarray, kind: str) -> np.ndarray:
    """The datums by which point processes and artificial cells keep the last event that each has
    sent to itself."""
    if not len(processes):
        return processes
    # What the datums of a mechanism are for is a number each: this is NetStim's.
    own = _semantics("NetStim")[
        ctypes.c_short.from_address(
            variable("nrn_artcell_qindex_", POINTER) + 2 * mechanism_type("NetStim")
        ).value
    ]
    return _datums(processes) + np.uint64(_DATUM_SIZE * _semantics(kind).index(own))


@functools.cache
def _semantics(kind: str) -> list[int]:
    """What each datum of a mechanism is for."""
    listed = ctypes.addressof(ctypes.c_char.in_dll(_library(), "memb_func"))
    first, end = word(listed), word(listed + 8)
    index = mechanism_type(kind)
    if (end - first) % _MECHANISM_SIZE or not 0 <= index < (end - first) // _MECHANISM_SIZE:
        raise EngineError(
            "NEURON's mechanisms are not as expected; expected NEURON 9 as its wheels have it"
        )
    place = word(first + _MECHANISM_SIZE * index + _SEMANTICS_OF_MECHANISM)
    sizes = variable("nrn_prop_dparam_size_", POINTER)
    count = ctypes.c_int.from_address(sizes + 4 * index).value
    return list((ctypes.c_int * count).from_address(place)) if place else []


def _datums(processes: np.ndarray) -> np.ndarray:
    """Where the datums of Point_processes are."""
    find = function("_Z28_nrn_mechanism_access_dparamP4Prop", POINTER, POINTER)
    own = session.words(processes, _PROPERTY_OF_PROCESS)
    offset = int(find(int(own[0]))) - int(own[0])
    return session.words(own, offset)


def send(events: np.ndarray) -> None:
    """Lets events come, in this order where they are at the same time.

    :param events: of ``session.EVENT``.
    """
    # NEURON would end the process.
    if (events["time"] < h.t).any() or not session.send(events):
        raise EngineError("NEURON takes no events; expected NEURON 9 as its wheels have it")


def stream_index(instance: Any, name: str) -> int:
    """Which of the datums of a process is a RANDOM variable."""
    symbol = function("nrn_method_symbol", POINTER, POINTER, ctypes.c_char_p)(
        hoc.HocObject.hocobjptr(instance), name.encode()
    )
    return ctypes.c_int.from_address(symbol + 20).value


def _thread() -> int:
    return variable("nrn_threads", POINTER)


# ---- NetCons -------------------------------------------------------------------------------------


def are_netcons(addresses: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """Which of what should be NetCons are as expected."""
    tables = np.fromiter(_tables("NetCon"), dtype=np.uint64)
    found = session.words(addresses, _DELAY).view(np.float64)
    return np.isin(session.words(addresses), tables) & (found == delays)


def targets(netcons: np.ndarray) -> np.ndarray:
    """The Point_processes of NetCons; 0 for none."""
    return session.words(netcons, _TARGET)


def addresses_of_weights(netcons: np.ndarray) -> np.ndarray:
    """Where the weights of NetCons are."""
    return session.words(netcons, _WEIGHTS)


def is_detector(netcon: int, threshold: float) -> bool:
    """Whether the source of a NetCon is one that looks for crossings of a threshold."""
    source = word(netcon + _SOURCE)
    return (
        source != 0
        and word(source) in _tables("PreSyn")
        and ctypes.c_double.from_address(source + _THRESHOLD).value == threshold
        and ctypes.c_ubyte.from_address(source + _IS_ABOVE).value in (0, 1)
    )


def sources_of(netcons: np.ndarray) -> np.ndarray:
    """The spike sources of NetCons; 0 for none."""
    return session.words(netcons, _SOURCE)


def are_sent_as_one(sources: np.ndarray) -> np.ndarray:
    """Of which spike sources the queue has one event for all NetCons, as their delays are equal."""
    return (session.words(sources, _IS_SENT_AS_ONE) & np.uint64(0xFFFFFFFF)) != 0


def listeners() -> tuple[np.ndarray, np.ndarray]:
    """The spike sources of which something else than NetCons takes note, such as Vectors of times,
    callbacks and gids; and those that fill Vectors with identifiers."""
    listed = function("_Z22net_cvode_instance_pslv", POINTER)()
    # There is no list before there is a source.
    places = range(word(listed), word(listed + 8), 8) if listed else ()
    found = np.array([word(place) for place in places], dtype=np.uint64)
    if not np.isin(session.words(found), np.fromiter(_tables("PreSyn"), dtype=np.uint64)).all():
        raise EngineError("NEURON's spike sources are not as expected")
    identifiers = session.words(found, _SPIKE_IDENTIFIERS)
    is_heard = (session.words(found, _SPIKE_TIMES) | session.words(found, _SPIKE_STATEMENT)) != 0
    for offset in (_OUTPUT_INDEX, _GID):
        numbers = (session.words(found, offset) & np.uint64(0xFFFFFFFF)).astype(np.int64)
        # Negative ones stand for none.
        is_heard |= numbers < 2**31
    return found[is_heard], found[identifiers != 0]


def set_above(netcon: int, is_above: bool) -> None:
    """Says of the source of a NetCon whether its potential was above the threshold."""
    ctypes.c_ubyte.from_address(word(netcon + _SOURCE) + _IS_ABOVE).value = is_above


# ---- What records and plays ----------------------------------------------------------------------


class Record:
    """What records or plays, at times of its own.

    :ivar kind: its class.
    """

    def __init__(self, address: int, kind: str):
        self._address, self.kind = address, kind
        self._event = word(address + EVENTS[kind])

    @property
    def is_as_expected(self) -> bool:
        return (
            word(self._event) in _tables("PlayRecordEvent")
            and word(self._event + _RECORD_OF_EVENT) == self._address
        )

    @property
    def is_play(self) -> bool:
        return self.kind.startswith("VecPlay")

    @property
    def vector(self) -> int:
        """The content of the Vector."""
        return word(self._address + _VECTOR)

    @property
    def times(self) -> int:
        """The content of the Vector of times."""
        return word(self._address + _TIMES)

    @property
    def interval(self) -> float:
        return ctypes.c_double.from_address(self._address + _INTERVAL).value

    @property
    def indices(self) -> Any:
        """Where a play is: the next value, or the last one, the next break and how far lines are
        drawn."""
        count = 1 if self.kind == "VecPlayStep" else 3
        return (ctypes.c_int * count).from_address(self._address + _INDICES)

    @property
    def event(self) -> int:
        return self._event


def records() -> list[Record]:
    """All that record or play at times of their own, in NEURON's order."""
    listed = function("_Z22net_cvode_instance_prlv", POINTER)()
    first, end = word(listed), word(listed + 8)
    tables = _tables(*EVENTS)
    found = [word(place) for place in range(first, end, 8)]
    return [Record(each, tables[word(each)]) for each in found if word(each) in tables]


# ---- Mechanisms ----------------------------------------------------------------------------------


def mechanism_type(kind: str) -> int:
    return function("_Z16nrn_get_mechtypePKc", ctypes.c_int, ctypes.c_char_p)(kind.encode())


def properties_of_processes(processes: np.ndarray) -> np.ndarray:
    """The Props of Point_processes."""
    return session.words(processes, _PROPERTY_OF_PROCESS)


def properties_of_section(section: nrn.Section, kinds: Sequence[str]) -> list[list[int]]:
    """For each mechanism the Props in a section's segments."""
    # After Python's own part of an object.
    address = word(id(section) + object.__basicsize__)
    count = function("_Z24_nrn_mechanism_get_nnodeP7Section", ctypes.c_int, POINTER)
    if count(address) != section.nseg + 1:
        raise EngineError(
            "NEURON's sections are not as expected; expected NEURON 9 as its wheels have it"
        )
    # Nodes are in order from the end at the root, which may be that at 1.
    node = function("_Z10node_exactP7Sectiond", POINTER, POINTER, ctypes.c_double)
    nodes = [node(address, segment.x) for segment in section]
    found = function("_Z13nrn_mechanismiP4Node", POINTER, ctypes.c_int, POINTER)
    types = [mechanism_type(kind) for kind in kinds]
    return [[found(kind, each) for each in nodes] for kind in types]


_fields: dict[str, dict[str, int]] = {}


def fields(kind: str, instance: int) -> dict[str, int]:
    """All variables of a mechanism, with how many numbers each has, in NEURON's order.

    :param kind: its name.
    :param instance: one of its Props.
    :raises EngineError: NEURON does not tell.
    """
    if kind in _fields:
        return _fields[kind]
    count = function("_Z27_nrn_mechanism_get_num_varsP4Prop", ctypes.c_int, POINTER)(instance)
    storage = word(instance + _STORAGE_OF_PROPERTY)
    first, end = (word(storage + _FIELDS_OF_STORAGE + 8 * index) for index in (0, 1))
    if end - first != count * _FIELD_SIZE:
        raise EngineError(
            f"NEURON does not tell what variables {kind} has; expected NEURON 9 as its wheels have "
            "it"
        )
    found = {}
    for place in range(first, end, _FIELD_SIZE):
        name = ctypes.string_at(word(place), word(place + 8)).decode()
        found[name] = ctypes.c_int.from_address(place + _FIELD_COUNT).value
    return _fields.setdefault(kind, found)


class Instances:
    """All instances of a mechanism: their variables in NEURON's memory.

    :param properties: their Props.
    """

    def __init__(self, kind: str, properties: Sequence[int] | np.ndarray):
        own = np.asarray(properties, dtype=np.uint64)
        first, last = int(own[0]), int(own[-1])
        self.fields = fields(kind, first)
        self._indices = {name: index for index, name in enumerate(self.fields)}
        self._property = first
        self._parameter = function(
            "_Z27_nrn_mechanism_access_paramP4Propii", POINTER, POINTER, ctypes.c_int, ctypes.c_int
        )
        # NEURON has the numbers of a variable of all instances side by side.
        rows = session.words(session.words(own, _ROW_OF_PROPERTY)).astype(np.int64)
        self._rows = rows - rows[0]
        self._lowest = int(self._rows.min())
        self._count = int(self._rows.max()) - self._lowest + 1
        size = 8 * next(iter(self.fields.values()))
        if self._parameter(last, 0, 0) - self._parameter(first, 0, 0) != size * self._rows[-1]:
            raise EngineError(
                f"NEURON has {kind} elsewhere; expected NEURON 9 as its wheels have it"
            )

    def _places(self, name: str, element: int) -> tuple[np.ndarray, np.ndarray]:
        size = self.fields[name]
        first = self._parameter(self._property, self._indices[name], 0)
        numbers = _numbers(first + 8 * size * self._lowest, size * self._count)
        return numbers, (self._rows - self._lowest) * size + element

    def set(self, name: str, values: Any, element: int = 0) -> None:
        """Sets a variable, or an element of an array, of all of them."""
        numbers, places = self._places(name, element)
        numbers[places] = values

    def get(self, name: str, element: int = 0) -> np.ndarray:
        """The same variable's values."""
        numbers, places = self._places(name, element)
        return numbers[places]


def numbers_at(address: int, count: int) -> np.ndarray:
    """NEURON's own numbers at an address."""
    return _numbers(address, count)


def _numbers(address: int, count: int) -> np.ndarray:
    return np.ctypeslib.as_array((ctypes.c_double * count).from_address(address))
