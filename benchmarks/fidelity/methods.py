"""The reductions that are compared, as arguments of :func:`neuron_reduce.reduce`."""

from __future__ import annotations

from typing import Any

METHODS: dict[str, dict[str, Any]] = {
    "classic": {"method": "classic"},
    "lumped": {"method": "lumped"},
    "folded": {"method": "folded"},
    "folded, 120": {"method": "folded", "segments": 120},
}
