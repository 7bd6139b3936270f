"""What each of the original's synapses has of the current of the one that stands for it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from neuron import h

from ._library.inputs import read
from ._session import collect
from ._session.done import Done
from ._session.measuring import Response
from .errors import ArgumentError, CellError

_ROUNDING = 1e-6
"""Of times, in ms, and in steps."""


class SynapseCurrents:
    """Records the currents of a reduced cell's synapses, and divides them among the original's.

    The conductance of a point process that stands for several is the sum of what the events of its
    NetCons make, where superposition holds, as it does for all that ``merge='exact'`` merges. Of
    its current each has at any time what it has of this sum: from its events, as its NetCon's
    source has them, and from the response to an event that the reduction has measured.

    Made by :meth:`Reduction.record_synapses`. Has what was recorded as long as it is kept.
    """

    def __init__(self, done: Done, netcons: list[Any], name: str, interval: float | None) -> None:
        self._name = name
        self._responses = done.responses
        self._representatives = [
            each.representative for each in done.outcome.process_places[: len(netcons)]
        ]
        self._netcons = list(netcons)
        self._processes = done.counterparts
        args = () if interval is None else (interval,)
        self._times = h.Vector().record(h._ref_t, *args)
        self._currents: dict[int, Any] = {}
        self._without: dict[int, str] = {}
        for index in dict.fromkeys(self._representatives):
            process = done.counterparts[index]
            if process.get_segment() is None:
                raise CellError(
                    f"{process.hname()} of the reduced {name} is on no section; expected it where "
                    "it was made"
                )
            try:
                reference = process._ref_i
            except (AttributeError, LookupError):
                self._without[index] = process.hname()
                continue
            self._currents[index] = h.Vector().record(reference, *args)
        self._events: dict[Any, Any] = {}
        self._wholes: dict[int, tuple[int, np.ndarray]] = {}
        self._others: dict[int, list[Any]] = defaultdict(list)
        known = {each.hocobjptr() for each in netcons}
        merged = self._merged
        # NetCons that are not the caller's have a part in the current too.
        for index, found in self._netcons_onto(merged).items():
            self._others[index] = [each for each in found if each.hocobjptr() not in known]
        listed = [
            netcon
            for netcon, index in zip(netcons, self._representatives, strict=True)
            if index in merged
        ]
        others = [each for several in self._others.values() for each in several]
        self._record_events([*listed, *others])

    @functools.cached_property
    def _merged(self) -> set[int]:
        """The representatives that stand for several."""
        seen, found = set(), set()
        for each in self._representatives:
            (found if each in seen else seen).add(each)
        return found & self._currents.keys()

    def _record_events(self, netcons: list[Any]) -> None:
        if not netcons:
            return
        has_source = [bool(each["source"]) for each in read([n.hocobjptr() for n in netcons])[0]]
        for netcon, is_driven in zip(netcons, has_source, strict=True):
            if not is_driven:
                continue
            # A source has one Vector for its events: that which it has already is as good.
            vector = netcon.get_recordvec()
            if vector is None:
                vector = h.Vector()
                netcon.record(vector)
            self._events[netcon.hocobjptr()] = vector

    @property
    def times(self) -> np.ndarray:
        """In ms, of all that was recorded."""
        return np.array(self._times)

    def current(self, index: int) -> np.ndarray:
        """The current of one of the original's synapses in the reduced cell, in nA, at ``times``.

        :param index: the original's, of the list that :func:`reduce` was called with.
        :returns: shaped (times,); outward currents are positive, as NEURON has ``i``.
        :raises ArgumentError: there is no such index; or its mechanism has no current ``i``.
        :raises CellError: it was merged, and its response to an event is not known as that of an
            ohmic conductance, in proportion to the weight and the same each time; or NetCons were
            made onto what it was merged into since.
        """
        if type(index) is not int or not 0 <= index < len(self._netcons):
            raise ArgumentError(
                f"index is {collect.described(index)}; expected one of the original's "
                f"{len(self._netcons)} synapses, from 0"
            )
        representative = self._representatives[index]
        if representative in self._without:
            raise ArgumentError(
                f"{self._without[representative]}, which stands for synapse {index} of "
                f"{self._name}, has no current of the name i; expected a mechanism that has one"
            )
        total = np.array(self._currents[representative])
        if representative not in self._merged:
            return total
        response = self._response(representative)
        if response is None or not (response.is_ohmic and response.adds_up):
            raise CellError(
                f"synapse {index} of {self._name} was merged, and its response to an event is not "
                "known as that of an ohmic conductance, in proportion to the weight, of which it "
                "would have a share; expected one that is, or merge=False"
            )
        part = self._of_members([index], representative)
        return total * _ratio(part, self._whole(representative, total))

    def processes(self) -> dict[int, Any]:
        """The point processes whose currents are recorded, by index."""
        return {index: self._processes[index] for index in self._currents}

    def by_place(self, keys: list[int]) -> dict[tuple[int, int], np.ndarray]:
        """The currents of all synapses together that are the same in two things.

        :param keys: a number for each of the original's synapses, such as its segment's.
        :returns: by the index of the point process that stands for them, and this number. Those
            without a current ``i`` are left out; of those whose response is not known all have
            the same share, and the share of those that are not ohmic is an estimate.
        """
        groups: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, (representative, key) in enumerate(
            zip(self._representatives, keys, strict=True)
        ):
            if representative in self._currents:
                groups[representative][key].append(index)
        self._check(self._merged)
        found = {}
        for representative, by_key in groups.items():
            total = np.array(self._currents[representative])
            if len(by_key) == 1:
                parts = [np.float64(1)]
            elif self._response(representative) is None:
                parts = [np.float64(len(each)) for each in by_key.values()]
            else:
                parts = [self._of_members(each, representative) for each in by_key.values()]
                parts.append(self._made(self._others[representative], representative))
            whole = np.sum(parts, axis=0)
            for key, part in zip(by_key, parts, strict=False):
                found[representative, key] = total * _ratio(part, whole)
        return found

    def _response(self, representative: int) -> Response | None:
        """To an event of a point process; None where no conductance is known."""
        if self._responses is None or self._responses.indices[representative] < 0:
            return None
        response = self._responses.kinds[self._responses.indices[representative]]
        return response if len(response.conductances) else None

    def _of_members(self, members: list[int], representative: int) -> np.ndarray:
        """The conductance that some of the original's synapses make."""
        return self._made([self._netcons[each] for each in members], representative)

    def _whole(self, representative: int, total: np.ndarray) -> np.ndarray:
        """The conductance that all make together.

        :param total: the current, which is another one in each run.
        """
        run = hash(total.tobytes())
        if self._wholes.get(representative, (None, None))[0] != run:
            self._check([representative])
            own = [i for i, each in enumerate(self._representatives) if each == representative]
            made = self._of_members(own, representative)
            made += self._made(self._others[representative], representative)
            self._wholes[representative] = run, made
        return self._wholes[representative][1]

    def _check(self, representatives: Iterable[int]) -> None:
        """:raises CellError: there are NetCons of which nothing was recorded."""
        own: dict[int, set[int]] = defaultdict(set)
        for netcon, each in zip(self._netcons, self._representatives, strict=True):
            own[each].add(netcon.hocobjptr())
        for each, found in self._netcons_onto(representatives).items():
            known = len(own[each]) + len(self._others[each])
            if len(found) != known:
                raise CellError(
                    f"{self._processes[each].hname()} of the reduced {self._name} has {len(found)} "
                    f"NetCons; expected {known}, as when recording began: record_synapses() after "
                    "all are made"
                )

    def _netcons_onto(self, representatives: Iterable[int]) -> dict[int, list[Any]]:
        """All NetCons of the session onto some of the point processes."""
        indices = {self._processes[each].hocobjptr(): each for each in representatives}
        found: dict[int, list[Any]] = {each: [] for each in indices.values()}
        for netcon in h.List("NetCon"):
            target = netcon.syn()
            index = None if target is None else indices.get(target.hocobjptr())
            if index is not None:
                found[index].append(netcon)
        return found

    def _made(self, netcons: list[Any], representative: int) -> np.ndarray:
        """The conductance that the events of NetCons make together, at ``times``."""
        times = self.times
        response = self._response(representative)
        assert response is not None
        arrivals, weights = [], []
        for netcon in netcons:
            vector = self._events.get(netcon.hocobjptr())
            if vector is not None and netcon.active():
                came = np.array(vector) + netcon.delay
                arrivals.append(came)
                weights.append(np.full(len(came), netcon.weight[0]))
        made = np.zeros(len(times))
        if not arrivals:
            return made
        came, weighed = np.concatenate(arrivals), np.concatenate(weights)
        if not h.cvode_active():
            # Events come at the step nearest to them, and a current is recorded at the end of the
            # step that it flows in.
            came = (np.ceil(came / h.dt - 0.5 - _ROUNDING) + 1) * h.dt
        firsts = np.searchsorted(times, came - _ROUNDING)
        lasts = np.searchsorted(times, came + response.times[-1])
        for start, weight, first, last in zip(came, weighed, firsts, lasts, strict=True):
            made[first:last] += weight * np.interp(
                times[first:last] - start, response.times, response.conductances
            )
        return made


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Where nothing has come yet, no current flows either."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
