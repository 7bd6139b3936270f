"""What an installed package must do where no Swift is: reduce, keep, build again, run, compile; and
its command and its hoc without Python run what was kept."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

began = time.perf_counter()
import neuron  # noqa: E402
from neuron import h  # noqa: E402

import neuron_reduce  # noqa: E402

assert shutil.which("swift") is None, "Swift is on PATH"


class Cell:
    """A soma that spikes, and branched dendrites."""

    def __init__(self):
        def section(name, parent, length, diameter, segments):
            made = h.Section(name=name, cell=self)
            made.L, made.diam, made.nseg = length, diameter, segments
            made.insert("pas").g_pas = 1e-4
            if parent is not None:
                made.connect(parent(1))
            return made

        self.soma = section("soma", None, 20, 20, 1)
        self.soma.insert("hh")
        trunk = section("trunk", self.soma, 200, 2, 9)
        tuft = [section(f"tuft{i}", trunk, 150, 1, 7) for i in range(2)]
        self.dend = [section(f"dend{i}", self.soma, 120, 1.5, 5) for i in range(3)]
        self.apic = [trunk, *tuft]


cell = Cell()
synapses, netcons, stimuli = [], [], []
for section in [*cell.dend, *cell.apic]:
    for x in (0.3, 0.8):
        synapse = h.Exp2Syn(section(x))
        synapse.tau1, synapse.tau2, synapse.e = 0.5, 5, 0
        stimulus = h.NetStim()
        stimulus.number, stimulus.interval, stimulus.start = 1e9, 20, len(stimuli)
        netcon = h.NetCon(stimulus, synapse, 0, 0.5, 0.002)
        synapses.append(synapse)
        netcons.append(netcon)
        stimuli.append(stimulus)

dt, tstop = 0.025, 100
reduction = neuron_reduce.reduce(cell, synapses, netcons, segments=8)
full = h.Vector().record(cell.soma(0.5)._ref_v)
reduced = h.Vector().record(reduction.cell.soma(0.5)._ref_v)
folder = tempfile.TemporaryDirectory()
saved = pathlib.Path(folder.name, "cell.json")
reduction.save(saved)
again = neuron_reduce.load(saved).instantiate()
kept = h.Vector().record(again.soma(0.5)._ref_v)
h.dt = dt
h.finitialize(-65)
h.continuerun(tstop)
assert reduced.size() == full.size() == kept.size() == tstop / dt + 1
assert list(kept) == list(reduced), "the kept cell is another"
apart = max(abs(a - b) for a, b in zip(full, reduced, strict=True))
assert max(full) - min(full) > 5, "nothing happened"
compiled = ""
if shutil.which("cc") or shutil.which("gcc"):
    engine = neuron_reduce.compile(cell, synapses, netcons)
    run = engine.run(tstop, record=[cell.soma(0.5)])
    off = max(abs(a - b) for a, b in zip(run[run.labels[0]], full, strict=True))
    assert off < 1e-3, f"the compiled cell is {off} mV off"
    compiled = f", compiled and NEURON's {off:.0e} mV"

# Without Python: the command, and the hoc library in plain nrniv.
SCRIPT = """
{ load_file("stdrun.hoc") load_file("%s") }
objref cell, trace, file
cell = neuron_reduce_load("%s", 1)
cell.make_sources()
trace = new Vector()
{ cell.soma[0] trace.record(&v(0.5)) }
dt = %g
tstop = %g
v_init = -65
run()
file = new File()
{ file.wopen("trace.txt") trace.printf(file, "%%.17g\\n") file.close() }
"""
hoc = pathlib.Path(neuron_reduce.__file__).with_name("neuron_reduce.hoc")
pathlib.Path(folder.name, "script.hoc").write_text(SCRIPT % (hoc, saved, dt, tstop))
tools = pathlib.Path(sys.executable).parent
for arguments in (
    [tools / "neuron-reduce", "run", saved, "--tstop", str(tstop), "-o", "run.csv", "--quiet"],
    [tools / "nrniv", "-nogui", "-nopython", "-nobanner", "script.hoc"],
):
    environment = os.environ | {"NRNHOME": sys.prefix}
    subprocess.run(arguments, check=True, cwd=folder.name, env=environment)
of_command = pathlib.Path(folder.name, "run.csv").read_text().splitlines()[1:]
of_hoc = pathlib.Path(folder.name, "trace.txt").read_text().split()
assert [float(line.split(",")[1]) for line in of_command] == list(kept), "the command runs another"
assert [float(each) for each in of_hoc] == list(kept), "hoc runs another"
folder.cleanup()
print(
    f"Python {platform.python_version()}, {platform.libc_ver()[1]}, NEURON {neuron.__version__}: "
    f"{len(list(reduction.cell.soma.wholetree()))} sections, full and reduced {apart:.1f} mV apart"
    f"{compiled}; {time.perf_counter() - began:.1f} s"
)
