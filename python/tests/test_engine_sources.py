"""The sources of mechanisms, and their syntax trees."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled_engine
from neuron_reduce import ArgumentError, EngineError, NeuronReduceWarning
from neuron_reduce._engine import cache as caches
from neuron_reduce._engine import sources

MECHANISMS = Path(__file__).parent / "models" / "mechanisms"


@pytest.fixture(autouse=True)
def own_cache(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEURON_REDUCE_CACHE", str(private_folder))
    return private_folder / "engine"


BUILT_IN = ("hh", "pas", "IClamp", "SEClamp", "AlphaSynapse", "ExpSyn", "Exp2Syn", "NetStim")


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_mechanisms_have_sources(name: str) -> None:
    source = sources.find([name])[name]
    assert sources.declared_name(source.text) == name
    assert not source.changed
    assert json.loads(source.syntax_tree())


def test_each_source_once() -> None:
    found = sources.find(["pas", "hh", "pas"])
    assert list(found) == ["pas", "hh"]


@pytest.mark.parametrize("name", ["extracellular", "capacitance", "na_ion"])
def test_mechanisms_without_source(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=f"mechanism {name}: .*expected mechanisms="):
        sources.find([name])
    with pytest.raises(EngineError) as refusal:
        sources.find([name], [tmp_path])
    assert str(tmp_path) in str(refusal.value)


def test_what_is_no_mechanism() -> None:
    with pytest.raises(EngineError, match="nosuch is no mechanism of this session"):
        sources.find(["hh", "nosuch"])


@isolated
def test_source_is_what_was_compiled(cache: Path) -> None:
    """The folder in which they were compiled is gone: NEURON has the text."""
    compiled_engine.load_mechanisms(cache)
    source = sources.find(["plain_for_engine"])["plain_for_engine"]
    assert source.text == (compiled_engine.FOLDER / "plain.mod").read_text()
    assert source.path.endswith("plain.mod")


@isolated
def test_included_files_are_part_of_the_source(cache: Path) -> None:
    compiled_engine.load_mechanisms(cache)
    source = sources.find(["including"])["including"]
    assert sources.declared_name(source.text) == "including"
    tree = source.syntax_tree()
    assert '"ParamBlock"' in tree
    assert '"Include"' not in tree


@isolated
def test_source_that_changed_since_it_was_compiled(cache: Path, tmp_path: Path) -> None:
    text = (compiled_engine.FOLDER / "plain.mod").read_text()
    text = text.replace("plain_for_engine", "plain_to_change")
    file = tmp_path / "plain.mod"
    file.write_text(text)
    nrnivmodl = shutil.which("nrnivmodl", path=str(Path(sys.executable).parent)) or "nrnivmodl"
    subprocess.run([nrnivmodl], cwd=tmp_path, check=True, capture_output=True)
    (library,) = tmp_path.rglob(compiled_engine.LIBRARY)
    h.nrn_load_dll(str(library))

    def source() -> sources.Source:
        return sources.find(["plain_to_change"])["plain_to_change"]

    assert source() == sources.Source("plain_to_change", text, str(file))
    file.write_text(text.replace("\n", "\r\n"))
    assert not source().changed
    file.write_text(text.replace("65", "66"))
    with pytest.warns(NeuronReduceWarning, match="plain.mod is not what .* was compiled from"):
        assert source().changed
    # Once is enough.
    assert source() == sources.Source("plain_to_change", text, str(file), changed=True)
    file.unlink()
    assert not source().changed


@isolated
def test_sources_that_the_user_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For mechanisms of which NEURON has no text, by the name in the text."""
    monkeypatch.setattr(sources, "_of_session", lambda name, kinds: None)
    file = tmp_path / "other_name.mod"
    shutil.copy(compiled_engine.FOLDER / "including.mod", file)
    file.write_text(file.read_text().replace("SUFFIX including", "SUFFIX hh"))
    (tmp_path / "pas.mod").write_text("NEURON { }")
    for places in ([tmp_path], tmp_path, str(tmp_path), [file, tmp_path / "pas.mod"]):
        found = sources.find(["hh", "pas"], places)
        assert found["hh"] == sources.Source("hh", file.read_text(), str(file))
        assert found["pas"].text == "NEURON { }"
    with pytest.raises(EngineError, match="mechanism pas"):
        sources.find(["hh", "pas"], [file])


def test_places_that_are_none(tmp_path: Path) -> None:
    for places in ([tmp_path / "nowhere"], 3, [3.5]):
        with pytest.raises(ArgumentError, match="mechanisms="):
            sources.find(["hh"], places)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NEURON { SUFFIX a }", "a"),
        ("NEURON {\n\tPOINT_PROCESS b RANGE x }", "b"),
        ("NEURON{ARTIFICIAL_CELL c}", "c"),
        (": SUFFIX a\nNEURON { SUFFIX b }", "b"),
        ("? SUFFIX a\nNEURON { SUFFIX b }", "b"),
        ("COMMENT\nSUFFIX a\nENDCOMMENT\nNEURON { SUFFIX b }", "b"),
        ("VERBATIM\n/* SUFFIX a */\nENDVERBATIM\nNEURON { SUFFIX b }", "b"),
        ("NEURON { RANGE x }", None),
        ("", None),
    ],
)
def test_declared_names(text: str, name: str | None) -> None:
    assert sources.declared_name(text) == name


def test_trees_are_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sources.find(["pas"])["pas"]
    tree = source.syntax_tree()
    (kept,) = own_cache.glob("*.json")
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", None)
        assert source.syntax_tree() == tree
    kept.write_text(tree[:100])
    assert source.syntax_tree() == tree, "a damaged file was taken"
    assert kept.read_text() == tree


