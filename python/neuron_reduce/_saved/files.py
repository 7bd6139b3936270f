"""Cells as text of JSON, and files of such."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from typing import Any

from .._session import collect
from ..errors import ArgumentError, SavedCellError
from . import checking
from .content import upgraded

_LISTS = (
    *("mechanisms", "sections", "attachments", "point_processes", "sources", "connections"),
    *("plays", "segment_map"),
)
"""What has a line for each of its elements."""


def text_of(content: dict[str, Any]) -> str:
    """The text of a cell: always the same for the same cell."""
    lines = []
    for name, value in content.items():
        if name in _LISTS and value:
            elements = ",\n  ".join(map(_dumped, value))
            lines.append(f" {_dumped(name)}: [\n  {elements}\n ]")
        else:
            lines.append(f" {_dumped(name)}: {_dumped(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


_dumped = json.JSONEncoder(allow_nan=False, separators=(", ", ": ")).encode


def content_of(text: str | bytes, name: str) -> dict[str, Any]:
    """The cell that a text is of, checked.

    :param name: of where it is from, as messages have it.
    :raises SavedCellError: it is none; the message says where and why.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        content = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except SavedCellError as error:
        raise SavedCellError(f"{name}: {error}") from None
    except RecursionError:
        raise SavedCellError(f"{name} is nested too deeply; expected a cell") from None
    except ValueError as error:
        raise SavedCellError(
            f"{name} is no JSON: {error}; expected a file as Reduction.save writes it, whole"
        ) from None
    try:
        checking.check(content)
    except SavedCellError as error:
        raise SavedCellError(f"{name}: {error}") from None
    return upgraded(content)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SavedCellError(f"an object has {twice!r} twice; expected each name once")
    return found


def _refuse_constant(text: str) -> Any:
    raise SavedCellError(f'{text} is no number of JSON; expected "nan", "inf" or "-inf" as texts')


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The cell of a file.

    :raises OSError: it cannot be read.
    :raises SavedCellError: it is no cell.
    """
    name = named(path)
    with open(name, "rb") as file:
        return content_of(file.read(), name)


def named(path: Any) -> str:
    """:raises ArgumentError: it is no path."""
    try:
        name = os.fsdecode(path)
        os.fsencode(name)
    except (TypeError, UnicodeError):
        raise ArgumentError(f"path is {collect.described(path)}; expected that of a file") from None
    if not name:
        raise ArgumentError("path is ''; expected that of a file")
    if "\0" in name:
        raise ArgumentError(
            f"path is {name!r}, which has a null character in it; expected that of a file"
        )
    return name


def write(path: str | os.PathLike[str], text: str) -> None:
    """Writes a file as a whole: whatever happens, its name is that of what was there before or of
    all that was to be written. What is there and is no file, such as a pipe, is written into.

    :raises OSError: it cannot be written.
    """
    path = os.path.realpath(named(path))
    # As a name that UTF-8 lacks is shown.
    content = text.encode(errors="backslashreplace")
    if os.path.exists(path) and not os.path.isfile(path):
        # Never replaced: a folder is refused, and a device has to stay one.
        with open(path, "wb") as other:
            other.write(content)
        return
    folder, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder or ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def check_that_it_may_be_made(path: str) -> None:
    """:raises ArgumentError: there is something of this name, other than an empty folder, or it is
    the one that this process is in, which is not to be replaced.
    """
    if os.path.realpath(path) == os.path.realpath(os.curdir):
        raise ArgumentError(
            f"path is {path!r}, the folder that this process is in; expected that of a folder to "
            "be made, or of another empty one"
        )
    if os.path.lexists(path) and not (os.path.isdir(path) and not os.listdir(path)):
        raise ArgumentError(
            f"path is {path!r}, which is there; expected that of a folder to be made, or of an "
            "empty one"
        )


def write_folder(path: str, texts: dict[str, str]) -> None:
    """Makes a folder of files as a whole: whatever happens, it is there with all of them or not.

    :param texts: by the files' paths in the folder.
    :raises OSError: it cannot be made.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    temporary = tempfile.mkdtemp(prefix=f".{name}.", suffix=".part", dir=folder or ".")
    try:
        for own, text in texts.items():
            place = os.path.join(temporary, own)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o777 & ~_mask())
        os.replace(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _mode(path: str) -> int:
    """What the file's permissions are to be: as they were, or as those of new files are."""
    try:
        return os.stat(path).st_mode & 0o7777
    except OSError:
        return 0o666 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
