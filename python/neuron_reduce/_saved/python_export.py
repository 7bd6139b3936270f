"""A cell as a Python module that needs NEURON alone."""

from __future__ import annotations

import inspect
from typing import Any

from .._display.text import plain
from . import building, files

_HEAD = '''"""{title}

Needs NEURON alone, with the mechanisms {mechanisms}.

    import {name}
    cell = {name}.make()  # Or make(with_sources=False), and then cell.connect(0, source).

celsius was {celsius:g} and v_init {v_init:g}: set_globals() sets them, and the mechanisms' GLOBALs.
"""

import ctypes
import itertools
import json
import struct
import warnings

from neuron import h
'''

_TAIL = """

CONTENT = json.loads(
    r'''
{text}'''
)

_numbers = itertools.count()


def make(with_sources=True, gid=None, threshold=None, name=None):
    \"\"\"A new cell, beside all that is there.

    :param with_sources: whether with the NetCons and NetStims that it had.
    :param gid: makes the soma a source of spikes of this number, for ParallelContext.
    :param threshold: of these, in mV; if not given that of the cell's own NetCons from its soma,
        or 10.
    :param name: by which its sections are known.
    \"\"\"
    if name is None:
        name = f"{name}_{{next(_numbers)}}"
    return Cell(CONTENT, name, with_sources, gid, threshold)


def set_globals():
    \"\"\"Sets celsius, v_init and the GLOBALs of the mechanisms to what they were.\"\"\"
    h.celsius = CONTENT["celsius"]
    h("v_init = %r" % CONTENT["v_init"])
    for each in CONTENT["mechanisms"]:
        for variable, value in each["globals"].items():
            if isinstance(value, list):
                for index, element in enumerate(value):
                    getattr(h, variable)[index] = number(element)
            else:
                setattr(h, variable, number(value))
"""


def text_of(content: dict[str, Any], name: str) -> str:
    """The module's text.

    :param name: the module's.
    """
    source = inspect.getsource(building)
    # Its imports are among those of the head, and its own words on what it is are not wanted.
    source = source[source.index("from neuron import h\n") + len("from neuron import h\n") :]
    # In JSON only texts have this character.
    text = files.text_of(content).replace("'", "\\u0027")
    title = plain(f"{content['name']}, reduced by {content['method'] or 'neuron_reduce'}.")
    head = _HEAD.format(
        title=title.replace("\\", "").replace('"', ""),
        mechanisms=", ".join(each["name"] for each in content["mechanisms"]),
        name=name,
        celsius=content["celsius"],
        v_init=content["v_init"],
    )
    tail = _TAIL.replace("{text}", text).replace("{name}_{{", f"{name}_{{").replace('}}"', '}"')
    return head + source.rstrip("\n") + "\n" + tail
