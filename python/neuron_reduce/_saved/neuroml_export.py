"""A cell as NeuroML 2: its morphology, and of its membrane what is NeuroML's own.

That is capacitance, axial resistivity and the leak ``pas``. All other mechanisms are written in
NMODL, of which NeuroML knows nothing: they are named in the notes, and what they do is missing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from .._display.text import plain
from .._display.warned import warn
from ..errors import SavedCellError
from . import building
from .drawing import Tree

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.neuroml.org/schema/neuroml2
        https://raw.github.com/NeuroML/NeuroML2/development/Schemas/NeuroML2/NeuroML_v2.3.1.xsd"
    id="{name}">"""

_UNBRANCHED = "sao864921383"
"""What NeuroML calls a cable without branches: a section of NEURON's."""

_GROUPS = {
    "soma": ("soma_group", "GO:0043025"),
    "axon": ("axon_group", "GO:0030424"),
    "apical": ("apical_group", None),
    "basal": ("basal_group", None),
}
"""Names by role, as NeuroML's tools know them."""

_DENDRITES = ("dendrite_group", "GO:0030425")


def text_of(content: dict[str, Any], name: str) -> str:
    """The file's text.

    :raises SavedCellError: NeuroML has no way to say what the cell is.
    """
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    name = name if re.match(r"[A-Za-z_]", name) else f"cell_{name}"
    cables = _cables(each["name"] for each in content["sections"])
    others = _others(content)
    notes = (
        f"{plain(content['name'])}, reduced by {content['method'] or 'neuron_reduce'}. Sections "
        "without 3D points are drawn as a plane tree: their directions mean nothing."
    )
    if others:
        missing = f"the mechanisms {', '.join(others)}, which are NMODL's, and all synapses"
        notes += f" Not in this file: {missing}."
        warn(f"NeuroML has no {', no '.join(others)}: morphology and passive properties are kept")
    has_leak = any("pas" in each["mechanisms"] for each in content["sections"])
    lines = [_HEAD.format(name=name)]
    if has_leak:
        lines.append('  <ionChannel id="pas" type="ionChannelPassive" conductance="10pS"/>')
    lines += [
        f'  <cell id="{name}">',
        f"    <notes>{escape(notes)}</notes>",
        f'    <morphology id="{name}_morphology">',
        *_segments(content, cables),
        "    </morphology>",
        f'    <biophysicalProperties id="{name}_biophysics">',
        *_membrane(content, cables),
        "    </biophysicalProperties>",
        "  </cell>",
        "</neuroml>",
    ]
    return "\n".join(lines) + "\n"


def _cables(originals: Iterable[str]) -> list[str]:
    """Names for the groups of sections, none of which has that of another group."""
    found: list[str] = []
    taken = {"all", _DENDRITES[0], *(name for name, _ in _GROUPS.values())}
    for original in originals:
        name = re.sub(r"\W+", "_", original, flags=re.ASCII).strip("_")
        name = name if re.match(r"[A-Za-z_]", name) else f"section_{name}"
        own, count = name, 1
        while own in taken:
            count += 1
            own = f"{name}_{count}"
        taken.add(own)
        found.append(own)
    return found


def _others(content: dict[str, Any]) -> list[str]:
    found = {
        mechanism: None for section in content["sections"] for mechanism in section["mechanisms"]
    }
    return [each for each in found if each != "pas"]


