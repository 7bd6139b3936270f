"""The mod files of the session's mechanisms, as far as what is kept of a cell depends on them."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import ntpath
import re

from .._engine import function_tables, sources

_RANDOM = re.compile(r"\bRANDOM\s+(\w+(?:\s*,\s*\w+)*)")
_PARAMETERS = re.compile(r"\bPARAMETER\s*\{([^}]*)\}")
_MADE_BY_NMODL = ("usetable",)


@dataclasses.dataclass(frozen=True)
class Mod:
    """What is known of a mechanism's mod file.

    :ivar file: its name, without folders.
    :ivar sha256: of its text, with a newline at the end of each line and no carriage return: of an
        ordinary file, what ``sha256sum`` says.
    :ivar pointers: the names of its POINTERs and BBCOREPOINTERs.
    :ivar randoms: of its RANDOM variables.
    :ivar parameters: all words of its PARAMETER block.
    :ivar tables: the names of its FUNCTION_TABLEs.
    """

    file: str
    sha256: str
    pointers: tuple[str, ...]
    randoms: tuple[str, ...]
    parameters: frozenset[str]
    tables: tuple[str, ...]

    def has_parameter(self, variable: str, mechanism: str) -> bool:
        """Whether a GLOBAL, as hoc calls it, is a user's to set: others are computed."""
        name = variable.removesuffix(f"_{mechanism}")
        return name in self.parameters or name in _MADE_BY_NMODL


@functools.cache
def of(mechanism: str) -> Mod | None:
    """None where NEURON keeps no text of it: it is built in, or was compiled without."""
    source = sources.of_session(mechanism)
    if source is None:
        return None
    text = sources.without_comments(source.text)
    randoms = re.findall(r"\w+", ",".join(_RANDOM.findall(text)))
    blocks = " ".join(_PARAMETERS.findall(text))
    return Mod(
        ntpath.basename(source.path) or f"{mechanism}.mod",
        _checksum(source.text),
        tuple(sorted(sources.pointer_names(source))),
        tuple(dict.fromkeys(randoms)),
        frozenset(re.findall(r"[A-Za-z_]\w*", blocks)),
        tuple(dict.fromkeys(function_tables.names(source))),
    )


def _checksum(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return hashlib.sha256(f"{lines}\n".encode()).hexdigest()


def pointers(mechanism: str) -> tuple[str, ...]:
    """The names of a mechanism's POINTERs, as far as its text is known."""
    mod = of(mechanism)
    return () if mod is None else mod.pointers


def tables(mechanism: str) -> tuple[str, ...]:
    """The names of a mechanism's FUNCTION_TABLEs, as far as its text is known."""
    mod = of(mechanism)
    return () if mod is None else mod.tables


def randoms(mechanism: str) -> tuple[str, ...]:
    """The names of a mechanism's RANDOM variables, as far as its text is known."""
    mod = of(mechanism)
    return () if mod is None else mod.randoms
