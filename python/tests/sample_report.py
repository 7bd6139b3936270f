"""A report of a cell, runs and measures that are made up; the same every time.

``python python/tests/sample_report.py report.html`` writes it. No simulator takes part.
"""

from __future__ import annotations

import dataclasses
import math
import random
import sys
from typing import Any

import numpy as np

from neuron_reduce import Case, Comparison, Evaluation, Recording, VoltageDifference
from neuron_reduce import record as records

SEGMENT_LENGTH = 40.0
"""Of the made-up dendrites, in µm."""


def comparison(
    spikes_full: int,
    spikes_reduced: int,
    gamma: float,
    matched: float,
    spike_synchronization: float,
    spike_distance: float,
    **more: Any,
) -> Comparison:
    """Made-up measures of two runs."""
    start, stop = more.get("start", 0.0), more.get("stop", 2000.0)
    error = abs(spikes_reduced - spikes_full) / spikes_full if spikes_full else math.nan
    made = Comparison(
        start=start,
        stop=stop,
        threshold=-20.0,
        window=5.0,
        cut=(2.0, 10.0),
        spikes_full=spikes_full,
        spikes_reduced=spikes_reduced,
        rate_full=1e3 * spikes_full / (stop - start),
        rate_reduced=1e3 * spikes_reduced / (stop - start),
        rate_error=error,
        gamma=gamma,
        matched=matched,
        spike_synchronization=spike_synchronization,
        spike_distance=spike_distance,
        rmsd=1.62,
        mean_difference=0.41,
        sd_difference=-0.23,
        compared_share=0.91,
        ap_height_full=34.8,
        ap_height_reduced=36.1,
        half_width_full=0.83,
        half_width_reduced=0.81,
        latency_full=48.2,
        latency_reduced=51.7,
    )
    return dataclasses.replace(made, **more)


class _Tree:
    """Grows a branching cell, section by section."""

    def __init__(self, seed: int, prefix: str):
        self.random = random.Random(seed)
        self.prefix = prefix
        self.counts = {"apic": 0, "dend": 0}
        self.pieces: list[records.SectionShape] = []
        self.segment_map: list[records.MappedSegment] = []

    def grow(self, part: str, start, angle, length, orders, diameter, cable, near, far):
        """A section, then the two it forks into; from ``near`` to ``far`` along its cable."""
        name = f"{self.prefix}.{part}[{self.counts[part]}]"
        self.counts[part] += 1
        length *= 0.7 + 0.6 * self.random.random()
        depth = self.random.uniform(-0.5, 0.5)
        points = [[*start, diameter]]
        for _ in range(10):
            angle += self.random.gauss(0, 0.09)
            step = length / 10
            flat = step * math.cos(depth)
            x, y, z, _ = points[-1]
            points.append(
                [
                    x + flat * math.cos(angle),
                    y + flat * math.sin(angle),
                    z + step * math.sin(depth),
                    max(diameter * (1 - 0.03 * len(points)), 0.4),
                ]
            )
        role = "apical" if part == "apic" else "basal"
        self.pieces.append(records.SectionShape(name, role, np.array(points)))
        segments = max(round(length / SEGMENT_LENGTH), 1)
        end = far if not orders else near + (far - near) / (orders + 1)
        for index in range(segments):
            x = (index + 0.5) / segments
            place = min(near + x * (end - near), 0.999)
            self.segment_map.append(records.MappedSegment(name, x, cable, place))
        if orders:
            for turn in (-1, 1):
                aside = angle + turn * self.random.uniform(0.25, 0.6)
                self.grow(
                    part,
                    points[-1][:3],
                    aside,
                    0.85 * length,
                    orders - 1,
                    0.72 * diameter,
                    cable,
                    end,
                    far,
                )
        return points[-1][:3], angle


