"""What the fidelity benchmark rests on: drives that can be coalesced, runs that can be kept."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import full_runs
from l5pc.drive import place_synapses
from session import emptied


def _cell(h: Any) -> Any:
    """A soma with one apical and one basal dendrite."""
    soma, basal, apical = (h.Section(name=name) for name in ("soma", "dend", "apic"))
    soma.L = soma.diam = 20.0
    for dendrite, length in ((basal, 150.0), (apical, 400.0)):
        dendrite.connect(soma(0.5))
        dendrite.L, dendrite.diam, dendrite.nseg = length, 2.0, 9
    for section in (soma, basal, apical):
        section.insert("pas")
        section.g_pas = 1e-4
    return SimpleNamespace(
        soma=[soma], basal=[basal], apical=[apical], all=[soma, basal, apical], axonal=[]
    )


def _trace(h: Any, stream: int, coalesced: bool) -> tuple[np.ndarray, int]:
    """Somatic potential (mV) under 200 synapses, and the number of point processes."""
    with emptied():
        cell = _cell(h)
        drive = place_synapses(
            cell, 200, seed=3, start=5.0, stream=stream, coalesced=coalesced, excitatory_rate=20.0
        )
        recorded = h.Vector().record(cell.soma[0](0.5)._ref_v)
        full_runs.simulate(drive, 100.0)
        result = np.array(recorded), len(drive.synapses)
        drive.netcons.clear()
    return result


@pytest.mark.usefixtures("clean_session")
def test_coalesced_synapses_give_the_same_run(h: Any) -> None:
    single, many = _trace(h, 1, coalesced=False)
    merged, few = _trace(h, 1, coalesced=True)
    assert many == 200
    assert few <= 36  # two kinds in 18 segments
    assert np.ptp(single) > 1.0
    # Sums of the same conductances in another order: rounding only.
    assert np.abs(single - merged).max() < 1e-9


@pytest.mark.usefixtures("clean_session")
def test_streams_give_other_events(h: Any) -> None:
    first, _ = _trace(h, 1, coalesced=True)
    second, _ = _trace(h, 2, coalesced=True)
    assert np.abs(first - second).max() > 0.1


@pytest.mark.usefixtures("clean_session")
def test_fingerprint_sees_the_model(h: Any) -> None:
    with emptied():
        cell = _cell(h)
        drive = place_synapses(cell, 20, seed=3)
        known = full_runs.fingerprint(cell, drive)
        assert full_runs.fingerprint(cell, drive) == known
        cell.basal[0](0.5).g_pas *= 1.001
        changed = full_runs.fingerprint(cell, drive)
        assert changed != known
        drive.netcons[7].weight[0] *= 1.001
        assert full_runs.fingerprint(cell, drive) not in (known, changed)
        drive.netcons.clear()


def test_runs_are_named_by_their_inputs(tmp_path: Path) -> None:
    run = full_runs.FullRun("l5pc", 1.0, 1)
    others = [
        full_runs.FullRun("l5pc", 1.0, 2),
        full_runs.FullRun("l5pc", 1.1, 1),
        full_runs.FullRun("l5pc", 1.0, 1, steps=2),
        full_runs.FullRun("l5pc_passive", 1.0, 1),
    ]
    names = {each.path(tmp_path) for each in [run, *others]}
    assert len(names) == 5
    assert full_runs.FullRun("l5pc", 1.0, 1).path(tmp_path) in names


def test_kept_runs_come_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.npz"
    full_runs.write(path, {"about": '{"seconds": 1.5}', "v": np.arange(3, dtype=np.float32)})
    kept = full_runs.read(path)
    assert kept["about"] == {"seconds": 1.5}
    assert kept["v"].tolist() == [0.0, 1.0, 2.0]
    assert [each.name for each in path.parent.iterdir()] == ["run.npz"]


def test_spike_times_are_interpolated() -> None:
    times = full_runs.spike_times(np.array([-70.0, -30.0, 10.0, -60.0, -19.0]), 0.5)
    assert times == pytest.approx([0.625, 1.5 + 0.5 * 40 / 41])
