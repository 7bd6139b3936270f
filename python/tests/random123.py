"""NetStim's events without NEURON, by the generator as it was published.

J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3.
SC11, 2011; philox4x32 with ten rounds. The layout of its counter and key is NEURON's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

_WORD = 0xFFFFFFFF
_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_WEYL = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """A block of four words of 32 bits.

    :param counter: four words.
    :param key: two words.
    """
    first, second, third, fourth = counter
    low, high = key
    for _ in range(_ROUNDS):
        one, other = _MULTIPLIERS[0] * first, _MULTIPLIERS[1] * third
        first, second, third, fourth = (
            (other >> 32) ^ second ^ low,
            other & _WORD,
            (one >> 32) ^ fourth ^ high,
            one & _WORD,
        )
        low, high = (low + _WEYL[0]) & _WORD, (high + _WEYL[1]) & _WORD
    return first, second, third, fourth


def uniform(ids: Sequence[int], global_index: int) -> Iterator[float]:
    """A stream's numbers in (0, 1), without end."""
    block = 0
    while True:
        for word in philox((block, ids[2], ids[0], ids[1]), (global_index, 0)):
            yield (word + 1.0) * (1.0 / 4294967297.0)
        block += 1


def events(
    interval: float,
    number: float,
    start: float,
    noise: float,
    ids: Sequence[int],
    global_index: int,
    until: float,
) -> list[float]:
    """The times in ms at which a NetStim has its events, up to one."""
    numbers = uniform(ids, global_index)

    def wait() -> float:
        mean = interval if interval > 0 else 0.01
        if noise == 0:
            return mean
        # Not numpy's logarithm, whose last bit may be another.
        return (1.0 - noise) * mean + noise * mean * -math.log(next(numbers))

    found: list[float] = []
    if start < 0 or number <= 0:
        return found
    time = max(start + wait() - interval * (1.0 - noise), 0.0)
    while time <= until:
        found.append(time)
        if len(found) >= number:
            break
        time += wait()
    return found
