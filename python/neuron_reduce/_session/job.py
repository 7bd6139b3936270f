"""One reduction, from a caller's arguments to what came out: what all calls that reduce share.

Messages name arguments as ``subtree_reductor`` does.
"""

from __future__ import annotations

import ctypes
import dataclasses
import re
import time
import warnings
from typing import Any

import neuron
from neuron import h, hoc

from .. import _library
from ..errors import CellError, NeuronReduceWarning, UnsupportedNeuronError
from ..reduced_cell import ReducedCell
from . import collect, event_rates, inputs, structure, templates

_OLDEST_NEURON = 9


@dataclasses.dataclass(frozen=True)
class Done:
    """What came out of a reduction.

    :ivar cell: the reduced cell.
    :ivar synapses: the caller's point processes that remain.
    :ivar netcons: the caller's NetCons.
    :ivar outcome: what the library says of the reduction.
    :ivar notes: what went before it that a user should know, one sentence each.
    """

    cell: ReducedCell
    synapses: list[Any]
    netcons: list[Any]
    outcome: _library.Outcome
    notes: list[str]

    @property
    def stage_seconds(self) -> dict[str, float]:
        """The stages of the reduction and the seconds each took."""
        return self.cell.stage_seconds

    def finish(self) -> None:
        """Deletes the original's dendrites: the last step, after which nothing that may fail is
        left to do, and before which large arrays that are no longer needed should be gone."""
        self.outcome.delete_original()
        self.stage_seconds.update(self.outcome.stage_seconds)
        if losses := self.outcome.losses:
            # To the line that called the function which calls this one.
            warnings.warn(" ".join(losses), NeuronReduceWarning, stacklevel=3)

    @property
    def cables(self) -> list[Any]:
        """The sections of the cables, as the outcome numbers them."""
        return [*self.cell.apical, *self.cell.basal]


class Job:
    """A reduction that was asked for, its arguments checked and its objects found; nothing is
    changed yet.

    :ivar name: the cell's, as messages show it.
    :ivar soma_sections: the sections of the cell's soma, at least one.
    :raises NeuronReduceError: as ``subtree_reductor`` documents it.
    """

    def __init__(
        self,
        cell,
        synapses,
        netcons,
        *,
        method,
        frequency,
        segments,
        template,
        compared_parameters,
        rates=None,
    ):
        self._method = collect.name(method, "method", "the name of a method")
        self._frequency = collect.number(
            frequency, "reduction_frequency", "a finite frequency in Hz, 0 or greater"
        )
        self._segments = collect.number(
            segments,
            "total_segments_manual",
            "-1 (automatic), a share greater than 0 and at most 1, or a total greater than 1",
        )
        self._template_name, self._template_file = templates.named(template)
        self._compared = collect.compared_parameters(compared_parameters)

        self._cell = cell
        self.name = collect.described(cell)
        self._soma = collect.attribute_of(cell, "soma")
        self.soma_sections = collect.sections_of(self._soma, cell, "soma")
        if not self.soma_sections:
            raise CellError(f"{self.name} has no soma; expected a cell whose soma is a section")
        self._section_lists = [
            collect.section_list(sections)
            for sections in (
                self.soma_sections,
                collect.sections(cell, "apical") or collect.sections(cell, "apic"),
                collect.sections(cell, "axonal") or collect.sections(cell, "axon"),
            )
        ]
        self._synapses = collect.listed(synapses, "synapses_list", "point process")
        self._netcons = collect.listed(netcons, "netcons_list", "NetCon")
        self._synapse_references = collect.object_references(
            self._synapses, "synapses_list", "point process"
        )
        self._netcon_references = collect.object_references(
            self._netcons, "netcons_list", "NetCon", hoc.NetCon
        )

        # Whether the method asks how synapses respond and how often they are driven.
        self._is_driven = _library.changes_weights(self._method)
        self._rates = event_rates.rates(rates, self._netcons) if self._is_driven else None

    def run(self, with_record: bool = False) -> Done:
        """Reduces the cell, once. What is done last is left to the caller: :meth:`Done.finish`.

        :param with_record: whether the outcome is to tell in detail what was done.
        """
        structure.check_that_it_may_change()
        templates.load(self._template_name, self._template_file)
        result_list = h.List()
        request = self._request(result_list, with_record)
        drive = None
        before = {}
        if self._is_driven:
            start = time.perf_counter()
            # Responses can be measured of what the library would accept only.
            _library.check(request)
            before["check"] = time.perf_counter() - start
            start = time.perf_counter()
            drive = inputs.Drive(self._synapses, self._netcons, self._rates)
            before["responses"] = time.perf_counter() - start
            for name, value in drive.fields().items():
                setattr(request, name, value)
        outcome = _library.reduce(request)

        del self._synapse_references, self._netcon_references
        survivors = [self._synapses[index] for index in outcome.survivors]
        notes = drive.notes if drive else []
        return Done(
            self._wrap(result_list.o(0), outcome, before), survivors, self._netcons, outcome, notes
        )

    def _request(self, result_list, with_record: bool) -> _library.Request:
        soma, apical, axonal = (each.hocobjptr() for each in self._section_lists)
        compared = self._compared
        return _library.Request(
            cell_name=self.name.encode(errors="replace"),
            soma_sections=soma,
            apical_sections=apical,
            axonal_sections=axonal,
            synapses=self._synapse_references.buffer_info()[0],
            synapse_count=len(self._synapse_references),
            connections=self._netcon_references.buffer_info()[0],
            connection_count=len(self._netcon_references),
            method=self._method.encode(),
            frequency=self._frequency,
            total_segments=self._segments,
            compared_parameters=(ctypes.c_char_p * max(len(compared), 1))(*compared),
            compared_parameter_pairs=len(compared) // 2,
            template_name=self._template_name.encode(),
            template_is_built_in=self._template_file is None,
            result_list=result_list.hocobjptr(),
            with_record=with_record,
        )

    def _wrap(self, hoc_model, outcome: _library.Outcome, before: dict[str, float]) -> ReducedCell:
        cables = outcome.cables
        return ReducedCell(
            hoc_model=hoc_model,
            soma=self._soma,
            apic=hoc_model.apic[0] if any(cable.is_apical for cable in cables) else None,
            dend=[] if all(cable.is_apical for cable in cables) else hoc_model.dend,
            original_cell=self._cell,
            stage_seconds={**before, **outcome.stage_seconds},
        )


def check_version() -> None:
    """:raises UnsupportedNeuronError: where NEURON is too old."""
    version = neuron.__version__
    match = re.match(r"\d+", version)
    if not match or int(match.group()) < _OLDEST_NEURON:
        raise UnsupportedNeuronError(
            f"this is NEURON {version}; expected NEURON {_OLDEST_NEURON}.0 or newer"
        )
