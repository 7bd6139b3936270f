"""Finds a cell's sections and NEURON's own references to objects.

Types are compared by ``issubclass(type(value), …)``: ``isinstance`` raises for a deleted section.
"""

from __future__ import annotations

import array
import numbers
from collections.abc import Iterable

from neuron import h, hoc, nrn

from .. import _library
from .._display.text import plain, shortened
from ..errors import ArgumentError, CellError, SynapseError


def sections(cell, attribute: str) -> list[nrn.Section]:
    """The sections that a cell keeps under a name: see :func:`sections_of`."""
    return sections_of(attribute_of(cell, attribute), cell, attribute)


def sections_of(value, cell, attribute: str) -> list[nrn.Section]:
    """The sections in a cell's attribute: one section, an array, a list or a SectionList.

    :returns: an empty list where the value is None, or holds nothing but deleted sections.
    :raises CellError: where the attribute holds something other than sections.
    """
    if value is None:
        return []
    if issubclass(type(value), nrn.Section):
        found = [value]
    elif is_section_array(value):
        found = _array_sections(cell, attribute, value)
    else:
        try:
            found = list(value)
        except (TypeError, ReferenceError, RuntimeError, IndexError):
            return []
    for section in found:
        if not issubclass(type(section), nrn.Section):
            raise CellError(
                f"{attribute} of {described(cell)} holds {described(section)}; expected nothing "
                "but sections"
            )
    return [section for section in found if _is_alive(section)]


def attribute_of(cell, attribute: str):
    """A cell's attribute; None where there is none, or a section that was deleted."""
    if issubclass(type(cell), hoc.HocObject):
        # NEURON ends the process when a deleted section is reached for by its name.
        instance = _reference(cell)
        where = (attribute,) if instance is None else (attribute, 0, cell)
        if not _library.is_array_or_object(instance, attribute) and not h.section_exists(*where):
            return None
    try:
        return getattr(cell, attribute)
    except Exception:
        # Whatever an object of the user's raises when asked, it has no such attribute.
        return None


def is_section_array(value) -> bool:
    """Whether this is a hoc array, whose elements may be deleted sections."""
    return issubclass(type(value), hoc.HocObject) and value.hname().endswith("[?]")


def _array_sections(cell, attribute: str, array) -> list[nrn.Section]:
    """The sections of a hoc array that were not deleted; NEURON ends the process when a deleted one
    is reached for."""
    if _reference(cell) is not None:
        exists = (h.section_exists(attribute, index, cell) for index in range(len(array)))
        return [array[index] for index, alive in enumerate(exists) if alive]
    return sections_of_array(array)


def sections_of_array(array) -> list[nrn.Section]:
    """The sections of a hoc array, whosever it is, that were not deleted; in their order."""
    prefix = array.hname().split("[?]")[0] + "["
    found = [section for section in h.allsec() if section.name().startswith(prefix)]
    return sorted(found, key=lambda section: int(section.name()[len(prefix) : -1]))


def _reference(value) -> int | None:
    """NEURON's reference to an object of a hoc class; None for hoc's top level and for what is not
    hoc's."""
    try:
        return hoc.HocObject.hocobjptr(value) or None
    except TypeError:
        return None


def _is_alive(section: nrn.Section) -> bool:
    try:
        return section.nseg > 0
    except ReferenceError:
        return False


def described(value) -> str:
    """A value as a message shows it, also where it cannot be shown; by its class where it has no
    text of its own."""
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__} that cannot be shown"
    return shortened(plain(text))


def section_list(found: Iterable[nrn.Section]):
    """A SectionList object of the given sections."""
    result = h.SectionList()
    for section in found:
        result.append(section)
    return result


def listed(objects, argument: str, expected: str) -> list:
    """What was given, as a list of its own, whatever becomes of the one that was given.

    :raises SynapseError: where it cannot be gone through.
    """
    try:
        if not is_section_array(objects):
            return list(objects)
    except (TypeError, ReferenceError, RuntimeError):
        pass
    plural = f"{expected}es" if expected.endswith("s") else f"{expected}s"
    raise SynapseError(f"{argument} is {described(objects)}; expected a list of {plural}")


def object_references(
    objects: list, argument: str, expected: str, kind: type = hoc.HocObject
) -> array.array:
    """NEURON's references to the objects in a list, as an array of pointers.

    :param kind: the class that all must be of.
    :raises SynapseError: naming the first element that is no NEURON object of that class.
    """
    if all(issubclass(each, kind) for each in set(map(type, objects))):
        try:
            return array.array("Q", map(hoc.HocObject.hocobjptr, objects))
        except TypeError:
            pass
    index = next(
        index
        for index, item in enumerate(objects)
        if not issubclass(type(item), kind) or _reference(item) is None
    )
    raise SynapseError(f"{argument}[{index}] is {described(objects[index])}; expected a {expected}")


def number(value, argument: str, expected: str) -> float:
    """A real number.

    :raises ArgumentError: for anything else, text and booleans included.
    """
    if issubclass(type(value), numbers.Real) and type(value) is not bool:
        try:
            return float(value)
        except OverflowError:
            pass
    raise ArgumentError(f"{argument} is {described(value)}; expected {expected}")


def truth(value, argument: str) -> bool:
    """Whether a value is true.

    :raises ArgumentError: where it is neither.
    """
    try:
        return bool(value)
    except Exception:
        raise ArgumentError(f"{argument} is {described(value)}; expected True or False") from None


def flag(value, argument: str) -> None:
    """:raises ArgumentError: it is neither True nor False itself."""
    if type(value) is not bool:
        raise ArgumentError(f"{argument} is {described(value)}; expected True or False")


def name(value, argument: str, expected: str) -> str:
    """A name: text that C can read.

    :raises ArgumentError: for anything else.
    """
    if type(value) is str and "\0" not in value and value.isascii():
        return value
    raise ArgumentError(f"{argument} is {described(value)}; expected {expected}")


def by_name(sections: dict, name):
    """What belongs to a section's name, or to the one that ends in it after its cell's name; None
    for no name and for one of several."""
    if type(name) is not str:
        return None
    if name in sections:
        return sections[name]
    found = [each for full, each in sections.items() if full.endswith(f".{name}")]
    return found[0] if len(found) == 1 else None


def compared_parameters(dictionary, argument: str) -> list[bytes | None]:
    """``PP_params_dict`` as a flat list of pairs: class, parameter, class, parameter, …

    A class with an empty list is a pair with None.

    :raises ArgumentError: where it is not a dictionary from class names to lists of names.
    """
    expected = "a dictionary from point-process class names to lists of parameter names"
    if dictionary is None:
        return []
    try:
        pairs = [
            (kind.encode(), name if name is None else name.encode())
            for kind, names in dictionary.items()
            for name in _names(names)
        ]
    except (AttributeError, TypeError, ReferenceError, UnicodeEncodeError):
        raise ArgumentError(f"{argument} is {described(dictionary)}; expected {expected}") from None
    return [each for pair in pairs for each in pair]


def _names(names) -> list:
    """The names in a list, or None alone where it is empty."""
    found = list(names)
    if any(each is None for each in found):
        raise TypeError
    return found or [None]
