"""How long what a reduction makes lives: as long as the soma, whatever is kept of the result."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import small_cell
from models.small_cell import PythonCell


def _names() -> list[str]:
    return sorted(section.name() for section in h.allsec())


def _reduced(kind: str) -> tuple[Any, small_cell.Drive]:
    cell = small_cell.build() if kind == "hoc" else PythonCell()
    drive = small_cell.drive(cell)
    return cell, drive


KINDS = pytest.mark.parametrize("kind", ["hoc", "Python"])


@KINDS
@pytest.mark.parametrize("kept", ["nothing", "cell", "synapses", "netcons", "model"])
@isolated
def test_cables_stay_whatever_is_kept(kind: str, kept: str) -> None:
    cell, drive = _reduced(kind)
    reduced, synapses, netcons = neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
    expected = _names()
    result = {
        "nothing": None,
        "cell": reduced,
        "synapses": synapses,
        "netcons": netcons,
        "model": reduced.hoc_model,
    }[kept]
    del reduced, synapses, netcons
    gc.collect()
    assert _names() == expected
    small_cell.run(next(iter(cell.soma)) if kind == "hoc" else cell.soma)
    assert result is not None or kept == "nothing"


@KINDS
@isolated
def test_cables_go_with_the_soma(kind: str) -> None:
    cell, drive = _reduced(kind)
    result = neuron_reduce.reduce(
        cell, drive.synapses, drive.netcons, method="classic", in_place=True
    )
    assert any("dend" in name for name in _names())
    del cell, drive, result
    gc.collect()
    assert _names() == []
    assert len(h.List("model")) == 0


@isolated
def test_cables_go_when_the_soma_is_deleted_by_hand() -> None:
    cell, drive = _reduced("Python")
    result = neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
    del result
    drive.netcons.clear()
    drive.synapses.clear()
    h.delete_section(sec=cell.soma)
    gc.collect()
    assert not any("model[" in name for name in _names())


@isolated
def test_the_soma_alone_keeps_the_cables() -> None:
    cell, drive = _reduced("Python")
    soma = cell.soma
    neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
    del cell
    gc.collect()
    assert sum("model[" in name for name in _names()) == 3
    small_cell.run(soma)


@isolated
def test_the_published_name() -> None:
    cell, drive = _reduced("hoc")
    reduced, _, _ = neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
    assert h.reduced_cell == reduced.hoc_model
    assert [each.name() for each in h.reduced_cell.all] == [
        each.name() for each in reduced.hoc_model.all
    ]
    again, more = _reduced("hoc")
    later, _, _ = neuron_reduce.subtree_reductor(again, more.synapses, more.netcons)
    assert h.reduced_cell == later.hoc_model
    del again, more, later
    gc.collect()
    assert h.reduced_cell is None


def test_a_name_of_the_users_is_left_alone() -> None:
    """In a process of its own: here some test may have given the name already."""
    script = (
        "from neuron import h\nh('reduced_cell = 7')\nfrom models import small_cell\n"
        "result = small_cell.model().reduce()\nassert h.reduced_cell == 7\n"
    )
    folders = os.pathsep.join(filter(None, sys.path))
    subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": folders}, check=True
    )


@KINDS
@isolated
def test_a_thousand_reductions_do_not_grow(kind: str) -> None:
    def once() -> None:
        cell, drive = _reduced(kind)
        _, _, netcons = neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
        assert netcons

    for _ in range(100):
        once()
    gc.collect()
    objects = {name: len(h.List(name)) for name in ("model", "SectionList", "NetCon", "Vector")}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(1000):
        once()
    gc.collect()
    assert _names() == []
    assert {name: len(h.List(name)) for name in objects} == objects
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    # In KiB. NEURON itself never gives back some 95 bytes of each hoc object, 8 KiB for all that
    # one round makes; a reduced cell that stayed would be some 20 KiB more.
    assert grown < 14_000, f"{grown} KiB"


@isolated
def test_what_is_returned_holds_no_section_that_is_not_there() -> None:
    model = small_cell.model(without=("apic",))
    reduced, _, _ = model.reduce()
    hoc_model = reduced.hoc_model
    for name in ("soma", "dend", "apic", "axon"):
        for part in (getattr(hoc_model, name), getattr(reduced, name)):
            sections = list(part) if part is not None else []
            assert all(section.nseg for section in sections)
    assert list(hoc_model.apic) == []
    for name in ("soma", "axon", "apic"):
        with pytest.raises(IndexError):
            getattr(hoc_model, name)[0]
    del model
    gc.collect()
    assert list(hoc_model.dend)
    reduced.all = []
    assert repr(reduced) == f"<ReducedCell {hoc_model}: 0 sections, 0 segments>"
    reduced.all = reduced.somatic = reduced.axonal = None
    assert repr(reduced) == f"<ReducedCell {hoc_model}: changed since it was made>"


@isolated
def test_places_on_cables_that_are_gone_are_refused() -> None:
    cell, drive = _reduced("hoc")
    reduction = neuron_reduce.reduce(
        cell, drive.synapses, drive.netcons, method="classic", in_place=True
    )
    for section in list(reduction.cell.hoc_model.all):
        h.delete_section(sec=section)
    for place in ("dend[0]", 0):
        with pytest.raises(neuron_reduce.CellError, match="are gone; expected"):
            reduction.place(place)
    assert "cables" in repr(reduction)


@isolated
def test_garbage_is_collected_in_the_middle_of_a_run() -> None:
    """Nothing may be deleted then: cables whose soma is gone go with the next collection."""
    bystander = small_cell.build()
    cell, drive = _reduced("hoc")
    result = neuron_reduce.subtree_reductor(cell, drive.synapses, drive.netcons)
    gc.disable()
    del cell, drive, result
    left = len(_names())
    found: list[int] = []

    def collect() -> None:
        gc.collect()
        found.append(len(_names()))

    handler = h.FInitializeHandler(1, lambda: h.CVode().event(1.0, collect))
    small_cell.run(bystander.soma[0], duration=2.0)
    del handler
    expected = len(list(bystander.all))
    assert found == [left] != [expected]
    gc.collect()
    assert len(_names()) == expected
    small_cell.run(bystander.soma[0], duration=2.0)
