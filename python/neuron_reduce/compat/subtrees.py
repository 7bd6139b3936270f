"""The stems of a cell, and the sections that belong to each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._session import gone
from ..errors import CellError
from . import _names, _sections


@gone.refused
def find_section_number(section: Any) -> str:
    """The last number in a section's name, as text: ``'12'`` of ``Cell[0].dend[12]``."""
    return _names.number(section)


@gone.refused
def gather_subtrees(soma_ref: Any) -> tuple[list[Any], list[int]]:
    """What is attached to a soma, other somatic sections left out. An axon must have been
    disconnected.

    :param soma_ref: a SectionRef of the soma.
    :returns: the sections that subtrees begin with, that with ``apic`` in its name first, and as
        many indices.
    :raises CellError: for more than one apical stem, or a soma that is gone.
    """
    soma = _sections.referred(soma_ref, "soma_ref")
    roots = [section for section in soma.children() if "soma" not in section.name()]
    apical = [section for section in roots if "apic" in section.name()]
    if len(apical) > 1:
        names = ", ".join(section.name() for section in apical)
        raise CellError(f"{names} are apical stems; expected one at most")
    others = [section for section in roots if section not in apical]
    return apical + others, list(range(len(roots)))


@gone.refused
def mark_subtree_sections_with_subtree_index(
    sections_to_delete: list[Any],
    section_per_subtree_index: dict[int, list[Any]],
    root_sec_of_subtree: Any,
    mapping_sections_to_subtree_index: dict[tuple[str, str], int],
    section_type: str,
    subtree_index: int,
) -> None:
    """Enters all sections of a subtree into a caller's collections.

    :param sections_to_delete: a list, which the sections are appended to, each before its children.
    :param section_per_subtree_index: a dictionary from the index to a list, likewise.
    :param root_sec_of_subtree: the section that the subtree begins with.
    :param mapping_sections_to_subtree_index: a dictionary from (type, number in the section's name
        as text) to the index.
    :param section_type: ``'apic'`` or ``'basal'``.
    :raises CellError: naming a section without a number in its name, or one that is attached to
        what hangs on it; nothing is entered then.
    """
    root = _sections.alive(root_sec_of_subtree, "root_sec_of_subtree")
    sections = _sections.with_descendants(root)
    keys = [(section_type, _names.number(section)) for section in sections]
    sections_to_delete.extend(sections)
    section_per_subtree_index.setdefault(subtree_index, []).extend(sections)
    mapping_sections_to_subtree_index.update(dict.fromkeys(keys, subtree_index))


@gone.refused
def gather_cell_subtrees(
    roots_of_subtrees: Iterable[Any],
) -> tuple[list[Any], dict[int, list[Any]], dict[tuple[str, str], int]]:
    """The sections of all subtrees, by the names of those that they begin with: ``apic``, or
    ``dend`` and ``basal``; what has another name is left out.

    :param roots_of_subtrees: as :func:`gather_subtrees` gives them.
    :returns: all sections; a dictionary from a subtree's index to its sections; a dictionary from
        (``'apic'`` or ``'basal'``, number in the section's name as text) to the subtree's index.
    """
    sections: list[Any] = []
    by_subtree: dict[int, list[Any]] = {}
    indices: dict[tuple[str, str], int] = {}
    for index, root in enumerate(roots_of_subtrees):
        name = _sections.alive(root, f"roots_of_subtrees[{index}]").name()
        if "apic" in name:
            kind = "apic"
        elif "dend" in name or "basal" in name:
            kind = "basal"
        else:
            continue
        mark_subtree_sections_with_subtree_index(sections, by_subtree, root, indices, kind, index)
    return sections, by_subtree, indices
