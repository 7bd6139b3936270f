"""A cell compiled to C: its code, and where what is in its memory."""

from __future__ import annotations

import ctypes

import numpy as np

from . import _library as library
from . import check, declare, function
from .structures import ArgumentNames, ProgramInstance, ProgramRequest

_SIZE = ctypes.POINTER(ctypes.c_size_t)

for _name in ("nr_cell_compile", "nr_written_cell_compile"):
    declare(
        _name,
        ctypes.c_void_p,
        ctypes.POINTER(ProgramRequest),
        ctypes.POINTER(ctypes.c_void_p),
    )
declare("nr_cell_sections", ctypes.c_void_p, ctypes.c_void_p)
_free = function("nr_program_free", None, ctypes.c_void_p)
_source = function("nr_program_source", ctypes.c_char_p, ctypes.c_void_p)
_memory = function("nr_program_memory", ctypes.POINTER(ctypes.c_double), ctypes.c_void_p, _SIZE)
_indices = function("nr_program_indices", ctypes.POINTER(ctypes.c_int32), ctypes.c_void_p, _SIZE)
_instances = function(
    "nr_program_instances", ctypes.POINTER(ProgramInstance), ctypes.c_void_p, _SIZE
)
_event_orders = function(
    "nr_program_event_orders", ctypes.POINTER(ctypes.c_int32), ctypes.c_void_p, _SIZE
)
_joined = function("nr_program_joined", ctypes.POINTER(ProgramInstance), ctypes.c_void_p, _SIZE)
_weights = function("nr_program_weights", ctypes.c_int64, ctypes.c_void_p)
_runs_together = function("nr_program_runs_together", ctypes.c_int32, ctypes.c_void_p)
_variable = function(
    "nr_program_variable",
    ctypes.c_int64,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_double,
    ctypes.c_char_p,
)
_member = function(
    "nr_program_member", ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
)
_global = function("nr_program_global", ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p)
_variables = function(
    "nr_program_variables",
    None,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_void_p,
)


class Program:
    """A cell as a program: the library's ``nr_program``.

    :param function: of the library, which compiles the kind of cell that it is.

    :ivar source: C.
    :ivar memory: the numbers that it begins with, shaped (n,).
    :ivar indices: its table of indices, shaped (m,), int32.
    :ivar instances: for each point process its kind and which of them it is, shaped (p, 2).
    :ivar event_orders: for each kind of point process of which events at the same time the order
        may matter: 0 of none, 1 of those that it has sent itself, 2 of all.
    :ivar joined: point processes whose NET_RECEIVE reads what that of another one sets: kind and
        index of each, and of the other one, shaped (n, 4).
    :ivar runs_together: whether several trials can be run at once by one thread.
    :ivar weights: where in the memory the weights of NetCons begin.
    """

    def __init__(
        self,
        function: str,
        cell: ctypes.c_void_p,
        request: ProgramRequest,
        names: ArgumentNames,
    ):
        self._handle = ctypes.c_void_p()
        check(getattr(library, function)(cell, request, self._handle), names)
        self.source: str = _source(self._handle).decode()
        self.memory = _array(_memory, self._handle)
        self.indices = _array(_indices, self._handle)
        self.instances = _array(_instances, self._handle).view(np.int32).reshape(-1, 2)
        self.event_orders = _array(_event_orders, self._handle)
        self.joined = _array(_joined, self._handle).view(np.int32).reshape(-1, 4)
        self.weights: int = _weights(self._handle)
        self.runs_together = bool(_runs_together(self._handle))

    def __del__(self, free=_free):
        if self._handle:
            free(self._handle)

    def variable(self, section: int, position: float, name: str) -> int | None:
        """Where in the memory a range variable is; None where it is not there."""
        return _place(_variable(self._handle, section, position, name.encode()))

    def member(self, point_process: int, name: str) -> int | None:
        """Where in the memory a point process's member is; None where it is not there."""
        return _place(_member(self._handle, point_process, name.encode()))

    def variables(self, count: int, name: str) -> np.ndarray:
        """Where in the memory a mechanism's range variable is in all segments, one section after
        the other; -1 where it is not.

        :param count: of the segments.
        """
        found = np.empty(count, dtype=np.int64)
        _variables(self._handle, name.encode(), found.ctypes.data)
        return found

    def global_variable(self, name: str) -> int | None:
        """Where in the memory a GLOBAL is that blocks set; None where it is not there.

        :param name: as hoc has it.
        """
        return _place(_global(self._handle, name.encode()))


def _array(lend, handle: ctypes.c_void_p) -> np.ndarray:
    count = ctypes.c_size_t()
    base = lend(handle, ctypes.byref(count))
    return np.ctypeslib.as_array(base, (count.value,)).copy()


def _place(offset: int) -> int | None:
    return None if offset < 0 else offset
