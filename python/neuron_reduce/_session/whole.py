"""A cell of the session read whole: with all point processes on it, and no NetCons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neuron import hoc, nrn

from .._library import reducing
from .._library.structures import ArgumentNames, CellRequest
from . import collect

_NAMES = ArgumentNames(b"", b"", b"synapses", b"netcons", b"")


def point_processes(sections: Iterable[nrn.Section]) -> list[Any]:
    """All point processes on some sections, each once."""
    found: dict[int, Any] = {}
    for section in sections:
        for segment in section.allseg():
            for process in segment.point_processes():
                found.setdefault(hoc.HocObject.hocobjptr(process), process)
    return list(found.values())


def read(
    name: str,
    soma: Iterable[nrn.Section],
    apical: Iterable[nrn.Section],
    axon: Iterable[nrn.Section],
    processes: list[Any],
    is_apical_given: bool = False,
    is_axon_given: bool = False,
) -> reducing.Cell:
    """Reads a cell with all of its point processes, and no NetCons.

    :param name: for messages.
    :param is_apical_given: whether names of sections say nothing more; likewise of the axon.
    """
    references = collect.object_references(processes, "synapses", "point process")
    lists = [collect.section_list(sections) for sections in (soma, apical, axon)]
    soma_list, apical_list, axonal_list = (each.hocobjptr() for each in lists)
    return reducing.Cell(
        CellRequest(
            name=name.encode(errors="replace"),
            soma_sections=soma_list,
            apical_sections=apical_list,
            axonal_sections=axonal_list,
            synapses=references.buffer_info()[0],
            synapse_count=len(references),
            connections=None,
            connection_count=0,
            is_whole=1,
            is_apical_given=is_apical_given,
            is_axon_given=is_axon_given,
        ),
        _NAMES,
    )
