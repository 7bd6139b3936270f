"""Checks what was read from a file: each value, and what refers to what. The message of a fault
names its path in the file, what is there, and what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .._display.text import plain, shortened
from ..errors import SavedCellError
from .content import FORMAT, VERSION, names_of
from .describing import ROLES

_SPECIAL = ("nan", "inf", "-inf")
MOST_SEGMENTS = 32766
_MOST_POINTS = 1_000_000
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_WORD = 2**32


class Value:
    """A value of a file, with where it is.

    :ivar content: what JSON has.
    :ivar path: such as ``sections[3].nseg``.
    """

    __slots__ = ("content", "path")

    def __init__(self, content: Any, path: str):
        self.content, self.path = content, path

    def wrong(self, expected: str) -> SavedCellError:
        """The error that says so."""
        where = self.path or "the file"
        return SavedCellError(f"{where} is {shown(self.content)}; expected {expected}")

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fields(self, *names: str) -> list[Value]:
        """The values of an object that has these and no others."""
        content = self.content
        if type(content) is not dict:
            raise self.wrong(f"an object with {', '.join(names)}")
        missing = [name for name in names if name not in content]
        if missing:
            raise SavedCellError(f"{self._at(missing[0])} is missing; expected it to be there")
        if len(content) != len(names):
            other = next(name for name in content if name not in names)
            raise SavedCellError(
                f"{self._at(shortened(plain(str(other))))} is nothing that such a file has; "
                f"expected {', '.join(names)} alone"
            )
        return [Value(content[name], self._at(name)) for name in names]

    def named(self) -> Iterator[tuple[str, Value]]:
        """The values of an object with any names that hoc could have."""
        if type(self.content) is not dict:
            raise self.wrong("an object")
        for name, each in self.content.items():
            if not _NAME.fullmatch(name):
                raise SavedCellError(
                    f"{self.path} has the name {shown(name)}; expected that of a variable or of a "
                    "mechanism"
                )
            yield name, Value(each, self._at(name))

    def elements(self, count: int | None = None, expected: str = "a list") -> list[Value]:
        """The elements of a list."""
        content = self.content
        if type(content) is not list or (count is not None and len(content) != count):
            raise self.wrong(expected if count is None else f"a list of {count}")
        path = self.path
        return [Value(each, f"{path}[{index}]") for index, each in enumerate(content)]

    def text(self, expected: str = "a text") -> str:
        if type(self.content) is not str or "\0" in self.content:
            raise self.wrong(expected)
        try:
            self.content.encode()
        except UnicodeError:
            raise self.wrong(f"{expected} that UTF-8 has") from None
        return self.content

    def name(self, expected: str) -> str:
        if type(self.content) is not str or not _NAME.fullmatch(self.content):
            raise self.wrong(expected)
        return self.content

    def truth(self) -> bool:
        if type(self.content) is not bool:
            raise self.wrong("true or false")
        return self.content

    def integer(self, least: int, most: int | None, expected: str) -> int:
        value = self.content
        if type(value) is not int or value < least or (most is not None and value > most):
            raise self.wrong(expected)
        return value

    def index(self, count: int, of_what: str) -> int:
        expected = f"an index of {of_what}, 0 to {count - 1}" if count else f"{of_what}, of which "
        return self.integer(0, count - 1, expected if count else f"{expected}there are none")

    def number(self) -> float:
        """Any number, infinite ones and what is none included."""
        value = self.content
        if type(value) is float or (type(value) is int and abs(value) < 2**1000):
            if math.isfinite(value):
                return value
        elif type(value) is str and value in _SPECIAL:
            return float(value)
        raise self.wrong('a number, or "nan", "inf" or "-inf"')

    def finite(
        self, expected: str = "a finite number", holds: Callable[[float], bool] | None = None
    ) -> float:
        value = self.content
        if type(value) not in (int, float) or abs(value) > 1e300 or value != value:
            raise self.wrong(expected)
        if holds is not None and not holds(value):
            raise self.wrong(expected)
        return value

    def position(self) -> float:
        return self.finite("a position, 0 to 1", lambda x: 0 <= x <= 1)


def shown(content: Any) -> str:
    """A value as a message has it."""
    if type(content) is dict:
        return "an object"
    if type(content) is list:
        return f"a list of {len(content)}"
    if content is None or type(content) is bool:
        return str(content).lower().replace("none", "null")
    return shortened(plain(repr(content)))


def check(content: Any) -> None:
    """Checks a whole file.

    :raises SavedCellError: it is no cell that was kept, or another version's, or was changed such
        that no cell can be built of it.
    """
    whole = Value(content, "")
    if type(content) is not dict or content.get("format") != FORMAT:
        form = content.get("format") if type(content) is dict else content
        raise SavedCellError(
            f"format is {shown(form)}; expected {FORMAT!r}, as Reduction.save writes it"
        )
    version = Value(content.get("version"), "version")
    if version.integer(1, None, "a whole number from 1") > VERSION:
        raise SavedCellError(
            f"version is {shown(content['version'])}, of a newer neuron_reduce than this one, "
            f"which reads versions up to {VERSION}; expected an upgrade of neuron_reduce"
        )
    names = names_of(content["version"])
    values = dict(zip(names, whole.fields(*names), strict=True))
    values["name"].text()
    for each in _texts_of(values["versions"]):
        each.text()
    values["method"].text()
    check_plain(values["settings"], 0)
    for each in values["notes"].elements():
        each.text()
    values["celsius"].finite()
    values["v_init"].finite()
    values["soma_is_list"].truth()
    mechanisms = _mechanisms(values["mechanisms"])
    segments = _sections(values["sections"], mechanisms)
    _attachments(values["attachments"], len(segments))
    for each in values["point_processes"].elements():
        _point_process(each, len(segments), mechanisms)
    processes = len(content["point_processes"])
    for each in values["sources"].elements():
        _source(each, len(segments), processes)
    for each in values["connections"].elements():
        _connection(each, processes, len(content["sources"]))
    for each in values["plays"].elements():
        _play(each, len(segments), processes)
    for each in values["survivors"].elements():
        each.index(processes, "point_processes")
    _original(values["original"], content)
    for each in values["segment_map"].elements():
        _mapped(each, len(segments))
    if "record" in values and content["record"] is not None:
        from . import recorded

        recorded.check(values["record"])


def _texts_of(value: Value) -> list[Value]:
    if type(value.content) is not dict:
        raise value.wrong("an object")
    for name in value.content:
        Value(name, f"{value.path} has a name that").text()
    return [Value(each, f"{value.path}.{name}") for name, each in value.content.items()]


def check_plain(value: Value, depth: int) -> None:
    if depth > 20:
        raise value.wrong("no more than 20 levels")
    if type(value.content) is dict:
        for each in _texts_of(value):
            check_plain(each, depth + 1)
    elif type(value.content) is list:
        for each in value.elements():
            check_plain(each, depth + 1)
    elif type(value.content) is str:
        value.text()
    elif type(value.content) is float and not math.isfinite(value.content):
        raise value.wrong("a number that a double can have")


def _mechanisms(value: Value) -> set[str]:
    found: set[str] = set()
    for each in value.elements():
        name, source, variables, tables = each.fields("name", "source", "globals", "tables")
        own = name.name("the name of a mechanism")
        if own in found:
            raise name.wrong("each mechanism once")
        found.add(own)
        if source.content is not None:
            file, checksum = source.fields("file", "sha256")
            file.text()
            if not _CHECKSUM.fullmatch(checksum.text("a SHA-256 of 64 digits")):
                raise checksum.wrong("a SHA-256 of 64 digits")
        for _, variable in variables.named():
            _number_or_numbers(variable)
        for _, table in tables.named():
            _table(table)
    return found


def _table(value: Value) -> None:
    arguments, values = value.fields("x", "y")
    before = -math.inf
    for each in arguments.elements():
        before = each.finite("an argument, greater than the one before", _above(before))
    if len(arguments.content) < 2:
        raise arguments.wrong("two arguments at least")
    for each in values.elements(len(arguments.content)):
        each.finite()


def _above(least: float) -> Callable[[float], bool]:
    return lambda x: x > least


def _number_or_numbers(value: Value) -> None:
    if type(value.content) is list:
        for each in value.elements():
            each.number()
    else:
        value.number()


def _sections(value: Value, mechanisms: set[str]) -> list[int]:
    """The numbers of segments."""
    found = []
    for each in value.elements():
        found.append(_section(each, mechanisms))
    if not any(each["role"] == "soma" for each in value.content):
        raise SavedCellError("sections has none of the role soma; expected one at least")
    return found


def _section(value: Value, mechanisms: set[str]) -> int:
    name, role, nseg, length, diameter, points, arcs, area, resistivity, branch, cm, kept, ions = (
        value.fields(
            *("name", "role", "nseg", "L", "diam", "points", "arcs", "area", "Ra", "rallbranch"),
            *("cm", "mechanisms", "ions"),
        )
    )
    if not name.text("the name of a section"):
        raise name.wrong("the name of a section")
    if role.text() not in ROLES:
        raise role.wrong(f"one of {', '.join(ROLES)}")
    count = nseg.integer(1, MOST_SEGMENTS, f"a number of segments, 1 to {MOST_SEGMENTS}")
    positive = "a finite number greater than 0"
    if points.elements():
        _points(points)
        for each, what in ((length, "L"), (diameter, "diam")):
            if each.content is not None:
                raise each.wrong(f"null, since the points say what {what} is")
        if arcs.content is not None:
            _arcs(arcs, len(points.content))
        for each in area.elements(count):
            each.finite("an area in µm², 0 or greater", lambda x: x >= 0)
    else:
        length.finite(f"a length in µm, {positive}", lambda x: 0 < x < 1e9)
        for each in _per_segment(diameter, count):
            each.finite(f"a diameter in µm, {positive}", lambda x: 0 < x < 1e9)
        for each in (area, arcs):
            if each.content is not None:
                raise each.wrong("null, since L and diam say what it is")
    resistivity.finite(f"a resistivity in ohm cm, {positive}", lambda x: 0 < x < 1e30)
    branch.finite(positive, lambda x: 0 < x < 1e9)
    for each in _per_segment(cm, count):
        each.finite("a capacitance in µF/cm², 0 or greater", lambda x: 0 <= x < 1e30)
    for mechanism, each in kept.named():
        _known(mechanism, mechanisms, each)
        parameters, arrays, streams = each.fields("parameters", "arrays", "streams")
        for _, variable in parameters.named():
            for one in _per_segment(variable, count):
                one.number()
        for _, variable in arrays.named():
            for element in variable.elements():
                for one in _per_segment(element, count):
                    one.number()
        for _, variable in streams.named():
            for one in variable.elements(count):
                _stream(one)
    for ion, each in ions.named():
        _known(ion, mechanisms, each)
        if not ion.endswith("_ion"):
            raise SavedCellError(f"{each.path} is no ion; expected a name such as ca_ion")
        style, values = each.fields("style", "values")
        if style.content is not None:
            style.integer(0, 127, "what ion_style() returns, 0 to 127, or null")
        plain_name = ion.removesuffix("_ion")
        for variable, one in values.named():
            if variable not in (f"e{plain_name}", f"{plain_name}i", f"{plain_name}o"):
                raise SavedCellError(
                    f"{one.path} is no variable of the ion; expected e{plain_name}, "
                    f"{plain_name}i or {plain_name}o"
                )
            for number in _per_segment(one, count):
                if number.content is not None:
                    number.number()
    return count


def _points(value: Value) -> None:
    points = value.elements()
    if not 2 <= len(points) <= _MOST_POINTS:
        raise value.wrong("two points at least")
    for each in points:
        numbers = each.elements(4)
        for one in numbers[:3]:
            one.finite("a coordinate in µm, within 1e9 of 0", lambda x: abs(x) < 1e9)
        numbers[3].finite("a diameter in µm, 0 or greater", lambda x: 0 <= x < 1e9)
    if all(each[:3] == value.content[0][:3] for each in value.content):
        raise value.wrong("points that are not all in one place")


def _arcs(value: Value, count: int) -> None:
    before = -1.0
    for index, each in enumerate(value.elements(count)):
        expected = "a distance in µm, none less than the one before" if index else "0"
        before = each.finite(expected, _at_least(before) if index else _is_zero)
    if not 0 < before < 1e9:
        raise value.wrong("the last one greater than 0")


def _is_zero(number: float) -> bool:
    return number == 0


def _per_segment(value: Value, count: int) -> list[Value]:
    return value.elements(count) if type(value.content) is list else [value]


def _known(mechanism: str, mechanisms: set[str], value: Value) -> None:
    if mechanism not in mechanisms:
        raise SavedCellError(
            f"{value.path} is of the mechanism {mechanism}, which is not among mechanisms; "
            "expected it there"
        )


def _stream(value: Value) -> None:
    ids, sequence = value.fields("ids", "sequence")
    _ids(ids)
    sequence.finite("a position of a stream, 0 or greater", lambda x: 0 <= x < 2**35)


def _ids(value: Value) -> None:
    for each in value.elements(3):
        each.integer(0, _WORD - 1, "an identifier of 32 bits")


def _attachments(value: Value, count: int) -> None:
    parents: dict[int, int] = {}
    for each in value.elements():
        section, end, parent, x = each.fields("section", "end", "parent", "x")
        own = section.index(count, "sections")
        if own in parents:
            raise section.wrong("each section once")
        if end.finite("an end of the section, 0 or 1") not in (0, 1):
            raise end.wrong("an end of the section, 0 or 1")
        parents[own] = parent.index(count, "sections")
        x.position()
    roots = [each for each in range(count) if each not in parents]
    if len(roots) != 1:
        raise SavedCellError(
            f"attachments leaves {len(roots)} sections without a parent; expected one, the root of "
            "the cell's tree"
        )
    reached = {roots[0]}
    for own in parents:
        way = []
        while own not in reached and own not in way:
            way.append(own)
            own = parents[own]
        if own not in reached:
            raise SavedCellError(
                f"attachments has sections[{own}] attached to itself through others; expected a "
                "tree"
            )
        reached.update(way)


def _point_process(value: Value, count: int, mechanisms: set[str]) -> None:
    mechanism, section, x, parameters, streams = value.fields(
        "mechanism", "section", "x", "parameters", "streams"
    )
    _known(mechanism.name("the name of a point process"), mechanisms, value)
    section.index(count, "sections")
    x.position()
    for _, each in parameters.named():
        _number_or_numbers(each)
    for _, each in streams.named():
        _stream(each)


def _source(value: Value, sections: int, processes: int) -> None:
    kind = Value(
        value.content.get("kind") if type(value.content) is dict else None, f"{value.path}.kind"
    )
    match kind.content:
        case "NetStim":
            _, *numbers, ids = value.fields(
                *("kind", "interval", "number", "start", "noise", "ids")
            )
            for each in numbers:
                each.number()
            _ids(ids)
        case "potential":
            _, section, x = value.fields("kind", "section", "x")
            section.index(sections, "sections")
            x.position()
        case "point process":
            value.fields("kind", "point_process")[1].index(processes, "point_processes")
        case "events":
            for each in value.fields("kind", "times")[1].elements():
                each.finite("a time in ms, 0 or greater", lambda x: x >= 0)
        case "gid":
            value.fields("kind", "gid")[1].integer(0, 2**31 - 1, "a gid, 0 or greater")
        case "unknown":
            value.fields("kind", "text")[1].text()
        case _:
            raise kind.wrong("one of NetStim, potential, point process, events, gid and unknown")


def _connection(value: Value, processes: int, sources: int) -> None:
    process, source, delay, threshold, weight, active = value.fields(
        "point_process", "source", "delay", "threshold", "weight", "active"
    )
    process.index(processes, "point_processes")
    if source.content is not None:
        source.index(sources, "sources")
    delay.finite("a delay in ms, 0 or greater", lambda x: x >= 0)
    threshold.number()
    for each in weight.elements():
        each.number()
    active.truth()


def _play(value: Value, sections: int, processes: int) -> None:
    process, section, x, variable, element, values, times, interval, continuous, jumps = (
        value.fields(
            *("point_process", "section", "x", "variable", "element", "values", "times"),
            *("interval", "continuous", "jumps"),
        )
    )
    if process.content is None:
        section.index(sections, "sections")
        x.position()
    else:
        process.index(processes, "point_processes")
        if section.content is not None or x.content is not None:
            raise section.wrong("null, as x, since a point process is named")
    variable.name("the name of a variable")
    if element.content is not None:
        element.integer(0, None, "the index of an element, or null")
    if not values.elements():
        raise values.wrong("one value at least")
    for each in values.elements():
        each.number()
    continuous.truth()
    if times.content is None:
        interval.finite("an interval in ms, greater than 0", lambda x: x > 0)
        if continuous.content or jumps.content is not None:
            raise continuous.wrong("false, and jumps null, where there are no times")
        return
    if interval.content is not None:
        raise interval.wrong("null, since there are times")
    before = 0.0
    for each in times.elements():
        before = each.finite("a time in ms, none less than the one before", _at_least(before))
    if not times.content or len(times.content) > len(values.content):
        raise times.wrong("one time at least, and a value for each")
    if jumps.content is not None:
        for each in jumps.elements():
            each.index(len(times.content), "times")


def _at_least(least: float) -> Callable[[float], bool]:
    return lambda x: x >= least


def _original(value: Value, content: dict[str, Any]) -> None:
    names = ["sections", "synapses", "connections"]
    if content["version"] > 1:
        names.append("segments")
    sections, synapses, connections, *segments = value.fields(*names)
    for each in sections.elements():
        name, section = each.elements(2)
        name.text()
        section.index(len(content["sections"]), "sections")
    processes = [
        each.index(len(content["point_processes"]), "point_processes")
        for each in synapses.elements()
    ]
    for each, process in zip(connections.elements(len(processes)), processes, strict=True):
        place = each.index(len(content["connections"]), "connections")
        if content["connections"][place]["point_process"] != process:
            raise each.wrong(
                f"one onto point_processes[{process}], which original.synapses has there"
            )
    for each in segments:
        if each.content is not None:
            _segments(each, content, len(processes))


def _segments(value: Value, content: dict[str, Any], count_of_synapses: int) -> None:
    names, counts, areas, compartments, lines, diameters, distances, synapses = value.fields(
        *("names", "counts", "areas", "compartments", "lines", "diameters", "distances"),
        "synapses",
    )
    for each in names.elements():
        each.text("the name of a section")
    count = 0
    for each in counts.elements(len(names.content)):
        count += each.integer(1, MOST_SEGMENTS, f"a number of segments, 1 to {MOST_SEGMENTS}")
    for each in areas.elements(count):
        each.finite("an area in µm², greater than 0", lambda x: 0 < x < 1e15)
    for each in compartments.elements(count):
        section, segment = each.elements(2)
        own = section.index(len(content["sections"]), "sections")
        segment.index(content["sections"][own]["nseg"], f"the segments of sections[{own}]")
    for each in synapses.elements(count_of_synapses):
        each.index(count, "the original's segments")
    if lines.content is None:
        for each in (diameters, distances):
            if each.content is not None:
                raise each.wrong("null, as lines")
        return
    for each in lines.elements(count):
        for one in each.elements(6):
            one.finite("a coordinate in µm", lambda x: abs(x) < 1e9)
    for each in diameters.elements(count):
        each.finite("a diameter in µm, greater than 0", lambda x: 0 < x < 1e9)
    for each in distances.elements(count):
        for one in each.elements(2):
            one.finite("a distance in µm, 0 or greater", lambda x: 0 <= x < 1e9)


def _mapped(value: Value, sections: int) -> None:
    name, x, section, place = value.elements(4)
    name.text()
    x.position()
    section.index(sections, "sections")
    place.position()


def check_session(
    content: dict[str, Any],
    parameters: Callable[[str], Sequence[tuple[str, int]]],
    randoms: Callable[[str], Sequence[str]],
    tables: Callable[[str], Sequence[str]],
) -> None:
    """Checks that what a file says is what the session's mechanisms have.

    :param parameters: the parameters of a mechanism of the session, with their array sizes.
    :param randoms: the RANDOM variables of one.
    :param tables: the FUNCTION_TABLEs of one.
    :raises SavedCellError: one has other parameters.
    """
    for index, each in enumerate(content["mechanisms"]):
        for table in each["tables"]:
            if table not in tables(each["name"]):
                raise SavedCellError(
                    f"mechanisms[{index}].tables.{table} is no FUNCTION_TABLE of the session's "
                    f"{each['name']}; expected one"
                )
    for index, section in enumerate(content["sections"]):
        for name, each in section["mechanisms"].items():
            path = f"sections[{index}].mechanisms.{name}"
            sizes = dict(parameters(name))
            _same(
                each["parameters"],
                {k for k, n in sizes.items() if n == 1},
                f"{path}.parameters",
                name,
            )
            arrays = {k: n for k, n in sizes.items() if n != 1}
            _same(each["arrays"], set(arrays), f"{path}.arrays", name)
            for parameter, size in arrays.items():
                Value(each["arrays"][parameter], f"{path}.arrays.{parameter}").elements(size)
            _same(each["streams"], set(randoms(name)), f"{path}.streams", name)
    for index, process in enumerate(content["point_processes"]):
        name = process["mechanism"]
        path = f"point_processes[{index}]"
        sizes = dict(parameters(name))
        _same(process["parameters"], set(sizes), f"{path}.parameters", name)
        for parameter, size in sizes.items():
            value = Value(process["parameters"][parameter], f"{path}.parameters.{parameter}")
            if size != 1:
                value.elements(size)
            else:
                value.number()
        _same(process["streams"], set(randoms(name)), f"{path}.streams", name)


def _same(given: dict[str, Any], expected: set[str], path: str, mechanism: str) -> None:
    for name in sorted(set(given) ^ expected):
        if name in given:
            raise SavedCellError(
                f"{path}.{name} is no parameter of the session's {mechanism}; expected "
                f"{', '.join(sorted(expected)) or 'none'}"
            )
        raise SavedCellError(
            f"{path} has no {name}, which the session's {mechanism} has; expected the mechanism "
            "that the cell was saved with"
        )