def _segments(content: dict[str, Any], cables: list[str]) -> Iterator[str]:
    tree = Tree(content)
    attached = {each["section"]: each for each in content["attachments"]}
    # For each section where along it its segments begin and end, and their numbers.
    found: dict[int, list[tuple[float, float, int]]] = {}
    count = 0
    for section in tree.order:
        placed = tree.placed[section]
        own = found[section] = []
        for (begin, first), (end, last) in itertools.pairwise(placed):
            ends = tree.points[first - 1][1:5], tree.points[last - 1][1:5]
            if ends[0] == ends[1]:
                continue
            yield f'      <segment id="{count}" name="{cables[section]}_{len(own)}">'
            if own:
                yield f'        <parent segment="{count - 1}"/>'
            elif section in attached:
                parent, along = _parent(found, attached[section])
                yield f'        <parent segment="{parent}" fractionAlong="{along!r}"/>'
            if not own:
                yield f"        {_point('proximal', ends[0])}"
            yield f"        {_point('distal', ends[1])}"
            yield "      </segment>"
            own.append((begin, end, count))
            count += 1
    for index, name in enumerate(cables):
        yield f'      <segmentGroup id="{name}" neuroLexId="{_UNBRANCHED}">'
        divisions = content["sections"][index]["nseg"]
        yield f'        <property tag="numberInternalDivisions" value="{divisions}"/>'
        yield from (f'        <member segment="{number}"/>' for _, _, number in found[index])
        yield "      </segmentGroup>"
    roles = [each["role"] for each in content["sections"]]
    included = {
        group: [name for name, own in zip(cables, roles, strict=True) if own == role]
        for role, group in _GROUPS.items()
    }
    included[_DENDRITES] = [
        name for name, own in zip(cables, roles, strict=True) if own in ("apical", "basal")
    ]
    included["all", None] = cables
    for (group, meaning), names in included.items():
        if names:
            known = "" if meaning is None else f' neuroLexId="{meaning}"'
            yield f'      <segmentGroup id="{group}"{known}>'
            yield from (f'        <include segmentGroup="{each}"/>' for each in names)
            yield "      </segmentGroup>"


def _parent(
    found: dict[int, list[tuple[float, float, int]]], attachment: dict[str, Any]
) -> tuple[int, float]:
    """The segment that a place on a section is on, and where on it that is, 0 to 1."""
    x = attachment["x"]
    for begin, end, number in found[attachment["parent"]]:
        if min(begin, end) <= x <= max(begin, end) and begin != end:
            return number, (x - begin) / (end - begin)
    # Points that do not reach the section's ends by the last digit.
    begin, end, number = min(
        found[attachment["parent"]], key=lambda each: min(abs(each[0] - x), abs(each[1] - x))
    )
    return number, 0.0 if abs(begin - x) < abs(end - x) else 1.0


def _point(kind: str, point: tuple[float, float, float, float]) -> str:
    x, y, z, radius = point
    return f'<{kind} x="{x!r}" y="{y!r}" z="{z!r}" diameter="{2 * radius!r}"/>'


def _membrane(content: dict[str, Any], cables: list[str]) -> Iterator[str]:
    sections = list(zip(cables, content["sections"], strict=True))
    yield "      <membraneProperties>"
    for name, each in sections:
        leak = each["mechanisms"].get("pas")
        if leak is not None:
            conductance, reversal = (
                _single(leak["parameters"][parameter], f"{parameter} of {each['name']}")
                for parameter in ("g_pas", "e_pas")
            )
            yield (
                f'        <channelDensity id="pas_{name}" ionChannel="pas" segmentGroup="{name}" '
                f'condDensity="{conductance!r}S_per_cm2" erev="{reversal!r}mV" ion="non_specific"/>'
            )
    # Where NEURON's own threshold is.
    yield '        <spikeThresh value="10mV"/>'
    for name, each in sections:
        capacitance = _single(each["cm"], f"cm of {each['name']}")
        yield (
            f'        <specificCapacitance segmentGroup="{name}" '
            f'value="{capacitance!r}uF_per_cm2"/>'
        )
    yield f'        <initMembPotential value="{_single(content["v_init"], "v_init")!r}mV"/>'
    yield "      </membraneProperties>"
    yield "      <intracellularProperties>"
    for name, each in sections:
        resistivity = _single(each["Ra"], f"Ra of {each['name']}")
        yield f'        <resistivity segmentGroup="{name}" value="{resistivity!r}ohm_cm"/>'
    yield "      </intracellularProperties>"


def _single(values: Any, what: str) -> float:
    """What a group of segments has one value of."""
    several = values if isinstance(values, list) else [values]
    if len(set(several)) > 1:
        raise SavedCellError(
            f"{what} differs between segments; expected one value for NeuroML, or another format"
        )
    number = float(building.number(several[0]))
    if number != number or number in (float("inf"), -float("inf")):
        raise SavedCellError(f"{what} is {number}; expected a number, which NeuroML has a text for")
    return number
