"""The report: what is in the file, and what a browser makes of it."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import sample_report
from browsing import opened
from isolated import isolated
from models import made, small_cell
from neuron_reduce import record as records
from neuron_reduce import report
from neuron_reduce.report import (
    _colours,
    _layout,
    _morphology,
    _style,
    _tables,
    _text,
    _traces,
)

FIGURES = ("traces-figure", "morphology-figure", "input-figure", "transfer-figure")

LIMIT = 8_000_000
"""Bytes a report may have, so that it can be sent by mail."""

COLOURED = """
async (name) => {
  const image = new Image();
  image.src = await Plotly.toImage(name, { format: "png" });
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let coloured = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [least, , greatest] = [data[at], data[at + 1], data[at + 2]].sort((a, b) => a - b);
    if (data[at + 3] > 128 && greatest - least > 60) coloured += 1;
  }
  return coloured;
}
"""
"""JavaScript that counts the pixels of a figure that are neither black, grey nor white."""


@pytest.fixture(scope="module")
def evaluation() -> neuron_reduce.Evaluation:
    return sample_report.evaluation(seeds=3)


@pytest.fixture(scope="module")
def file(evaluation: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    return report.write(path, evaluation.record, evaluation)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark")], ids=str
)
def test_draws_every_figure_offline(browser: Any, file: Path, width: int, scheme: str) -> None:
    shown = opened(browser, file, width, scheme)
    for name in FIGURES:
        place = shown.page.locator(f"#{name}").bounding_box()
        for element in ("svg.main-svg", *(["canvas"] if name == "morphology-figure" else [])):
            box = shown.page.locator(f"#{name} {element}").first.bounding_box()
            assert box is not None, f"{name} has no {element}"
            assert box["width"] > 100, name
            assert box["height"] > 100, name
            assert box["y"] + box["height"] <= place["y"] + place["height"] + 1, name
    assert shown.requests == [file.as_uri()]
    for name in FIGURES:
        assert shown.page.evaluate(COLOURED, name) > 500, name
    overhang = "document.documentElement.scrollWidth - window.innerWidth"
    assert shown.page.evaluate(overhang) <= 0, "the page scrolls sideways"
    assert shown.errors == []
    shown.page.context.close()


def test_another_input_can_be_chosen(browser: Any, file: Path) -> None:
    shown = opened(browser, file)
    visible = """() => document.getElementById("traces-figure").data
        .filter((trace) => trace.meta !== undefined && trace.visible).map((trace) => trace.meta)"""
    assert shown.page.evaluate(visible) == [0, 0]
    shown.page.select_option("select", "2")
    shown.page.wait_for_function(f"({visible})().every((input) => input === 2)")
    assert shown.page.evaluate(visible) == [2, 2]
    assert shown.errors == []
    shown.page.context.close()


def test_names_are_only_text(browser: Any, tmp_path: Path) -> None:
    """Names come from users: markup in them must neither be obeyed nor break the page."""
    name = """</script><img src=x onerror="throw 1">'&amp;"""
    record = sample_report.record(name)
    cables = [
        dataclasses.replace(cable, name=f"{name}{index}", parent=name)
        for index, cable in enumerate(record.cables)
    ]
    record = dataclasses.replace(
        record,
        method=name,
        cables=cables,
        notes=[name],
        versions={name: name},
        settings={"rates": {name: 1.0}},
        stage_seconds={name: 1.0},
        synapses=[dataclasses.replace(record.synapses[0], mechanism=name, unmerged={name: 3})],
    )
    evaluation = sample_report.evaluation(seeds=2, duration=200.0)
    cases = [
        dataclasses.replace(
            case,
            seed=name,
            comparison=dataclasses.replace(
                case.comparison,
                ceiling={name: case.comparison.ceiling["dt halved"]},
                dendrites={(name, 0.5): neuron_reduce.VoltageDifference(1.0, 1.0, 1.0)},
            ),
        )
        for case in evaluation.cases
    ]
    evaluation = neuron_reduce.Evaluation(record, cases)
    shown = opened(browser, report.write(tmp_path / "report.html", record, evaluation))
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("#notes li").inner_text() == name
    assert shown.errors == []
    assert len(shown.requests) == 1
    shown.page.context.close()


