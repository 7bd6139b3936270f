"""Comparing synapses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from neuron import hoc

from .._session import gone, mechanisms
from ..errors import SynapseError


@gone.refused
def type_of_point_process(PP: Any) -> str:
    """The class of a point process, such as ``'Exp2Syn'``."""
    return mechanisms.class_name(PP)


@gone.refused
def add_PP_properties_to_dict(PP: Any, PP_params_dict: dict[str, list[str]]) -> None:
    """Enters the names of those variables of a point process that are worth comparing under its
    class: all its RANGE variables but the state of a moment, ``i``, ``g`` and ``state``.

    :param PP_params_dict: from class to list of names.
    :raises SynapseError: for an object of another class.
    """
    kind = type_of_point_process(PP)
    try:
        names = {name for name, _ in mechanisms.variables(kind, mechanisms.ALL)}
    except RuntimeError:
        raise SynapseError(f"PP is {PP}; expected a point process") from None
    # What is called del in hoc Python knows as delay.
    PP_params_dict[kind] = sorted(
        "delay" if name == "del" else name for name in names - {"i", "g", "state"}
    )


@gone.refused
def synapse_properties_match(
    synapse: Any, PP: Any, PP_params_dict: Mapping[str, Iterable[str]]
) -> bool:
    """Whether two point processes are of one class and agree in the variables to compare.

    :param PP_params_dict: from class to the names of variables; ``rng`` and what holds an object
        are not compared.
    :raises KeyError: where the class is not in the dictionary.
    :raises SynapseError: for a point process that is on no section, which has no values.
    """
    for name, process in (("synapse", synapse), ("PP", PP)):
        if hasattr(process, "get_segment") and process.get_segment() is None:
            raise SynapseError(
                f"{name} is {process}, which is on no section, perhaps since its section was "
                "deleted; expected a point process on a section"
            )
    kind = type_of_point_process(PP)
    if kind != type_of_point_process(synapse):
        return False
    return all(
        _equal(getattr(PP, name), getattr(synapse, name))
        for name in PP_params_dict[kind]
        if name != "rng"
    )


def _equal(first: Any, second: Any) -> bool:
    return issubclass(type(first), hoc.HocObject) or bool(first == second)
