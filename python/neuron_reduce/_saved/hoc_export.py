"""A cell as a hoc template, which needs NEURON alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .._display.text import plain
from . import building

_STATEMENTS = 40
"""In a procedure: NEURON has room for some thousands of instructions in each."""

_NUMBERS = 16
"""In a call."""

_ARRAYS = {"soma": "soma", "axon": "axon", "apical": "apic", "basal": "dend"}
_LISTS = {"soma": "somatic", "axon": "axonal", "apical": "apical", "basal": "basal"}

_HEAD = """\
// {title}
// Needs NEURON alone, with the mechanisms {mechanisms}.
//
//   {{ load_file("{file}.hoc") }}
//   objref cell
//   cell = new {template}()
//   {template}_globals()  // celsius, v_init and the mechanisms' GLOBALs as they were
//   cell.make_sources()  // the NetStims and NetCons that it had; or, with the original's indices:
//   cell.connect_source(0, source)  // a NetCon from an object, with the weights of this cell
//   cell.synapse(0)  // the point process that stands for the original's first synapse
"""

_METHODS = """\
obfunc synapse() {
  if ($1 < 0 || $1 >= original_processes.size) execerror("synapse: there is no such index", "")
  return point_processes.o(original_processes.x[$1])
}

obfunc made_netcon() { local i, k localobj made  // index of the connection, source
  i = $1
  made = new NetCon($o2, point_processes.o(targets.x[i]), thresholds.x[i], delays.x[i], 0)
  set_netcon(made, i)
  return made
}

proc set_netcon() { local i, k  // NetCon, index of the connection
  i = $2
  $o1.threshold = thresholds.x[i]
  $o1.delay = delays.x[i]
  for (k = first_weights.x[i]; k < first_weights.x[i + 1]; k += 1) {
    $o1.weight[k - first_weights.x[i]] = weights.x[k]
  }
}

obfunc connect_source() { localobj made  // the original's index, source
  if ($1 < 0 || $1 >= original_connections.size) {
    execerror("connect_source: there is no such index", "")
  }
  made = made_netcon(original_connections.x[$1], $o2)
  netcons.append(made)
  return made
}

proc make_sources() { local i, s localobj made, nil, pc
  pc = new ParallelContext()
  make_stimuli()
  for (i = 0; i < targets.size; i += 1) {
    s = source_indices.x[i]
    if (s < 0) {
      made = made_netcon(i, nil)
    } else if (gids.x[s] >= 0) {
      made = pc.gid_connect(gids.x[s], point_processes.o(targets.x[i]))
      set_netcon(made, i)
    } else if (potentials.x[s] >= 0) {
      made = netcon_of_potential(potentials.x[s], i)
      set_netcon(made, i)
    } else {
      made = made_netcon(i, sources[s])
    }
    if (!is_active.x[i]) made.active(0)
    netcons.append(made)
  }
  if (event_times.size > 0) handler = new FInitializeHandler(1, "send_events()", this)
}

proc send_events() { local i, s, k
  for (i = 0; i < targets.size; i += 1) {
    s = source_indices.x[i]
    if (s >= 0) {
      for (k = first_times.x[s]; k < first_times.x[s + 1]; k += 1) {
        netcons.o(i).event(event_times.x[k] + netcons.o(i).delay)
      }
    }
  }
}
"""

_VECTORS = (
    *("original_processes", "original_connections", "targets", "source_indices", "thresholds"),
    *("delays", "first_weights", "weights", "is_active", "gids", "potentials", "first_times"),
    "event_times",
)


def template_name(name: str) -> str:
    """The template's, of a file of this name: with a capital, which names of objects and of the
    template's own parts begin without."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII)
    found = found[:1].upper() + found[1:]
    return found if found[:1].isalpha() else f"Cell_{found}"


def text_of(
    content: dict[str, Any], name: str, point_processes: Collection[str] | None = None
) -> str:
    """The file's text.

    :param name: the file's, without its ending.
    :param point_processes: which mechanisms are such, where the cell does not have all of them.
    """
    return _Template(content, name, point_processes).text()


