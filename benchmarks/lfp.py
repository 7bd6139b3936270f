"""The extracellular potential of a reduced cell beside the full one's, on the demo's cell.

Both run in one NEURON on the same events; their transmembrane currents are line sources in a
medium of 0.3 S/m, by LFPy. The full cell's potential is compared with that of

- the reduced cell as LFPy reads it, by the 3D points that ``reduction.add_points()`` gives it;
- the reduced cell's currents along the courses of its compartments, ``reduction.geometry()``;
- the same currents at the original's segments, ``reduction.map_currents()``;
- these, with the synapses' currents where the original's synapses were,
  ``reduction.map_currents(currents, synapses)``;
- the full cell's own currents, gathered into the compartments and put in both ways: what the
  places alone lose, were the reduced cell's currents right.

Electrodes stand in rings of eight around the soma and around the apical trunk.

Prints a table in Markdown, as docs/geometry.md has it.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))

import LFPy
import lfpykit
from neuron import h

import neuron_reduce
from l5pc.cell import load
from l5pc.drive import place_synapses

ROOT = pathlib.Path(__file__).resolve().parent.parent

SIGMA = 0.3
"""Conductivity of the medium in S/m."""

DISTANCES = (50.0, 100.0, 200.0)
"""Of the electrodes from the axis, in µm."""

LEVELS = {"soma": 0.0, "trunk": 300.0}
"""Along the axis from the soma towards the apical dendrites, in µm."""

START, TSTOP, DT = 200.0, 1200.0, 0.025
"""What is compared begins at the first, in ms."""

WINDOW = 10.0
"""So long before and after a spike of either cell is not between spikes, in ms."""

HEAVIER = 1.001
"""What the full cell's weights are multiplied with once more."""

CASES = (("folded", 38), ("folded", 120), ("lumped", 38))


