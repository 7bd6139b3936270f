"""The Swift library: its C interface (neuron_reduce.h) by ctypes."""

from __future__ import annotations

import ctypes
import enum
import itertools
import pathlib
import re
import sys

from .. import errors
from .._display.text import plain
from . import structures
from .structures import (
    ArgumentNames,
    Building,
    Cable,
    CellRequest,
    Counts,
    ErrorValue,
    Impedance,
    InexactMerge,
    Leak,
    MappedSegment,
    NamedValue,
    ProcessGroup,
    Section,
    Settings,
    SharedCompartment,
    SynapseKind,
)

_STATUS_ERRORS = {
    1: errors.UnsupportedNeuronError,
    2: errors.ArgumentError,
    3: errors.CellError,
    4: errors.SynapseError,
    5: errors.TemplateError,
    6: errors.SimulatorError,
    7: errors.EngineError,
    8: errors.SavedCellError,
}

_ABI_VERSION = 3
"""The ``NR_ABI_VERSION`` of the header that this module was written for."""


def _check_version(library: ctypes.CDLL, path: pathlib.Path) -> None:
    found = library.nr_abi_version() if hasattr(library, "nr_abi_version") else 0
    if found != _ABI_VERSION:
        raise ImportError(
            f"{path} has version {found} of its interface; expected {_ABI_VERSION}: the library "
            "and the Python files beside it are from different versions; install neuron_reduce anew"
        )


