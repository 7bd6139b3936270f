"""What NEURON says of its mechanisms and of the objects that are instances of them."""

from __future__ import annotations

import functools

from neuron import h

PARAMETER, ASSIGNED, STATE, GLOBAL, ALL = 1, 2, 3, -1, 0
"""MechanismStandard's kinds of variable."""


def class_name(instance) -> str:
    """The class of a hoc object, such as ``Exp2Syn``."""
    return instance.hname().split("[", 1)[0]


def names(point_processes: bool) -> list[str]:
    """All point processes of the session, or all density mechanisms and ions."""
    types = h.MechanismType(int(point_processes))
    text = h.ref("")
    found = []
    for index in range(int(types.count())):
        types.select(index)
        types.selected(text)
        found.append(text[0])
    return found


def variables(kind: str, which: int) -> list[tuple[str, int]]:
    """The variables of a mechanism, each with its array size.

    :param which: ``PARAMETER``, ``GLOBAL`` or ``ALL``.
    """
    standard = h.MechanismStandard(kind, which)
    text = h.ref("")
    found = []
    for index in range(int(standard.count())):
        size = int(standard.name(text, index))
        found.append((text[0], size))
    return found


@functools.cache
def parameters(kind: str) -> list[tuple[str, int]]:
    """A mechanism's PARAMETERs, each with its array size."""
    return variables(kind, PARAMETER)


def random_variables(instance) -> list[str]:
    """The RANDOM variables of a point process."""
    found = []
    for name in dir(instance):
        try:
            kind = type(getattr(instance, name))
        except (AttributeError, RuntimeError, TypeError, ValueError):
            # A POINTER that is not set, or what else has no value.
            continue
        if kind.__name__ == "NMODLRandom":
            found.append(name)
    return found


def is_pointer(instance, name: str) -> bool:
    """Whether a member of a point process is a POINTER. It points elsewhere afterwards."""
    try:
        h.setpointer(h._ref_t, name, instance)
    except TypeError:
        return False
    return True


def numbers(value, size: int) -> list[float]:
    """A variable's numbers: one for a scalar."""
    return [value] if size == 1 else [value[index] for index in range(size)]
