"""The mean rates of the events that NetCons carry, as a caller states them."""

from __future__ import annotations

import numpy as np

from ..errors import ArgumentError
from . import collect

_HIGHEST = 1e6
"""In Hz: more than an event in each microsecond is a mistake."""


def rates(given, netcons: list) -> np.ndarray:
    """The rate of each NetCon's events in Hz.

    :param given: a number, or one number for each NetCon.
    :raises ArgumentError: where ``given`` is anything else.
    """
    expected = "None, a rate in Hz, or a list with the rate in Hz for each NetCon"
    try:
        found = np.array(given)
        # NumPy would take texts of numbers, and the real parts of complex ones.
        if found.dtype.kind in "SUc":
            raise TypeError
        found = found.astype(float)
    except (TypeError, ValueError, ReferenceError):
        raise ArgumentError(f"rates is {collect.described(given)}; expected {expected}") from None
    if found.ndim == 0:
        found = np.full(len(netcons), float(found))
    if found.shape != (len(netcons),):
        raise ArgumentError(
            f"rates has the shape {found.shape}; expected one number for each of the "
            f"{len(netcons)} NetCons"
        )
    refused = ~((found >= 0) & (found <= _HIGHEST))
    if refused.any():
        wrong = int(np.flatnonzero(refused)[0])
        raise ArgumentError(
            f"rates[{wrong}] is {found[wrong]:g}; expected a finite rate in Hz, 0 or greater "
            "and at most 1e6"
        )
    return found
