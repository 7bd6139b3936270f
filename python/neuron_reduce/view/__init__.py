"""One HTML file in which a reduction can be looked at: the cell's shape, the reduced tree, which
branches share a compartment, and what each is expected to lose.

The file holds all it needs: it opens offline, makes no network request, and can be used by keys
alone. It is the page ``page.html`` with the record as a file of :meth:`Reduction.save` has it.
"""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import os
import pathlib
import tempfile
import webbrowser

from .._saved import files, recorded
from ..record import ReductionRecord

__all__ = ["show", "write"]

_PLACE = "/*RECORD*/null"
"""Where in the page the record goes."""


def write(path: str | os.PathLike[str], record: ReductionRecord) -> pathlib.Path:
    """Writes the page of a reduction and returns where it is. The same record gives the same file.

    :param path: of the HTML file; one that is there is replaced. Its folder must exist.
    :raises ArgumentError: the path is none.
    :raises OSError: it cannot be written.
    """
    page = importlib.resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    text = json.dumps(
        recorded.described(record), separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    # Text of JSON that cannot end the script element it is in.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    files.write(path, page.replace(_PLACE, text, 1))
    return pathlib.Path(files.named(path))


def show(record: ReductionRecord, path: str | os.PathLike[str] | None = None) -> pathlib.Path:
    """Writes the page and, where no path is given, opens it in a browser.

    :param path: None for a file in a new temporary folder, which stays for the browser to read.
    :returns: where it is.
    """
    if path is not None:
        return write(path, record)
    folder = tempfile.mkdtemp(prefix="neuron-reduce-view-")
    written = write(pathlib.Path(folder) / "view.html", record)
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(written.as_uri())
    return written
