"""What the documentation says of the code: that nothing is left out."""

from __future__ import annotations

import os
import re
from pathlib import Path

from conftest import PROJECT
from neuron_reduce import errors

CATALOGUE = PROJECT / "docs" / "reference" / "errors.md"


SOURCES = [
    ("CableTheory", "CableTheory"),
    ("CellExport", "Export"),
    ("CellModel", "CellModel"),
    ("Fidelity", "Fidelity"),
    ("Mechanisms", "Mechanism"),
    ("NEURONBridge", "Bridge"),
    ("NeuronReduceABI", "ExportRequest"),
    ("Reduction", "Reduction"),
    ("Simulation", "Simulation"),
]
"""Where the errors stand that the shared library reports: target, and whose they are."""


def _cases(source: Path) -> set[str]:
    """The cases of an error's enumeration in Swift."""
    return set(re.findall(r"^  case (\w+)", source.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_error_is_in_the_catalogue_and_no_other() -> None:
    sources = [PROJECT / "Sources" / target / f"{name}Error.swift" for target, name in SOURCES]
    # Those that carry another error are reported by that one's name.
    codes = set().union(*map(_cases, sources)) - {"reduction", "model"}
    text = CATALOGUE.read_text(encoding="utf-8").partition("## Codes")[2]
    first_cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    never = text.partition("never come of a live cell:")[2].partition("\n\n")[0]
    named |= set(re.findall(r"`(\w+)`", never))
    assert named == codes


def test_every_class_of_errors_is_in_the_catalogue() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert f".. autoexception:: {name}\n" in text


def test_every_variable_of_the_environment_is_said() -> None:
    text = (PROJECT / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")
    read = set()
    for source in (PROJECT / "python" / "neuron_reduce").rglob("*.py"):
        read |= set(re.findall(r"\bNEURON_REDUCE_[A-Z_]+\b", source.read_text(encoding="utf-8")))
    assert read
    assert all(f"`{name}`" in text for name in read), read


def test_every_page_with_a_script_is_run_or_says_why_not() -> None:
    """`.ci/pages` runs what git knows; a block that is skipped is run by one that is not seen."""
    for page in PROJECT.glob("docs/**/*.md"):
        text = page.read_text(encoding="utf-8")
        if "<!--- skip" in text:
            assert "<!--- invisible-code-block: python" in text, os.fspath(page)


def test_every_command_of_a_page_exists() -> None:
    """`make` targets and scripts of `.ci` that pages and scripts name."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    targets = set(phony[1].split())
    assert targets == set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    pages = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), PROJECT / ".ci" / "run"]
    named: set[str] = set()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for line in re.findall(r"(?:^|`)make ([a-z][a-z -]*)", text, re.MULTILINE):
            named |= set(line.split())
        for script in re.findall(r"(?:^|[\s`(])(\.ci/[\w.]+)", text):
            assert os.access(PROJECT / script, os.R_OK), f"{script} in {page}"
    assert "install-wheel" in named
    assert named <= targets, named - targets


def test_every_swift_module_is_on_its_page() -> None:
    """Those that DocC documents: what the library shows is in its C header."""
    text = (PROJECT / "docs" / "reference" / "swift.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    modules = {source.parent.name for source in PROJECT.glob("Sources/*/*.swift")}
    assert named == modules - {"NeuronReduceABI", "NeuronReduceLibrary", "neuron-reduce"}
