"""What the tests of refused calls assert."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import neuron_reduce
import snapshot
from models.small_cell import Model

Call = Callable[[], Any]


def failure_of(call: Call) -> tuple[type[BaseException] | None, str]:
    """Class and message of what a call raises, with no traceback that keeps its objects alive."""
    try:
        call()
    except Exception as error:
        return type(error), str(error)
    return None, "nothing was raised"


def assert_refused(
    call: Call,
    error: type[neuron_reduce.NeuronReduceError],
    *named: str,
    run: Callable[[], Any] | None = None,
) -> None:
    """A call raises exactly `error`, names what is at fault, and changes nothing in the session.

    :param named: texts that the message must contain.
    :param run: runs the model and returns what came out; None where the model cannot run.
    """
    traces = run() if run else None
    gc.collect()
    before = snapshot.take()
    kind, message = failure_of(call)
    gc.collect()
    after = snapshot.take()

    assert kind is error, f"{kind}: {message}"
    for text in (*named, "expected"):
        assert text in message, f"{text!r} is not in {message!r}"
    changed = snapshot.differences(before, after)
    assert changed == [], "\n".join(changed[:20])
    if run:
        assert snapshot.differences(traces, run()) == [], "the model runs differently"


def assert_arguments_refused(
    model: Model,
    error: type[neuron_reduce.NeuronReduceError],
    *named: str,
    runs: bool = True,
    **arguments: Any,
) -> None:
    """A reduction of `model` with these arguments is refused, and the model left as it was.

    :param runs: whether NEURON can run the model.
    """
    assert_refused(
        lambda: model.reduce(**arguments), error, *named, run=model.voltages if runs else None
    )
