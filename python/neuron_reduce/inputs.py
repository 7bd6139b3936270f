"""What drives a cell in :func:`evaluate` and :func:`tune`: its own input, changed or replaced.

An input is an object that is called with ``(cell, synapses, netcons, seed)``, as ``make_cell``
returned them and was called with it, and returns what ``make_cell`` may return: ``(cell, synapses,
netcons)``, perhaps followed by more to keep alive. ``str`` of it is what tables call it; where it
has an attribute ``is_random`` that is false, it is used with the first seed only. It is called
before the full cell is run: what it adds goes with the reduction as everything else does, so that
full and reduced cell get the same.
"""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from neuron import h

from ._session import collect
from .errors import ArgumentError

Site = tuple[str, float]
"""The name of a section, with or without that of its cell, and a position on it."""

Made = tuple[Any, ...]
"""What ``make_cell`` returns."""

_STREAM = 0x5EED
"""The first id of the random streams that are made here."""


class Own:
    """The cell's own input, as ``make_cell`` made it."""

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        return cell, synapses, netcons

    def __str__(self) -> str:
        return "own input"


@dataclasses.dataclass(frozen=True)
class RateSteps:
    """The cell's own input, at rates that rise in steps.

    A Poisson process whose rate rises is the sum of one that goes on and one that begins: each
    NetStim keeps its stream at the first rate, and each step is another NetStim with the same
    NetCons.

    :param factors: on the rates of all NetStims, from the first on rising.
    :param times: when they rise, in ms, one fewer than the factors.
    :raises ArgumentError: the factors do not rise from more than 0, or there are not as many times.
    """

    factors: Sequence[float] = (0.5, 1.0, 1.5)
    times: Sequence[float] = (400.0, 750.0)

    def __post_init__(self) -> None:
        factors = tuple(collect.number(each, "factors", "numbers") for each in self.factors)
        times = tuple(collect.number(each, "times", "numbers of ms") for each in self.times)
        pairs = zip((0.0, *factors), factors, strict=False)
        if not factors or not all(low < high < math.inf for low, high in pairs):
            raise ArgumentError(
                f"factors is {factors}; expected finite numbers greater than 0 that rise"
            )
        if len(times) != len(factors) - 1 or not all(0 <= each < math.inf for each in times):
            raise ArgumentError(
                f"times is {times}; expected {len(factors) - 1} times in ms, 0 or greater"
            )
        object.__setattr__(self, "factors", factors)
        object.__setattr__(self, "times", times)

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        added = []
        for index, (stimulus, driven) in enumerate(_by_stimulus(netcons)):
            interval = stimulus.interval
            stimulus.interval = interval / self.factors[0]
            steps = zip(self.factors, self.factors[1:], self.times, strict=False)
            for step, (before, after, time) in enumerate(steps):
                other = _like(stimulus, interval / (after - before), (index, step), seed)
                other.start = max(time, stimulus.start)
                added += [(other, netcon) for netcon in driven]
        return _with(cell, synapses, netcons, added)

    def __str__(self) -> str:
        return f"rates × {', '.join(f'{each:g}' for each in self.factors)}"


@dataclasses.dataclass(frozen=True)
class Correlated:
    """The cell's own input, correlated: a share of each NetStim's events comes from sources in
    common, at the same rates as before.

    :param share: of the events that are in common, more than 0 and less than 1.
    :param groups: how many sources there are, for each rate; NetStims have theirs in turn.
    :raises ArgumentError: a number is out of range.
    """

    share: float = 0.3
    groups: int = 10

    def __post_init__(self) -> None:
        if not 0 < collect.number(self.share, "share", "a number from 0 to 1") < 1:
            raise ArgumentError(f"share is {self.share}; expected more than 0 and less than 1")
        if type(self.groups) is not int or self.groups < 1:
            raise ArgumentError(
                f"groups is {collect.described(self.groups)}; expected a number, 1 or more"
            )

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        added = []
        common: dict[tuple[float, ...], list[Any]] = {}
        for index, (stimulus, driven) in enumerate(_by_stimulus(netcons)):
            interval = stimulus.interval
            stimulus.interval = interval / (1 - self.share)
            key = interval, stimulus.start, stimulus.number, stimulus.noise
            sources = common.setdefault(key, [])
            place = index % self.groups
            if place >= len(sources):
                ids = len(common), len(sources)
                sources.append(_like(stimulus, interval / self.share, ids, seed))
            added += [(sources[place % len(sources)], netcon) for netcon in driven]
        return _with(cell, synapses, netcons, added)

    def __str__(self) -> str:
        return f"{100 * self.share:g} % of events in common"


