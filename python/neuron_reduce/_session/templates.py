"""The hoc template that a reduced cell is an instance of, where the user has one of their own."""

from __future__ import annotations

import os
import re

from neuron import h

from .._processes import copies
from ..errors import TemplateError
from .collect import described

BUILT_IN = "model.hoc"

TRIAL_SECONDS = 60.0
"""After which a template that is tried is given up: its ``init`` may never end."""


def named(model_filename, argument: str) -> tuple[str, str | None]:
    """The template's name, and the file that defines it; None for the one built in.

    :raises TemplateError: where it is no file's name, or the template's cannot be read from it.
    """
    refused = f"{argument} is {described(model_filename)}; expected "
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


def load(name: str, path: str | None, argument: str) -> None:
    """Loads a template of the user's, unless the session has it.

    :raises TemplateError: where the file is missing, has an error in it, or defines something else.
    """
    if path is None or h.name_declared(name):
        return
    if problem := _problem_in_copy(name, path) or _problem(name, path):
        raise TemplateError(
            f"{argument} '{path}' {problem}; expected a hoc file that defines the template '{name}'"
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


def _tried(name: str, path: str) -> str:
    # An instance too: a template without its end loads, but cannot be instantiated.
    return _problem(name, path) or _problem_of_instance(name)


def _problem_in_copy(name: str, path: str) -> str:
    """What goes wrong when a copy of this process loads the file; empty where nothing does.

    After an error inside a template NEURON has sections whose names end the process when they are
    asked for, so that a file is tried where that does no harm.
    """
    try:
        return copies.call(_tried, name, path, timeout=TRIAL_SECONDS, in_parallel=True)
    except copies.TookTooLong as error:
        return f"could not be loaded: {error}"
    except copies.CopyFailed as error:
        return f"could not be loaded: it ends NEURON ({error})"
