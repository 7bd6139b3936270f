"""The cable that stands for a subtree."""

from __future__ import annotations

from typing import Any, NamedTuple

from neuron import h

from .._library import cable_theory
from .._session import gone
from ..errors import CellError
from . import _sections
from .impedances import (
    OHMS_PER_MEGAOHM,
    find_lowest_subtree_impedance,
    measure_input_impedance_of_subtree,
)


class CableParams(NamedTuple):
    """A cable: lengths in µm, ``cm`` in µF/cm², ``rm`` in ohm cm², ``ra`` in ohm cm, ``e_pas`` in
    mV, the electrotonic length in space constants."""

    length: float
    diam: float
    space_const: float
    cm: float
    rm: float
    ra: float
    e_pas: float
    electrotonic_length: float


@gone.refused
def _get_subtree_biophysical_properties(
    subtree_root_ref: Any, frequency: float
) -> tuple[float, float, float, float, complex]:
    """The passive properties that a subtree's cable gets: those in the middle of its first section.

    May be replaced, as an attribute of ``neuron_reduce.reducing_methods``; :func:`reduce_subtree`
    and ``neuron_reduce.subtree_reductor`` then use what the replacement returns.

    :param subtree_root_ref: a SectionRef.
    :param frequency: in Hz.
    :returns: cm in µF/cm², Rm in ohm cm², Ra in ohm cm, e_pas in mV, and the propagation factor q
        per space constant, complex.
    :raises CellError: where the section has no pas that conducts.
    """
    section = _sections.referred(subtree_root_ref, "subtree_root_ref")
    rm = membrane_resistance(section)
    q = cable_theory.propagation_factor(rm, section.cm, frequency)
    return section.cm, rm, section.Ra, section.e_pas, q


def membrane_resistance(section: Any) -> float:
    """Rm in the middle of a section, in ohm cm².

    :raises CellError: where it has no pas that conducts.
    """
    if not section.has_membrane("pas") or not section.g_pas > 0:
        raise CellError(f"{section} has no pas with g_pas greater than 0, which Rm is taken from")
    return float(1 / section.g_pas)


@gone.refused
def reduce_subtree(subtree_root: Any, frequency: float) -> CableParams:
    """The one cable that has a subtree's input impedance and its largest attenuation.

    Source: Amsalem et al., Nat. Commun. 11:288 (2020), Methods.

    :param subtree_root: the subtree's first section. What counts is all that is attached to it and
        all mechanisms in it: to be measured by itself a subtree must have been disconnected from
        the soma, its active mechanisms uninserted.
    :param frequency: in Hz: at which the impedances are kept.
    :raises ArgumentError: for numbers that no cable has.
    :raises CellError: where there is no such section, or it has no pas.
    """
    # The module and not this one's: that is where it is replaced.
    from .. import reducing_methods

    root = _sections.alive(subtree_root, "subtree_root")
    reference = h.SectionRef(sec=root)
    cm, rm, ra, e_pas, q = reducing_methods._get_subtree_biophysical_properties(
        reference, frequency
    )
    impedance, input_impedance = measure_input_impedance_of_subtree(root, frequency)
    tip = find_lowest_subtree_impedance(reference, impedance)
    cable = cable_theory.solve_cable(
        input_impedance / OHMS_PER_MEGAOHM, abs(tip) / OHMS_PER_MEGAOHM, rm, ra, q
    )
    return CableParams(
        length=cable.length,
        diam=cable.diameter,
        space_const=cable.space_constant,
        cm=cm,
        rm=rm,
        ra=ra,
        e_pas=e_pas,
        electrotonic_length=cable.electrotonic_length,
    )


def find_space_const_in_cm(diameter: float, rm: float, ra: float) -> float:
    """A cylinder's space constant λ = √(Rm·d / 4Ra), in cm.

    :param diameter: in cm.
    :param rm: in ohm cm².
    :param ra: in ohm cm.
    """
    return cable_theory.space_constant(diameter, rm, ra)


@gone.refused
def calculate_subtree_q(root: Any, reduction_frequency: float) -> complex:
    """The propagation factor q per space constant, √(1 + i·2πf·Rm·cm), of a section's membrane.

    :param root: a section with pas.
    :param reduction_frequency: in Hz.
    :raises CellError: where the section has no pas that conducts.
    """
    section = _sections.alive(root, "root")
    return cable_theory.propagation_factor(
        membrane_resistance(section), section.cm, reduction_frequency
    )
