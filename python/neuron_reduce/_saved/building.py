"""Builds a cell that was described, in plain NEURON.

This module needs nothing but NEURON: it is part of what ``export("cell.py")`` writes. What it is
given is as docs/saved.md has it, and was checked before.

The potentials of two cells are the same to the last bit where sums have the same order. NEURON adds
up the children of a section in the order that it keeps them in, the last one connected first, and
the point processes of a segment with the last one placed first: sections are connected, and point
processes placed, in the order of the description.
"""

from neuron import h

_SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
"""Numbers that JSON has no other text for."""

STYLE = 127
"""What of an ion's style can be set: beyond it NEURON counts who writes concentrations."""


def number(value):
    """A number of the description."""
    return _SPECIAL[value] if isinstance(value, str) else value


def build(content, owner=None):
    """Makes the sections and the point processes of a cell.

    :param owner: the cell's object, by whose text sections are named; None for names without one.
    :returns: the sections and the point processes, as the description has them.
    """
    sections = []
    try:
        for each in content["sections"]:
            sections.append(make_section(each, owner))
        for each in content["attachments"]:
            parent = sections[each["parent"]]
            sections[each["section"]].connect(parent(each["x"]), each["end"])
        for section, each in zip(sections, content["sections"]):
            insert(section, each["mechanisms"])
        processes = []
        for each in content["point_processes"]:
            processes.append(make_point_process(each, sections))
        # Point processes bring ions along, and may say how their concentrations come about.
        for section, each in zip(sections, content["sections"]):
            set_ions(section, each["ions"])
    except BaseException:
        for section in sections:
            h.delete_section(sec=section)
        raise
    return sections, processes


def make_section(described, owner=None):
    """A section with its shape and its passive electrical properties."""
    section = h.Section(name=described["name"], cell=owner)
    section.nseg = described["nseg"]
    if described["points"]:
        for point in described["points"]:
            section.pt3dadd(*point)
    else:
        section.L = described["L"]
        set_values(section, "diam", described["diam"])
    section.Ra = described["Ra"]
    if described["rallbranch"] != 1:
        section.rallbranch = described["rallbranch"]
    set_values(section, "cm", described["cm"])
    return section


def set_values(section, name, values):
    """Sets a range variable: one value for all segments, or a list of one for each, in which None
    is for a segment that does not have it."""
    if not isinstance(values, list):
        setattr(section, name, number(values))
        return
    for segment, value in zip(section, values):
        if value is not None:
            setattr(segment, name, number(value))


def set_array(section, name, arrays):
    """Sets a range variable that is an array, of which each element has values."""
    for index, values in enumerate(arrays):
        for place, segment in enumerate(section):
            value = values[place] if isinstance(values, list) else values
            getattr(segment, name)[index] = number(value)


def insert(section, mechanisms):
    """Inserts density mechanisms with their parameters, and the streams of their random numbers."""
    for name in mechanisms:
        section.insert(name)
    for name, described in mechanisms.items():
        for parameter, values in described["parameters"].items():
            set_values(section, parameter, values)
        for parameter, arrays in described["arrays"].items():
            set_array(section, parameter, arrays)
        for variable, streams in described["streams"].items():
            for segment, stream in zip(section, streams):
                set_stream(getattr(getattr(segment, name), variable), stream)


def set_ions(section, ions):
    """Sets the reversal potentials and concentrations of ions, and how NEURON comes to them."""
    for name, described in ions.items():
        style = described["style"]
        if style is not None:
            if not h.ismembrane(name, sec=section):
                section.insert(name)
            if int(h.ion_style(name, sec=section)) & STYLE != style:
                h.ion_style(name, *style_arguments(style), sec=section)
        for variable, values in described["values"].items():
            set_values(section, variable, values)


def style_arguments(style):
    """What ion_style() is called with, for what it returns: c_style, e_style, einit, eadvance,
    cinit."""
    return style & 3, style >> 3 & 3, style >> 5 & 1, style >> 6 & 1, style >> 2 & 1


def make_point_process(described, sections):
    """A point process with its parameters, and the streams of its random numbers."""
    place = sections[described["section"]](described["x"])
    process = getattr(h, described["mechanism"])(place)
    for name, value in described["parameters"].items():
        if isinstance(value, list):
            array = getattr(process, name)
            for index, element in enumerate(value):
                array[index] = number(element)
        else:
            setattr(process, name, number(value))
    for name, stream in described["streams"].items():
        set_stream(getattr(process, name), stream)
    return process


def set_stream(random, stream):
    """Sets a RANDOM variable."""
    random.set_ids(*stream["ids"])
    random.set_seq(stream["sequence"])


def make_sources(content, sections, processes):
    """What has the events of NetCons: for each source of the description a NetStim, a pair of a
    section and a position, a point process, a list of times, a gid, or None for one that is not
    known."""
    return [make_source(each, sections, processes) for each in content["sources"]]


def make_source(described, sections, processes):
    """See :func:`make_sources`."""
    kind = described["kind"]
    if kind == "NetStim":
        made = h.NetStim()
        for name in ("interval", "number", "start", "noise"):
            setattr(made, name, number(described[name]))
        made.noiseFromRandom123(*described["ids"])
        return made
    if kind == "potential":
        return sections[described["section"]], described["x"]
    if kind == "point process":
        return processes[described["point_process"]]
    if kind == "events":
        return list(described["times"])
    if kind == "gid":
        return described["gid"]
    return None


def connect(described, source, process):
    """A NetCon.

    :param described: with weights, delay and threshold.
    :param source: as :func:`make_sources` has them, or another object with events; lists of times
        are not events of the NetCon, see :func:`send`.
    """
    threshold, delay = number(described["threshold"]), number(described["delay"])
    weights = described["weight"]
    first = number(weights[0]) if weights else 0.0
    if isinstance(source, tuple):
        section, x = source
        made = h.NetCon(section(x)._ref_v, process, threshold, delay, first, sec=section)
    elif isinstance(source, int):
        made = h.ParallelContext().gid_connect(source, process)
        made.threshold, made.delay = threshold, delay
        if weights:
            made.weight[0] = first
    else:
        origin = None if isinstance(source, list) else source
        made = h.NetCon(origin, process, threshold, delay, first)
    for index in range(1, len(weights)):
        made.weight[index] = number(weights[index])
    if not described["active"]:
        made.active(False)
    return made


def send(netcons):
    """Sends NetCons the events of sources that are lists of times, whenever a run begins.

    :param netcons: pairs of a NetCon and times in ms at which its source has events.
    :returns: what has to be kept as long as that is to be so; None where there are none.
    """
    if not netcons:
        return None

    def begin():
        for netcon, times in netcons:
            for time in times:
                netcon.event(time + netcon.delay)

    return h.FInitializeHandler(1, begin)


def play(described, sections, processes):
    """Plays values into a parameter.

    :returns: the Vectors, which have to be kept as long as that is to be so.
    """
    if described["point_process"] is None:
        owner = sections[described["section"]](described["x"])
    else:
        owner = processes[described["point_process"]]
    reference = getattr(owner, "_ref_" + described["variable"])
    if described["element"] is not None:
        reference = reference[described["element"]]
    values = h.Vector([number(each) for each in described["values"]])
    if described["times"] is None:
        values.play(reference, number(described["interval"]))
        return [values]
    times = h.Vector([number(each) for each in described["times"]])
    if described["jumps"] is not None:
        jumps = h.Vector(described["jumps"])
        values.play(reference, times, jumps)
        return [values, times, jumps]
    if described["continuous"]:
        values.play(reference, times, True)
    else:
        values.play(reference, times)
    return [values, times]
