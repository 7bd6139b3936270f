"""The hoc template that a reduced cell is an instance of, where the user has one of their own."""

from __future__ import annotations

import os
import re
import warnings

from neuron import h

from ..errors import TemplateError
from .collect import described

BUILT_IN = "model.hoc"


def named(model_filename) -> tuple[str, str | None]:
    """The template's name, and the file that defines it; None for the one built in.

    :raises TemplateError: where it is no file's name, or the template's cannot be read from it.
    """
    refused = f"model_filename is {described(model_filename)}; expected "
    try:
        path = os.fspath(model_filename)
        if b"\0" in os.fsencode(path):
            raise TypeError
        name = os.path.basename(path).split(".")[0]
    except (TypeError, UnicodeEncodeError):
        raise TemplateError(refused + "the name of a hoc file") from None
    if type(name) is not str or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise TemplateError(refused + "a file whose name, up to the first dot, is a hoc template's")
    return name, None if path == BUILT_IN else path


def load(name: str, path: str | None) -> None:
    """Loads a template of the user's, unless the session has it.

    :raises TemplateError: where the file is missing, has an error in it, or defines something else.
    """
    if path is None or h.name_declared(name):
        return
    problem = _problem_in_copy(name, path)
    if problem is None:
        problem = _problem(name, path)
    if problem:
        raise TemplateError(
            f"model_filename '{path}' {problem}; expected a hoc file that defines the template "
            f"'{name}'"
        )


def _problem(name: str, path: str) -> str:
    """Loads the file; an empty text where the template is then there."""
    try:
        if not h.load_file(1, path):
            return "was not found"
    except (RuntimeError, TypeError, UnicodeError) as error:
        return f"could not be loaded: {error}"
    return "" if h.name_declared(name) else f"does not define '{name}'"


def _problem_of_instance(name: str) -> str:
    """Makes an instance; an empty text where that works."""
    try:
        getattr(h, name)()
    except Exception as error:
        return f"defines a template that cannot be instantiated: {error}"
    return ""


def _problem_in_copy(name: str, path: str) -> str | None:
    """What goes wrong when a copy of this process loads the file; None where nothing does.

    After an error inside a template NEURON has sections whose names end the process when they are
    asked for, so that a file is tried where that does no harm.
    """
    if not hasattr(os, "fork"):
        return None
    receiver, sender = os.pipe()
    with warnings.catch_warnings():
        # The child does nothing but load the file, whatever threads the parent has.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            # An instance too: a template without its end loads, but cannot be instantiated.
            problem = _problem(name, path) or _problem_of_instance(name)
            os.write(sender, problem.encode(errors="replace")[:4096])
            os._exit(0)
        finally:
            os._exit(1)
    os.close(sender)
    with os.fdopen(receiver, "rb") as stream:
        problem = stream.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if status:
        return "could not be loaded: it ends NEURON"
    return problem or None
