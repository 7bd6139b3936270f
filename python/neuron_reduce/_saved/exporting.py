"""A cell for those who do not have this package."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .._session import collect
from ..errors import ArgumentError
from . import (
    files,
    hoc_export,
    netpyne_export,
    neuroml_export,
    python_export,
    sonata_export,
    swc_export,
)

_FILES: dict[str, tuple[str, Callable[[dict[str, Any], str], str]]] = {
    "hoc": (".hoc", hoc_export.text_of),
    "netpyne": (".json", netpyne_export.text_of),
    "neuroml": (".nml", neuroml_export.text_of),
    "python": (".py", python_export.text_of),
    "swc": (".swc", swc_export.text_of),
}
"""What is one file: its ending, and what writes it."""

_SONATA = "sonata"
"""A folder."""


def export(content: dict[str, Any], path: str | os.PathLike[str], form: Any) -> None:
    """Writes a file, or a folder.

    :param path: of it, whose ending says what a file is where no format is given.
    :param form: the format's name, or None.
    :raises ArgumentError: a format or an ending that means nothing; or there is a folder already.
    :raises SavedCellError: the format has no way to say what the cell is.
    :raises OSError: it cannot be written.
    """
    named = files.named(path)
    if form is not None and not (type(form) is str and form in (*_FILES, _SONATA)):
        raise ArgumentError(
            f"format is {collect.described(form)}; expected one of "
            f"{', '.join(map(repr, (*_FILES, _SONATA)))}, or none and a path whose ending says it"
        )
    name, ending = os.path.splitext(os.path.basename(os.path.normpath(named)))
    if form == _SONATA:
        files.check_that_it_may_be_made(named)
        files.write_folder(named, sonata_export.texts_of(content, name))
        return
    writers = dict(_FILES.values())
    writer = writers.get(ending.lower()) if form is None else _FILES[form][1]
    if writer is None:
        raise ArgumentError(
            f"path is {named!r}; expected one that ends with {', '.join(list(writers)[:-1])} or "
            f"{list(writers)[-1]}, or a format"
        )
    files.write(named, writer(content, name))
