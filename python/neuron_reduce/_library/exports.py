"""Saved cells as other formats have them."""

from __future__ import annotations

import ctypes
import dataclasses

from . import call, declare, function
from .structures import ExportedFile, ExportFormat

declare(
    "nr_export_write",
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.POINTER(ctypes.c_void_p),
)
_format = function("nr_export_format_at", ExportFormat, ctypes.c_size_t)
_free = function("nr_export_free", None, ctypes.c_void_p)
_file = function("nr_export_file", ExportedFile, ctypes.c_void_p, ctypes.c_size_t)
_warning = function("nr_export_warning", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)


def _formats() -> dict[str, str | None]:
    found = {}
    while (each := _format(len(found))).name is not None:
        found[each.name.decode()] = None if each.ending is None else each.ending.decode()
    return found


FORMATS = _formats()
"""By name what files end with, or None for what is a folder."""


@dataclasses.dataclass(frozen=True)
class Export:
    """What was written of a cell.

    :ivar texts: by their paths in the folder; of what is a file by itself, by an empty one.
    :ivar warnings: what was left out.
    """

    texts: dict[str, str]
    warnings: list[str]


def write(content: bytes, form: str, name: str) -> Export:
    """A saved cell in a format.

    :param content: the cell's JSON.
    :param form: the format's name.
    :param name: of the file or the folder, without an ending.
    :raises SavedCellError: the format has no way to say what the cell is.
    """
    written = ctypes.c_void_p()
    # A name that UTF-8 lacks is shown.
    shown = name.encode(errors="replace")
    call("nr_export_write", content, len(content), form.encode(), shown, ctypes.byref(written))
    try:
        texts, warnings = {}, []
        while (file := _file(written, len(texts))).path is not None:
            texts[file.path.decode()] = file.text.decode()
        while (warning := _warning(written, len(warnings))) is not None:
            warnings.append(warning.decode())
    finally:
        _free(written)
    return Export(texts, warnings)
