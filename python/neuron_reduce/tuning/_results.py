"""Finished candidates in a file, to be found again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import pathlib
from typing import Any

import numpy as np
from neuron import hoc

from .. import _distribution
from .._runs import keeping
from .._session import gone
from ._candidates import Candidate


class Results:
    """The file that keeps finished candidates, and the directory beside it for the full runs.

    :ivar found: the candidates that it had, by their keys.
    :ivar full_runs: None where nothing is to be kept.
    """

    def __init__(self, path):
        self.found: dict[str, Candidate] = {}
        self.full_runs: keeping.FullRuns | None = None
        self._path = None if path is None else pathlib.Path(path)
        if self._path is None:
            return
        self._path.touch()
        self.full_runs = keeping.FullRuns(self._path.with_name(f"{self._path.name}.full"))
        names = {each.name for each in dataclasses.fields(Candidate)}
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                values = {name: entry[name] for name in entry.keys() & names}
                self.found[entry["key"]] = Candidate(
                    **{name: math.nan if value is None else value for name, value in values.items()}
                )
            except (ValueError, TypeError, KeyError, AttributeError):
                # A line that was being written when the process was ended, or of something else.
                continue

    def add(self, key: str, candidate: Candidate) -> None:
        """Adds a candidate, at once and in one piece."""
        if self._path is None:
            return
        entry = {"key": key}
        for each in dataclasses.fields(Candidate):
            value = getattr(candidate, each.name)
            if each.name not in ("evaluation", "problem"):
                # JSON has no nan and no infinity.
                is_lost = isinstance(value, float) and not math.isfinite(value)
                entry[each.name] = None if is_lost else value
        data = json.dumps(entry).encode() + b"\n"
        with open(self._path, "ab+") as stream:
            end = stream.seek(0, os.SEEK_END)
            if end:
                stream.seek(end - 1)
                if stream.read(1) != b"\n":
                    data = b"\n" + data
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def fingerprint(full, protocol, tstart: float, trials, measure: str) -> str:
    """What a candidate's numbers depend on beside its own settings: what was run, by what."""
    digest = hashlib.sha256()
    for recording, ceilings in full:
        for each in (recording, *ceilings.values()):
            digest.update(each.time.tobytes())
            digest.update(each.soma.tobytes())
    described = [
        dataclasses.asdict(protocol),
        tstart,
        [repr(trial.key) for trial in trials],
        measure,
        _distribution.version(),
    ]
    digest.update(canonical(described).encode())
    return digest.hexdigest()[:16]


def canonical(value) -> str:
    """A text that is equal for equal settings, whatever the order of dictionaries."""
    try:
        # Keys that are gone cannot be put in order without ending the process.
        if not gone.first(value, ""):
            return json.dumps(value, sort_keys=True, default=_described)
    except (TypeError, ValueError):
        # No setting of a reduction: a dictionary by what is no text, or that holds itself.
        pass
    return repr(value)


def _described(value):
    """What JSON knows instead of a value. An array's text has dots in the place of most numbers."""
    kind = type(value)
    if issubclass(kind, np.generic) and not value.dtype.hasobject:
        return value.item()
    if issubclass(kind, np.ndarray) and not value.dtype.hasobject:
        return [value.dtype.str, list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
    if issubclass(kind, hoc.HocObject) and value.hname().startswith("Vector["):
        return list(value)
    return repr(value)


def key(prefix: str, settings: dict[str, Any]) -> str:
    """What a candidate is found by.

    :param prefix: see :func:`fingerprint`.
    """
    return f"{prefix}-{_hash(canonical(settings))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
