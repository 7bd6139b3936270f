"""Point processes that act on nothing, whatever they do: what cannot be compiled of these may be
left out of a program."""

from __future__ import annotations

import dataclasses
import re

from .sources import Source, without_comments

_VERBATIM = re.compile(r"^[ \t]*VERBATIM\b(.*?)^[ \t]*ENDVERBATIM\b", re.DOTALL | re.MULTILINE)

_ACTS = re.compile(
    r"\b(?:NONSPECIFIC_CURRENT|ELECTRODE_CURRENT|USEION|POINTER|BBCOREPOINTER|EXTERNAL|"
    r"ARTIFICIAL_CELL|net_event|scop_random|exprand|normrand|poisrand|set_seed)\b"
)
"""What by NMODL's own means reaches others: an ion's style changes for who only reads it, and all
instances of a session draw from one generator."""

_CALL = re.compile(r"\b(\w+)\s*\(")
_HARMLESS = frozenset(
    {
        *("if", "for", "while", "switch", "return", "sizeof", "abs", "fabs", "pow", "exp", "log"),
        *("log10", "sqrt", "sin", "cos", "tan", "floor", "ceil", "fmin", "fmax"),
        *("ifarg", "getarg", "gargstr", "hoc_getarg", "hoc_gargstr", "hoc_execerror"),
        *("vector_arg", "vector_vec", "vector_resize", "vector_capacity", "vector_append"),
        *("printf", "fprintf", "sprintf", "snprintf", "fopen", "fclose", "fflush"),
        *("malloc", "calloc", "realloc", "free", "memset", "strcmp", "strlen", "strcpy"),
    }
)
"""What C may call: none of it changes what another mechanism, or NEURON, computes with."""

_REACHES = re.compile(r"\bextern\b|->|\)\s*\(\s*\)|#\s*define|\b_(?!l)\w+|\bgoto\b|\basm\b")
"""Ways of C to what is not the mechanism's own: NEURON's names for its arrays begin with _."""


def acts_on_nothing(source: Source) -> bool:
    """Whether it is certain that nothing but a point process itself depends on what it computes.

    Vectors that it fills, files that it writes and its own variables are nobody else's, as long as
    no Vector is played into the cell.
    """
    text = without_comments(source.text)
    if "POINT_PROCESS" not in text or _ACTS.search(text):
        return False
    code = "\n".join(_without_text(each) for each in _VERBATIM.findall(source.text))
    return not _REACHES.search(code) and _HARMLESS.issuperset(_CALL.findall(code))


def _without_text(code: str) -> str:
    """C without comments and what is in quotation marks."""
    return re.sub(
        r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", " ", code, flags=re.DOTALL
    )


def left_out(source: Source) -> Source:
    """A mechanism of that name which does nothing."""
    receives = re.search(r"\bNET_RECEIVE\b", without_comments(source.text))
    return dataclasses.replace(
        source,
        text=f"NEURON {{ POINT_PROCESS {source.name} }}\n"
        + ("NET_RECEIVE(w) { }\n" if receives else ""),
    )
