"""What this package tells a log: all of it under the logger ``neuron_reduce``."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

_logger = logging.getLogger("neuron_reduce")
# Who has not asked for a log gets none.
_logger.addHandler(logging.NullHandler())


def info(message: str, *values: Any) -> None:
    """What was done, for who wants to know: a line for each call or run."""
    _tell(logging.INFO, message, values)


def debug(message: str, *values: Any) -> None:
    """How it was done, and how long parts of it took."""
    _tell(logging.DEBUG, message, values)


def _tell(level: int, message: str, values: tuple[Any, ...]) -> None:
    # A handler of the user's that fails is no reason to leave what was begun half done.
    with contextlib.suppress(Exception):
        _logger.log(level, message, *values, stacklevel=3)


def reduced(name: str, method: str, outcome: Any, seconds: dict[str, float]) -> None:
    """That a cell was reduced.

    :param outcome: the library's.
    :param seconds: that each stage took.
    """
    if not _logger.isEnabledFor(logging.INFO):
        return
    counts = outcome.counts
    info(
        "%s reduced by %s: %d segments to %d, %d point processes to %d, in %.0f ms",
        name,
        method,
        counts.segments_before,
        counts.segments_after,
        counts.point_processes_before,
        counts.point_processes_after,
        1e3 * sum(seconds.values()),
    )
    debug("stages: %s", ", ".join(f"{key} {1e3 * each:.1f} ms" for key, each in seconds.items()))
