"""The random numbers that older mechanisms have behind POINTERs, for copies of point processes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from neuron import h

from ..errors import EngineError
from . import randoms, streams
from .sources import of_session

Kinds = Mapping[str, type[streams.Handle]]
"""By the name of a POINTER what is behind it."""


@functools.cache
def kinds(name: str) -> Kinds | None:
    """The POINTERs to streams of a class of point process.

    :param name: the class.
    :returns: None where its source is not known.
    """
    source = of_session(name)
    if source is None:
        return None
    return {
        each: kind
        for each, kind in randoms.wanted_streams(source).items()
        if issubclass(kind, streams.OfState)
    }


def copy(process: Any, made: Any, pointers: Kinds, seen: set[int]) -> list[Any] | None:
    """Lets a point process draw what another one of its class draws.

    Mechanisms take their streams by a function of theirs, ``setRNG``: a Random object, or the
    identifiers of a stream of Random123.

    :param seen: where the streams are of those that were copied before, to which these are added:
        two that draw from one stream have copies that do not.
    :returns: what has to be kept as long as the copy; None where it draws something else.
    """
    kept = []
    try:
        for name, kind in pointers.items():
            before, after = kind(process, name), kind(made, name)
            place = before.pointer(is_optional=True)
            if not place:
                continue
            if place in seen:
                return None
            seen.add(place)
            numbers = before.found()
            if kind is streams.OfObject:
                random = _random(numbers)
                kept.append(random)
                made.setRNG(random)
            else:
                made.setRNG(*numbers[: streams.POSITION])
            if not after.pointer(is_optional=True):
                return None
            after.set(numbers)
            drawn = after.found()[: streams.GLOBAL_INDEX]
            if not np.array_equal(drawn, numbers[: streams.GLOBAL_INDEX]):
                return None
    except (AttributeError, EngineError, RuntimeError, TypeError):
        return None
    return kept


def _random(numbers: np.ndarray) -> Any:
    """A Random object with a stream and a distribution."""
    random = h.Random()
    random.Random123(*numbers[: streams.POSITION])
    low, high = numbers[streams.LOW], numbers[streams.HIGH]
    if numbers[streams.DISTRIBUTION] == streams.EXPONENTIAL:
        random.negexp(low)
    elif numbers[streams.DISTRIBUTION] == streams.NORMAL:
        random.normal(low, high**2)
    else:
        random.uniform(low, high)
    return random
