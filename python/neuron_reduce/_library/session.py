"""What NEURON has of many objects at once: what it goes on from when the engine has run, and what
is behind POINTERs."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from . import function
from .structures import SessionEvent

EVENT = np.dtype(SessionEvent)

_send = function("nr_session_send", ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t)
_set_streams = function(
    "nr_session_set_streams",
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int32,
)
_words = function(
    "nr_session_words",
    None,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int64,
    ctypes.c_void_p,
)
_raw_pointers = function(
    "nr_raw_pointers", ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
)


def have_raw_pointers(processes: Any) -> np.ndarray | None:
    """Whether point processes have POINTERs that lead to something that is no number, such as a
    stream of random numbers; shaped (n,).

    :param processes: NEURON's references to them.
    :returns: None where NEURON does not tell.
    """
    own = np.ascontiguousarray(processes, dtype=np.uint64)
    found = np.zeros(len(own), dtype=np.int32)
    if _raw_pointers(own.ctypes.data, len(own), found.ctypes.data) != 0:
        return None
    return found != 0


def send(events: np.ndarray) -> bool:
    """Lets events come, in this order where they are at the same time.

    :param events: of :data:`EVENT`.
    :returns: whether NEURON can.
    """
    return _send(events.ctypes.data, len(events)) == 0


def set_streams(processes: Any, positions: Any, datum: int) -> bool:
    """Sets streams to how many words come before the next.

    :param processes: NEURON's own Point_process of each.
    :param datum: which of their datums they are.
    :returns: whether NEURON can.
    """
    own = np.ascontiguousarray(processes, dtype=np.uint64)
    places = np.ascontiguousarray(positions, dtype=np.int64)
    return _set_streams(own.ctypes.data, places.ctypes.data, len(own), datum) == 0


def words(addresses: Any, offset: int = 0) -> np.ndarray:
    """Words of 64 bits, each so many bytes behind an address."""
    own = np.ascontiguousarray(addresses, dtype=np.uint64)
    found = np.empty(len(own), dtype=np.uint64)
    _words(own.ctypes.data, len(own), offset, found.ctypes.data)
    return found
