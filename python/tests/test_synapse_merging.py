"""Which synapses are merged, where neuron-reduce 0.0.7 is no example.

It compares bound methods, so it never merges synapses whose mechanism has a FUNCTION or a
PROCEDURE; and it compares states. Here PARAMETER values alone decide.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import neuron_reduce
import session
from models import random_tree, synapses
from models.compiled import load_mechanisms

SEED = 7
V_INIT = -70.0  # mV
# tau1 (ms), tau2 (ms), e (mV)
KINDS = ((2.0, 60.0, 0.0), (2.0, 60.0, 0.0), (2.0, 61.0, 0.0), (1.0, 60.0, 5.0))


def _place(h: Any, mechanism: str, cell: Any) -> synapses.Drive:
    """One synapse at every dendritic segment, its kind taken in turn from KINDS."""
    drive = synapses.Drive([], [], [])
    segments = [s for section in [*cell.basal, *cell.apical] for s in section]
    for index, segment in enumerate(segments):
        synapse = getattr(h, mechanism)(segment)
        synapse.tau1, synapse.tau2, synapse.e = KINDS[index % len(KINDS)]
        stimulus = h.NetStim()
        drive.synapses.append(synapse)
        drive.stimuli.append(stimulus)
        drive.netcons.append(h.NetCon(stimulus, synapse))
    return drive


def _merged_into(h: Any, mechanism: str, give_states: bool = False) -> list[int]:
    """For each synapse of `mechanism`, which one its NetCon ends on after the reduction."""
    with session.emptied():
        cell = random_tree.build(SEED)
        drive = _place(h, mechanism, cell)
        h.v_init = V_INIT
        h.finitialize(V_INIT)
        if give_states:
            for index, synapse in enumerate(drive.synapses):
                synapse.A, synapse.B = 0.001 * index, 0.002 * index
        _, returned, netcons = neuron_reduce.subtree_reductor(
            cell, drive.synapses, drive.netcons, reduction_frequency=0
        )
        index_of = {synapse.hname(): index for index, synapse in enumerate(drive.synapses)}
        merged_into = [index_of[netcon.syn().hname()] for netcon in netcons]
        assert {index_of[synapse.hname()] for synapse in returned} == set(merged_into)
        return merged_into


@pytest.fixture
def by_parameters(clean_session: Any, cache: Path) -> list[int]:
    """What becomes of synapses that have nothing but PARAMETERs to tell them apart."""
    load_mechanisms(cache)
    merged_into = _merged_into(clean_session, "Exp2Syn")
    assert len(set(merged_into)) < len(merged_into) / 2, "too few merge to show anything"
    return merged_into


def test_functions_and_procedures_do_not_keep_synapses_apart(
    clean_session: Any, by_parameters: list[int]
) -> None:
    assert _merged_into(clean_session, "NmdaExp2") == by_parameters


def test_global_does_not_keep_synapses_apart(clean_session: Any, by_parameters: list[int]) -> None:
    before = clean_session.mg_NmdaExp2
    clean_session.mg_NmdaExp2 = 1.7
    try:
        assert _merged_into(clean_session, "NmdaExp2") == by_parameters
    finally:
        clean_session.mg_NmdaExp2 = before


@pytest.mark.parametrize("mechanism", ["Exp2Syn", "NmdaExp2"])
def test_states_do_not_keep_synapses_apart(
    clean_session: Any, by_parameters: list[int], mechanism: str
) -> None:
    assert _merged_into(clean_session, mechanism, give_states=True) == by_parameters


def test_parameters_keep_synapses_apart(by_parameters: list[int]) -> None:
    for index, survivor in enumerate(by_parameters):
        kinds = KINDS[index % len(KINDS)], KINDS[survivor % len(KINDS)]
        assert kinds[0] == kinds[1], f"synapse {index} was merged into {survivor}"
        assert survivor <= index, "the earlier synapse is the one that is left"
