"""Where on a cable something belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from neuron import h, nrn

from .._library import cable_theory
from .._session import collect, gone
from ..errors import ArgumentError, CellError, SynapseError
from . import _names, _sections
from .impedances import OHMS_PER_MEGAOHM

SOMA_LABEL = "soma"


class SynapseLocation(NamedTuple):
    """A place on a cell: which subtree (``'soma'`` outside of all), the number in the section's
    name, and the position on it."""

    subtree_index: Any
    section_num: int
    x: float


def find_best_real_L(
    Z0: complex, ZL_goal: complex, q: complex, max_L: float = 10.0, max_depth: int = 50
) -> float:
    """How long a cable with a sealed end is, in space constants, whose tip has a given transfer
    impedance: the modulus counts.

    :param Z0: the input impedance, in ohm.
    :param ZL_goal: the transfer impedance from the tip, in ohm.
    :param q: the propagation factor per space constant.
    :param max_L: the longest that is looked for; the answer where even that attenuates too little.
    :param max_depth: is not used: the answer is as exact as a number can be.
    """
    return cable_theory.length(_ratio(ZL_goal, Z0), q, max_L)


def find_best_real_X(
    Z0: complex, ZX_goal: complex, q: complex, L: float, max_depth: int = 50
) -> float:
    """Where a cable has a given transfer impedance to its beginning: the distance from there, in
    space constants; just beside the nearer end, never 0 or L themselves, where it has that nowhere.
    The modulus counts.

    :param Z0: the input impedance, in ohm.
    :param ZX_goal: the transfer impedance that is sought, in ohm.
    :param q: the propagation factor per space constant.
    :param L: the cable's length, in space constants.
    :param max_depth: is not used: the answer is as exact as a number can be.
    """
    return cable_theory.position(_ratio(ZX_goal, Z0), q, L)


@gone.refused
def find_merged_loc(cable_nseg: int, relative_loc: float) -> float:
    """The middle of the segment that a relative position on a cable lies in; 0 and 1 stay.

    :param cable_nseg: the cable's number of segments.
    """
    if relative_loc in (0, 1):
        return relative_loc
    return cable_theory.segment_center(cable_nseg, relative_loc)


def find_synapse_loc(
    synapse_or_segment: Any, mapping_sections_to_subtree_index: Mapping[tuple[str, str], Any]
) -> SynapseLocation:
    """Where a point process or a segment is, by the name of its section: ``apic[…]`` and
    ``dend[…]`` are looked up in the mapping, all else is the soma's.

    :param mapping_sections_to_subtree_index: as
        :func:`~neuron_reduce.subtree_reductor_func.mark_subtree_sections_with_subtree_index` fills
        it.
    :raises SynapseError: for a point process that is on no section.
    :raises CellError: for a segment of a deleted section.
    """
    segment = synapse_or_segment
    gone.refuse(segment, "synapse_or_segment")
    if not issubclass(type(segment), nrn.Segment):
        segment = segment.get_segment()
        if segment is None:
            raise SynapseError(
                f"synapse_or_segment is {synapse_or_segment}, which is on no section, perhaps "
                "since its section was deleted; expected a point process on the cell"
            )
    kind = _names.kind(segment.sec)
    label = {"apic": "apic", "dend": "basal"}.get(kind)
    if label is None:
        return SynapseLocation(SOMA_LABEL, 0, 0)
    number = _names.number(segment.sec)
    return SynapseLocation(mapping_sections_to_subtree_index[label, number], int(number), segment.x)


@gone.refused
def reduce_synapse(
    cell_instance: Any,
    synapse_location: SynapseLocation,
    on_basal: bool,
    imp_obj: Any,
    root_input_impedance: complex,
    new_cable_electrotonic_length: float,
    q_subtree: complex,
) -> float:
    """The relative position on a cable where the transfer impedance equals that of a place of the
    original: between 0 at the soma and 1 at the tip, both excluded.

    :param cell_instance: whose ``dend`` and ``apic`` hold the original sections.
    :param synapse_location: a :class:`SynapseLocation`.
    :param on_basal: whether that is a place of ``dend`` or of ``apic``.
    :param imp_obj: of the subtree, as ``measure_input_impedance_of_subtree`` gives it.
    :param root_input_impedance: likewise, in ohm.
    :param new_cable_electrotonic_length: the cable's, in space constants.
    :param q_subtree: the propagation factor per space constant.
    :raises CellError: where the cell does not have that section any more.
    """
    section = _section(cell_instance, "dend" if on_basal else "apic", synapse_location.section_num)
    transfer = imp_obj.transfer(synapse_location.x, sec=section) * OHMS_PER_MEGAOHM
    distance = find_best_real_X(
        root_input_impedance, transfer, q_subtree, new_cable_electrotonic_length
    )
    return distance / new_cable_electrotonic_length


def _section(cell: Any, kind: str, number: int) -> nrn.Section:
    """A section of a cell. NEURON ends the process where a deleted one of a hoc array is reached
    for."""
    name = f"{kind}[{number}]"
    sections = collect.attribute_of(cell, kind)
    if sections is None or (
        collect.is_section_array(sections) and not h.section_exists(kind, number, cell)
    ):
        raise CellError(f"{collect.described(cell)} has no {name}; expected a section that exists")
    return _sections.alive(sections[number], name)


def _ratio(impedance: complex, input_impedance: complex) -> float:
    """Of the moduli of two impedances.

    :raises ArgumentError: for an input impedance of 0.
    """
    try:
        return abs(impedance) / abs(input_impedance)
    except ZeroDivisionError:
        raise ArgumentError("the input impedance Z0 is 0; expected one greater than 0") from None
