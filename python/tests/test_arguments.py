"""What the arguments of a reduction mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from neuron import h

from isolated import isolated
from models import small_cell
from neuron_reduce import ArgumentError, reduce, subtree_reductor
from reading import cables


@isolated
def test_compared_parameters() -> None:
    """Only the parameters that PP_params_dict names must be equal."""

    def count(compared: Any) -> int:
        model = small_cell.model()
        for index, synapse in enumerate(model.drive.synapses):
            synapse.e += 0.01 * index
        return len(model.reduce(PP_params_dict=compared)[1])

    everything = count(None)
    assert everything == count({}) == count({"Unknown": ["x"]})
    assert everything == len(small_cell.drive(small_cell.build()).synapses)
    without_e = count({"Exp2Syn": ["tau1", "tau2"], "ExpSyn": ["tau"]})
    nothing = count({"Exp2Syn": [], "ExpSyn": []})
    assert nothing < without_e < everything
    assert count({"Exp2Syn": ("tau1", "tau2")}) < everything


@isolated
def test_frequency_by_position_and_keyword() -> None:
    def found(*arguments: Any, **keywords: Any) -> list[Any]:
        model = small_cell.model()
        return cables(
            subtree_reductor(
                model.cell, model.drive.synapses, model.drive.netcons, *arguments, **keywords
            )
        )

    assert found() == found(0) == found(0.0) == found(reduction_frequency=0) == found(False + 0)
    assert found(38) == found(reduction_frequency=38.0) == found(38, "model.hoc", -1)
    assert found() != found(38)


@isolated
def test_everything_by_position_and_by_keyword() -> None:
    first, second = small_cell.model(), small_cell.model()
    result = subtree_reductor(
        first.cell, first.drive.synapses, first.drive.netcons,
        10, "model.hoc", 40, {"Exp2Syn": ["e"]}, "impedance", True,
    )  # fmt: skip
    other = subtree_reductor(
        original_cell=second.cell,
        synapses_list=second.drive.synapses,
        netcons_list=second.drive.netcons,
        reduction_frequency=10,
        model_filename="model.hoc",
        total_segments_manual=40,
        PP_params_dict={"Exp2Syn": ["e"]},
        mapping_type="impedance",
        return_seg_to_seg=True,
    )
    assert len(result) == len(other) == 4
    assert cables(result) == cables(other)
    assert [s.get_segment().x for s in result[1]] == [s.get_segment().x for s in other[1]]


@pytest.mark.parametrize("total", [2, 3, 10, 11.5, 50, 1000])
@isolated
def test_total_segments(total: float) -> None:
    reduced, _, _ = small_cell.model().reduce(total_segments_manual=total)
    count = sum(section.nseg for section in [*reduced.apical, *reduced.basal])
    assert abs(count - (total - 1)) <= 3, "rounding, and at least one in each cable"


@pytest.mark.parametrize("share", [1e-9, 0.2, 1, 1.0])
@isolated
def test_share_of_segments(share: float) -> None:
    model = small_cell.model()
    original = sum(section.nseg for section in small_cell.dendrites_of(model.cell))
    automatic = sum(nseg for _, _, nseg in cables(small_cell.model().reduce()))
    count = sum(nseg for _, _, nseg in cables(model.reduce(total_segments_manual=share)))
    assert count == automatic or abs(count - share * original) <= 3
    assert count >= min(automatic, share * original) - 3


@isolated
def test_segment_mapping() -> None:
    model = small_cell.model()
    sections = small_cell.dendrites_of(model.cell)
    expected = [f"{section.name()}({seg.x:g})" for section in sections for seg in section]
    stems = {section.name(): _stem(section, model.cell.soma[0]).name() for section in sections}
    reduced, _, _, mapping = model.reduce(return_seg_to_seg=True)
    assert sorted(mapping) == sorted(expected)
    cables = {
        f"{model.cell}.apic[0]": "model[0].apic[0]",
        f"{model.cell}.dend[0]": "model[0].dend[0]",
        f"{model.cell}.dend[3]": "model[0].dend[1]",
    }
    for original, target in mapping.items():
        cable, _, x = target.rpartition("(")
        assert cable == cables[stems[original.rpartition("(")[0]]]
        assert 0 <= float(x.rstrip(")")) <= 1, "just below 1 at most, in six digits"
    assert reduced


def _stem(section: Any, soma: Any) -> Any:
    while section.parentseg().sec != soma:
        section = section.parentseg().sec
    return section


@pytest.mark.parametrize("argument", ["merge", "compared_parameters"])
@isolated
def test_what_cannot_be_compared(argument: str) -> None:
    """NEURON ends the process when a segment of a deleted section is compared with anything."""
    section = h.Section(name="gone")
    segment = section(0.5)
    h.delete_section(sec=section)
    model = small_cell.model()
    for value in (segment, np.array([1, 2])):
        given: Any = value if argument == "merge" else {"Exp2Syn": [value]}
        with pytest.raises(ArgumentError, match=argument):
            reduce(model.cell, model.drive.synapses, model.drive.netcons, **{argument: given})
