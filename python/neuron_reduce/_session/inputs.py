"""What the library is told of a cell's synaptic drive."""

from __future__ import annotations

import ctypes

import numpy as np

from .._display.warned import warn
from .._library import structures
from .._library.responses import Nature
from . import kinds, measuring, steady


class Drive:
    """Rates and responses in the form that the library takes; lives as long as the request.

    :param found: the kinds of synapse, where they are known; those of index -1 do not matter.
    :ivar responses: measured responses.
    :ivar rates: in Hz, shaped (n,); None where they do not matter.
    """

    def __init__(
        self,
        synapses: list,
        netcons: list,
        rates: np.ndarray | None,
        found: kinds.Kinds | None = None,
    ):
        self.rates = rates
        self.responses = measuring.measure(synapses, netcons, found)
        self._steady = None if rates is None else steady.events(synapses, self.responses, rates)
        self._arrays = [
            (
                np.ascontiguousarray(kind.times, dtype=float),
                np.ascontiguousarray(kind.conductances, dtype=float),
                None if kind.charges is None else np.ascontiguousarray(kind.charges, dtype=float),
            )
            for kind in self.responses.kinds
        ]
        self._structures = (structures.Response * max(len(self._arrays), 1))()
        for structure, kind, (times, conductances, charges) in zip(
            self._structures, self.responses.kinds, self._arrays, strict=False
        ):
            structure.nature = int(kind.nature)
            structure.superposes = kind.superposition.code
            structure.times = times.ctypes.data
            structure.conductances = conductances.ctypes.data
            structure.count = len(times)
            structure.reversal = kind.reversal
            structure.is_ohmic = kind.is_ohmic
            structure.charges = None if charges is None else charges.ctypes.data
        self._steady_events = np.empty(len(synapses) if self._steady else 0, structures.SteadyEvent)
        if self._steady:
            for index, reversal in self._steady.reversals.items():
                self._structures[index].reversal = reversal
            self._steady_events["charge"] = self._steady.charges
            self._steady_events["exponent"] = self._steady.exponents
        self._indices = np.ascontiguousarray(self.responses.indices, dtype=np.int64)
        if self._nothing_was_measured and self.rates is not None:
            warn(self.notes[-1])
        for note in self._of_rates():
            warn(note)

    def fields(self) -> dict:
        """The fields of the library's settings."""
        fields = {
            "responses": ctypes.addressof(self._structures),
            "response_count": len(self._arrays),
            "response_indices": self._indices.ctypes.data,
            "response_index_count": len(self._indices),
        }
        if self.rates is not None:
            fields |= {"rates": self.rates.ctypes.data, "rate_count": len(self.rates)}
        if len(self._steady_events):
            fields |= {
                "steady_events": self._steady_events.ctypes.data,
                "steady_event_count": len(self._steady_events),
            }
        return fields

    @property
    def _nothing_was_measured(self) -> bool:
        return bool(self.responses.problem) and bool((self._indices < 0).all())

    @property
    def notes(self) -> list[str]:
        """What a user should know of what was not found out, one sentence each."""
        if self.rates is None:
            return self._of_merging() + self.responses.notes
        notes = self._of_rates()
        random = self._random_without_charge
        if random:
            notes.append(
                f"The responses of {random} of {len(self._indices)} point processes differ from "
                "one run to the next: their mean conductance is not known, and counts as 0 in the "
                "operating point."
            )
        if self._steady:
            notes += self._steady.notes
        if self._nothing_was_measured:
            notes.append(
                "No response of any synapse could be measured: all weights stay as they were, "
                "which is not what the method is for, and the operating point is that of the cell "
                "without synaptic input; events may count for more or less at the soma than in the "
                f"full cell ({self.responses.problem})."
            )
        elif self.responses.problem:
            unmeasured = int((self._indices < 0).sum())
            notes.append(
                f"The responses of {unmeasured} of {len(self._indices)} point processes could not "
                "be measured: their weights stay as they were, and they do not count in the "
                f"operating point ({self.responses.problem})."
            )
        return notes + self.responses.notes

    @property
    def _random_without_charge(self) -> int:
        """How many fail at random, have events, and no mean conductance that is known."""
        kinds = self.responses.kinds
        is_random = np.array([kind.nature is Nature.STOCHASTIC for kind in kinds], dtype=bool)
        if not is_random.any():
            return 0
        random = (self._indices >= 0) & is_random[self._indices]
        has_events = np.nan_to_num(self.rates) > 0
        is_known = ~np.isnan(self._steady.charges) if self._steady else np.False_
        return int((random & has_events & ~is_known).sum())

    def _of_merging(self) -> list[str]:
        if not self.responses.problem:
            return []
        return [
            "Whether one point process can stand for several could not be measured "
            f"({self.responses.problem})."
        ]

    def _of_rates(self) -> list[str]:
        if self.rates is None:
            return []
        unknown = int(np.isnan(self.rates).sum())
        if not unknown:
            return []
        return [
            f"The rates of {unknown} of {len(self.rates)} NetCons are not known, and count as 0 in "
            "the operating point; rates= states them."
        ]
