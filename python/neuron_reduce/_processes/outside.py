"""Fresh processes that are no part of the MPI world that this one may be a part of.

A fork of an MPI process would not do: as soon as NEURON exchanges spikes or voltages, it takes part
in what the processes do together.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from .._session import libraries
from ..errors import SimulatorError
from . import limits, serving
from .workers import CopyFailed, Ends, Workers

_OF_MPI = ("OMPI_", "PMIX_", "PMI_", "MPI_", "MPICH_", "MPIR_", "HYDRA_", "HYDI_", "PRTE_", "ORTE_")
"""How the variables begin that make a process part of an MPI world."""

_COMMAND = """
import importlib, os, pickle, sys
# What this package imports is where the other process finds it; and NEURON loads mechanisms that it
# finds where it is imported.
sys.path[:] = pickle.load(sys.stdin.buffer)
os.chdir(os.sep)
importlib.import_module({module!r}).serve({sender}, {parent}, {held})
"""


def call(function: Callable, *arguments, timeout: float):
    """What a function returns when it is called in a fresh process with the same mechanisms.

    What it prints is not shown.

    :param function: of a module; it and its arguments must be possible to pickle.
    :param timeout: seconds after which the process is ended.
    :raises CopyFailed: as :func:`copies.call`.
    :raises SimulatorError: there can be no such process.
    """
    if not sys.executable:
        raise SimulatorError(_not_started("sys.executable does not name it"))
    paths = [os.path.abspath(each) for each in sys.path]
    asked = sorted(map(str, libraries.loaded())), os.getcwd(), function, arguments
    with contextlib.ExitStack() as stack:
        with limits.named():
            stream = stack.enter_context(tempfile.TemporaryFile())
        pickle.dump(paths, stream)
        pickle.dump(asked, stream)
        stream.seek(0)
        with Workers() as workers:
            try:
                start = functools.partial(_start, stream.fileno())
                worker = workers.start(start, timeout=timeout)
                return workers.only_result()
            except OSError as error:
                raise SimulatorError(_not_started(str(error))) from error
            except CopyFailed as error:
                if worker.last_note is None:
                    raise SimulatorError(_not_started(str(error))) from error
                raise


def _not_started(reason: str) -> str:
    return (
        f"{sys.executable} cannot be started for what cannot be done in one of several MPI "
        f"processes: {reason}; expected a Python that imports neuron_reduce"
    )


def _start(source: int, processes: list[int], ends: Ends) -> None:
    os.set_inheritable(ends.sender, True)
    command = _COMMAND.format(
        module=__name__,
        sender=ends.sender,
        parent=os.getpid(),
        held=set(map(int, ends.mask)) or "()",
    )
    options = os.environ.get("NEURON_MODULE_OPTIONS", "").split()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "NEURON_INIT_MPI" and not name.startswith(_OF_MPI)
    }
    environment["NEURON_MODULE_OPTIONS"] = " ".join(
        ["-nogui", *(each for each in options if each not in ("-mpi", "-nogui"))]
    )
    actions = [
        (os.POSIX_SPAWN_DUP2, source, 0),
        *((os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_WRONLY, 0) for each in (1, 2)),
    ]
    spawn = functools.partial(os.posix_spawn, sys.executable, file_actions=actions)
    processes.extend(itertools.starmap(spawn, [([sys.executable, "-c", command], environment)]))


def serve(sender: int, parent: int, held: set[int]) -> None:
    """Does what was asked for on the standard input, in the fresh process, and ends it."""
    try:
        others = _descriptors_but(sender)
        serving.serve(_asked_for, sender, parent=parent, others=others, held=held)
    finally:
        os._exit(1)


def _asked_for(note: Callable[[str], None]) -> Any:
    paths, folder, function, arguments = pickle.load(sys.stdin.buffer)
    os.chdir(folder)
    for path in paths:
        if not libraries.load(path):
            raise SimulatorError(
                f"the mechanisms of {path} cannot be loaded in a fresh process; expected them to "
                "be where they were loaded from"
            )
    note("begun")
    return function(*arguments)


def _descriptors_but(sender: int) -> list[int]:
    """What this process was left, MPI's connections among it."""
    try:
        found = map(int, os.listdir("/proc/self/fd"))
    except OSError:
        return []
    return [each for each in found if each > 2 and each != sender]
