"""What is wrong with a file of a kept cell is named, and builds nothing."""

from __future__ import annotations

import copy
import dataclasses
import functools
import gc
import json
import os
import random
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated, note
from models import kept
from neuron_reduce import ArgumentError, NeuronReduceWarning, SavedCellError, SimulatorError
from neuron_reduce._saved import building

ROUNDS = 1500
"""Of random changes."""


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all kinds of things."""
    path = tmp_path_factory.mktemp("kept") / "cell.json"

    @isolated
    def save() -> None:
        driven = kept.Driven("folded")
        soma = kept.soma_of(driven.reduction.cell)
        soma.L = 1.01 * soma.L
        other = h.NetStim()
        process = h.NetCon(driven.reduction.synapses[0], driven.reduction.synapses[1], 10, 1, 0.1)
        extra = h.NetCon(other, driven.reduction.synapses[2], 10, 1, 1e-3)
        driven.reduction.saved(events={other: [3, 7.5]}).save(path)
        assert process
        assert extra

    save()
    return path


def _set(*where: Any, to: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *way, last = where
        owner = functools.reduce(lambda value, key: value[key], way, content)
        owner[last] = to

    return change


def _without(*where: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        *way, last = where
        del functools.reduce(lambda value, key: value[key], way, content)[last]

    return change


WRONG = [
    (_set("format", to="other"), r"format is 'other'; expected 'neuron-reduce cell'"),
    (_set("version", to=3), r"version is 3, of a newer neuron_reduce .*up to 2; expected an upgra"),
    (_set("version", to=1), r"record is nothing that such a file has; expected"),
    (_set("version", to="1"), r"version is '1'; expected a whole number"),
    (_without("celsius"), r"celsius is missing; expected it to be there"),
    (_set("other", to=1), r"other is nothing that such a file has; expected"),
    (_set("celsius", to="nan"), r"celsius is 'nan'; expected a finite number"),
    (_set("sections", 3, "nseg", to=-1), r"sections\[3\]\.nseg is -1; expected a number of segm"),
    (_set("sections", 3, "nseg", to=2.0), r"sections\[3\]\.nseg is 2\.0; expected a number"),
    (_set("sections", 3, "nseg", to=10**9), r"sections\[3\]\.nseg is 1000000000; expected"),
    (_set("sections", 3, "L", to=0), r"sections\[3\]\.L is 0; expected a length in µm"),
    (_set("sections", 3, "diam", to=[1, 2, 3, 4]), r"sections\[3\]\.diam is a list of 4; expec"),
    (_set("sections", 3, "role", to="tail"), r"sections\[3\]\.role is 'tail'; expected one of so"),
    (_set("sections", 3, "Ra", to="inf"), r"sections\[3\]\.Ra is 'inf'; expected a resistivity"),
    (_set("sections", 0, "role", to="axon"), r"sections has none of the role soma"),
    (_set("sections", 0, "points", 1, to=[1, 2]), r"sections\[0\]\.points\[1\] is a list of 2; ex"),
    (_set("sections", 0, "points", 2, to=[9, 9, 9, 9]), r"soma\[0\].*has an area of .* in the fil"),
    (_set("sections", 0, "L", to=3.0), r"sections\[0\]\.L is 3\.0; expected null"),
    (
        _set("sections", 0, "mechanisms", "pas", "parameters", "g_pas", to=None),
        r"sections\[0\]\.mechanisms\.pas\.parameters\.g_pas is null; expected a number",
    ),
    (
        _set("sections", 0, "mechanisms", "pas", "parameters", "f_pas", to=1.0),
        r"sections\[0\]\.mechanisms\.pas\.parameters\.f_pas is no parameter of the session's pas",
    ),
    (
        _without("sections", 0, "mechanisms", "pas", "parameters", "g_pas"),
        r"sections\[0\]\.mechanisms\.pas\.parameters has no g_pas, which the session's pas has",
    ),
    (
        _set("sections", 0, "mechanisms", "other", to={}),
        r"of the mechanism other, which is not amo",
    ),
    (_set("sections", 0, "ions", "na_ion", "style", to=300), r"ions\.na_ion\.style is 300; expect"),
    (_set("sections", 0, "ions", "na_ion", "values", "eca", to=1), r"eca is no variable of the io"),
    (
        _set("attachments", 2, "parent", to=99),
        r"attachments\[2\]\.parent is 99; expected an index ",
    ),
    (_set("attachments", 2, "x", to=1.5), r"attachments\[2\]\.x is 1\.5; expected a position"),
    (_set("attachments", 2, "end", to=0.5), r"attachments\[2\]\.end is 0\.5; expected an end"),
    (_without("attachments", 2), r"attachments leaves 2 sections without a parent; expected one"),
    (_without("record", "cables"), r"record\.cables is missing; expected it to be there"),
    (_set("record", "notes", to=[1]), r"record\.notes\[0\] is 1; expected a text"),
    (_set("record", "cables", 0, "role", to="tail"), r"record\.cables\[0\]\.role is 'tail'; expec"),
    (
        _set("record", "cables", 0, "segments", to=0),
        r"record\.cables\[0\]\.segments is 0; expected",
    ),
    (
        _set("record", "segment_map", 0, "cable", to=10**6),
        r"record\.segment_map\[0\]\.cable is 1000000; expected an index of cables",
    ),
    (
        _set("record", "shape", 0, "points", to=[[1, 2], [3, 4]]),
        r"record\.shape\[0\]\.points is a list of 2; expected points of x, y, z and diameter",
    ),
    (
        _set("record", "impedances", "input_full", to=[1.0]),
        r"record\.impedances\.input_full is a list of 1; expected numbers, ",
    ),
    (
        _set("record", "expected", "rmsd", to="much"),
        r"record\.expected\.rmsd is 'much'; expected a ",
    ),
    (
        _set("record", "expected", "deviation", to=None),
        r"record\.expected\.deviation is null; expected null where rmsd is, and a number where",
    ),
    (
        _set("record", "segments_full", to=10**60),
        r"record\.segments_full is 10+; expected a whole number, 0 or greater, that a double can",
    ),
    (
        _set("record", "cell", to="\ud800"),
        r"record\.cell is '\\ud800'; expected a text that UTF-8 has",
    ),
    (
        _set("record", "shape", 0, "points", to=[["nan", 0, 0, 1]]),
        r"record\.shape\[0\]\.points has a number that is not finite, or 1e\+15 and more; expec",
    ),
    (
        _set("record", "settings", "sites", to=functools.reduce(lambda x, _: [x], range(900), [])),
        r"record\.settings\.sites(\[0\])+ is a list of 1; expected no more than 20 levels",
    ),
    (
        _set("settings", "rates", to="\ud800"),
        r"settings\.rates is '\\ud800'; expected a text that UTF-8 has",
    ),
    (
        _set("record", "expected", "sections", to={"\ud800": 1.0}),
        r"record\.expected\.sections has a name that is '\\ud800'; expected a text that UTF-8 has",
    ),
    (_set("point_processes", 1, "section", to=True), r"point_processes\[1\]\.section is true; ex"),
    (_set("point_processes", 1, "x", to=-0.1), r"point_processes\[1\]\.x is -0\.1; expected a pos"),
    (_set("point_processes", 1, "mechanism", to="a b"), r"point_processes\[1\]\.mechanism is 'a "),
    (_set("point_processes", 1, "parameters", "e", to=[1]), r"parameters\.e is a list of 1; expec"),
    (_set("connections", 17, "delay", to=-1), r"connections\[17\]\.delay is -1; expected a delay"),
    (_set("connections", 17, "source", to=-1), r"connections\[17\]\.source is -1; expected an ind"),
    (_set("connections", 17, "active", to=1), r"connections\[17\]\.active is 1; expected true or"),
    (_set("sources", 0, "kind", to="sun"), r"sources\[0\]\.kind is 'sun'; expected one of NetSti"),
    (_set("sources", 0, "ids", to=[1, 2]), r"sources\[0\]\.ids is a list of 2; expected a list of"),
    (_set("sources", 0, "ids", 1, to=2**32), r"sources\[0\]\.ids\[1\] is 4294967296; expected"),
    (_set("plays", 0, "times", to=[5, 4, 6, 7]), r"plays\[0\]\.times\[1\] is 4; expected a time"),
    (_set("survivors", 0, to="a"), r"survivors\[0\] is 'a'; expected an index of point_processe"),
    (_set("original", "connections", 0, to=1), r"original\.connections\[0\] is 1; expected one o"),
    (_set("original", "connections", to=[]), r"original\.connections is a list of 0; expected a l"),
    (_set("segment_map", 0, 1, to=2), r"segment_map\[0\]\[1\] is 2; expected a position"),
    (_set("mechanisms", 0, "name", to="hh"), r"mechanisms\[\d\]\.name is 'hh'; expected each mec"),
    (_set("sections", to=[]), r"sections has none of the role soma"),
    (_set("sections", to=None), r"cell\.json: sections is null; expected a list"),
]


@pytest.mark.parametrize("index", range(len(WRONG)))
def test_the_path_is_named(index: int, cell: Path, tmp_path: Path) -> None:
    change, text = WRONG[index]

    @isolated
    def test() -> None:
        content = json.loads(cell.read_text())
        change(content)
        path = tmp_path / "cell.json"
        path.write_text(json.dumps(content))
        with pytest.raises((SavedCellError, SimulatorError), match=text):
            neuron_reduce.load(path).instantiate()
        assert not list(h.allsec())

    test()


@pytest.mark.parametrize("part", ["settings", "record"])
def test_a_number_too_large_for_a_double(part: str, cell: Path, tmp_path: Path) -> None:
    content = json.loads(cell.read_text())
    changed = content if part == "settings" else content["record"]
    changed["settings"]["rates"] = "huge"
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(content).replace('"huge"', "1e400"))
    with pytest.raises(SavedCellError, match=r"settings\.rates is inf; expected a number that"):
        neuron_reduce.load(path)


@isolated
def test_what_is_no_cell() -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell.json"
        with pytest.raises(FileNotFoundError):
            neuron_reduce.load(path)
        for wrong in (5, None, ["cell.json"]):
            with pytest.raises(ArgumentError, match=r"path is .*; expected that of a file"):
                neuron_reduce.load(wrong)  # type: ignore[arg-type]
        for content, text in (
            (b"", "is no JSON: Expecting value"),
            (b"\xff\xfe", "is no JSON: 'utf-8' codec"),
            (b"[1, 2", "is no JSON"),
            (b"[1, 2]", "format is a list of 2; expected 'neuron-reduce cell'"),
            (b"null", "format is null; expected"),
            (b"{}", "format is null; expected"),
            (b'{"format": NaN}', "NaN is no number of JSON"),
            (b'{"format": 1, "format": 2}', "an object has 'format' twice"),
            (b"[" * 100000, "is nested too deeply"),
            (b'{"format": "neuron-reduce cell", "version": 1e999}', "version is inf; expected"),
            (b'{"format": "neuron-reduce cell"}', "version is null; expected a whole number"),
        ):
            path.write_bytes(content)
            with pytest.raises(SavedCellError, match=text):
                neuron_reduce.load(path)


def test_one_that_was_cut_short(cell: Path, tmp_path: Path) -> None:
    whole = cell.read_bytes()
    path = tmp_path / "short.json"
    for count in (*range(0, 400, 7), *range(400, len(whole) - 2, 4999), len(whole) - 3):
        path.write_bytes(whole[:count])
        with pytest.raises(SavedCellError, match="is no JSON"):
            neuron_reduce.load(path)


def test_files_of_the_first_version_are_read(cell: Path, tmp_path: Path) -> None:
    """They have no record, and do not say where the membrane was."""

    @isolated
    def test() -> None:
        now = neuron_reduce.load(cell)
        content = json.loads(cell.read_text())
        content["version"] = 1
        del content["record"], content["original"]["segments"]
        path = tmp_path / "first.json"
        path.write_text(json.dumps(content))
        first = neuron_reduce.load(path)
        assert first.record is None
        assert kept.run(first.instantiate())[0] == kept.run(now.instantiate())[0]
        first.save(path)
        again = json.loads(path.read_text())
        assert (again["version"], again["record"]) == (2, None)
        assert again["original"].pop("segments") is None
        del again["record"]
        assert again | {"version": 1} == content

    test()


def test_the_record_is_in_the_file(tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        reduction = kept.Driven("folded").reduction
        path = tmp_path / "cell.json"
        reduction.save(path)
        expected = dataclasses.replace(reduction.record, stage_seconds={})
        found = neuron_reduce.load(path).record
        assert found is not None
        assert repr(found.impedances) == repr(expected.impedances)
        for one, other in zip(found.shape, expected.shape, strict=True):
            assert (one.section, one.role, one.stays) == (other.section, other.role, other.stays)
            assert one.points == pytest.approx(other.points, abs=6e-4)
        rest = {"shape": [], "impedances": None}
        assert dataclasses.replace(found, **rest) == dataclasses.replace(expected, **rest)
        neuron_reduce.load(path).report(tmp_path / "report.html")
        assert (tmp_path / "report.html").stat().st_size > 1_000_000

    test()


def test_pages_of_impedances_that_no_axis_has(cell: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        for value in ("inf", "nan", 1e308, 1e-320, 100.0):
            content = json.loads(cell.read_text())
            impedances = content["record"]["impedances"]
            for name in ("input_full", "input_reduced"):
                impedances[name] = [value] * len(impedances["frequencies"])
            impedances["transfer_full"][0] = impedances["input_full"]
            path = tmp_path / "cell.json"
            path.write_text(json.dumps(content))
            kept_cell = neuron_reduce.load(path)
            kept_cell.report(tmp_path / "report.html")
            kept_cell.view(tmp_path / "view.html")

    test()


def test_what_is_no_path(cell: Path) -> None:
    @isolated
    def test() -> None:
        kept_cell = neuron_reduce.load(cell)
        calls = (
            kept_cell.save,
            kept_cell.view,
            kept_cell.report,
            lambda path: kept_cell.export(path, format="hoc"),
            lambda path: kept_cell.export(path, format="sonata"),
        )
        for path in ("", b"", 3, "a\0b", "\ud800"):
            for call in calls:
                with pytest.raises(ArgumentError, match=r"path is .*; expected that of a file"):
                    call(path)  # type: ignore[arg-type]
        for format in (["hoc"], np.array(["hoc", "swc"]), b"hoc", 0):
            with pytest.raises(ArgumentError, match=r"format is .*; expected one of 'hoc'"):
                kept_cell.export("cell", format=format)  # type: ignore[arg-type]

    test()


def test_what_is_no_file_is_written_into(cell: Path, tmp_path: Path) -> None:
    """Devices and pipes are never replaced by files."""

    @isolated
    def test() -> None:
        kept_cell = neuron_reduce.load(cell)
        path = tmp_path / "pipe"
        os.mkfifo(path)
        for write in (kept_cell.save, kept_cell.report, lambda each: kept_cell.export(each, "swc")):
            found: list[bytes] = []
            reader = threading.Thread(target=lambda found=found: found.append(path.read_bytes()))
            reader.start()
            write(path)
            assert stat.S_ISFIFO(path.stat().st_mode)
            reader.join(timeout=20)
            assert len(found[0]) > 100
        for write in (kept_cell.save, kept_cell.report, kept_cell.view):
            with pytest.raises(IsADirectoryError):
                write(tmp_path)
        assert os.listdir(tmp_path) == ["pipe"]

    test()


def test_mechanisms_that_are_missing(cell: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        text = cell.read_text().replace('"Exp2Syn"', '"Exp9Syn"').replace('"pas"', '"sap"')
        path = tmp_path / "cell.json"
        path.write_text(text)
        loaded = neuron_reduce.load(path)
        with pytest.raises(
            SavedCellError,
            match=r"the session has no Exp9Syn \(exp2syn\.mod, SHA-256 [0-9a-f]{64}\), no sap "
            r"\(passive\.mod, SHA-256 [0-9a-f]{64}\); expected all mechanisms of the cell",
        ):
            loaded.instantiate()
        assert not list(h.allsec())

    test()


def test_mod_files_that_differ(cell: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        content = json.loads(cell.read_text())
        own = next(each for each in content["mechanisms"] if each["name"] == "hh")
        own["source"]["sha256"] = "0" * 64
        path = tmp_path / "cell.json"
        path.write_text(json.dumps(content))
        with pytest.warns(NeuronReduceWarning, match="hh: the session's mod files are others"):
            neuron_reduce.load(path).instantiate()

    test()


# ---- Random changes -------------------------------------------------------------------------


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """All values of a file: what holds each, and under which key."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(items):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 0.5, 1.5, -0.5, 1e-300, 1e300, 2**31, 2**63, 10**400),
    *("", "nan", "inf", "-inf", "soma", "pas", "Exp2Syn", "a\0b", "\ud800", "é", "NetStim", [], {}),
    *([0], [[0]], {"a": 1}),
)


