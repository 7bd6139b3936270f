"""The layer-5 pyramidal cell of the examples, taken from there by its path."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "l5pc" / "cell.py"


@cache
def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("l5pc_example_cell", EXAMPLE)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {EXAMPLE}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(cache: Path) -> Any:
    """The cell with its channels; what it is made of is kept in `cache`."""
    return _example().load(cache)
