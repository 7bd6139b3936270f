"""What the library is told of a cell's synaptic drive."""

from __future__ import annotations

import ctypes

import numpy as np

from . import _library, _responses


class Drive:
    """Rates and responses in the form that the library takes; lives as long as the request.

    :ivar responses: measured responses.
    :ivar rates: in Hz, shaped (n,).
    """

    def __init__(self, synapses: list, netcons: list, rates: np.ndarray):
        self.rates = rates
        self.responses = _responses.measure(synapses, netcons)
        self._arrays = [
            (
                np.ascontiguousarray(kind.times, dtype=float),
                np.ascontiguousarray(kind.conductances, dtype=float),
            )
            for kind in self.responses.kinds
        ]
        self._structures = (_library.Response * max(len(self._arrays), 1))()
        for structure, kind, (times, conductances) in zip(
            self._structures, self.responses.kinds, self._arrays, strict=False
        ):
            structure.nature = int(kind.nature)
            structure.times = times.ctypes.data
            structure.conductances = conductances.ctypes.data
            structure.count = len(times)
        self._indices = np.ascontiguousarray(self.responses.indices, dtype=np.int64)

    def fields(self) -> dict:
        """The fields of a request."""
        return {
            "responses": ctypes.addressof(self._structures),
            "response_count": len(self._arrays),
            "response_indices": self._indices.ctypes.data,
            "rates": self.rates.ctypes.data,
        }

    @property
    def notes(self) -> list[str]:
        """What a user should know of what was not found out, one sentence each."""
        notes = []
        unknown = int(np.isnan(self.rates).sum())
        if unknown:
            notes.append(
                f"The rates of {unknown} of {len(self.rates)} NetCons are not known, and count as "
                "0 in the operating point; rates= states them."
            )
        if self.responses.problem:
            notes.append(
                "Some synapses kept their weights, since their response could not be measured "
                f"({self.responses.problem})."
            )
        return notes