def _change(rng: random.Random, content: Any, places: list[tuple[Any, Any]]) -> str:
    owner, key = places[rng.randrange(len(places))]
    way = rng.randrange(5)
    if way == 0:
        del owner[key]
        return f"without {key}"
    if way == 1 and type(owner) is list:
        owner.insert(key, copy.deepcopy(owner[key]))
        return f"{key} twice"
    if way == 2:
        other, name = places[rng.randrange(len(places))]
        owner[key] = copy.deepcopy(other[name])
        return f"{key} is what {name} is"
    if way == 3 and type(owner[key]) in (int, float):
        owner[key] = owner[key] * rng.choice((-1, 2, 1e6, 1e-6)) + rng.choice((0, 1, -1))
        return f"{key} is {owner[key]}"
    owner[key] = rng.choice(ODD)
    return f"{key} is {owner[key]!r}"


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_never_leave_anything_behind(seed: int, cell: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        rng = random.Random(seed)
        original = json.loads(cell.read_text())
        path = tmp_path / "changed.json"
        built = refused = 0
        for _ in range(ROUNDS // 3):
            content = copy.deepcopy(original)
            # A fifth of the changes are in what does not make the cell.
            parts = ["record"] if rng.random() < 0.2 else [k for k in content if k != "record"]
            places = [(content, part) for part in parts]
            for part in parts:
                if isinstance(content[part], dict | list):
                    places += _places(content[part])
            done = [_change(rng, content, places) for _ in range(rng.choice((1, 1, 1, 2)))]
            note(f"seed {seed}: {done}")
            path.write_text(json.dumps(content))
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", NeuronReduceWarning)
                    loaded = neuron_reduce.load(path)
                    str(loaded.record)
                    instance = loaded.instantiate()
            except (SavedCellError, SimulatorError) as error:
                refused += 1
                text = str(error)
                del error
                assert "expected" in text or "NEURON cannot build" in text, done
            else:
                built += 1
                assert len(list(instance.all)) == len(list(h.allsec()))
                del instance
            if list(h.allsec()):
                gc.collect()
            assert not list(h.allsec()), done
            assert not h.List("NetCon").count(), done
        assert built > 20, (built, refused)
        assert refused > 100, (built, refused)

    test()


STEPS = (
    *("make_section", "insert", "make_point_process", "set_ions", "make_source", "connect"),
    *("play", "section_list", "send"),
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_fails_halfway_leaves_nothing(
    step: str, error: type[BaseException], cell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @isolated
    def test() -> None:
        saved = neuron_reduce.load(cell)
        own, calls = getattr(building, step), 0

        def failing(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 3 or step in ("play", "send"):
                raise error("no more")
            return own(*arguments)

        monkeypatch.setattr(building, step, failing)
        with pytest.raises((KeyboardInterrupt, SimulatorError)) as caught:
            saved.instantiate(gid=3)
        assert caught.type is (SimulatorError if error is RuntimeError else error)
        del caught
        gc.collect()
        assert calls > 0
        assert not list(h.allsec())
        assert not h.List("NetCon").count()
        assert not h.ParallelContext().gid_exists(3)
        monkeypatch.undo()
        assert saved.instantiate(gid=3)

    test()