@dataclasses.dataclass(frozen=True)
class Volley:
    """Synapses at one place that get events at the same time: a cluster that is active at once, or,
    with inhibition and many events, a shunt on the path of others.

    They are the model's own, those that are nearest along the dendrites, with the weights of their
    first NetCons.

    :param site: where.
    :param count: how many synapses.
    :param start: of the first event, in ms.
    :param interval: between events, in ms.
    :param number: how many events each gets.
    :param inhibitory: whether synapses that reverse below −50 mV are meant, not those above it;
        that is what a synapse's parameter ``e`` says, and one that has none is excitatory.
    :param is_alone: whether the cell's own input is silent.
    :raises ArgumentError: a number is out of range.
    """

    site: Site
    count: int = 40
    start: float = 300.0
    interval: float = 1.0
    number: int = 1
    inhibitory: bool = False
    is_alone: bool = True

    def __post_init__(self) -> None:
        for name in ("count", "number"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ArgumentError(
                    f"{name} is {collect.described(value)}; expected a number, 1 or more"
                )
        for name in ("start", "interval"):
            _ms(getattr(self, name), name)

    @property
    def is_random(self) -> bool:
        """Whether it differs between seeds."""
        return not self.is_alone

    @property
    def _kind(self) -> str:
        return "inhibitory" if self.inhibitory else "excitatory"

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        place = _segment(cell, self.site)
        first: dict[str, Any] = {}
        for netcon in netcons:
            first.setdefault(netcon.syn().hname(), netcon)
        found = []
        for synapse in synapses:
            is_inhibitory = getattr(synapse, "e", 0.0) < -50
            if is_inhibitory == self.inhibitory and synapse.hname() in first:
                distance = h.distance(place, synapse.get_segment())
                found.append((distance, len(found), first[synapse.hname()]))
        if len(found) < self.count:
            raise ArgumentError(
                f"the cell has {len(found)} {self._kind} synapses with NetCons; expected the "
                f"{self.count} of the volley"
            )
        stimulus = h.NetStim()
        stimulus.start, stimulus.interval, stimulus.number = self.start, self.interval, self.number
        stimulus.noise = 0
        made = _with(
            cell,
            synapses,
            netcons,
            [(stimulus, each) for _, _, each in sorted(found)[: self.count]],
        )
        return _silent(netcons, made) if self.is_alone else made

    def __str__(self) -> str:
        background = "" if self.is_alone else ", on background"
        return f"{self.count} {self._kind} synapses at {_called(self.site)}{background}"


@dataclasses.dataclass(frozen=True)
class Current:
    """A current into the soma or elsewhere: a step, or the sum of two exponentials like the current
    of a synapse.

    :param amplitude: in nA, at the peak.
    :param start: in ms.
    :param duration: of a step, in ms.
    :param site: where; None for the middle of the soma.
    :param rise: None for a step; else the rising time constant in ms.
    :param decay: the falling one, in ms, greater than ``rise``.
    :param is_alone: whether the cell's own input is silent.
    :raises ArgumentError: a number is out of range.
    """

    amplitude: float
    start: float = 300.0
    duration: float = 500.0
    site: Site | None = None
    rise: float | None = None
    decay: float = 5.0
    is_alone: bool = True

    def __post_init__(self) -> None:
        collect.number(self.amplitude, "amplitude", "a number of nA")
        for name in ("start", "duration", "decay"):
            _ms(getattr(self, name), name)
        if self.rise is not None and not 0 < _ms(self.rise, "rise") < self.decay:
            raise ArgumentError(
                f"rise is {self.rise}; expected None, or a number of ms greater than 0 and less "
                f"than decay, {self.decay}"
            )

    @property
    def is_random(self) -> bool:
        """Whether it differs between seeds."""
        return not self.is_alone

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        soma = collect.sections(cell, "soma")[0]
        place = soma(0.5) if self.site is None else _segment(cell, self.site)
        clamp = h.IClamp(place)
        made: Made
        if self.rise is None:
            clamp.delay, clamp.dur, clamp.amp = self.start, self.duration, self.amplitude
            made = cell, synapses, netcons, clamp
        else:
            made = (cell, synapses, netcons, *self._wave(clamp))
        return _silent(netcons, made) if self.is_alone else made

    def _wave(self, clamp: Any) -> tuple[Any, ...]:
        """Plays the sum of two exponentials into a clamp's amplitude."""
        assert self.rise is not None
        clamp.delay, clamp.dur = 0, 1e9
        peak = math.log(self.decay / self.rise) * self.rise * self.decay / (self.decay - self.rise)
        highest = math.exp(-peak / self.decay) - math.exp(-peak / self.rise)
        step = self.rise / 20
        times = [step * index for index in range(math.ceil(10 * self.decay / step))]
        values = [
            self.amplitude * (math.exp(-t / self.decay) - math.exp(-t / self.rise)) / highest
            for t in times
        ]
        end = self.start + len(times) * step
        # Beyond the last two values NEURON goes on along the line through them.
        t = h.Vector([0.0, *(self.start + each for each in times), end, end + step])
        y = h.Vector([0.0, *values, 0.0, 0.0])
        y.play(clamp._ref_amp, t, True)
        return clamp, t, y

    def __str__(self) -> str:
        place = "" if self.site is None else f" into {_called(self.site)}"
        background = "" if self.is_alone else ", on background"
        return f"{self.amplitude:g} nA{place}{background}"


class Together:
    """Several inputs at once.

    :param name: what tables call it.
    :param inputs: in their order, each called with what the one before it returned.
    """

    def __init__(self, name: str, *inputs: Any):
        self.name, self.inputs = name, inputs

    @property
    def is_random(self) -> bool:
        """Whether any of them differs between seeds."""
        return any(getattr(each, "is_random", True) for each in self.inputs)

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        kept: list[Any] = []
        for each in self.inputs:
            cell, synapses, netcons, *more = each(cell, synapses, netcons, seed)
            kept += more
        return (cell, synapses, netcons, *kept)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Together({self.name!r}, {', '.join(map(repr, self.inputs))})"


def currents(
    amplitudes: Iterable[float], start: float = 300.0, duration: float = 500.0
) -> list[Current]:
    """Steps into the soma, as an f–I curve has them.

    :param amplitudes: in nA.
    :param start: in ms; likewise ``duration``.
    """
    return [Current(each, start, duration) for each in amplitudes]


def coincidence(
    site: Site,
    step: float,
    current: float,
    start: float = 300.0,
    delay: float = 5.0,
) -> list[Together]:
    """A somatic spike that travels back, a distal current like that of synapses, and both: whether
    the cell tells them apart.

    :param site: where the distal current goes.
    :param step: into the soma, in nA, for 5 ms: enough for one spike.
    :param current: into the site, in nA at its peak; it rises with 0.5 ms and decays with 5 ms.
    :param start: of the step, in ms.
    :param delay: of the distal current after it, in ms.
    """
    spike = Current(step, start, 5.0)
    distal = Current(current, start + delay, site=site, rise=0.5, decay=5.0)
    return [
        Together("back-propagating spike", spike),
        Together("distal current", distal),
        Together("spike and distal current", spike, distal),
    ]


def _by_stimulus(netcons: Any) -> list[tuple[Any, list[Any]]]:
    """The NetStims with noise that drive synapses, each with its NetCons.

    :raises ArgumentError: there is none.
    """
    found: dict[str, tuple[Any, list[Any]]] = {}
    for netcon in netcons:
        source = netcon.pre()
        if source is not None and source.hname().startswith("NetStim[") and source.noise > 0:
            found.setdefault(source.hname(), (source, []))[1].append(netcon)
    if not found:
        raise ArgumentError(
            "no NetCon comes from a NetStim with noise, whose rate could be changed; expected some"
        )
    return list(found.values())


def _like(stimulus: Any, interval: float, ids: tuple[int, int], seed: Any) -> Any:
    """A NetStim like another one, with an interval and a stream of its own."""
    made = h.NetStim()
    for name in ("start", "number", "noise"):
        setattr(made, name, getattr(stimulus, name))
    made.interval = interval
    made.noiseFromRandom123(_STREAM + ids[1], ids[0], zlib.crc32(repr(seed).encode()))
    return made


def _with(cell: Any, synapses: Any, netcons: Any, added: list[tuple[Any, Any]]) -> Made:
    """With more NetCons, each from a source, like another one."""
    targets, more = [], []
    for source, like in added:
        made = h.NetCon(source, like.syn())
        made.delay = like.delay
        for index in range(int(like.wcnt())):
            made.weight[index] = like.weight[index]
        targets.append(like.syn())
        more.append(made)
    return cell, [*synapses, *targets], [*netcons, *more], [source for source, _ in added]


def _silent(netcons: Any, made: Made) -> Made:
    """With the cell's own NetCons inactive."""
    for netcon in netcons:
        netcon.active(False)
    return made


def _segment(cell: Any, site: Site) -> Any:
    """
    :raises ArgumentError: the cell has no such section.
    """
    soma = collect.sections(cell, "soma")[0]
    tree = {section.name(): section for section in soma.wholetree()}
    try:
        name, x = site
        section = collect.by_name(tree, name)
    except (TypeError, ValueError):
        section, x = None, 0.0
    if section is None or not 0 <= x <= 1:
        raise ArgumentError(
            f"site is {collect.described(site)}; expected a pair of the name of one section of "
            f"{collect.described(cell)}, such as {next(reversed(tree))!r}, and a position, 0 to 1"
        )
    return section(x)


def _called(site: Site) -> str:
    return f"{site[0]}({site[1]:g})"


def _ms(value: Any, name: str) -> float:
    """
    :raises ArgumentError: it is no time.
    """
    expected = "a finite number of ms, 0 or greater"
    found = collect.number(value, name, expected)
    if not 0 <= found < math.inf:
        raise ArgumentError(f"{name} is {found}; expected {expected}")
    return found
