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
from collections.abc import Callable, Iterable, Mapping, Sequence
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
class Accompanied:
    """The cell's own input, each excitatory synapse with one of another mechanism beside it, at the
    same place, with the same events: NMDA beside AMPA.

    What is excitatory is as in :class:`Volley`.

    :param mechanism: the name of a point process of the session that takes events.
    :param ratio: its weights as a share of those of the synapses beside it.
    :param parameters: RANGE variables of the point processes, by name; what is not there is as they
        have it.
    :param own: a factor on the weights of these before that, so that with NMDA there is not too
        much of both.
    :raises ArgumentError: a number is out of range.
    """

    mechanism: str
    ratio: float = 1.0
    parameters: Mapping[str, float] = dataclasses.field(default_factory=dict, hash=False)
    own: float = 1.0

    def __post_init__(self) -> None:
        for name in ("ratio", "own"):
            _positive(getattr(self, name), name, "a number greater than 0")
        object.__setattr__(self, "parameters", _values(self.parameters))

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        make = _maker(self.mechanism, self.parameters)
        meant = {each.hname() for each in synapses if not _is_inhibitory(each)}
        beside: dict[str, Any] = {}
        more = []
        # Each once, however often it is listed.
        for netcon in {each.hname(): each for each in netcons}.values():
            synapse = netcon.syn()
            name = synapse.hname()
            if name not in meant:
                continue
            source = netcon.pre()
            if source is None:
                raise ArgumentError(
                    f"{netcon.hname()} comes from a potential, or from nothing; expected NetCons "
                    "from NetStims or cells"
                )
            if name not in beside:
                beside[name] = make(synapse.get_segment())
            netcon.weight[0] *= self.own
            made = h.NetCon(source, beside[name])
            made.delay, made.weight[0] = netcon.delay, self.ratio * netcon.weight[0]
            made.active(netcon.active())
            more.append(made)
        if not more:
            raise ArgumentError("the cell has no excitatory synapses with NetCons; expected some")
        return (
            cell,
            [*synapses, *(netcon.syn() for netcon in more)],
            [*netcons, *more],
            list(beside.values()),
        )

    def __str__(self) -> str:
        share = "own input" if self.own == 1 else f"{self.own:g} × own input"
        return f"{share} with {self.ratio:g} × {self.mechanism} beside it"


