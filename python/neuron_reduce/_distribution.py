"""The package as it is installed: its name, its version, and what shares its folder."""

from __future__ import annotations

import importlib.metadata
import os
import pathlib
import warnings

from .errors import NeuronReduceWarning

NAME = "neuron-reduce-swift"
_PUBLISHED = "neuron-reduce"
_FOLDER = pathlib.Path(__file__).parent


def version() -> str:
    """This package's version; ``'unknown'`` where it is used without being installed."""
    try:
        return importlib.metadata.version(NAME)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def warn_of_namesake() -> None:
    """Warns where the published package, which installs ``neuron_reduce`` too, is in this folder.

    Where that one was installed last its files are the ones that Python imports, and nothing here
    is asked.
    """
    try:
        folder = importlib.metadata.distribution(_PUBLISHED).locate_file(_FOLDER.name)
        shared = os.path.samefile(str(folder), _FOLDER)
    except (importlib.metadata.PackageNotFoundError, OSError):
        return
    if shared:
        warnings.warn(
            f"{_PUBLISHED} is installed beside {NAME}, and both have their files in {_FOLDER}: "
            "upgrading or uninstalling the one breaks the other; expected one of them: "
            f"`pip uninstall {_PUBLISHED} {NAME}`, then install the one you want",
            NeuronReduceWarning,
            stacklevel=3,
        )
