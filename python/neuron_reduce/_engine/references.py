"""What is to be recorded: NEURON's references to variables, and where on the cell these are.

NEURON has no way from a reference back to what it refers to. Its text names the field, such as
``{cont=hh m row=3/642 …}``, so that few variables come into question; and two references are equal
where they refer to the same number.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from neuron import h, hoc, nrn

from .._session import collect, mechanisms
from ..errors import ArgumentError
from . import sources

if TYPE_CHECKING:
    from .catalogue import Catalogue

_EXPECTED = (
    "a reference such as soma(0.5)._ref_v, a segment, a pair of a segment, a mechanism of one "
    "or a point process, and a variable's name, or a name such as 'soma[0](0.5).v'"
)

_FIELD = re.compile(
    r"data_handle<double>\{(?:Node::field::(?P<node>\w+)|cont=(?P<kind>\w+) (?P<name>\w+))"
    r"(?:\[(?P<index>\d+)/\d+\])? row=(?P<row>\d+)/"
)

_OF_NODES = {"Voltage": "v", "FastIMemSavRHS": "i_membrane_"}
"""NEURON's fields of nodes, and the names of the range variables."""

_NAMED_PLAINLY = ("capacitance", "morphology")
"""Whose variables have no suffix, and which are no attributes of segments."""

TIME = "t"


@dataclasses.dataclass(frozen=True)
class Variable:
    """A number of the session's that changes during a run.

    :ivar section: by NEURON's name; empty for the time.
    :ivar x: the middle of the segment; 0 or 1 for potentials at ends.
    :ivar mechanism: a density mechanism, an ion, or a point process's class; empty for the time,
        the potential and the current through the membrane (``i_membrane_``).
    :ivar name: as the mechanism has it: ``m`` of ``hh``, ``ena`` of ``na_ion``, ``cm`` of
        ``capacitance``, ``diam`` of ``morphology``; ``t``, ``v`` or ``i_membrane_``.
    :ivar index: in an array; None for a variable that is none.
    :ivar point_process: its index among those that were given; None for all other variables.
    :ivar label: unique in a cell whose sections have names of their own, for results: such as
        ``soma[0](0.5).hh.m`` or ``Exp2Syn[3].g``.
    :ivar section_index: among the sections that were given; -1 for the time and point processes.
    """

    section: str
    x: float
    mechanism: str
    name: str
    index: int | None
    point_process: int | None
    label: str
    section_index: int = dataclasses.field(default=-1, compare=False)


def find(
    wanted: Sequence[Any], sections: Iterable[nrn.Section], point_processes: Sequence[Any] = ()
) -> list[Variable]:
    """What is to be recorded of a cell.

    :param wanted: references, such as ``soma(0.5)._ref_v``, ``dend(0.1).hh._ref_m``,
        ``synapse._ref_g`` and ``h._ref_t``; segments, for their potential; and pairs of a segment,
        a mechanism of one, or a point process, and a variable's name, such as
        ``(soma(0.5), "m_hh")``, ``(soma(0.5).hh, "m")`` and ``(synapse, "g")``; ``"g[2]"`` for an
        element of an array.
    :param sections: all of the cell.
    :param point_processes: all on the cell.
    :raises ArgumentError: ``wanted`` is no list of such, or one is of something else than this
        cell; the message has its index.
    """
    return Finder(sections, point_processes).find(wanted)


def found(
    wanted: Sequence[Any], finder: Finder | None, catalogue: Callable[[], Catalogue] | None
) -> list[Variable]:
    """What is to be recorded.

    :param wanted: see :func:`find`; names, too, where there is a catalogue.
    :param finder: of the cell's objects; None where these are not in this process.
    :param catalogue: of its names.
    :raises ArgumentError: as :func:`find` does.
    """
    expected = f"expected a list; each of it {_EXPECTED}"
    is_alone = issubclass(type(wanted), (str, nrn.Segment)) or _is_reference(wanted)
    if is_alone or collect.is_section_array(wanted):
        raise ArgumentError(f"record is {collect.described(wanted)}; {expected}")
    try:
        each_wanted = list(wanted)
    except TypeError:
        raise ArgumentError(f"record is {collect.described(wanted)}; {expected}") from None
    variables = []
    for index, each in enumerate(each_wanted):
        what = f"record[{index}]"
        name = None if catalogue is None else _as_name(each)
        if catalogue is not None and name is not None:
            variables.append(catalogue().variable(name, what))
        elif finder is not None:
            variables.append(finder.variable(_reference(each, what), what))
        else:
            raise ArgumentError(
                f"{what} is {collect.described(each)}, and the engine was pickled: it knows no "
                "objects of a session; expected a name such as 'soma[0](0.5).v' or 'Exp2Syn[3].g'"
            )
    return variables


def _as_name(wanted) -> str | None:
    """A variable's name, also as a pair of its owner's and its own; None for what is none."""
    if type(wanted) is tuple and [type(each) for each in wanted] == [str, str]:
        return ".".join(wanted)
    return wanted if type(wanted) is str else None


def _is_reference(value) -> bool:
    return isinstance(value, hoc.HocObject) and repr(value).startswith(("data_handle", "<hoc ref"))