def _load() -> ctypes.PyDLL:
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    path = pathlib.Path(__file__).parent.parent / f"libNeuronReduceABI{suffix}"
    if not path.exists():
        raise ImportError(
            f"neuron_reduce was installed without its library {path.name}; expected it in the "
            "package's folder: install with `pip install .` on a machine with Swift"
        )
    # NEURON may call back into Python while the library runs: the interpreter's lock stays held.
    library = ctypes.PyDLL(str(path))
    _check_version(library, path)
    size_reference = ctypes.POINTER(ctypes.c_size_t)
    signatures = {
        "nr_struct_size": (ctypes.c_size_t, [ctypes.c_char_p]),
        "nr_error_status": (ctypes.c_int, [ctypes.c_void_p]),
        "nr_error_code": (ctypes.c_char_p, [ctypes.c_void_p]),
        "nr_error_payload": (ErrorValue, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_error_message": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.POINTER(ArgumentNames)]),
        "nr_error_free": (None, [ctypes.c_void_p]),
        "nr_cell_read": (
            ctypes.c_void_p,
            [ctypes.POINTER(CellRequest), ctypes.POINTER(ctypes.c_void_p)],
        ),
        "nr_cell_free": (None, [ctypes.c_void_p]),
        "nr_cell_group_count": (ctypes.c_size_t, [ctypes.c_void_p]),
        "nr_cell_group": (ProcessGroup, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_cell_groups_of_synapses": (
            ctypes.POINTER(ctypes.c_int64),
            [ctypes.c_void_p, size_reference],
        ),
        "nr_cell_rates": (ctypes.POINTER(ctypes.c_double), [ctypes.c_void_p, size_reference]),
        "nr_cell_stems": (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.POINTER(Settings), ctypes.c_void_p],
        ),
        "nr_cell_possible_leak": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_cell_set_leaks": (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.POINTER(Leak), ctypes.c_size_t],
        ),
        "nr_cell_reduce": (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.POINTER(Settings), ctypes.POINTER(ctypes.c_void_p)],
        ),
        "nr_reduction_build": (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.POINTER(Building), ctypes.POINTER(ctypes.c_int)],
        ),
        "nr_template_prepare": (ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]),
        "nr_template_error": (ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_char_p]),
        "nr_has_orphans": (ctypes.c_int, []),
        "nr_release_orphans": (None, []),
        "nr_fail_at_call": (ctypes.c_long, [ctypes.c_long]),
        "nr_method_traits": (ctypes.c_int, [ctypes.c_char_p]),
        "nr_is_array_or_object": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
        "nr_reduction_free": (None, [ctypes.c_void_p]),
        "nr_reduction_survivors": (
            ctypes.POINTER(ctypes.c_int64),
            [ctypes.c_void_p, size_reference],
        ),
        "nr_reduction_cable_count": (ctypes.c_size_t, [ctypes.c_void_p]),
        "nr_reduction_cable": (Cable, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_segment_map": (
            ctypes.POINTER(MappedSegment),
            [ctypes.c_void_p, size_reference],
        ),
        "nr_reduction_site_segments": (
            ctypes.POINTER(ctypes.c_int64),
            [ctypes.c_void_p, size_reference],
        ),
        "nr_reduction_shared_compartments": (
            ctypes.POINTER(SharedCompartment),
            [ctypes.c_void_p, size_reference],
        ),
        "nr_reduction_section_name": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_counts": (Counts, [ctypes.c_void_p]),
        "nr_reduction_section_count": (ctypes.c_size_t, [ctypes.c_void_p]),
        "nr_reduction_section": (Section, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_synapse_kind_count": (ctypes.c_size_t, [ctypes.c_void_p]),
        "nr_reduction_synapse_kind": (SynapseKind, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_kind_parameter": (
            NamedValue,
            [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t],
        ),
        "nr_reduction_kind_obstacle": (
            NamedValue,
            [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t],
        ),
        "nr_reduction_inexact_merge": (InexactMerge, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_loss": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_note": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_impedances": (
            ctypes.POINTER(Impedance),
            [ctypes.c_void_p, ctypes.c_ssize_t, size_reference],
        ),
        "nr_reduction_site": (NamedValue, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_stage_name": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_stage_seconds": (ctypes.c_double, [ctypes.c_void_p, ctypes.c_size_t]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = _load()


def c_name(structure: type[ctypes.Structure]) -> str:
    """The C name of a structure: ``nr_mapped_segment`` is ``MappedSegment``."""
    return "nr" + re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", structure.__name__)


def check_sizes(*structures: type[ctypes.Structure]) -> None:
    """Compares the sizes of structures with those that the library works with.

    :raises ImportError: one of them differs: the library was compiled from other sources.
    """
    for each in structures:
        size = _library.nr_struct_size(c_name(each).encode())
        if size != ctypes.sizeof(each):
            raise ImportError(
                f"{_library._name} has {c_name(each)} with {size} bytes; expected "
                f"{ctypes.sizeof(each)}: the library and the Python files beside it are from "
                "different versions; install neuron_reduce anew"
            )


check_sizes(
    *(
        each
        for each in vars(structures).values()
        if isinstance(each, type) and issubclass(each, ctypes.Structure)
    )
)


class Traits(enum.IntFlag):
    """What tells one kind of method from another: `nr_trait`."""

    CHANGES_WEIGHTS = 1
    USES_FREQUENCY = 2
    CONSERVES_TOTALS = 4
    CABLES_ARE_LUMPS = 8
    KEEPS_SITES = 16


def traits(method: str) -> Traits:
    """A method's traits; none for a name that is no method's."""
    return Traits(_library.nr_method_traits(method.encode()))


def is_array_or_object(instance: int | None, name: str) -> bool:
    """Whether a member of a hoc object (None: of hoc's top level) is an array or an object.

    :param instance: NEURON's reference to the object.
    """
    return bool(_library.nr_is_array_or_object(instance, name.encode()))


def check(error: int | None, names: ArgumentNames) -> None:
    """Raises an error that the library returned.

    :param error: the address of an ``nr_error``, which is freed; None for none.
    :param names: what the front calls its arguments.
    :raises NeuronReduceError: the subclass that belongs to the error's status, with its code and
        what it is about.
    """
    if error is not None:
        raise exception(error, names)


def exception(error: int, names: ArgumentNames) -> errors.NeuronReduceError:
    """The exception for an error of the library's, which is freed."""
    try:
        kind = _STATUS_ERRORS.get(_library.nr_error_status(error), errors.NeuronReduceError)
        found = kind(plain(_library.nr_error_message(error, names).decode(errors="replace")))
        found.code = _library.nr_error_code(error).decode()
        for index in itertools.count():
            value = _library.nr_error_payload(error, index)
            if value.name is None:
                break
            text = value.text
            found.details[value.name.decode()] = (
                value.number if text is None else text.decode(errors="replace")
            )
        return found
    finally:
        _library.nr_error_free(error)


def prepare_template(name: str, is_built_in: bool, names: ArgumentNames) -> None:
    """Makes sure that the session has a template, defining the one that is built in.

    :raises TemplateError: it has none of that name.
    """
    check(_library.nr_template_prepare(name.encode(), is_built_in), names)


def template_error(name: str, problem: str, names: ArgumentNames) -> errors.NeuronReduceError:
    """The error that a template cannot hold a reduced cell, for a reason found here."""
    problem = problem.encode(errors="replace").replace(b"\0", b"?")
    return exception(_library.nr_template_error(name.encode(), problem), names)


def has_orphans() -> bool:
    """Whether there are cables of reduced cells whose soma is gone."""
    return bool(_library.nr_has_orphans())


def release_orphans() -> None:
    """Gives up the cables of reduced cells whose soma is gone; NEURON must not be running."""
    _library.nr_release_orphans()


def fail_at_call(calls: int) -> int:
    """For tests: lets NEURON fail at one of the library's next calls that change the session.

    :param calls: 1 for the next one, 0 for none.
    :returns: how many calls were to come before the failure asked for earlier; 0 where it happened.
    """
    return _library.nr_fail_at_call(calls)


def call(function: str, *arguments) -> None:
    """Calls a function that returns an error, or None where there is none.

    :raises NeuronReduceError: the subclass that belongs to the error's status.
    """
    check(getattr(_library, function)(*arguments), NO_NAMES)


def declare(function: str, *arguments) -> None:
    """Declares a function that returns an error."""
    declared = getattr(_library, function)
    declared.restype = ctypes.c_void_p
    declared.argtypes = arguments


NO_NAMES = ArgumentNames(b"", b"", b"", b"", b"")
"""For functions whose errors name no argument of a front."""


def function(name: str, result, *arguments):
    """Declares a function of the library that cannot fail, and returns it."""
    declared = getattr(_library, name)
    declared.restype = result
    declared.argtypes = arguments
    return declared
