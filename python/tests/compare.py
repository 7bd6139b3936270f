"""Compares two observations of a reduced cell (see `observe`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Observation = dict[str, Any]

# The very same cell, built by another NEURON version.
ORIGINAL_RELATIVE = 1e-12
# A cable is found by bisection to 0.001 ohm in some 1e8, from impedances that another solver
# than NEURON's computed; both are orders of magnitude below this.
CABLE_RELATIVE = 1e-6
# Survivors sit at the centre of a segment: the same number, computed in another order.
POSITION_ABSOLUTE = 1e-6
# Means of parameters: the same sums, in another order.
PARAMETER_RELATIVE = 1e-9
# A mapped position is the text of six significant digits, of a number that agrees to fewer than
# all of its bits: near a tie the last digit can go either way.
MAPPING_LAST_DIGITS = 1
# At the sealed end the impedance hardly depends on the position. Bisection stops at some
# 1 - 2**-k there, and the last bits of the impedance decide at which k.
MAPPING_TIP = 0.999
# Two NEURON versions integrate the same equations, on cables that differ as allowed above.
VOLTAGE_RMSD = 1e-3  # mV


@dataclass(frozen=True)
class Difference:
    """Something in which two observations differ."""

    place: str
    expected: Any
    observed: Any

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, observed {self.observed}"


def _close(expected: float, observed: float, relative: float) -> bool:
    return math.isclose(expected, observed, rel_tol=relative, abs_tol=0.0)


def _original(expected: Observation, observed: Observation) -> Iterator[Difference]:
    for key, value in expected.items():
        if not _close(value, observed[key], ORIGINAL_RELATIVE):
            yield Difference(f"original cell, {key}", value, observed[key])


def _by_segment(
    place: str, expected: Any, observed: Any, nseg: int, relative: float
) -> Iterator[Difference]:
    """Compare a value for each segment; one that is not a list holds for all of them."""
    ones, others = (v if isinstance(v, list) else [v] * nseg for v in (expected, observed))
    for index, (one, other) in enumerate(zip(ones, others, strict=True)):
        if not _close(one, other, relative):
            yield Difference(f"{place}, segment {index} of {nseg}", one, other)


def _cable(expected: Observation, observed: Observation) -> Iterator[Difference]:
    name, nseg = expected["name"], expected["nseg"]
    for key in ("L", "Ra"):
        if not _close(expected[key], observed[key], CABLE_RELATIVE):
            yield Difference(f"{name}, {key}", expected[key], observed[key])
    if abs(expected["soma_x"] - observed["soma_x"]) > POSITION_ABSOLUTE:
        yield Difference(f"{name}, soma_x", expected["soma_x"], observed["soma_x"])
    if nseg != observed["nseg"]:
        yield Difference(f"{name}, nseg", nseg, observed["nseg"])
        return
    for key in ("diam", "cm"):
        yield from _by_segment(f"{name}, {key}", expected[key], observed[key], nseg, CABLE_RELATIVE)
    mechanisms, others = expected["mechanisms"], observed["mechanisms"]
    if mechanisms.keys() != others.keys():
        yield Difference(f"{name}, mechanisms", sorted(mechanisms), sorted(others))
    for mechanism in sorted(mechanisms.keys() & others.keys()):
        yield from _mechanism(name, mechanisms[mechanism], others[mechanism], nseg)


def _mechanism(
    cable: str, expected: Observation, observed: Observation, nseg: int
) -> Iterator[Difference]:
    if expected.keys() != observed.keys():
        yield Difference(f"{cable}, parameters", sorted(expected), sorted(observed))
    for name in sorted(expected.keys() & observed.keys()):
        yield from _by_segment(
            f"{cable}, {name}", expected[name], observed[name], nseg, PARAMETER_RELATIVE
        )


def _cables(expected: list[Observation], observed: list[Observation]) -> Iterator[Difference]:
    names, others = ([cable["name"] for cable in cables] for cables in (expected, observed))
    if names != others:
        yield Difference("cables", names, others)
        return
    for one, other in zip(expected, observed, strict=True):
        yield from _cable(one, other)


def _synapses(expected: Observation, observed: Observation) -> Iterator[Difference]:
    ones, others = expected["survivors"], observed["survivors"]
    order, other_order = ([row[0] for row in rows] for rows in (ones, others))
    if order != other_order:
        yield Difference("order of the returned synapses", order, other_order)
    places = {index: (section, x) for index, section, x in others}
    for index, section, x in ones:
        other_section, other_x = places.get(index, (section, x))
        if section != other_section or abs(x - other_x) > POSITION_ABSOLUTE:
            yield Difference(f"synapse {index}", f"{section}({x})", f"{other_section}({other_x})")
    pairs = zip(expected["merged_into"], observed["merged_into"], strict=True)
    for index, (one, other) in enumerate(pairs):
        if one != other:
            yield Difference(f"synapse that synapse {index} was merged into", one, other)
    if expected["connections_kept"] != observed["connections_kept"]:
        yield Difference(
            "weights, delays and sources kept",
            expected["connections_kept"],
            observed["connections_kept"],
        )


def _same_position(one: str, other: str) -> bool:
    """Whether two relative positions, as text, are the same but for rounding."""
    if one == other:
        return True
    smaller, larger = sorted((float(one), float(other)))
    if smaller >= MAPPING_TIP:
        return True
    last_digit = 10.0 ** (math.floor(math.log10(larger)) - 5)
    # Half a digit more, since the difference of two decimals is itself rounded.
    return larger - smaller <= (MAPPING_LAST_DIGITS + 0.5) * last_digit


def _mapping(expected: Observation, observed: Observation) -> Iterator[Difference]:
    if expected.keys() != observed.keys():
        yield Difference("mapped sections", sorted(expected), sorted(observed))
    for section in sorted(expected.keys() & observed.keys()):
        (cable, xs), (other_cable, other_xs) = expected[section], observed[section]
        if cable != other_cable:
            yield Difference(f"cable of {section}", cable, other_cable)
        texts, other_texts = xs.split(), other_xs.split()
        if len(texts) != len(other_texts):
            yield Difference(f"segments of {section}", len(texts), len(other_texts))
            continue
        for index, (one, other) in enumerate(zip(texts, other_texts, strict=True)):
            if not _same_position(one, other):
                yield Difference(f"mapping of {section}, segment {index}", one, other)


def rmsd(one: Sequence[float], other: Sequence[float]) -> float:
    """Root of the mean squared difference of two traces of equal length."""
    squares = [(a - b) ** 2 for a, b in zip(one, other, strict=True)]
    return math.sqrt(sum(squares) / len(squares))


def _voltage(expected: list[float], observed: list[float]) -> Iterator[Difference]:
    if len(expected) != len(observed):
        yield Difference("samples of the somatic voltage", len(expected), len(observed))
        return
    apart = rmsd(expected, observed)
    if not apart <= VOLTAGE_RMSD:  # so that a NaN is a difference too
        yield Difference("RMSD of the somatic voltage", f"at most {VOLTAGE_RMSD} mV", apart)


def compare(expected: Observation, observed: Observation) -> list[Difference]:
    """All differences beyond the tolerances above; an empty list if there are none."""
    return [
        *_original(expected["original"], observed["original"]),
        *_cables(expected["cables"], observed["cables"]),
        *_synapses(expected, observed),
        *_mapping(expected["mapping"], observed["mapping"]),
        *_voltage(expected["voltage"], observed["voltage"]),
    ]
