"""What is to be recorded is found on the cell."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neuron import h

from isolated import isolated
from models import compiled9, compiled_pointers
from neuron_reduce import ArgumentError
from neuron_reduce._engine import references, results
from neuron_reduce._engine.references import Variable


@dataclasses.dataclass
class Cell:
    """A soma of three segments and a dendrite at its end, and another cell."""

    sections: list[Any]
    synapses: list[Any]
    other: Any

    def find(self, *wanted: Any) -> list[Variable]:
        return references.find(wanted, self.sections, self.synapses)

    def one(self, wanted: Any) -> Variable:
        (found,) = self.find(wanted)
        return found


def _cell() -> Cell:
    soma, dend, other = (h.Section(name=name) for name in ("soma", "dend", "other"))
    soma.nseg = 3
    dend.connect(soma(1))
    for section in (soma, dend, other):
        section.insert("hh")
        section.insert("pas")
    synapses = [h.Exp2Syn(soma(0.5)), h.ExpSyn(dend(0.5)), h.Exp2Syn(soma(0.5))]
    return Cell([soma, dend], synapses, other)


@isolated
def test_references_to_everything() -> None:
    cell = _cell()
    soma, dend = cell.sections
    h.CVode().use_fast_imem(True)
    middle = soma(0.5)
    expected = [
        (middle._ref_v, Variable("soma", 0.5, "", "v", None, None, "soma(0.5).v")),
        (middle._ref_m_hh, Variable("soma", 0.5, "hh", "m", None, None, "soma(0.5).hh.m")),
        (middle.hh._ref_m, Variable("soma", 0.5, "hh", "m", None, None, "soma(0.5).hh.m")),
        (dend(0.5)._ref_i_pas, Variable("dend", 0.5, "pas", "i", None, None, "dend(0.5).pas.i")),
        (
            middle._ref_ena,
            Variable("soma", 0.5, "na_ion", "ena", None, None, "soma(0.5).na_ion.ena"),
        ),
        (middle._ref_cm, Variable("soma", 0.5, "capacitance", "cm", None, None, "soma(0.5).cm")),
        (
            middle._ref_i_cap,
            Variable("soma", 0.5, "capacitance", "i_cap", None, None, "soma(0.5).i_cap"),
        ),
        (
            middle._ref_diam,
            Variable("soma", 0.5, "morphology", "diam", None, None, "soma(0.5).diam"),
        ),
        (
            middle._ref_i_membrane_,
            Variable("soma", 0.5, "", "i_membrane_", None, None, "soma(0.5).i_membrane_"),
        ),
        (
            cell.synapses[2]._ref_g,
            Variable("soma", 0.5, "Exp2Syn", "g", None, 2, "Exp2Syn[1].g"),
        ),
        (h._ref_t, Variable("", 0, "", "t", None, None, "t")),
    ]
    found = cell.find(*[reference for reference, _ in expected])
    assert found == [variable for _, variable in expected]


@isolated
def test_every_segment_by_every_way() -> None:
    cell = _cell()
    # NEURON sorts its rows, and those of a cell are not together.
    later = h.Section(name="later")
    later.connect(cell.sections[0](0))
    later.nseg = 5
    cell.sections.append(later)
    h.finitialize(-65)
    segments = [segment for section in cell.sections for segment in section]
    by_reference = cell.find(*[segment._ref_v for segment in segments])
    assert [(each.section, each.x) for each in by_reference] == [
        (segment.sec.name(), segment.x) for segment in segments
    ]
    assert cell.find(*segments) == by_reference
    assert cell.find(*[(segment, "v") for segment in segments]) == by_reference
    assert len({each.label for each in by_reference}) == len(segments)


@isolated
def test_potentials_at_ends() -> None:
    cell = _cell()
    soma, dend = cell.sections
    assert (cell.one(soma(0)).x, cell.one(dend(1)).x) == (0, 1)
    # One point in NEURON, which is found where it is met first.
    assert cell.one(dend(0)) == cell.one(soma(1)._ref_v)


@isolated
def test_pairs() -> None:
    cell = _cell()
    middle = cell.sections[0](0.5)
    assert cell.one((middle, "m_hh")) == cell.one((middle.hh, "m")) == cell.one(middle.hh._ref_m)
    assert cell.one([middle, "ena"]) == cell.one((middle.na_ion, "ena"))
    assert cell.one((cell.synapses[1], "i")).label == "ExpSyn[0].i"


@isolated
def test_arrays(cache: Path) -> None:
    compiled9.load_mechanisms(cache)
    cell = _cell()
    dend = cell.sections[1]
    dend.insert("layered")
    found = cell.one(dend(0.5).layered._ref_share[1])
    assert found == Variable("dend", 0.5, "layered", "share", 1, None, "dend(0.5).layered.share[1]")
    assert cell.one((dend(0.5), "share_layered[1]")) == found
    assert cell.one((dend(0.5).layered, "share[1]")) == found
    for name in ("share", "share[3]", "share[-1]", "share[]", "noise"):
        with pytest.raises(ArgumentError, match="no such variable"):
            cell.one((dend(0.5).layered, name))


@isolated
def test_pointers_are_not_asked_for(cache: Path) -> None:
    """One that is not set would end the process."""
    compiled_pointers.load_mechanisms(cache)
    cell = _cell()
    cell.synapses.append(h.HalfGap(cell.sections[0](0.5)))
    with pytest.raises(ArgumentError, match="no such variable"):
        cell.one((cell.synapses[-1], "vpeer"))
    assert cell.one((cell.synapses[-1], "g")).label == "HalfGap[0].g"
    cell.synapses[-1]._ref_vpeer = cell.sections[1](0.5)._ref_v
    assert cell.one(cell.synapses[-1]._ref_vpeer).label == "dend(0.5).v"


@isolated
def test_what_is_not_of_the_cell() -> None:
    cell = _cell()
    other_synapse = h.ExpSyn(cell.other(0.5))
    gone = h.Section(name="gone")
    of_deleted = gone(0.5)._ref_v
    h.delete_section(sec=gone)
    vector, number = h.Vector([1, 2]), h.ref(1.0)
    netstim = h.NetStim()
    for wanted, message in [
        (cell.other(0.5)._ref_v, "v in another cell"),
        (cell.other(0.5), "v in another cell"),
        (cell.other(0.5).hh._ref_m, "m of hh in another cell"),
        (other_synapse._ref_g, "g of ExpSyn in another cell"),
        (netstim._ref_interval, "interval of NetStim in another cell"),
        (of_deleted, "a variable of a section that was deleted"),
        (vector._ref_x[0], "a variable of no section"),
        (h._ref_celsius, "a variable of no section"),
        (number, "a reference of h.ref's"),
    ]:
        with pytest.raises(ArgumentError) as refusal:
            cell.find(h._ref_t, wanted)
        assert f"record[1] is {message}" in str(refusal.value)
        assert "expected" in str(refusal.value)


@isolated
def test_what_is_no_variable() -> None:
    cell = _cell()
    soma = cell.sections[0]
    for wanted in (
        None,
        1,
        "v",
        soma,
        soma(0.5).hh,
        cell.synapses[0],
        (soma, "v"),
        ("v", soma(0.5)),
    ):
        with pytest.raises(ArgumentError, match=r"record\[0\] is .*; expected a reference"):
            cell.find(wanted)
    for wanted in (
        *[(soma(0.5), name) for name in ("m", "g_hh", "nseg", "hh", "x", "", "v v", "m_hh[0]")],
        *[(soma(0.5).hh, name) for name in ("v", "e", "nothere")],
        *[(cell.synapses[0], name) for name in ("loc", "nothere", "v")],
    ):
        with pytest.raises(ArgumentError, match=r"record\[0\] names .*no such variable"):
            cell.find(wanted)


@isolated
def test_what_is_no_list() -> None:
    cell = _cell()
    segment = cell.sections[0](0.5)
    for wanted in (None, 1, "v", segment._ref_v, segment):
        with pytest.raises(ArgumentError, match=r"record is .*; expected a list"):
            references.find(wanted, cell.sections, cell.synapses)
    assert references.find([], cell.sections) == []


def _run(**changed: Any) -> results.Run:
    values = {
        "t": np.array([0, 0.025]),
        "v": np.array([[-65, -64.0], [0, 1]]),
        "labels": ("soma(0.5).v", "ExpSyn[0].g"),
        "spikes": (np.array([1.0]),),
    }
    return results.Run(**(values | changed))


def test_results() -> None:
    run = _run()
    assert run["ExpSyn[0].g"].tolist() == [0, 1]
    assert repr(run) == "Run of 0.025 ms: soma(0.5).v, ExpSyn[0].g; 1 spikes"
    with pytest.raises(ArgumentError, match=r"'dend' was recorded; expected one of soma\(0.5\).v"):
        run["dend"]
    for array in (run.t, run.v, run["soma(0.5).v"], *run.spikes):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(ValueError, match="shape"):
        _run(labels=("soma(0.5).v",))


def test_results_of_nothing() -> None:
    run = _run(t=np.array([]), v=np.empty((0, 0)), labels=(), spikes=())
    assert repr(run) == "Run of nothing: nothing recorded; 0 spikes"
    many = _run(v=np.zeros((9, 2)), labels=tuple("abcdefghi"))
    assert "a, b, c, d, e, … (9)" in repr(many)
