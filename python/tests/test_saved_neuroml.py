"""What is exported as NeuroML is read by libNeuroML, found valid by pyNeuroML, and has the rates
that NEURON's channels have."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
import readers
from isolated import isolated
from models import kept
from models.kept import Driven
from neuron_reduce import NeuronReduceWarning, SavedCellError
from test_saved_exports import METHODS
from test_where_kept import OLD


@METHODS
@pytest.mark.parametrize("python", [False, True])
def test_neuroml(method: str, python: bool, tmp_path: Path) -> None:
    """Its own library finds the file valid, and the cell in it."""
    readers.need("neuroml")

    @isolated
    def test() -> None:
        import neuroml.loaders
        import neuroml.utils

        driven = Driven(method, python)
        path = tmp_path / "cell.nml"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            driven.reduction.export(path)
        neuroml.utils.validate_neuroml2(str(path))
        document = neuroml.loaders.read_neuroml2_file(str(path))
        (cell,) = document.cells
        assert "point processes (Exp2Syn, ExpSyn, IClamp)" in cell.notes
        assert {each.id for each in document.ion_channel_hhs} == {"hh_na", "hh_k"}
        groups = {each.id: each for each in cell.morphology.segment_groups}
        expected = list(driven.reduction.cell.all)
        cables = [each for each in groups.values() if each.neuro_lex_id == "sao864921383"]
        membrane = cell.biophysical_properties.membrane_properties
        densities = {
            (each.ion_channel, each.segment_groups): (each.cond_density, each.erev, each.ion)
            for each in membrane.channel_densities
        }
        capacitances = {each.segment_groups: each.value for each in membrane.specific_capacitances}
        for section, own in zip(expected, cables, strict=True):
            group = f"{own.id}_membrane"
            (included,) = groups[group].includes
            assert included.segment_groups == own.id
            ids = [each.segments for each in own.members]
            length = sum(cell.get_segment_length(each) for each in ids)
            area = sum(cell.get_segment_surface_area(each) for each in ids)
            assert length == pytest.approx(section.L, rel=1e-6)
            assert area == pytest.approx(sum(each.area() for each in section), rel=0.03)
            assert capacitances[group] == f"{section.cm!r}uF_per_cm2"
            found = {name: each for (name, where), each in densities.items() if where == group}
            if h.ismembrane("pas", sec=section):
                value = section.g_pas, section.e_pas
                assert found.pop("pas") == _density(*value, "non_specific")
            if h.ismembrane("hh", sec=section):
                assert found.pop("hh_na") == _density(section.gnabar_hh, section.ena, "na")
                assert found.pop("hh_k") == _density(section.gkbar_hh, section.ek, "k")
                value = section.gl_hh, section.el_hh
                assert found.pop("hh_leak") == _density(*value, "non_specific")
            assert found == {}
        assert len(groups["all"].includes) == len(expected)
        assert len(groups["soma_group"].includes) == 1
        every = cell.get_all_segments_in_group("all")
        assert len(every) == len(cell.morphology.segments)
        # One tree: each segment but the first has a parent, at one of its ends.
        parents = [each.parent for each in cell.morphology.segments]
        assert parents.count(None) == 1
        assert {each.fraction_along for each in parents if each is not None} <= {0, 1}

    test()


def _density(conductance: float, reversal: float, ion: str) -> tuple[str, str, str]:
    return f"{conductance!r}S_per_cm2", f"{reversal!r}mV", ion


def test_junctions_of_old_files_are_long_enough(tmp_path: Path) -> None:
    """Those were shorter than single precision knows of."""
    readers.need("neuroml")

    @isolated
    def test() -> None:
        import neuroml.loaders

        saved = neuron_reduce.load(OLD)
        assert min(each["L"] or 1 for each in saved.content["sections"]) < 1e-6
        saved.export(tmp_path / "cell.nml")
        (cell,) = neuroml.loaders.read_neuroml2_file(str(tmp_path / "cell.nml")).cells
        lengths = [cell.get_segment_length(each.id) for each in cell.morphology.segments]
        assert min(lengths) == pytest.approx(0.5)

    test()


@METHODS
def test_pyneuroml_finds_no_fault(method: str, tmp_path: Path) -> None:
    readers.need("pyneuroml")
    readers.need_java()

    @isolated
    def test() -> None:
        Driven(method).reduction.export(tmp_path / "cell.nml")

    test()
    script = (
        "from pyneuroml import pynml\n"
        "is_valid, text = pynml.validate_neuroml2('cell.nml', False, return_string=True)\n"
        "print('result', is_valid, 'no warnings' in text)"
    )
    assert readers.said(readers.run(script, tmp_path)) == "True True"


def _rate(described: Any, v: float) -> float:
    """One of NeuroML's standard rates, in 1/ms."""
    rate = float(described.rate.removesuffix("per_ms"))
    midpoint, scale = (
        float(each.removesuffix("mV")) for each in (described.midpoint, described.scale)
    )
    x = (v - midpoint) / scale
    if described.type == "HHExpRate":
        return rate * math.exp(x)
    if described.type == "HHSigmoidRate":
        return rate / (1 + math.exp(-x))
    assert described.type == "HHExpLinearRate"
    return rate * (x / (1 - math.exp(-x)) if x else 1)


