"""The Swift library: its C interface (neuron_reduce.h) by ctypes."""

from __future__ import annotations

import ctypes
import pathlib
import re
import sys

from .. import errors

_STATUS_ERRORS = {
    1: errors.UnsupportedNeuronError,
    2: errors.ArgumentError,
    3: errors.CellError,
    4: errors.SynapseError,
    5: errors.TemplateError,
    6: errors.SimulatorError,
}

_MESSAGE_SIZE = 2048

_ABI_VERSION = 1
"""The ``NR_ABI_VERSION`` of the header that this module was written for."""


class Response(ctypes.Structure):
    """``nr_response``: how a point process responds to one event."""

    _fields_ = [
        ("nature", ctypes.c_int32),
        ("superposes", ctypes.c_int32),
        ("times", ctypes.c_void_p),
        ("conductances", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
    ]


class Request(ctypes.Structure):
    """``nr_request``: what to reduce and how."""

    _fields_ = [
        ("cell_name", ctypes.c_char_p),
        ("soma_sections", ctypes.c_void_p),
        ("apical_sections", ctypes.c_void_p),
        ("axonal_sections", ctypes.c_void_p),
        ("synapses", ctypes.c_void_p),
        ("synapse_count", ctypes.c_size_t),
        ("connections", ctypes.c_void_p),
        ("connection_count", ctypes.c_size_t),
        ("method", ctypes.c_char_p),
        ("frequency", ctypes.c_double),
        ("total_segments", ctypes.c_double),
        ("compared_parameters", ctypes.POINTER(ctypes.c_char_p)),
        ("compared_parameter_pairs", ctypes.c_size_t),
        ("template_name", ctypes.c_char_p),
        ("template_is_built_in", ctypes.c_int),
        ("result_list", ctypes.c_void_p),
        ("responses", ctypes.c_void_p),
        ("response_count", ctypes.c_size_t),
        ("response_indices", ctypes.c_void_p),
        ("rates", ctypes.c_void_p),
        ("with_record", ctypes.c_int),
    ]


class Cable(ctypes.Structure):
    """``nr_cable``: lengths in µm, electrotonic length in space constants."""

    _fields_ = [
        ("is_apical", ctypes.c_int32),
        ("segment_count", ctypes.c_int32),
        ("length", ctypes.c_double),
        ("diameter", ctypes.c_double),
        ("electrotonic_length", ctypes.c_double),
        ("name", ctypes.c_char_p),
        ("stem", ctypes.c_char_p),
        ("parent", ctypes.c_char_p),
    ]


class MappedSegment(ctypes.Structure):
    """``nr_mapped_segment``: a segment of the original and the point of a cable it went to."""

    _fields_ = [
        ("section", ctypes.c_int64),
        ("position", ctypes.c_double),
        ("cable", ctypes.c_int64),
        ("cable_position", ctypes.c_double),
    ]


class Counts(ctypes.Structure):
    """``nr_counts``: how many of what, in the original and in the reduced cell."""

    _fields_ = [
        ("segments_before", ctypes.c_int64),
        ("segments_after", ctypes.c_int64),
        ("point_processes_before", ctypes.c_int64),
        ("point_processes_after", ctypes.c_int64),
    ]


class Part(ctypes.Structure):
    """``nr_part``: a section of the original, and its ``nr_role``."""

    _fields_ = [("name", ctypes.c_char_p), ("role", ctypes.c_int32)]


class SynapseKind(ctypes.Structure):
    """``nr_synapse_kind``: synapses that are equal in all that is compared before merging."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("treatment", ctypes.c_char_p),
        ("before", ctypes.c_int64),
        ("after", ctypes.c_int64),
        ("connections", ctypes.c_int64),
    ]


class NamedValue(ctypes.Structure):
    """``nr_named_value``: the name is None past the last one."""

    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_double)]


class Impedance(ctypes.Structure):
    """``nr_impedance``: frequency in Hz, moduli in MΩ."""

    _fields_ = [
        ("frequency", ctypes.c_double),
        ("full", ctypes.c_double),
        ("reduced", ctypes.c_double),
    ]


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
        "nr_reduce": (
            ctypes.c_int,
            [
                ctypes.POINTER(Request),
                ctypes.POINTER(ctypes.c_void_p),
                ctypes.c_char_p,
                ctypes.c_size_t,
            ],
        ),
        "nr_check": (
            ctypes.c_int,
            [ctypes.POINTER(Request), ctypes.c_char_p, ctypes.c_size_t],
        ),
        "nr_reduction_delete_original": (None, [ctypes.c_void_p]),
        "nr_method_changes_weights": (ctypes.c_int, [ctypes.c_char_p]),
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
        "nr_reduction_section_name": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_counts": (Counts, [ctypes.c_void_p]),
        "nr_reduction_part_count": (ctypes.c_size_t, [ctypes.c_void_p]),
        "nr_reduction_part": (Part, [ctypes.c_void_p, ctypes.c_size_t]),
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
    Response, Request, Cable, MappedSegment, Counts, Part, SynapseKind, NamedValue, Impedance
)


def changes_weights(method: str) -> bool:
    """Whether a method changes weights, for which it asks how synapses respond and how often they
    are driven; False for a name that is no method's."""
    return bool(_library.nr_method_changes_weights(method.encode()))


def is_array_or_object(instance: int | None, name: str) -> bool:
    """Whether a member of a hoc object (None: of hoc's top level) is an array or an object.

    :param instance: NEURON's reference to the object.
    """
    return bool(_library.nr_is_array_or_object(instance, name.encode()))


class Outcome:
    """A finished reduction, read from the library's ``nr_reduction``.

    :param handle: the pointer that ``nr_reduce`` gave; freed with this object.
    """

    def __init__(self, handle: ctypes.c_void_p):
        self._handle = handle

    def __del__(self):
        _library.nr_reduction_free(self._handle)

    def delete_original(self) -> None:
        """Deletes the original's dendrites: the last step, before which large arrays that are no
        longer needed should be gone."""
        _library.nr_reduction_delete_original(self._handle)

    def _array(self, function) -> list:
        count = ctypes.c_size_t()
        base = function(self._handle, ctypes.byref(count))
        return base[: count.value] if count.value else []

    @property
    def survivors(self) -> list[int]:
        """Indices of the synapses that remain, in the order of the result."""
        return self._array(_library.nr_reduction_survivors)

    @property
    def cables(self) -> list[Cable]:
        """The reduced cell's cables: apical ones first."""
        count = _library.nr_reduction_cable_count(self._handle)
        return [_library.nr_reduction_cable(self._handle, index) for index in range(count)]

    @property
    def segment_map(self) -> list[MappedSegment]:
        """Where each dendritic segment of the original went."""
        return self._array(_library.nr_reduction_segment_map)

    def section_name(self, section: int) -> str:
        """The name of an original section that the segment map numbers."""
        return _library.nr_reduction_section_name(self._handle, section).decode()

    @property
    def counts(self) -> Counts:
        """How many segments and point processes; all 0 without ``with_record``, as what follows is
        empty."""
        return _library.nr_reduction_counts(self._handle)

    @property
    def parts(self) -> list[Part]:
        """The original's sections."""
        count = _library.nr_reduction_part_count(self._handle)
        return [_library.nr_reduction_part(self._handle, index) for index in range(count)]

    @property
    def synapse_kinds(self) -> list[tuple[SynapseKind, list[NamedValue], list[NamedValue]]]:
        """The kinds of synapse, each with the parameters that tell it apart, and with the reasons
        why those that remain were not merged further."""
        count = _library.nr_reduction_synapse_kind_count(self._handle)
        return [
            (
                _library.nr_reduction_synapse_kind(self._handle, index),
                self._named_values(_library.nr_reduction_kind_parameter, index),
                self._named_values(_library.nr_reduction_kind_obstacle, index),
            )
            for index in range(count)
        ]

    def _named_values(self, function, *arguments) -> list[NamedValue]:
        found = []
        while (each := function(self._handle, *arguments, len(found))).name is not None:
            found.append(each)
        return found

    @property
    def losses(self) -> list[str]:
        """What in the session referred to the dendrites and could not follow."""
        return self._texts(_library.nr_reduction_loss)

    @property
    def notes(self) -> list[str]:
        """What a user of the reduced cell should know."""
        return self._texts(_library.nr_reduction_note)

    def _texts(self, function) -> list[str]:
        found = []
        while text := function(self._handle, len(found)):
            found.append(text.decode())
        return found

    @property
    def impedances(self) -> list[list[Impedance]]:
        """By frequency at the middle of the soma, then from each site to there."""
        found = []
        while points := self._array(
            lambda handle, count: _library.nr_reduction_impedances(handle, len(found) - 1, count)
        ):
            found.append(points)
        return found

    @property
    def sites(self) -> list[NamedValue]:
        """The sites' sections and the positions on them."""
        return self._named_values(_library.nr_reduction_site)

    @property
    def stage_seconds(self) -> dict[str, float]:
        """The stages of the call and the seconds each took."""
        result = {}
        while name := _library.nr_reduction_stage_name(self._handle, len(result)):
            result[name.decode()] = _library.nr_reduction_stage_seconds(self._handle, len(result))
        return result


def check(request: Request) -> None:
    """Reads what a request names, and changes nothing.

    :raises NeuronReduceError: what ``reduce`` would raise for it.
    """
    call("nr_check", ctypes.byref(request))


def reduce(request: Request) -> Outcome:
    """Performs a request.

    :raises NeuronReduceError: the subclass that belongs to the library's status.
    """
    handle = ctypes.c_void_p()
    call("nr_reduce", ctypes.byref(request), ctypes.byref(handle))
    return Outcome(handle)


def call(function: str, *arguments) -> None:
    """Calls a function that returns a status, with the buffer for its message at the end.

    :raises NeuronReduceError: the subclass that belongs to the status.
    """
    message = ctypes.create_string_buffer(_MESSAGE_SIZE)
    status = getattr(_library, function)(*arguments, message, len(message))
    if status:
        error = _STATUS_ERRORS.get(status, errors.NeuronReduceError)
        raise error(message.value.decode(errors="replace"))


def declare(function: str, *arguments) -> None:
    """Declares the arguments that come before the message of a function that returns a status."""
    declared = getattr(_library, function)
    declared.restype = ctypes.c_int
    declared.argtypes = [*arguments, ctypes.c_char_p, ctypes.c_size_t]


def function(name: str, result, *arguments):
    """Declares a function of the library that cannot fail, and returns it."""
    declared = getattr(_library, name)
    declared.restype = result
    declared.argtypes = arguments
    return declared
