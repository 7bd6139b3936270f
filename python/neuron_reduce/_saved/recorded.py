"""A reduction's record as a file has it: the fields of its dataclasses by their names.

Left out is how long the stages took, which is not the cell's. Points of sections are rounded to
nanometres.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any

import numpy as np

from .. import record as records
from .._session import collect
from ..errors import SavedCellError
from .checking import MOST_SEGMENTS, Value, check_plain
from .describing import ROLES, number

_LEFT_OUT = {"stage_seconds"}
"""What is an empty dictionary in a record that was read."""

_POINT_DIGITS = 3

_MOST = 2**53

_FARTHEST = 1e15
"""In µm, of points."""


def described(record: records.ReductionRecord) -> dict[str, Any]:
    """A record as JSON has it."""
    return _plain(record)


def record_of(content: dict[str, Any]) -> records.ReductionRecord:
    """The record that a file has, which was checked."""
    found = _read(Value(content, "record"), records.ReductionRecord)
    return dataclasses.replace(found, shape=list(map(_shape, found.shape)))


def check(value: Value) -> None:
    """Checks a record in a file.

    :raises SavedCellError: it is none.
    """
    record: records.ReductionRecord = _read(value, records.ReductionRecord)
    for name, placed in (
        ("segment_map", record.segment_map),
        ("shared_inward", record.shared_inward),
    ):
        for index, each in enumerate(placed):
            where = Value(each.cable, f"{value.path}.{name}[{index}].cable")
            where.index(len(record.cables), "cables")
            Value(each.cable_x, f"{value.path}.{name}[{index}].cable_x").position()
    for index, each in enumerate(record.cables):
        path = f"{value.path}.cables[{index}]"
        if each.role not in ROLES:
            raise Value(each.role, f"{path}.role").wrong(f"one of {', '.join(ROLES)}")
        expected = f"a number of segments, 1 to {MOST_SEGMENTS}"
        Value(each.segments, f"{path}.segments").integer(1, MOST_SEGMENTS, expected)
    for index, each in enumerate(record.shape):
        path = f"{value.path}.shape[{index}]"
        if each.role not in ROLES:
            raise Value(each.role, f"{path}.role").wrong(f"one of {', '.join(ROLES)}")
        if each.points.size and each.points.shape[1:] != (4,):
            points = Value(each.points.tolist(), f"{path}.points")
            raise points.wrong("points of x, y, z and diameter")
        if not (np.abs(each.points) < _FARTHEST).all():
            raise SavedCellError(
                f"{path}.points has a number that is not finite, or {_FARTHEST:g} and more; "
                "expected points in µm"
            )
    check_plain(Value(record.settings, f"{value.path}.settings"), 0)
    expected = record.expected
    if (expected.rmsd is None) != (expected.deviation is None):
        deviation = Value(expected.deviation, f"{value.path}.expected.deviation")
        raise deviation.wrong("null where rmsd is, and a number where that is one")
    if record.impedances is not None:
        _check_impedances(record.impedances, f"{value.path}.impedances")


def _check_impedances(impedances: records.Impedances, path: str) -> None:
    count, sites = len(impedances.frequencies), len(impedances.sites)
    expected = {
        "input_full": (count,),
        "input_reduced": (count,),
        "transfer_full": (sites, count),
        "transfer_reduced": (sites, count),
    }
    for name, shape in expected.items():
        found = getattr(impedances, name)
        if found.shape != shape and (sites or found.size):
            raise Value(found.tolist(), f"{path}.{name}").wrong(
                f"numbers, {' by '.join(map(str, shape))}"
            )


@functools.cache
def _fields(kind: type) -> dict[str, Any]:
    """The fields of a dataclass that files have, with their types."""
    hints = typing.get_type_hints(kind)
    return {name: hints[name] for name in _names(kind) if name not in _LEFT_OUT}


def _names(kind: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {name: _plain(getattr(value, name)) for name in _fields(type(value))}
        if isinstance(value, records.SectionShape):
            found["points"] = np.round(value.points, _POINT_DIGITS).tolist()
        return found
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return number(value)
    return collect.described(value)


def _shape(section: records.SectionShape) -> records.SectionShape:
    """With points in rows, also where there are none."""
    return dataclasses.replace(section, points=section.points.reshape(-1, 4))


def _read(value: Value, kind: Any) -> Any:
    """What a value of a file stands for.

    :param kind: a type as the records' annotations have it.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        (one,) = (each for each in arguments if each is not types.NoneType)
        return None if value.content is None else _read(value, one)
    if origin is list:
        return [_read(each, arguments[0]) for each in value.elements()]
    if origin is dict:
        if type(value.content) is not dict:
            raise value.wrong("an object")
        for name in value.content:
            Value(name, f"{value.path} has a name that").text()
        return {
            name: _read(Value(each, f"{value.path}.{name}"), arguments[1])
            for name, each in value.content.items()
        }
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type)
        hints = _fields(kind)
        values = zip(hints.items(), value.fields(*hints), strict=True)
        found = {name: _read(each, hint) for (name, hint), each in values}
        return kind(**found, **{name: {} for name in _names(kind) if name in _LEFT_OUT})
    if kind is np.ndarray:
        return _array(value)
    if kind is bool:
        return value.truth()
    if kind is int:
        return value.integer(0, _MOST, "a whole number, 0 or greater, that a double can have")
    if kind is float:
        return float(value.number())
    if kind is str:
        return value.text()
    return value.content


def _array(value: Value) -> np.ndarray:
    """Numbers, in lists of one length."""
    rows = value.elements()
    if rows and type(rows[0].content) is list:
        count = len(rows[0].content)
        return np.array([[one.number() for one in row.elements(count)] for row in rows], float)
    return np.array([each.number() for each in rows], float)
