"""The hoc template instance that owns a reduced cell's cables."""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import Any

from neuron import h, hoc

from .. import _library
from .._library.structures import ArgumentNames
from ..errors import SimulatorError
from . import structure
from .collect import section_list

_SECTION_LISTS = {"soma": "somatic", "dend": "basal", "apic": "apical", "axon": "axonal"}
"""From an array of sections of the template to the SectionList that holds those that exist."""

KINDS = ("all", "somatic", "apical", "basal", "axonal")


class ReducedModel(hoc.HocObject):
    """An instance of a hoc template, of which no section can be reached that does not exist.

    NEURON ends the process when an element of a section array is asked for that was deleted, and an
    array without elements cannot be had: ``dend`` and ``apic`` are lists of the cables, ``soma``
    and ``axon``, which belong to the original cell, are empty.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> ReducedModel:
        return hoc.HocObject.__new__(cls, hocbase=getattr(h, name))

    def __init__(self, name: str):
        pass

    def __getattribute__(self, name: str) -> Any:
        if name in _SECTION_LISTS:
            try:
                return list(super().__getattribute__(_SECTION_LISTS[name]))
            except AttributeError:
                # Templates written for neuron-reduce 0.0.7 need no axonal.
                return []
        return super().__getattribute__(name)


def instance(name: str, names: ArgumentNames) -> ReducedModel:
    """A new instance of a template that the session has.

    :raises TemplateError: its init raises, or the name is that of a class of NEURON's own.
    """
    try:
        return ReducedModel(name)
    except (RuntimeError, TypeError) as error:
        raise _library.template_error(name, str(error), names) from None


def section_lists() -> dict[str, Any]:
    """An empty SectionList for each of ``KINDS``."""
    return {kind: section_list(()) for kind in KINDS}


def _release_orphans(phase: str, _: dict[str, int]) -> None:
    if phase != "stop" or sys.is_finalizing() or not _library.has_orphans():
        return
    # In the middle of a run, which a collection may come in as well, they wait for the next one.
    with contextlib.suppress(SimulatorError):
        structure.check_that_it_may_change()
        _library.release_orphans()


# Cables live as long as their soma: sections that a script dropped are found to be gone after the
# collection of garbage that they may have been part of.
gc.callbacks.append(_release_orphans)