class _Template:
    def __init__(
        self, content: dict[str, Any], name: str, point_processes: Collection[str] | None
    ) -> None:
        self._content = content
        if point_processes is None:
            point_processes = {each["mechanism"] for each in content["point_processes"]}
        self._point_processes = point_processes
        self._file = name
        self._name = template_name(name)
        counts = dict.fromkeys(_ARRAYS, 0)
        self._sections = []
        for each in content["sections"]:
            role = each["role"]
            self._sections.append(f"{_ARRAYS[role]}[{counts[role]}]")
            counts[role] += 1
        self._counts = {role: count for role, count in counts.items() if count}

    def text(self) -> str:
        content = self._content
        procedures, calls = [], []
        parts: dict[str, Iterable[str]] = {
            "shape": self._shape(),
            "connect": self._attachments(),
            "insert": self._insertions(),
            "place": self._processes(),
            "ions": self._ions(),
            "list": self._lists(),
            "fill": self._fillings(),
            "play": self._plays(),
        }
        for part, statements in parts.items():
            for index, chunk in enumerate(_chunks(list(statements), _STATEMENTS)):
                procedures.append(_procedure(f"{part}_{index}", chunk))
                calls.append(f"{part}_{index}()")
        stimuli = []
        for index, chunk in enumerate(_chunks(list(self._stimuli()), _STATEMENTS)):
            procedures.append(_procedure(f"stimuli_{index}", chunk))
            stimuli.append(f"stimuli_{index}()")
        arrays = [f"{_ARRAYS[role]}[{count}]" for role, count in self._counts.items()]
        used = [_ARRAYS[role] for role in self._counts]
        count = max(len(content["sources"]), 1)
        head = _HEAD.format(
            title=plain(f"{content['name']}, reduced by {content['method'] or 'neuron_reduce'}"),
            mechanisms=", ".join(each["name"] for each in content["mechanisms"]),
            file=self._file,
            template=self._name,
        )
        names = [_commented(own, each["name"]) for own, each in self._named()]
        public = [
            *("init", *used, "all", *_LISTS.values(), "point_processes", "netcons", "sources"),
            *("synapse", "connect_source", "make_sources", "send_events"),
        ]
        lines = [
            head.rstrip("\n"),
            *(["//", "// The original's names:", *names] if names else []),
            "",
            f"begintemplate {self._name}",
            *_wrapped("public ", public),
            *_wrapped("objref ", ["all", *_LISTS.values(), "point_processes", "netcons", "played"]),
            *_wrapped("objref ", ["process", "handler", f"sources[{count}]", "this"]),
            *_wrapped("objref ", list(_VECTORS)),
            f"create {', '.join(arrays)}",
            "",
            *procedures,
            _procedure("make_stimuli", stimuli),
            self._potentials(),
            _METHODS,
            _procedure(
                "init",
                [
                    *(f"{each} = new SectionList()" for each in ("all", *_LISTS.values())),
                    *(f"{each} = new List()" for each in ("point_processes", "netcons", "played")),
                    *(f"{each} = new Vector()" for each in _VECTORS),
                    *calls,
                ],
            ),
            f"endtemplate {self._name}",
            "",
            *self._globals(),
        ]
        return "\n".join(lines).rstrip("\n") + "\n"

    def _named(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for own, each in zip(self._sections, self._content["sections"], strict=True):
            if own != each["name"]:
                yield own, each

    def _globals(self) -> Iterator[str]:
        content = self._content
        statements = [
            f"celsius = {_number(content['celsius'])}",
            f"v_init = {_number(content['v_init'])}",
        ]
        for each in content["mechanisms"]:
            for variable, value in each["globals"].items():
                if isinstance(value, list):
                    for index, element in enumerate(value):
                        statements.append(f"{variable}[{index}] = {_number(element)}")
                else:
                    statements.append(f"{variable} = {_number(value)}")
        tables = f"{self._name}_tables"
        owners: list[str] = []
        for each in content["mechanisms"]:
            setter = "table_{}_" + each["name"]
            if each["tables"] and each["name"] in self._point_processes:
                # Point processes have tables in common: one that is made for it, and goes, sets
                # them.
                statements.append(f"{self._name}_owner = new {self._name}_owner_of({len(owners)})")
                owners.append(each["name"])
                setter = f"{self._name}_owner.process.table_{{}}"
            for table, described in each["tables"].items():
                for numbers in described["x"], described["y"]:
                    statements.append(f"{tables}.append(new Vector())")
                    for chunk in _chunks(numbers, _NUMBERS):
                        text = ", ".join(map(_number, chunk))
                        statements.append(f"{tables}.o({tables}.count - 1).append({text})")
                statements.append(
                    f"{setter.format(table)}({tables}.o({tables}.count - 1), "
                    f"{tables}.o({tables}.count - 2))"
                )
        if any(each["tables"] for each in content["mechanisms"]):
            # NEURON looks into these Vectors whenever it asks the tables.
            yield f"objref {tables}\n{tables} = new List()\n"
        if owners:
            statements.append(f"objref {self._name}_owner")
            yield self._owners(owners)
        chunks = list(_chunks(statements, _STATEMENTS))
        for index, chunk in enumerate(chunks):
            yield _procedure(f"{self._name}_globals_{index}", chunk)
        calls = [f"{self._name}_globals_{index}()" for index in range(len(chunks))]
        yield _procedure(f"{self._name}_globals", calls)

    def _owners(self, names: list[str]) -> str:
        """A template of point processes by themselves."""
        made = [f"if ($1 == {i}) place process = new {name}(0.5)" for i, name in enumerate(names)]
        lines = [
            f"begintemplate {self._name}_owner_of",
            "public process, init",
            "create place",
            "objref process",
            _procedure("init", made).rstrip("\n"),
            f"endtemplate {self._name}_owner_of",
            f"objref {self._name}_owner",
        ]
        return "\n".join(lines) + "\n"

    def _shape(self) -> Iterator[str]:
        for own, each in zip(self._sections, self._content["sections"], strict=True):
            yield f"{own} nseg = {each['nseg']}"
            if each["points"]:
                for point in each["points"]:
                    yield f"{own} pt3dadd({', '.join(map(_number, point))})"
                if each["arcs"]:
                    # Its area is the same to 7 digits: hoc cannot say where points are along it.
                    yield from _length(own, each["arcs"][-1])
            else:
                yield from _length(own, each["L"])
                yield from _range(own, "diam", each["diam"], each["nseg"])
            yield f"{own} Ra = {_number(each['Ra'])}"
            if each["rallbranch"] != 1:
                yield f"{own} rallbranch = {_number(each['rallbranch'])}"
            yield from _range(own, "cm", each["cm"], each["nseg"])

    def _attachments(self) -> Iterator[str]:
        for each in self._content["attachments"]:
            own, parent = self._sections[each["section"]], self._sections[each["parent"]]
            yield f"connect {own}({_number(each['end'])}), {parent}({_number(each['x'])})"

    def _insertions(self) -> Iterator[str]:
        for own, each in zip(self._sections, self._content["sections"], strict=True):
            for name in each["mechanisms"]:
                yield f"{own} insert {name}"
            for name, mechanism in each["mechanisms"].items():
                for variable, values in mechanism["parameters"].items():
                    yield from _range(own, variable, values, each["nseg"])
                for variable, arrays in mechanism["arrays"].items():
                    for index, values in enumerate(arrays):
                        yield from _range(own, f"{variable}[{index}]", values, each["nseg"])
                for variable, streams in mechanism["streams"].items():
                    for index, stream in enumerate(streams):
                        x = (index + 0.5) / each["nseg"]
                        yield "\n  ".join(
                            [f"{own} process = {variable}_{name}({x!r})", *_set("process", stream)]
                        )

    def _ions(self) -> Iterator[str]:
        for own, each in zip(self._sections, self._content["sections"], strict=True):
            for name, ion in each["ions"].items():
                style = ion["style"]
                if style is not None:
                    arguments = ", ".join(map(str, building.style_arguments(style)))
                    yield f'{own} {{ if (!ismembrane("{name}")) insert {name} }}'
                    yield (
                        f'{own} {{ if (ion_style("{name}") % {building.STYLE + 1} != {style}) '
                        f'ion_style("{name}", {arguments}) }}'
                    )
                for variable, values in ion["values"].items():
                    yield from _range(own, variable, values, each["nseg"])

    def _processes(self) -> Iterator[str]:
        for each in self._content["point_processes"]:
            own = self._sections[each["section"]]
            statements = [f"{own} process = new {each['mechanism']}({_number(each['x'])})"]
            for variable, value in each["parameters"].items():
                if isinstance(value, list):
                    for index, element in enumerate(value):
                        statements.append(f"process.{variable}[{index}] = {_number(element)}")
                else:
                    statements.append(f"process.{variable} = {_number(value)}")
            for variable, stream in each["streams"].items():
                statements += _set(f"process.{variable}", stream)
            yield "\n  ".join([*statements, "point_processes.append(process)"])

    def _lists(self) -> Iterator[str]:
        for own, each in zip(self._sections, self._content["sections"], strict=True):
            yield f"{own} {{ all.append() {_LISTS[each['role']]}.append() }}"

    def _fillings(self) -> Iterator[str]:
        content = self._content
        connections, sources = content["connections"], content["sources"]
        starts, times = [0], [0]
        for each in connections:
            starts.append(starts[-1] + len(each["weight"]))
        potentials = [index for index, each in enumerate(sources) if each["kind"] == "potential"]
        of_times = [each.get("times", []) for each in sources]
        for each in of_times:
            times.append(times[-1] + len(each))
        filled = {
            "original_processes": content["original"]["synapses"],
            "original_connections": content["original"]["connections"],
            "targets": [each["point_process"] for each in connections],
            "source_indices": [
                -1 if each["source"] is None else each["source"] for each in connections
            ],
            "thresholds": [each["threshold"] for each in connections],
            "delays": [each["delay"] for each in connections],
            "first_weights": starts,
            "weights": [weight for each in connections for weight in each["weight"]],
            "is_active": [int(each["active"]) for each in connections],
            "gids": [each.get("gid", -1) for each in sources],
            "potentials": [
                potentials.index(index) if index in potentials else -1
                for index in range(len(sources))
            ],
            "first_times": times,
            "event_times": [time for each in of_times for time in each],
        }
        for name, numbers in filled.items():
            for chunk in _chunks(numbers, _NUMBERS):
                yield f"{name}.append({', '.join(map(_number, chunk))})"

    def _stimuli(self) -> Iterator[str]:
        for index, each in enumerate(self._content["sources"]):
            own = f"sources[{index}]"
            if each["kind"] == "NetStim":
                statements = [f"{own} = new NetStim()"]
                for name in ("interval", "number", "start", "noise"):
                    statements.append(f"{own}.{name} = {_number(each[name])}")
                ids = ", ".join(map(str, each["ids"]))
                statements.append(f"{own}.noiseFromRandom123({ids})")
                yield "\n  ".join(statements)
            elif each["kind"] == "point process":
                yield f"{own} = point_processes.o({each['point_process']})"

    def _potentials(self) -> str:
        found = [each for each in self._content["sources"] if each["kind"] == "potential"]
        lines = ["obfunc netcon_of_potential() { localobj made  // index, index of the connection"]
        for index, each in enumerate(found):
            own = self._sections[each["section"]]
            lines.append(
                f"  if ($1 == {index}) {own} made = new NetCon(&v({_number(each['x'])}), "
                "point_processes.o(targets.x[$2]), thresholds.x[$2], delays.x[$2], 0)"
            )
        return "\n".join([*lines, "  return made", "}\n"])

    def _plays(self) -> Iterator[str]:
        for each in self._content["plays"]:
            element = "" if each["element"] is None else f"[{each['element']}]"
            statements = []
            vectors = [each["values"]]
            vectors += [] if each["times"] is None else [each["times"]]
            vectors += [] if each["jumps"] is None else [each["jumps"]]
            for numbers in vectors:
                statements.append("played.append(new Vector())")
                for chunk in _chunks(numbers, _NUMBERS):
                    text = ", ".join(map(_number, chunk))
                    statements.append(f"played.o(played.count - 1).append({text})")
            if each["point_process"] is None:
                own = f"{self._sections[each['section']]} "
                target = f"&{each['variable']}{element}({_number(each['x'])})"
            else:
                own = ""
                statements.append(f"process = point_processes.o({each['point_process']})")
                target = f"&process.{each['variable']}{element}"
            others = [f"played.o(played.count - {place})" for place in range(len(vectors), 0, -1)]
            if each["times"] is None:
                others.append(_number(each["interval"]))
            elif each["continuous"] and each["jumps"] is None:
                others.append("1")
            statements.append(f"{own}{others[0]}.play({', '.join([target, *others[1:]])})")
            yield from statements


def _commented(own: str, name: str) -> str:
    return f"// {own} is {plain(name)}"


def _length(own: str, value: Any) -> Iterator[str]:
    """Sets a section's length, which NEURON does not take while pt3dconst is 1."""
    yield "points_are_constant = pt3dconst(0)"
    yield f"{own} L = {_number(value)}"
    yield "pt3dconst(points_are_constant)"


def _set(random: str, stream: dict[str, Any]) -> Iterator[str]:
    """Sets a RANDOM variable."""
    yield f"{random}.set_ids({', '.join(map(str, stream['ids']))})"
    yield f"{random}.set_seq({_number(stream['sequence'])})"


def _range(own: str, variable: str, values: Any, count: int) -> Iterator[str]:
    """What sets a range variable of a section."""
    if not isinstance(values, list):
        yield f"{own} {variable} = {_number(values)}"
        return
    for index, value in enumerate(values):
        if value is not None:
            yield f"{own} {variable}({(index + 0.5) / count!r}) = {_number(value)}"


def _number(value: Any) -> str:
    number = building.number(value)
    if number != number:
        return "(1e999 - 1e999)"
    if number in (float("inf"), -float("inf")):
        return "1e999" if number > 0 else "-1e999"
    return repr(number)


def _procedure(name: str, statements: Iterable[str]) -> str:
    return "\n".join([f"proc {name}() {{", *(f"  {each}" for each in statements), "}\n"])


def _chunks(elements: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(elements), size):
        yield elements[start : start + size]


def _wrapped(head: str, names: list[str]) -> Iterator[str]:
    for chunk in _chunks(names, 8):
        yield head + ", ".join(chunk)
