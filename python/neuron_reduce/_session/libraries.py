"""The compiled mechanisms that the session has loaded."""

from __future__ import annotations

import pathlib

import neuron


def loaded() -> set[pathlib.Path]:
    """The paths of their libraries, or where the system does not tell them, of folders that hold
    them. A library may have been replaced, or be gone, since it was loaded.
    """
    try:
        lines = pathlib.Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    except OSError:
        paths = {str(path) for path in neuron.nrn_dll_loaded}
        paths |= {str(path) for path in pathlib.Path.cwd().glob("*/libnrnmech*")}
    else:
        fields = [line.split(maxsplit=5) for line in lines]
        paths = {each[5] for each in fields if len(each) == 6 and "nrnmech" in each[5]}
    return {pathlib.Path(each).resolve() for each in paths}


def load(path: str) -> bool:
    """Loads what :func:`loaded` named elsewhere; whether that worked."""
    if pathlib.Path(path).is_dir():
        return bool(neuron.load_mechanisms(path, warn_if_already_loaded=False))
    return bool(neuron.h.nrn_load_dll(path))
