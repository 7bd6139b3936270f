"""The Swift library: its C interface (neuron_reduce.h) by ctypes."""

from __future__ import annotations

import ctypes
import pathlib
import sys

from . import errors

_STATUS_ERRORS = {
    1: errors.UnsupportedNeuronError,
    2: errors.ArgumentError,
    3: errors.CellError,
    4: errors.SynapseError,
    5: errors.TemplateError,
    6: errors.SimulatorError,
}

_MESSAGE_SIZE = 2048


class Response(ctypes.Structure):
    """``nr_response``: how a point process responds to one event."""

    _fields_ = [
        ("nature", ctypes.c_int32),
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
    ]


class Cable(ctypes.Structure):
    """``nr_cable``: lengths in µm, electrotonic length in space constants."""

    _fields_ = [
        ("is_apical", ctypes.c_int32),
        ("segment_count", ctypes.c_int32),
        ("length", ctypes.c_double),
        ("diameter", ctypes.c_double),
        ("electrotonic_length", ctypes.c_double),
    ]


class MappedSegment(ctypes.Structure):
    """``nr_mapped_segment``: a segment of the original and the point of a cable it went to."""

    _fields_ = [
        ("section", ctypes.c_int64),
        ("position", ctypes.c_double),
        ("cable", ctypes.c_int64),
        ("cable_position", ctypes.c_double),
    ]


def _load() -> ctypes.PyDLL:
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    path = pathlib.Path(__file__).parent / f"libNeuronReduceABI{suffix}"
    if not path.exists():
        raise ImportError(
            f"neuron_reduce was installed without its library {path.name}; expected it beside "
            "the Python files: install with `pip install .` on a machine with Swift"
        )
    # NEURON may call back into Python while the library runs: the interpreter's lock stays held.
    library = ctypes.PyDLL(str(path))
    size_reference = ctypes.POINTER(ctypes.c_size_t)
    signatures = {
        "nr_reduce": (
            ctypes.c_int,
            [
                ctypes.POINTER(Request),
                ctypes.POINTER(ctypes.c_void_p),
                ctypes.c_char_p,
                ctypes.c_size_t,
            ],
        ),
        "nr_reduction_delete_original": (None, [ctypes.c_void_p]),
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
        "nr_reduction_stage_name": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_size_t]),
        "nr_reduction_stage_seconds": (ctypes.c_double, [ctypes.c_void_p, ctypes.c_size_t]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = _load()


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
        return base[: count.value]

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
    def stage_seconds(self) -> dict[str, float]:
        """The stages of the call and the seconds each took."""
        result = {}
        while name := _library.nr_reduction_stage_name(self._handle, len(result)):
            result[name.decode()] = _library.nr_reduction_stage_seconds(self._handle, len(result))
        return result


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
