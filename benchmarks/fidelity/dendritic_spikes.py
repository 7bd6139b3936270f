"""Do the dendrites spike? A current into a dendrite, with and without its own Na and Ca channels.

As a script: for each cell named, an EPSP-shaped current (0.5 and 5 ms) at a place in dendrites, of
amplitudes that raise it by 20, 40, 60 and 80 mV without channels. Soma and axon have no sodium
and calcium channels in these runs, so that what is seen is the dendrites' own. Shown are the height
of the local potential above rest and its integral over 50 ms, with the dendrites' Na and Ca
channels and without. A local spike is an answer that is at least 10 mV higher or a half larger with
them.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys
from typing import Any

import numpy as np
from neuron import h

import cells
import model
from cells import CELLS

ROOT = pathlib.Path(__file__).resolve().parents[2]

BEGIN, AFTER = 200.0, 50.0
"""When the current begins, and how much longer the run is, in ms."""

HEIGHTS = (20.0, 40.0, 60.0, 80.0)
"""Of the local potential without channels, in mV."""

CONDUCTANCES = (
    *("gNaTgbar_NaTg", "gNap_Et2bar_Nap_Et2", "gCa_HVAbar_Ca_HVA2", "gCa_LVAstbar_Ca_LVAst"),
    *("gNaTa_tbar_NaTa_t", "gNaTs2_tbar_NaTs2_t", "gCa_HVAbar_Ca_HVA"),
    *("gna_max_TC_HH", "gNap_Et2bar_TC_Nap_Et2", "pcabar_TC_iT_Des98", "pcabar_TC_iL"),
    *("gbar_naf_ms", "pbar_cal12_ms", "pbar_cal13_ms", "pbar_can_ms", "pbar_car_ms"),
    *("pbar_cat32_ms", "pbar_cat33_ms"),
    *("gbar_glia__dbbs__Nav1_6__0", "gcabar_glia__dbbs__Ca__granule_cell"),
    *("pcabar_glia__dbbs__Cav2_1__0", "gcabar_glia__dbbs__Cav2_3__0"),
    *("pcabar_glia__dbbs__Cav3_1__0", "gcabar_glia__dbbs__Cav3_2__0"),
    "pcabar_glia__dbbs__Cav3_3__0",
)
"""What the currents of the cells' sodium and calcium channels are proportional to."""

HIGHER, LARGER = 10.0, 1.5
"""What makes an answer a local spike: mV, or the quotient of the integrals."""


def _conductances(sections: list[Any]) -> list[tuple[Any, str]]:
    """Segments with the names of those of ``CONDUCTANCES`` that they have."""
    return [
        (segment, name)
        for section in sections
        for segment in section
        for name in CONDUCTANCES
        if hasattr(segment, name)
    ]


def answer(cell: Any, place: Any, amplitude: float) -> tuple[float, float]:
    """How high the place gets (mV above what it was), and the integral of that (mV ms)."""
    clamp = h.IClamp(place)
    clamp.delay, clamp.dur = 0, 1e9
    times = np.arange(0, 60, model.DT)
    wave = np.exp(-times / 5) - np.exp(-times / 0.5)
    t = h.Vector([0.0, BEGIN - model.DT, *(BEGIN + times), BEGIN + 61])
    y = h.Vector([0.0, 0.0, *(amplitude * wave / wave.max()), 0.0])
    y.play(clamp._ref_amp, t, True)
    local = h.Vector().record(place._ref_v)
    h.dt, h.steps_per_ms, h.tstop = model.DT, 1 / model.DT, BEGIN + AFTER
    h.run()
    y.play_remove()
    begin = round(BEGIN / model.DT)
    raised = local.as_numpy()[begin:] - local[begin]
    return float(raised.max()), float(raised.sum() * model.DT)


def examine(name: str, cache: pathlib.Path) -> None:
    """Prints what is found for the cell ``name``."""
    cell = cells.load(name, cache)
    h.load_file("stdrun.hoc")
    dendrites = [section for part in (cell.apical, cell.basal) for section in part]
    others = [section for section in cell.all if section not in dendrites]
    for segment, each in _conductances(others):
        setattr(segment, each, 0.0)
    channels = _conductances(dendrites)
    before = [getattr(segment, each) for segment, each in channels]
    sites = model.sites(cell)
    for site in (sites[1], sites[3]):
        section = next(each for each in cell.all if each.name().endswith(f".{site.section}"))
        place = section(site.x)
        for segment, each in channels:
            setattr(segment, each, 0.0)
        height, _ = answer(cell, place, 0.01)
        amplitudes = [0.01 * each / height for each in HEIGHTS]
        without = [answer(cell, place, each) for each in amplitudes]
        for (segment, each), value in zip(channels, before, strict=True):
            setattr(segment, each, value)
        found = [answer(cell, place, each) for each in amplitudes]
        for amplitude, (high, area), (low, less) in zip(amplitudes, found, without, strict=True):
            is_spike = high > low + HIGHER or area > LARGER * less
            print(
                f"{name}, {site.section}({site.x:.2f}), {site.distance:.0f} µm, "
                f"{amplitude:.3f} nA: "
                f"{high:.1f} mV and {area:.0f} mV ms, without Na and Ca {low:.1f} and {less:.0f}"
                f"{': local spike' if is_spike else ''}",
                flush=True,
            )


def main() -> None:
    """Examine the cells, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="+", choices=CELLS, metavar="CELL")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    parser.add_argument("--here", action="store_true", help="one cell, in this process")
    options = parser.parse_args()
    if options.here:
        examine(options.cells[0], options.cache.resolve())
        return
    for name in options.cells:
        command = [sys.executable, __file__, name, "--here", "--cache", str(options.cache)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
