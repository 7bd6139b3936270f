"""The C header compiles by itself, as C and as C++, and is what the Python package takes it for."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import PROJECT
from neuron_reduce import _library
from neuron_reduce._library import cable_theory, metrics, responses, structures

HEADER = PROJECT / "Sources" / "CNeuronReduce" / "include" / "neuron_reduce.h"
DECLARATIONS = re.sub(r"//.*", "", HEADER.read_text())
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", str(HEADER.parent)]


def _compiler(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on PATH")
    return path


def _compile(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"


@pytest.mark.parametrize(
    ("compiler", "language", "standard"),
    [
        *((name, "c", each) for name in ("gcc", "clang") for each in ("c99", "c11")),
        *((name, "c++", each) for name in ("g++", "clang++") for each in ("c++11", "c++17")),
    ],
)
def test_compiles_without_a_warning(
    compiler: str, language: str, standard: str, tmp_path: Path
) -> None:
    source = tmp_path / "includes"
    source.write_text('#include "neuron_reduce.h"\n#include "neuron_reduce.h"\n')
    command = [_compiler(compiler), *STRICT, f"-std={standard}", "-fsyntax-only"]
    _compile([*command, "-x", language, str(source)])


def _structures() -> dict[str, type[ctypes.Structure]]:
    return {
        _library.c_name(each): each
        for module in (structures, cable_theory, metrics, responses)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, ctypes.Structure)
    }


def test_every_structure_is_declared_for_ctypes() -> None:
    declared = set(re.findall(r"typedef struct (nr_\w+) \{", DECLARATIONS))
    assert set(_structures()) == declared


def test_layouts_are_those_of_ctypes(tmp_path: Path) -> None:
    lines = []
    for name, structure in sorted(_structures().items()):
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, *_ in structure._fields_:
            member = f"{name}.{field}"
            size = f"sizeof((({name} *)0)->{field})"
            lines.append(f'printf("{member} %zu %zu\\n", offsetof({name}, {field}), {size});')
    assert _printed(lines, tmp_path) == [
        line
        for name, structure in sorted(_structures().items())
        for line in (f"{name} {ctypes.sizeof(structure)}", *_fields(name, structure))
    ]


def _fields(name: str, structure: type[ctypes.Structure]) -> list[str]:
    found = [(each[0], getattr(structure, each[0])) for each in structure._fields_]
    return [f"{name}.{field} {place.offset} {place.size}" for field, place in found]


def _printed(statements: list[str], folder: Path) -> list[str]:
    """What a C program of these statements prints, by lines."""
    source, program = folder / "program.c", folder / "program"
    includes = ("<stddef.h>", "<stdio.h>", '"neuron_reduce.h"')
    source.write_text(
        "".join(f"#include {each}\n" for each in includes)
        + "int main(void) {\n"
        + "\n".join(statements)
        + "\nreturn 0;\n}\n"
    )
    _compile([_compiler("cc"), *STRICT, "-std=c11", str(source), "-o", str(program)])
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def test_every_status_has_its_exception(tmp_path: Path) -> None:
    body = re.search(r"typedef enum nr_status \{(.*?)\}", DECLARATIONS, re.DOTALL)
    assert body is not None
    names = re.findall(r"NR_\w+", body[1])
    values = _printed([f'printf("%d\\n", {name});' for name in names], tmp_path)
    assert sorted(map(int, values)) == [0, *sorted(_library._STATUS_ERRORS)]


def test_every_function_is_in_the_library_with_its_arguments() -> None:
    flat = re.sub(r"\s+", " ", DECLARATIONS)
    found = dict(re.findall(r"\b(nr_\w+)\(([^()]*)\);", flat))
    assert len(found) > 20
    for name, parameters in found.items():
        declared = getattr(_library._library, name).argtypes
        count = 0 if parameters.strip() == "void" else parameters.count(",") + 1
        assert len(declared or []) == count, f"{name}({parameters})"


def test_sizes_and_version_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _library._library
    assert library.nr_struct_size(b"nr_nothing") == 0
    assert library.nr_abi_version() == _library._ABI_VERSION
    version = re.search(r"#define NR_ABI_VERSION (\d+)", HEADER.read_text())
    assert version is not None
    assert int(version[1]) == _library._ABI_VERSION

    class Span(ctypes.Structure):
        _fields_ = [("start", ctypes.c_double)]

    with pytest.raises(ImportError, match="nr_span with 16 bytes; expected 8"):
        _library.check_sizes(Span)
    monkeypatch.setattr(_library, "_ABI_VERSION", 1000)
    with pytest.raises(ImportError, match=f"version {version[1]} of its interface; expected 1000"):
        _library._check_version(library, Path("library.so"))


def test_traits_are_the_headers() -> None:
    declared = dict(re.findall(r"NR_TRAIT_(\w+) = (\d+)", DECLARATIONS))
    assert declared == {each.name: str(each.value) for each in _library.Traits}


def test_methods_have_traits() -> None:
    assert _library.traits("classic") == _library.Traits.USES_FREQUENCY
    assert _library.traits("lumped") == (
        _library.Traits.CHANGES_WEIGHTS
        | _library.Traits.CONSERVES_TOTALS
        | _library.Traits.CABLES_ARE_LUMPS
    )
    assert _library.traits("newest") == _library.Traits(0)
