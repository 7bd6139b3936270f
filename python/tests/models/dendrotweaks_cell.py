"""A small cell that DendroTweaks reduces, printed as JSON: run by `test_dendrotweaks.py`.

    python dendrotweaks_cell.py FOLDER

The golden values come from an environment with DendroTweaks 0.5.2, neuron-reduce 0.0.7 and
NEURON 9.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
os.environ["MPLBACKEND"] = "Agg"

MECHANISM = Path(__file__).with_name("mechanisms") / "ca_hva.mod"

# From, type, step in um (x, y), steps, radius in um.
BRANCHES = {
    "apical": ("soma", 4, (0, 20), 8, 1.2),
    "left tuft": ("apical", 4, (15, 15), 6, 0.7),
    "right tuft": ("apical", 4, (-15, 15), 9, 0.6),
    "basal": ("soma", 3, (0, -15), 5, 1.0),
    "left": ("basal", 3, (10, -10), 5, 0.6),
    "right": ("basal", 3, (-10, -10), 7, 0.5),
}


def _morphology() -> str:
    """The cell in the SWC format: a soma of three points and six branches."""
    lines = ["1 1 0 0 0 8 -1", "2 1 -8 0 0 8 1", "3 1 8 0 0 8 1"]
    ends = {"soma": (1, 0, 0)}
    for name, (parent, kind, (dx, dy), steps, radius) in BRANCHES.items():
        point, x, y = ends[parent]
        for _ in range(steps):
            x, y = x + dx, y + dy
            lines.append(f"{len(lines) + 1} {kind} {x} {y} 0 {radius} {point}")
            point = len(lines)
        ends[name] = point, x, y
    return "\n".join(lines) + "\n"


def _model(folder: Path) -> Any:
    import dendrotweaks
    from dendrotweaks.biophys.mechanisms import LeakChannel

    cell = folder / "Cell"
    for part in ("morphology", "biophys/mod"):
        (cell / part).mkdir(parents=True)
    (cell / "morphology" / "small.swc").write_text(_morphology())
    # DendroTweaks does not read THREADSAFE.
    text = MECHANISM.read_text().replace("    THREADSAFE\n", "")
    (cell / "biophys" / "mod" / MECHANISM.name).write_text(text)

    model = dendrotweaks.Model(str(cell))
    model.load_morphology("small")
    # One of the default mechanisms; to have all would be to compile all.
    model.mechanisms["Leak"] = LeakChannel()
    model.load_mechanism("Leak", "default_mod")
    model.add_mechanism("ca_hva")
    for domain in model.domains:
        model.insert_mechanism("Leak", domain)
    for name, value in (("gbar_Leak", 5e-5), ("e_Leak", -70), ("Ra", 120), ("cm", 1.1)):
        model.set_param(name, value=value)
    for domain in ("apic", "dend"):
        model.insert_mechanism("ca_hva", domain)
    model.set_param("gbar_ca_hva", distr_type="linear", slope=1e-7, intercept=1e-5)
    model.set_segmentation(d_lambda=0.1)
    return model


def _reduced(model: Any, domain: str, frequency: float, segments: float) -> dict[str, Any]:
    (root,) = (
        section
        for section in model.sec_tree.sections
        if section.domain_name == domain and section.parent.domain_name == "soma"
    )
    model.reduce_subtree(
        root, reduction_frequency=frequency, total_segments_manual=segments, fit=False
    )
    section = root._ref
    return {
        "L": section.L,
        "diam": section.diam,
        "nseg": section.nseg,
        "gbar_ca_hva": [segment.get_param_value("gbar_ca_hva") for segment in root.segments],
    }


def main() -> None:
    """Build, reduce, print."""
    with contextlib.redirect_stdout(sys.stderr):
        model = _model(Path(sys.argv[1]))
        found = {
            "apic": _reduced(model, "apic", 0, -1),
            "dend": _reduced(model, "dend", 38, 6),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
