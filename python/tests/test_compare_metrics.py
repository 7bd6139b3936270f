"""The numbers that say how close two spike trains and two traces are, against PySpike and eFEL."""

from __future__ import annotations

import math
import warnings
from typing import Any

import efel
import numpy as np
import pyspike
import pytest
from neuron import h

from isolated import isolated
from neuron_reduce import Recording, compare
from neuron_reduce._library import metrics

WINDOW = 5.0


def _random_train(random: np.random.Generator, start: float, end: float) -> np.ndarray:
    """Spikes at random: none, one, few or many, now and then at the very edges."""
    times = np.sort(random.uniform(start, end, random.choice([0, 1, 2, 3, 10, 60])))
    if len(times) and random.random() < 0.2:
        times[0] = start
    if len(times) and random.random() < 0.2:
        times[-1] = end
    return np.unique(times)


def _random_trains(seed: int) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Two trains and the edges; some share spikes, some are each other's with jitter."""
    random = np.random.default_rng(seed)
    start, end = random.choice([0.0, 100.0]), random.choice([500.0, 1000.0])
    first, second = (_random_train(random, start, end) for _ in range(2))
    if len(first) and random.random() < 0.3:
        shared = random.choice(first, max(1, len(first) // 2))
        second = np.unique(np.concatenate([second, shared]))
    if random.random() < 0.3:
        jitter = random.normal(0, 2, len(first))
        second = np.unique(np.clip(first + jitter, start, end))
    return first, second, start, end


@pytest.mark.parametrize("seed", range(400))
def test_spike_measures_are_those_of_pyspike(seed: int) -> None:
    first, second, start, end = _random_trains(seed)
    ours = metrics.compare_spikes(first, second, metrics.Span(start, end), WINDOW)
    _assert_equal_to_pyspike(ours, first, second, [start, end])


def _assert_equal_to_pyspike(
    ours: metrics.SpikeComparison, first: Any, second: Any, edges: list[float]
) -> None:
    theirs = [pyspike.SpikeTrain(each, edges) for each in (first, second)]
    distance = pyspike.spike_distance(*theirs)
    if math.isnan(distance):
        # PySpike divides 0 by 0 where the only spike of both is at the end.
        assert list(first) == list(second) == [edges[1]]
        distance = 0
    # Sums of at most 200 terms of the order of 1: rounding is far below.
    assert ours.spike_distance == pytest.approx(distance, abs=1e-9)
    assert ours.spike_synchronization == pytest.approx(pyspike.spike_sync(*theirs), abs=1e-9)


EDGES = [0.0, 1000.0]


@pytest.mark.parametrize("first", [[], [0.0], [400.0], [1000.0], EDGES, [0.0, 400.0]])
@pytest.mark.parametrize("second", [[], [0.0], [400.0], [1000.0], EDGES, [400.0, 1000.0]])
def test_edges_are_those_of_pyspike(first: list[float], second: list[float]) -> None:
    ours = metrics.compare_spikes(np.array(first), np.array(second), metrics.Span(*EDGES), WINDOW)
    _assert_equal_to_pyspike(ours, first, second, EDGES)


@pytest.mark.parametrize("seed", range(100))
def test_coincidence_factor_is_its_formula(seed: int) -> None:
    first, second, start, end = _random_trains(seed)
    ours = metrics.compare_spikes(first, second, metrics.Span(start, end), WINDOW)
    if not len(first) + len(second):
        assert ours.coincidence_factor == 1
        return
    # The largest matching, by brute force over one list in the order of time.
    free = list(second)
    coincident = 0
    for spike in first:
        partner = next((each for each in free if abs(each - spike) <= WINDOW), None)
        if partner is not None:
            coincident += 1
            free.remove(partner)
    chance = 2 * len(second) / (end - start) * WINDOW
    mean_count = (len(first) + len(second)) / 2
    expected = (coincident - chance * len(first)) / mean_count / (1 - chance)
    assert ours.matched_share == coincident / mean_count
    if chance < 1:
        assert ours.coincidence_factor == pytest.approx(expected, rel=1e-12, abs=1e-12)
    else:
        assert math.isnan(ours.coincidence_factor)


def _hh_trace() -> tuple[np.ndarray, np.ndarray, float]:
    """A soma with hh under a current step: time, voltage, and when the step begins."""
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    soma.insert("hh")
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 20, 150, 0.3
    time, voltage = h.Vector().record(h._ref_t), h.Vector().record(soma(0.5)._ref_v)
    h.finitialize(-65)
    h.continuerun(200)
    return np.array(time), np.array(voltage), clamp.delay


def _synthetic_trace(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Spikes of random height and width, each with an after-potential, on a noisy rest."""
    random = np.random.default_rng(seed)
    time = np.arange(8001) * 0.05
    voltage = -70 + np.cumsum(random.normal(0, 0.01, len(time)))
    for peak in np.arange(30, 380, 25) + random.uniform(0, 8, 14):
        height, width = random.uniform(70, 110), random.uniform(0.4, 1.5)
        voltage += height * np.exp(-(((time - peak) / width) ** 2))
        late = np.clip(time - peak, 0, None)
        voltage -= 8 * late / 4 * np.exp(1 - late / 4)
    return time, voltage, 10.0


def _by_efel(time: np.ndarray, voltage: np.ndarray, start: float) -> dict[str, float]:
    names = ["AP_height", "spike_half_width", "time_to_first_spike", "Spikecount"]
    efel.reset()
    efel.set_setting("Threshold", -20.0)
    # So that eFEL's samples are the trace's.
    efel.set_setting("interp_step", float(time[1] - time[0]))
    trace = {"T": time, "V": voltage, "stim_start": [start], "stim_end": [time[-1]]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        features = efel.get_feature_values([trace], names)[0]
    return {name: float(np.mean(features[name])) for name in names}


def _assert_shape_is_that_of_efel(time: np.ndarray, voltage: np.ndarray, start: float) -> None:
    theirs = _by_efel(time, voltage, start)
    recording = Recording(time, voltage)
    ours = compare(recording, recording, tstart=start)
    assert ours.spikes_full == theirs["Spikecount"] > 1
    # eFEL interpolates at times that it adds up: 1e-12 ms at a slope of a few 100 mV/ms.
    assert ours.ap_height_full == pytest.approx(theirs["AP_height"], abs=1e-9)
    assert ours.half_width_full == pytest.approx(theirs["spike_half_width"], abs=1e-9)
    assert ours.latency_full == pytest.approx(theirs["time_to_first_spike"], abs=1e-9)


@isolated
def test_spike_shape_is_that_of_efel() -> None:
    _assert_shape_is_that_of_efel(*_hh_trace())


@pytest.mark.parametrize("seed", range(20))
def test_spike_shape_is_that_of_efel_on_synthetic_traces(seed: int) -> None:
    _assert_shape_is_that_of_efel(*_synthetic_trace(seed))


@pytest.mark.parametrize("seed", range(20))
def test_voltage_differences_are_weighted_means_outside_the_cuts(seed: int) -> None:
    random = np.random.default_rng(seed)
    time = np.cumsum(random.uniform(0.01, 0.2, 3000))
    other_time = np.linspace(time[0], time[-1], 1234)
    first = metrics.Trace(time, random.normal(-65, 5, len(time)))
    second = metrics.Trace(other_time, random.normal(-63, 7, len(other_time)))
    voltages = [each._arrays[1] for each in (first, second)]
    spikes = random.uniform(time[0], time[-1], 10)
    span = metrics.Span(time[0], time[-1])
    ours = metrics.compare_voltages(first, second, span, spikes, 2, 10)

    neighbours = np.concatenate([time[:1], time, time[-1:]])
    weights = (neighbours[2:] - neighbours[:-2]) / 2
    kept = ~np.any([(time >= spike - 2) & (time <= spike + 10) for spike in spikes], axis=0)
    assert 0 < kept.sum() < len(time)
    on_grid = [voltages[0], np.interp(time, other_time, voltages[1])]

    def mean(values: np.ndarray) -> float:
        return np.average(values[kept], weights=weights[kept])

    means = [mean(each) for each in on_grid]
    deviations = [
        math.sqrt(mean((each - middle) ** 2)) for each, middle in zip(on_grid, means, strict=True)
    ]
    rmsd = math.sqrt(mean((on_grid[1] - on_grid[0]) ** 2))
    # Sums of 3000 terms of the order of 1e2 to 1e4.
    assert ours.root_mean_square == pytest.approx(rmsd, rel=1e-11)
    assert ours.mean == pytest.approx(means[1] - means[0], abs=1e-10)
    assert ours.deviation == pytest.approx(deviations[1] - deviations[0], abs=1e-10)
    assert ours.compared_share == pytest.approx(weights[kept].sum() / weights.sum(), rel=1e-11)