def _reference(wanted, what: str) -> hoc.HocObject:
    """:raises ArgumentError: it is none, and says of no variable that there is."""
    if _is_reference(wanted):
        return wanted
    if isinstance(wanted, nrn.Segment):
        wanted = (wanted, "v")
    try:
        owner, name = wanted
    except (TypeError, ValueError):
        owner = name = None
    if not isinstance(owner, (nrn.Segment, nrn.Mechanism, hoc.HocObject)) or type(name) is not str:
        raise ArgumentError(f"{what} is {collect.described(wanted)}; expected {_EXPECTED}")
    found = _attribute(owner, name)
    if found is None:
        raise ArgumentError(
            f"{what} names {name} of {collect.described(owner)}, which has no such variable; "
            "expected one that NEURON can record"
        )
    return found


def _attribute(owner, name: str) -> hoc.HocObject | None:
    """An owner's reference by a variable's name; None where there is none."""
    match = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", name, re.ASCII)
    if match is None or match[1] in _pointers_of(owner):
        return None
    try:
        found = getattr(owner, f"_ref_{match[1]}")
        found = found if match[2] is None else found[int(match[2])]
    except Exception:
        # NEURON has several kinds of error for what is not there.
        return None
    return found if _is_reference(found) else None


def _pointers_of(owner) -> set[str]:
    """The POINTERs of an owner's mechanism: to ask for one that is not set ends the process."""
    if isinstance(owner, nrn.Segment):
        kinds = [each.name() for each in owner]
        return {f"{name}_{kind}" for kind in kinds for name in sources.pointers(kind)}
    if isinstance(owner, nrn.Mechanism):
        return sources.pointers(owner.name())
    return sources.pointers(mechanisms.class_name(owner))


class Finder:
    """Finds variables of a cell, of whose fields it keeps what it has seen.

    :param sections: see :func:`find`; likewise ``point_processes``.
    """

    def __init__(self, sections: Iterable[nrn.Section], point_processes: Sequence[Any]):
        self._sections = list(sections)
        self._point_processes = point_processes
        self._fields: dict[tuple, dict[str, list[tuple[hoc.HocObject, Variable]]]] = {}

    def find(self, wanted: Sequence[Any]) -> list[Variable]:
        """See :func:`find`."""
        return found(wanted, self, None)

    def variable(self, reference: hoc.HocObject, what: str) -> Variable:
        """:raises ArgumentError: it is not of this cell."""
        if reference == h._ref_t:
            return Variable("", 0.0, "", TIME, None, None, TIME)
        field, row = _parsed(reference)
        if field is None:
            raise ArgumentError(
                f"{what} is {_shown(reference)}; expected a variable of the cell's sections or of "
                "a point process on them"
            )
        # Rows that were seen before may be others by now: NEURON sorts them.
        for is_new in (field not in self._fields, True):
            if is_new:
                self._fields[field] = self._rows(field)
            for candidate, variable in self._fields[field].get(row, ()):
                if candidate == reference:
                    return variable
            if is_new:
                break
        kind, name, _ = field
        raise ArgumentError(
            f"{what} is {name}{f' of {kind}' if kind else ''} in another cell; expected a variable "
            "of the cell that is compiled"
        )

    def _rows(self, field: tuple) -> dict[str, list[tuple[hoc.HocObject, Variable]]]:
        """A field's variables in this cell by NEURON's rows."""
        found: dict[str, list[tuple[hoc.HocObject, Variable]]] = {}
        for reference, variable in self._variables(*field):
            found.setdefault(_parsed(reference)[1], []).append((reference, variable))
        return found

    def _variables(
        self, kind: str, name: str, index: int | None
    ) -> Iterator[tuple[hoc.HocObject, Variable]]:
        attribute = f"_ref_{name}"
        for place, owner in enumerate(self._point_processes):
            if kind and mechanisms.class_name(owner) == kind:
                segment = owner.get_segment()
                yield (
                    _element(getattr(owner, attribute), index),
                    Variable(
                        *(segment.sec.name(), segment.x, kind, name, index, place),
                        f"{owner.hname()}.{name}{_subscript(index)}",
                    ),
                )
        for place, section in enumerate(self._sections):
            for segment in _segments(section, with_ends=not kind):
                owner = segment
                if kind and kind not in _NAMED_PLAINLY:
                    owner = getattr(segment, kind, None)
                    if not isinstance(owner, nrn.Mechanism):
                        continue
                prefix = f"{kind}." if owner is not segment else ""
                yield (
                    _element(getattr(owner, attribute), index),
                    Variable(
                        *(section.name(), segment.x, kind, name, index, None),
                        f"{section.name()}({segment.x:g}).{prefix}{name}{_subscript(index)}",
                        place,
                    ),
                )


def _segments(section: nrn.Section, with_ends: bool) -> Iterator[nrn.Segment]:
    yield from section.allseg() if with_ends else section


def _element(reference, index: int | None):
    return reference if index is None else reference[index]


def _subscript(index: int | None) -> str:
    return "" if index is None else f"[{index}]"


def _parsed(reference: hoc.HocObject) -> tuple[tuple[str, str, int | None] | None, str]:
    """A reference's mechanism, variable and index, and its row; None for what is in no field."""
    match = _FIELD.match(repr(reference))
    if match is None:
        return None, ""
    if match["node"]:
        name = _OF_NODES.get(match["node"])
        return (None if name is None else ("", name, None)), match["row"]
    index = None if match["index"] is None else int(match["index"])
    return (match["kind"], match["name"], index), match["row"]


def _shown(reference: hoc.HocObject) -> str:
    text = repr(reference)
    if " died/" in text:
        return "a variable of a section that was deleted"
    if text.startswith("<hoc ref"):
        return "a reference of h.ref's"
    if "{raw=" in text:
        return "a variable of no section, such as a global one or an element of a Vector"
    return collect.described(reference)
