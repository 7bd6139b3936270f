"""Bad input raises an exception of ours, which names what is at fault, and changes nothing.

Here: the simulator, numbers and options, and that the tests of refusals can fail.
"""

from __future__ import annotations

import math
from typing import Any

import neuron
import numpy as np
import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from neuron_reduce import (
    ArgumentError,
    CellError,
    NeuronReduceError,
    UnsupportedNeuronError,
)
from refusal import assert_arguments_refused, assert_refused, failure_of

NAN, INF = math.nan, math.inf

METHODS = pytest.mark.parametrize("method", ["classic", "lumped", "folded"])


@isolated
def test_a_good_call_is_not_refused() -> None:
    model = small_cell.model()
    with pytest.raises(AssertionError, match="nothing was raised"):
        assert_arguments_refused(model, NeuronReduceError)


@isolated
def test_a_changed_parameter_is_seen() -> None:
    model = small_cell.model()

    def call() -> None:
        model.cell.dend[1](0.5).pas.g *= 2
        raise CellError("expected")

    with pytest.raises(AssertionError, match="g_pas"):
        assert_refused(call, CellError)


@isolated
def test_a_moved_synapse_is_seen() -> None:
    model = small_cell.model()

    def call() -> None:
        model.drive.synapses[3].loc(model.cell.apic[1](0.5))
        raise CellError("expected")

    with pytest.raises(AssertionError, match="place"):
        assert_refused(call, CellError)


@pytest.mark.parametrize("version", ["8.2.6", "8.2.7+", "7.8", "unknown"])
@isolated
def test_old_neuron(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neuron, "__version__", version)
    assert_arguments_refused(small_cell.model(), UnsupportedNeuronError, version, "9.0")


@pytest.mark.parametrize("version", ["9.0.2", "9.0a-123-g0123456", "10.1"])
@isolated
def test_newer_neuron_is_welcome(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neuron, "__version__", version)
    small_cell.model().reduce()


NO_NUMBERS = ["text", None, True, [0.0], 1j, 10**400, h.Vector([1]), h.ref(1.0), np.array([1.0, 2])]


@pytest.mark.parametrize(
    "value",
    [-1, -1e-300, NAN, INF, -INF, np.float64("nan"), *NO_NUMBERS],
    ids=lambda v: repr(v)[:9],
)
@METHODS
@isolated
def test_frequency(value: Any, method: str) -> None:
    named = [] if isinstance(value, int) and value > 1 else [str(value)[:3]]
    assert_arguments_refused(
        small_cell.model(),
        ArgumentError,
        "reduction_frequency",
        *named,
        reduction_frequency=value,
        method=method,
    )


@pytest.mark.parametrize(
    "value",
    [0, NAN, -2, -0.5, 1e6 + 1, 1e300, INF, -INF, np.float64("nan"), *NO_NUMBERS],
    ids=lambda v: repr(v)[:9],
)
@isolated
def test_total_segments(value: Any) -> None:
    named = [] if isinstance(value, int) and value > 1 else [str(value)[:3]]
    assert_arguments_refused(
        small_cell.model(),
        ArgumentError,
        "total_segments_manual",
        *named,
        total_segments_manual=value,
    )


@isolated
def test_more_segments_than_a_section_can_have() -> None:
    model = small_cell.model()
    assert_arguments_refused(
        model,
        ArgumentError,
        f"{model.cell}.apic[0]",
        "32766",
        "total_segments_manual",
        total_segments_manual=1e6,
    )


@pytest.mark.parametrize("value", [np.array([0, 1]), np.array([]), "no", None], ids=repr)
@isolated
def test_mapping_is_asked_for_in_an_odd_way(value: Any) -> None:
    """What cannot be understood is refused before anything is done."""
    model = small_cell.model()
    sections = len(list(h.allsec()))
    results: list[Any] = []
    kind, message = failure_of(lambda: results.append(model.reduce(return_seg_to_seg=value)))
    assert kind in (None, ArgumentError), message
    assert (len(list(h.allsec())) == sections) == (kind is ArgumentError)


@pytest.mark.parametrize(
    "value",
    ["distance", "Impedance", "", None, 5, b"impedance", ["impedance"], np.array(["a", "b"]), NAN],
    ids=repr,
)
@isolated
def test_mapping_type(value: Any) -> None:
    assert_arguments_refused(
        small_cell.model(), ArgumentError, "mapping_type", "'impedance'", mapping_type=value
    )


@pytest.mark.parametrize(
    "value",
    [
        5,
        "Exp2Syn",
        ["Exp2Syn"],
        {"Exp2Syn": 5},
        {"Exp2Syn": None},
        {"Exp2Syn": [5]},
        {"Exp2Syn": ["\ud800"]},
        {5: ["tau1"]},
    ],
    ids=ascii,
)
@isolated
def test_compared_parameters(value: Any) -> None:
    assert_arguments_refused(
        small_cell.model(), ArgumentError, "PP_params_dict", PP_params_dict=value
    )


@METHODS
@pytest.mark.parametrize("name", ["nope", "i", "g", "loc", "", "tau", "tau1[0]"])
@isolated
def test_unknown_compared_parameter(name: str, method: str) -> None:
    assert_arguments_refused(
        small_cell.model(),
        ArgumentError,
        "PP_params_dict",
        "Exp2Syn",
        name,
        "tau1, tau2, e",
        PP_params_dict={"Exp2Syn": ["tau1", name]},
        method=method,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"original_cell": None},
        {"synapses_list": []},
        {"reduction_frequency": -1},
        {"total_segments_manual": 1e6},
        {"model_filename": "neuron_reduce_missing.hoc"},
        {"model_filename": "Vector.hoc"},
        {"PP_params_dict": {"Exp2Syn": ["nope"]}},
    ],
    ids=lambda a: next(iter(a)),
)
@isolated
def test_section_stack_is_kept(arguments: dict[str, Any]) -> None:
    model = small_cell.model()
    pushed = [model.cell.dend[1], model.bystander.soma[0], model.cell.apic[2]]
    for section in pushed:
        section.push()
    _, message = failure_of(lambda: model.reduce(**arguments))
    assert "expected" in message
    for section in reversed(pushed):
        assert h.cas() == section
        h.pop_section()
