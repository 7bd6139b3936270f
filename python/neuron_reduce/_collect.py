"""Finds a cell's sections and NEURON's own references to objects."""

import array
import numbers
from collections.abc import Iterable

from neuron import h, hoc, nrn

from .errors import ArgumentError, CellError, SynapseError


def sections(cell, attribute: str) -> list[nrn.Section]:
    """The sections that a cell keeps under a name: one section, an array, a list or a SectionList.

    :returns: an empty list where the cell has no such attribute, or nothing but deleted sections.
    :raises CellError: where the attribute holds something other than sections.
    """
    try:
        value = getattr(cell, attribute)
    except (AttributeError, LookupError, RuntimeError, TypeError):
        return []
    if isinstance(value, nrn.Section):
        found = [value]
    elif isinstance(value, hoc.HocObject) and value.hname().endswith("[?]"):
        found = _array_sections(cell, attribute, value)
    else:
        try:
            found = list(value)
        except (TypeError, ReferenceError, RuntimeError, IndexError):
            return []
    for section in found:
        if not isinstance(section, nrn.Section):
            raise CellError(
                f"{attribute} of {cell!r} holds {section!r}; expected nothing but sections"
            )
    return [section for section in found if _is_alive(section)]


def _array_sections(cell, attribute: str, array) -> list[nrn.Section]:
    """The sections of a hoc array that were not deleted; NEURON ends the process when a deleted one
    is reached for."""
    if _is_hoc_instance(cell):
        exists = (h.section_exists(attribute, index, cell) for index in range(len(array)))
        return [array[index] for index, alive in enumerate(exists) if alive]
    prefix = array.hname().split("[?]")[0] + "["
    return [section for section in h.allsec() if section.name().startswith(prefix)]


def _is_hoc_instance(value) -> bool:
    """Whether this is an object of a hoc class, rather than hoc's top level or Python's own."""
    try:
        return isinstance(value, hoc.HocObject) and bool(value.hocobjptr())
    except (AttributeError, TypeError, RuntimeError):
        return False


def _is_alive(section: nrn.Section) -> bool:
    try:
        return section.nseg > 0
    except ReferenceError:
        return False


def section_list(found: Iterable[nrn.Section]):
    """A SectionList object of the given sections."""
    result = h.SectionList()
    for section in found:
        result.append(section)
    return result


def listed(objects, argument: str, expected: str) -> list:
    """A list of what was given.

    :raises SynapseError: where it cannot be gone through.
    """
    try:
        return list(objects)
    except TypeError:
        raise SynapseError(f"{argument} is {objects!r}; expected a list of {expected}s") from None


def object_references(objects: list, argument: str, expected: str) -> array.array:
    """NEURON's references to the objects in a list, as an array of pointers.

    :raises SynapseError: naming the first element that is no NEURON object.
    """
    try:
        return array.array("Q", map(hoc.HocObject.hocobjptr, objects))
    except TypeError:
        pass
    for index, item in enumerate(objects):
        if not _is_hoc_instance(item):
            raise SynapseError(f"{argument}[{index}] is {item!r}; expected a {expected}")
    raise AssertionError("an element was refused that is an object")


def number(value, argument: str, expected: str) -> float:
    """A real number.

    :raises ArgumentError: for anything else, text and booleans included.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ArgumentError(f"{argument} is {value!r}; expected {expected}")
    return float(value)


def compared_parameters(dictionary) -> list[bytes]:
    """``PP_params_dict`` as a flat list of pairs: class, parameter, class, parameter, …

    :raises ArgumentError: where it is not a dictionary from class names to lists of names.
    """
    expected = "a dictionary from point-process class names to lists of parameter names"
    if dictionary is None:
        return []
    try:
        pairs = [(kind, name) for kind, names in dictionary.items() for name in list(names)]
        return [text.encode() for pair in pairs for text in pair]
    except (AttributeError, TypeError):
        raise ArgumentError(f"PP_params_dict is {dictionary!r}; expected {expected}") from None