def test_channels_have_the_rates_of_neurons(tmp_path: Path) -> None:
    readers.need("neuroml")

    @isolated
    def test() -> None:
        import neuroml.loaders

        driven = Driven("classic")
        driven.reduction.export(tmp_path / "cell.nml")
        document = neuroml.loaders.read_neuroml2_file(str(tmp_path / "cell.nml"))
        gates = {gate.id: gate for each in document.ion_channel_hhs for gate in each.gate_hh_rates}
        assert {name: each.instances for name, each in gates.items()} == {"m": 3, "h": 1, "n": 4}
        soma = kept.soma_of(driven.reduction.cell)
        h.usetable_hh = 0
        for celsius in (6.3, 18.5, 37):
            h.celsius = celsius
            # Where a form is 0 / 0, NEURON is as far off as its limit of that is.
            for v in (-120, -80, -65, -55, -40, -39.5, 0, 55):
                h.finitialize(v)
                for name, gate in gates.items():
                    q10 = gate.q10_settings
                    factor = float(q10.q10_factor) ** (
                        (celsius - float(q10.experimental_temp.removesuffix("degC"))) / 10
                    )
                    alpha, beta = _rate(gate.forward_rate, v), _rate(gate.reverse_rate, v)
                    inf = getattr(soma(0.5), f"{name}inf_hh")
                    tau = getattr(soma(0.5), f"{name}tau_hh")
                    assert inf == pytest.approx(alpha / (alpha + beta), rel=1e-12)
                    assert tau == pytest.approx(1 / factor / (alpha + beta), rel=1e-12)

    test()


@isolated
def _left_out(tmp_path: Path) -> None:
    driven = Driven("classic")
    soma = kept.soma_of(driven.reduction.cell)
    path = tmp_path / "cell.nml"
    axon = list(driven.reduction.cell.axonal)[1]
    axon(0.9).gnabar_hh = 0.2
    with pytest.warns(NeuronReduceWarning, match=r"no hh \(hh: gnabar_hh of axon\[1\] differs bet"):
        driven.reduction.export(path)
    assert "hh" not in path.read_text().split("</notes>")[1]
    assert "Not in this file: the mechanisms hh, which are NMODL's" in path.read_text()
    axon.gnabar_hh = 0.12
    h.ion_style("na_ion", 1, 2, 1, 1, 0, sec=soma)
    with pytest.warns(NeuronReduceWarning, match=r"no hh \(hh: ena of soma\[0\] is computed"):
        driven.reduction.export(path)
    h.ion_style("na_ion", 1, 1, 0, 0, 0, sec=soma)
    driven.reduction.cell.dend[0](0.1).g_pas = 1
    with pytest.raises(SavedCellError, match=r"g_pas of .* differs between segments"):
        driven.reduction.export(path)


def test_what_neuroml_has_no_way_to_say(tmp_path: Path) -> None:
    _left_out(tmp_path)
