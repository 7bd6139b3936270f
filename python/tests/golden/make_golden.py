"""Writes the golden files: what neuron-reduce 0.0.7 makes of the cases in `cases.py`.

Needs an environment with neuron 8.2.6, numpy below 2 and neuron-reduce 0.0.7:

    python python/tests/golden/make_golden.py [--check] [family ...]

With --check, nothing is written: the cases are run and compared with the files.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")

from neuron import h  # noqa: E402

import cases  # noqa: E402
import neuron_reduce  # noqa: E402  (the path and the environment come first)
from compare import compare  # noqa: E402
from observe import TIME_STEP  # noqa: E402

UPSTREAM = "0.0.7"
# A spike at the soma or on its way would make the comparison of traces meaningless.
HIGHEST_SUBTHRESHOLD = -45.0  # mV


def header() -> dict[str, Any]:
    """What made a file."""
    return {
        "script": Path(__file__).resolve().relative_to(PROJECT).as_posix(),
        "upstream": f"neuron-reduce {version('neuron-reduce')}",
        "neuron": h.nrnversion(5),
        "numpy": version("numpy"),
        "time_step": TIME_STEP,
    }


def observe_case(case: cases.Case, cache: Path) -> dict[str, Any]:
    """Upstream's result; raises ValueError if it spikes."""
    observation = cases.run(case, neuron_reduce.subtree_reductor, cache)
    highest = max(observation["voltage"])
    if highest > HIGHEST_SUBTHRESHOLD:
        raise ValueError(f"{case.name} reaches {highest} mV: lower its weight")
    return observation


def write(family: str, observations: dict[str, Any]) -> None:
    """One case a line, so that a change shows which cases it touches."""

    def compact(value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    lines = ",\n".join(f"{compact(name)}:{compact(o)}" for name, o in observations.items())
    text = f'{{"made_by":{compact(header())},\n"cases":{{\n{lines}\n}}}}\n'
    (HERE / f"{family}.json").write_text(text)


def main() -> None:
    """Make or check the families named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("family", nargs="*", help=f"of {', '.join(cases.CASES)}; default: all")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    families = arguments.family or list(cases.CASES)
    if unknown := set(families) - set(cases.CASES):
        parser.error(f"no such family: {', '.join(sorted(unknown))}")
    if version("neuron-reduce") != UPSTREAM:
        sys.exit(f"golden values are those of neuron-reduce {UPSTREAM}")
    logging.getLogger("neuron_reduce").setLevel(logging.ERROR)
    h.load_file("stdrun.hoc")
    cache = Path(os.environ.get("NEURON_REDUCE_CACHE", PROJECT / ".cache"))
    failed = False
    for family in families:
        found = {
            case.name: {"settings": case.settings(), **observe_case(case, cache)}
            for case in cases.CASES[family]
        }
        if not arguments.check:
            write(family, found)
            continue
        expected = json.loads((HERE / f"{family}.json").read_text())["cases"]
        for name, observation in found.items():
            for difference in compare(expected[name], observation):
                failed = True
                print(f"{name}: {difference}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
