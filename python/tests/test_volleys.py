"""Events of one source, which come at once and shunt each other."""

from __future__ import annotations

import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated

START = 20.0
"""Of the volley, in ms."""


def _cell(*, active: bool) -> types.SimpleNamespace:
    """Four stems, each with eight thin tips, of which some share groups."""
    rng = random.Random(3)
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    sections, tips = [], []
    for index in range(4):
        parents = [soma]
        for level, diameter in enumerate((2.5, 1.6, 1.0, 0.7)):
            grown = []
            for number, parent in enumerate(parents * (1 if level == 0 else 2)):
                section = h.Section(name=f"dend_{index}_{level}_{number}")
                section.L, section.diam, section.nseg = rng.uniform(50, 120), diameter, 3
                section.connect(parent(1 if level else 0.5))
                grown.append(section)
            sections += grown
            parents = grown
        tips += parents
    for section in (soma, *sections):
        section.Ra, section.cm = 120, 1
        section.insert("pas")
        section.g_pas, section.e_pas = 5e-5, -70
        if active:
            section.insert("hh")
            for segment in section:
                share = 1 if section is soma else 0.1
                segment.hh.gnabar, segment.hh.gkbar = 0.06 * share, 0.03 * share
                segment.hh.gl = 0
    return types.SimpleNamespace(soma=soma, dend=sections, tips=tips)


def _synapses(cell: Any, places: list[Any]) -> list[Any]:
    made = []
    for place in places:
        synapse = h.Exp2Syn(place)
        synapse.tau1, synapse.tau2, synapse.e = 0.3, 1.8, 0
        made.append(synapse)
    return made


def _stimulus() -> Any:
    stimulus = h.NetStim()
    stimulus.number, stimulus.start, stimulus.noise = 1, START, 0
    return stimulus


def _volley(synapses: list[Any], weight: float, *, is_one: bool) -> tuple[list[Any], list[Any]]:
    """NetStims and NetCons, from one NetStim or from as many as there are synapses."""
    one = _stimulus()
    stimuli = [one if is_one else _stimulus() for _ in synapses]
    netcons = [h.NetCon(s, y) for s, y in zip(stimuli, synapses, strict=True)]
    for netcon in netcons:
        netcon.weight[0] = weight
    return stimuli, netcons


def _height(soma: Any) -> float:
    """How far the volley lifts the soma, in mV."""
    voltage = h.Vector().record(soma(0.5)._ref_v, 0.025)
    h.finitialize(-70)
    h.continuerun(60)
    after = np.array(voltage)[round(START / 0.025) :]
    return float(after.max() - after[0])


@isolated
@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("count", [20, 40])
@pytest.mark.parametrize("method", ["folded", "lumped"])
def test_a_volley_on_a_tip_is_as_high_as_it_was(method: str, count: int, active: bool) -> None:
    cell = _cell(active=active)
    tip = cell.tips[5]
    rng = random.Random(1)
    synapses = _synapses(cell, [tip(rng.uniform(0.2, 1)) for _ in range(count)])
    errors = {}
    for is_one in (False, True):
        stimuli, netcons = _volley(synapses, 2e-3, is_one=is_one)
        full = _height(cell.soma)
        assert 1 < full < 30
        reduction = neuron_reduce.reduce(
            cell, synapses, netcons, method=method, segments=12, rates=[0] * count
        )
        for netcon in netcons:
            netcon.active(0)
        errors[is_one] = abs(_height(reduction.cell.soma) / full - 1)
        del reduction, stimuli, netcons
    assert errors[False] > 0.1, errors
    assert errors[True] < errors[False] / 2, errors


def _weights(make: Callable[[Any, list[Any]], list[Any]]) -> np.ndarray:
    """The reduced weights of eight synapses at tips, with NetCons from what is made."""
    cell = _cell(active=False)
    synapses = _synapses(cell, [tip(0.7) for tip in cell.tips[:2] for _ in range(4)])
    netcons = make(cell, synapses)
    for netcon in netcons:
        netcon.weight[0] = 2e-3
    reduction = neuron_reduce.reduce(
        cell, synapses, netcons, segments=12, rates=[0] * len(synapses)
    )
    return np.array([netcon.weight[0] for netcon in reduction.netcons])


def _from(*sources: Callable[[Any], Any]) -> Callable[[Any, list[Any]], list[Any]]:
    """NetCons from the sources in turn."""

    def make(cell: Any, synapses: list[Any]) -> list[Any]:
        made = [source(cell) for source in sources]
        found = []
        for index, synapse in enumerate(synapses):
            source = made[index % len(made)]
            is_maker = isinstance(source, types.FunctionType)
            found.append(source(synapse) if is_maker else h.NetCon(source, synapse))
        _KEPT.extend(made)
        return found

    return make


_KEPT: list[Any] = []
"""Sources, which nothing else keeps."""


def _netstim(_: Any) -> Any:
    return _stimulus()


@isolated
def test_what_is_one_source() -> None:
    """NetStims and other artificial cells, voltages, and cells of other processes."""

    def fire(_: Any) -> Any:
        return h.IntFire1()

    def voltage(x: float) -> Callable[[Any], Any]:
        def made(cell: Any) -> Any:
            section = cell.dend[0]
            return lambda synapse: h.NetCon(section(x)._ref_v, synapse, sec=section)

        return made

    context = h.ParallelContext()

    def remote(gid: int) -> Callable[[Any], Any]:
        return lambda cell: lambda synapse: context.gid_connect(gid, synapse)

    alone = _weights(_from(*[_netstim] * 8))
    assert _weights(_from(lambda _: None)).tolist() == alone.tolist()
    together = _weights(_from(_netstim))
    assert (together < 0.9 * alone).all()
    for one, other in ((fire, fire), (voltage(0.5), voltage(1 / 6)), (remote(7), remote(8))):
        assert _weights(_from(one)).tolist() == together.tolist()
        both = _weights(_from(one, other))
        assert both.tolist() == _weights(_from(_netstim, _netstim)).tolist()
        assert (both > together).all()


@isolated
def test_at_different_times_each_is_alone() -> None:
    def delayed(delays: list[float]) -> np.ndarray:
        def make(cell: Any, synapses: list[Any]) -> list[Any]:
            netcons = _from(_netstim)(cell, synapses)
            for index, netcon in enumerate(netcons):
                netcon.delay = delays[index % len(delays)]
            return netcons

        return _weights(make)

    alone = _weights(_from(*[_netstim] * 8)).tolist()
    assert delayed([float(index) for index in range(1, 9)]).tolist() == alone
    assert delayed([1.0, 1.2, 1.4]).tolist() == delayed([3.0]).tolist()
    assert delayed([1.0, 3.0]).tolist() == _weights(_from(_netstim, _netstim)).tolist()
