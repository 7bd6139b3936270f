"""A cell for those who do not have this package."""

from __future__ import annotations

import os
from typing import Any

from ..errors import ArgumentError
from . import files, hoc_export, netpyne_export, neuroml_export, python_export, swc_export

_WRITERS = {
    ".hoc": hoc_export.text_of,
    ".json": netpyne_export.text_of,
    ".nml": neuroml_export.text_of,
    ".py": python_export.text_of,
    ".swc": swc_export.text_of,
}


def text_of(content: dict[str, Any], path: str | os.PathLike[str]) -> str:
    """What a file has.

    :param path: of the file, whose ending says what it is.
    :raises ArgumentError: an ending that means nothing.
    """
    name, ending = os.path.splitext(os.path.basename(files.named(path)))
    writer = _WRITERS.get(ending.lower())
    if writer is None:
        raise ArgumentError(
            f"path is {files.named(path)!r}; expected one that ends with "
            f"{', '.join(list(_WRITERS)[:-1])} or {list(_WRITERS)[-1]}"
        )
    return writer(content, name)
