"""C source to a loaded library, and the cache between them."""

from __future__ import annotations

import concurrent.futures
import os
import stat
import subprocess
import sys
import sysconfig
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from neuron_reduce import EngineError, NeuronReduceWarning
from neuron_reduce._engine import cache as caches
from neuron_reduce._engine import compiler

PACKAGE = Path(compiler.__file__).parents[2]

ANSWER = "int answer(void) { return 42; }\n"


@pytest.fixture(autouse=True)
def folder(private_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEURON_REDUCE_CACHE", str(private_folder))
    caches._warn_once.cache_clear()
    return private_folder / "engine"


def _fail(*arguments: object, **named: object) -> None:
    raise AssertionError("the compiler was run")


def test_sources_are_compiled_and_loaded() -> None:
    source = "#include <math.h>\ndouble root(double x) { return sqrt(x) + exp(0 * x) - 1; }\n"
    library = compiler.load(source)
    library.root.restype, library.root.argtypes = (
        compiler.ctypes.c_double,
        [compiler.ctypes.c_double],
    )
    assert library.root(9.0) == 3.0


def test_what_was_compiled_is_loaded_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler.load(ANSWER)
    (kept,) = folder.glob("*.so")
    os.utime(kept, (1, 1))
    monkeypatch.setattr(compiler, "_compiled", _fail)
    assert compiler.load(ANSWER).answer() == 42
    assert kept.stat().st_mtime > 1, "it would be the first to be removed"


def test_key_has_all_that_the_library_follows_from(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compiled() -> int:
        compiler.load(ANSWER)
        return len(list(folder.glob("*.so")))

    assert compiled() == 1
    assert compiled() == 1
    compiler.load(ANSWER + " ")
    compiler.load(ANSWER, ("-O1",))
    assert compiled() == 3
    monkeypatch.setattr(compiler, "_processor", lambda: b"another")
    assert compiled() == 4
    monkeypatch.setattr(compiler, "_version", lambda *which: b"another")
    assert compiled() == 5
    (tmp_path / "simulation.h").write_text("/* one */")
    monkeypatch.setattr(compiler, "RUNTIME", tmp_path)
    assert compiled() == 6
    (tmp_path / "simulation.h").write_text("/* another */")
    assert compiled() == 7


def test_headers_of_the_runtime_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simulation.h").write_text("#define ANSWER 43\n")
    monkeypatch.setattr(compiler, "RUNTIME", tmp_path)
    source = '#include "simulation.h"\nint answer(void) { return ANSWER; }\n'
    assert compiler.load(source).answer() == 43


def test_source_that_does_not_compile(folder: Path) -> None:
    many = "\n".join(f"int f{index}(void) {{ return missing{index}; }}" for index in range(100))
    with pytest.raises(EngineError) as refusal:
        compiler.load(many)
    assert "missing0" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) <= 1 + compiler._SHOWN_LINES
    assert list(folder.iterdir()) == []


def test_no_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: "odd-cc -pthread")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        EngineError, match="no C compiler: looked for odd-cc -pthread, cc, gcc"
    ) as e:
        compiler.load(ANSWER)
    assert "apt install gcc" in str(e.value)


def test_compiler_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "my cc"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nshift\nexec cc "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("CC", f"'{script}' -DMINE")
    assert compiler.load("int answer(void) { return 44; }\n").answer() == 44
    assert "-DMINE" in (tmp_path / "calls").read_text()
    monkeypatch.setenv("CC", "nowhere-cc")
    with pytest.raises(EngineError, match="CC=nowhere-cc"):
        compiler.load(ANSWER)


def test_compiler_that_cannot_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "cc"
    script.write_text("#!/nowhere/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("CC", str(script))
    with pytest.raises(EngineError, match="could not be run"):
        compiler.load(ANSWER)


def test_compiler_that_fails_without_a_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "cc"
    script.write_text("#!/bin/sh\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setenv("CC", str(script))
    with pytest.raises(EngineError, match="status 3 on a generated source:\nit said nothing") as e:
        compiler.load(ANSWER)
    assert f"the compiler {script} (the environment says CC={script})" in str(e.value)


def test_damaged_library_is_made_anew(folder: Path) -> None:
    compiler.load("int answer(void) { return 45; }\n")
    (kept,) = folder.glob("*.so")
    # In another process: in this one it is loaded already.
    kept.unlink()
    kept.write_bytes(b"\x7fELF and then nothing")
    kept.chmod(0o700)
    assert _in_another_process("int answer(void) { return 45; }\n") == "45"
    assert kept.stat().st_size > 1000


def _in_another_process(source: str) -> str:
    script = f"""
    from neuron_reduce._engine import compiler
    print(compiler.load({source!r}).answer())
    """
    return _output_of(script)


def _output_of(script: str) -> str:
    """The last line of what another process writes."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(PACKAGE)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_library_that_was_cut_is_not_loaded(folder: Path) -> None:
    """To map one whose end is missing ends the process."""
    script = f"""
        import sys
        sys.path.insert(0, {str(PACKAGE)!r})
        from neuron_reduce._engine import compiler
        assert compiler.load({ANSWER!r}).answer() == 42
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    subprocess.run(command, check=True)
    (kept,) = folder.glob("*.so")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 3])
    subprocess.run(command, check=True)
    assert kept.read_bytes() == whole


