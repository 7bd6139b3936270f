"""Sections as a caller gives them, checked."""

from __future__ import annotations

from typing import Any

from neuron import nrn

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


def with_descendants(root: nrn.Section) -> list[nrn.Section]:
    """A section and all that is attached to it: each before its children, and those in the order in
    which NEURON has them, each with its own descendants."""
    found = []
    waiting = [root]
    while waiting:
        section = waiting.pop()
        found.append(section)
        waiting += reversed(section.children())
    return found
