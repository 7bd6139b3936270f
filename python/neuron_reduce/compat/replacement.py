"""``reducing_methods._get_subtree_biophysical_properties``, where someone has replaced it."""

from __future__ import annotations

import cmath
from collections.abc import Iterable
from typing import Any, NamedTuple

from neuron import h, nrn

from ..errors import CellError
from .cables import _get_subtree_biophysical_properties


class StemProperties(NamedTuple):
    """What a stem's cable is to have: ``cm`` in µF/cm², ``rm`` in ohm cm², ``ra`` in ohm cm,
    ``e_pas`` in mV, the propagation factor ``q`` per space constant."""

    cm: float
    rm: float
    ra: float
    e_pas: float
    q: complex


def replaced_properties(
    stems: Iterable[nrn.Section], frequency: float
) -> list[StemProperties] | None:
    """What the replacement says of some stems; None where nothing was replaced.

    :param stems: the sections that dendrites begin with.
    :param frequency: of the reduction, in Hz.
    :raises CellError: where the replacement fails, or returns something else.
    """
    from .. import reducing_methods

    replacement = reducing_methods._get_subtree_biophysical_properties
    if replacement is _get_subtree_biophysical_properties:
        return None
    return [_properties(replacement, stem, frequency) for stem in stems]


def _properties(replacement: Any, stem: nrn.Section, frequency: float) -> StemProperties:
    module = getattr(replacement, "__module__", "?")
    name = (
        "reducing_methods._get_subtree_biophysical_properties, replaced by "
        f"{module}.{getattr(replacement, '__qualname__', '?')},"
    )
    try:
        found = replacement(h.SectionRef(sec=stem), frequency)
    except Exception as error:
        raise CellError(
            f"{name} fails for {stem}: {type(error).__name__}: {error}; expected cm, Rm, Ra, e_pas "
            "and q"
        ) from error
    try:
        cm, rm, ra, e_pas, q = found
        properties = StemProperties(float(cm), float(rm), float(ra), float(e_pas), complex(q))
    except (TypeError, ValueError):
        properties = None
    if properties is None or not _has_meaning(properties):
        raise CellError(
            f"{name} returned {found!r} for {stem}; expected cm, Rm and Ra, finite and greater "
            "than 0, e_pas, finite, and q, whose real part is not less than its imaginary part, "
            "that being 0 or greater"
        )
    return properties


def _has_meaning(properties: StemProperties) -> bool:
    cm, rm, ra, e_pas, q = properties
    return (
        all(0 < each < cmath.inf for each in (cm, rm, ra))
        and cmath.isfinite(e_pas)
        and cmath.isfinite(q)
        and q.real > 0
        and q.real >= q.imag >= 0
    )
