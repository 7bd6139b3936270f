"""Whether NEURON's sections and mechanisms may change now."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

from neuron import h

from ..errors import SimulatorError


def check_that_it_may_change() -> None:
    """NEURON refuses new sections and mechanisms while it runs; Python gets that as an exception,
    where the library's calls would end in one of C++.

    :raises SimulatorError: where it is so.
    """
    try:
        with _unchanged_where_refused():
            probe = h.Section(name="neuron_reduce_probe")
            probe.insert("pas")
    except RuntimeError:
        raise SimulatorError(
            "NEURON cannot change its sections now, in the middle of a run or an initialisation; "
            "expected the call between runs"
        ) from None


@contextlib.contextmanager
def _unchanged_where_refused() -> Iterator[None]:
    """Where NEURON refuses what is done in this context, it does not act as if it had been done.

    It notes that sections changed before it finds that they may not, and the initialisation that
    goes on afterwards would end in an error of its own.
    """
    try:
        changed = ctypes.c_int.in_dll(ctypes.CDLL(None), "v_structure_change")
    except (ValueError, OSError):
        # A NEURON that does not show it, or calls it something else.
        changed = ctypes.c_int()
    before = changed.value
    try:
        yield
    except RuntimeError:
        changed.value = before
        raise