@dataclasses.dataclass(frozen=True)
class Volley:
    """Synapses at one place that get events at the same time: a cluster that is active at once.

    They are the model's own, those that are nearest along the dendrites, with the weights of their
    first NetCons; or, with ``mechanism``, others that are put at the place.

    :param site: where.
    :param count: how many synapses.
    :param start: of the first event, in ms.
    :param interval: between events, in ms.
    :param number: how many events each gets.
    :param inhibitory: whether synapses that reverse below −50 mV are meant, not those above it;
        that is what a synapse's parameter ``e`` says, and one that has none is excitatory. Only
        where they are the model's own.
    :param is_alone: whether the cell's own input is silent.
    :param mechanism: None for the model's own synapses; else the name of a point process of the
        session that takes events, such as ``'Exp2Syn'`` or the model's NMDA synapse.
    :param weight: of their events, in the unit that the mechanism has, µS mostly; with
        ``mechanism`` only.
    :param parameters: RANGE variables of the point processes, by name; what is not there is as they
        have it. With ``mechanism`` only.
    :raises ArgumentError: a number is out of range, or two of these do not go together.
    """

    site: Site
    count: int = 40
    start: float = 300.0
    interval: float = 1.0
    number: int = 1
    inhibitory: bool = False
    is_alone: bool = True
    mechanism: str | None = None
    weight: float | None = None
    parameters: Mapping[str, float] = dataclasses.field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_site(self.site)
        for name in ("count", "number"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ArgumentError(
                    f"{name} is {collect.described(value)}; expected a number, 1 or more"
                )
        for name in ("start", "interval"):
            _ms(getattr(self, name), name)
        object.__setattr__(self, "parameters", _values(self.parameters))
        if self.mechanism is None:
            if self.weight is not None or self.parameters:
                raise ArgumentError(
                    "weight or parameters is given without mechanism; expected them for synapses "
                    "that are put at the site, the model's own having theirs"
                )
            return
        if self.weight is None:
            raise ArgumentError(f"weight is None; expected that of {self.mechanism}'s events")
        _positive(self.weight, "weight", "a number greater than 0")
        if self.inhibitory:
            raise ArgumentError(
                "inhibitory is for the model's own synapses; expected parameters to say where "
                f"{self.mechanism} reverses"
            )

    @property
    def is_random(self) -> bool:
        """Whether it differs between seeds."""
        return not self.is_alone

    @property
    def _kind(self) -> str:
        return "inhibitory" if self.inhibitory else "excitatory"

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        stimulus = h.NetStim()
        stimulus.start, stimulus.interval, stimulus.number = self.start, self.interval, self.number
        stimulus.noise = 0
        place = _segment(cell, self.site)
        if self.mechanism is None:
            own = self._nearest(place, synapses, netcons)
            added = [(stimulus, each) for each in own]
            made = _with(cell, synapses, netcons, added, are_active=True)
        else:
            make = _maker(self.mechanism, self.parameters)
            put = [make(place) for _ in range(self.count)]
            more = [h.NetCon(stimulus, each) for each in put]
            for netcon in more:
                netcon.weight[0] = self.weight
            made = cell, [*synapses, *put], [*netcons, *more], stimulus
        return _silent(netcons, made) if self.is_alone else made

    def _nearest(self, place: Any, synapses: Any, netcons: Any) -> list[Any]:
        """The first NetCons of the synapses that are nearest.

        :raises ArgumentError: there are too few.
        """
        first: dict[str, Any] = {}
        for netcon in netcons:
            first.setdefault(netcon.syn().hname(), netcon)
        found: list[tuple[float, int, Any]] = []
        for synapse in synapses:
            if _is_inhibitory(synapse) == self.inhibitory and synapse.hname() in first:
                distance = h.distance(place, synapse.get_segment())
                found.append((distance, len(found), first[synapse.hname()]))
        if len(found) < self.count:
            raise ArgumentError(
                f"the cell has {len(found)} {self._kind} synapses with NetCons; expected the "
                f"{self.count} of the volley"
            )
        return [each for _, _, each in sorted(found)[: self.count]]

    def __str__(self) -> str:
        what = f"{self._kind} synapses" if self.mechanism is None else self.mechanism
        background = "" if self.is_alone else ", on background"
        return f"{self.count} {what} at {_called(self.site)}{background}"


@dataclasses.dataclass(frozen=True)
class Shunt:
    """A conductance at one place that rises and decays, as inhibition's: in the way of what comes
    from beyond it. It is one Exp2Syn with one event.

    :param site: where.
    :param conductance: at its peak, in µS.
    :param reversal: in mV.
    :param start: in ms.
    :param rise: the rising time constant in ms.
    :param decay: the falling one, in ms, greater than ``rise``.
    :param is_alone: whether the cell's own input is silent.
    :raises ArgumentError: a number is out of range.
    """

    site: Site
    conductance: float = 0.01
    reversal: float = -70.0
    start: float = 295.0
    rise: float = 1.0
    decay: float = 20.0
    is_alone: bool = True

    def __post_init__(self) -> None:
        _check_site(self.site)
        _positive(self.conductance, "conductance", "a number of µS greater than 0")
        collect.number(self.reversal, "reversal", "a number of mV")
        for name in ("start", "decay"):
            _ms(getattr(self, name), name)
        if not 0 < _ms(self.rise, "rise") < self.decay:
            raise ArgumentError(
                f"rise is {self.rise}; expected a number of ms greater than 0 and less than decay, "
                f"{self.decay}"
            )

    @property
    def is_random(self) -> bool:
        """Whether it differs between seeds."""
        return not self.is_alone

    def __call__(self, cell: Any, synapses: Any, netcons: Any, seed: Any) -> Made:
        course = {"tau1": self.rise, "tau2": self.decay, "e": self.reversal}
        return Volley(
            self.site,
            count=1,
            start=self.start,
            is_alone=self.is_alone,
            mechanism="Exp2Syn",
            weight=self.conductance,
            parameters=course,
        )(cell, synapses, netcons, seed)

    def __str__(self) -> str:
        background = "" if self.is_alone else ", on background"
        return f"shunt of {1000 * self.conductance:g} nS at {_called(self.site)}{background}"


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
        if self.site is not None:
            _check_site(self.site)
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
    """Several inputs at once. One that silences the cell's own input leaves the volleys and shunts
    among them.

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
        placed: list[Any] = []
        for each in self._single:
            before = {netcon.hname() for netcon in netcons}
            cell, synapses, netcons, *more = each(cell, synapses, netcons, seed)
            kept += more
            if isinstance(each, (Volley, Shunt)):
                placed += [netcon for netcon in netcons if netcon.hname() not in before]
        for netcon in placed:
            netcon.active(True)
        return (cell, synapses, netcons, *kept)

    @property
    def _single(self) -> list[Any]:
        """The inputs, those within others too."""
        parts = (each._single if isinstance(each, Together) else [each] for each in self.inputs)
        return [single for part in parts for single in part]

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


def shunted(volley: Volley, site: Site, conductance: float = 0.01, lead: float = 5.0) -> list[Any]:
    """A volley alone, a shunt on its path alone, and both: whether the reduced cell's shunt takes
    as much from what comes by.

    :param volley: from farther out.
    :param site: between its place and the soma: where the shunt is.
    :param conductance: of the shunt at its peak, in µS. It reverses at −70 mV, rises with 1 ms and
        decays with 20 ms; for another, use :class:`Shunt` and :class:`Together`.
    :param lead: how long before the volley the shunt begins, in ms, no longer than from 0 on.
    :raises ArgumentError: one of these is something else.
    """
    if not isinstance(volley, Volley):
        raise ArgumentError(f"volley is {collect.described(volley)}; expected a Volley")
    start = max(0.0, volley.start - _ms(lead, "lead"))
    shunt = Shunt(site, conductance, start=start, is_alone=volley.is_alone)
    return [volley, shunt, Together(f"{volley}, with {shunt}", volley, shunt)]


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


def _with(
    cell: Any,
    synapses: Any,
    netcons: Any,
    added: list[tuple[Any, Any]],
    *,
    are_active: bool = False,
) -> Made:
    """With more NetCons, each from a source, like another one.

    :param are_active: whether they are active where the other one is not.
    """
    targets, more = [], []
    for source, like in added:
        made = h.NetCon(source, like.syn())
        made.delay = like.delay
        made.active(are_active or like.active())
        for index in range(int(like.wcnt())):
            made.weight[index] = like.weight[index]
        targets.append(like.syn())
        more.append(made)
    return cell, [*synapses, *targets], [*netcons, *more], [source for source, _ in added]


def _is_inhibitory(synapse: Any) -> bool:
    """Whether it reverses below −50 mV."""
    return getattr(synapse, "e", 0.0) < -50


def _maker(mechanism: str, parameters: Mapping[str, float]) -> Callable[[Any], Any]:
    """What makes a new point process at a segment.

    :raises ArgumentError: there is none of that name that takes events.
    """
    kinds = h.MechanismType(1)
    name = h.ref("")
    known = []
    for index in range(int(kinds.count())):
        if kinds.is_netcon_target(index):
            kinds.select(index)
            kinds.selected(name)
            known.append(name[0])
    if mechanism not in known:
        raise ArgumentError(
            f"mechanism is {collect.described(mechanism)}; expected the name of a point process of "
            f"this session that takes events: {', '.join(sorted(known))}"
        )

    def make(place: Any) -> Any:
        made = getattr(h, mechanism)(place)
        for key, value in parameters.items():
            try:
                setattr(made, key, value)
            except (AttributeError, LookupError, TypeError):
                raise ArgumentError(
                    f"parameters has {key!r}; expected names of variables that {mechanism} has"
                ) from None
        return made

    return make


def _silent(netcons: Any, made: Made) -> Made:
    """With the cell's own NetCons inactive."""
    for netcon in netcons:
        netcon.active(False)
    return made


def _check_site(site: Any) -> None:
    """:raises ArgumentError: it is no pair of a name and a position."""
    expected = "a pair of a section's name and a position, 0 to 1"
    if type(site) not in (tuple, list) or len(site) != 2 or type(site[0]) is not str:
        raise ArgumentError(f"site is {collect.described(site)}; expected {expected}")
    if not 0 <= collect.number(site[1], "the position of site", expected) <= 1:
        raise ArgumentError(f"site is {collect.described(site)}; expected {expected}")


def _segment(cell: Any, site: Site) -> Any:
    """
    :raises ArgumentError: the cell has no such section.
    """
    soma = collect.sections(cell, "soma")[0]
    tree = {section.name(): section for section in soma.wholetree()}
    name, x = site
    section = collect.by_name(tree, name)
    if section is None:
        raise ArgumentError(
            f"site is {collect.described(site)}; expected a pair of the name of one section of "
            f"{collect.described(cell)}, such as {next(reversed(tree))!r}, and a position, 0 to 1"
        )
    return section(x)


def _called(site: Site) -> str:
    return f"{site[0]}({site[1]:g})"


def _values(parameters: Any) -> dict[str, float]:
    """Values of a point process's parameters by their names.

    :raises ArgumentError: it is nothing of the kind.
    """
    expected = "a mapping from names of parameters to numbers"
    if not isinstance(parameters, Mapping) or any(type(each) is not str for each in parameters):
        raise ArgumentError(f"parameters is {collect.described(parameters)}; expected {expected}")
    return {key: collect.number(each, "parameters", expected) for key, each in parameters.items()}


def _positive(value: Any, name: str, expected: str) -> None:
    """
    :raises ArgumentError: it is not greater than 0, or not finite.
    """
    found = collect.number(value, name, expected)
    if not 0 < found < math.inf:
        raise ArgumentError(f"{name} is {found}; expected {expected}")


def _ms(value: Any, name: str) -> float:
    """
    :raises ArgumentError: it is no time.
    """
    expected = "a finite number of ms, 0 or greater"
    found = collect.number(value, name, expected)
    if not 0 <= found < math.inf:
        raise ArgumentError(f"{name} is {found}; expected {expected}")
    return found
