"""Whether NEURON's sections and mechanisms may change now."""

from __future__ import annotations

from neuron import h

from ..errors import SimulatorError


def check_that_it_may_change() -> None:
    """NEURON refuses new sections and mechanisms while it runs; Python gets that as an exception,
    where the library's calls would end in one of C++.

    :raises SimulatorError: where it is so.
    """
    try:
        probe = h.Section(name="neuron_reduce_probe")
        probe.insert("pas")
    except RuntimeError:
        raise SimulatorError(
            "NEURON cannot change its sections now, in the middle of a run or an initialisation; "
            "expected the call between runs"
        ) from None
