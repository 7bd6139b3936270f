"""The reduced cell as Python sees it."""

from __future__ import annotations

from typing import Any

from neuron import h


class ReducedCell:
    """A reduced cell: the original's soma and axon with one cable for each dendritic stem.

    :ivar soma: the original cell's ``soma``, the very same NEURON sections.
    :ivar apic: the apical cable, a section; None where the original has no apical stem. Of several
        apical cables the first; ``apical`` has them all.
    :ivar dend: the other cables, an array of sections, in the order of the stems on the soma; an
        empty list where all stems are apical.
    :ivar axon: the axon sections that are attached to the soma, a list.
    :ivar hoc_model: the hoc template instance that the cables belong to, with the SectionLists
        ``all``, ``somatic``, ``apical``, ``basal`` and ``axonal``.
    :ivar stage_seconds: the stages of the reduction and the seconds each took, a dictionary.
    """

    def __init__(
        self,
        hoc_model: Any,
        soma: Any,
        apic: Any,
        dend: Any,
        original_cell: Any,
        stage_seconds: dict[str, float],
    ) -> None:
        self.hoc_model = hoc_model
        self.soma = soma
        self.apic = apic
        self.dend = dend
        self.axon = [section for section in self.axonal if self._touches_soma(section)]
        self.stage_seconds = stage_seconds
        # Soma and axon belong to the original cell, and would go with it.
        self._original_cell = original_cell

    @property
    def all(self) -> Any:
        """SectionList of the whole reduced cell."""
        return self.hoc_model.all

    @property
    def somatic(self) -> Any:
        """SectionList of the soma."""
        return self.hoc_model.somatic

    @property
    def apical(self) -> Any:
        """SectionList of the apical cables, all of them."""
        return self.hoc_model.apical

    @property
    def basal(self) -> Any:
        """SectionList of the other dendritic cables."""
        return self.hoc_model.basal

    @property
    def axonal(self) -> Any:
        """SectionList of the whole axon."""
        try:
            return self.hoc_model.axonal
        except AttributeError:
            # A template of the user's that keeps no such list.
            return h.SectionList(
                section
                for section in self.all
                if not any(section in part for part in (self.somatic, self.apical, self.basal))
            )

    def _touches_soma(self, axon: Any) -> bool:
        """Whether an axon section is a child or the parent of a soma section."""
        soma = list(self.somatic)
        parents = [section.parentseg() for section in soma]
        own_parent = axon.parentseg()
        return (own_parent is not None and own_parent.sec in soma) or any(
            parent is not None and parent.sec == axon for parent in parents
        )

    def __repr__(self) -> str:
        sections = list(self.all)
        return (
            f"<ReducedCell {self.hoc_model}: {len(sections)} sections, "
            f"{sum(section.nseg for section in sections)} segments>"
        )
