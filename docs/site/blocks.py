"""Runs the code blocks of Markdown pages, by Sybil: `pytest -p blocks PAGE.md`.

That is what `.ci/pages` does. The Python blocks of a page are one script, in the page's order, and
so are its hoc blocks, which nrniv runs; a shell block is run by itself, in the same folder, but for
the lines that `LEFT_OUT` names. The pages of `docs/howto` and the tutorial build what they speak
of; other pages speak of a cell without building one, and there `cell`, `synapses` and so on are
what `world.py` builds, and the files those of `shell.py`.

`<!--- skip: next -->` before a block leaves it out. A block without a language, or with one that is
not known here, is an error. `blocks.txt` tells how many there were.
"""

import collections
import os
import pathlib
import re
import shutil
import sys
import unittest

from sybil import Region, Sybil
from sybil.integration import pytest as integration
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "docs" / "site"), str(ROOT / "examples")]

BY_THEMSELVES = ["docs/howto/*.md", "docs/tutorial/README.md"]

LEFT_OUT = {
    "make ": "a step of CI's own",
    ".ci/": "a step of CI's own",
    "git ": "of a release",
    "output/": "of a release",
    "env PATH=/usr/bin:/bin output/": "of a release",
    "python3 -m venv ": "makes an environment",
    "pip ": "installs",
    "python -m pip ": "installs",
    "python examples/": "takes minutes",
    "mpirun -n 2 python examples/": "takes minutes",
    "srun ": "of a cluster",
}
"""Commands of shell blocks that are not run, by what they begin with, and why."""

NOT_CODE = {"text": "text, not code", "{eval-rst}": "the site's, made by `make docs`"}

_counted = collections.Counter()
_run = set()

_FENCES = FencedCodeBlockLexer(".*", {"language": "language", "source": "source"})
_HIDDEN = DirectiveInHTMLCommentLexer(
    "invisible-code-block", "(?:sh|hoc|json)", {"arguments": "language", "source": "source"}
)


def commands(text):
    """The commands of a shell block, each with why it is left out, or None; comments are none."""
    for line in text.replace("\\\n", " ").splitlines():
        command = line.strip() + " "
        if command == " " or command.startswith("#"):
            continue
        reasons = [reason for name, reason in LEFT_OUT.items() if command.startswith(name)]
        if command.startswith("mpirun ") and not (shutil.which("mpirun") or os.environ.get("CI")):
            reasons.append("no MPI is here")
        yield line, reasons[0] if reasons else None


def _sh(example):
    import shell

    found = list(commands(example.parsed))
    _counted["commands of sh left out"] += sum(reason is not None for _, reason in found)
    if all(reason for _, reason in found):
        raise unittest.SkipTest(", ".join(f"{line} ({reason})" for line, reason in found))
    shell.run_sh("\n".join(line for line, reason in found if not reason))


def _hoc(example):
    import shell

    blocks = example.namespace.setdefault("hoc blocks", [])
    blocks.append(example.parsed)
    shell.run_hoc("".join(blocks))


def _json(example):
    import shell

    shell.run_json(example.parsed)


RUN = {"sh": _sh, "hoc": _hoc, "json": _json}


def _others(document):
    """What is not Python."""
    for lexer in (_FENCES, _HIDDEN):
        for region in lexer(document):
            language = region.lexemes["language"].strip()
            if language != "python":
                yield Region(
                    region.start,
                    region.end,
                    parsed=region.lexemes["source"],
                    evaluator=_evaluator(language),
                )


def _evaluator(language):
    def evaluate(example):
        if language in NOT_CODE:
            raise unittest.SkipTest(NOT_CODE[language])
        if language not in RUN:
            expected = ", ".join(["python", *RUN, *NOT_CODE])
            raise AssertionError(
                f"{example.path}:{example.line}: a block of "
                f"{language or 'no language'}; expected one of {expected}"
            )
        RUN[language](example)
        _run.add(id(example.region))

    return evaluate


def _python(names):
    """Python blocks; `names` gives what they have before the first of a page."""
    parse = PythonCodeBlockParser()

    def regions(document):
        for region in parse(document):
            region.evaluator = prepared(region.evaluator)
            yield region

    def prepared(evaluator):
        def evaluate(example):
            if "__name__" not in example.namespace:
                example.namespace["__name__"] = "__main__"
                example.namespace.update(names())
            _run.add(id(example.region))
            return evaluator(example)

        return evaluate

    return regions


def _world():
    from world import names

    return names()


pytest_collect_file = integration.pytest_integration(
    Sybil([_python(dict), _others, SkipParser()], patterns=BY_THEMSELVES, path=str(ROOT)),
    Sybil(
        [_python(_world), _others, SkipParser()],
        patterns=["*.md", "**/*.md"],
        excludes=BY_THEMSELVES,
        path=str(ROOT),
    ),
)


def pytest_runtest_makereport(item, call):
    """Counts it, but for what is hidden in the page."""
    region = item.example.region
    opening = item.example.document.text[region.start :].split("\n", 1)[0]
    if call.when == "call" and (fence := re.match(r"\s*`{3,}(.*)", opening)):
        how = "run" if id(region) in _run else "left out"
        _counted[f"blocks of {fence[1]} {how}"] += 1


def pytest_sessionfinish():
    lines = [f"{count} {what}\n" for what, count in _counted.items()]
    pathlib.Path("blocks.txt").write_text("".join(lines))
