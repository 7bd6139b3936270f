"""What results say of themselves, in a terminal, in a notebook and in warnings."""

from __future__ import annotations

import dataclasses
import logging
import math
import re
import subprocess
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import made, small_cell
from neuron_reduce import NeuronReduceWarning, Recording, SynapseError, compare
from neuron_reduce._display.text import shortened

SETTINGS: dict[str, Any] = {
    "method": "classic",
    "tstop": 20.0,
    "ceiling": True,
    "progress": False,
}


def _silent(seed: int) -> Any:
    model = made.make(seed)
    for netcon in model.netcons:
        netcon.weight[0] *= 1e-3
    return model


def _unknown(seed: int) -> Any:
    """The rates of two sources cannot be read."""
    model = made.make(seed)
    for index in range(2):
        model.netcons[index].setpost(None)
        model.netcons[index] = h.NetCon(None, model.synapses[index])
    return model


class _Checked(HTMLParser):
    """Of HTML whose elements are all closed; collects what is in table cells."""

    def __init__(self, html: str):
        super().__init__()
        self.cells: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1] in ("td", "th"):
            self.cells.append(data)


@isolated
def test_evaluation_shows_notes_and_bias() -> None:
    evaluation = neuron_reduce.evaluate(made.make, seeds=(1, 2), **SETTINGS)
    differences = [case.comparison.mean_difference for case in evaluation.cases]
    assert evaluation.mean_difference == pytest.approx(np.mean(differences))
    assert "bias (mV)" in str(evaluation)
    assert f"{evaluation.mean_difference:.3f}" in str(evaluation)
    noted = dataclasses.replace(
        evaluation, record=dataclasses.replace(evaluation.record, notes=["Something was <lost>."])
    )
    assert "\n\nSomething was <lost>.\nThe full cell was run by NEURON: the cell" in str(noted)
    assert "<p>Something was &lt;lost&gt;.</p>" in noted._repr_html_()


@isolated
def test_everything_shows_itself(tmp_path: Path) -> None:
    model = small_cell.model()
    reduction = neuron_reduce.reduce(
        model.cell, model.drive.synapses, model.drive.netcons, method="classic"
    )
    evaluation = neuron_reduce.evaluate(made.make, seeds=(1,), **SETTINGS)
    tuning = neuron_reduce.tune(made.make, tstop=20, methods=("classic",), progress=False)
    comparison = evaluation.cases[0].comparison
    for shown in (reduction, reduction.record, evaluation, comparison, tuning):
        assert len(repr(shown)) < 300
        assert repr(shown).startswith(f"<{type(shown).__name__} ")
        assert "\n" not in repr(shown)
        cells = _Checked(shown._repr_html_()).cells
        printed = re.sub(r"\s+", " ", str(shown))
        assert len(cells) > 10
        assert all(re.sub(r"\s+", " ", each).strip() in printed for each in cells)


@isolated
def test_silent_full_cell_does_not_read_as_success(tmp_path: Path) -> None:
    evaluation = neuron_reduce.evaluate(_silent, seeds=(1, 2), **SETTINGS)
    (first, _) = evaluation.cases
    assert first.comparison.is_silent
    tuning = neuron_reduce.tune(
        _silent, tstop=20, methods=("classic",), frequencies=(0,), segments=(-1,), progress=False
    )
    for shown in (evaluation, first.comparison, tuning):
        text = f"{shown!r}\n{shown}"
        assert "never fires" in str(shown)
        assert not re.search(r"(coincidence factor|SPIKE|matched|rate error).*[01]\.000", text)
    assert "never fires" in repr(evaluation)
    assert math.isnan(tuning.candidates[0].error)
    assert math.isnan(tuning.candidates[0].gamma)


def _recording(spikes: list[float]) -> Recording:
    time = np.arange(0, 200, 0.1)
    soma = np.full_like(time, -70.0)
    for spike in spikes:
        soma[np.abs(time - spike) < 1] = 20.0
    return Recording(time, soma)


def test_silent_full_cell_beside_one_that_fires() -> None:
    found = compare(_recording([]), _recording([50, 100]))
    text = str(found)
    assert "never fires" in text
    assert re.search(r"relative rate error +nan", text)
    assert "never fires" in repr(found)


