"""Tells whether a model is the one that was run before, without running it."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import neuron
from neuron import h

from .. import _distribution
from .._session import libraries, mechanisms
from . import running

_VERSION = 1
"""Of what is read of a model: raise it with any change in how full cells are run."""

_ADDRESS = re.compile(r"\b0x[0-9a-f]+")


def key(model: running.Model, protocol: running.Protocol, seed, changes: Sequence[str]) -> str:
    """A SHA-256 of all that can be read of what decides a full cell's run.

    That is the whole session, as all of it runs. Best computed in a copy of it: NEURON computes
    areas when they are asked for. What cannot be read are random streams, other than those that
    NetStims own, pointers, and what Python does when a run begins.

    :param changes: with which the full cell is run too.
    """
    digest = hashlib.sha256()
    for value in _values(model, protocol, seed, changes):
        digest.update(json.dumps(value).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _values(
    model: running.Model, protocol: running.Protocol, seed, changes: Sequence[str]
) -> Iterator[Any]:
    """Plain values, one after the other."""
    yield ["version", _VERSION, _distribution.version(), neuron.__version__, h.nrnversion()]
    yield ["seed", repr(seed)]
    yield [
        *("protocol", protocol.tstop, protocol.dt),
        h.v_init if protocol.v_init is None else protocol.v_init,
        h.celsius if protocol.celsius is None else protocol.celsius,
        *(h.secondorder, len(model.resets)),
    ]
    yield ["ceilings", *changes, running.WEIGHT_CHANGE]
    soma, places = running.recorded(model, protocol)
    yield ["recorded", _name(soma), [[_without_address(name), x] for name, x in places]]
    yield ["libraries", sorted(_libraries())]
    yield from _globals()

    sections = list(h.allsec())
    numbers = {section: index for index, section in enumerate(sections)}
    yield from _sections(sections, numbers)
    names: dict[str, str] = {}
    for kind in mechanisms.names(point_processes=True):
        variables = mechanisms.variables(kind, mechanisms.PARAMETER)
        for index, process in enumerate(h.List(kind)):
            names[process.hname()] = f"{kind} {index}"
            yield [kind, index, *_point_process(process, variables, numbers)]
    connections = {}
    for index, netcon in enumerate(h.List("NetCon")):
        connections[netcon.hname()] = index
        yield ["NetCon", index, *_connection(netcon, names, numbers)]
    yield ["model's NetCons", [connections.get(each.hname()) for each in model.netcons]]
    # Events and currents may be played from them.
    for vector in h.List("Vector"):
        yield ["Vector", hashlib.sha256(vector.as_numpy().tobytes()).hexdigest()]


def _libraries() -> Iterator[str]:
    """The compiled mechanisms: what a mechanism does is nowhere else to be read."""
    for path in libraries.loaded():
        try:
            if path.is_file():
                yield hashlib.sha256(path.read_bytes()).hexdigest()
            elif not path.is_dir():
                # It was replaced after it was loaded: nothing is equal to it.
                yield uuid.uuid4().hex
        except OSError:
            yield uuid.uuid4().hex


def _globals() -> Iterator[Any]:
    for point_processes in (False, True):
        for kind in mechanisms.names(point_processes):
            for name, size in mechanisms.variables(kind, mechanisms.GLOBAL):
                yield ["global", name, *mechanisms.numbers(getattr(h, name), size)]


def _sections(sections, numbers) -> Iterator[Any]:
    standards: dict[str, tuple[Any, list[tuple[str, int]]]] = {}
    for section in sections:
        parent = section.parentseg()
        yield [
            *("section", _name(section), section.L, section.Ra, section.nseg),
            *(section.orientation(), section.rallbranch, *_place(parent, numbers)),
        ]
        for segment in section:
            yield [segment.x, segment.diam, segment.cm, segment.area(), segment.ri()]
            for kind in (each.name() for each in segment):
                if kind not in standards:
                    standards[kind] = _standard(kind)
                standard, variables = standards[kind]
                standard._in(segment.x, sec=section)
                yield [
                    kind,
                    h.ion_style(kind, sec=section) if kind.endswith("_ion") else None,
                    [standard.get(name, i) for name, size in variables for i in range(size)],
                ]
        yield section(1).ri()


def _standard(kind: str) -> tuple[Any, list[tuple[str, int]]]:
    """What reads a mechanism's values, and their names."""
    if not kind.endswith("_ion"):
        return h.MechanismStandard(kind, mechanisms.PARAMETER), mechanisms.variables(
            kind, mechanisms.PARAMETER
        )
    # What an ion's concentrations are, parameters or states, depends on who uses the ion; its
    # current is what the last run left.
    ion = kind.removesuffix("_ion")
    currents = (f"i{ion}", f"di{ion}_dv_")
    variables = [
        each for each in mechanisms.variables(kind, mechanisms.ALL) if each[0] not in currents
    ]
    return h.MechanismStandard(kind, mechanisms.ALL), variables


def _point_process(process, variables, numbers) -> Iterator[Any]:
    # Artificial cells have no place; the others may have none, when their section was deleted.
    if hasattr(process, "get_segment"):
        segment = process.get_segment()
        yield from _place(segment, numbers)
        if segment is None:
            return
    for name, size in variables:
        yield from mechanisms.numbers(getattr(process, name), size)
    if mechanisms.class_name(process) == "NetStim":
        yield list(process.ranvar.get_ids())


def _connection(netcon, names: dict[str, str], numbers) -> Iterator[Any]:
    for end in (netcon.pre(), netcon.syn()):
        yield None if end is None else names.get(end.hname(), end.hname())
    yield from _place(netcon.preseg(), numbers)
    if netcon.valid():  # else its source is gone, and with it what else there is to ask
        yield from (netcon.delay, netcon.threshold)
    yield netcon.active()
    yield [netcon.weight[index] for index in range(int(netcon.wcnt()))]


def _place(segment, numbers) -> tuple[int | None, float | None]:
    """The number of a segment's section, and the position on it."""
    return (None, None) if segment is None else (numbers[segment.sec], segment.x)


def _name(section) -> str:
    return _without_address(section.name())


def _without_address(name: str) -> str:
    """A section's name without where in memory the Python object is that it belongs to."""
    return _ADDRESS.sub("0x", name)
