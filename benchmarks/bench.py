"""Times the reduction call beside the published implementation's, and full against reduced runs.

Both implementations are measured in turn, each time in a new process, so that both meet the same
machine; of the repetitions the median counts. The tables are printed and written to
``output/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAGES = (
    "read",
    "responses",
    "cables",
    "mapping",
    "merging",
    "channels",
    "assembly",
    "followers",
    "build",
    "delete",
)


def measure(python: str, *options: object) -> dict:
    """One measurement in a new process."""
    command = [python, str(ROOT / "benchmarks" / "measure.py"), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def median(measurements: list[dict], *keys: str) -> float:
    """The median of one number of several measurements."""
    values = []
    for each in measurements:
        for key in keys:
            each = each[key]
        values.append(each)
    return statistics.median(values)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def stages(measurements: list[dict]) -> list[str]:
    """The stages' times in ms, and what the call takes outside of them."""
    times = [
        statistics.median(each["stages"].get(stage, 0.0) for each in measurements)
        for stage in STAGES
    ]
    rest = median(measurements, "call") - sum(times)
    return [f"{1e3 * seconds:.2f}" for seconds in [*times, rest]]


def by_synapses(upstream: str, repeats: int) -> str:
    """The call's time against the number of synapses, ours and upstream's."""
    rows, stage_rows = [], []
    for count in (1_000, 10_000, 100_000):
        ours, known, theirs = [], [], []
        for repeat in range(repeats):
            ours.append(measure(sys.executable, "--synapses", count))
            known.append(measure(sys.executable, "--synapses", count, "--known"))
            # Upstream's longest call is not repeated as often.
            if count < 100_000 or repeat < 2:
                theirs.append(measure(upstream, "--synapses", count))
            print(".", end="", flush=True, file=sys.stderr)
        first, again = median(ours, "call"), median(known, "call")
        reference = median(theirs, "call")
        times = [f"{1e3 * each:.0f}" for each in (first, again, reference)]
        ratios = [f"{reference / each:.1f}" for each in (first, again)]
        rows.append([f"{count:,}", *times, *ratios])
        stage_rows.append([f"{count:,}", *stages(ours)])
    return "\n\n".join(
        [
            table(
                [
                    "synapses",
                    "neuron_reduce, first call, ms",
                    "later call, ms",
                    "upstream, ms",
                    "ratio, first",
                    "ratio, later",
                ],
                rows,
            ),
            table(["synapses", *(f"{stage}, ms" for stage in STAGES), "Python, ms"], stage_rows),
        ]
    )


def by_segments(repeats: int) -> str:
    """The call's time against the number of segments, 1,000 synapses."""
    rows = []
    for factor in (1, 3, 9, 27):
        ours = []
        for _ in range(repeats):
            ours.append(measure(sys.executable, "--synapses", 1000, "--refine", factor))
            print(".", end="", flush=True, file=sys.stderr)
        rows.append(
            [f"{ours[0]['segments']:,}", f"{1e3 * median(ours, 'call'):.1f}", *stages(ours)]
        )
    return table(["segments", "call, ms", *(f"{s}, ms" for s in STAGES), "Python, ms"], rows)


def by_kinds(repeats: int) -> str:
    """The time of `reduce`, which measures how each kind of synapse responds."""
    rows = []
    for count, kinds in ((10_000, 2), (10_000, 1000), (100_000, 2)):
        ours = []
        for _ in range(repeats):
            ours.append(measure(sys.executable, "--synapses", count, "--kinds", kinds))
            print(".", end="", flush=True, file=sys.stderr)
        times = [median(ours, "call"), median(ours, "stages", "responses")]
        rows.append([f"{count:,}", f"{kinds:,}", *(f"{1e3 * each:.0f}" for each in times)])
    return table(["synapses", "kinds", "reduce, ms", "of which responses, ms"], rows)


def simulation(tstop: float) -> str:
    """Full against reduced run in NEURON."""
    result = measure(sys.executable, "--run", tstop)
    full, reduced = result["full"], result["reduced"]
    return table(
        ["simulated, ms", "full cell, s", "reduced cell, s", "ratio"],
        [[f"{tstop:g}", f"{full:.2f}", f"{reduced:.3f}", f"{full / reduced:.1f}"]],
    )


def main() -> None:
    """Run all benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", required=True, help="Python with neuron-reduce 0.0.7")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--tstop", type=float, default=1000.0, help="simulated time in ms")
    options = parser.parse_args()

    # The published environment cannot export the cell: the cache is filled here.
    command = [sys.executable, "-m", "l5pc.cell", str(ROOT / ".cache")]
    subprocess.run(command, check=True, cwd=ROOT / "examples")

    text = "\n\n".join(
        [
            "## The call, by synapses",
            by_synapses(options.upstream, options.repeats),
            "## The call, by segments",
            by_segments(options.repeats),
            "## `reduce`, by kinds of synapse",
            by_kinds(options.repeats),
            "## The runs",
            simulation(options.tstop),
        ]
    )
    print("\n" + text)
    output = ROOT / "output" / "benchmarks.md"
    output.parent.mkdir(exist_ok=True)
    output.write_text(text + "\n")


if __name__ == "__main__":
    main()
