"""The classic reduction of a cell in this NEURON session."""

from __future__ import annotations

import ctypes
import re

import neuron
from neuron import h, hoc

from . import _collect, _drive, _library, _template
from .errors import ArgumentError, CellError, SimulatorError, UnsupportedNeuronError
from .reduced_cell import ReducedCell

_OLDEST_NEURON = 9


def subtree_reductor(
    original_cell,
    synapses_list,
    netcons_list,
    reduction_frequency=0,
    model_filename=_template.BUILT_IN,
    total_segments_manual=-1,
    PP_params_dict=None,
    mapping_type="impedance",
    return_seg_to_seg=False,
    method="classic",
    rates=None,
):
    """Reduces a cell: each dendritic stem with all its branches becomes one cable.

    The cable has the subtree's input impedance at the soma and the attenuation of its farthest tip.
    Synapses and channels move to where the cable's transfer impedance to the soma equals theirs;
    synapses of the same mechanism with equal parameters that meet in a segment become one, which
    receives the NetCons of all. Soma and axon stay, the same sections as before, and so do weights,
    delays, thresholds and sources of the NetCons. Point processes on the dendrites and NetCons onto
    them that are in neither list move too, unmerged.

    The original cell is consumed: its dendrites are gone afterwards. Other cells and the session's
    settings are not touched. When an exception is raised, nothing was changed.

    Source: Amsalem et al., "An efficient analytical reduction of detailed nonlinear neuron models",
    Nat. Commun. 11:288 (2020).

    :param original_cell: any cell with ``soma`` (a section, an array or a list). What its
        ``axonal`` or ``axon`` holds is axon, and of the sections attached to the soma also those
        with "axon" or "hill" in their name; what its ``apical`` or ``apic`` holds is apical; all
        else that is attached to the soma is a basal dendrite. A section at which a dendrite begins
        must have pas.
    :param synapses_list: point processes on the cell, n of them.
    :param netcons_list: n NetCons, the i-th of which targets the i-th synapse.
    :param reduction_frequency: in Hz, 0 or greater: at which impedances are kept.
    :param model_filename: the reduced cell is an instance of the hoc template with this name (the
        part before the first dot). ``model.hoc`` is built in; another file is loaded, unless the
        session has a template of that name, after a trial in a forked copy of the process. It has
        an ``init`` without arguments, public sections ``soma``, ``dend``, ``apic`` and public
        SectionLists ``all``, ``somatic``, ``apical``, ``basal`` and, if the axon is to be listed,
        ``axonal``.
    :param total_segments_manual: -1: one segment per 0.1 space constants, an odd number in each
        cable. Greater than 1, at most 10^6: the segments of the reduced cell, the soma counted as
        one, shared among the cables by electrotonic length. Greater than 0, at most 1: as -1,
        unless that gives less than this share of the original's dendritic segments; then that
        many.
    :param PP_params_dict: from a point process's class name to the list of those of its parameters
        that must be equal for a merge; all PARAMETERs for classes that it does not name.
    :param mapping_type: ``'impedance'``, the only one there is.
    :param return_seg_to_seg: also return where each dendritic segment went, as text.
    :returns: ``(reduced_cell, synapses, netcons)``: a :class:`ReducedCell`; the caller's own point
        processes that remain, those on the apical cable first, then those on the other cables, then
        those that did not move; the caller's own NetCons, all of them, in their order. With
        ``return_seg_to_seg`` a fourth value: a dictionary from original to reduced segment, both as
        text such as ``'L5PC[0].dend[3](0.5)'``.
    :raises UnsupportedNeuronError: NEURON is older than 9.
    :raises ArgumentError: a number or option has no meaning.
    :raises CellError: the cell has no soma or no dendrites, or a section's geometry or passive
        properties cannot be reduced.
    :raises SynapseError: a list element is not what was expected, or on no section of this cell.
    :raises TemplateError: the template file is missing or lacks what it must have.
    :raises SimulatorError: NEURON is in the middle of a run, or reported an error.
    """
    _check_version()
    if type(mapping_type) is not str or mapping_type != "impedance":
        raise ArgumentError(
            f"mapping_type is {_collect.described(mapping_type)}; expected 'impedance'"
        )
    frequency = _collect.number(
        reduction_frequency, "reduction_frequency", "a finite frequency in Hz, 0 or greater"
    )
    total_segments = _collect.number(
        total_segments_manual,
        "total_segments_manual",
        "-1 (automatic), a share greater than 0 and at most 1, or a total greater than 1",
    )
    with_segment_map = _collect.truth(return_seg_to_seg, "return_seg_to_seg")
    template_name, template_file = _template.named(model_filename)
    compared = _collect.compared_parameters(PP_params_dict)

    soma = _collect.attribute_of(original_cell, "soma")
    soma_sections = _collect.sections_of(soma, original_cell, "soma")
    if not soma_sections:
        raise CellError(
            f"{_collect.described(original_cell)} has no soma; expected a cell whose soma is a "
            "section"
        )
    section_lists = [
        _collect.section_list(sections)
        for sections in (
            soma_sections,
            _collect.sections(original_cell, "apical") or _collect.sections(original_cell, "apic"),
            _collect.sections(original_cell, "axonal") or _collect.sections(original_cell, "axon"),
        )
    ]
    point_processes = _collect.listed(synapses_list, "synapses_list", "point process")
    netcons_list = _collect.listed(netcons_list, "netcons_list", "NetCon")
    synapses = _collect.object_references(point_processes, "synapses_list", "point process")
    netcons = _collect.object_references(netcons_list, "netcons_list", "NetCon", hoc.NetCon)
    _check_that_structure_may_change()
    _template.load(template_name, template_file)
    result_list = h.List()
    drive = None if method == "classic" else _drive.Drive(point_processes, netcons_list, rates)

    soma_list, apical_list, axonal_list = (each.hocobjptr() for each in section_lists)
    outcome = _library.reduce(
        _library.Request(
            cell_name=_collect.described(original_cell).encode(errors="replace"),
            soma_sections=soma_list,
            apical_sections=apical_list,
            axonal_sections=axonal_list,
            synapses=synapses.buffer_info()[0],
            synapse_count=len(synapses),
            connections=netcons.buffer_info()[0],
            connection_count=len(netcons),
            method=method.encode(),
            frequency=frequency,
            total_segments=total_segments,
            compared_parameters=(ctypes.c_char_p * max(len(compared), 1))(*compared),
            compared_parameter_pairs=len(compared) // 2,
            template_name=template_name.encode(),
            template_is_built_in=template_file is None,
            result_list=result_list.hocobjptr(),
            **({} if drive is None else drive.fields()),
        )
    )

    del synapses, netcons
    outcome.delete_original()
    survivors = [point_processes[index] for index in outcome.survivors]
    reduced_cell = _wrap(result_list.o(0), original_cell, soma, outcome)
    result = reduced_cell, survivors, netcons_list
    if with_segment_map:
        result += (_segment_texts(reduced_cell, outcome),)
    return result


