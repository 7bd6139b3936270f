"""Builds the Swift libraries, Python's and hoc's, and the command, and packs them along."""

import functools
import json
import pathlib
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

from distutils.command.build_scripts import build_scripts  # isort: skip # setuptools' own

ROOT = pathlib.Path(__file__).parent.resolve()
PRODUCT = "NeuronReduceABI"
HOC = "NeuronReduceHoc"
ENDING = "dylib" if sys.platform == "darwin" else "so"
LIBRARY = f"lib{PRODUCT}.{ENDING}"
COMMAND = "neuron-reduce"


def swift(*arguments):
    """What `swift` says, run on this package."""
    if shutil.which("swift") is None:
        sys.exit(
            "neuron-reduce-swift is compiled from Swift; expected `swift` 6.3 or newer on PATH"
        )
    command, *rest = arguments
    said = subprocess.run(
        ["swift", command, "--package-path", str(ROOT), *rest], check=True, stdout=subprocess.PIPE
    )
    return said.stdout.decode()


def built(product, name):
    """The file `name` that the package's product is, compiled for release.

    With the same flags for all of them: with others Swift compiles what they share again.
    """
    build = ["build", "--configuration", "release", "--static-swift-stdlib"]
    print(swift(*build, "--product", product), end="", flush=True)
    return pathlib.Path(swift(*build, "--show-bin-path").strip()) / name


def strip(file):
    """Takes out what only debuggers read."""
    if shutil.which("strip") and sys.platform != "darwin":
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)


@functools.cache
def has_command():
    """Whether the package has the command as a product."""
    products = json.loads(swift("package", "describe", "--type", "json"))["products"]
    return any(each["name"] == COMMAND and "executable" in each["type"] for each in products)


class BuildWithSwift(build_py):
    """Compiles the libraries for release before the package is put together."""

    def run(self):
        # What an earlier build left there would be packed along, modules that are gone included.
        shutil.rmtree(pathlib.Path(self.build_lib) / "neuron_reduce", ignore_errors=True)
        super().run()
        target = pathlib.Path(self.build_lib) / "neuron_reduce" / LIBRARY
        shutil.copyfile(built(PRODUCT, LIBRARY), target)
        strip(target)
        # By the name that neuron_reduce.hoc has for it everywhere.
        of_hoc = target.with_name(f"lib{HOC}.so")
        shutil.copyfile(built(HOC, f"lib{HOC}.{ENDING}"), of_hoc)
        strip(of_hoc)
        runtime = target.parent / "_engine" / "runtime"
        runtime.mkdir(exist_ok=True)
        for header in (ROOT / "Sources" / "CSimulation" / "include").glob("*.h"):
            shutil.copy(header, runtime)


class BuildCommand(build_scripts):
    """Compiles the command, which needs neither Python nor Swift where it runs."""

    def run(self):
        target = pathlib.Path(self.build_dir) / COMMAND
        target.parent.mkdir(parents=True, exist_ok=True)
        if has_command():
            target.unlink(missing_ok=True)  # a command that runs cannot be written to
            shutil.copy(built(COMMAND, COMMAND), target)
            strip(target)

    def get_source_files(self):
        return []


class PlatformWheel(bdist_wheel):
    """The library is bound to a platform, but to no version of Python."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    """A distribution with compiled code in it."""

    def has_ext_modules(self):
        return True


setup(
    cmdclass={
        "build_py": BuildWithSwift,
        "build_scripts": BuildCommand,
        "bdist_wheel": PlatformWheel,
    },
    scripts=[COMMAND],
    distclass=BinaryDistribution,
)
