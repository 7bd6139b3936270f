"""Writes `published.json`: what the functions of neuron-reduce 0.0.7 return.

Needs an environment with neuron 8.2.6, numpy below 2 and neuron-reduce 0.0.7:

    python python/tests/golden/make_published.py
"""

from __future__ import annotations

import inspect
import json
import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from neuron import h  # noqa: E402  (the path comes first)

import neuron_reduce  # noqa: E402
import published_names  # noqa: E402
from neuron_reduce import reducing_methods, subtree_reductor_func  # noqa: E402

UPSTREAM = "0.0.7"


def observations() -> dict[str, Any]:
    """By name; those of one seed end in its number."""
    both = reducing_methods, subtree_reductor_func
    found = {
        f"numbers-{seed}": published_names.numbers(*both, seed)
        for seed in published_names.NUMBER_SEEDS
    }
    for seed in published_names.TREE_SEEDS:
        found[f"tree-{seed}"] = published_names.tree(*both, seed, is_active=False)
        found[f"reduction-{seed}"] = published_names.reduction(
            reducing_methods, neuron_reduce.subtree_reductor, seed
        )
    for seed in published_names.ACTIVE_SEEDS:
        found[f"active-{seed}"] = published_names.tree(*both, seed, is_active=True)
    for without in published_names.WITHOUT:
        found["-".join(["result", *without])] = published_names.result(
            neuron_reduce.subtree_reductor, without
        )
    found["signatures"] = {
        name: published_names.signature(inspect.signature(getattr(module, name.partition(".")[2])))
        for name in published_names.SIGNATURES
        for module in both
        if module.__name__.endswith(name.partition(".")[0])
    }
    found["synapse_kinds"] = published_names.synapse_kinds(subtree_reductor_func)
    found["hoc_cell"] = published_names.hoc_cell(subtree_reductor_func)
    return found


def main() -> None:
    """Make the file."""
    if version("neuron-reduce") != UPSTREAM:
        sys.exit(f"golden values are those of neuron-reduce {UPSTREAM}")
    logging.getLogger("neuron_reduce").setLevel(logging.ERROR)
    h.load_file("stdrun.hoc")

    def compact(value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    made_by = {
        "script": Path(__file__).resolve().relative_to(HERE.parents[2]).as_posix(),
        "upstream": f"neuron-reduce {UPSTREAM}",
        "neuron": h.nrnversion(5),
    }
    lines = ",\n".join(f"{compact(key)}:{compact(value)}" for key, value in observations().items())
    (HERE / "published.json").write_text(
        f'{{"made_by":{compact(made_by)},\n"observations":{{\n{lines}\n}}}}\n'
    )


if __name__ == "__main__":
    main()
