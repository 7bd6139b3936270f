"""Builds a cell that was described, in plain NEURON.

This module needs nothing but NEURON: it is part of what ``export("cell.py")`` writes. What it is
given is as docs/saved.md has it, and was checked before.

The potentials of two cells are the same to the last bit where sums have the same order. NEURON adds
up the children of a section in the order that it keeps them in, the last one connected first, and
the point processes of a segment with the last one placed first: sections are connected, and point
processes placed, in the order of the description.
"""

import ctypes
import struct
import warnings

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
    # While this is 1 NEURON takes no lengths.
    constant = h.pt3dconst(0)
    try:
        for each in content["sections"]:
            sections.append(make_section(each, owner))
        for each in content["attachments"]:
            parent = sections[each["parent"]]
            sections[each["section"]].connect(parent(each["x"]), each["end"])
        for section, each in zip(sections, content["sections"], strict=True):
            check_area(section, each["area"])
            insert(section, each["mechanisms"])
        processes = []
        for each in content["point_processes"]:
            processes.append(make_point_process(each, sections))
        set_tables(content, processes)
        # Point processes bring ions along, and may say how their concentrations come about.
        for section, each in zip(sections, content["sections"], strict=True):
            set_ions(section, each["ions"])
    except BaseException:
        for section in sections:
            h.delete_section(sec=section)
        raise
    finally:
        h.pt3dconst(constant)
    return sections, processes


def make_section(described, owner=None):
    """A section with its shape and its passive electrical properties."""
    section = h.Section(name=described["name"], cell=owner)
    section.nseg = described["nseg"]
    if described["points"]:
        for point in described["points"]:
            section.pt3dadd(*point)
        if described["arcs"]:
            set_arcs(section, described["arcs"])
    else:
        section.L = described["L"]
        set_values(section, "diam", described["diam"])
    section.Ra = described["Ra"]
    if described["rallbranch"] != 1:
        section.rallbranch = described["rallbranch"]
    set_values(section, "cm", described["cm"])
    return section


def set_arcs(section, arcs):
    """Sets how far along a section its 3D points are.

    NEURON keeps that with each point, scaled where L was set after the points were, and computes
    areas from it. There is no call that sets it: it is written to where NEURON has it (a Section's
    points are 72 bytes from its beginning in NEURON 9, each 24 bytes of which the last 8 are this),
    if what is there is what it should be.
    """
    count = section.n3d()
    # Behind what every object of CPython begins with.
    header = object.__basicsize__
    own = None
    if h.nrnversion(0).startswith("9.") and (header, ctypes.sizeof(ctypes.c_void_p)) == (16, 8):
        own = ctypes.c_void_p.from_address(id(section) + header).value
    is_known = own and ctypes.c_short.from_address(own + 64).value == count == len(arcs)
    points = ctypes.c_void_p.from_address(own + 72).value if is_known else None
    if points:
        for index in range(count):
            found = struct.unpack("<4fd", ctypes.string_at(points + 24 * index, 24))
            read = (section.x3d, section.y3d, section.z3d, section.diam3d, section.arc3d)
            is_known = is_known and found == tuple(each(index) for each in read)
    if not points or not is_known:
        warnings.warn(
            f"where the 3D points of {section.name()} are along it cannot be set in this NEURON: "
            "its area is kept to 7 digits",
            stacklevel=2,
        )
        section.L = arcs[-1]
        return
    for index, arc in enumerate(arcs):
        ctypes.c_double.from_address(points + 24 * index + 16).value = arc
    # Has NEURON compute lengths and areas anew, now from these.
    section.Ra = section.Ra
    length = section.L
    if length != arcs[-1]:
        raise ValueError(f"{section.name()} is {length} um long, not {arcs[-1]}")


def check_area(section, areas):
    """Of a section that has its shape from points.

    :raises ValueError: it has another one than it had.
    """
    if areas is None:
        return
    for segment, area in zip(section, areas, strict=True):
        made = segment.area()
        if abs(made - area) > 1e-5 * area:
            raise ValueError(
                f"{section.name()}({segment.x:g}) has an area of {made:g} um2 by its points, and "
                f"{area:g} um2 in the file"
            )


def set_values(section, name, values):
    """Sets a range variable: one value for all segments, or a list of one for each, in which None
    is for a segment that does not have it."""
    if not isinstance(values, list):
        setattr(section, name, number(values))
        return
    for segment, value in zip(section, values, strict=True):
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
            for segment, stream in zip(section, streams, strict=True):
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


def set_tables(content, processes):
    """Sets FUNCTION_TABLEs that the session has not set: they belong to it."""
    for each in content["mechanisms"]:
        name = each["name"]
        if not each["tables"]:
            continue
        owner = owner_of(content, name, processes)
        for table, described in each["tables"].items():
            if not is_table_set(name, table, owner):
                set_table(name, table, owner, described)


def owner_of(content, name, processes):
    """The first point process of a class; None where there is none."""
    for each, process in zip(content["point_processes"], processes, strict=True):
        if each["mechanism"] == name:
            return process
    return None


def table_function(name, table, owner):
    """What computes a FUNCTION_TABLE.

    :param owner: a point process of the mechanism; None for a density mechanism.
    """
    return getattr(h, f"{table}_{name}") if owner is None else getattr(owner, table)


def is_table_set(name, table, owner):
    """Whether the session has set a FUNCTION_TABLE."""
    try:
        table_function(name, table, owner)(0.0)
    except (RuntimeError, AttributeError, TypeError):
        return False
    return True


