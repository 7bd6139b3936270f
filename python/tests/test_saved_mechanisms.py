"""What mechanisms can have is kept with a cell: arrays, GLOBALs, RANDOM, FUNCTION_TABLEs."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import compiled9, compiled_blocks, kept
from models.kept import Driven
from neuron_reduce import NeuronReduceWarning, SavedCellError
from test_saved_exports import run_hoc


def test_arrays_globals_and_random_numbers(cache: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        compiled9.load_mechanisms(cache)
        driven = Driven("folded")
        cell = driven.reduction.cell
        for index, section in enumerate(cell.all):
            section.insert("layered")
            for place, segment in enumerate(section):
                for element in range(3):
                    segment.share_layered[element] = 0.1 + element + 0.3 * place + 0.01 * index
                segment.layered.noise.set_ids(index, place, 4)
        h.strength_layered = 3.25
        for index, section in enumerate(cell.dend):
            synapse = h.StochasticSyn(section(0.4))
            synapse.noise.set_ids(index, 8, 9)
            synapse.noise.set_seq(5)
            netcon = h.NetCon(driven.drive.stimuli[index], synapse, 10, 1, 5e-3)
            driven.others += [synapse, netcon]
        driven.reduction.save(tmp_path / "cell.json")
        expected = driven.run()
        saved = neuron_reduce.load(tmp_path / "cell.json")
        assert kept.run(saved.instantiate()) == [expected]
        h.strength_layered = 1
        with pytest.warns(
            NeuronReduceWarning, match=r"strength_layered is 1\.0 and was 3\.25 when"
        ):
            other = saved.instantiate()
        assert kept.run(other) != [expected]
        del other
        assert kept.run(saved.instantiate(set_globals=True)) == [expected]
        assert h.strength_layered == 3.25
        saved.export(tmp_path / "cell.hoc")
        library = compiled9.library(cache)
        assert run_hoc(tmp_path, "cell.make_sources()", library) == expected
        section = next(iter(cell.axonal))
        h.setpointer(section(0.5)._ref_v, "level", section(0.5).layered)
        with pytest.raises(SavedCellError, match=r"the POINTER level of layered in .*axon\[0\]\(0"):
            driven.reduction.saved()

    test()


TABLES = """
import sys
import neuron_reduce
from neuron import h
from models import compiled_blocks, kept
from pathlib import Path
compiled_blocks.load_mechanisms(Path(sys.argv[2]))
saved = neuron_reduce.load(sys.argv[1])
first, second = saved.instantiate(), saved.instantiate()
expected = [float.fromhex(each) for each in sys.stdin.read().split()]
assert kept.run(first, second) == [expected] * 2
"""


def test_function_tables(cache: Path, tmp_path: Path) -> None:
    @isolated
    def test() -> None:
        compiled_blocks.load_mechanisms(cache)
        driven = Driven("folded")
        x = h.Vector(np.arange(-100.0, 60, 3))
        y = h.Vector(1 / (1 + np.exp(-(np.array(x) + 50) / 8)))
        z = h.Vector(2 + 30 / (1 + ((np.array(x) + 40) / 20) ** 2))
        h.table_minf_nr_tabled(y, x)
        h.table_tau_nr_tabled(z, x)
        for section in driven.reduction.cell.all:
            section.insert("nr_tabled")
        synapse = h.nr_tabled_syn(driven.reduction.cell.dend[0](0.7))
        decay = h.Vector(0.01 * np.array(z))
        synapse.table_decay(decay, x)
        netcon = h.NetCon(driven.drive.stimuli[0], synapse, 10, 1, 5e-3)
        expected = driven.run()
        path = tmp_path / "cell.json"
        driven.reduction.save(path)
        assert netcon.weight[0] == 5e-3
        saved = neuron_reduce.load(path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert kept.run(saved.instantiate()) == [expected]
        done = subprocess.run(
            [sys.executable, "-c", TABLES, str(path), str(cache)],
            input=" ".join(each.hex() for each in expected),
            capture_output=True,
            text=True,
            env={"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": "/usr/bin:/bin"},
        )
        assert done.returncode == 0, done.stderr
        z.mul(2)
        with pytest.warns(NeuronReduceWarning, match="the FUNCTION_TABLEs tau of nr_tabled have"):
            saved.instantiate()
        assert kept.run(saved.instantiate(set_globals=True)) == [expected]
        saved.export(tmp_path / "cell.hoc")
        library = compiled_blocks.library(cache)
        assert run_hoc(tmp_path, "cell.make_sources()", library) == expected
        again = "cell.make_sources()\nCell_globals()\nCell_globals()"
        assert run_hoc(tmp_path, again, library) == expected

    test()
