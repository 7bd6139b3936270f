"""The reduced cell as Python sees it."""

from __future__ import annotations

from typing import Any

from neuron import nrn


class ReducedCell:
    """A reduced cell: soma and axon with cables in place of dendrites. Where some dendrites stay
    they are among its dendrites, before the cables, as they were.

    :ivar soma: a section or several, as the original's ``soma`` is. In place the very same NEURON
        sections, as are all that stay; beside the original copies.
    :ivar apic: the apical cable, a section; None where there is none. Of several apical sections
        the first; ``apical`` has them all.
    :ivar dend: the other dendrites, a list of sections, in the order of the stems on the soma.
    :ivar axon: the axon sections that are attached to the soma, a list.
    :ivar hoc_model: the hoc template instance that the cables, and copies, belong to, with the
        SectionLists ``all``, ``apical`` and ``basal`` of what belongs to it.
    :ivar all: SectionList of the whole reduced cell.
    :ivar somatic: SectionList of the soma.
    :ivar apical: SectionList of the apical cables, all of them, after apical dendrites that stay.
    :ivar basal: SectionList of the other cables, likewise.
    :ivar axonal: SectionList of the whole axon.
    :ivar stage_seconds: the stages of the reduction and the seconds each took, a dictionary.
    """

    def __init__(
        self,
        hoc_model: Any,
        soma: Any,
        behind: Any,
        lists: dict[str, Any],
        stage_seconds: dict[str, float],
    ) -> None:
        self.hoc_model = hoc_model
        self.soma = soma
        self.all = lists["all"]
        self.somatic = lists["somatic"]
        self.apical = lists["apical"]
        self.basal = lists["basal"]
        self.axonal = lists["axonal"]
        apical = list(self.apical)
        self.apic: nrn.Section | None = apical[0] if apical else None
        self.dend: list[nrn.Section] = list(self.basal)
        somatic = list(self.somatic)
        self.axon: list[nrn.Section] = [
            section for section in self.axonal if _touches(section, somatic)
        ]
        self.stage_seconds = stage_seconds
        # What stays belongs to the original cell, and would go with it; so would copies of point
        # processes and NetCons.
        self._behind = behind

    def __repr__(self) -> str:
        try:
            sections = list(self.all)
            counts = f"{len(sections)} sections, {sum(each.nseg for each in sections)} segments"
        except Exception:
            # These attributes are the user's to change.
            counts = "changed since it was made"
        return f"<ReducedCell {self.hoc_model}: {counts}>"


def _touches(axon: nrn.Section, soma: list[nrn.Section]) -> bool:
    """Whether an axon section is a child or the parent of a soma section."""
    parents = [section.parentseg() for section in soma]
    own_parent = axon.parentseg()
    return (own_parent is not None and own_parent.sec in soma) or any(
        parent is not None and parent.sec == axon for parent in parents
    )
