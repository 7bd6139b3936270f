"""The layer-5 pyramidal cell of the examples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def build(cache: Path) -> Any:
    """The cell with its channels; what it is made of is kept in `cache`."""
    return _module().load(cache)


def folder(cache: Path) -> Path:
    """What it is made of: `l5pc.hoc`, `morphology` and `mechanisms`."""
    return _module().prepare(cache)


def _module() -> Any:
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))
    from l5pc import cell

    return cell
