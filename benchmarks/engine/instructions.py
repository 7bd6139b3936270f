"""What a time step of the engine consists of, on the demo's cell, full and reduced, exact and with
tables: instructions by part, counted one by one, and shares of time, sampled.

Counted with the processor's single-step flag, as virtual machines seldom have counters. Needs Linux
on x86-64, gcc or clang, and binutils. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import collections
import ctypes
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any, NamedTuple

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))

import numpy as np
from neuron import h

import neuron_reduce
from l5pc.cell import load
from l5pc.drive import place_synapses
from neuron_reduce._engine import compiler, programs

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETTLED_MS = 100.0
# Each instruction takes some 10 µs.
COUNTED_STEPS = {"full": 40, "lumped": 200}
SAMPLED_STEPS = {"full": 400_000, "lumped": 3_000_000}

PARTS = (
    "density: exponentials",
    "density: tables",
    "density: the rest",
    "point processes",
    "solver",
    "events",
    "recording, spikes",
)


_OF_TABLES = {"nr_gate", "nr_gate_rarely", "nr_rows_of", "nr_are_good", "nr_all_are_good"}


class Line(NamedTuple):
    """An instruction.

    :ivar part: of :data:`PARTS`.
    :ivar functions: that it is of, the innermost first.
    :ivar text: in the assembler's words.
    """

    part: str
    functions: list[str]
    text: str


class Library:
    """A program's compiled code, with what tells where each instruction comes from.

    :ivar lines: by address.
    :ivar counts: as ``counting.c`` has them.
    """

    def __init__(self, loaded: programs.Loaded):
        source = loaded.program.source
        library = compiler.load(source, ("-g",))
        loaded.__dict__["functions"] = programs.Functions(library)
        self._functions = loaded.functions
        self._called = ctypes.cast(library.nr_continue, ctypes.c_void_p).value
        self.path, self.base, self.length = self._mapped(library._name)
        self.counts = np.zeros(2 * self.length, dtype=np.uint64)
        self.lines = self._read(source.splitlines())

    @staticmethod
    def _mapped(path: str) -> tuple[str, int, int]:
        maps = pathlib.Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        ranges = [each.split()[0].split("-") for each in maps if each.endswith(path)]
        ends = [int(end, 16) for pair in ranges for end in pair]
        return path, min(ends), max(ends) - min(ends)

    def _read(self, source: list[str]) -> dict[int, Line]:
        command = ["objdump", "--disassemble", "--no-show-raw-insn", self.path]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        texts = {
            int(found[1], 16): found[2].strip()
            for found in re.finditer(r"^\s*([0-9a-f]+):\t(.*)$", said, re.MULTILINE)
        }
        command = ["addr2line", "--inlines", "--functions", "--addresses", "--exe", self.path]
        asked = "\n".join(map(hex, texts))
        said = subprocess.run(command, check=True, capture_output=True, text=True, input=asked)
        lines: dict[int, Line] = {}
        for block in re.split(r"^(?=0x)", said.stdout, flags=re.MULTILINE)[1:]:
            address, *rest = block.splitlines()
            functions, places = rest[::2], rest[1::2]
            place = int(address, 16)
            lines[place] = Line(_part(functions, places, source), functions, texts[place])
        return lines

    def run(self, how: str, counting: Any, steps: int, engine: Any) -> np.ndarray:
        """Runs a cell, some of its steps under observation: what was met per step, by address."""
        own = self._functions.go_on
        self.counts[:] = 0
        observe = getattr(counting, how)
        done = 0

        def go_on(runs: Any, end: float, given: int) -> None:
            nonlocal done
            if runs[0].t < SETTLED_MS:
                own(runs, end, given)
                return
            done += min(given, steps - done)
            observe(
                ctypes.c_void_p(self._called),
                ctypes.byref(runs),
                ctypes.c_double(end),
                ctypes.c_int64(given),
                ctypes.c_void_p(self.counts.ctypes.data),
                ctypes.c_size_t(self.base),
                ctypes.c_size_t(self.length),
            )

        self._functions.go_on = go_on
        try:
            engine.run(SETTLED_MS + steps * h.dt)
        finally:
            self._functions.go_on = own
        return self.counts / done


def _part(functions: list[str], places: list[str], source: list[str]) -> str:
    """What an instruction is for."""
    names = set(functions)
    if names & {"nr_deliver", "nr_schedule_direct", "nr_cell_receive", "nr_philox"}:
        return "events"
    if "nr_cell_points" in names:
        return "point processes"
    if "nr_cell_solve" in names:
        return "solver"
    if names & {"nr_record", "nr_detect"}:
        return "recording, spikes"
    for name, place in zip(functions, places, strict=True):
        if name != "nr_cell_advance_currents":
            continue
        number = re.search(r"cell\.c:(\d+)", place)
        if number and re.search(r"\bp\d+_", source[int(number[1]) - 1]):
            return "point processes"
    if "nr_cell_advance_currents" in names:
        if names & _OF_TABLES:
            return "density: tables"
        if names & {"nr_exp", "nr_pow", "nr_log"}:
            return "density: exponentials"
        return "density: the rest"
    return "events" if any(each.startswith("nr_heap") for each in names) else "recording, spikes"


class Counted(NamedTuple):
    """One program.

    :ivar instructions: per step, by part.
    :ivar outside: those among them in the C library.
    :ivar operations: how many a step does of some kinds.
    :ivar times: shares, by part.
    """

    instructions: dict[str, float]
    outside: float
    operations: dict[str, float]
    times: dict[str, float]


OPERATIONS = {
    "exponentials": r"vscalefpd|vpsllq\s+\$0x34",
    "divisions": r"v(div|rcp14)[ps]d\s+%[xyz]mm|vdivpd",
    "scalar divisions": r"vdivsd",
}


def observed(engine: Any, kind: str, counting: Any) -> Counted:
    """Counts and samples a program."""
    loaded, *_ = engine._recording(None, None)
    library = Library(loaded)
    met = library.run("count_instructions", counting, COUNTED_STEPS[kind], engine)
    inside, outside = met[: library.length], met[library.length :]
    instructions: dict[str, float] = collections.Counter()
    operations: dict[str, float] = collections.Counter()
    for place, line in library.lines.items():
        if place >= library.length:
            continue
        instructions[line.part] += inside[place] + outside[place]
        for name, pattern in OPERATIONS.items():
            if inside[place] and re.match(pattern, line.text):
                operations[name] += inside[place]
    receiving = [
        inside[place]
        for place, line in library.lines.items()
        if "nr_cell_receive" in line.functions
    ]
    operations["events"] = max(receiving, default=0.0)
    sampled = library.run("sample_times", counting, SAMPLED_STEPS[kind], engine)
    both = sampled[: library.length] + sampled[library.length :]
    times: dict[str, float] = collections.Counter()
    for place, line in library.lines.items():
        times[line.part] += both[place]
    whole = sum(times.values())
    return Counted(
        instructions,
        float(outside.sum()),
        operations,
        {name: each / whole for name, each in times.items()},
    )


def counter(folder: pathlib.Path) -> ctypes.CDLL:
    """``counting.c``, compiled."""
    built = folder / "counting.so"
    source = pathlib.Path(__file__).with_name("counting.c")
    command = ["cc", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", source, "-o", built]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(built))


def markdown(found: dict[str, Counted]) -> str:
    """Instructions and shares of time."""
    names = list(found)
    lines = [
        f"| instructions a step (share of the time) | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
    ]
    for part in PARTS:
        cells = [
            f"{each.instructions[part]:,.0f} ({each.times[part]:.0%})"
            if each.instructions[part]
            else ""
            for each in found.values()
        ]
        lines.append(f"| {part} | {' | '.join(cells)} |")
    sums = [f"{sum(each.instructions.values()):,.0f}" for each in found.values()]
    lines.append(f"| all | {' | '.join(sums)} |")
    for name in ("exponentials", "divisions", "scalar divisions", "events"):
        cells = [f"{each.operations[name]:,.1f}" for each in found.values()]
        lines.append(f"| {name} a step | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Observe and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synapses", type=int, default=10_000)
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache")
    options = parser.parse_args()
    h.load_file("stdrun.hoc")
    cell = load(options.cache)
    drive = place_synapses(cell, options.synapses, 1, start=0.0)
    with tempfile.TemporaryDirectory() as folder:
        counting = counter(pathlib.Path(folder))
        found = {}
        for kind in ("full", "lumped"):
            if kind == "lumped":
                cell = neuron_reduce.reduce(
                    cell, drive.synapses, drive.netcons, method=kind, in_place=True
                )
            for exact in (True, False):
                engine = neuron_reduce.compile(cell, check=False, exact=exact)
                name = f"{kind}, {'exact' if exact else 'tables'}"
                found[name] = observed(engine, kind, counting)
        print(markdown(found))


if __name__ == "__main__":
    main()
