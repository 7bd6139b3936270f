"""What NEURON goes on from when the engine has run, many at once."""

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
