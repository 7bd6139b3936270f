"""Builds the Swift libraries, Python's and hoc's, and puts them beside the Python files."""

import pathlib
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

ROOT = pathlib.Path(__file__).parent.resolve()
PRODUCT = "NeuronReduceABI"
HOC = "NeuronReduceHoc"
ENDING = "dylib" if sys.platform == "darwin" else "so"
LIBRARY = f"lib{PRODUCT}.{ENDING}"


class BuildWithSwift(build_py):
    """Compiles the library for release before the package is put together."""

    def run(self):
        # What an earlier build left there would be packed along, modules that are gone included.
        shutil.rmtree(pathlib.Path(self.build_lib) / "neuron_reduce", ignore_errors=True)
        super().run()
        if shutil.which("swift") is None:
            sys.exit(
                "neuron-reduce-swift is compiled from Swift; expected `swift` 6.3 or newer on PATH"
            )
        build = ["swift", "build", "--configuration", "release", "--package-path", str(ROOT)]
        for product in (PRODUCT, HOC):
            subprocess.run([*build, "--product", product], check=True)
        shown = subprocess.run([*build, "--show-bin-path"], check=True, stdout=subprocess.PIPE)
        binaries = pathlib.Path(shown.stdout.decode().strip())
        target = pathlib.Path(self.build_lib) / "neuron_reduce" / LIBRARY
        shutil.copyfile(binaries / LIBRARY, target)
        # By the name that neuron_reduce.hoc has for it everywhere.
        of_hoc = target.with_name(f"lib{HOC}.so")
        shutil.copyfile(binaries / f"lib{HOC}.{ENDING}", of_hoc)
        runtime = target.parent / "_engine" / "runtime"
        runtime.mkdir(exist_ok=True)
        for header in (ROOT / "Sources" / "CSimulation" / "include").glob("*.h"):
            shutil.copy(header, runtime)
        strip = shutil.which("strip")
        if strip and sys.platform != "darwin":
            subprocess.run([strip, "--strip-unneeded", str(target), str(of_hoc)], check=True)


class PlatformWheel(bdist_wheel):
    """The library is bound to a platform, but to no version of Python."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    """A distribution with compiled code in it."""

    def has_ext_modules(self):
        return True


setup(
    cmdclass={"build_py": BuildWithSwift, "bdist_wheel": PlatformWheel},
    distclass=BinaryDistribution,
)
