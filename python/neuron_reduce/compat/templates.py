"""Reduced cells as instances of hoc templates."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from neuron import h

from .. import _library
from .._session import gone, templates
from .._session.naming import PUBLISHED
from ..errors import ArgumentError, SimulatorError

_MOST_SECTIONS = 1_000_000


class Neuron:
    """A reduced cell: a hoc object and, once they are set, its parts.

    :param model: the hoc object, afterwards ``hoc_model``.
    """

    def __init__(self, model: Any) -> None:
        self.hoc_model = model
        self.soma: Any = None
        self.dend: Any = None
        self.apic: Any = None
        self.axon: Any = None


@gone.refused
def load_model(model_filename: str | os.PathLike[str]) -> str:
    """Makes sure that the session has a template.

    :param model_filename: ``'model.hoc'`` for the one that is built in, or a hoc file, which
        defines the template that has the file's name up to the first dot.
    :returns: the template's name.
    :raises TemplateError: where the file is missing, has an error in it, or defines something else.
    """
    name, path = templates.named(model_filename, PUBLISHED.template)
    templates.load(name, path, PUBLISHED.template)
    _library.prepare_template(name, path is None, PUBLISHED.in_library)
    return name


@gone.refused
def create_sections_in_hoc(type_of_section: str, num: int, instance_as_str: str) -> None:
    """Creates an array of sections in a hoc object, in place of the array of that name that it has;
    an array of none leaves it as it is.

    :param type_of_section: the array's name, a public one of the object's template.
    :param num: how many.
    :param instance_as_str: what the object is called in hoc.
    :raises ArgumentError: for more sections than memory is risked for.
    :raises SimulatorError: where hoc refuses.
    """
    if num > _MOST_SECTIONS:
        raise ArgumentError(f"num is {num!r}; expected {_MOST_SECTIONS} at most")
    if num > 0:
        _execute(f"create {type_of_section}[{int(num)}]", instance_as_str)


@gone.refused
def append_to_section_lists(section: str, type_of_sectionlist: str, instance_as_str: str) -> None:
    """Appends a section of a hoc object to two of its SectionLists: one, and ``all``.

    :param section: what the section is called in the object, such as ``'dend[3]'``.
    :param type_of_sectionlist: the list's name, such as ``'basal'``.
    :param instance_as_str: what the object is called in hoc.
    :raises SimulatorError: where hoc refuses.
    """
    for sections in (type_of_sectionlist, "all"):
        _execute(f"{section} {sections}.append()", instance_as_str)


@gone.refused
def apply_params_to_section(
    name: str,
    type_of_sectionlist: str,
    instance_as_str: str,
    section: Any,
    cable_params: Any,
    nseg: int,
) -> None:
    """Gives a section of a hoc object a cable's shape and passive membrane, and enters it in the
    object's lists as :func:`append_to_section_lists` does.

    :param section: the section that ``name`` means in the object.
    :param cable_params: a :class:`~neuron_reduce.reducing_methods.CableParams`.
    """
    section.L = cable_params.length
    section.diam = cable_params.diam
    section.nseg = nseg
    append_to_section_lists(name, type_of_sectionlist, instance_as_str)
    section.insert("pas")
    section.cm = cable_params.cm
    section.Ra = cable_params.ra
    section.g_pas = 1 / cable_params.rm
    section.e_pas = cable_params.e_pas


@gone.refused
def textify_seg_to_seg(segs: Mapping[Any, Any]) -> dict[str, str]:
    """A mapping between segments in the form in which NEURON prints segments.

    :raises CellError: where a section of theirs was deleted: all of those have the same text.
    """
    return {str(original): str(reduced) for original, reduced in segs.items()}


def _execute(command: str, instance: str) -> None:
    """Has a hoc object execute a command."""
    if re.search(r'["\\\n]', command + instance):
        raise ArgumentError(f"{command!r} in {instance!r} is not one hoc command")
    if not h(f'{{execute("{command}", {instance})}}'):
        raise SimulatorError(f"NEURON could not execute '{command}' in {instance}")
