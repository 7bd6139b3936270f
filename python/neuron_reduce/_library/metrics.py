"""The library's functions that compare recordings, with numpy arrays in and records out."""

from __future__ import annotations

import ctypes

import numpy as np

from .. import _library

_Doubles = ctypes.POINTER(ctypes.c_double)


class Trace(ctypes.Structure):
    """``nr_trace``: a voltage in mV over time in ms.

    :param time: a contiguous array of float64.
    :param voltage: another one, as long.
    """

    _fields_ = [
        ("times", _Doubles),
        ("voltages", _Doubles),
        ("count", ctypes.c_size_t),
    ]

    def __init__(self, time: np.ndarray, voltage: np.ndarray):
        super().__init__(_pointer(time), _pointer(voltage), len(time))
        self._arrays = time, voltage


class Span(ctypes.Structure):
    """``nr_span``: the time that is compared, in ms."""

    _fields_ = [("start", ctypes.c_double), ("end", ctypes.c_double)]


class SpikeComparison(ctypes.Structure):
    """``nr_spike_comparison``: rates in Hz, all else without a unit."""

    _fields_ = [
        ("first_rate", ctypes.c_double),
        ("second_rate", ctypes.c_double),
        ("rate_error", ctypes.c_double),
        ("coincidence_factor", ctypes.c_double),
        ("matched_share", ctypes.c_double),
        ("spike_synchronization", ctypes.c_double),
        ("spike_distance", ctypes.c_double),
    ]


class VoltageComparison(ctypes.Structure):
    """``nr_voltage_comparison``: in mV, second less first; the share of the time compared."""

    _fields_ = [
        ("root_mean_square", ctypes.c_double),
        ("mean", ctypes.c_double),
        ("deviation", ctypes.c_double),
        ("compared_share", ctypes.c_double),
    ]


class SpikeShape(ctypes.Structure):
    """``nr_spike_shape``: height in mV, half width and latency in ms."""

    _fields_ = [
        ("height", ctypes.c_double),
        ("half_width", ctypes.c_double),
        ("latency", ctypes.c_double),
    ]


_library.check_sizes(Trace, Span, SpikeComparison, VoltageComparison, SpikeShape)
_TraceReference = ctypes.POINTER(Trace)
_library.declare("nr_check_trace", _TraceReference)
_library.declare(
    "nr_spike_times",
    _TraceReference,
    Span,
    ctypes.c_double,
    _Doubles,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_size_t),
)
_library.declare(
    "nr_compare_spikes",
    _Doubles,
    ctypes.c_size_t,
    _Doubles,
    ctypes.c_size_t,
    Span,
    ctypes.c_double,
    ctypes.POINTER(SpikeComparison),
)
_library.declare(
    "nr_compare_voltages",
    _TraceReference,
    _TraceReference,
    Span,
    _Doubles,
    ctypes.c_size_t,
    ctypes.c_double,
    ctypes.c_double,
    ctypes.POINTER(VoltageComparison),
)
_library.declare(
    "nr_measure_spikes", _TraceReference, Span, ctypes.c_double, ctypes.POINTER(SpikeShape)
)


def check(trace: Trace) -> None:
    """Whether a trace is one.

    :raises ArgumentError: for too few samples, numbers that are not finite, times that fall.
    """
    _library.call("nr_check_trace", trace)


def spike_times(trace: Trace, span: Span, threshold: float) -> np.ndarray:
    """When the voltage crosses the threshold upwards, in ms."""
    times = np.empty(trace.count // 2)
    count = ctypes.c_size_t()
    _library.call(
        "nr_spike_times", trace, span, threshold, _pointer(times), len(times), ctypes.byref(count)
    )
    return times[: count.value].copy()


def compare_spikes(
    first: np.ndarray, second: np.ndarray, span: Span, window: float
) -> SpikeComparison:
    """Compares two trains, arrays of spike times in ms."""
    result = SpikeComparison()
    _library.call(
        "nr_compare_spikes",
        _pointer(first),
        len(first),
        _pointer(second),
        len(second),
        span,
        window,
        result,
    )
    return result


def compare_voltages(
    first: Trace, second: Trace, span: Span, spikes: np.ndarray, before: float, after: float
) -> VoltageComparison:
    """Compares two traces outside of a window around some spikes, given in ms."""
    result = VoltageComparison()
    _library.call(
        "nr_compare_voltages",
        first,
        second,
        span,
        _pointer(spikes),
        len(spikes),
        before,
        after,
        result,
    )
    return result


def measure_spikes(trace: Trace, span: Span, threshold: float) -> SpikeShape:
    """The shape of the spikes that begin within the span."""
    result = SpikeShape()
    _library.call("nr_measure_spikes", trace, span, threshold, result)
    return result


def _pointer(array: np.ndarray):
    return array.ctypes.data_as(_Doubles)