def record(name: str = "L5PC[0]") -> records.ReductionRecord:
    """A cell with an apical trunk and its tuft, five basal stems and an axon."""
    tree = _Tree(5, name)
    soma = np.array([[0, -11, 0, 16], [0, -5, 0, 21], [0, 5, 0, 20], [0, 12, 0, 12]], float)
    tree.pieces.append(records.SectionShape(f"{name}.soma[0]", "soma", soma))
    axon = np.array([[0, -11, 0, 2], [4, -50, 0, 1.5], [10, -110, 3, 1]], float)
    tree.pieces.append(records.SectionShape(f"{name}.axon[0]", "axon", axon))
    top, angle = tree.grow("apic", (0, 12, 0), math.pi / 2, 480, 0, 5.2, 0, 0.0, 1.0)
    for turn in (-0.35, 0.3):
        tree.grow("apic", top, angle + turn, 120, 3, 2.6, 1, 0.0, 1.0)
    cables = [
        ("apic[0]", "apical", f"{name}.apic[0]", "soma[0]", 512.4, 5.31, 0.482, 5),
        ("apic[1]", "apical", f"{name}.apic[1]", "apic[0]", 388.0, 4.12, 0.517, 5),
    ]
    for stem, turn in enumerate((-2.7, -2.2, -1.3, -0.75, -0.1)):
        first = tree.counts["dend"]
        tree.grow("dend", (0, -4, 0), turn, 75, 3, 2.1, 2 + stem, 0.0, 1.0)
        stem_name = f"{name}.dend[{first}]"
        size = 205.0 + 17.3 * stem, 3.4 + 0.31 * stem, 0.301 + 0.022 * stem
        cables.append((f"dend[{stem}]", "basal", stem_name, "soma[0]", *size, 3))

    frequencies = np.concatenate([[0.0], np.logspace(0, 3, 40)])
    filtered = 1 / np.sqrt(1 + (2 * math.pi * frequencies * 0.009) ** 2)
    sites = [f"{name}.apic[0](0.5)", f"{name}.apic[9](0.5)", f"{name}.dend[3](0.5)"]
    transfer = np.array([[0.62], [0.21], [0.55]]) * 61.0 * filtered**1.25
    return records.ReductionRecord(
        cell=name,
        method="operating-point",
        settings={"frequency": 38.0, "segments": -1, "rates": {"Exp2Syn": np.float64(2.5)}},
        versions={"neuron-reduce-swift": "0.1.0", "NEURON": "9.0.2", "Python": "3.11.7"},
        stage_seconds={"read": 0.0121, "reduce": 0.0093, "build": 0.0157},
        segments_full=len(tree.segment_map) + 3,
        segments_reduced=sum(each[-1] for each in cables) + 3,
        point_processes_full=10_000,
        point_processes_reduced=74,
        cables=[records.Cable(*each) for each in cables],
        segment_map=tree.segment_map,
        synapses=[
            records.SynapseKind(
                "Exp2Syn",
                {"tau1": 0.5, "tau2": 2.0, "e": 0.0},
                8000,
                36,
                8000,
                "Conductance scaled for the driving force at the operating point.",
                {"another segment": 36},
            ),
            records.SynapseKind(
                "Exp2Syn",
                {"tau1": 1.0, "tau2": 12.0, "e": -75.0},
                1990,
                28,
                1990,
                "Conductance scaled for the driving force at the operating point.",
                {"another segment": 28},
            ),
            records.SynapseKind(
                "NMDA_<MgBlock>",
                {},
                10,
                10,
                10,
                "Moved as it is.",
                {"holds a POINTER": 8, "draws random numbers": 2},
            ),
        ],
        shape=tree.pieces,
        impedances=records.Impedances(
            frequencies,
            62.0 * filtered,
            60.3 * filtered**1.02,
            sites,
            transfer,
            transfer * np.array([[0.98], [1.06], [0.97]]),
        ),
        expected=records.ExpectedLoss(
            0.21,
            2.84,
            9_990,
            10_000,
            {"NaTs2_t": 0.56, "Ih": 0.6},
            [records.Joint("dend[0]", 0.5, [f"{name}.dend[0]", f"{name}.dend[3]"])],
        ),
        notes=[
            "Recordings on the dendrites went with them.",
            "h.ion_style of 3 sections was not carried over to <dend[0]>.",
        ],
    )


SPIKE = np.interp(
    np.arange(0, 9, 0.05),
    [0, 0.4, 0.8, 1.3, 2.2, 4.0, 9.0],
    [-55, -30, 36, -20, -66, -69, -66],
)
"""A spike's potential in mV, in steps of 0.05 ms."""


def potentials(seed: int, duration: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, and two potentials with spikes that see almost the same noise."""
    generator = np.random.default_rng(seed)
    time = np.arange(0, duration, 0.05)
    common, own = generator.normal(size=(2, len(time)))
    noise = np.stack([common, 0.97 * common + 0.243 * own], axis=1)
    potential = np.empty((len(time), 2))
    fast = np.zeros(2)
    state = np.full(2, -66.0)
    since = np.full(2, len(SPIKE))
    drive = -60.5 + 2.5 * np.sin(2 * math.pi * time / 700)
    for step in range(len(time)):
        fast += 0.05 * -fast / 6 + 0.95 * noise[step] * math.sqrt(0.05)
        state += 0.05 * (drive[step] - state + 4.2 * fast) / 12
        for cell in (0, 1):
            if since[cell] < len(SPIKE):
                state[cell] = SPIKE[since[cell]]
                since[cell] += 1
            elif state[cell] > -54:
                since[cell] = 0
        potential[step] = state
    return time, potential[:, 0], potential[:, 1]


def case(seed: int | None, duration: float = 2000.0) -> Case:
    """Two runs with one input, and made-up measures of them."""
    time, full, reduced = potentials(seed or 0, duration)
    runs = [Recording(time, full, seconds=41.3), Recording(time, reduced, seconds=1.33)]
    counts = [len(run.spike_times()) for run in runs]
    sites = {
        ("L5PC[0].apic[0]", 0.5): VoltageDifference(2.31, 0.77, -0.52),
        ("L5PC[0].apic[9]", 0.5): VoltageDifference(6.04, -1.93, -2.2),
    }
    close = {site: VoltageDifference(0.31, 0.02, 0.01) for site in sites}
    shape: dict[str, Any] = {"stop": duration, "dendrites": close, "rmsd": 0.28}
    shape |= {"mean_difference": 0.01, "sd_difference": -0.004}
    ceiling = {
        "weights × 1.001": comparison(counts[0], counts[0], 0.955, 0.97, 0.968, 0.012, **shape),
        "dt halved": comparison(counts[0], counts[0], 0.93, 0.95, 0.951, 0.019, **shape),
    }
    compared = comparison(
        *counts,
        0.77 + 0.02 * ((seed or 0) % 3),
        0.81 + 0.02 * ((seed or 0) % 3),
        0.825,
        0.094,
        stop=duration,
        seconds_full=41.3,
        seconds_reduced=1.33,
        dendrites=sites,
        ceiling=ceiling,
        full=runs[0],
        reduced=runs[1],
    )
    return Case(seed, *runs, {}, compared)


def evaluation(seeds: int = 3, duration: float = 2000.0) -> Evaluation:
    """Runs with several inputs."""
    return Evaluation(record(), [case(seed, duration) for seed in range(1, seeds + 1)])


if __name__ == "__main__":
    from neuron_reduce import report

    made = evaluation()
    print(report.write(sys.argv[1], made.record, made))
