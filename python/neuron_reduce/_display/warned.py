"""Warnings, shown at the caller's line."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import sys
import warnings
from collections.abc import Iterable, Iterator

from ..errors import NeuronReduceWarning

_PACKAGE = str(pathlib.Path(__file__).parents[1])


def warn(text: str) -> None:
    """Warns, as if the line that called this package did."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(text, NeuronReduceWarning, stacklevel=level + 1)


def warn_once(texts: Iterable[Iterable[str]]) -> None:
    """Warns with each text, whoever had it, once."""
    for text in dict.fromkeys(itertools.chain.from_iterable(texts)):
        warn(text)


@contextlib.contextmanager
def kept() -> Iterator[list[str]]:
    """Takes this package's warnings down in the place of showing them: for a process whose caller
    is another one."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NeuronReduceWarning)
        yield texts
    for each in caught:
        if issubclass(each.category, NeuronReduceWarning):
            texts.append(str(each.message))
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