def main() -> None:
    """Run all cells at once, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    parser.add_argument("--excitation", type=float, default=1.11, help="5 spikes a second by 1.11")
    parser.add_argument("--tstop", type=float, default=TSTOP)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=pathlib.Path, help="an .npz of potentials, to look at")
    given = parser.parse_args()
    cell = load(given.cache)
    # Its axon has no points: it has those that NEURON makes up, which LFPy would have it do.
    h.define_shape()
    weight = 0.0016 * given.excitation
    drive = place_synapses(cell, seed=given.seed, excitatory_weight=weight, stream=given.seed)
    reductions = [
        neuron_reduce.reduce(cell, drive.synapses, drive.netcons, method=method, segments=segments)
        for method, segments in CASES
    ]
    h.CVode().use_fast_imem(1)
    sections = [list(cell.all), *(list(each.cell.all) for each in reductions)]
    recorded = [
        [h.Vector().record(segment._ref_i_membrane_) for part in each for segment in part]
        for each in sections
    ]
    synapses = [each.record_synapses() for each in reductions]
    somata = [cell.soma[0], *(each.cell.soma[0] for each in reductions)]
    potentials = [h.Vector().record(each(0.5)._ref_v) for each in somata]
    h.dt, h.steps_per_ms, h.tstop = DT, 1 / DT, given.tstop
    h.run()
    first = round(START / DT)
    currents = [np.array(each) for each in recorded]
    placed = [
        reduction.map_currents(own, synapses=each)[:, first:]
        for reduction, own, each in zip(reductions, currents[1:], synapses, strict=True)
    ]
    currents = [each[:, first:] for each in currents]
    # How close any cell can come: what should not matter moves spikes.
    for netcon in drive.netcons:
        netcon.weight[0] *= HEAVIER
    h.run()
    heavier = np.array(recorded[0])[:, first:]
    heavier_trace = np.array(potentials[0])[first:]
    traces = [np.array(each)[first:] for each in potentials]

    original = reductions[0].original_geometry()
    order = {place: row for row, place in enumerate(_rounded(original.places))}
    here = _rounded([(part.name(), segment.x) for part in sections[0] for segment in part])
    places = [order[place] for place in here]
    full_currents = np.empty_like(currents[0])
    full_currents[places] = currents[0]
    heavier_currents = np.empty_like(heavier)
    heavier_currents[places] = heavier
    electrodes, distances = ring(original, cell)
    forward = matrix(original, electrodes)
    full = forward @ full_currents
    # What LFPy reads of the live cell is the same, by points of single precision.
    read = read_by_lfpy(cell.all, original, electrodes) @ currents[0]
    print(f"LFPy's own reading of the full cell is within {error(read, full):.1e}")
    print(f"{np.sum(crossings(traces[0]))} spikes of the full cell in {given.tstop - START:g} ms\n")
    titles = [f"{distance:g} µm" for distance in DISTANCES]
    print("| reduced by | currents | " + " | ".join(titles) + " | " + " | ".join(titles) + " |")
    print("|---" * (2 + 2 * len(titles)) + "|")
    kept = {"full": full, "traces": np.array(traces)}
    quiet = is_quiet(traces[0], heavier_trace)
    errors = line(forward @ heavier_currents, full, distances, quiet)
    print(f"| the full cell | with weights {HEAVIER:g} times as large | {errors} |")
    for case, reduction, own, trace, with_synapses in zip(
        CASES, reductions, currents[1:], traces[1:], placed, strict=True
    ):
        quiet = is_quiet(traces[0], trace)
        rows = compartments(reduction, original)
        gathered = np.zeros_like(own)
        np.add.at(gathered, rows, full_currents)
        geometry = reduction.geometry()
        courses = matrix(geometry, electrodes)
        reduction.add_points()
        found = {
            "by LFPy": read_by_lfpy(reduction.cell.all, geometry, electrodes) @ own,
            "along courses": courses @ own,
            "`map_currents`": forward @ reduction.map_currents(own),
            "`map_currents(…, synapses)`": forward @ with_synapses,
            "the full cell's, along courses": courses @ gathered,
            "the full cell's, `map_currents`": forward @ reduction.map_currents(gathered),
        }
        for name, potential in found.items():
            kept[f"{case[0]} {case[1]} {name}"] = potential
            errors = line(potential, full, distances, quiet)
            print(f"| {case[0]}, {case[1]} | {name} | {errors} |")
    if given.save:
        np.savez(given.save, **kept)


def compartments(reduction: Any, original: neuron_reduce.Geometry) -> np.ndarray:
    """The row of the reduced cell's segment that each of the original's segments is in."""
    order = {place: row for row, place in enumerate(_rounded(original.places))}
    rows = np.empty(len(order), dtype=int)
    segments = [segment for section in reduction.cell.all for segment in section]
    for row, segment in enumerate(segments):
        for place in _rounded(reduction.origins(segment)):
            rows[order[place]] = row
    return rows


def ring(original: neuron_reduce.Geometry, cell: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where the electrodes are, and how far each is from the axis."""
    names = {section.name() for section in cell.apical}
    somatic = [name == cell.soma[0].name() for name, _ in original.places]
    apical = np.array([name in names for name, _ in original.places])
    soma = original.middle[somatic].mean(axis=0)
    axis = np.average(original.middle[apical], axis=0, weights=original.area[apical]) - soma
    axis /= np.linalg.norm(axis)
    aside = np.cross(axis, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    up = np.cross(axis, aside)
    places, distances = [], []
    for level in LEVELS.values():
        for distance in DISTANCES:
            for angle in np.arange(8) * np.pi / 4:
                direction = np.cos(angle) * aside + np.sin(angle) * up
                places.append(soma + level * axis + distance * direction)
                distances.append(distance)
    return np.array(places), np.array(distances)


def matrix(geometry: neuron_reduce.Geometry, places: np.ndarray) -> np.ndarray:
    """The potentials in mV at some places that 1 nA of each segment makes."""
    columns = zip(geometry.start.T, geometry.end.T, strict=True)
    x, y, z = (np.stack(ends, axis=1) for ends in columns)
    cell = lfpykit.CellGeometry(x=x, y=y, z=z, d=geometry.diameter)
    return electrode(cell, places).get_transformation_matrix()


def read_by_lfpy(sections: Any, geometry: neuron_reduce.Geometry, places: np.ndarray) -> np.ndarray:
    """The same of a live cell as LFPy reads it.

    :param sections: a SectionList, in the order of whose segments the columns are.
    :param geometry: of the cell, which says where the soma is: LFPy moves this to 0.
    """
    cell = LFPy.Cell(sections, v_init=h.v_init, dt=DT, nsegs_method=None, delete_sections=False)
    soma = [number for number, (name, _) in enumerate(geometry.places) if "soma" in name]
    return electrode(cell, places - geometry.middle[soma].mean(axis=0)).get_transformation_matrix()


def electrode(cell: Any, places: np.ndarray) -> Any:
    """Of LFPy."""
    x, y, z = places.T
    return LFPy.RecExtElectrode(cell, x=x, y=y, z=z, sigma=SIGMA, method="linesource")


def crossings(trace: np.ndarray) -> np.ndarray:
    """Whether a spike begins at each sample."""
    return np.concatenate([[False], (trace[1:] > -10) & (trace[:-1] <= -10)])


def is_quiet(trace: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether neither of two cells has a spike within the window of each sample."""
    window = np.ones(2 * round(WINDOW / DT) + 1)
    return ~np.convolve(crossings(trace) | crossings(other), window, mode="same").astype(bool)


def line(potential: np.ndarray, full: np.ndarray, distances: np.ndarray, quiet: np.ndarray) -> str:
    """The errors at all times and between spikes, at each distance."""
    return " | ".join(
        f"{error(potential[distances == d][:, when], full[distances == d][:, when]):.0%}"
        for when in (slice(None), quiet)
        for d in DISTANCES
    )


def error(potential: np.ndarray, full: np.ndarray) -> float:
    """Root mean square of the difference, as a share of the full cell's standard deviation."""
    deviation = full - full.mean(axis=1, keepdims=True)
    return float(np.sqrt(np.mean((potential - full) ** 2) / np.mean(deviation**2)))


def _rounded(places: Any) -> list[tuple[str, float]]:
    return [(name, round(x, 6)) for name, x in places]


if __name__ == "__main__":
    main()
