"""Reads a reduced cell into a plain description, an "observation".

The golden script and the tests read a reduced cell with the same code. An observation is a
dictionary of JSON values:

- `original`: what the cell was before, to tell a different cell from a different reduction;
- `cables`: each reduced cable, its parameters, and its mechanisms' parameters by segment;
- `survivors`: `[input index, section, x]` in the order of the returned synapses;
- `merged_into`: for each synapse of the input, the survivor its NetCon ends on;
- `connections_kept`: whether weights, delays and sources of all NetCons are unchanged;
- `mapping`: for each original section, its cable and the reduced x of its segments, as text;
- `voltage`: somatic membrane potential, sampled regularly from time 0.

Units are NEURON's: um, ms, mV, uF/cm2, S/cm2, ohm cm, mM. Section names come without the
cell's, whose number depends on what was built before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from neuron import h

Observation = dict[str, Any]

TIME_STEP = 0.025
"""Integration step in ms."""

VOLTAGE_DECIMALS = 7
"""Voltages are kept to 1e-7 mV, far below what is compared."""

_SEGMENT = re.compile(r"(?P<section>.+)\((?P<x>[^()]+)\)")


def short_name(section: Any) -> str:
    """A section's name without the cell's: `dend[3]`."""
    return section.name().rpartition(".")[2]


def describe_original(cell: Any) -> Observation:
    """The dendrites of a cell not yet reduced: counts, area (um2), axial resistance (Mohm)."""
    sections = list(cell.basal) + list(cell.apical)
    return {
        "sections": len(sections),
        "segments": sum(section.nseg for section in sections),
        "area": sum(segment.area() for section in sections for segment in section),
        "axial": sum(segment.ri() for section in sections for segment in section),
    }


def _parameter_names(mechanism: str) -> list[tuple[str, int]]:
    """Names of a density mechanism's PARAMETERs, or of an ion's variables, with array sizes."""
    if mechanism.endswith("_ion"):
        ion = mechanism.removesuffix("_ion")
        return [(f"e{ion}", 1), (f"{ion}i", 1), (f"{ion}o", 1)]
    standard = h.MechanismStandard(mechanism, 1)
    name = h.ref("")
    names = []
    for index in range(int(standard.count())):
        size = int(standard.name(name, index))
        names.append((name[0], size))
    return names


def _parameters(section: Any, mechanism: str) -> Iterator[tuple[str, list[float]]]:
    """Each PARAMETER with its values by segment; array elements are parameters of their own."""
    for name, size in _parameter_names(mechanism):
        if size == 1:
            yield name, [getattr(segment, name) for segment in section]
        else:
            for index in range(size):
                yield f"{name}[{index}]", [getattr(segment, name)[index] for segment in section]


def _same_throughout(values: list[float]) -> float | list[float]:
    """One value instead of a list of equal ones, to keep the files small.

    Means of one and the same value over a varying number of segments differ in their last bits.
    """
    same = all(math.isclose(value, values[0], rel_tol=1e-14) for value in values)
    return values[0] if same else values


def _cable(section: Any) -> Observation:
    return {
        "name": short_name(section),
        "L": section.L,
        "diam": _same_throughout([segment.diam for segment in section]),
        "nseg": section.nseg,
        "Ra": section.Ra,
        "cm": _same_throughout([segment.cm for segment in section]),
        "soma_x": section.parentseg().x,
        "mechanisms": {
            mechanism: {
                name: _same_throughout(values) for name, values in _parameters(section, mechanism)
            }
            for mechanism in sorted(mechanism.name() for mechanism in section(0.5))
        },
    }


def cables_of(reduced: Any) -> list[Any]:
    """The sections that stand for the subtrees: the apical one first, if there is one."""
    apical = [] if reduced.apic is None else [reduced.apic]
    return apical + list(reduced.dend)


def describe_cables(reduced: Any) -> list[Observation]:
    """Every cable of a reduced cell; to be read before anything initialises the cell again."""
    return [_cable(section) for section in cables_of(reduced)]


def describe_connections(netcons: Sequence[Any]) -> list[tuple[float, float, str]]:
    """Weight (uS for the synapses here), delay (ms) and source of each NetCon."""
    return [(netcon.weight[0], netcon.delay, netcon.pre().hname()) for netcon in netcons]


def describe_synapses(
    synapses: Sequence[Any], returned: Sequence[Any], netcons: Sequence[Any]
) -> Observation:
    """Which of `synapses` are left, where they are, and which one each NetCon ends on."""
    index_of = {synapse.hname(): index for index, synapse in enumerate(synapses)}
    survivors = []
    for synapse in returned:
        segment = synapse.get_segment()
        survivors.append([index_of[synapse.hname()], short_name(segment.sec), round(segment.x, 9)])
    merged_into = [index_of[netcon.syn().hname()] for netcon in netcons]
    if {row[0] for row in survivors} != set(merged_into):
        raise ValueError("the returned synapses are not those that the NetCons end on")
    return {"survivors": survivors, "merged_into": merged_into}


def describe_mapping(text: dict[str, str], original: str, reduced: Any) -> dict[str, list[str]]:
    """The text mapping, one row for each original section: its cable, and one x per segment.

    `original` is the name that the cell had. Raises ValueError for a key or value that
    is not the text of a segment of that cell, or of a reduced cable.
    """
    cables = {section.name(): short_name(section) for section in cables_of(reduced)}
    rows: dict[str, dict[str, tuple[str, str]]] = {}
    for key, value in text.items():
        source, target = _SEGMENT.fullmatch(key), _SEGMENT.fullmatch(value)
        if source is None or not source["section"].startswith(f"{original}."):
            raise ValueError(f"{key!r} is no segment of {original}")
        if target is None or target["section"] not in cables:
            raise ValueError(f"{value!r} is no segment of a reduced cable")
        row = rows.setdefault(source["section"].removeprefix(f"{original}."), {})
        row[source["x"]] = (cables[target["section"]], target["x"])
    return {section: _mapping_row(section, row) for section, row in rows.items()}


def _mapping_row(section: str, row: dict[str, tuple[str, str]]) -> list[str]:
    """`[cable, "x x x"]`, once it is clear that the row has the centre of every segment."""
    centres = [f"{(index + 0.5) / len(row):g}" for index in range(len(row))]
    targets = {cable for cable, _ in row.values()}
    if sorted(row) != sorted(centres) or len(targets) != 1:
        raise ValueError(f"the segments of {section} are not mapped one by one to one cable")
    return [targets.pop(), " ".join(row[centre][1] for centre in centres)]


@contextmanager
def _exact_hh_rates() -> Iterator[None]:
    """Compute the rates of hh, as NEURON 8.2 does, where NEURON 9 interpolates in a table."""
    if not hasattr(h, "usetable_hh"):
        yield
        return
    before = h.usetable_hh
    h.usetable_hh = 0
    try:
        yield
    finally:
        h.usetable_hh = before


def somatic_voltage(soma: Any, v_init: float, duration: float, interval: float) -> list[float]:
    """Membrane potential (mV) at the middle of the soma; times in ms."""
    h.dt = TIME_STEP
    h.steps_per_ms = 1.0 / TIME_STEP
    trace = h.Vector().record(soma(0.5)._ref_v, interval)
    with _exact_hh_rates():
        h.finitialize(v_init)
        h.continuerun(duration)
    return [round(voltage, VOLTAGE_DECIMALS) for voltage in trace]
