"""Runs the Python blocks of Markdown pages, by Sybil: `pytest -p blocks PAGE.md`.

That is what `.ci/pages` does. The blocks of a page are one script, in the page's order. The pages
of `docs/howto` and the tutorial build what they speak of; other pages speak of a cell without
building one, and there `cell`, `synapses` and so on are what `world.py` builds.
`<!--- skip: next -->` before a block leaves it out.
"""

import pathlib
import sys

from sybil import Sybil
from sybil.integration import pytest as integration
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "docs" / "site"), str(ROOT / "examples")]

BY_THEMSELVES = ["docs/howto/*.md", "docs/tutorial/README.md"]


def _world(namespace):
    from world import names

    _script(namespace)
    namespace.update(names())


def _script(namespace):
    namespace["__name__"] = "__main__"


pytest_collect_file = integration.pytest_integration(
    Sybil(
        [PythonCodeBlockParser(), SkipParser()],
        patterns=BY_THEMSELVES,
        path=str(ROOT),
        setup=_script,
    ),
    Sybil(
        [PythonCodeBlockParser(), SkipParser()],
        patterns=["*.md", "**/*.md"],
        excludes=BY_THEMSELVES,
        path=str(ROOT),
        setup=_world,
    ),
)