def test_several_processes_at_once(folder: Path) -> None:
    source = "int answer(void) { return 46; }\n"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_in_another_process, [source] * 4)) == ["46"] * 4
    assert len(list(folder.iterdir())) == 1


def test_cache_is_private(folder: Path) -> None:
    old = os.umask(0)
    try:
        compiler.load(ANSWER)
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (kept,) = folder.glob("*.so")
    assert not stat.S_IMODE(kept.stat().st_mode) & 0o077


@pytest.mark.parametrize("mode", [0o720, 0o702])
@pytest.mark.parametrize("which", ["directory", "above"])
def test_cache_that_others_can_write_is_not_used(folder: Path, mode: int, which: str) -> None:
    folder.mkdir(mode=0o700)
    (folder if which == "directory" else folder.parent).chmod(mode)
    with pytest.warns(NeuronReduceWarning, match="can be written by others.*NEURON_REDUCE_CACHE"):
        library = compiler.load(ANSWER)
    assert library.answer() == 42
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(Path(library._name).parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_cache_of_another_user_is_not_used(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, -1)
    with pytest.warns(NeuronReduceWarning, match="belongs to another user"):
        assert compiler.load(ANSWER).answer() == 42
    assert list(folder.iterdir()) == []


def test_link_to_a_directory_of_others_is_not_used(folder: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    folder.symlink_to(tmp_path)
    with pytest.warns(NeuronReduceWarning, match="can be written by others"):
        compiler.load(ANSWER)
    assert list(tmp_path.glob("*.so")) == []


@pytest.mark.parametrize("change", ["others can write", "link"])
def test_file_that_others_can_write_is_not_loaded(
    folder: Path, tmp_path: Path, change: str
) -> None:
    source = "int answer(void) { return 47; }\n"
    assert _in_another_process(source) == "47"
    (kept,) = folder.glob("*.so")
    wrong = compiler._compiled("int answer(void) { return 48; }\n", ("cc", *compiler.FLAGS))
    if change == "link":
        kept.unlink()
        (tmp_path / "wrong.so").write_bytes(wrong)
        kept.symlink_to(tmp_path / "wrong.so")
    else:
        kept.write_bytes(wrong)
        kept.chmod(0o722)
    assert _in_another_process(source) == "47"
    assert not kept.is_symlink()
    assert not kept.stat().st_mode & 0o022


def test_cache_that_is_a_file(folder: Path) -> None:
    folder.write_text("")
    with pytest.warns(NeuronReduceWarning, match="no directory|cannot be used"):
        assert compiler.load(ANSWER).answer() == 42


def test_cache_below_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEURON_REDUCE_CACHE", str(tmp_path / "file"))
    with pytest.warns(NeuronReduceWarning, match="cannot be used"):
        assert compiler.load(ANSWER).answer() == 42


def test_cache_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere: the system's answer is made up."""
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(caches.os, "access", lambda path, mode: path != folder)
    with pytest.warns(NeuronReduceWarning, match="cannot be written"):
        assert compiler.load(ANSWER).answer() == 42
    assert list(folder.iterdir()) == []


def test_cache_without_space(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = caches.Cache.put

    def refuse(self: caches.Cache, name: str, content: bytes) -> Path:
        if self.directory == folder:
            raise OSError(28, "No space left on device")
        return put(self, name, content)

    monkeypatch.setattr(caches.Cache, "put", refuse)
    with pytest.warns(NeuronReduceWarning, match="No space left") as shown:
        assert compiler.load(ANSWER).answer() == 42
    assert len(shown) == 1
    assert shown[0].filename == __file__


def test_unfinished_file_is_removed_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store = caches.open_cache()
    monkeypatch.setattr(caches.os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        store.put("a", b"content")
    assert list(folder.iterdir()) == []


def test_cache_is_bounded() -> None:
    store = caches.Cache(caches.open_cache().directory, limit_bytes=1000)
    for index, name in enumerate("abc"):
        os.utime(store.put(name, bytes(400)), (index + 1, index + 1))
    assert _names(store) == ["b", "c"]
    assert store.find("a") is None
    assert store.find("b") is not None
    store.put("d", bytes(400))
    assert _names(store) == ["b", "d"], "the one that was used last is gone"
    store.put("e", bytes(5000))
    assert _names(store) == ["e"], "the one that was just made is to be used"


def test_leftovers_of_other_processes() -> None:
    store = caches.open_cache()
    old, new = store.directory / ".old.part", store.directory / ".new.part"
    for path in (old, new):
        path.write_bytes(b"")
    long_ago = time.time() - 2 * caches._ABANDONED_SECONDS
    os.utime(old, (long_ago, long_ago))
    store.put("a", b"content")
    assert _names(store) == [".new.part", "a"]


def _names(store: caches.Cache) -> list[str]:
    return sorted(path.name for path in store.directory.iterdir())


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, private_folder: Path) -> None:
    monkeypatch.setenv("NEURON_REDUCE_CACHE", "")
    monkeypatch.setenv("HOME", str(private_folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(private_folder / "xdg"))
    assert caches._wanted() == private_folder / "xdg" / "neuron-reduce" / "engine"
    for unset in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", unset)
        assert caches._wanted() == private_folder / ".cache" / "neuron-reduce" / "engine"


def test_temporary_directory_goes_with_its_process(folder: Path) -> None:
    """Not with a copy of that process."""
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    script = """
    import os, pathlib, sys, warnings
    from neuron_reduce._engine import compiler
    warnings.simplefilter("ignore")
    path = pathlib.Path(compiler.load("int answer(void) { return 1; }")._name)
    copy = os.fork()
    if copy == 0:
        sys.exit(0)
    os.waitpid(copy, 0)
    assert path.exists()
    print(path)
    """
    path = Path(_output_of(script))
    assert path.name.endswith(".so")
    assert not path.parent.exists()


def test_temporary_directory_of_a_copy_goes_with_its_process(
    folder: Path, private_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the copy ends."""
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(private_folder))
    script = """
    import os, pathlib, warnings
    from neuron_reduce._engine import compiler
    warnings.simplefilter("ignore")
    if (copy := os.fork()) == 0:
        compiler.load("int answer(void) { return 1; }")
        os._exit(0)
    os.waitpid(copy, 0)
    print(len(list(pathlib.Path(os.environ["TMPDIR"]).glob("neuron-reduce-*/*.so"))))
    """
    assert _output_of(script).strip() == "1"
    assert list(private_folder.glob("neuron-reduce-*")) == []


def test_static_variables_are_those_of_an_instance(folder: Path) -> None:
    source = "static int count;\nint next(void) { return ++count; }\n"
    first = compiler.load(source, instance=1)
    assert [first.next(), compiler.load(source, instance=1).next()] == [1, 2]
    other = compiler.load(source, instance=2)
    assert [other.next(), first.next(), compiler.load(source, instance=2).next()] == [1, 3, 2]
    left = list(folder.glob("*.part"))
    assert not left, "a copy is not kept"


def test_compiler_works_ahead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "int answer(void) { return 51; }\n"
    begun = []
    popen = subprocess.Popen

    def counted(*arguments: Any, **named: Any) -> Any:
        begun.append(popen(*arguments, **named))
        return begun[-1]

    compiler.load(ANSWER)
    monkeypatch.setattr(subprocess, "Popen", counted)
    with compiler.ahead(source):
        assert len(begun) == 1
        assert compiler.load(source).answer() == 51
    assert len(begun) == 1, "it was not compiled twice"
    with compiler.ahead(source):
        pass
    assert len(begun) == 1, "it is there already"
    # What nobody loads is ended, and leaves nothing.
    other = "int answer(void) { return 52; }\n"
    with compiler.ahead(other):
        left = begun[-1].args[-4]
        assert Path(left).exists()
    assert begun[-1].returncode is not None
    assert not Path(left).parent.exists()
    assert compiler.load(other).answer() == 52
    with compiler.ahead(None):
        pass
    monkeypatch.setenv("CC", "there-is-no-such-compiler")
    with compiler.ahead("int answer(void) { return 53; }\n"):
        pass


def test_what_is_wrong_is_said_when_it_is_loaded() -> None:
    with compiler.ahead("int answer(void) { return 54 }\n"), pytest.raises(EngineError, match="54"):
        compiler.load("int answer(void) { return 54 }\n")


def test_processes_wait_for_what_one_compiles(folder: Path, tmp_path: Path) -> None:
    counting = tmp_path / "cc"
    counting.write_text(
        '#!/bin/sh\ncase "$*" in *cell.c*) echo x >> "$COUNTS"; sleep 1;; esac\nexec cc "$@"\n'
    )
    counting.chmod(0o700)
    code = """
        from neuron_reduce._engine import compiler
        assert compiler.load("int answer(void) { return 55; }\\n").answer() == 55
    """
    environment = os.environ | {
        "CC": str(counting),
        "COUNTS": str(tmp_path / "counts"),
        "PYTHONPATH": str(PACKAGE),
    }
    command = [sys.executable, "-c", textwrap.dedent(code)]
    processes = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [each.wait(120) for each in processes] == [0, 0, 0]
    assert (tmp_path / "counts").read_text().count("x") == 1
    assert [path.suffix for path in folder.iterdir()] == [".so"]
