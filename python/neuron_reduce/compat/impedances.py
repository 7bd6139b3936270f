"""The impedances of a subtree, as NEURON measures them."""

from __future__ import annotations

import cmath
import contextlib
from collections.abc import Iterator
from typing import Any

from neuron import h

from .._session import gone
from ..errors import ArgumentError
from . import _sections

OHMS_PER_MEGAOHM = 1e6


@gone.refused
@contextlib.contextmanager
def push_section(section: Any) -> Iterator[None]:
    """Makes a section the one that hoc works on, while the context lasts."""
    section.push()
    try:
        yield
    finally:
        h.pop_section()


@gone.refused
def measure_input_impedance_of_subtree(
    subtree_root_section: Any, frequency: float
) -> tuple[Any, complex]:
    """The input impedance at the beginning (0) of a section, with all that is attached to it: a
    subtree must have been disconnected from the soma to be measured by itself.

    :param frequency: in Hz, 0 or greater.
    :returns: the ``Impedance`` object, which knows the transfer impedances to that place, and the
        input impedance in ohm, complex.
    :raises ArgumentError: for a frequency without a meaning.
    :raises CellError: where there is no such section.
    """
    root = _sections.alive(subtree_root_section, "subtree_root_section")
    impedance = h.Impedance()
    impedance.loc(0, sec=root)
    impedance.compute(_hertz(frequency), 0)
    value = cmath.rect(impedance.input(0, sec=root), impedance.input_phase(0, sec=root))
    return impedance, value * OHMS_PER_MEGAOHM


@gone.refused
def find_lowest_subtree_impedance(subtree_root_ref: Any, imp_obj: Any) -> complex:
    """Of all sections of a subtree, the transfer impedance from the end that has the smallest.

    :param subtree_root_ref: a SectionRef of the subtree's first section.
    :param imp_obj: as :func:`measure_input_impedance_of_subtree` gives it.
    :returns: in ohm, complex.
    """
    root = _sections.referred(subtree_root_ref, "subtree_root_ref")
    # A section's far end is the one that its parent is not at.
    ends = [(section, 1 - section.orientation()) for section in _sections.with_descendants(root)]
    modulus, section, end = min(
        ((imp_obj.transfer(end, sec=section), section, end) for section, end in ends),
        key=lambda each: each[0],
    )
    phase = imp_obj.transfer_phase(end, sec=section)
    return cmath.rect(modulus * OHMS_PER_MEGAOHM, phase)


def _hertz(frequency: Any) -> float:
    try:
        number = float(frequency)
    except (TypeError, ValueError, OverflowError):
        number = cmath.nan
    if not 0 <= number < cmath.inf:
        raise ArgumentError(
            f"frequency is {frequency!r}; expected a finite frequency in Hz, 0 or greater"
        )
    return number
