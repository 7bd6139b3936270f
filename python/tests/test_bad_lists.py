"""Lists of synapses and NetCons that do not fit are refused, and nothing is changed."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from neuron import h

from isolated import isolated, note
from models import small_cell
from models.template import new_cell
from neuron_reduce import (
    SynapseError,
)
from odd import NEITHER
from refusal import assert_arguments_refused, failure_of

# "lumped" lets the library look at the lists before they measure responses.
METHODS = pytest.mark.parametrize("method", ["classic", "lumped", "folded"])


@METHODS
@pytest.mark.parametrize("argument", ["synapses_list", "netcons_list"])
@pytest.mark.parametrize("keep", [0, -1])
@isolated
def test_lists_of_different_length(argument: str, keep: int, method: str) -> None:
    model = small_cell.model()
    full = model.drive.synapses if argument == "synapses_list" else model.drive.netcons
    shorter = full[:keep]
    assert_arguments_refused(
        model,
        SynapseError,
        "synapses_list",
        "netcons_list",
        str(len(full)),
        str(len(shorter)),
        **{argument: shorter},
        method=method,
    )


@pytest.mark.parametrize("argument", ["synapses_list", "netcons_list"])
@pytest.mark.parametrize("value", [None, 5, True, 1.5, h, h.Vector, h.ref(1.0)], ids=repr)
@isolated
def test_no_list(argument: str, value: Any) -> None:
    assert_arguments_refused(small_cell.model(), SynapseError, argument, **{argument: value})


@METHODS
@pytest.mark.parametrize("kind", [*NEITHER, "NetCon"])
@isolated
def test_element_that_is_no_point_process(kind: str, method: str) -> None:
    model = small_cell.model()
    synapses = list(model.drive.synapses)
    synapses[1] = model.drive.netcons[1] if kind == "NetCon" else NEITHER[kind](model)
    assert_arguments_refused(
        model,
        SynapseError,
        "synapses_list[1]",
        "point process",
        synapses_list=synapses,
        method=method,
    )


@METHODS
@pytest.mark.parametrize("kind", [*NEITHER, "synapse"])
@isolated
def test_element_that_is_no_netcon(kind: str, method: str) -> None:
    model = small_cell.model()
    netcons = list(model.drive.netcons)
    netcons[1] = model.drive.synapses[1] if kind == "synapse" else NEITHER[kind](model)
    assert_arguments_refused(
        model, SynapseError, "netcons_list[1]", "NetCon", netcons_list=netcons, method=method
    )


@pytest.mark.parametrize("argument", ["synapses_list", "netcons_list"])
@pytest.mark.parametrize("kind", ["section array", "deleted section array", "text", "SectionList"])
@isolated
def test_list_of_something_else(argument: str, kind: str) -> None:
    model = small_cell.model()
    value = {
        "section array": lambda: model.cell.dend,
        "deleted section array": lambda: new_cell({"soma": 1}).dend,
        "text": lambda: "x" * len(model.drive.synapses),
        "SectionList": lambda: model.cell.all,
    }[kind]()
    assert_arguments_refused(model, SynapseError, argument, **{argument: value})


@METHODS
@isolated
def test_synapse_on_another_cell(method: str) -> None:
    model = small_cell.model()
    synapses, netcons = list(model.drive.synapses), list(model.drive.netcons)
    synapses[2], netcons[2] = model.bystander_drive.synapses[0], model.bystander_drive.netcons[0]
    assert_arguments_refused(
        model,
        SynapseError,
        "synapses_list[2]",
        f"{model.bystander}.dend[0]",
        str(model.cell),
        synapses_list=synapses,
        netcons_list=netcons,
        method=method,
    )


@METHODS
@isolated
def test_synapse_on_a_deleted_section(method: str) -> None:
    model = small_cell.model()
    section = model.cell.dend[2]
    first = [synapse.get_segment().sec for synapse in model.drive.synapses].index(section)
    h.delete_section(sec=section)
    # NEURON cannot run with a NetCon onto a synapse that is nowhere.
    assert_arguments_refused(
        model, SynapseError, f"synapses_list[{first}]", "on no section", runs=False, method=method
    )


@METHODS
@isolated
def test_synapse_without_a_place(method: str) -> None:
    model = small_cell.model()
    synapse = h.ExpSyn()
    # NEURON makes no NetCon onto a synapse that is nowhere.
    netcon = h.NetCon(model.drive.stimuli[0], model.drive.synapses[0])
    assert_arguments_refused(
        model,
        SynapseError,
        f"synapses_list[{len(model.drive.synapses)}]",
        "ExpSyn",
        "on no section",
        synapses_list=[*model.drive.synapses, synapse],
        netcons_list=[*model.drive.netcons, netcon],
        method=method,
    )


@METHODS
@isolated
def test_lists_in_different_order(method: str) -> None:
    model = small_cell.model()
    netcons = list(model.drive.netcons)
    netcons[4], netcons[5] = netcons[5], netcons[4]
    assert_arguments_refused(
        model,
        SynapseError,
        "netcons_list[4]",
        "synapses_list[4]",
        netcons_list=netcons,
        method=method,
    )


@METHODS
@pytest.mark.parametrize("target", ["nothing", "artificial cell", "other cell"])
@isolated
def test_netcon_that_targets_something_else(target: str, method: str) -> None:
    model = small_cell.model()
    objects = {
        "nothing": lambda: None,
        "artificial cell": h.IntFire1,
        "other cell": lambda: model.bystander_drive.synapses[3],
    }
    netcons = list(model.drive.netcons)
    netcons[3] = h.NetCon(model.drive.stimuli[3], objects[target]())
    assert_arguments_refused(
        model,
        SynapseError,
        "netcons_list[3]",
        "synapses_list[3]",
        netcons_list=netcons,
        method=method,
    )


@METHODS
@isolated
def test_netcon_whose_target_was_deleted(method: str) -> None:
    model = small_cell.model()
    synapse = h.ExpSyn(model.cell.dend[0](0.5))
    netcons = list(model.drive.netcons)
    netcons[3] = h.NetCon(model.drive.stimuli[3], synapse)
    del synapse
    assert_arguments_refused(
        model,
        SynapseError,
        "netcons_list[3]",
        "synapses_list[3]",
        netcons_list=netcons,
        method=method,
    )


@isolated
def test_same_netcon_twice() -> None:
    """Refused, or understood; NEURON cannot bear a NetCon that is given its own target again."""
    model = small_cell.model()
    results: list[Any] = []
    kind, message = failure_of(
        lambda: results.append(
            model.reduce(
                synapses_list=model.drive.synapses * 2,
                netcons_list=model.drive.netcons * 2,
            )
        )
    )
    assert kind in (None, SynapseError), message
    model.voltages()
    note("letting go of all NetCons")
    results.clear()
    model.drive.netcons.clear()
    model.drive.synapses.clear()
    gc.collect()
    model.voltages()


@isolated
def test_connection_in_no_list() -> None:
    """NEURON cannot run with a NetCon onto a synapse whose section is gone.

    So a call that would leave one is refused, or the synapse moves with the others.
    """
    model = small_cell.model()
    results: list[Any] = []
    kind, message = failure_of(
        lambda: results.append(
            model.reduce(
                synapses_list=model.drive.synapses[1:],
                netcons_list=model.drive.netcons[1:],
            )
        )
    )
    assert kind in (None, SynapseError), message
    note("running with a NetCon onto a synapse that was in no list")
    model.voltages()


@isolated
def test_second_connection_in_no_list() -> None:
    """The same for a second NetCon onto a synapse that is merged with an earlier one."""
    model = small_cell.model()
    second = [
        h.NetCon(stimulus, synapse)
        for stimulus, synapse in zip(model.drive.stimuli, model.drive.synapses, strict=True)
    ]
    results: list[Any] = []
    kind, message = failure_of(lambda: results.append(model.reduce()))
    assert kind in (None, SynapseError), message
    note("running with a NetCon onto a synapse that was merged")
    model.voltages()
    assert second
