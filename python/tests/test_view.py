"""The page in which a reduction is looked at, and what a browser makes of it."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.base import AXE_FILE_PATH

import neuron_reduce
import sample_report
from browsing import opened
from isolated import isolated
from models import kept
from neuron_reduce import ArgumentError, SavedCellError, view
from neuron_reduce import record as records


@pytest.fixture(scope="module")
def record() -> records.ReductionRecord:
    """A layer of two apical and two basal cables, of which compartments are shared."""
    made = sample_report.evaluation(seeds=1).record
    names = dict.fromkeys(each.section for each in made.segment_map)
    cable = made.cables[0]
    joint = records.Joint(cable.name, 0.5 / cable.segments, list(names)[:2])
    shared = records.SharedCompartment(0, 0.5 / cable.segments, list(names)[:2], 0.25)
    losses = {name: 0.01 * index for index, name in enumerate(names)}
    expected = dataclasses.replace(made.expected, joined=[joint], sections=losses)
    return dataclasses.replace(made, expected=expected, shared_inward=[shared])


@pytest.fixture(scope="module")
def file(record: records.ReductionRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return view.write(tmp_path_factory.mktemp("view") / "view.html", record)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark")], ids=str
)
def test_is_drawn_offline_for_all_readers(
    browser: Any, file: Path, width: int, scheme: str
) -> None:
    shown = opened(browser, file, width, scheme)
    for name in ("full", "reduced"):
        assert shown.page.locator(f"#{name} path[data-place]").count() > 3
        box = shown.page.locator(f"#{name}").bounding_box()
        assert box["width"] > 300
        assert box["height"] > 300
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.errors == []
    assert shown.requests == [file.as_uri()]
    shown.page.focus("#list")
    shown.page.keyboard.press("ArrowDown")
    # The page itself lets no script in but its own.
    shown.page.context.close()
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    page.focus("#list")
    page.keyboard.press("ArrowDown")
    page.evaluate(AXE_FILE_PATH.read_text())
    found = page.evaluate("() => axe.run()")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert len(found["passes"]) > 20
    context.close()


def test_can_be_used_by_keys(browser: Any, file: Path, record: records.ReductionRecord) -> None:
    page = opened(browser, file).page
    chosen = page.locator("[role=option][aria-selected=true]")
    detail = page.locator("#detail")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "list":
            break
    page.keyboard.press("ArrowDown")
    first = record.cables[record.segment_map[0].cable]
    assert chosen.count() == 1
    assert first.name in chosen.inner_text()
    assert "by several branches" in detail.inner_text()
    assert "25 %" in detail.inner_text()
    assert page.locator("#full path.chosen").count() >= 2, "the branches that share it"
    assert page.locator("#reduced path.chosen").count() == 1
    page.keyboard.press("End")
    assert "by several branches" not in detail.inner_text()
    page.keyboard.press("Escape")
    assert chosen.count() == 0
    assert "Nothing is chosen" in detail.inner_text()

    course = page.locator("#full path[data-place]").first
    before = course.get_attribute("d")
    page.focus("#full")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "d => document.querySelector('#full path').getAttribute('d') !== d", arg=before
    )
    page.keyboard.press("0")
    assert course.get_attribute("d") == before
    box = page.locator("#full").get_attribute("viewBox")
    page.keyboard.press("+")
    assert page.locator("#full").get_attribute("viewBox") != box


def test_colours_say_what_was_asked_for(browser: Any, file: Path) -> None:
    page = opened(browser, file).page

    def colours() -> list[str]:
        return page.eval_on_selector_all(
            "#full path[data-place]", "each => each.map(path => path.style.stroke)"
        )

    assert len(set(colours())) > 3
    page.check("input[value=shared]")
    assert len(set(colours())) == 2
    assert "shared by several" in page.locator("#legend").inner_text()
    page.check("input[value=loss]")
    assert len(set(colours())) > 3
    assert "mV at the soma" in page.locator("#legend").inner_text()
    numbers = page.eval_on_selector_all(
        "#branches td.number", "each => each.map(cell => Number(cell.textContent))"
    )
    assert numbers == sorted(numbers, reverse=True)
    page.locator("th button").first.click()
    names = page.eval_on_selector_all(
        "#branches td:first-child", "each => each.map(cell => cell.textContent)"
    )
    assert len(set(names)) == len(names) > 3
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("branch")
    page.locator("#branches button").last.click()
    assert names[-1] in page.locator("#detail").inner_text()


def test_neighbours_have_other_colours(browser: Any, file: Path) -> None:
    page = opened(browser, file).page
    pairs = page.eval_on_selector_all(
        "#reduced path[data-place]",
        "each => each.map(path => [path.dataset.place, path.style.stroke])",
    )
    for (one, shade), (other, other_shade) in itertools.pairwise(pairs):
        if one.split(":")[0] == other.split(":")[0]:
            assert shade != other_shade, (one, other)


def test_names_are_only_text(browser: Any, record: records.ReductionRecord, tmp_path: Path) -> None:
    name = "</script><script>window.hacked = 1</script><b>&amp;\u2028"
    renamed = dataclasses.replace(
        record,
        cell=name,
        notes=[name],
        cables=[dataclasses.replace(record.cables[0], name=name)],
        segment_map=[dataclasses.replace(each, cable=0) for each in record.segment_map],
    )
    shown = opened(browser, view.write(tmp_path / "view.html", renamed))
    assert shown.errors == []
    assert shown.page.evaluate("window.hacked") is None
    assert shown.page.locator("#notes li").inner_text().startswith("</script><script>")
    assert shown.page.locator("b").count() == 0


@pytest.mark.parametrize("lacking", ["points", "dendrites", "events"])
def test_what_is_missing_is_said(
    browser: Any, record: records.ReductionRecord, tmp_path: Path, lacking: str
) -> None:
    expected = record.expected
    changes: dict[str, Any] = {
        "points": {
            "shape": [dataclasses.replace(each, points=np.empty((0, 4))) for each in record.shape]
        },
        "dendrites": {
            "segment_map": [],
            "cables": [],
            "shared_inward": [],
            "expected": dataclasses.replace(expected, joined=[], sections={}),
        },
        "events": {
            "expected": dataclasses.replace(expected, rmsd=None, deviation=None, sections={})
        },
    }
    changed = dataclasses.replace(record, **changes[lacking])
    shown = opened(browser, view.write(tmp_path / "view.html", changed))
    assert shown.errors == []
    words = {
        "points": "have no 3D points",
        "dendrites": "0 compartments stand for 0 segments",
        "events": "No loss can be expected",
    }
    assert words[lacking] in shown.page.locator("main").inner_text()
    # What turns the picture is said where there is one.
    assert shown.page.locator("#keys").is_visible() == (lacking != "points")
    shown.page.check("input[value=loss]")
    assert shown.errors == []


def test_is_titled_by_the_cells_whole_name(
    browser: Any, record: records.ReductionRecord, tmp_path: Path
) -> None:
    """A morphology is called as its file, whose ending is no section."""
    named = dataclasses.replace(record, cell="cell.swc", method="folded")
    shown = opened(browser, view.write(tmp_path / "view.html", named))
    assert shown.page.locator("h1").inner_text() == "cell.swc, reduced by folded"
    assert shown.page.title() == "cell.swc, reduced by folded"


def test_of_a_reduction_and_of_a_file(browser: Any, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        reduction = kept.Driven("folded").reduction
        one = reduction.view(tmp_path / "one.html")
        assert one == tmp_path / "one.html"
        reduction.save(tmp_path / "cell.json")
        loaded = neuron_reduce.load(tmp_path / "cell.json")
        loaded.view(tmp_path / "other.html")
        assert one.read_bytes() == (tmp_path / "other.html").read_bytes()
        content = json.loads((tmp_path / "cell.json").read_text())
        del content["record"], content["original"]["segments"]
        (tmp_path / "old.json").write_text(json.dumps(content | {"version": 1}))
        old = neuron_reduce.load(tmp_path / "old.json")
        with pytest.raises(SavedCellError, match="did not keep the reduction's record"):
            old.view(tmp_path / "old.html")
        with pytest.raises(ArgumentError, match="path is 3; expected that of a file"):
            reduction.view(3)  # type: ignore[arg-type]
        with pytest.raises(OSError):  # noqa: PT011
            reduction.view(tmp_path / "none" / "view.html")

    test()
    shown = opened(browser, tmp_path / "one.html")
    assert shown.errors == []
    assert shown.page.locator("#reduced path[data-place]").count() > 10
    assert "dendrites have no 3D points" in shown.page.locator("#turning").inner_text()


def test_a_browser_is_opened(
    record: records.ReductionRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    written = view.show(record)
    assert asked == [written.as_uri()]
    assert written.is_relative_to(tmp_path)
