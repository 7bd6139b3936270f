"""How often NetCons bring events: as NetStims say, or as the caller states."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError
from neuron_reduce._session import event_rates
from neuron_reduce._session.job import Job
from neuron_reduce._session.naming import OWN
from refusal import assert_refused


class _Stream:
    """A cell, its synapse, and NetCons onto it from any sources."""

    def __init__(self) -> None:
        self.soma = h.Section(name="stream")
        self.synapse = h.ExpSyn(self.soma(0.5))
        self.sources: list[Any] = []

    def netstim(self, interval: float, number: float = 1e9, **values: float) -> Any:
        source = h.NetStim()
        source.interval, source.number = interval, number
        for name, value in values.items():
            setattr(source, name, value)
        self.sources.append(source)
        return h.NetCon(source, self.synapse)

    def read(self, netcons: list[Any]) -> np.ndarray:
        """The rates that NetCons are read with."""
        job = Job(
            OWN,
            self,
            [self.synapse] * len(netcons),
            netcons,
            method="lumped",
            frequency=0,
            segments=-1,
            template="model.hoc",
            compared_parameters=None,
            rates=None,
            merge="exact",
            leak=None,
        )
        return job._read().rates


@isolated
def test_netstims_fire_once_an_interval() -> None:
    stream = _Stream()
    netcons = [
        stream.netstim(10.0),
        stream.netstim(250.0, noise=1.0),
        # Those that stop within a second are stimuli: one pulse, and a burst.
        stream.netstim(10.0, number=1),
        stream.netstim(5.0, number=100),
        stream.netstim(5.0, number=200),
        stream.netstim(-1.0),
        # It waits for an event of another source.
        stream.netstim(10.0, start=-1.0),
    ]
    found = stream.read(netcons)
    assert found[:2] == pytest.approx([100.0, 4.0])
    assert found[4] == pytest.approx(200.0)
    assert np.isnan(found[[2, 3, 5, 6]]).all()
    netcons[0].active(0)
    assert stream.read(netcons[:2]) == pytest.approx([0.0, 4.0])


@isolated
def test_other_sources_are_unknown() -> None:
    stream = _Stream()
    spiking = h.NetCon(stream.soma(0.5)._ref_v, stream.synapse, sec=stream.soma)
    artificial = h.IntFire1()
    found = stream.read(
        [h.NetCon(None, stream.synapse), spiking, h.NetCon(artificial, stream.synapse)]
    )
    assert len(found) == 3
    assert np.isnan(found).all()


@isolated
def test_stated_rates() -> None:
    stream = _Stream()
    netcons = [stream.netstim(10.0) for _ in range(3)]
    for given in (7, 7.0, np.float32(7), [7, 7.0, np.int64(7)], (7, 7, 7), np.full(3, 7.0)):
        found = event_rates.rates(given, netcons)
        assert found.dtype == float
        assert found.tolist() == [7.0, 7.0, 7.0]
    assert event_rates.rates(0, netcons).tolist() == [0, 0, 0]
    assert event_rates.rates([], []).shape == (0,)


WRONG: list[tuple[Any, str]] = [
    ("often", "rates is 'often'"),
    ("5", "rates is '5'"),
    (["1", "2", "3"], "rates is"),
    ({}, "rates is {}"),
    (object(), "rates is"),
    (1j, "rates is"),
    ([1, 2], "(2,)"),
    ([], "(0,)"),
    ([[1, 2, 3]], "(1, 3)"),
    ([[1], [2, 3]], "rates is"),
    (-1, "rates[0] is -1"),
    ([0, 1, -0.5], "rates[2] is -0.5"),
    (math.inf, "rates[0] is inf"),
    ([1, math.nan, 2], "rates[1] is nan"),
    ([1, None, 2], "rates[1] is nan"),
]


@pytest.mark.parametrize(("given", "text"), WRONG)
@isolated
def test_what_is_no_rate_is_refused(given: Any, text: str) -> None:
    stream = _Stream()
    netcons = [stream.netstim(10.0) for _ in range(3)]
    with pytest.raises(ArgumentError) as caught:
        event_rates.rates(given, netcons)
    assert text in str(caught.value)
    assert "expected" in str(caught.value)


@isolated
def test_reduce_refuses_them_and_changes_nothing() -> None:
    model = small_cell.model()
    for rates in (-1, [1.0], "5"):
        assert_refused(
            lambda rates=rates: neuron_reduce.reduce(
                model.cell, model.drive.synapses, model.drive.netcons, rates=rates
            ),
            ArgumentError,
            "rates",
        )


@isolated
def test_unknown_rates_are_noted() -> None:
    model = small_cell.model()
    model.drive.stimuli[0].number = 1
    spiking = h.NetCon(
        model.bystander.soma[0](0.5)._ref_v,
        model.drive.synapses[1],
        sec=model.bystander.soma[0],
    )
    model.drive.synapses.append(model.drive.synapses[1])
    model.drive.netcons.append(spiking)
    for stimulus in model.drive.stimuli[1:]:
        stimulus.number = 1e9
    reduction = neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)
    count = len(model.drive.netcons)
    expected = f"The rates of 2 of {count} NetCons are not known"
    assert any(note.startswith(expected) for note in reduction.record.notes)


@isolated
def test_stated_rates_leave_nothing_to_note() -> None:
    model = small_cell.model()
    reduction = neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons, rates=5)
    assert not any("rates" in note for note in reduction.record.notes)
    assert reduction.record.settings["rates"] == 5
