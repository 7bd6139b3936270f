"""The classic reduction of a cell in this NEURON session."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, overload

from ._display import log
from ._session import cells, collect, parts, templates
from ._session.done import Done
from ._session.job import Job, check_version
from ._session.leaks import Leaks
from ._session.naming import PUBLISHED
from .errors import ArgumentError
from .reduced_cell import ReducedCell


@overload
def subtree_reductor(
    original_cell: Any,
    synapses_list: Iterable[Any],
    netcons_list: Iterable[Any],
    reduction_frequency: float = ...,
    model_filename: str | os.PathLike[str] = ...,
    total_segments_manual: float = ...,
    PP_params_dict: Mapping[str, Iterable[str]] | None = ...,
    mapping_type: str = ...,
    return_seg_to_seg: Literal[False] = ...,
    *,
    method: str = ...,
    rates: float | Iterable[float] | None = ...,
    merge: str | Literal[False] = ...,
    leak: Leaks = ...,
    roots: parts.Given = ...,
    keep: parts.Given = ...,
    spines: parts.Spines = ...,
    soma: cells.Roles = ...,
    apical: cells.Roles = ...,
    axon: cells.Roles = ...,
) -> tuple[ReducedCell, list[Any], list[Any]]: ...


@overload
def subtree_reductor(
    original_cell: Any,
    synapses_list: Iterable[Any],
    netcons_list: Iterable[Any],
    reduction_frequency: float = ...,
    model_filename: str | os.PathLike[str] = ...,
    total_segments_manual: float = ...,
    PP_params_dict: Mapping[str, Iterable[str]] | None = ...,
    mapping_type: str = ...,
    *,
    return_seg_to_seg: Literal[True],
    method: str = ...,
    rates: float | Iterable[float] | None = ...,
    merge: str | Literal[False] = ...,
    leak: Leaks = ...,
    roots: parts.Given = ...,
    keep: parts.Given = ...,
    spines: parts.Spines = ...,
    soma: cells.Roles = ...,
    apical: cells.Roles = ...,
    axon: cells.Roles = ...,
) -> tuple[ReducedCell, list[Any], list[Any], dict[str, str]]: ...


@PUBLISHED.explain
def subtree_reductor(
    original_cell: Any,
    synapses_list: Iterable[Any],
    netcons_list: Iterable[Any],
    reduction_frequency: float = 0,
    model_filename: str | os.PathLike[str] = templates.BUILT_IN,
    total_segments_manual: float = -1,
    PP_params_dict: Mapping[str, Iterable[str]] | None = None,
    mapping_type: str = "impedance",
    return_seg_to_seg: bool = False,
    *,
    method: str = "classic",
    rates: float | Iterable[float] | None = None,
    merge: str | Literal[False] = "published",
    leak: Leaks = None,
    roots: parts.Given = None,
    keep: parts.Given = None,
    spines: parts.Spines = None,
    soma: cells.Roles = None,
    apical: cells.Roles = None,
    axon: cells.Roles = None,
) -> tuple[Any, ...]:
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

    :param original_cell: any cell with ``soma`` (a section, an array or a list); a list, a
        SectionList or a dictionary of sections, as for :func:`reduce`. What its
        ``axonal`` or ``axon`` holds is axon, and of the sections attached to the soma also those
        with "axon" or "hill" in their name; what its ``apical`` or ``apic`` holds is apical; all
        else that is attached to the soma is a basal dendrite. A section at which a dendrite begins
        must have a leak: see ``leak``.
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
    :param method: name of the method, as for :func:`reduce`; all but ``'classic'`` change weights.
    :param rates: as for :func:`reduce`.
    :param leak: which conductance the dendrites' passive membrane is made of: ``("Leak", "gmax",
        "e")``, a density mechanism with its parameters that are the conductance per area and the
        reversal potential (without the last where it has none), or a list of such tuples. None:
        pas, or where most dendritic sections have none, the mechanisms that NEURON shows to be
        ohmic and constant, which is found out in a copy of the process.
    :param roots: as for :func:`reduce`; likewise ``keep``, ``spines``, ``soma``,
        ``apical`` and ``axon``.
    :returns: ``(reduced_cell, synapses, netcons)``: a :class:`ReducedCell`; the caller's own point
        processes that remain, those on the apical cable first, then those on the other cables, then
        those that did not move; the caller's own NetCons, all of them, in their order. With
        ``return_seg_to_seg`` a fourth value: a dictionary from original to reduced segment, both as
        text such as ``'L5PC[0].dend[3](0.5)'``. Where sections share a name there is a warning,
        and of their segments with the same text the last one is in it.
    :raises UnsupportedNeuronError: NEURON is older than 9.
    :raises ArgumentError: a number or option has no meaning.
    :raises CellError: the cell has no soma or no dendrites, or a section's geometry or passive
        properties cannot be reduced.
    :raises SynapseError: a list element is not what was expected, or on no section of this cell.
    :raises TemplateError: the template file is missing or lacks what it must have.
    :raises SimulatorError: NEURON is in the middle of a run, or reported an error.
    """
    check_version()
    if type(mapping_type) is not str or mapping_type != "impedance":
        raise ArgumentError(
            f"mapping_type is {collect.described(mapping_type)}; expected 'impedance'"
        )
    with_segment_map = collect.truth(return_seg_to_seg, "return_seg_to_seg")
    job = Job(
        PUBLISHED,
        original_cell,
        synapses_list,
        netcons_list,
        method=method,
        frequency=reduction_frequency,
        segments=total_segments_manual,
        template=model_filename,
        compared_parameters=PP_params_dict,
        rates=rates,
        merge=merge,
        leak=leak,
        roots=roots,
        keep=keep,
        spines=spines,
        soma=soma,
        apical=apical,
        axon=axon,
    )
    done = job.run(is_named=True, is_mapped_by_name=with_segment_map)
    log.reduced(job.name, method, done.outcome, done.stage_seconds)
    result = done.cell, done.synapses, done.netcons
    if with_segment_map:
        result += (_segment_texts(done),)
    return result


def _segment_texts(done: Done) -> dict[str, str]:
    """The segment map in the form in which NEURON prints segments."""
    cables = [section.name() for section in done.cables]
    return {
        f"{done.outcome.section_name(each.section)}({each.position:g})": (
            f"{cables[each.cable]}({each.cable_position:g})"
        )
        for each in done.outcome.segment_map
    }
