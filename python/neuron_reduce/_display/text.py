"""Text for people to read: aligned tables."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

_WIDTH = 80
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def shortened(text: str, width: int = _WIDTH) -> str:
    """A text of so many characters at most, cut after a word where it has several."""
    if len(text) <= width:
        return text
    head = text[: width - 1]
    words = head.rsplit(None, 1)
    # A name that is longer than half of it says more than what comes before.
    is_cut = not (head[-1].isspace() or text[width - 1].isspace())
    if is_cut and len(words) == 2 and len(words[0]) >= width // 2:
        head = words[0]
    return head.rstrip().rstrip(",;:") + _ELLIPSIS


_OBJECT = re.compile(r"<(?:[^<>]|<locals>)*?(\w+) object at 0x[0-9A-Fa-f]*(?:>|\.\.\.)")


def plain(text: str) -> str:
    """A text in which Python objects are named by their class alone: where in memory they were
    tells a reader nothing, and changes from session to session."""
    return _OBJECT.sub(r"\1", text)


def faster(ratio: float, shown: str | None = None) -> str:
    """How many times faster something ran; ``shown`` is that number as a text, if not so."""
    return f"{shown or f'{ratio:.1f}'} times {'as fast' if ratio < 1 else 'faster'}"


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


def number(value: float | None, digits: int = 3) -> str:
    """A number in a table; a dash for one that is not known."""
    if value is None or math.isnan(value):
        return "-"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text
