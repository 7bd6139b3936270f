"""A cell for those who do not have this package."""

from __future__ import annotations

import os
from typing import Any

from .._display.warned import warn
from .._library import exports
from .._session import collect
from ..errors import ArgumentError
from . import files


def export(content: dict[str, Any], path: str | os.PathLike[str], form: Any) -> None:
    """Writes a file, or a folder.

    :param path: of it, whose ending says what a file is where no format is given.
    :param form: the format's name, or None.
    :raises ArgumentError: a format or an ending that means nothing; or there is something of the
        folder's name already.
    :raises SavedCellError: the format has no way to say what the cell is.
    :raises OSError: it cannot be written.
    """
    named = files.named(path)
    name, ending = os.path.splitext(os.path.basename(os.path.normpath(named)))
    known = _known(form) if form is not None else _of_ending(ending, named)
    is_folder = exports.FORMATS[known] is None
    if is_folder:
        files.check_that_it_may_be_made(named)
    written = exports.write(files.text_of(content).encode(), known, name)
    for each in written.warnings:
        warn(each)
    if is_folder:
        files.write_folder(named, written.texts)
    else:
        files.write(named, written.texts[""])


def _known(form: Any) -> str:
    if type(form) is not str or form not in exports.FORMATS:
        raise ArgumentError(
            f"format is {collect.described(form)}; expected one of "
            f"{', '.join(map(repr, exports.FORMATS))}, or none and a path whose ending says it"
        )
    return form


def _of_ending(ending: str, path: str) -> str:
    endings = {each: form for form, each in exports.FORMATS.items() if each is not None}
    form = endings.get(ending.lower())
    if form is None:
        *first, last = endings
        raise ArgumentError(
            f"path is {path!r}; expected one that ends with {', '.join(first)} or {last}, or a "
            "format"
        )
    return form
