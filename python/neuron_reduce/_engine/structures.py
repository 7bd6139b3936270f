"""The structures of simulation.h, by ctypes."""

from __future__ import annotations

import ctypes

STREAM, TIMES, CROSSING, PROCESS = range(4)
"""Kinds of source: ``NR_SOURCE_...``."""

FAILURES = {
    1: "there is not enough memory",
    2: "there are more events than were reserved for",
    3: "there are more samples than were reserved for",
    4: "a variable is not a number",
    5: "an event was sent into the past",
    6: "net_move has no event of flag 1 to move",
}


class Source(ctypes.Structure):
    """``nr_source``."""

    _fields_ = [
        ("kind", ctypes.c_int32),
        ("first", ctypes.c_int32),
        ("count", ctypes.c_int32),
        ("is_recorded", ctypes.c_int32),
        ("interval", ctypes.c_double),
        ("noise", ctypes.c_double),
        ("number", ctypes.c_double),
        ("sent", ctypes.c_double),
        ("drawn", ctypes.c_uint32),
        ("words", ctypes.c_uint32 * 4),
        ("ids", ctypes.c_uint32 * 3),
        ("global_index", ctypes.c_uint32),
        ("is_above", ctypes.c_int32),
        ("start", ctypes.c_double),
        ("next", ctypes.c_double),
        ("times", ctypes.c_void_p),
        ("time_count", ctypes.c_int64),
        ("time_index", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("threshold", ctypes.c_double),
    ]


class Connection(ctypes.Structure):
    """``nr_connection``."""

    _fields_ = [
        ("kind", ctypes.c_int32),
        ("instance", ctypes.c_int32),
        ("weights", ctypes.c_int64),
        ("delay", ctypes.c_double),
    ]


class Play(ctypes.Structure):
    """``nr_play``."""

    _fields_ = [
        ("offset", ctypes.c_int64),
        ("values", ctypes.c_void_p),
        ("times", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("time_count", ctypes.c_int64),
        ("interval", ctypes.c_double),
        ("is_continuous", ctypes.c_int32),
        ("breaks", ctypes.c_void_p),
        ("break_count", ctypes.c_int64),
        ("index", ctypes.c_int64),
        ("break_index", ctypes.c_int64),
        ("place", ctypes.c_int64),
        ("next", ctypes.c_double),
    ]


DELIVERY, OF_SOURCE, TO_ITSELF, OF_WATCH = range(4)
"""What an event that is to come does: ``NR_PENDING_...``."""


class Pending(ctypes.Structure):
    """``nr_pending_event``."""

    _fields_ = [
        ("time", ctypes.c_double),
        ("order", ctypes.c_uint64),
        ("what", ctypes.c_int32),
        ("index", ctypes.c_int32),
        ("kind", ctypes.c_int32),
        ("instance", ctypes.c_int32),
        ("flag", ctypes.c_double),
        ("weights", ctypes.c_int64),
    ]


class Run(ctypes.Structure):
    """``nr_run``."""

    _fields_ = [
        ("memory", ctypes.c_void_p),
        ("indices", ctypes.c_void_p),
        ("sources", ctypes.c_void_p),
        ("source_count", ctypes.c_int64),
        ("connections", ctypes.c_void_p),
        ("connection_count", ctypes.c_int64),
        ("initial_count", ctypes.c_int64),
        ("records", ctypes.c_void_p),
        ("record_count", ctypes.c_int64),
        ("record_capacity", ctypes.c_int64),
        ("values", ctypes.c_void_p),
        ("times", ctypes.c_void_p),
        ("samples", ctypes.c_int64),
        ("spike_sources", ctypes.c_void_p),
        ("spike_times", ctypes.c_void_p),
        ("spike_capacity", ctypes.c_int64),
        ("spike_count", ctypes.c_int64),
        ("plays", ctypes.c_void_p),
        ("play_count", ctypes.c_int64),
        ("t", ctypes.c_double),
        ("failure", ctypes.c_int32),
        ("tie_kind", ctypes.c_int32),
        ("tie_instance", ctypes.c_int32),
        ("tie_is_joined", ctypes.c_int32),
        ("tie_count", ctypes.c_int64),
        ("tie_time", ctypes.c_double),
        ("state", ctypes.c_void_p),
    ]
