"""Recordings are checked where they are made; comparisons hold what was compared and print it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neuron_reduce import ArgumentError, Comparison, Recording, compare

NAN, INF = math.nan, math.inf

TIME = np.arange(0, 200.1, 0.1)
SITE = ("dend[3]", 0.5)


def _voltage(spikes: list[float], offset: float = 0.0) -> np.ndarray:
    """Rest at -70 mV with a triangle of 100 mV and 2 ms at each spike."""
    voltage = np.full(len(TIME), -70.0) + offset
    for spike in spikes:
        voltage += 100 * np.clip(1 - np.abs(TIME - spike), 0, None)
    return voltage


def _recording(spikes: list[float], offset: float = 0.0, **others: Any) -> Recording:
    dendrites = {SITE: _voltage([]) + 2 * offset, ("apic[0]", 1): _voltage([])}
    return Recording(TIME, _voltage(spikes, offset), dendrites=dendrites, **others)


def test_equal_recordings_are_as_close_as_can_be() -> None:
    result = compare(*[_recording([50, 100, 150])] * 2)
    assert (result.spikes_full, result.spikes_reduced) == (3, 3)
    assert result.rate_full == pytest.approx(15)
    assert (result.gamma, result.matched) == (pytest.approx(1), 1)
    assert (result.spike_synchronization, result.spike_distance, result.rate_error) == (1, 0, 0)
    assert (result.rmsd, result.mean_difference, result.sd_difference) == (0, 0, 0)
    assert set(result.dendrites) == {SITE, ("apic[0]", 1.0)}


def test_differences_are_reduced_less_full() -> None:
    result = compare(_recording([50, 100, 150]), _recording([51, 100.5], offset=1.5))
    assert (result.spikes_full, result.spikes_reduced) == (3, 2)
    assert result.rate_error == pytest.approx(1 / 3)
    assert result.matched == pytest.approx(4 / 5)
    # Away from the triangles, which the cuts take out whole, the traces differ by the offset.
    assert result.rmsd == pytest.approx(1.5)
    assert result.mean_difference == pytest.approx(1.5)
    assert result.sd_difference == pytest.approx(0, abs=1e-9)
    assert result.dendrites[SITE].mean_difference == pytest.approx(3)
    assert result.ap_height_full == pytest.approx(30)
    assert result.ap_height_reduced == pytest.approx(31.5)
    assert result.half_width_full == pytest.approx(1)
    assert result.latency_full == pytest.approx(50)
    assert result.latency_reduced == pytest.approx(51)
    # Cuts from 2 ms before to 10 ms after the crossings half a millisecond before each peak, those
    # of two spikes that are a match overlapping; to the two samples of 0.1 ms at their edges.
    assert 1 - result.compared_share == pytest.approx((13 + 12.5 + 12) / 200, abs=6 * 0.1 / 200)


def test_what_comes_before_tstart_is_not_compared() -> None:
    full, reduced = _recording([20, 100]), _recording([100])
    assert compare(full, reduced).spikes_full == 2
    result = compare(full, reduced, tstart=50)
    assert (result.spikes_full, result.start, result.stop) == (1, 50, pytest.approx(200))
    assert result.spike_distance == 0
    assert result.latency_full == pytest.approx(50)


def test_a_spike_before_tstart_is_cut_where_it_reaches_in() -> None:
    full, reduced = _recording([49.9]), _recording([])
    assert compare(full, reduced, tstart=50).rmsd == 0


def test_only_the_time_in_both_is_compared() -> None:
    full = _recording([50, 150])
    half = Recording(TIME[:1001], full.soma[:1001])
    result = compare(full, half)
    assert result.stop == TIME[1000]
    assert (result.spikes_full, result.gamma) == (1, pytest.approx(1))
    assert result.dendrites == {}


def test_silent_cells() -> None:
    silent, active = _recording([]), _recording([50])
    both = compare(silent, silent)
    assert (both.gamma, both.spike_synchronization, both.spike_distance) == (1, 1, 0)
    assert both.rate_error == 0
    assert all(map(math.isnan, (both.ap_height_full, both.half_width_full, both.latency_full)))
    one = compare(silent, active)
    assert (one.gamma, one.spike_synchronization, one.rate_error) == (0, 0, INF)
    assert compare(active, silent).rate_error == 1
    assert "nan" in str(both)


def test_different_time_steps() -> None:
    full = _recording([50, 100])
    every = TIME[::5]
    coarse = Recording(every, np.interp(every, TIME, full.soma))
    result = compare(full, coarse, cut=(0, 0))
    # The corners of the triangles fall on both grids.
    assert result.rmsd == pytest.approx(0, abs=1e-9)
    assert result.gamma == pytest.approx(1)


def test_ceilings() -> None:
    full, reduced = _recording([50, 100, 150]), _recording([50, 120])
    perturbed = _recording([50, 100.2])
    assert np.isnan(compare(full, reduced).gamma_share)
    result = compare(full, reduced, ceilings={"dt / 2": full, "weights": perturbed})
    assert list(result.ceiling) == ["dt / 2", "weights"]
    reachable = [each.gamma for each in result.ceiling.values()]
    assert reachable[0] == pytest.approx(1)
    assert result.gamma_share == pytest.approx(result.gamma / np.mean(reachable))
    reachable = [each.spike_synchronization for each in result.ceiling.values()]
    assert result.synchronization_share == pytest.approx(
        result.spike_synchronization / np.mean(reachable)
    )
    assert list(compare(full, reduced, ceilings=full).ceiling) == ["ceiling 1"]
    assert len(compare(full, reduced, ceilings=[full, perturbed]).ceiling) == 2


def test_printed_comparison() -> None:
    full = _recording([50, 100, 150], seconds=20.0)
    reduced = _recording([51, 100.5], offset=1.5, seconds=0.5)
    assert str(compare(full, reduced, ceilings={"dt / 2": full}, reduction="4 cables")) == PRINTED


PRINTED = """\
0 to 200 ms, '4 cables'
                   full  reduced
