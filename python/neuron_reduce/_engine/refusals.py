"""What of a session the engine does not do, where that can be seen."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from neuron import h, hoc, nrn

from .._library import reducing
from .._processes import copies
from ..errors import EngineError, SimulatorError
from . import internals

_pointer = hoc.HocObject.hocobjptr

_PLAYS = 2
"""Of normal distributions every second number comes with the one before."""

_DRAWING_SECONDS = 60.0
"""What a copy of the process takes at most to draw from all Random objects."""


def check_session(sections: Sequence[nrn.Section]) -> None:
    """Refuses what holds for a whole session, or for some of a cell's sections.

    :raises EngineError: naming it.
    """
    if h.CVode().active():
        raise EngineError(
            "CVode is active; expected a fixed time step, which is all that the engine does "
            "(h.CVode().active(0))"
        )
    if not 0 < h.dt < math.inf:
        raise EngineError(f"dt is {h.dt:g}; expected a finite number of ms greater than 0")
    if h.secondorder != 0:
        raise EngineError(
            f"secondorder is {h.secondorder:g}; expected 0, backward Euler, which is all that the "
            "engine does"
        )
    if int(h.List("LinearMechanism").count()):
        raise EngineError(
            "the session has a LinearMechanism, which the engine does not know; expected none"
        )
    for section in sections:
        if section.has_membrane("extracellular"):
            raise EngineError(
                f"{section.name()} has extracellular, which the engine does not compute; expected "
                "a cell without it"
            )
    _check_reaction_diffusion(sections)


def _check_reaction_diffusion(sections: Sequence[nrn.Section]) -> None:
    if not getattr(sys.modules.get("neuron.rxd.species"), "_all_species", None):
        return
    names = {section.name() for section in sections}
    for reference in getattr(sys.modules.get("neuron.rxd.region"), "_all_regions", ()):
        region = reference()
        for section in () if region is None else region.secs:
            if issubclass(type(section), nrn.Section) and section and section.name() in names:
                raise EngineError(
                    f"rxd's region {region.name!r} holds {section.name()}, and the engine does "
                    "not compute rxd; expected a cell without it"
                )


def check_cell(cell: reducing.Cell) -> None:
    """Refuses what changes a cell's variables from outside while NEURON runs; for Vectors see
    :mod:`plays`.

    :raises EngineError: naming it.
    """
    if cell.has_transfers():
        raise EngineError(
            "variables are transferred by ParallelContext.target_var(), as between gap junctions, "
            "which the engine does not do; expected none"
        )
    _check_randoms(cell)


def _check_randoms(cell: reducing.Cell) -> None:
    """Refuses ``Random.play``: what it sets is another number in each step.

    :raises EngineError: naming the object.
    """
    played = cell.played_random()
    if played is None:
        played = _found_by_drawing()
    if played:
        names = {_pointer(each): each.hname() for each in h.List("Random")}
        raise EngineError(
            f"{names.get(played, 'a Random')} is played into a variable (Random.play), which the "
            "engine does not do; expected none"
        )


def _found_by_drawing() -> int:
    """The first Random that is played; 0 for none, or where no copy of the process can be made.

    Two copies of this process draw from all Randoms, one of them after these have played.
    """
    randoms = list(h.List("Random"))
    if not randoms:
        return 0
    drawn = []
    for plays in (0, _PLAYS):
        try:
            drawn.append(copies.call(_drawn, plays, timeout=_DRAWING_SECONDS, in_parallel=True))
        except (EngineError, SimulatorError, copies.CopyFailed):
            return 0
    for random, still, moved in zip(randoms, *drawn, strict=True):
        if still != moved:
            return _pointer(random)
    return 0


def _drawn(plays: int) -> list[float]:
    """What all Randoms draw next, after they have played so often."""
    play = internals.function("nrn_random_play", None)
    for _ in range(plays):
        play()
    return [random.uniform(0, 1) for random in h.List("Random")]
