"""What a NEURON session holds, and how to empty it."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from neuron import h

_WATCHED = ("NetCon", "NetStim", "Exp2Syn", "ExpSyn")


def left_over() -> list[str]:
    """Names of the sections, synapses and connections that exist in the session."""
    gc.collect()
    names = [section.name() for section in h.allsec()]
    for template in _WATCHED:
        names += [item.hname() for item in h.List(template)]
    return names


@contextmanager
def emptied() -> Iterator[None]:
    """Deletes all sections at the end; what nothing refers to any more goes with them."""
    try:
        yield
    except Exception as error:
        # Otherwise a failed test's NetCons live as long as its traceback, in the next tests.
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        for section in list(h.allsec()):
            h.delete_section(sec=section)