@pytest.mark.parametrize("evaluated", [False, True], ids=["no evaluation", "no recordings"])
def test_what_is_missing_is_said(browser: Any, tmp_path: Path, evaluated: bool) -> None:
    whole = sample_report.record()
    record = dataclasses.replace(
        whole,
        impedances=None,
        notes=[],
        synapses=[],
        shape=[dataclasses.replace(each, points=np.empty((0, 4))) for each in whole.shape],
    )
    comparison = sample_report.comparison(0, 0, math.nan, math.nan, math.nan, math.nan)
    path = report.write(tmp_path / "report.html", record, comparison if evaluated else None)
    shown = opened(browser, path, 390)
    assert shown.page.locator(".plot").count() == 0
    for section in ("traces", "morphology", "impedances", "synapses", "running", "notes"):
        assert shown.page.locator(f"#{section} .absent").count() == 1, section
    expected = "Neither the full nor the reduced cell fired" if evaluated else "was not evaluated"
    assert expected in shown.page.locator("#summary").inner_text()
    assert shown.errors == []
    shown.page.context.close()


def test_the_headline_says_what_came_out(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "The reduced cell fired 29 spikes where the full cell fired 29, over 3 inputs" in text
    assert "83 % of the two cells’ spikes have a partner in the other within 5 ms" in text
    assert "reaches 97 % (weights × 1.001) and 95 % (dt halved); it ran 31 times faster." in text


def test_one_comparison_is_as_good_as_an_evaluation(tmp_path: Path) -> None:
    case = sample_report.case(3, duration=300.0)
    path = report.write(tmp_path / "report.html", sample_report.record(), case.comparison)
    text = path.read_text(encoding="utf-8")
    assert 'id="traces-figure"' in text
    assert "over one input of" in text
    assert "<select" not in text


def test_a_real_evaluation_is_drawn(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    def make(seed: int) -> Any:
        model = made.make(seed)
        h.define_shape()
        return model

    @isolated
    def evaluate() -> None:
        options: Any = {"tstop": 60.0, "v_init": -65.0, "progress": False}
        evaluation = neuron_reduce.evaluate(make, seeds=(3, 4), method="lumped", **options)
        evaluation.report(path)

    evaluate()
    shown = opened(browser, path, 390)
    for name in FIGURES:
        assert shown.page.locator(f"#{name} svg.main-svg").count() > 0, name
    assert "over 2 inputs" in shown.page.locator("#summary").inner_text()
    for text in ("half the time step", "weights 0.1 % larger", "3 dendritic sites"):
        assert text in shown.page.locator("#metrics").inner_text()
    assert "3, 4" in shown.page.locator("#running").inner_text()
    assert shown.errors == []
    shown.page.context.close()


class Unnamed(small_cell.PythonCell):
    """A cell that shows itself as Python's objects do."""

    __repr__ = object.__repr__


def test_a_real_comparison_is_drawn(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    @isolated
    def compare() -> None:
        cell = Unnamed()
        drive = small_cell.drive(cell)
        recordings = [recorded(cell)]
        rates = np.full(len(drive.netcons), 160.0)
        reduction = neuron_reduce.reduce(
            cell, drive.synapses, drive.netcons, method="lumped", rates=rates, in_place=True
        )
        recordings.append(recorded(cell))
        neuron_reduce.compare(*recordings, reduction=reduction)
        reduction.report(path)

    compare()
    shown = opened(browser, path)
    for name in FIGURES:
        assert shown.page.locator(f"#{name}").count() == (name != "morphology-figure"), name
    assert shown.page.locator("h1").inner_text() == "Unnamed and its reduced cell"
    assert " object at " not in shown.page.locator("main").inner_text()
    assert "rates=[160.0, 160.0, 160.0, …],  # 33 values" in shown.page.locator("pre").inner_text()
    assert shown.errors == []
    shown.page.context.close()


def recorded(cell: Any) -> neuron_reduce.Recording:
    """The cell's soma in a run from the start."""
    time = h.Vector().record(h._ref_t)
    (soma,) = small_cell.run(small_cell.soma_of(cell))
    return neuron_reduce.Recording(time, soma, seconds=0.1)


def test_many_cables_are_coloured_by_their_place() -> None:
    """Dark at the soma, lighter along each chain; few have each a colour of their own."""
    chains = [["soma"] + [f"dend[{stem}{step}]" for step in range(4)] for stem in range(4)]
    cables = [
        records.Cable(name, "basal", "", parent, 10.0, 1.0, 0.1, 1)
        for chain in chains
        for parent, name in itertools.pairwise(chain)
    ]
    colours = _colours.of(cables)
    assert colours.ramps == {"basal": ("soma", "tip")}
    lightness = [sum(bytes.fromhex(colour[1:])) for colour in colours.cables]
    assert lightness == lightness[:4] * 4
    assert lightness[:4] == sorted(set(lightness[:4]))
    assert all(colour in _style.DARK for colour in colours.cables)
    stems = [dataclasses.replace(cable, parent="soma") for cable in cables]
    assert len(set(_colours.of(stems).cables)) == len(stems)
    assert not _colours.of(cables[:12]).ramps
    assert len(set(_colours.of(cables[:12]).cables)) == 12


def _tree(depth: int, branches: int) -> list[records.Cable]:
    """Cables of which each has so many on its end; three at the soma."""
    cables: list[records.Cable] = []

    def grow(parent: str, left: int) -> None:
        for _ in range(branches):
            name = f"dend[{len(cables)}]"
            cables.append(records.Cable(name, "basal", "", parent, 10.0, 1.0, 0.1, 1))
            if left:
                grow(name, left - 1)

    grow("soma", depth)
    return cables


def test_in_a_tree_neighbours_have_different_colours() -> None:
    """What shares a compartment is seen where it is beside what does not."""
    for cables in (_tree(5, 2), _tree(3, 3)):
        colours = _colours.of(cables)
        assert colours.come_again
        assert not colours.ramps
        assert not colours.are_own
        assert set(colours.cables) == set(_style.CYCLE)
        index = {cable.name: place for place, cable in enumerate(cables)}
        for place, cable in enumerate(cables):
            near = [other for other, each in enumerate(cables) if each.parent == cable.parent]
            near += [index[cable.parent]] if cable.parent in index else []
            assert all(
                colours.cables[other] != colours.cables[place] for other in near if other != place
            )
            assert colours.shade(place, 0.9) == colours.cables[place]
    assert _colours.of(_tree(2, 2)[:12]).are_own


def _shared(record: records.ReductionRecord) -> records.ReductionRecord:
    shared = [
        records.SharedCompartment(1, 0.5, [f"{record.cell}.apic[{n}]" for n in range(20)], 0.31),
        records.SharedCompartment(0, 0.1, ["<a>.dend[1]", "b.dend[2]"], 0.004),
    ]
    return dataclasses.replace(record, method="folded", shared_inward=shared)


def test_branches_that_share_a_compartment_are_named(tmp_path: Path) -> None:
    record = _shared(sample_report.record())
    text = report.write(tmp_path / "report.html", record).read_text()
    assert "apic[0], apic[1], apic[2], apic[3] and 16 more; dend[1], dend[2]" in text
    assert '<a href="#shared">' in text
    assert "In 2 compartments with 31\N{NO-BREAK SPACE}% of the dendrites’ inward" in text
    assert "apic[10], apic[11] and 8 more" in text
    # A lump is told by what it gathers.
    assert "gathers segments of" in text
    without = report.write(tmp_path / "without.html", sample_report.record()).read_text()
    assert "No compartment is shared by branches" in without
    assert "stands for the subtree at" in without


def test_a_piece_tells_what_went_along(tmp_path: Path) -> None:
    record = sample_report.record()
    section = _morphology.section(record)
    texts = [
        text
        for trace in section.figures["morphology-figure"].data
        if trace.text is not None
        for text in np.atleast_1d(trace.text)
    ]
    first = next(text for text in texts if "dend[0](" in text)
    assert first.startswith("<b>L5PC[0].dend[0](")
    assert any("<br>with dend[" in text for text in texts)


def test_chains_are_drawn_straight() -> None:
    record = sample_report.record()
    first, second = _layout.straighten(record.cables, _layout.stretches(record), 10.0)[:2]
    # Coordinates of some 1000 µm, which doubles hold to 1e-13 µm.
    assert np.cross(first.end - first.start, second.end - first.start) == pytest.approx(0, abs=1e-6)


def test_the_same_again_gives_the_same_bytes(
    file: Path, evaluation: neuron_reduce.Evaluation, tmp_path: Path
) -> None:
    again = report.write(str(tmp_path / "again.html"), evaluation.record, evaluation)
    assert again.read_bytes() == file.read_bytes()


def test_long_runs_stay_small(tmp_path: Path) -> None:
    time = np.arange(0, 10_000, 0.025)
    generator = np.random.default_rng(8)
    potential = np.cumsum(generator.normal(size=len(time))) / 30 - 65
    run = neuron_reduce.Recording(time, potential)
    comparison = sample_report.comparison(0, 0, 1.0, 1.0, 1.0, 0.0)
    cases = [neuron_reduce.Case(seed, run, run, {}, comparison) for seed in range(12)]
    record = sample_report.record()
    path = report.write(tmp_path / "report.html", record, neuron_reduce.Evaluation(record, cases))
    assert path.stat().st_size < LIMIT


def test_inputs_are_told_apart(tmp_path: Path) -> None:
    """By number and name where there are several; by their seeds alone where there are not."""
    one = sample_report.evaluation(seeds=2)
    others = [dataclasses.replace(each, input="volley") for each in one.cases]
    for cases, labels in (
        (one.cases, ["seed 1", "seed 2"]),
        (
            [*one.cases, *others],
            [
                "1: own input, seed 1",
                "2: own input, seed 2",
                "3: volley, seed 1",
                "4: volley, seed 2",
            ],
        ),
    ):
        path = report.write(
            tmp_path / "report.html", one.record, neuron_reduce.Evaluation(one.record, cases)
        )
        page = path.read_text()
        options = re.findall(r'<option value="\d+">(\d: .*?|seed \d)</option>', page)
        assert options[: len(labels)] == labels


def test_thinning_keeps_ends_and_peaks() -> None:
    time = np.arange(10_000) * 0.025
    potential = np.full(len(time), -65.0)
    potential[[1234, 7777]] = 30.0, 20.0
    potential[5000] = -90.0
    thin_time, thin_potential = _traces.thin(time, potential, 200)
    assert len(thin_time) <= 200
    assert thin_time[0] == time[0]
    assert thin_time[-1] == time[-1]
    for index in (1234, 7777, 5000):
        assert thin_potential[thin_time == time[index]] == potential[index]
    assert (np.diff(thin_time) > 0).all()
    assert _traces.thin(time, potential, len(time))[0] is time


def test_every_stretch_is_drawn_where_it_went() -> None:
    record = sample_report.record()
    pieces = _layout.stretches(record)
    assert sum(piece.cable is not None for piece in pieces) == len(record.segment_map)
    for shape in record.shape:
        parts = [piece.points for piece in pieces if piece.section == shape.section]
        lengths = [np.linalg.norm(np.diff(each[:, :3], axis=0), axis=1).sum() for each in parts]
        whole = np.linalg.norm(np.diff(shape.points[:, :3], axis=0), axis=1).sum()
        # Sums of tens of numbers near 100 µm, in another order.
        assert sum(lengths) == pytest.approx(whole, rel=1e-12)


def test_cables_are_drawn_to_scale_and_apart() -> None:
    record = sample_report.record()
    drawn = _layout.straighten(record.cables, _layout.stretches(record), 10.0)
    for straight, cable in zip(drawn, record.cables, strict=True):
        # Coordinates of some 1000 µm, which doubles hold to 1e-13 µm.
        assert np.linalg.norm(straight.end - straight.start) == pytest.approx(cable.length, 1e-12)
    by_name = {cable.name: straight for cable, straight in zip(record.cables, drawn, strict=True)}
    assert (by_name["apic[1]"].start == by_name["apic[0]"].end).all()
    angles = np.sort(np.degrees(_layout.apart([0.1, 0.1, 0.1, 3.1, -3.1])) % 360)
    gaps = np.diff(angles, append=angles[0] + 360)
    # Neighbours are pushed apart step by step, 200 times, and come as near as this.
    assert gaps.min() > math.degrees(_layout.LEAST_ANGLE) - 0.1


def test_the_call_that_reproduces_is_python() -> None:
    record = sample_report.record()
    called: dict[str, Any] = {}

    class Package:
        @staticmethod
        def reduce(*arguments: Any, **settings: Any) -> None:
            called.update(settings)

    names = {"neuron_reduce": Package, "cell": None, "synapses": None, "netcons": None}
    exec(_tables.call(record), names)
    assert called == {"method": record.method, **record.settings}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, math.nan]), '[1.0, float("nan")]'),
        (np.full(10_000, 2.5), "[2.5, 2.5, 2.5, …]"),
        (np.float64(2.5), "2.5"),
        ((1,), "(1,)"),
        ({"a": np.int64(3)}, "{'a': 3}"),
    ],
)
def test_settings_are_written_as_python(value: Any, text: str) -> None:
    assert _tables._literal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (10_000, "10,000"),
        (0, "0"),
        (-2.345, "−2.35"),
        (0.04321, "0.0432"),
        (123.456, "123"),
        (0.9996, "1.00"),
        (4.2e-7, "4.20e-07"),
    ],
)
def test_numbers_have_three_digits(value: Any, text: str) -> None:
    assert _text.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.216, "0.22"), (-0.00216, "−0.002"), (0.0, "0.00"), (1e-9, "0.00"), (1.0, "1.00")],
)
def test_small_differences_are_not_nothing(value: float, text: str) -> None:
    assert _text.decimal(value) == text


def test_without_plotly_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(neuron_reduce.MissingPackageError, match="pip install plotly") as caught:
        report.write(tmp_path / "report.html", sample_report.record())
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, neuron_reduce.NeuronReduceError)
    assert not list(tmp_path.iterdir())
