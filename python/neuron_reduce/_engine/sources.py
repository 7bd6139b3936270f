"""The NMODL that mechanisms were compiled from, and its syntax trees."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence

import neuron
from neuron import h

from .._display.warned import warn
from .._session import collect, mechanisms
from ..errors import ArgumentError, EngineError
from . import cache

# By force: what nmodl's own code generator refuses need not matter here.
_ARGUMENTS = (
    *("--neuron", "source.mod", "-o", "out", "--scratch", "scratch"),
    *("passes", "--json-ast", "codegen", "--force"),
)
_TIME_LIMIT_SECONDS = 120
_SHOWN_LINES = 6

_DECLARATION = re.compile(r"\b(?:SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)\s+(\w+)")

_POINTERS = re.compile(r"\b(?:BBCORE)?POINTER\s+(\w+(?:\s*,\s*\w+)*)")

_EXTERNALS = re.compile(r"\bEXTERNAL\s+(\w+(?:\s*,\s*\w+)*)")

_REFUSALS = ("unsupported", "unknownName")
"""The codes of the library's errors that say where in a mechanism is what is not compiled."""

# nmodl makes assignments of these, and then leaves out the conditions and all else that is around.
_DISCONTINUITY = re.compile(r"\bstate_discontinuity(?=\s*\()")
_UNTOUCHED = "neuron_reduce_state_discontinuity"