spikes                3        2
rate (Hz)        15.000   10.000
AP height (mV)   30.000   31.500
half width (ms)   1.000    1.000
latency (ms)     50.000   51.000
run time (s)     20.000    0.500

against the full cell
                                   reduced  dt / 2
relative rate error                  0.333   0.000
coincidence factor (±5 ms)           0.756   1.000
share of spikes matched (±5 ms)      0.800   1.000
SPIKE-synchronization                0.800   1.000
SPIKE-distance                       0.176   0.000
soma RMSD (mV)                       1.500   0.000
soma mean difference (mV)            1.500   0.000
soma SD difference (mV)              0.000   0.000
share of time compared               0.812   0.819
dend[3](0.5) RMSD (mV)               3.000   0.000
dend[3](0.5) mean difference (mV)    3.000   0.000
dend[3](0.5) SD difference (mV)      0.000   0.000
apic[0](1) RMSD (mV)                 0.000   0.000
apic[0](1) mean difference (mV)      0.000   0.000
apic[0](1) SD difference (mV)        0.000   0.000

coincidence factor, share of ceiling     0.756
SPIKE-synchronization, share of ceiling  0.800

40.0 times faster"""


def test_vectors_lists_and_arrays_are_taken_and_copied(h: Any) -> None:
    vector = h.Vector([0, 1, 2])
    recording = Recording(vector, [-70, -60, -65], dendrites={SITE: np.array([1, 2, 3])})
    vector[1] = 5
    assert recording.time.tolist() == [0, 1, 2]
    assert recording.soma.dtype == recording.dendrites[SITE].dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        recording.soma[0] = 0
    assert Recording([0, 1, 1, 2], [-70, -60, 0, 0]).spike_times(-65).tolist() == [0.5]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 1], [0, 1, 2]), "soma has 3 samples, and time has 2"),
        (([0], [0]), "soma: the recording has 1 samples; expected at least 2"),
        (([], []), "at least 2"),
        (([0, 1, 0.5], [0, 0, 0]), "soma: element 2 of the times is 0.5, after 1.0"),
        (([0, 1, NAN], [0, 0, 0]), "element 2 of the times is nan"),
        (([0, 1, 2], [0, INF, 0]), "soma: element 1 of the voltages is inf; expected a finite"),
        (([0, 1, 2], [0, 1e200, 0]), "element 1 of the voltages is 1e[+]200"),
        ((None, [0, 1]), "time is None; expected a one-dimensional"),
        (([0, 1], "ab"), "soma is 'ab'"),
        (([0, 1], ["0", "1"]), r"soma is \['0', '1'\]"),
        (([0, 1], [True, False]), "soma is"),
        (([0, 1], [1j, 0]), "soma is"),
        (([0, 1], [[0], [1]]), "soma is"),
        (([0, 1], [[0], [1, 2]]), "soma is"),
        (([0, 1], [0, 1], None), "dendrites is None"),
        (([0, 1], [0, 1], {"dend": [0, 1]}), "a key of dendrites is 'dend'; expected a pair"),
        (([0, 1], [0, 1], {("dend", 2): [0, 1]}), "expected a pair of a section's name"),
        (([0, 1], [0, 1], {("dend", "1"): [0, 1]}), "the position in"),
        (([0, 1], [0, 1], {("dend", 1): [0, 1, 2]}), r"dendrites\[\('dend', 1\)\] has 3"),
        (([0, 1], [0, 1], {("dend", 1): [0, NAN]}), r"dendrites\[\('dend', 1\)\]: element 1"),
        (([0, 1], [0, 1], {}, "fast"), "seconds is 'fast'"),
        (([0, 1], [0, 1], {}, -1), "seconds is -1"),
        (([0, 1], [0, 1], {}, NAN), "seconds is nan"),
    ],
)
def test_bad_recordings_are_refused(arguments: tuple, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Recording(*arguments)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": NAN}, "threshold is nan; expected a finite number of mV"),
        ({"threshold": "low"}, "threshold is 'low'"),
        ({"window": -1}, "window is -1.0; expected a finite number of ms, 0 or greater"),
        ({"window": INF}, "window is inf"),
        ({"cut": 2}, "cut is 2; expected two numbers"),
        ({"cut": (1, 2, 3)}, "cut is"),
        ({"cut": (1, None)}, r"cut\[1\] is None"),
        ({"cut": (-1, 2)}, "cut before a spike is -1.0"),
        ({"cut": (1, NAN)}, "cut after a spike is nan"),
        ({"tstart": 300}, "tstart is 300 ms; expected some time after tstart that is in both"),
        ({"tstart": NAN}, "tstart is nan"),
        ({"tstart": None}, "tstart is None"),
        ({"full": None}, "full is None; expected a Recording"),
        ({"reduced": [1, 2]}, r"reduced is \[1, 2\]; expected a Recording"),
        ({"ceilings": 5}, "ceilings is 5"),
        ({"ceilings": [5]}, "ceiling 1 is 5; expected a Recording"),
        ({"ceilings": {"dt": None}}, "ceilings, dt, is None"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], words: str) -> None:
    recording = _recording([50])
    arguments = {"full": recording, "reduced": recording, **options}
    with pytest.raises(ArgumentError, match=words):
        compare(arguments.pop("full"), arguments.pop("reduced"), **arguments)


def test_recordings_without_common_time_are_refused() -> None:
    early, late = Recording([0, 1], [0, 0]), Recording([1, 2], [0, 0])
    with pytest.raises(ArgumentError, match="from 0 to 1 ms and from 1 to 2 ms"):
        compare(early, late)


def test_comparisons_are_values() -> None:
    full, reduced = _recording([50]), _recording([51])
    assert compare(full, reduced) == compare(full, reduced)
    assert isinstance(compare(full, reduced), Comparison)
    assert repr(_recording([50], seconds=1)) == (
        "<Recording: 2001 samples from 0 to 200 ms, 2 dendritic sites, 1 s>"
    )
