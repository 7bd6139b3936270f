"""Full cells' runs that are kept in files, to be made once."""

from __future__ import annotations

import os
import pathlib
import uuid
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._processes import tasks
from ..errors import ArgumentError
from ..recording import Recording
from . import fingerprint, native, running

Runs = tuple[Recording, dict[str, Recording]]
"""The full cell's run, and those with changes that should not matter."""


class FullRuns:
    """A directory with a file for each model that was run.

    :raises OSError: it cannot be made.
    """

    def __init__(self, directory: pathlib.Path):
        # The process that runs a cell may be somewhere else by then.
        self._directory = directory.absolute()
        self._directory.mkdir(exist_ok=True)

    def run(
        self,
        model: running.Model,
        protocol: running.Protocol,
        seed,
        done: Callable[[str], None],
        ceiling: bool = True,
        engine: str = native.NEURON,
    ) -> Runs:
        """A model's runs: those that are kept, or else new ones, which then are.

        :param done: told after each run what it was.
        :param ceiling: whether runs with changes that should not matter are among them.
        :param engine: see :func:`running.run`.
        """
        changes = running.CEILINGS if ceiling else ()
        key, sites = tasks.result_in_copy(
            lambda: (
                fingerprint.key(model, protocol, seed, changes),
                tuple(running.recorded(model, protocol)[1]),
            )
        )
        path = self._directory / f"{key}.npz"
        runs = _read(path, sites, changes)
        if runs is None or not native.suits(runs[0], engine):
            runs = running.run_full(model, protocol, ceiling, done, engine)
            _write(path, runs)
        else:
            for name in ("kept", *changes):
                done(f"full cell, {name}")
        return runs


def _read(path: pathlib.Path, sites: Sequence[running.Site], changes: Sequence[str]) -> Runs | None:
    """What a file holds; None where there is none, or it is damaged.

    :param sites: what the recorded places are called now: where a section belongs to a Python
        object, its name may be another one in each process.
    :param changes: those with which the full cell was run.
    """
    try:
        with np.load(path) as file:
            full, *ceilings = (
                Recording(
                    file[f"time {index}"],
                    file[f"soma {index}"],
                    dict(zip(sites, file[f"dendrites {index}"], strict=True)),
                    float(file[f"seconds {index}"]),
                    str(file[name]) if (name := f"simulator {index}") in file else "",
                )
                for index in range(1 + len(changes))
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, ArgumentError):
        return None
    return full, dict(zip(changes, ceilings, strict=True))


def _write(path: pathlib.Path, runs: Runs) -> None:
    """Writes a file that is there as a whole or not at all."""
    full, ceilings = runs
    arrays: dict[str, Any] = {}
    for index, each in enumerate((full, *ceilings.values())):
        dendrites = np.array(list(each.dendrites.values())).reshape(-1, len(each.time))
        arrays |= {
            f"time {index}": each.time,
            f"soma {index}": each.soma,
            f"dendrites {index}": dendrites,
            f"seconds {index}": each.seconds,
            f"simulator {index}": each.simulator,
        }
    temporary = path.with_name(f".{path.stem}.{uuid.uuid4().hex}.part")
    try:
        with open(temporary, "xb") as stream:
            np.savez_compressed(stream, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