def test_report_of_silent_cells(tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    from neuron_reduce.report import _cases, _metrics, _summary

    silent, firing = _recording([]), _recording([50.0, 100.0])
    comparisons = [
        compare(silent, silent, ceilings={"c": silent}),
        compare(firing, _recording([50.0]), ceilings={"c": firing}),
    ]
    cases = [
        _cases.Case(f"seed {index}", f"{index}", index, None, None, each)
        for index, each in enumerate(comparisons)
    ]
    assert _cases.summary(comparisons, "rate_error").mean == comparisons[1].rate_error == 0.5
    assert "With 1 input the full cell never fires" in _metrics.section(cases).body
    assert "The full cell never fires" in _metrics.section(cases[:1]).body
    assert "Neither the full nor the reduced cell fired" in _summary._outcome(cases[:1])
    lonely = [_cases.Case("seed 1", "1", 1, None, None, compare(silent, firing))]
    assert "fired 2 spikes where the full cell never fires" in _summary._outcome(lonely)


@isolated
def test_unknown_rates_are_warned_of() -> None:
    model = _unknown(1)
    with pytest.warns(NeuronReduceWarning, match="rates of 2 of .* rates= states") as caught:
        reduction = neuron_reduce.reduce(model.cell, model.synapses, model.netcons)
    assert [each.filename for each in caught] == [__file__]
    assert str(caught[0].message) in reduction.record.notes
    model = _unknown(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        neuron_reduce.reduce(model.cell, model.synapses, model.netcons, rates=5)


@isolated
def test_workers_warnings_are_shown_once(capfd: pytest.CaptureFixture[str]) -> None:
    settings = {**SETTINGS, "method": "lumped"}
    with pytest.warns(NeuronReduceWarning, match="rates of 2") as caught:
        neuron_reduce.evaluate(_unknown, seeds=(1, 2), **settings)
    assert [each.filename for each in caught] == [__file__]
    with pytest.warns(NeuronReduceWarning, match="rates of 2") as caught:
        neuron_reduce.tune(_unknown, tstop=20, methods=("lumped",), progress=False)
    assert [each.filename for each in caught] == [__file__]
    assert "Warning" not in capfd.readouterr().err


@isolated
def test_workers_warnings_that_are_errors(tmp_path: Path) -> None:
    """Raised before the runs, which would be lost; of several candidates some may do without."""
    settings = {**SETTINGS, "method": "lumped", "full_runs": tmp_path}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NeuronReduceWarning, match="rates of 2"):
            neuron_reduce.evaluate(_unknown, seeds=(1,), **settings)
        assert list(tmp_path.iterdir()) == []
        tuning = neuron_reduce.tune(
            _unknown, tstop=20, segments=(-1,), frequencies=(0,), progress=False
        )
    folded, lumped, classic = tuning.candidates
    assert "rates of 2" in folded.problem
    assert "rates of 2" in lumped.problem
    assert not classic.problem


@isolated
def test_plural_of_point_process() -> None:
    with pytest.raises(SynapseError, match=r"expected a list of point processes$"):
        neuron_reduce.subtree_reductor(small_cell.build(), 3, [])
    with pytest.raises(SynapseError, match=r"expected a list of NetCons$"):
        neuron_reduce.subtree_reductor(small_cell.build(), [], 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("a few words that went on", "a few words that…"),
        ("a few words, that", "a few words, that"),
        ("x" * 30, "x" * 19 + "…"),
        ("ab " + "x" * 30, "ab " + "x" * 16 + "…"),
        ("Größe und Maß der Öse", "Größe und Maß der…"),
        ("twelve words and more", "twelve words and…"),
        ("seventeen letters, and more", "seventeen letters…"),
    ],
)
def test_shortened(text: str, expected: str) -> None:
    assert shortened(text, 20) == expected
    assert len(shortened(text * 100)) <= 80


@pytest.mark.parametrize("name", ["x" * 5000, "word " * 1000], ids=["one word", "words"])
@isolated
def test_messages_are_cut_at_a_word(name: str) -> None:
    cell = small_cell.PythonCell(name)
    cell.dend[0].uninsert("pas")
    with pytest.raises(neuron_reduce.CellError) as caught:
        neuron_reduce.subtree_reductor(cell, [], [])
    message = str(caught.value)
    assert message.startswith(name[:100])
    assert "expected" in message or message.endswith(f"{name.split()[0][-1]}…")


# ---- The log ------------------------------------------------------------------------------------


@isolated
def test_what_is_done_is_logged() -> None:
    lines: list[tuple[str, str]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append((record.levelname, record.getMessage()))

    logger = logging.getLogger("neuron_reduce")
    logger.addHandler(Handler())
    logger.setLevel(logging.INFO)
    model = small_cell.model()
    neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons, segments=20)
    (one,) = lines
    assert one[0] == "INFO"
    assert re.fullmatch(
        r".* reduced by folded: \d+ segments to \d+, \d+ point processes to \d+, in \d+ ms", one[1]
    )
    logger.setLevel(logging.DEBUG)
    neuron_reduce.subtree_reductor(model.cell, model.drive.synapses, model.drive.netcons)
    assert "reduced by classic" in lines[1][1]
    assert lines[2][0] == "DEBUG"
    assert "read " in lines[2][1]
    lines.clear()
    neuron_reduce.evaluate(made.make, **SETTINGS, seeds=(1,))
    steps = [text for level, text in lines if level == "INFO" and text.startswith("evaluate: ")]
    assert steps
    first, last = steps[0], steps[-1]
    assert re.match(r"evaluate: 1 of \d+, ", first)
    assert re.match(rf"evaluate: {len(steps)} of {len(steps)}, ", last)


@isolated
def test_a_log_that_fails_changes_nothing() -> None:
    class Handler(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise OSError("no space")

    logger = logging.getLogger("neuron_reduce")
    logger.addHandler(Handler())
    logger.setLevel(logging.DEBUG)
    model = small_cell.model()
    cell, synapses, netcons = neuron_reduce.subtree_reductor(
        model.cell, model.drive.synapses, model.drive.netcons
    )
    assert len(netcons) == len(model.drive.netcons)


def test_nothing_is_logged_that_nobody_asked_for() -> None:
    script = (
        "import sys; sys.path.insert(0, 'python/tests')\n"
        "from models import small_cell\nimport neuron_reduce\nmodel = small_cell.model()\n"
        "neuron_reduce.subtree_reductor(model.cell, model.drive.synapses, model.drive.netcons)\n"
    )
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert "reduced by" not in done.stderr
