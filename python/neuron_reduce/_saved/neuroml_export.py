"""A cell as NeuroML 2: its morphology, and of its membrane what is NeuroML's own.

That is capacitance, axial resistivity, the leak ``pas`` and ``hh`` (:mod:`.neuroml_channels`). All
other mechanisms are written in NMODL, of which NeuroML knows nothing: they are named in the notes,
and what they do is missing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from .._display.text import plain
from .._display.warned import warn
from .drawing import Tree
from .neuroml_channels import Channels, single

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

_SHORT = 0.01
"""Of sections, in µm: the distance of two points is not kept well."""

_JUNCTION = (1.0, 1e-3)
"""Length and diameter of a junction, in µm: a thousandth of a µm² where compartments have many."""

_MEMBRANE = "_membrane"
"""What the name of the group ends with that has a section's properties: jNeuroML makes sections of
groups that are cables, and asks those that have properties for a list of sections."""

_Point = tuple[float, float, float, float]
"""x, y, z and radius."""


def text_of(content: dict[str, Any], name: str) -> str:
    """The file's text.

    :raises SavedCellError: NeuroML has no way to say what the cell is.
    """
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    name = name if re.match(r"[A-Za-z_]", name) else f"cell_{name}"
    content = content | {"sections": [_drawable(each) for each in content["sections"]]}
    cables = _cables(each["name"] for each in content["sections"])
    channels = Channels(content)
    notes = (
        f"{plain(content['name'])}, reduced by {content['method'] or 'neuron_reduce'}. Sections "
        "without 3D points are drawn as a plane tree: their directions mean nothing. Its "
        f"temperature was {content['celsius']:g} degC, which a network has in NeuroML."
    )
    processes = sorted({each["mechanism"] for each in content["point_processes"]})
    if channels.others or processes:
        missing = []
        if channels.others:
            missing.append(f"the mechanisms {', '.join(channels.others)}, which are NMODL's")
        if processes:
            missing.append(f"all synapses and other point processes ({', '.join(processes)})")
        notes += f" Not in this file: {', and '.join(missing)}."
    if channels.others:
        reasons = [f"{name}: {why}" for name, why in channels.others.items() if why]
        because = f" ({'; '.join(reasons)})" if reasons else ""
        warn(
            f"NeuroML has no {', no '.join(channels.others)}{because}: morphology, passive "
            "properties and channels that are its own are kept"
        )
    lines = [_HEAD.format(name=name), *channels.definitions()]
    lines += [
        f'  <cell id="{name}">',
        f"    <notes>{escape(notes)}</notes>",
        f'    <morphology id="{name}_morphology">',
        *_segments(content, cables),
        "    </morphology>",
        f'    <biophysicalProperties id="{name}_biophysics">',
        *_membrane(content, cables, channels),
        "    </biophysicalProperties>",
        "  </cell>",
        "</neuroml>",
    ]
    return "\n".join(lines) + "\n"


def _drawable(section: dict[str, Any]) -> dict[str, Any]:
    """A section as what can be told from points in single precision, as NEURON keeps them: a
    junction without membrane is longer, of the same axial resistance and capacitance."""
    if section["points"] or section["nseg"] != 1 or section["L"] >= _SHORT:
        return section
    length, diameter = section["L"], single(section["diam"], f"diam of {section['name']}")
    longer, thinner = _JUNCTION
    if length * diameter > longer * thinner:
        return section
    resistance = length / diameter**2 * (thinner**2 / longer)
    capacitance = length * diameter / (longer * thinner)
    return section | {
        "L": longer,
        "diam": thinner,
        "Ra": section["Ra"] * resistance,
        "cm": single(section["cm"], f"cm of {section['name']}") * capacitance,
    }


def _cables(originals: Iterable[str]) -> list[str]:
    """Names for the groups of sections, none of which has that of another group."""
    found: list[str] = []
    taken = {"all", _DENDRITES[0], *(name for name, _ in _GROUPS.values())}
    for original in originals:
        name = re.sub(r"\W+", "_", original, flags=re.ASCII).strip("_")
        name = name if re.match(r"[A-Za-z_]", name) else f"section_{name}"
        own, count = name, 1
        while own in taken or own + _MEMBRANE in taken:
            count += 1
            own = f"{name}_{count}"
        taken |= {own, own + _MEMBRANE}
        found.append(own)
    return found


def _segments(content: dict[str, Any], cables: list[str]) -> Iterator[str]:
    tree = Tree(content)
    attached = {each["section"]: each for each in content["attachments"]}
    # For each section where along it its segments begin and end, and their numbers.
    found: dict[int, list[tuple[float, float, int]]] = {}
    cuts: dict[int, set[float]] = {}
    for each in content["attachments"]:
        cuts.setdefault(each["parent"], set()).add(each["x"])
    count = 0
    for section in tree.order:
        placed = [(x, tree.points[number - 1][1:5]) for x, number in tree.placed[section]]
        own = found[section] = []
        for (begin, first), (end, last) in itertools.pairwise(_cut(placed, cuts.get(section, ()))):
            if first == last:
                continue
            yield f'      <segment id="{count}" name="{cables[section]}_{len(own)}">'
            if own:
                yield f'        <parent segment="{count - 1}"/>'
            elif section in attached:
                parent, along = _parent(found, attached[section])
                yield f'        <parent segment="{parent}" fractionAlong="{along!r}"/>'
            if not own:
                yield f"        {_point('proximal', first)}"
            yield f"        {_point('distal', last)}"
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
    for name in cables:
        included[name + _MEMBRANE, None] = [name]
    for (group, meaning), names in included.items():
        if names:
            known = "" if meaning is None else f' neuroLexId="{meaning}"'
            yield f'      <segmentGroup id="{group}"{known}>'
            yield from (f'        <include segmentGroup="{each}"/>' for each in names)
            yield "      </segmentGroup>"


def _cut(placed: list[tuple[float, _Point]], cuts: Collection[float]) -> list[tuple[float, _Point]]:
    """The points of a section, with one wherever another section is attached: jNeuroML takes those
    at ends of segments alone.

    :param placed: positions along the section, in order or backwards, and points.
    """
    found = placed[:1]
    for (begin, first), (end, last) in itertools.pairwise(placed):
        inside = (each for each in cuts if min(begin, end) < each < max(begin, end))
        for x in sorted(inside, reverse=begin > end):
            share = (x - begin) / (end - begin)
            point = [one + share * (other - one) for one, other in zip(first, last, strict=True)]
            found.append((x, (point[0], point[1], point[2], point[3])))
        found.append((end, last))
    return found


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


def _point(kind: str, point: _Point) -> str:
    x, y, z, radius = point
    return f'<{kind} x="{x!r}" y="{y!r}" z="{z!r}" diameter="{2 * radius!r}"/>'


def _membrane(content: dict[str, Any], cables: list[str], channels: Channels) -> Iterator[str]:
    groups = [name + _MEMBRANE for name in cables]
    sections = list(zip(groups, content["sections"], strict=True))
    yield "      <membraneProperties>"
    for name, each in sections:
        yield from channels.densities(each, name)
    # Where NEURON's own threshold is.
    yield '        <spikeThresh value="10mV"/>'
    for name, each in sections:
        capacitance = single(each["cm"], f"cm of {each['name']}")
        yield (
            f'        <specificCapacitance segmentGroup="{name}" '
            f'value="{capacitance!r}uF_per_cm2"/>'
        )
    yield f'        <initMembPotential value="{single(content["v_init"], "v_init")!r}mV"/>'
    yield "      </membraneProperties>"
    yield "      <intracellularProperties>"
    for name, each in sections:
        resistivity = single(each["Ra"], f"Ra of {each['name']}")
        yield f'        <resistivity segmentGroup="{name}" value="{resistivity!r}ohm_cm"/>'
    yield "      </intracellularProperties>"
