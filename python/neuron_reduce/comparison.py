"""How close a reduced cell comes to the full one that had the same input."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

import numpy as np

from ._display.blocks import Block, Displayed, Table
from ._display.text import faster, number
from ._library import metrics
from ._session import collect
from .errors import ArgumentError
from .recording import Recording
from .reduction import Reduction


@dataclass(frozen=True)
class VoltageDifference:
    """How two voltages differ outside of spikes, reduced less full.

    :ivar rmsd: the root of the mean square of the difference, in mV.
    :ivar mean_difference: of the two means, in mV.
    :ivar sd_difference: of the two standard deviations, in mV.
    """

    rmsd: float
    mean_difference: float
    sd_difference: float


ABOUT_SPIKES = frozenset(
    (
        *("rate_error", "gamma", "gamma_share", "matched"),
        *("spike_synchronization", "synchronization_share", "spike_distance"),
    )
)
"""What says nothing of two cells where the full one never fires."""


@dataclass(frozen=True)
class Comparison(Displayed):
    """How close a recording of a reduced cell is to that of the full cell with the same input.

    What cannot be said is nan: the shape of spikes where there are none, for example. Where the
    full cell never fires, what is about both cells' spikes says nothing: two cells without spikes
    have equal ones. It is as the measures define it then, and nan where the comparison is
    printed; ``is_silent`` tells.

    :ivar start: from when the recordings are compared, in ms.
    :ivar stop: until when, in ms: the end of the shorter recording.
    :ivar threshold: the somatic potential that a spike crosses upwards, in mV.
    :ivar cut: how long before and after a spike voltages are not compared, in ms.
    :ivar window: how far apart two spikes still coincide, in ms, for ``gamma`` and ``matched``.
    :ivar spikes_full: number of spikes of the full cell; ``spikes_reduced`` of the reduced one.
    :ivar rate_full: spikes per second, in Hz; likewise ``rate_reduced``.
    :ivar rate_error: the relative error of the rate, abs(reduced - full) / full; infinite if only
        the full cell has no spikes.
    :ivar gamma: the coincidence factor: 1 for equal trains, 0 for what chance gives. nan where the
        windows of the reduced cell's spikes fill all time. Source: Kistler, Gerstner & van Hemmen,
        Neural Comput. 9:1015 (1997); Jolivet et al., J. Neurophysiol. 92:959 (2004).
    :ivar matched: the share of all spikes, of both cells, that have a partner within the window.
    :ivar spike_synchronization: the same with a window that adapts to the rate; 0 to 1. Source:
        Kreuz et al., J. Neurophysiol. 113:3432 (2015).
    :ivar spike_distance: the SPIKE-distance; 0 for equal trains. Source: Kreuz et al., J.
        Neurophysiol. 109:1457 (2013).
    :ivar rmsd: the root of the mean square of the difference of the somatic voltages with the
        spikes of both cut out, in mV.
    :ivar mean_difference: of their means, reduced less full, in mV.
    :ivar sd_difference: of their standard deviations, in mV.
    :ivar compared_share: the share of the time that was left for these three.
    :ivar ap_height_full: voltage of a spike's peak, averaged, in mV (eFEL's ``AP_height``);
        likewise ``ap_height_reduced``.
    :ivar half_width_full: of a spike, averaged, in ms (eFEL's ``spike_half_width``); likewise
        ``half_width_reduced``.
    :ivar latency_full: from ``start`` to the first peak, in ms (eFEL's ``time_to_first_spike``);
        likewise ``latency_reduced``.
    :ivar seconds_full: time that the run took, None if not known; likewise ``seconds_reduced``.
    :ivar dendrites: from the sites that are in both recordings to a :class:`VoltageDifference`,
        the somatic spikes of both cells cut out.
    :ivar ceiling: from names to comparisons of the full cell with itself after a change that does
        not matter: closer than that no reduced cell can be asked to come.
    :ivar reduction: what made the reduced cell, if the caller said so.
    :ivar full: the recording of the full cell, ``reduced`` that of the reduced one, for whoever
        draws them; None in a ceiling.
    """

    start: float
    stop: float
    threshold: float
    window: float
    cut: tuple[float, float]
    spikes_full: int
    spikes_reduced: int
    rate_full: float
    rate_reduced: float
    rate_error: float
    gamma: float
    matched: float
    spike_synchronization: float
    spike_distance: float
    rmsd: float
    mean_difference: float
    sd_difference: float
    compared_share: float
    ap_height_full: float
    ap_height_reduced: float
    half_width_full: float
    half_width_reduced: float
    latency_full: float
    latency_reduced: float
    seconds_full: float | None = None
    seconds_reduced: float | None = None
    dendrites: dict[tuple[str, float], VoltageDifference] = field(default_factory=dict)
    ceiling: dict[str, Comparison] = field(default_factory=dict)
    reduction: Any = field(default=None, repr=False, compare=False)
    full: Recording | None = field(default=None, repr=False, compare=False)
    reduced: Recording | None = field(default=None, repr=False, compare=False)

    @property
    def is_silent(self) -> bool:
        """Whether the full cell never fires."""
        return self.spikes_full == 0

    @property
    def speed_up(self) -> float | None:
        """How many times faster the reduced cell ran; None where a time is not known."""
        if self.seconds_full is None or not self.seconds_reduced:
            return None
        return self.seconds_full / self.seconds_reduced

    @property
    def gamma_share(self) -> float:
        """gamma as a share of what the full cell reaches with itself, the mean over the ceilings;
        nan without ceilings."""
        return self._share("gamma")

    @property
    def synchronization_share(self) -> float:
        """The same for spike_synchronization."""
        return self._share("spike_synchronization")

    def _share(self, name: str) -> float:
        if not self.ceiling:
            return math.nan
        reachable = fmean(getattr(each, name) for each in self.ceiling.values())
        return getattr(self, name) / reachable if reachable else math.nan

    def _known(self, name: str) -> float:
        """One of the numbers, nan where it says nothing."""
        return math.nan if self.is_silent and name in ABOUT_SPIKES else getattr(self, name)

    def _blocks(self) -> list[Block]:
        """The two cells, then their differences beside those of the ceilings."""
        title = f"{self.start:g} to {self.stop:g} ms"
        if self.reduction is not None:
            title += f", {collect.described(self.reduction)}"
        cells = [
            [label, *(_text(getattr(self, f"{name}_{cell}")) for cell in ("full", "reduced"))]
            for label, name in _OF_ONE_CELL
        ]
        columns = [self, *self.ceiling.values()]
        rows = [["", "reduced", *self.ceiling]]
        rows += [
            [label.format(self), *(_text(each._known(name)) for each in columns)]
            for label, name in _OF_TWO_CELLS
        ]
        for site in self.dendrites:
            found = [each.dendrites.get(site) for each in columns]
            rows += [
                [f"{site[0]}({site[1]:g}) {label}"]
                + [_text(each and getattr(each, name)) for each in found]
                for label, name in _OF_DENDRITES
            ]
        blocks: list[Block] = [
            [title, Table([["", "full", "reduced"], *cells])],
            ["against the full cell", Table(rows)],
        ]
        if self.is_silent:
            blocks[0] = [title, SILENCE, *blocks[0][1:]]
        elif self.ceiling:
            shares = [
                ["coincidence factor, share of ceiling", _text(self.gamma_share)],
                ["SPIKE-synchronization, share of ceiling", _text(self.synchronization_share)],
            ]
            blocks.append([Table(shares)])
        if self.speed_up is not None:
            blocks.append([faster(self.speed_up)])
        return blocks

    def __repr__(self) -> str:
        if self.is_silent:
            spikes = "the full cell never fires"
        else:
            spikes = f"rate error {self.rate_error:.3f}, coincidence factor {self.gamma:.3f}"
        return (
            f"<Comparison from {self.start:g} to {self.stop:g} ms: {spikes}, RMSD "
            f"{self.rmsd:.3f} mV, mean difference {self.mean_difference:.3f} mV>"
        )


SILENCE = "the full cell never fires: nothing can be said of spikes"

_OF_ONE_CELL = [
    ("spikes", "spikes"),
    ("rate (Hz)", "rate"),
    ("AP height (mV)", "ap_height"),
    ("half width (ms)", "half_width"),
    ("latency (ms)", "latency"),
    ("run time (s)", "seconds"),
]

_OF_DENDRITES = [
    ("RMSD (mV)", "rmsd"),
    ("mean difference (mV)", "mean_difference"),
    ("SD difference (mV)", "sd_difference"),
]

_OF_TWO_CELLS = [
    ("relative rate error", "rate_error"),
    ("coincidence factor (±{0.window:g} ms)", "gamma"),
    ("share of spikes matched (±{0.window:g} ms)", "matched"),
    ("SPIKE-synchronization", "spike_synchronization"),
    ("SPIKE-distance", "spike_distance"),
    *((f"soma {label}", name) for label, name in _OF_DENDRITES),
    ("share of time compared", "compared_share"),
]


def compare(
    full: Recording,
    reduced: Recording,
    *,
    threshold: float = -20.0,
    window: float = 5.0,
    cut: tuple[float, float] = (2.0, 10.0),
    tstart: float = 0.0,
    reduction: Any = None,
    ceilings: Recording | Iterable[Recording] | Mapping[str, Recording] = (),
) -> Comparison:
    """Compares a recording of a reduced cell with one of the full cell that had the same input.

    :param full: what is right.
    :param reduced: what should be like it.
    :param threshold: in mV: a spike is where the soma's voltage crosses it upwards.
    :param window: in ms: how far apart two spikes still coincide.
    :param cut: how many ms before and after a spike of either cell are left out where voltages are
        compared: enough for a spike from its foot to the end of its fast after-hyperpolarization.
    :param tstart: in ms: what comes before is not compared, and latencies count from here.
    :param reduction: what made the reduced cell; kept in the result, and named when it is printed.
        A :class:`Reduction` keeps the comparison for its report.
    :param ceilings: recordings of the full cell with the same input after a change that does not
        matter, such as half the time step or weights that are 0.1 % larger: one, several, or a
        dictionary from names to recordings.
    :raises ArgumentError: something is not as described, or the recordings have no time in common.
    """
    _check_recording(full, "full")
    _check_recording(reduced, "reduced")
    threshold = collect.number(threshold, "threshold", "a finite number of mV")
    window = collect.number(window, "window", "a finite number of ms, 0 or greater")
    before, after = _cut(cut)
    tstart = collect.number(tstart, "tstart", "a finite number of ms")
    settings = threshold, window, before, after, tstart
    ceiling = {
        name: _compared_recordings(full, each, *settings) for name, each in _named(ceilings).items()
    }
    comparison = replace(
        _compared_recordings(full, reduced, *settings),
        reduction=reduction,
        ceiling=ceiling,
        full=full,
        reduced=reduced,
    )
    if issubclass(type(reduction), Reduction):
        reduction.comparison = comparison
    return comparison


def _compared_recordings(full, reduced, threshold, window, before, after, tstart) -> Comparison:
    span = _common_span(full, reduced, tstart)
    traces = full._trace(), reduced._trace()
    trains = [metrics.spike_times(trace, span, threshold) for trace in traces]
    spikes = metrics.compare_spikes(*trains, span, window)
    # A spike shortly before the span still reaches into it.
    to_cut = np.concatenate([each.spike_times(threshold) for each in (full, reduced)])
    soma = metrics.compare_voltages(*traces, span, to_cut, before, after)
    shapes = [metrics.measure_spikes(trace, span, threshold) for trace in traces]
    dendrites = {
        site: metrics.compare_voltages(
            full._trace(site), reduced._trace(site), span, to_cut, before, after
        )
        for site in full.dendrites
        if site in reduced.dendrites
    }
    return Comparison(
        start=span.start,
        stop=span.end,
        threshold=threshold,
        window=window,
        cut=(before, after),
        spikes_full=len(trains[0]),
        spikes_reduced=len(trains[1]),
        rate_full=spikes.first_rate,
        rate_reduced=spikes.second_rate,
        rate_error=spikes.rate_error,
        gamma=spikes.coincidence_factor,
        matched=spikes.matched_share,
        spike_synchronization=spikes.spike_synchronization,
        spike_distance=spikes.spike_distance,
        rmsd=soma.root_mean_square,
        mean_difference=soma.mean,
        sd_difference=soma.deviation,
        compared_share=soma.compared_share,
        ap_height_full=shapes[0].height,
        ap_height_reduced=shapes[1].height,
        half_width_full=shapes[0].half_width,
        half_width_reduced=shapes[1].half_width,
        latency_full=shapes[0].latency,
        latency_reduced=shapes[1].latency,
        seconds_full=full.seconds,
        seconds_reduced=reduced.seconds,
        dendrites={
            site: VoltageDifference(each.root_mean_square, each.mean, each.deviation)
            for site, each in dendrites.items()
        },
    )


def _common_span(full: Recording, reduced: Recording, tstart: float) -> metrics.Span:
    start = max(tstart, full.time[0], reduced.time[0])
    end = min(full.time[-1], reduced.time[-1])
    if not start < end:
        raise ArgumentError(
            f"the recordings go from {full.time[0]:g} to {full.time[-1]:g} ms and from "
            f"{reduced.time[0]:g} to {reduced.time[-1]:g} ms, and tstart is {tstart:g} ms; "
            "expected some time after tstart that is in both"
        )
    return metrics.Span(start, end)


def _check_recording(value, argument: str) -> None:
    if not issubclass(type(value), Recording):
        raise ArgumentError(f"{argument} is {collect.described(value)}; expected a Recording")


def _cut(cut) -> tuple[float, float]:
    expected = "two numbers of ms, before and after a spike, 0 or greater"
    try:
        before, after = cut
    except (TypeError, ValueError, ReferenceError):
        raise ArgumentError(f"cut is {collect.described(cut)}; expected {expected}") from None
    return collect.number(before, "cut[0]", expected), collect.number(after, "cut[1]", expected)


def _named(ceilings) -> dict[str, Recording]:
    """The ceilings by their names."""
    if issubclass(type(ceilings), Recording):
        ceilings = [ceilings]
    by_name = issubclass(type(ceilings), Mapping)
    if by_name:
        named = {str(name): each for name, each in ceilings.items()}
    else:
        try:
            named = {f"ceiling {index}": each for index, each in enumerate(ceilings, start=1)}
        except (TypeError, ReferenceError):
            raise ArgumentError(
                f"ceilings is {collect.described(ceilings)}; expected a Recording, several, or a "
                "dictionary from names to Recordings"
            ) from None
    for name, each in named.items():
        _check_recording(each, f"ceilings, {name}," if by_name else name)
    return named


def _text(value) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    return str(value) if isinstance(value, int) else number(value)
