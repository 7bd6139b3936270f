"""Every mechanism of compiled libraries, one at a time, in NEURON and in the engine.

    python differential.py [--only NAME] [--together] [--out results.jsonl] LIBRARY ...
    python differential.py --table results.jsonl

A LIBRARY is what nrnivmodl made (libnrnmech.so, or a folder that has one below it, such as the
x86_64 beside a published model's mod files); `-` stands for NEURON's own mechanisms. It runs by the
Python that has neuron and neuron_reduce, whose engine it is about. All that NEURON has there, and
all of one folder of models, would be

    nrnivmodl                                          # in each model's folder
    python differential.py --together --out results.jsonl - MODELS/*/x86_64
    python differential.py --table results.jsonl

A mechanism whose source results.jsonl has already, from another library or an earlier call, is not
run again, so that a call that was interrupted goes on where it stopped. Environment:
DIFFERENTIAL_FLAGS are further flags of the C compiler, -O0 for example to save time;
DIFFERENTIAL_LOUD=1 shows what NEURON prints; NEURON_REDUCE_CACHE is where compiled cells are kept.

Each mechanism is put on two sections of three segments with `pas` and run twice, each time in a
process of its own: with parameters that differ between segments, potentials compared; and with the
same everywhere, all variables compared that hoc can see. What comes out is one of

- agrees; agrees, not finite: until NEURON has no numbers any more;
- ill-conditioned: it differs, but not before NEURON's own runs part from each other, and by no more
  than a hundred times as much, when the leaks of the cell differ in the 11th to the last digit;
- differs; refused (by the engine, with its message); C error; crashed; too long;
- not in NEURON: NEURON itself cannot run it so, which says nothing; artificial: nothing to compare.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import time
import traceback

os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"

LIMIT_SECONDS = 150
TSTOP = 150.0
# What counts as the same potential, in mV, and variable, relative to the largest value it has.
TOLERANCE = 1e-6
RELATIVE_TOLERANCE = 1e-6
WEIGHTS = (0.005, 0.01, 0.5)
# By which the leaks of NEURON's own runs differ: in the last digit, as rounding makes it, and in
# the 11th, as NEURON's own conductances do: it takes them from currents at potentials 0.001 mV
# apart, of which 16 digits are known.
OWN_CHANGES = (2.3e-16, -2.3e-16, 1e-13, -1e-13, 1e-11, -1e-11)
# Where runs begin to part, in mV: what is less is rounding in any cell.
LEVELS = (1e-9, 1e-8, 1e-7, 1e-6)
# What grows from rounding to 1e-6 mV within a dozen steps does so a few steps earlier or later: a
# factor of 10 of what it begins with is three steps then.
STEPS = 8


# ---- The cell


def numbered(kind):
    return range(int(kind.count()))


def names_of(h, is_point: bool) -> dict[str, bool]:
    """All mechanisms of a kind, and whether they are artificial cells."""
    kind, name, found = h.MechanismType(int(is_point)), h.ref(""), {}
    for index in numbered(kind):
        kind.select(index)
        kind.selected(name)
        found[name[0]] = is_point and bool(kind.is_artificial(index))
    return found


def variables(h, mechanism: str, kind: int) -> list[tuple[str, int]]:
    """Names (without the mechanism's) and lengths; 1 PARAMETER, 2 ASSIGNED, 3 STATE, 0 all."""
    standard, name, found = h.MechanismStandard(mechanism, kind), h.ref(""), []
    for index in range(int(standard.count())):
        size = int(standard.name(name, index))
        found.append((name[0], size))
    return found


def value_to_begin_with(name: str, value: float) -> float:
    """Mechanisms are often off as they come."""
    if value != 0:
        return value
    lower = name.lower()
    for pattern, given in (
        (r"^(del|onset|start)", 10),
        (r"^dur", 40),
        (r"^(amp|i0)$", 0.05),
        (r"^(g|p)", 1e-3),
    ):
        if re.match(pattern, lower):
            return given
    return value


def vary(owner, name: str, size: int, factor: float) -> None:
    reference = getattr(owner, f"_ref_{name}")
    for element in range(size):
        reference[element] = value_to_begin_with(name, reference[element]) * factor


class Cell:
    """Two sections, what is on them, and what drives it."""

    def __init__(self, h, densities: list[str], point: str | None, is_varied: bool, pointers):
        self.soma, self.dend = h.Section(name="soma"), h.Section(name="dend")
        self.dend.connect(self.soma(1))
        self.soma.L, self.soma.diam, self.dend.L, self.dend.diam = 60, 10, 200, 2
        self.segments = []
        self.owners = []
        for section in (self.soma, self.dend):
            section.nseg, section.Ra, section.cm = 3, 120, 1
            section.insert("pas")
            for name in densities:
                section.insert(name)
            for segment in section:
                segment.pas.g, segment.pas.e = 1e-4, -65
                self.segments.append(segment)
        for place, segment in enumerate(self.segments):
            for name in densities:
                if name == "pas":
                    continue
                owner = getattr(segment, name)
                self.owners.append((name, owner, place))
                for variable, size in variables(h, name, 1):
                    short = variable.removesuffix(f"_{name}")
                    vary(owner, short, size, 1 + 0.03 * place * is_varied)
                for pointer in pointers(name):
                    h.setpointer(segment._ref_v, pointer, owner)
        self.kept = []
        if point:
            self._add_points(h, point, is_varied, pointers)
        # Clamped first, then left to itself with currents up and down.
        clamp = h.SEClamp(self.dend(1))
        clamp.rs, clamp.dur1, clamp.dur2, clamp.dur3 = 1, 8, 12, 15
        clamp.amp1, clamp.amp2, clamp.amp3 = -75, -5, -95
        self.kept.append(clamp)
        for delay, duration, amplitude in ((45, 30, 0.12), (90, 30, -0.1)):
            current = h.IClamp(self.soma(0.5))
            current.delay, current.dur, current.amp = delay, duration, amplitude
            self.kept.append(current)

    def _add_points(self, h, point, is_varied, pointers):
        from neuron_reduce._engine import randoms

        places = (self.soma(0.5), self.soma(0.5), self.dend(0.5))
        # NEURON's own generator serves one.
        places = places[: 1 if randoms.asks_generator(point) else 3]
        self.points = [getattr(h, point)(place) for place in places]
        for index, process in enumerate(self.points):
            for variable, size in variables(h, point, 1):
                vary(process, variable, size, 1 + 0.03 * index * is_varied)
            if self._give_random(h, process, index):
                continue
            for pointer in pointers(point):
                h.setpointer(process.get_segment()._ref_v, pointer, process)
            self.owners.append((point, process, index))
        if not h.MechanismType(1).is_netcon_target(kind_index(h, point)):
            return
        streams = []
        for index, (interval, start, noise) in enumerate(((7, 3, 0), (9, 20, 1))):
            stream = h.NetStim()
            stream.interval, stream.start, stream.noise, stream.number = interval, start, noise, 1e9
            stream.noiseFromRandom123(index + 1, 2, 3)
            streams.append(stream)
        for target, stream, delay, weight in (
            (0, 0, 1.3, WEIGHTS[0]), (0, 1, 0.5, WEIGHTS[1]), (1, 1, 2.0125, WEIGHTS[0]),
            (2, 0, 0, WEIGHTS[2]),
        ):  # fmt: skip
            if target >= len(self.points):
                continue
            connection = h.NetCon(streams[stream], self.points[target])
            connection.delay = delay
            for element in range(int(connection.wcnt())):
                connection.weight[element] = weight if element == 0 else 0.3
            self.kept.append(connection)
        self.kept += streams

    def _give_random(self, h, process, index: int) -> bool:
        """Whether a point process takes its random numbers from an object, and has got one."""
        take = getattr(process, "setRNG", None) or getattr(process, "noiseFromRandom", None)
        if take is None:
            return False
        random = h.Random()
        random.Random123(index + 1, 5, 7)
        random.uniform(0, 1)
        take(random)
        self.kept.append(random)
        return True


def set_function_tables(h, name: str) -> list:
    """Something for each FUNCTION_TABLE that is positive, and the Vectors that it is in."""
    from neuron_reduce._engine import function_tables, sources

    vectors = []
    source = sources.of_session(name)
    for index, each in enumerate([] if source is None else function_tables.names(source)):
        with contextlib.suppress(Exception):
            arguments = h.Vector(range(-150, 151, 3))
            values = h.Vector([0.2 + index + 1 / (1 + 2 ** (-(x + 40) / 6)) for x in arguments])
            getattr(h, f"table_{each}_{name}")(values, arguments)
            vectors += [values, arguments]
    return vectors


def kind_index(h, name: str) -> int:
    kind, found = h.MechanismType(1), h.ref("")
    for index in numbered(kind):
        kind.select(index)
        kind.selected(found)
        if found[0] == name:
            return index
    raise KeyError(name)


# ---- One comparison, in a process of its own


class Says:
    """What a child has found out so far, a line of JSON at a time."""

    def __init__(self, descriptor: int):
        self._file = os.fdopen(descriptor, "w")

    def __call__(self, **found) -> None:
        self._file.write(json.dumps(found, default=str) + "\n")
        self._file.flush()


def run_neuron(h, references):
    import numpy as np

    vectors = [h.Vector().record(each) for each in references]
    h.finitialize(-65)
    while h.t < TSTOP - h.dt / 2:
        h.fadvance()
    return [np.array(each) for each in vectors]


def difference(ours, theirs, relative: bool):
    """Largest difference, and the first sample where it counts; NaN on both sides is the same."""
    import numpy as np

    count = min(len(ours), len(theirs))
    ours, theirs = ours[:count], theirs[:count]
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(ours - theirs)
    apart[(np.isnan(ours) & np.isnan(theirs)) | (ours == theirs)] = 0
    apart[np.isnan(apart)] = np.inf
    scale = 1.0
    if relative:
        finite = np.abs(theirs[np.isfinite(theirs)])
        scale = max(float(finite.max()) if len(finite) else 0, 1e-12)
    limit = RELATIVE_TOLERANCE if relative else TOLERANCE
    worst = float(apart.max() / scale) if count else 0.0
    where = np.flatnonzero(apart / scale > limit)
    return worst, (int(where[0]) if len(where) else None)


def envelope(ours, theirs):
    """How far some runs' potentials were apart at most up to each sample."""
    import numpy as np

    ours, theirs = np.array(ours), np.array(theirs)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(ours - theirs)
    apart[(np.isnan(ours) & np.isnan(theirs)) | (ours == theirs)] = 0
    apart[np.isnan(apart)] = np.inf
    return np.maximum.accumulate(apart.max(axis=0))


def onsets(apart) -> list[int | None]:
    """The samples at which an envelope passes the levels."""
    import numpy as np

    return [int(np.argmax(apart > level)) if (apart > level).any() else None for level in LEVELS]


def compare(h, say, densities, point, is_varied: bool, with_variables: bool) -> None:
    from neuron_reduce import engine
    from neuron_reduce._engine import compiler, sources
    from neuron_reduce.errors import EngineError

    if os.environ.get("DIFFERENTIAL_FLAGS"):
        compiler.FLAGS = (*compiler.FLAGS, *os.environ["DIFFERENTIAL_FLAGS"].split())
    say(phase="neuron")
    _tables = [set_function_tables(h, name) for name in densities]
    cell = Cell(h, densities, point, is_varied, sources.pointers)
    wanted = ["v" for _ in cell.segments]
    references = [segment._ref_v for segment in cell.segments]
    if with_variables:
        for name, owner, _ in cell.owners:
            for variable, size in variables(h, name, 0):
                short = variable if owner in getattr(cell, "points", ()) else (
                    variable.removesuffix(f"_{name}"))  # fmt: skip
                if size != 1 or short in sources.pointers(name):
                    continue
                with contextlib.suppress(Exception):
                    references.append(getattr(owner, f"_ref_{short}"))
                    wanted.append(variable)
        for segment in cell.segments:
            for ion in segment.sec.psection()["ions"]:
                for name in (f"e{ion}", f"i{ion}", f"{ion}i", f"{ion}o"):
                    with contextlib.suppress(Exception):
                        references.append(getattr(segment, f"_ref_{name}"))
                        wanted.append(name)
    h.dt, h.celsius, h.v_init = 0.025, 30, -65
    h.steps_per_ms = 40
    say(phase="compile")
    refused = None
    try:
        # Reads what is there now: a run of NEURON's may leave something for the next one.
        compiled = engine.compile(cell, check=False)
        compiled.run(0)
    except EngineError as error:
        refused = str(error)
    say(phase="neuron")
    expected = run_neuron(h, references)
    import numpy as np

    isfinite = all(np.isfinite(each).all() for each in expected[: len(cell.segments)])
    moved = float(np.ptp(expected[0])) if isfinite else None
    say(phase="run", finite=isfinite, moved=moved)
    while refused is None:
        try:
            run = compiled.run(TSTOP, record=references)
            break
        except EngineError as error:
            # Of an array's element, a variable that is computed nowhere, and the like.
            lost = re.match(r"\S+\.(\w+)\S* cannot be recorded", str(error))
            suffixes = ("", *(f"_{each}" for each in densities))
            names = {lost[1] + suffix for suffix in suffixes} if lost else set()
            kept = [i for i, each in enumerate(wanted) if each not in names]
            if len(kept) == len(wanted):
                refused = str(error)
            wanted = [wanted[i] for i in kept]
            expected = [expected[i] for i in kept]
            references = [references[i] for i in kept]
    if refused is not None:
        say(refused=refused)
        return
    say(phase="compare")
    found = {"worst": 0.0, "first": None, "variables": len(wanted)}
    for index, (name, ours, theirs) in enumerate(zip(wanted, run.v, expected, strict=True)):
        is_potential = name == "v"
        worst, first = difference(ours, theirs, relative=not is_potential)
        if is_potential:
            found["worst"] = max(found["worst"], worst)
        if first is not None and (found["first"] is None or first < found["first"]):
            found |= {"first": first, "what": f"{name}@{index}", "by": worst,
                      "ours": float(ours[first]), "theirs": float(theirs[first])}  # fmt: skip
    if found["first"] is not None:
        count = len(cell.segments)
        conductances = [segment.pas.g for segment in cell.segments]
        widest = None
        for change in OWN_CHANGES:
            for segment, conductance in zip(cell.segments, conductances, strict=True):
                segment.pas.g = conductance * (1 + change)
            moved = envelope(run_neuron(h, references[:count]), expected[:count])
            widest = moved if widest is None else np.maximum(widest, moved)
        found |= {"own": float(widest[-1]), "own_onsets": onsets(widest),
                  "onsets": onsets(envelope(run.v[:count], expected[:count]))}  # fmt: skip
    say(**found)


def in_child(work) -> dict:
    """What `work(say)` says in a forked process; `status` where it did not end well."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        quiet = os.open(os.devnull, os.O_WRONLY)
        if not os.environ.get("DIFFERENTIAL_LOUD"):
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
        say = Says(writing)
        try:
            work(say)
            os._exit(0)
        except BaseException as error:
            with contextlib.suppress(Exception):
                say(raised="".join(traceback.format_exception(error))[-1500:])
            os._exit(1)
    os.close(writing)
    text, end = b"", time.monotonic() + LIMIT_SECONDS
    found: dict = {}
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            os.killpg(child, signal.SIGKILL)
            found["status"] = "too long"
            break
        piece = os.read(reading, 65536)
        if not piece:
            break
        text += piece
    os.close(reading)
    _, status = os.waitpid(child, 0)
    for line in text.decode().splitlines():
        found |= json.loads(line)
    if status and "status" not in found:
        found["status"] = "raised" if "raised" in found else f"ended by {status}"
    return found


def is_ill_conditioned(found: dict) -> bool:
    """Whether NEURON's own runs part as far and as early, of next to nothing, so that they are no
    measure for others."""
    if found["worst"] <= TOLERANCE or not found.get("own", 0) > found["worst"] / 100:
        return False
    pairs = zip(found.get("onsets", ()), found.get("own_onsets", ()), strict=True)
    begun = [(one, own) for one, own in pairs if one is not None]
    return bool(begun) and all(own is not None and one >= own - STEPS for one, own in begun)


def category(found: dict) -> str:
    phase = found.get("phase")
    if "refused" in found:
        if found.get("finite") is False and " is nan " in found["refused"]:
            return "agrees, not finite"
        is_c = "on a generated source" in found["refused"]
        return "C error" if is_c else "refused"
    if "status" in found:
        if phase in (None, "neuron"):
            return "not in NEURON"
        return "too long" if found["status"] == "too long" else "crashed"
    if found.get("first") is not None:
        return "ill-conditioned" if is_ill_conditioned(found) else "differs"
    return "agrees" if found.get("finite") else "agrees, not finite"


# ---- Libraries


def library_of(path: str) -> str:
    if path == "-" or path.endswith(".so"):
        return path
    found = sorted(pathlib.Path(path).glob("**/libnrnmech.so"))
    if not found:
        raise SystemExit(f"there is no libnrnmech.so below {path}")
    return str(found[0])


def probe_library(library: str, only: str | None, out, seen: set[str], together: bool) -> None:
    from neuron import h

    # Here, so that no child has to.
    from neuron_reduce import engine
    from neuron_reduce._engine import sources

    assert engine
    own = {flag: names_of(h, flag) for flag in (False, True)}
    if library != "-":
        h.nrn_load_dll(library)
        own = {
            flag: {n: a for n, a in names_of(h, flag).items() if n not in own[flag]} for flag in own
        }
    skipped = ("morphology", "capacitance", "extracellular", "fastpas")
    agreeing = []
    for is_point, names in own.items():
        for name, is_artificial in names.items():
            if name.endswith("_ion") or name in skipped or (only and name != only):
                continue
            base = {"library": library, "mechanism": name, "is_point": is_point}
            try:
                source = sources.find([name])[name].text
            except Exception:
                source = ""
            key = hashlib.sha256(re.sub(r"\s+", " ", source).encode()).hexdigest()[:16]
            if source and key in seen and not only:
                continue
            seen.add(key)
            base["source"] = key
            if is_artificial:
                out({**base, "category": "artificial"})
                continue
            for is_varied in (True, False):
                densities, point = ([], name) if is_point else ([name], None)
                found = in_child(
                    lambda say, d=densities, p=point, v=is_varied: compare(h, say, d, p, v, not v)
                )
                result = category(found)
                out({**base, "varied": is_varied, "category": result, **found})
                if result in ("not in NEURON", "C error"):
                    break
                if result.startswith("agrees") and not is_varied and not is_point:
                    agreeing.append(name)
    if together and len(agreeing) > 1 and not only:
        for is_varied in (True, False):
            found = in_child(lambda say, v=is_varied: compare(h, say, agreeing, None, v, not v))
            out({"library": library, "mechanism": "+".join(agreeing), "is_point": False,
                 "varied": is_varied, "category": category(found), **found})  # fmt: skip


def construct(message: str) -> str:
    """A refusal without the names of the mechanism and its variables."""
    found = re.search(r"cannot be compiled: (.*)", message, re.DOTALL)
    text = found[1] if found else message
    text = re.sub(r" in its (.*?) block is not supported", r" [\1]", text)
    return text[:110]


_SHOWN = ["what", "by", "first", "worst", "own", "onsets", "own_onsets", "phase", "status"]


def table(path: str) -> None:
    rows = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    worst: dict[tuple, dict] = {}
    order = [
        *("agrees", "agrees where uniform", "agrees, not finite", "not in NEURON", "artificial"),
        *("refused", "ill-conditioned", "differs", "too long", "C error", "crashed"),
    ]
    for row in rows:
        key = row["library"], row["mechanism"]
        if key not in worst or order.index(row["category"]) > order.index(worst[key]["category"]):
            worst[key] = row
    # Tables that NEURON makes for one instance alone, for example.
    for row in rows:
        key = row["library"], row["mechanism"]
        is_uniform = row.get("varied") is False and row["category"] == "agrees"
        if is_uniform and worst[key]["category"] == "refused":
            worst[key] = worst[key] | {"category": "agrees where uniform"}
    counts = collections.Counter(row["category"] for row in worst.values())
    print("\n".join(f"{counts[each]:5} {each}" for each in order if counts[each]))
    apart = [row["worst"] for row in worst.values() if row["category"] == "agrees"]
    print(f"largest difference where it agrees: {max(apart, default=0):.2g} mV")
    refusals = collections.Counter(
        construct(row["refused"])
        for row in worst.values()
        if row["category"] in ("refused", "agrees where uniform")
    )
    for text, count in refusals.most_common():
        print(f"{count:5} refused: {text}")
    for row in worst.values():
        if row["category"] in ("ill-conditioned", "differs", "crashed", "C error", "too long"):
            detail = {name: row[name] for name in _SHOWN if name in row}
            said = (row.get("refused") or row.get("raised") or "")[-300:]
            print(row["category"], row["library"], row["mechanism"][:60], detail, said)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "libraries",
        nargs="*",
        metavar="LIBRARY",
        help="libnrnmech.so, or a folder with one below it; - for NEURON's own mechanisms",
    )
    parser.add_argument("--only", metavar="NAME", help="this mechanism alone")
    parser.add_argument("--out", metavar="FILE", help="JSON lines to append to, and to go on from")
    parser.add_argument("--table", metavar="FILE", help="show what such a file says")
    parser.add_argument("--together", action="store_true", help="and all that agree in one cell")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.table:
        table(given.table)
        return
    if not given.inner:
        # Libraries may have mechanisms of the same name: a process each.
        for library in given.libraries:
            extra = [*(("--only", given.only) if given.only else ())]
            extra += ["--out", given.out] if given.out else []
            extra += ["--together"] if given.together else []
            command = [sys.executable, __file__, "--inner", library_of(library), *extra]
            subprocess.run(command, check=False)
        return
    seen: set[str] = set()
    if given.out and pathlib.Path(given.out).exists():
        for line in pathlib.Path(given.out).read_text().splitlines():
            with contextlib.suppress(KeyError):
                seen.add(json.loads(line)["source"])

    def out(row: dict) -> None:
        line = json.dumps(row) + "\n"
        if not given.out:
            print(line, end="", flush=True)
            return
        with open(given.out, "a") as stream:
            stream.write(line)

    probe_library(given.libraries[0], given.only, out, seen, given.together)


if __name__ == "__main__":
    main()