def set_table(name, table, owner, described):
    """Sets a FUNCTION_TABLE."""
    setter = getattr(h, f"table_{table}_{name}") if owner is None else None
    setter = setter or getattr(owner, f"table_{table}")
    x, y = h.Vector(described["x"]), h.Vector(described["y"])
    setter(y, x)
    # NEURON looks into the Vectors whenever it asks the table, and keeps none.
    _table_vectors.extend((x, y))


_table_vectors = []


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


class Cell:
    """A cell that was built.

    Its sections, synapses and NetCons live as long as it does, or as what a script keeps of them.

    :ivar soma: its section, or the list of its sections, as the original has it.
    :ivar apic: the first apical section; None where there is none.
    :ivar dend: the basal sections, a list.
    :ivar axon: the axon sections that are attached to the soma, a list.
    :ivar all: SectionList of all sections; likewise ``somatic``, ``apical``, ``basal`` and
        ``axonal``.
    :ivar sections: all sections, a list.
    :ivar synapses: the point processes that stand for the original's synapses.
    :ivar point_processes: all point processes, clamps among them.
    :ivar netcons: where sources were made, the NetCons of the original, in its order, then those
        onto its other point processes; then those that :meth:`connect` made.
    :ivar sources: what drives these: NetStims, point processes, or None for what is no object.
    :ivar gid: the number of its spikes; None where it has none.
    :ivar spike_source: the NetCon that detects them; None where there is no gid.
    """

    def __init__(self, content, name, with_sources=True, gid=None, threshold=None):
        self._content = content
        self._name = name
        self.gid = gid
        self.netcons, self.sources = [], []
        self.spike_source = None
        self.sections = []
        try:
            self.sections, self.point_processes = build(content, _Owner(name))
            self._name_parts()
            self.synapses = [self.point_processes[index] for index in content["survivors"]]
            self._plays = [
                play(each, self.sections, self.point_processes) for each in content["plays"]
            ]
            self._events = self._make_sources() if with_sources else None
            if gid is not None:
                self._detect(gid, threshold)
        except BaseException:
            for section in self.sections:
                h.delete_section(sec=section)
            self.__dict__.clear()
            raise

    def _name_parts(self):
        described = self._content["sections"]
        by_role = {"soma": [], "axon": [], "apical": [], "basal": []}
        for section, each in zip(self.sections, described, strict=True):
            by_role[each["role"]].append(section)
        self.soma = by_role["soma"] if self._content["soma_is_list"] else by_role["soma"][0]
        self.dend = by_role["basal"]
        self.apic = by_role["apical"][0] if by_role["apical"] else None
        touching = set()
        for each in self._content["attachments"]:
            for one, other in ("section", "parent"), ("parent", "section"):
                if described[each[other]]["role"] == "soma":
                    touching.add(each[one])
        self.axon = [
            self.sections[index] for index in sorted(touching) if described[index]["role"] == "axon"
        ]
        self.all = section_list(self.sections)
        self.somatic = section_list(by_role["soma"])
        self.apical = section_list(by_role["apical"])
        self.basal = section_list(by_role["basal"])
        self.axonal = section_list(by_role["axon"])

    def _make_sources(self):
        content, processes = self._content, self.point_processes
        made = make_sources(content, self.sections, processes)
        netcons, sent = [], []
        # In the order in which the original's were made, on which that of equal times depends.
        for each in content["connections"]:
            source = None if each["source"] is None else made[each["source"]]
            netcon = connect(each, source, processes[each["point_process"]])
            netcons.append(netcon)
            if isinstance(source, list):
                sent.append((netcon, source))
        listed = content["original"]["connections"]
        others = set(range(len(netcons))).difference(listed)
        self.netcons = [netcons[index] for index in (*listed, *sorted(others))]
        self.sources = [None if isinstance(each, (list, tuple, int)) else each for each in made]
        return send(sent)

    def _detect(self, gid, threshold):
        soma = self.soma[0] if isinstance(self.soma, list) else self.soma
        context = h.ParallelContext()
        context.set_gid2node(gid, context.id())
        netcon = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        context.cell(gid, netcon)
        # It is that of all NetCons of this potential, the cell's own ones included.
        if threshold is not None:
            netcon.threshold = threshold
        self.spike_source = netcon

    def synapse(self, index):
        """The point process that stands for one of the original's synapses.

        :param index: the original's.
        """
        return self.point_processes[self._content["original"]["synapses"][index]]

    def connect(self, index, source, delay=None):
        """Connects a source of events to what stands for one of the original's synapses, with the
        weights that the original's NetCon has in this cell.

        :param index: of the original's NetCon.
        :param source: a NetStim or another object with events; a segment, for its potential; or a
            gid.
        :param delay: in ms; the original's if not given.
        :returns: the NetCon, which the cell keeps too.
        """
        described = self._content["connections"][self._content["original"]["connections"][index]]
        described = dict(described, active=True)
        if delay is not None:
            described["delay"] = delay
        if hasattr(source, "sec") and hasattr(source, "x"):
            source = source.sec, source.x
        netcon = connect(described, source, self.point_processes[described["point_process"]])
        self.netcons.append(netcon)
        return netcon

    def __str__(self):
        return self._name

    def __repr__(self):
        return f"<{type(self).__name__} {self._name}>"


class _Owner:
    """What NEURON knows a cell's sections by: its text. No part of the cell, which would not go as
    soon as nothing refers to it, were it in a circle."""

    def __init__(self, name):
        self._name = name

    def __str__(self):
        return self._name

    __repr__ = __str__


def section_list(sections):
    """A SectionList."""
    made = h.SectionList()
    for section in sections:
        made.append(section)
    return made