def test_trees_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(caches.Cache, "put", refuse)
    assert json.loads(sources.find(["pas"])["pas"].syntax_tree())


@pytest.mark.parametrize(
    "text",
    ["NEURON { SUFFIX x", "STATE { m\n", 'INCLUDE "nowhere.inc"\n', "BREAKPOINT { i = (1 }", "\0"],
)
def test_sources_that_nmodl_refuses(text: str) -> None:
    with pytest.raises(EngineError) as refusal:
        sources.Source("odd", text, "odd.mod").syntax_tree()
    assert "the NMODL source of odd (odd.mod), and expected" in str(refusal.value)
    assert len(str(refusal.value)) < 2000


def test_sources_that_only_code_generation_refuses() -> None:
    """nmodl itself makes no code of a mechanism that writes its own parameters; nrnivmodl does."""
    text = "NEURON { SUFFIX odd }\nPARAMETER { a = 1 }\nBREAKPOINT { a = 2 }\n"
    assert json.loads(sources.Source("odd", text, "").syntax_tree())


def test_no_nmodl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_homes", lambda: [tmp_path])
    sources._nmodl.cache_clear()
    try:
        with pytest.raises(EngineError, match="nmodl, which reads mechanisms, was not found"):
            sources.find(["pas"])["pas"].syntax_tree()
    finally:
        sources._nmodl.cache_clear()


def test_source_has_no_use_for_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever NEURON's own environment variables say."""
    monkeypatch.setenv("NMODL_PYLIB", os.devnull)
    monkeypatch.setenv("NMODLHOME", os.devnull)
    assert json.loads(sources.find(["hh"])["hh"].syntax_tree())


def test_comments_may_have_anything_in_them() -> None:
    text = (
        "COMMENT\nVERBATIM\nint x = 3\nENDVERBATIM\nNEURON {\nENDCOMMENT\n"
        "NEURON { SUFFIX odd RANGE a }\nPARAMETER { a = 3 }\n"
        "FUNCTION f() {\nVERBATIM\n  /*\nCOMMENT */\nENDVERBATIM\n  f = a }\n"
    )
    tree = sources.Source("odd", text, "odd.mod").syntax_tree()
    assert "int x" not in tree
    assert "COMMENT" in tree


def test_trees_of_any_depth() -> None:
    """Their reader refuses what is too deep, by name."""
    text = f"NEURON {{ SUFFIX odd }}\nFUNCTION f(x) {{ f = {'(' * 600}x{')' * 600} }}\n"
    assert sources.Source("odd", text, "odd.mod").syntax_tree().count("ParenExpression") == 600


def test_refusals_say_where() -> None:
    text = """NEURON { SUFFIX far POINTER p }
COMMENT
DERIVATIVE states in a comment
ENDCOMMENT
INITIAL { m = 0 }
DERIVATIVE states {
    : p here
    m' = p
    VERBATIM
    free(p);
    ENDVERBATIM
}
"""
    known = {"far": sources.Source("far", text, "/mods/far.mod")}
    for construct, block, line in (
        ("POINTER p, which is assigned to,", "NEURON", 1),
        ("VERBATIM", "states", 9),
        ("m", "states", 8),
        ("something else", "INITIAL", 5),
    ):
        error = _refusal("unsupported", mechanism="far", block=block, construct=construct)
        found = sources.located(error, known)
        assert str(found) == f"refused (/mods/far.mod, line {line})"
        assert (found.code, found.details) == (error.code, error.details)
    error = _refusal("unknownName", mechanism="far", block="states", name="m")
    assert str(sources.located(error, known)) == "refused (/mods/far.mod, line 8)"
    for error in (
        _refusal("unsupported", mechanism="near", block="y", construct="x"),
        _refusal("missingSource", mechanism="far"),
        _refusal(""),
    ):
        assert sources.located(error, known) is error


def _refusal(code: str, **details: str) -> EngineError:
    error = EngineError("refused")
    error.code, error.details = code, dict(details)
    return error


@isolated
def test_damaged_sources_end_in_an_error_or_in_a_program(cache: Path) -> None:
    """Truncated and mutated NMODL: whatever nmodl makes of it, the library reads or refuses it."""
    compiled_engine.load_mechanisms(cache)
    section = h.Section(name="soma")
    section.insert("pas")
    cell = neuron_reduce.compile(SimpleNamespace(soma=section), check=False)._cell
    texts = [path.read_text() for path in sorted(MECHANISMS.rglob("*.mod"))]
    random = np.random.default_rng(7)
    outcomes = collections.Counter()
    for _ in range(200):
        text = str(random.choice(texts))
        place = int(random.integers(len(text)))
        damage = random.integers(4)
        if damage == 0:
            text = text[:place]
        elif damage == 1:
            text = text[:place] + text[place + int(random.integers(1, 30)) :]
        elif damage == 2:
            text = text[:place] + str(random.choice(list("(){}=+-*/^'~<>\0é\n:9x"))) + text[place:]
        else:
            other = int(random.integers(len(text)))
            text = text[:place] + text[other : other + 40] + text[place:]
        try:
            tree = sources.Source("damaged", text, "damaged.mod").syntax_tree()
        except EngineError:
            outcomes["not parsed"] += 1
            continue
        kept, cell.trees = cell.trees, [tree.encode(), *cell.trees]
        try:
            cell.program(0.025, True)
            outcomes["read"] += 1
        except EngineError:
            outcomes["refused"] += 1
        finally:
            cell.trees = kept
    assert outcomes["read"]
    assert outcomes["not parsed"] + outcomes["refused"]
