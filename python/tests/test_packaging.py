"""The source distribution is whole, and what is installed from it needs no Swift."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import warnings
from pathlib import Path

import pytest

import neuron_reduce
from conftest import PROJECT
from neuron_reduce import _distribution

PACKAGE = Path(neuron_reduce.__file__).parent


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(folder), str(PROJECT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def test_source_distribution_has_what_swift_asks_for(source: Path) -> None:
    if shutil.which("swift") is None:
        pytest.skip("no swift on PATH")
    command = ["swift", "package", "--package-path", str(source), "describe"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "NeuronReduceABI" in done.stdout


def test_source_distribution_has_the_package_and_nothing_built(source: Path) -> None:
    def files(folder: Path) -> set[Path]:
        left_out = ("*.so", "*.dylib", "*.pyc", "__pycache__")
        return {
            each.relative_to(folder)
            for each in folder.rglob("*")
            if each.is_file() and not any(map(each.match, left_out))
        }

    assert files(source / "python" / "neuron_reduce") == files(PROJECT / "python" / "neuron_reduce")
    assert files(source / "Sources") == files(PROJECT / "Sources")
    assert not [*source.rglob("*.so"), *source.rglob(".build")]


@pytest.fixture
def installed() -> importlib.metadata.Distribution:
    """The distribution, where the package that is tested was installed from one."""
    try:
        found = importlib.metadata.distribution(_distribution.NAME)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("used without being installed")
    if found.read_text("WHEEL") is None or not os.path.samefile(
        str(found.locate_file("neuron_reduce")), PACKAGE
    ):
        pytest.skip("used without being installed")
    return found


def test_wheel_is_for_any_python_and_one_platform(
    installed: importlib.metadata.Distribution,
) -> None:
    tags = [
        line.removeprefix("Tag: ")
        for line in (installed.read_text("WHEEL") or "").splitlines()
        if line.startswith("Tag: ")
    ]
    assert len(tags) == 1
    assert tags[0].startswith("py3-none-")
    assert not tags[0].endswith("-any")


def test_version_and_needs_are_declared(installed: importlib.metadata.Distribution) -> None:
    version = (PROJECT / "VERSION").read_text().strip()
    assert installed.version == neuron_reduce.__version__ == version
    assert {"neuron>=9.0", "numpy>=1.21"} <= set(installed.requires or [])


def test_library_loads_where_no_swift_is() -> None:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(PACKAGE.parent)}
    script = "import neuron_reduce; print(neuron_reduce.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == neuron_reduce.__file__, done.stderr
    if shutil.which("readelf"):
        libraries = [*PACKAGE.glob("libNeuronReduce*.so")]
        assert libraries
        for library in libraries:
            needed = subprocess.run(
                ["readelf", "--dynamic", str(library)], capture_output=True, text=True, check=True
            ).stdout
            assert "NEEDED" in needed
            assert "swift" not in needed


def test_published_package_beside_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both put their files into one folder: whoever has both is told so."""
    monkeypatch.setattr(_distribution, "_PUBLISHED", "neuron-reduce-of-this-test")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _distribution.warn_of_namesake()
    metadata = tmp_path / "neuron_reduce_of_this_test-0.0.7.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: neuron-reduce-of-this-test\nVersion: 0.0.7\n")
    monkeypatch.syspath_prepend(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _distribution.warn_of_namesake()
    (tmp_path / "neuron_reduce").mkdir()
    monkeypatch.setattr(_distribution, "_FOLDER", tmp_path / "neuron_reduce")
    with pytest.warns(
        neuron_reduce.NeuronReduceWarning,
        match="pip uninstall neuron-reduce-of-this-test neuron-redu",
    ):
        _distribution.warn_of_namesake()
