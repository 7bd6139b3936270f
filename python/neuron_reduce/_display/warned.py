"""Warnings, shown at the caller's line."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import sys
import warnings
from collections.abc import Iterable, Iterator

from ..errors import NeuronReduceWarning
from .text import plain

_PACKAGE = str(pathlib.Path(__file__).parents[1])

_takers: list[list[str]] = []
"""Those that take warnings down, the last of which does."""


def warn(text: str) -> None:
    """Warns, as if the line that called this package did."""
    text = plain(text)
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    if not _takers:
        warnings.warn(text, NeuronReduceWarning, stacklevel=level + 1)
        return
    with warnings.catch_warnings(record=True):
        # Raises where it is to be an error, and shows nothing.
        warnings.warn(text, NeuronReduceWarning, stacklevel=level + 1)
    _takers[-1].append(text)


def warn_once(texts: Iterable[Iterable[str]]) -> None:
    """Warns with each text, whoever had it, once."""
    for text in dict.fromkeys(itertools.chain.from_iterable(texts)):
        warn(text)


@contextlib.contextmanager
def kept() -> Iterator[list[str]]:
    """Takes this package's warnings down in the place of showing them: for a process whose caller
    is another one. Where the caller makes errors of them they are raised at once: afterwards what
    was done would be lost."""
    texts: list[str] = []
    _takers.append(texts)
    try:
        yield texts
    finally:
        _takers.pop()
