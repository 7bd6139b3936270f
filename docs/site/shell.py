"""How blocks of shell, hoc and JSON are run, in the page's folder, and the files that they name.

All of it is made up here or from published equations: `files`, and the tutorial's cell, which is
`cell.hoc` with a template `Cell` that needs `mods`.
"""

import csv
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

FILES = pathlib.Path(__file__).resolve().parent / "files"
ROOT = FILES.parents[2]
PACKAGE = pathlib.Path(importlib.util.find_spec("neuron_reduce").origin).parent
END = "all blocks were run to their end"


def files():
    """Writes what the pages' commands read to the working directory, once."""
    here = pathlib.Path.cwd()
    if (here / "cell.hoc").exists():
        return
    shutil.copytree(FILES, here, dirs_exist_ok=True)
    template = (here / "Pyramid.hoc").read_text().replace("Pyramid", "Cell")
    (here / "cell.hoc").write_text(template.replace("soma {insert hh", "soma {insert km insert hh"))
    with (here / "synapses.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["section", "x", "mechanism", "parameters", "weight", "delay", "rate"])
        for i in range(25):
            table.writerow([f"apic[{i}]", 0.5, "ExpSyn", "tau=2 e=0", 0.004, 1, 20])
            table.writerow([f"dend[{i}]", 0.7, "Exp2Syn", "tau1=0.5 tau2=8 e=-75", 0.0005, 2, 5])
    # As `make install-hoc` does it.
    installed = here / "home/.local/share/neuron-reduce"
    installed.mkdir(parents=True)
    for name in ("neuron_reduce.hoc", "libNeuronReduceHoc.so"):
        (installed / name).symlink_to(PACKAGE / name)


def _environment(**more):
    here = pathlib.Path.cwd()
    path = [str(here / "bin"), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    return (
        {"NEURON_REDUCE_CACHE": str(ROOT / ".cache" / "pages")}
        | os.environ
        | {
            "PATH": os.pathsep.join(path),
            "HOME": str(here / "home"),
            "VIRTUAL_ENV": sys.prefix,
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
        }
        | more
    )


def _run(arguments, said, environment):
    """What they print is in a file `said` too, for what is hidden in the page to look at."""
    done = subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        env=environment,
    )
    pathlib.Path(said).write_text(done.stdout)
    print(done.stdout)
    assert done.returncode == 0, f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def run_sh(text):
    files()
    _run(["bash", "-euo", "pipefail", "-c", text], "sh.txt", _environment())


def run_hoc(text):
    """`text` is all of the page so far; it is left as `model.hoc`."""
    files()
    pathlib.Path("model.hoc").write_text(text)
    pathlib.Path("blocks.hoc").write_text(f'{text}\nprint "{END}"\nquit()\n')
    # Where `make install-hoc` puts it is the reader's to name.
    said = _run(
        ["nrniv", "-nogui", "-nopython", "blocks.hoc"],
        "hoc.txt",
        _environment(HOC_LIBRARY_PATH=str(PACKAGE)),
    )
    assert END in said, said
    assert "Couldn't find" not in said, said


def run_json(text):
    """It has to be JSON, and is left as `block.json`."""
    files()
    json.loads(text)
    pathlib.Path("block.json").write_text(text)
