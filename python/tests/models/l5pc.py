"""The layer-5 pyramidal cell of the examples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def build(cache: Path) -> Any:
    """The cell with its channels; what it is made of is kept in `cache`."""
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))
    from l5pc.cell import load

    return load(cache)
