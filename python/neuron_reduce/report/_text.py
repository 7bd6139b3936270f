"""Numbers as readers want them, and HTML with everything from outside escaped."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

from .._display.text import plain

LEAST = 1e-5
"""What is smaller is written as zero where places after the point are counted."""

ABSENT = "–"
"""What stands for a number that is not known."""

MINUS = "\N{MINUS SIGN}"


class Html(str):
    """Text that is HTML already, and is not escaped again."""


def escape(value: Any) -> Html:
    """What is safe inside an element and inside a quoted attribute, of objects only the class."""
    return value if isinstance(value, Html) else Html(html.escape(plain(str(value))))


def number(value: Any, unit: str = "", digits: int = 3) -> str:
    """A number with so many significant digits, grouped by thousands; its unit after a space."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        text = "∞"
    elif float(value).is_integer() and abs(value) < 1e15:
        text = f"{abs(value):,.0f}"
    elif value and not 1e-3 <= abs(value) < 1e15:
        text = f"{abs(value):.{digits - 1}e}"
    else:
        rounded = float(f"{abs(value):.{digits - 1}e}")
        places = max(digits - 1 - math.floor(math.log10(rounded)), 0)
        text = f"{abs(value):,.{places}f}"
    sign = MINUS if value < 0 else ""
    return f"{sign}{text}\N{NO-BREAK SPACE}{unit}" if unit else sign + text


def decimal(value: Any, unit: str = "", places: int = 2) -> str:
    """A number with so many places after the point, or more if nothing were left of it."""
    if value is None or math.isnan(value) or math.isinf(value):
        return number(value, unit)
    least = 0.5 * 10.0**-places
    if LEAST <= abs(value) < least:
        places = -math.floor(math.log10(abs(value)))
    text = f"{abs(value):,.{places}f}"
    sign = MINUS if value < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{text}\N{NO-BREAK SPACE}{unit}" if unit else sign + text


def percent(share: Any) -> str:
    """A share as whole per cent."""
    if share is None or math.isnan(share) or math.isinf(share):
        return number(share)
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%".replace("-", MINUS)


def duration(seconds: float | None) -> str:
    """A wall time in the unit that suits it."""
    if seconds is None or seconds >= 1:
        return number(seconds, "s")
    return number(seconds * 1e3, "ms") if seconds >= 1e-3 else number(seconds * 1e6, "µs")


def counted(count: float, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def own(section: str) -> str:
    """A section's name without that of its cell."""
    return section.rpartition(".")[2]


def some(names: Iterable[str], limit: int = 4) -> str:
    """The first few of many names."""
    listed = list(names)
    text = ", ".join(listed[:limit])
    rest = len(listed) - limit
    return f"{text} and {rest} more" if rest > 0 else text


def paragraph(text: str, kind: str = "") -> Html:
    """A paragraph, escaped unless it is HTML."""
    return Html(f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>")


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str = "",
    kind: str = "",
    words: Iterable[int] = (0,),
) -> Html:
    """A table whose first column heads its rows.

    :param words: the columns that hold words, to the left; numbers stand to the right.
    """
    words = set(words)
    css = ["" if column in words else ' class="number"' for column in range(len(head))]
    parts = [f'<div class="table {kind}"><table>' if kind else '<div class="table"><table>']
    if caption:
        parts.append(f"<caption>{escape(caption)}</caption>")
    cells = "".join(
        f'<th scope="col"{style}>{escape(label)}</th>'
        for style, label in zip(css, head, strict=True)
    )
    parts.append(f"<thead><tr>{cells}</tr></thead><tbody>")
    for row in rows:
        cells = [f'<th scope="row"{css[0]}>{escape(row[0])}</th>']
        cells += [
            f'<td{style} data-label="{escape(label)}">{escape(cell)}</td>'
            for style, label, cell in zip(css[1:], head[1:], row[1:], strict=True)
        ]
        parts.append(f"<tr>{''.join(cells)}</tr>")
    parts.append("</tbody></table></div>")
    return Html("".join(parts))
