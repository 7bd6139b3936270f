"""What the name of a section says: ``Cell[0].dend[12]`` is number 12 of kind dend."""

from __future__ import annotations

import re
from typing import Any

from ..errors import CellError


def kind(section: Any) -> str:
    """The name without its cell and its index."""
    return str(section.name()).rpartition(".")[2].partition("[")[0]


def number(section: Any) -> str:
    """The last number in the name, as text.

    :raises CellError: where there is none.
    """
    found = re.findall(r"\d+", section.name())
    if not found:
        raise CellError(
            f"{section} has no number in its name; expected a name such as dend[3], which sections "
            "are told apart by"
        )
    return str(found[-1])
