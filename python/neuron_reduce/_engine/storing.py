"""A compiled cell for other processes: all that its programs and runs are made of, in bytes."""

from __future__ import annotations

import dataclasses
import pickle
import zlib
from collections.abc import Mapping
from typing import Any

from .._distribution import version
from .._library.programs import Program
from .._library.reducing import WrittenCell
from .._library.structures import ProgramRequest
from ..errors import EngineError
from .cells import Cell, Kept

FORMAT = 2
"""Of what :func:`packed` gives; greater with each change of it."""

_FIELDS = (
    *("name", "names", "plays", "soma", "is_exact", "dt", "celsius", "v_init", "trees"),
    *("inputs", "catalogue", "randoms", "function_tables", "left_out"),
)


class Stored(Kept):
    """A cell without its session.

    :param content: of these fields, and what :meth:`Cell.written` gave.
    :raises EngineError: this is none of this version.
    """

    def __init__(self, content: Mapping[str, Any]):
        for name in _FIELDS:
            setattr(self, name, content[name])
        self._content = dict(content)
        self._read = WrittenCell(content["written"])

    @property
    def process_count(self) -> int:
        return len(self.catalogue.processes)

    def _compile(self, request: ProgramRequest) -> Program:
        return self._read.compile(request)

    def content(self) -> dict[str, Any]:
        """What it was made of."""
        return self._content


def packed(cell: Kept, passed: Mapping[bytes, float]) -> tuple[int, str, bytes]:
    """The format, this package's version, and the cell in bytes.

    :param cell: of which a program was made before.
    :param passed: by a program's digest until when it was compared with NEURON, in ms.
    """
    if isinstance(cell, Stored):
        content = cell.content()
    else:
        assert isinstance(cell, Cell)
        content = {name: getattr(cell, name) for name in _FIELDS}
        # The objects are the session's.
        content["inputs"] = dataclasses.replace(cell.inputs, netcons=[], sources=[])
        content["written"] = cell.written()
    whole = pickle.dumps((content, dict(passed)), protocol=5)
    return FORMAT, version(), zlib.compress(whole, 1)


def unpacked(form: int, made_by: str, content: bytes) -> tuple[Stored, dict[bytes, float]]:
    """What :func:`packed` gave: the cell, and what was compared with NEURON.

    :raises EngineError: another version of this package made it.
    """
    if form != FORMAT or made_by != version():
        raise EngineError(
            f"the engine was pickled by neuron_reduce {made_by} (format {form}), and this is "
            f"{version()} (format {FORMAT}); expected the same version here and there, or the "
            "engine compiled and pickled anew"
        )
    try:
        fields, passed = pickle.loads(zlib.decompress(content))
    except (zlib.error, pickle.UnpicklingError, EOFError) as error:
        raise EngineError(
            f"the pickled engine is damaged ({error}); expected it as it was written"
        ) from None
    return Stored(fields), passed
