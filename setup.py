"""Builds the Swift library and puts it beside the Python files."""

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
LIBRARY = f"lib{PRODUCT}.dylib" if sys.platform == "darwin" else f"lib{PRODUCT}.so"


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
        subprocess.run([*build, "--product", PRODUCT], check=True)
        shown = subprocess.run([*build, "--show-bin-path"], check=True, stdout=subprocess.PIPE)
        target = pathlib.Path(self.build_lib) / "neuron_reduce" / LIBRARY
        shutil.copyfile(pathlib.Path(shown.stdout.decode().strip()) / LIBRARY, target)
        runtime = target.parent / "_engine" / "runtime"
        runtime.mkdir(exist_ok=True)
        for header in (ROOT / "Sources" / "CSimulation" / "include").glob("*.h"):
            shutil.copy(header, runtime)
        strip = shutil.which("strip")
        if strip and sys.platform != "darwin":
            subprocess.run([strip, "--strip-unneeded", str(target)], check=True)


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
