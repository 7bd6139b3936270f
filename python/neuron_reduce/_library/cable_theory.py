"""The library's functions of cable theory: the equivalent cable, attenuation along it, its
segments.

Rm is in ohm cm², Ra in ohm cm, cm in µF/cm²; impedances are in MΩ; the propagation factor q per
space constant is a complex number whose real part is not less than its imaginary part, which is not
negative. All raise ``ArgumentError`` for numbers that have no meaning.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from .. import _library
from ..errors import ArgumentError

_Number = ctypes.c_double
_NumberReference = ctypes.POINTER(_Number)


class Complex(ctypes.Structure):
    """``nr_complex``: an impedance or a propagation factor."""

    _fields_ = [("real", ctypes.c_double), ("imaginary", ctypes.c_double)]

    @classmethod
    def of(cls, value: complex, name: str) -> Complex:
        """From a number of Python's.

        :raises ArgumentError: where it is none.
        """
        try:
            number = complex(value)
        except (TypeError, ValueError, OverflowError):
            raise ArgumentError(f"{name} is {value!r}; expected a number") from None
        return cls(number.real, number.imag)


class EquivalentCable(ctypes.Structure):
    """``nr_equivalent_cable``: the electrotonic length in space constants, all else in µm."""

    _fields_ = [
        ("electrotonic_length", ctypes.c_double),
        ("diameter", ctypes.c_double),
        ("space_constant", ctypes.c_double),
        ("length", ctypes.c_double),
    ]


_library.check_sizes(Complex, EquivalentCable)
_library.declare("nr_propagation_factor", _Number, _Number, _Number, ctypes.POINTER(Complex))
_library.declare(
    "nr_solve_cable",
    Complex,
    _Number,
    _Number,
    _Number,
    Complex,
    ctypes.POINTER(EquivalentCable),
)
_library.declare("nr_space_constant", _Number, _Number, _Number, _NumberReference)
_library.declare("nr_cable_length", _Number, Complex, _Number, _NumberReference)
_library.declare("nr_cable_position", _Number, Complex, _Number, _NumberReference)
_library.declare("nr_segment_counts", _NumberReference, ctypes.c_size_t, _Number, _NumberReference)
_library.declare("nr_segment_center", _Number, _Number, _NumberReference)


def propagation_factor(membrane_resistance, capacitance, frequency) -> complex:
    """q = √(1 + i·2πf·Rm·cm), f in Hz."""
    result = Complex()
    _library.call(
        "nr_propagation_factor",
        _number(membrane_resistance, "Rm"),
        _number(capacitance, "cm"),
        _number(frequency, "the frequency"),
        ctypes.byref(result),
    )
    return complex(result.real, result.imaginary)


def solve_cable(
    input_impedance, tip_transfer_impedance, membrane_resistance, axial_resistivity, q
) -> EquivalentCable:
    """The cylinder with an input impedance and with the modulus of the tip's transfer impedance."""
    result = EquivalentCable()
    _library.call(
        "nr_solve_cable",
        Complex.of(input_impedance, "the input impedance"),
        _number(tip_transfer_impedance, "the tip's transfer impedance"),
        _number(membrane_resistance, "Rm"),
        _number(axial_resistivity, "Ra"),
        Complex.of(q, "the propagation factor q"),
        ctypes.byref(result),
    )
    return result


def space_constant(diameter, membrane_resistance, axial_resistivity) -> float:
    """A cylinder's space constant in cm, from its diameter in cm."""
    return _result(
        "nr_space_constant",
        _number(diameter, "the diameter"),
        _number(membrane_resistance, "Rm"),
        _number(axial_resistivity, "Ra"),
    )


def length(tip_ratio, q, longest) -> float:
    """How long a cable is, in space constants, whose tip has a given |Z_tip / Z_in|."""
    return _result(
        "nr_cable_length",
        _number(tip_ratio, "the ratio of impedances"),
        Complex.of(q, "the propagation factor q"),
        _number(longest, "the longest length"),
    )


def position(ratio, q, electrotonic_length) -> float:
    """How far out, in space constants, a cable has a given |Z_x / Z_in|; just beside the nearer end
    where it has that nowhere."""
    return _result(
        "nr_cable_position",
        _number(ratio, "the ratio of impedances"),
        Complex.of(q, "the propagation factor q"),
        _number(electrotonic_length, "the electrotonic length"),
    )


def segment_counts(electrotonic_lengths: Sequence[float], total: float = -1) -> list[int]:
    """The segments of each of some cables.

    :param total: -1: one segment per 0.1 space constants; otherwise what to share, the soma counted
        as one.
    """
    count = len(electrotonic_lengths)
    lengths = (_Number * count)(
        *(_number(each, "the electrotonic length") for each in electrotonic_lengths)
    )
    counts = (_Number * count)()
    _library.call(
        "nr_segment_counts", lengths, count, _number(total, "the total of segments"), counts
    )
    return [int(each) for each in counts]


def segment_center(segment_count, relative_position) -> float:
    """The centre of the segment that a relative position lies in."""
    return _result(
        "nr_segment_center",
        _number(segment_count, "the number of segments"),
        _number(relative_position, "the relative position"),
    )


def _result(function: str, *arguments) -> float:
    result = ctypes.c_double()
    _library.call(function, *arguments, ctypes.byref(result))
    return result.value


def _number(value, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"{name} is {value!r}; expected a number") from None
