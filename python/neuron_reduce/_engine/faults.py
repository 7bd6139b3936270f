"""What ceased to be a number first."""

from __future__ import annotations

import numpy as np

from ..errors import EngineError
from . import states, trials
from .programs import Loaded
from .trials import Change, NotANumber, unchanged


def located(loaded: Loaded, error: NotANumber, change: Change = unchanged) -> EngineError:
    """An error that says which state ceased to be a number, in which step.

    :param error: of a run of the program.
    :param change: of what that began with.
    """
    try:
        known = list(states.named(loaded))
    except EngineError:
        # The cell is gone, and with it the names of its states.
        return error
    places = np.array([place for place, _ in known], dtype=np.int64)
    first: list[tuple[int, float]] = []

    def looked(memory: np.ndarray, t: float) -> None:
        strange = ~np.isfinite(memory[places])
        if strange.any() and not first:
            first.append((int(np.argmax(strange)), t))

    try:
        trials.run(loaded, [], [], 0.0, error.until, change=change, looked=looked, steps=1)
    except NotANumber as found:
        if not first:
            return EngineError(
                f"{found}. All states were numbers before: what made it so is a current"
            )
    if not first:
        return error
    index, t = first[0]
    return EngineError(
        f"{known[index][1]} is no number since {t:g} ms, and with it all potentials; "
        "expected parameters and input with which it stays one: NEURON's would not do so either"
    )
