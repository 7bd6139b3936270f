"""Text for people to read: aligned tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def shortened(text: str) -> str:
    """A text of 80 characters at most."""
    return text if len(text) <= 80 else text[:77] + "..."


def settings(values: Mapping[str, object]) -> str:
    """Settings in one line, those that were left open left out."""
    return ", ".join(
        f"{name} {shortened(str(value))}" for name, value in values.items() if value is not None
    )


def aligned(rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Lines with some columns to the left and the others to the right.

    :param rows: all with as many cells.
    :param left: the columns, by index, whose cells begin at the same place.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
