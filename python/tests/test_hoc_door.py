"""hoc without Python: what `neuron_reduce.hoc` does in plain nrniv is what the package does, to the
last bit; what is wrong is a hoc error, and the session goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated, run_anew
from models import kept, l5pc, state_cell
from models.kept import Driven

FOLDER = Path(neuron_reduce.__file__).parent
METHODS = pytest.mark.parametrize(
    ("method", "segments"), [("folded", -1), ("folded", 20), ("lumped", 12), ("classic", -1)]
)
TSTOP = 60.0

CELL = """
begintemplate Cell
public soma, dend, apic, axon, somatic, basal, apical, axonal, all
objref somatic, basal, apical, axonal, all
create soma, dend[6], apic[3], axon
proc init() { local i
  create soma, dend[6], apic[3], axon
  for i = 0, 1 {
    connect dend[3 * i](0), soma(0.5)
    connect dend[3 * i + 1](0), dend[3 * i](1)
    connect dend[3 * i + 2](0), dend[3 * i](1)
  }
  connect apic[0](0), soma(1)
  connect apic[1](0), apic[0](1)
  connect apic[2](0), apic[0](1)
  connect axon(0), soma(0)
  somatic = new SectionList()
  basal = new SectionList()
  apical = new SectionList()
  axonal = new SectionList()
  all = new SectionList()
  forall { insert pas g_pas = 5e-5 e_pas = -70 Ra = 120 nseg = 5 L = 110 diam = 1.2 all.append() }
  for i = 0, 5 dend[i] { diam = 0.8 + 0.1 * i basal.append() }
  for i = 0, 2 apic[i] { insert hh gnabar_hh = 0.02 apical.append() }
  soma { L = 20 diam = 18 nseg = 1 insert hh somatic.append() }
  axon { diam = 1 insert hh axonal.append() }
}
endtemplate Cell
"""

# A cell, Lists of its synapses and NetCons, and what they have their events from.
SYNAPSES = """
objref cell, synapses, netcons, stimuli, made, source, connection, nothing
synapses = new List()
netcons = new List()
stimuli = new List()
proc place() {  // the number of the synapse, x; the section is the accessed one
  made = new Exp2Syn($2)
  made.tau1 = 0.3
  made.tau2 = 1.8
  if ($1 % 4 == 0) {
    made.e = -80
    made.tau2 = 8
  }
  source = new NetStim()
  source.interval = 40 + $1 % 5
  source.number = 1e9
  source.start = 0
  source.noise = 1
  source.noiseFromRandom123($1, 0, 0)
  connection = new NetCon(source, made, 10, 1, 0.002)
  synapses.append(made)
  netcons.append(connection)
  stimuli.append(source)
  made = nothing
  connection = nothing
}
"""

PLACES = """
cell = new Cell()
proc place_all() { local i
  for i = 0, 35 {
    if (i % 3) {
      cell.dend[i % 6] place(i, (0.37 * i) % 1)
    } else {
      cell.apic[i % 3] place(i, (0.29 * i) % 1)
    }
  }
}
place_all()
"""

RUN = """
objref trace, file
trace = new Vector()
{{ cell.{soma} trace.record(&v(0.5)) }}
tstop = {tstop}
dt = 0.025
run()
file = new File()
{{ file.wopen("trace") trace.fwrite(file) file.close() }}
"""


def _nrniv(
    folder: Path, script: str, path: str | None = None, load: bool = True
) -> subprocess.CompletedProcess[str]:
    """A script in plain nrniv."""
    if not next(FOLDER.glob("libNeuronReduceHoc.*"), None):
        if os.environ.get("CI"):
            pytest.fail("the package has no libNeuronReduceHoc")
        pytest.skip("the package has no libNeuronReduceHoc")
    head = '{ load_file("stdrun.hoc") }\n'
    if load:
        head += f'{{ load_file("{path or "neuron_reduce.hoc"}") }}\n'
    (folder / "script.hoc").write_text(head + script + "\nquit()\n")
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "HOC_LIBRARY_PATH")
    }
    if path is None:
        environment["HOC_LIBRARY_PATH"] = str(FOLDER)
    return subprocess.run(
        [Path(sys.executable).with_name("nrniv"), "-nogui", "-nopython", "-nobanner", "script.hoc"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def _trace(folder: Path) -> list[float]:
    found = array("d")
    found.frombytes((folder / "trace").read_bytes())
    return list(found)


def _run(folder: Path, script: str, path: str | None = None) -> str:
    """What a script prints that comes to its end."""
    done = _nrniv(folder, script + '\nprint "at the end"', path)
    assert "at the end" in done.stdout, done.stdout + done.stderr
    return done.stdout


def _hoc(code: str) -> None:
    """Executes a script in the session of these tests, as nrniv reads it: from a file."""
    h.load_file("stdrun.hoc")
    path = Path("code.hoc").resolve()
    path.write_text(code)
    assert h.load_file(str(path))


@isolated
def _reduced_here(folder: Path, method: str, segments: float) -> None:
    os.chdir(folder)
    _hoc(CELL + SYNAPSES + PLACES)
    h.v_init = -70
    reduction = neuron_reduce.reduce(
        h.cell,
        list(h.synapses),
        list(h.netcons),
        method=method,
        segments=segments,
        in_place=True,
    )
    h.synapses.remove_all()
    for each in reduction.synapses:
        h.synapses.append(each)
    trace = h.Vector().record(h.cell.soma(0.5)._ref_v)
    h.tstop, h.dt = TSTOP, 0.025
    h.run()
    with open("expected", "wb") as file:
        array("d", trace).tofile(file)
    Path("counts").write_text(f"{len(reduction.synapses)} {sum(1 for _ in h.allsec())}")
    Path("notes").write_text("".join(f"{note}\n" for note in reduction.record.notes))


@METHODS
def test_does_what_the_package_does(tmp_path: Path, method: str, segments: float) -> None:
    _reduced_here(tmp_path, method, segments)
    arguments = "" if (method, segments) == ("folded", -1) else f', "{method}", {segments}'
    said = _run(
        tmp_path,
        CELL
        + SYNAPSES
        + PLACES
        + "v_init = -70\nobjref reduced\n"
        + f"reduced = neuron_reduce(cell, synapses, netcons{arguments})\n"
        + RUN.format(soma="soma", tstop=TSTOP)
        + 'proc count() { local n\n  n = 0\n  forsec reduced.all n += 1\n  printf("%d %d\\n", '
        "reduced.synapses.count, n)\n}\ncount()\n"
        + 'if (reduced.synapses != synapses || netcons.count != 36) print "other lists"\n'
        + 'printf("<%s>", reduced.notes)',
    )
    expected = array("d")
    expected.frombytes((tmp_path / "expected").read_bytes())
    assert _trace(tmp_path) == list(expected)
    assert max(expected) - min(expected) > 1
    assert (tmp_path / "counts").read_text() in said
    assert "other lists" not in said
    assert f"<{(tmp_path / 'notes').read_text()}>" in said


def _state_here(folder: Path, library: Path) -> None:
    os.chdir(folder)
    h.nrn_load_dll(str(library))
    _hoc(state_cell.HOC.read_text())
    cell = h.StateCell()
    netcons = list(cell.netcons)
    synapses = [each.syn() for each in netcons]
    reduction = neuron_reduce.reduce(cell, synapses, netcons, segments=8, in_place=True)
    trace = h.Vector().record(reduction.cell.soma(0.5)._ref_v)
    h.tstop, h.dt = TSTOP, 0.025
    h.run()
    with open("expected", "wb") as file:
        array("d", trace).tofile(file)


def test_streams_of_random_numbers_go_on(tmp_path: Path, cache: Path) -> None:
    """Those of point processes that move, which NEURON gives new ones."""
    library = state_cell.library(cache)
    run_anew(_state_here, tmp_path, library)
    (tmp_path / "x86_64").mkdir()
    shutil.copy(library, tmp_path / "x86_64")
    _run(
        tmp_path,
        state_cell.HOC.read_text()
        + "objref cell, synapses, reduced\ncell = new StateCell()\nsynapses = new List()\n"
        + "for i = 0, cell.netcons.count - 1 synapses.append(cell.netcons.o(i).syn)\n"
        + 'reduced = neuron_reduce(cell, synapses, cell.netcons, "folded", 8)\n'
        + RUN.format(soma="soma", tstop=TSTOP),
    )
    expected = array("d")
    expected.frombytes((tmp_path / "expected").read_bytes())
    assert _trace(tmp_path) == list(expected)


@isolated
def _published_here(folder: Path, cache: Path) -> None:
    cell = l5pc.build(cache)
    os.chdir(folder)
    _hoc(SYNAPSES)
    h.cell = cell
    for index in range(60):
        (cell.dend if index % 2 else cell.apic)[index % 40].push()
        h.place(index, (0.37 * index) % 1)
        h.pop_section()
    reduction = neuron_reduce.reduce(cell, list(h.synapses), list(h.netcons), in_place=True)
    h.synapses.remove_all()
    for each in reduction.synapses:
        h.synapses.append(each)
    trace = h.Vector().record(cell.soma[0](0.5)._ref_v)
    h.tstop, h.dt = TSTOP, 0.025
    h.run()
    with open("expected", "wb") as file:
        array("d", trace).tofile(file)


def test_published_cell(tmp_path: Path, cache: Path) -> None:
    _published_here(tmp_path, cache)
    folder = l5pc.folder(cache)
    library = next(iter(sorted(folder.glob("compiled/*/**/libnrnmech.so"))))
    _run(
        tmp_path,
        f'{{ nrn_load_dll("{library}") load_file("import3d.hoc") }}\n'
        + f'{{ load_file("{folder}/l5pc.hoc") }}\n'
        + "celsius = 34\nv_init = -65\n"
        + SYNAPSES
        + f'cell = new l5pc("{folder}/morphology", "C060114A7.asc")\n'
        + "proc place_all() { local i\n  for i = 0, 59 {\n    if (i % 2) {\n"
        + "      cell.dend[i % 40] place(i, (0.37 * i) % 1)\n    } else {\n"
        + "      cell.apic[i % 40] place(i, (0.37 * i) % 1)\n    }\n  }\n}\nplace_all()\n"
        + "objref reduced\nreduced = neuron_reduce(cell, synapses, netcons)\n"
        + RUN.format(soma="soma[0]", tstop=TSTOP),
    )
    expected = array("d")
    expected.frombytes((tmp_path / "expected").read_bytes())
    assert _trace(tmp_path) == list(expected)


@pytest.mark.parametrize("method", list(kept.SETTINGS))
def test_saved_cells_are_loaded(method: str, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        h.celsius = 8.5
        driven = Driven(method)
        expected = driven.run()
        driven.reduction.save(tmp_path / "cell.json")
        script = (
            'objref cell, other\ncell = neuron_reduce_load("cell.json", 1)\ncell.make_sources()\n'
            "if (cell.synapse(0) != cell.netcons.o(0).syn) quit()\n"
            + RUN.format(soma="soma[0]", tstop=kept.DURATION).replace(
                "run()", "v_init = -65\nrun()"
            )
            + 'other = neuron_reduce_load("cell.json")\n'
            "objref source, made\nsource = new NetStim()\nmade = other.connect_source(0, source)\n"
            'printf("<%g %g>", made.weight[0], cell.netcons.o(0).weight[0])\n'
        )
        said = _run(tmp_path, script)
        assert _trace(tmp_path) == expected
        weight = driven.reduction.netcons[0].weight[0]
        assert f"<{weight:g} {weight:g}>" in said

    test()


@isolated
def _bad_files(folder: Path) -> None:
    driven = Driven("classic")
    driven.reduction.save(folder / "cell.json")
    text = (folder / "cell.json").read_text()
    changed = json.loads(text)
    changed["mechanisms"][0]["name"] = "Elsewhere"
    (folder / "mechanism.json").write_text(
        json.dumps(changed).replace(f'"{json.loads(text)["mechanisms"][0]["name"]}"', '"Elsewhere"')
    )
    changed = json.loads(text)
    changed["point_processes"][0]["parameters"]["nonsense"] = 1.0
    (folder / "parameter.json").write_text(json.dumps(changed))
    changed = json.loads(text)
    changed["sections"][0]["nseg"] = 0
    (folder / "segments.json").write_text(json.dumps(changed))
    (folder / "half.json").write_text(text[: len(text) // 2])
    names = ("mechanism", "parameter", "segments", "half")
    script = "".join(f'{{ execute1("neuron_reduce_load(\\"{name}.json\\")") }}\n' for name in names)
    script += 'proc count() { local n\n  n = 0\n  forall n += 1\n  printf("<%d>", n)\n}\ncount()\n'
    script += 'objref cell\ncell = neuron_reduce_load("cell.json", 1)\nrun()\n'
    done = _nrniv(folder, script + 'print "at the end"')
    assert "at the end" in done.stdout, done.stdout + done.stderr
    assert "<0>" in done.stdout
    assert "mechanism.json: this session lacks Elsewhere" in done.stderr
    assert "point_processes[0].parameters.nonsense is no parameter of the session's" in done.stderr
    assert "segments.json: sections[0].nseg is 0" in done.stderr
    assert "half.json: it is no JSON" in done.stderr


def test_bad_files(tmp_path: Path) -> None:
    _bad_files(tmp_path)


def test_by_an_absolute_path(tmp_path: Path) -> None:
    path = str(FOLDER / "neuron_reduce.hoc")
    script = (
        CELL
        + "objref cell, reduced\ncell = new Cell()\n"
        + "reduced = neuron_reduce(cell, new List(), new List())\n"
        + f'{{ load_file("{FOLDER}/../{FOLDER.name}/neuron_reduce.hoc") }}\n'
        + 'printf("<%d>", reduced.synapses.count)'
    )
    assert "<0>" in _run(tmp_path, script, path)


def test_without_its_library(tmp_path: Path) -> None:
    (tmp_path / "neuron_reduce.hoc").write_text((FOLDER / "neuron_reduce.hoc").read_text())
    done = _nrniv(tmp_path, 'print "went on"', "neuron_reduce.hoc")
    assert "expected beside it" in done.stderr
    assert "libNeuronReduceHoc.so" in done.stderr
    assert "went on" not in done.stdout


def test_one_cell_after_another(tmp_path: Path) -> None:
    """A result that is dropped takes nothing along; of a cell that is dropped nothing stays."""
    script = (
        CELL
        + SYNAPSES
        + PLACES
        + "objref reduced, first\n"
        + 'proc count() { local n\n  n = 0\n  forall n += 1\n  printf("<%s %d>", $s1, n)\n}\n'
        + "reduced = neuron_reduce(cell, synapses, netcons)\n"
        + 'count("with")\nreduced = nothing\ncount("without")\nv_init = -70\n'
        + RUN.format(soma="soma", tstop=TSTOP)
        + "first = trace\n"
        + "cell = nothing\nsynapses.remove_all()\nnetcons.remove_all()\nstimuli.remove_all()\n"
        + "cell = new Cell()\nplace_all()\n"
        + "reduced = neuron_reduce(cell, synapses, netcons)\n"
        + 'count("other")\n'
        + RUN.format(soma="soma", tstop=TSTOP).replace("objref trace, file\n", "")
        + 'printf("<apart %g>", first.sub(trace).abs.max)\n'
    )
    said = _run(tmp_path, script)
    parts = dict(part.split(">")[0].split() for part in said.split("<")[1:])
    assert parts["with"] == parts["without"] == parts["other"]
    assert parts["apart"] == "0"


def test_again(tmp_path: Path) -> None:
    """What was reduced can be reduced further."""
    script = (
        CELL
        + SYNAPSES
        + PLACES
        + "objref reduced, again, targets\n"
        + 'reduced = neuron_reduce(cell, synapses, netcons, "folded", 20)\n'
        + "targets = new List()\n"
        + "proc find() { local i\n  for i = 0, 35 targets.append(netcons.o(i).syn)\n}\nfind()\n"
        + 'again = neuron_reduce(reduced, targets, netcons, "classic")\n'
        + 'proc count() { local n\n  n = 0\n  forsec again.all n += 1\n  printf("<%d>", n)\n}\n'
        + "count()\n"
        + "run()"
    )
    assert "<5>" in _run(tmp_path, script)


BAD = {
    "neuron_reduce()": "expected a cell, a List of synapses and a List of NetCons",
    "neuron_reduce(1, 2, 3)": "expected objects",
    "neuron_reduce(nothing, synapses, netcons)": "the cell is NULLobject",
    "neuron_reduce(trace, synapses, netcons)": "Vector[0] has no sections",
    "neuron_reduce(cell, nothing, netcons)": "synapses is NULLobject",
    "neuron_reduce(cell, trace, netcons)": "synapses is a Vector",
    "neuron_reduce(cell, netcons, netcons)": "synapses[0] is a NetCon; expected a point process",
    "neuron_reduce(cell, synapses, synapses)": "netcons[0] is a Exp2Syn; expected a NetCon",
    "neuron_reduce(cell, synapses, new List())": "synapses has 36 elements and netcons 0",
    "neuron_reduce(cell, new List(), new Vector())": "netcons is a Vector",
    "neuron_reduce(new SectionList(), synapses, netcons)": "the SectionList has no soma",
    "neuron_reduce(other, synapses, netcons)": "which is no part of Cell[1]",
    'neuron_reduce(cell, synapses, netcons, "foldd")': "method is 'foldd'; expected one of",
    "neuron_reduce(cell, synapses, netcons, 3)": "the method is no text",
    'neuron_reduce(cell, synapses, netcons, "folded", -7)': "segments is -7",
    'neuron_reduce(cell, synapses, netcons, "folded", "many")': "the segments are no number",
    'neuron_reduce(cell, synapses, netcons, "folded", -1, synapses)': "the soma is no SectionList",
    'neuron_reduce(cell, synapses, netcons, "folded", -1, other.somatic)': "the soma has Cell[1]",
    "neuron_reduce_load()": "expected the file of a saved cell",
    'neuron_reduce_load("nowhere.json")': "nowhere.json cannot be read",
    'neuron_reduce_load("/")': "/ cannot be read",
    'neuron_reduce_load("script.hoc")': "script.hoc: it is no JSON",
    'neuron_reduce_load("empty.json")': "empty.json: ",
    "neuron_reduce_load(cell)": "the file is no text",
    "neuron_reduce_in_place_(1, 2)": "Object",
    "neuron_reduce_in_place_()": "not enough arguments",
    "neuron_reduce_instance_(cell, 2)": "string",
}


def test_a_soma_of_another_name(tmp_path: Path) -> None:
    """What the sixth argument has is the soma, whatever its name."""
    script = """
    create body, trunk, tuft
    connect trunk(0), body(1)
    connect tuft(0), trunk(1)
    forall { insert pas nseg = 5 L = 100 diam = 1 }
    objref cell, soma, synapses, netcons, reduced
    cell = new SectionList()
    soma = new SectionList()
    forall cell.append()
    body { nseg = 1 diam = 20 L = 20 soma.append() }
    synapses = new List()
    netcons = new List()
    reduced = neuron_reduce(cell, synapses, netcons, "lumped", 4, soma)
    { forsec reduced.soma print "soma ", secname() }
    { forsec reduced.apical print "apical ", secname() }
    """
    lines = _run(tmp_path, script).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("soma ")] == ["body"]


def test_a_script_is_read_to_its_end(tmp_path: Path) -> None:
    """What NEURON refuses while leaks are measured, in a copy of the process, lets hoc skip nothing
    of the file that asks for the reduction."""
    script = CELL + SYNAPSES + PLACES
    script += '{ ion_register("other", 2) }\nforall { uninsert pas insert hh insert other_ion }\n'
    script += "objref reduced\nreduced = neuron_reduce(cell, synapses, netcons)\n"
    script += "".join(f"// what comes after it, line {line}\n" for line in range(2000))
    done = _nrniv(tmp_path, script + 'print "at the end"')
    assert "at the end" in done.stdout, done.stdout + done.stderr
    assert "not inserted" not in done.stderr


def test_bad_input(tmp_path: Path) -> None:
    """Each is a hoc error that says what is wrong; the cell is as if nothing had been asked."""
    (tmp_path / "empty.json").write_text("{}")
    script = CELL + SYNAPSES + PLACES + "objref other, trace\nother = new Cell()\n"
    script += "trace = new Vector()\n"
    for index, statement in enumerate(BAD):
        quoted = statement.replace('"', '\\"')
        script += f'{{ print "number {index}"  execute1("{quoted}") }}\n'
    script += "cell.dend[2] { rallbranch = 2 }\n"
    script += '{ execute1("neuron_reduce(cell, synapses, netcons)") }\n'
    script += "cell.dend[2] { rallbranch = 1 }\nother = nothing\n"
    script += "objref reduced\nv_init = -70\nreduced = neuron_reduce(cell, synapses, netcons)\n"
    script += RUN.format(soma="soma", tstop=TSTOP).replace("objref trace, file", "objref file")
    done = _nrniv(tmp_path, script + 'print "at the end"')
    assert "at the end" in done.stdout, done.stdout + done.stderr
    for statement, message in BAD.items():
        assert message in done.stderr, (statement, done.stderr)
    assert "rallbranch of Cell[0].dend[2] is 2" in done.stderr
    _reduced_here(tmp_path, "folded", -1)
    expected = array("d")
    expected.frombytes((tmp_path / "expected").read_bytes())
    assert _trace(tmp_path) == list(expected)
