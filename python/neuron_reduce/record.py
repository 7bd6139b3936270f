"""What a reduction did, as plain data: for printing, for the report, and to send between processes.

Nothing here refers to NEURON: a record outlives the cell, and can be pickled.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ._display.blocks import Block, Displayed, Table
from ._display.text import settings
from .errors import CellError

# How many kinds of synapse are printed; a cell whose parameters are random has thousands.
_PRINTED_KINDS = 20

# Stages that took a smaller share of the time are not printed.
_SHOWN_SHARE = 0.01


@dataclasses.dataclass(frozen=True)
class Cable:
    """One section of the reduced cell.

    :ivar name: the section's name in the reduced cell, such as ``dend[3]``.
    :ivar role: ``'apical'`` or ``'basal'``.
    :ivar stem: name of the original section that the subtree it stands for hung by; of several, the
        one with most membrane in it.
    :ivar parent: name of the section it is attached to.
    :ivar length: in µm.
    :ivar diameter: in µm.
    :ivar electrotonic_length: length over space constant.
    :ivar segments: its ``nseg``.
    :ivar is_on_original: whether the section that it is attached to is one of the original's, which
        stays, and not another cable.
    """

    name: str
    role: str
    stem: str
    parent: str
    length: float
    diameter: float
    electrotonic_length: float
    segments: int
    is_on_original: bool = False


@dataclasses.dataclass(frozen=True)
class MappedSegment:
    """Where a dendritic segment of the original went.

    :ivar section: name of the original section.
    :ivar x: the segment's centre on it, 0 to 1.
    :ivar cable: index into the record's cables.
    :ivar cable_x: the place on that cable, 0 to 1.
    """

    section: str
    x: float
    cable: int
    cable_x: float


@dataclasses.dataclass(frozen=True)
class SharedCompartment:
    """A compartment that branches with channels of inward currents have in common: what each of
    them does by itself, such as a spike of its own or a plateau, is lost there.

    :ivar cable: index into the record's cables.
    :ivar cable_x: the place on that cable, 0 to 1.
    :ivar sections: names of the original sections that have segments in it.
    :ivar inward_share: what it has of the dendrites' inward conductance, 0 to 1: of the peak
        conductances that make the currents of ions that reverse above 0 mV.
    """

    cable: int
    cable_x: float
    sections: list[str]
    inward_share: float


@dataclasses.dataclass(frozen=True)
class SynapseKind:
    """Synapses of one mechanism whose parameters are equal.

    :ivar mechanism: class of the point process, such as ``Exp2Syn``.
    :ivar parameters: its PARAMETER values that differ between the kinds of that mechanism.
    :ivar before: how many there were in the original.
    :ivar after: how many point processes stand for them.
    :ivar netcons: NetCons onto them.
    :ivar treatment: how the method treated them, one sentence.
    :ivar unmerged: why those that remain were not merged further: from reason to how many.
    """

    mechanism: str
    parameters: dict[str, float]
    before: int
    after: int
    netcons: int
    treatment: str
    unmerged: dict[str, int]


@dataclasses.dataclass(frozen=True)
class SectionShape:
    """A section as a line in space.

    :ivar section: its name.
    :ivar role: ``'soma'``, ``'axon'``, ``'apical'`` or ``'basal'``.
    :ivar points: x, y, z and diameter in µm, shaped (n, 4); n may be 0.
    :ivar stays: whether the reduced cell has it as it was.
    """

    section: str
    role: str
    points: np.ndarray
    stays: bool = False


@dataclasses.dataclass(frozen=True)
class Impedances:
    """Moduli of impedances in MΩ at several frequencies, of both cells, passive.

    :ivar frequencies: in Hz, shaped (f,).
    :ivar input_full: at the middle of the soma, shaped (f,).
    :ivar input_reduced: the same of the reduced cell.
    :ivar sites: names of original places, such as ``apic[40](0.5)``, n of them.
    :ivar transfer_full: from each site to the soma, shaped (n, f).
    :ivar transfer_reduced: from the place where each site went, shaped (n, f).
    """

    frequencies: np.ndarray
    input_full: np.ndarray
    input_reduced: np.ndarray
    sites: list[str]
    transfer_full: np.ndarray
    transfer_reduced: np.ndarray


@dataclasses.dataclass(frozen=True)
class Joint:
    """A compartment of the reduced cell that several branches share: it stands for segments that
    are not all on one way to the soma.

    :ivar cable: name of the reduced cell's section.
    :ivar x: the compartment's centre on it, 0 to 1.
    :ivar sections: names of the original's sections that have segments in it.
    """

    cable: str
    x: float
    sections: list[str]


@dataclasses.dataclass(frozen=True)
class ExpectedLoss:
    """What a reduction is expected to lose, by linear theory at the operating point
    (docs/method.md, section 10).

    :ivar rmsd: root mean square of the difference between the two somatic potentials, in mV, that
        the synapses' own events make where both cells are linear; None where nothing is known of
        any event. What channels make of potentials that differ is not in it.
    :ivar deviation: the standard deviation of the full cell's somatic potential, by the same
        theory, in mV; None as above.
    :ivar counted: the NetCons that are counted: those of a known rate onto synapses with a
        conductance that could be measured.
    :ivar netcons: all of them.
    :ivar shared: by mechanism of the dendrites with a conductance or permeability per area, leaks
        left out: the share of it, over all of their membrane, whose potential several branches
        share in the reduced cell.
    :ivar joined: the compartments that several branches share.
    :ivar sections: by name of the original's sections what ``rmsd`` would be were only the events
        of the synapses on that section there, in mV: which branches lose most. Sections none of
        whose events are counted are not in it.
    """

    rmsd: float | None
    deviation: float | None
    counted: int
    netcons: int
    shared: dict[str, float]
    joined: list[Joint]
    sections: dict[str, float] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        if self.rmsd is None:
            loss = "no loss can be expected: nothing is known of the synapses' events"
        else:
            loss = (
                f"expected at the soma, by linear theory: {self.rmsd:.2g} mV RMSD, of "
                f"{self.deviation:.2g} mV standard deviation"
            )
            if self.counted < self.netcons:
                loss += f" ({self.counted} of {self.netcons} NetCons counted)"
        shares = sorted(self.shared.items(), key=lambda item: -item[1])
        if not shares:
            return f"{loss}."
        text = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)
        return f"{loss}. In compartments that several branches share: {text}."


@dataclasses.dataclass(frozen=True)
class ReductionRecord(Displayed):
    """A reduction in numbers.

    :ivar cell: name of the original cell; of a Python object how it shows itself.
    :ivar method: name of the method.
    :ivar settings: the arguments that reproduce it: ``frequency`` (Hz), ``segments``, and
        ``rates`` (Hz) as they were given.
    :ivar versions: of neuron-reduce-swift, NEURON and Python.
    :ivar stage_seconds: the stages of the call and the seconds each took; empty where the record
        was read from a file.
    :ivar segments_full: segments of the original, soma and axon included.
    :ivar segments_reduced: segments of the reduced cell, soma and axon included.
    :ivar point_processes_full: point processes in the list that was given.
    :ivar point_processes_reduced: those of them that remain.
    :ivar cables: the reduced cell's cables.
    :ivar segment_map: one entry for each segment of the original that was collapsed.
    :ivar synapses: one entry for each kind of synapse.
    :ivar shape: the original's sections in space.
    :ivar impedances: of both cells; None where they were not computed.
    :ivar expected: what the reduction is expected to lose.
    :ivar notes: what a user of the reduced cell should know, one sentence each.
    :ivar shared_inward: the compartments that branches with channels of inward currents share,
        those with most of these first.
    """

    cell: str
    method: str
    settings: dict[str, object]
    versions: dict[str, str]
    stage_seconds: dict[str, float]
    segments_full: int
    segments_reduced: int
    point_processes_full: int
    point_processes_reduced: int
    cables: list[Cable]
    segment_map: list[MappedSegment]
    synapses: list[SynapseKind]
    shape: list[SectionShape]
    impedances: Impedances | None
    expected: ExpectedLoss
    notes: list[str]
    shared_inward: list[SharedCompartment] = dataclasses.field(default_factory=list)

    def __call__(self, variable: str, place: Any, x: float | None = None) -> Any:
        """Records a variable where a place of the original went: ``reduction.record("v",
        "apic[36]", 0.9)`` is :meth:`Reduction.record_at`, of the reduction that this is the record
        of.

        :raises CellError: it is of none that is in this session any more, as where it was read from
            a file.
        """
        record_at = self._recording()
        if record_at is None:
            raise CellError(
                f"this is the record of {self.cell} alone; expected that of a reduction that is in "
                "this session, or its record_at()"
            )
        return record_at(variable, place, x)

    def _recording(self) -> Callable[..., Any] | None:
        reference = vars(self).get("_record_at")
        return None if reference is None else reference()

    def recording_by(self, record_at: Callable[..., Any]) -> ReductionRecord:
        """The same record, which records by a reduction's method for as long as that is there."""
        vars(self)["_record_at"] = weakref.WeakMethod(record_at)
        return self

    def __getstate__(self) -> dict[str, Any]:
        # What lives in a session cannot leave it.
        return {name: each for name, each in vars(self).items() if name != "_record_at"}

    def _blocks(self) -> list[Block]:
        """What became of how many; the cables; the synapses by kind; the time; notes."""
        counts = [
            ["", "full", "reduced"],
            ["segments", str(self.segments_full), str(self.segments_reduced)],
            [
                "point processes",
                str(self.point_processes_full),
                str(self.point_processes_reduced),
            ],
        ]
        return [
            [f"{self.cell}, reduced by method {self.method} ({settings(self.settings)})"],
            [Table(counts)],
            [self._cable_table()],
            self._synapse_block(),
            [str(self.expected)],
            self._time_line(),
            self.notes,
        ]

    def _time_line(self) -> Block:
        if not self.stage_seconds:
            return []
        seconds = sum(self.stage_seconds.values())
        stages = ", ".join(
            f"{name} {1e3 * each:.1f}"
            for name, each in self.stage_seconds.items()
            if each >= _SHOWN_SHARE * seconds
        )
        return [f"{1e3 * seconds:.1f} ms: {stages}"]

    def __repr__(self) -> str:
        return (
            f"<ReductionRecord of {self.cell} by {self.method}: {self.segments_full} segments to "
            f"{self.segments_reduced}, {self.point_processes_full} point processes to "
            f"{self.point_processes_reduced}>"
        )

    def _cable_table(self) -> Table:
        rows = [["cable", "role", "stands for", "on", "L (µm)", "diam (µm)", "L/λ", "nseg"]]
        rows += [
            [
                each.name,
                each.role,
                each.stem,
                each.parent,
                f"{each.length:.1f}",
                f"{each.diameter:.2f}",
                f"{each.electrotonic_length:.2f}",
                str(each.segments),
            ]
            for each in self.cables
        ]
        return Table(rows, left=range(4))

    def _synapse_block(self) -> Block:
        if not self.synapses:
            return []
        rows = [["synapses", "parameters", "before", "after", "NetCons", "why not fewer"]]
        kinds = sorted(self.synapses, key=lambda kind: -kind.before)
        rows += [
            [
                kind.mechanism,
                " ".join(f"{name}={value:.12g}" for name, value in kind.parameters.items()),
                str(kind.before),
                str(kind.after),
                str(kind.netcons),
                "; ".join(f"{count} {reason}" for reason, count in kind.unmerged.items()),
            ]
            for kind in kinds[:_PRINTED_KINDS]
        ]
        rest = kinds[_PRINTED_KINDS:]
        if rest:
            sums = (sum(getattr(kind, name) for kind in rest) for name in _COUNTS)
            rows.append([f"{len(rest)} more kinds", "", *map(str, sums), ""])
        return [Table(rows, left=(0, 1, 5)), *self._treatment_lines()]

    def _treatment_lines(self) -> list[str]:
        """How synapses were treated: one line for each treatment, with the mechanisms it is that
        of."""
        mechanisms: dict[str, dict[str, None]] = {}
        for kind in sorted(self.synapses, key=lambda kind: -kind.before):
            if kind.treatment:
                mechanisms.setdefault(kind.treatment, {})[kind.mechanism] = None
        return [f"{', '.join(names)}: {text}" for text, names in mechanisms.items()]


_COUNTS = ("before", "after", "netcons")
