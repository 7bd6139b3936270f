"""Sections as a caller gives them, checked."""

from __future__ import annotations

from typing import Any

from neuron import hoc, nrn

from ..errors import CellError


def alive(section: Any, what: str) -> nrn.Section:
    """The section itself.

    :param what: the argument's name, for the message.
    :raises CellError: where it is none, or was deleted.
    """
    if issubclass(type(section), nrn.Section):
        try:
            section.name()
            return section
        except ReferenceError:
            raise CellError(f"{what} is a deleted section; expected one that exists") from None
    raise CellError(f"{what} is {section!r}; expected a section")


def referred(reference: Any, what: str) -> nrn.Section:
    """The section that a SectionRef refers to. NEURON ends the process where a deleted one is asked
    for.

    :param what: the argument's name, for the message.
    :raises CellError: where there is none.
    """
    if not issubclass(type(reference), hoc.HocObject) or not hasattr(reference, "exists"):
        raise CellError(f"{what} is {reference!r}; expected a SectionRef")
    if not reference.exists():
        raise CellError(f"{what} refers to a deleted section; expected one that exists")
    return reference.sec


def with_descendants(root: nrn.Section) -> list[nrn.Section]:
    """A section and all that is attached to it: each before its children, and those in the order in
    which NEURON has them, each with its own descendants.

    :raises CellError: where sections are attached in a circle.
    """
    found = []
    known = set()
    waiting = [root]
    while waiting:
        section = waiting.pop()
        if section in known:
            raise CellError(f"{section.name()} is attached to what hangs on it; expected a tree")
        known.add(section)
        found.append(section)
        waiting += reversed(section.children())
    return found
