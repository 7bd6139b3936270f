"""What results look like in a terminal and in a notebook: texts and tables, one after the other."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from .text import aligned


class Table(NamedTuple):
    """Rows of as many cells each, the first of which are the heads of the columns.

    :ivar left: the columns, by index, that hold words, and begin at the same place.
    """

    rows: Sequence[Sequence[str]]
    left: Sequence[int] = (0,)


Block = Sequence[str | Table]
"""Lines and tables without space between them."""


class Displayed:
    """What shows itself as blocks."""

    def _blocks(self) -> Sequence[Block]:
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n\n".join(
            "\n".join(
                line
                for part in block
                for line in ([part] if isinstance(part, str) else aligned(*part))
            )
            for block in self._blocks()
            if block
        )

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return "".join(
            _paragraph(part) if isinstance(part, str) else _table(part)
            for block in self._blocks()
            for part in block
        )


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _table(table: Table) -> str:
    lines = []
    for number, row in enumerate(table.rows):
        tag = "td" if number else "th"
        cells = "".join(
            f'<{tag} style="text-align: {"left" if column in table.left else "right"}">'
            f"{html.escape(cell)}</{tag}>"
            for column, cell in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"