def _check_version():
    version = neuron.__version__
    match = re.match(r"\d+", version)
    if not match or int(match.group()) < _OLDEST_NEURON:
        raise UnsupportedNeuronError(
            f"this is NEURON {version}; expected NEURON {_OLDEST_NEURON}.0 or newer"
        )


def _check_that_structure_may_change():
    """NEURON refuses new sections and mechanisms while it runs; Python gets that as an exception,
    where the library's calls would end in one of C++."""
    try:
        probe = h.Section(name="neuron_reduce_probe")
        probe.insert("pas")
    except RuntimeError:
        raise SimulatorError(
            "NEURON cannot change its sections now, in the middle of a run or an initialisation; "
            "expected the reduction between runs"
        ) from None


def _wrap(hoc_model, original_cell, soma, outcome) -> ReducedCell:
    cables = outcome.cables
    return ReducedCell(
        hoc_model=hoc_model,
        soma=soma,
        apic=hoc_model.apic[0] if any(cable.is_apical for cable in cables) else None,
        dend=[] if all(cable.is_apical for cable in cables) else hoc_model.dend,
        original_cell=original_cell,
        stage_seconds=outcome.stage_seconds,
    )


def _segment_texts(reduced_cell: ReducedCell, outcome) -> dict[str, str]:
    """The segment map in the form in which NEURON prints segments."""
    cables = [section.name() for section in (*reduced_cell.apical, *reduced_cell.basal)]
    return {
        f"{outcome.section_name(each.section)}({each.position:g})": (
            f"{cables[each.cable]}({each.cable_position:g})"
        )
        for each in outcome.segment_map
    }
