"""A cell's sections by their names, as callers name them."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

from neuron import nrn

from . import collect


class Names:
    """The names of a cell's sections.

    :ivar sections: all of them, in the order of their indices.
    :ivar names: theirs.
    """

    def __init__(self, sections: Sequence[nrn.Section]):
        self.sections = sections
        self._indices = {section: index for index, section in enumerate(sections)}
        self.names = [section.name() for section in sections]
        self._counts = collections.Counter(self.names)
        self._by_name = {
            name: index for index, name in enumerate(self.names) if self._counts[name] == 1
        }

    def index(self, section: Any) -> int | None:
        """That of a section, or of the only one of a name, with or without the cell's before it;
        None where there is no such."""
        if type(section) is str:
            return collect.by_name(self._by_name, section)
        return self._indices.get(section)

    def sharing(self, name: Any) -> int:
        """How many sections have a name, where it is one that several share; else 0."""
        count = self._counts[name] if type(name) is str else 0
        return count if count > 1 else 0

    def plain(self, index: int) -> str:
        """The name of a section, without that of its cell, which is another one in the next
        session, unless other sections have the same one then."""
        own = self.names[index].rpartition(".")[2]
        return own if self.index(own) == index else self.names[index]

    @property
    def example(self) -> str:
        """The name of one of them."""
        return self.names[-1]
