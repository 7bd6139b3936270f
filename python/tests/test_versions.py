"""One version, wherever it is said, and a section of the changelog for each release."""

from __future__ import annotations

import datetime
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import PROJECT

RELEASE = PROJECT / ".ci" / "release"
FILES = ("VERSION", "CITATION.cff", "CHANGELOG.md")
DATE = r"\d{4}-\d{2}-\d{2}"
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
TODAY = datetime.date(2031, 5, 7)


def _faults(root: Path) -> list[str]:
    """What does not agree in VERSION, CITATION.cff and CHANGELOG.md."""
    order = runpy.run_path(str(RELEASE))["order"]
    version = (root / "VERSION").read_text().strip()
    is_release = ".dev" not in version
    citation = dict(re.findall(r"^(\S+): (.*)$", (root / "CITATION.cff").read_text(), re.MULTILINE))
    log = (root / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.*)$", log, re.MULTILINE)
    releases = [re.fullmatch(rf"(\d+\.\d+\.\d+) \(({DATE})\)", each) for each in headings[1:]]
    faults = []
    if headings[0] != "Unreleased" or None in releases:
        return [f"headings {headings}"]
    found = [(order(each[1]), each[2]) for each in releases if each is not None]
    if found != sorted(found, reverse=True) or len(found) != len({one for one, _ in found}):
        faults.append(f"order {headings}")
    if set(re.findall(r"^### (.*)$", log, re.MULTILINE)) - SECTIONS:
        faults.append("sections of a release")
    if citation["version"] != version:
        faults.append(f"CITATION.cff {citation['version']}")
    if is_release:
        if not found or found[0] != (order(version), citation.get("date-released")):
            faults.append(f"{version} is not the newest section, of CITATION.cff's date")
    elif "date-released" in citation or (found and found[0][0] >= order(version)):
        faults.append(f"{version} is no successor")
    return faults


def test_files_agree() -> None:
    assert _faults(PROJECT) == []


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / "VERSION").write_text("0.4.0.dev0\n")
    citation = (tmp_path / "CITATION.cff").read_text()
    citation = re.sub("^date-released.*\n", "", citation, flags=re.MULTILINE)
    (tmp_path / "CITATION.cff").write_text(
        re.sub("(?m)^version: .*", "version: 0.4.0.dev0", citation)
    )
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n### Added\n\n- This.\n")
    assert _faults(tmp_path) == []
    return tmp_path


def _release(root: Path, version: str) -> None:
    runpy.run_path(str(RELEASE))["main"](root, version, TODAY)


def test_release_and_what_follows(clone: Path) -> None:
    _release(clone, "0.4.0")
    assert _faults(clone) == []
    log = (clone / "CHANGELOG.md").read_text()
    assert log.endswith("## Unreleased\n\n## 0.4.0 (2031-05-07)\n\n### Added\n\n- This.\n")
    assert "version: 0.4.0\ndate-released: 2031-05-07\n" in (clone / "CITATION.cff").read_text()
    _release(clone, "0.5.0.dev0")
    assert _faults(clone) == []
    assert (clone / "VERSION").read_text() == "0.5.0.dev0\n"
    assert (clone / "CHANGELOG.md").read_text() == log


@pytest.mark.parametrize("name", FILES)
def test_one_that_was_forgotten_is_told(clone: Path, name: str) -> None:
    before = (clone / name).read_text()
    _release(clone, "0.4.0")
    (clone / name).write_text(before)
    assert _faults(clone) != []


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("0.4", "no version"),
        ("0.4.0rc1", "no version"),
        ("0.4.0.dev0", "not newer"),
        ("0.3.9", "not newer"),
    ],
)
def test_what_is_no_next_version_is_refused(clone: Path, version: str, message: str) -> None:
    before = [(clone / name).read_bytes() for name in FILES]
    with pytest.raises(SystemExit, match=message):
        _release(clone, version)
    assert [(clone / name).read_bytes() for name in FILES] == before


def test_nothing_to_release_is_refused(clone: Path) -> None:
    _release(clone, "0.4.0")
    before = [(clone / name).read_bytes() for name in FILES]
    with pytest.raises(SystemExit, match="nothing under Unreleased"):
        _release(clone, "0.4.1")
    assert [(clone / name).read_bytes() for name in FILES] == before


def _command() -> Any:
    """The command that is installed beside this Python, or the one that `swift test` has built."""
    beside = Path(sys.executable).with_name("neuron-reduce")
    built = PROJECT / ".build" / "debug" / "neuron-reduce"
    return next((each for each in (beside, built) if each.exists()), None)


@pytest.mark.skipif(_command() is None, reason="make test-swift or make install-wheel has it")
def test_command_says_it() -> None:
    said = subprocess.run([_command(), "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == (PROJECT / "VERSION").read_text().strip()