_COMMENTS = re.compile(
    r"""^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b
    |   ^[ \t]*VERBATIM\b.*?^[ \t]*ENDVERBATIM\b
    |   ^[ \t]*TITLE\b[^\n]*
    |   [:?][^\n]*""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclasses.dataclass(frozen=True)
class Source:
    """What a mechanism was compiled from.

    :ivar name: the mechanism's, as NEURON knows it.
    :ivar text: NMODL; what it INCLUDEs is part of it, between ``:::`` comments, where NEURON keeps
        the text.
    :ivar path: of the file that it was compiled from: where it may be by now is not known, nor
        whether it is still the same. Empty where none is known.
    :ivar changed: whether a file of this path is there and says something else than ``text``, which
        is what runs.
    """

    name: str
    text: str
    path: str
    changed: bool = False

    def syntax_tree(self) -> str:
        """See :func:`syntax_tree`."""
        return syntax_tree(self)


def find(names: Iterable[str], folders: Sequence[str | os.PathLike] = ()) -> dict[str, Source]:
    """The sources of mechanisms, by their names.

    NEURON keeps the text of each mod file that nrnivmodl, or NEURON's own build, compiled: what is
    found is what runs, whatever has become of the file.

    :param names: of density mechanisms, point processes and artificial cells; each one's SUFFIX.
    :param folders: mod files, and folders of such, to look at for mechanisms whose text NEURON does
        not have. The user answers for them: there is nothing to compare them with.
    :raises ArgumentError: one of the folders cannot be read.
    :raises EngineError: there is no source of a mechanism; the message names it and where was
        looked.
    """
    places = _places(folders)
    kinds = _selectors()
    found = {}
    given: dict[str, Source] | None = None
    for name in dict.fromkeys(names):
        source = _of_session(name, kinds)
        if source is None:
            if given is None:
                given = _declared_in(places)
            source = given.get(name)
        if source is None:
            raise _missing(name, name in kinds, places)
        if source.changed:
            _warn_of_change(name, source.path)
        found[name] = source
    return found


@functools.cache
def _warn_of_change(name: str, path: str) -> None:
    """Once in a process."""
    warn(
        f"{path} is not what the mechanism {name} was compiled from any more: NEURON and the "
        "engine run what was compiled; expected nrnivmodl after a change"
    )


def _missing(name: str, is_known: bool, places: Sequence[pathlib.Path]) -> EngineError:
    if not is_known:
        return EngineError(
            f"{name} is no mechanism of this session; expected one that NEURON has loaded"
        )
    looked = ", ".join(map(str, places)) or "no folder was named"
    return EngineError(
        f"there is no NMODL source of the mechanism {name}: NEURON has none (it is built into "
        "NEURON, made by hoc, or was compiled without its text), and none was found in mechanisms= "
        f"({looked}); expected mechanisms= with the mod file, or its folder"
    )


def located(error: EngineError, known: Mapping[str, Source]) -> EngineError:
    """An error that refuses a mechanism, with the file and the line where what it refuses is.

    :param error: the library's.
    :param known: by mechanism.
    """
    source = known.get(refused_mechanism(error))
    if source is None:
        return error
    details = error.details
    what = details["construct"] if "construct" in details else details["name"]
    line = _line(source.text, str(details["block"]), str(what))
    found = EngineError(f"{error} ({source.path or source.name}, line {line})")
    found.code, found.details = error.code, details
    return found


def refused_mechanism(error: EngineError) -> str:
    """The mechanism that an error of the library's refuses, located or not; empty for another
    error."""
    return str(error.details["mechanism"]) if error.code in _REFUSALS else ""


def _line(text: str, block: str, construct: str) -> int:
    """Where a construct is, as far as can be told: the first of its words in the block, else the
    block itself; counted from 1."""
    plain = _COMMENTS.sub(lambda match: _without_words(match[0]), text)
    begin = re.search(rf"^[ \t]*(?:[A-Z_]+[ \t]+)?{re.escape(block.split()[0])}\b", plain, re.M)
    start = 0 if begin is None else begin.start()
    for word in re.findall(r"[A-Za-z_]\w*", construct):
        found = re.compile(rf"\b{word}\b").search(plain, start)
        if found is not None:
            return plain.count("\n", 0, found.start()) + 1
    return plain.count("\n", 0, start) + 1


def _without_words(comment: str) -> str:
    """A comment's lines without its text; that VERBATIM is there stays."""
    begins = "VERBATIM" if comment.lstrip().startswith("VERBATIM") else ""
    return begins + "\n" * comment.count("\n")


def of_session(name: str) -> Source | None:
    """The source of a mechanism as NEURON itself keeps it; None where it keeps none."""
    return _of_session(name, _selectors())


def _of_session(name: str, kinds: dict) -> Source | None:
    """What NEURON itself keeps; None where it keeps none."""
    kind = kinds.get(name)
    if kind is None:
        return None
    kind.select(name)
    text, path = kind.code(), kind.file()
    if not text:
        return None
    return Source(name, text, path, _differs(text, path))


def _selectors() -> dict:
    """For the name of each mechanism of the session a MechanismType that has it."""
    found = {}
    for point_processes in (False, True):
        kind = h.MechanismType(int(point_processes))
        found |= dict.fromkeys(mechanisms.names(point_processes), kind)
    return found


def _differs(text: str, path: str) -> bool:
    """Whether a file says something else than the text that nrnivmodl took from it."""
    if not path or ":::INCLUDE" in text:
        return False
    try:
        now = pathlib.Path(path).read_bytes()
    except OSError:
        return False
    if not now.isascii():
        # nrnivmodl keeps a line of a comment up to its first character that is not ASCII.
        return False
    return _lines(now.decode()) != _lines(text)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def _places(folders: Sequence[str | os.PathLike]) -> list[pathlib.Path]:
    expected = "mechanisms= is {}; expected a list of mod files and folders of mod files"
    if isinstance(folders, (str, os.PathLike)):
        folders = [folders]
    try:
        places = [pathlib.Path(os.fsdecode(each)) for each in folders]
    except TypeError:
        raise ArgumentError(expected.format(collect.described(folders))) from None
    for place in places:
        if not place.exists():
            raise ArgumentError(f"mechanisms= names {place}, which does not exist")
    return places


def _declared_in(places: Sequence[pathlib.Path]) -> dict[str, Source]:
    """The mechanisms of all mod files in folders; the first of a name.

    :raises ArgumentError: a file or folder cannot be read.
    """
    found: dict[str, Source] = {}
    for place in places:
        try:
            paths = sorted(place.glob("*.mod")) if place.is_dir() else [place]
            for path in paths:
                text = path.read_text(encoding="utf-8", errors="replace")
                name = declared_name(text) or path.stem
                found.setdefault(name, Source(name, text, str(path)))
        except OSError as error:
            raise ArgumentError(
                f"mechanisms= names {place}, which cannot be read: {error}"
            ) from None
    return found


def declared_name(text: str) -> str | None:
    """The name that an NMODL text gives its mechanism; None where that is its file's name.

    :param text: of a mod file.
    """
    match = _DECLARATION.search(without_comments(text))
    return None if match is None else match[1]


def without_comments(text: str) -> str:
    """NMODL without comments and VERBATIM.

    :param text: of a mod file.
    """
    return _COMMENTS.sub(" ", text)


@functools.cache
def pointers(name: str) -> frozenset[str]:
    """The names of a mechanism's POINTERs, as far as its source is known.

    :param name: of a mechanism.
    """
    source = of_session(name)
    if source is None:
        return frozenset()
    return pointer_names(source)


def pointer_names(source: Source) -> frozenset[str]:
    """The names of POINTERs and BBCOREPOINTERs."""
    lists = _POINTERS.findall(without_comments(source.text))
    return frozenset(re.findall(r"\w+", ",".join(lists)))


def externals(text: str) -> set[str]:
    """The mechanisms that may have what an NMODL text names as EXTERNAL, by all that the ends of
    these names may say."""
    lists = _EXTERNALS.findall(without_comments(text))
    found = set()
    for name in re.findall(r"\w+", ",".join(lists)):
        parts = name.split("_")
        found |= {"_".join(parts[first:]) for first in range(1, len(parts))}
    return found & _selectors().keys()


def syntax_tree(source: Source) -> str:
    """The syntax tree of a source as JSON text, as NEURON's own ``nmodl`` writes it; kept in the
    user's cache.

    :raises EngineError: there is no ``nmodl``, or it does not understand the source.
    """
    program, home = _nmodl()
    status = os.stat(program)
    identity = f"{neuron.__version__} {program} {status.st_mtime_ns} {status.st_size} {_ARGUMENTS}"
    source = dataclasses.replace(
        source, text=_DISCONTINUITY.sub(_UNTOUCHED, _readable(source.text))
    )
    key = hashlib.sha256(f"{identity}\0{source.text}".encode()).hexdigest()
    store = cache.open_cache()
    path = store.find(f"{key}.json")
    if path is not None:
        with contextlib.suppress(OSError, ValueError):
            return _checked(path.read_text(encoding="utf-8"))
    text = _parsed(source, program, home)
    # Without space it is made anew the next time.
    with contextlib.suppress(OSError):
        store.put(f"{key}.json", text.encode())
    return text


def _readable(text: str) -> str:
    """Without what is in COMMENT: nmodl goes on reading after a VERBATIM in it."""

    def lines_of(match: re.Match) -> str:
        is_comment = match[0].lstrip().startswith("COMMENT")
        return "\n" * match[0].count("\n") if is_comment else match[0]

    return _COMMENTS.sub(lines_of, text)


def _checked(text: str) -> str:
    """:raises ValueError: it is no JSON."""
    # What is that deep is refused, by name, where the tree is read.
    with contextlib.suppress(RecursionError):
        json.loads(text)
    return text


def _parsed(source: Source, program: str, home: str) -> str:
    where = f"the NMODL source of {source.name} ({source.path or 'no file'})"
    environment = {
        # With Python it would go on to transform the tree, which is of no use here.
        key: value
        for key, value in os.environ.items()
        if key not in ("NMODL_PYLIB", "NMODL_WRAPLIB")
    }
    folder = tempfile.mkdtemp(prefix="neuron-reduce-")
    try:
        written = pathlib.Path(folder) / "source.mod"
        written.write_text(source.text, encoding="utf-8")
        tree = pathlib.Path(folder) / "scratch" / "source.ast.json"
        done = subprocess.run(
            [program, *_ARGUMENTS],
            cwd=folder,
            env=environment | {"NMODLHOME": home, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIME_LIMIT_SECONDS,
            check=False,
        )
        # What it does after it has written the tree may fail, and does not matter.
        with contextlib.suppress(OSError, ValueError):
            return _checked(tree.read_text(encoding="utf-8"))
    except subprocess.TimeoutExpired:
        raise EngineError(f"nmodl took more than {_TIME_LIMIT_SECONDS} s to read {where}") from None
    except OSError as error:
        raise EngineError(
            f"nmodl could not be run on {where}: {error}; expected NEURON's own {program}, and "
            "space for temporary files"
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise EngineError(
        f"nmodl does not understand {where}, and expected something else: {_complaint(done)}"
    )


def _complaint(done: subprocess.CompletedProcess) -> str:
    said = done.stdout.decode(errors="replace").splitlines()
    of_interest = [each.strip() for each in said if "rror" in each or "xpect" in each]
    shown = (of_interest or [each.strip() for each in said if each.strip()])[:_SHOWN_LINES]
    return " ".join(shown) or f"it ended with status {done.returncode}"


@functools.cache
def _nmodl() -> tuple[str, str]:
    """NEURON's ``nmodl``, and the folder that it is told to be at home in.

    :raises EngineError: there is none.
    """
    homes = _homes()
    for home in homes:
        program = home / "bin" / "nmodl"
        if os.access(program, os.X_OK) and (home / "share" / "nmodl").is_dir():
            return str(program), str(home)
    raise EngineError(
        "NEURON's nmodl, which reads mechanisms, was not found in "
        + ", ".join(str(each / "bin") for each in dict.fromkeys(homes))
        + "; expected NEURON 9 as its wheels have it (pip install neuron)"
    )


def _homes() -> list[pathlib.Path]:
    """Where NEURON may be installed: a wheel is in its package, others are at a prefix."""
    package = pathlib.Path(neuron.__file__).parent
    return [package / ".data", pathlib.Path(h.neuronhome()).parents[1]]
