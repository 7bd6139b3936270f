"""What NetCons of the session do, read at once."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from . import call, declare, function
from .structures import Netcon, Netstim

_SIZE = ctypes.POINTER(ctypes.c_size_t)

declare("nr_inputs_read", ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p))
_free = function("nr_inputs_free", None, ctypes.c_void_p)
_netcons = function("nr_inputs_netcons", ctypes.POINTER(Netcon), ctypes.c_void_p, _SIZE)
_weights = function("nr_inputs_weights", ctypes.POINTER(ctypes.c_double), ctypes.c_void_p, _SIZE)
_netstims = function("nr_inputs_netstims", ctypes.POINTER(Netstim), ctypes.c_void_p, _SIZE)


def read(netcons: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What NetCons have.

    :param netcons: NEURON's references, an array of 64 bits each.
    :returns: for each an ``nr_netcon``, the weights of all, and ``nr_netstim`` for each NetStim
        that drives one of them.
    :raises NeuronReduceError: one is none, or NEURON fails.
    """
    pointers = np.ascontiguousarray(netcons, dtype=np.uint64)
    handle = ctypes.c_void_p()
    call("nr_inputs_read", pointers.ctypes.data, len(pointers), ctypes.byref(handle))
    try:
        return tuple(_array(each, handle) for each in (_netcons, _weights, _netstims))
    finally:
        _free(handle)


def _array(lend, handle: ctypes.c_void_p) -> np.ndarray:
    count = ctypes.c_size_t()
    base = lend(handle, ctypes.byref(count))
    element = base._type_
    if not count.value:
        return np.empty(0, dtype=element)
    size = count.value * ctypes.sizeof(element)
    # As bytes: numpy takes an array of structures apart a field at a time.
    return np.frombuffer(ctypes.string_at(base, size), dtype=element)
