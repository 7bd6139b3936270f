"""What is exported is read by LFPy, for potentials outside of it, and its shape by MorphIO."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest

import readers
from isolated import isolated
from models.kept import Driven
from test_saved_exports import METHODS
from test_where import _in_space, _reduced

LFPY = """
import json
import numpy as np
import LFPy
import neuron_reduce
from neuron import h
cell = LFPy.TemplateCell(
    morphology="cell.swc", templatefile="cell.hoc", templatename="Cell", passive=False,
    v_init=-65, tstop=150, dt=0.025, nsegs_method=None, pt3d=False,
)
saved = neuron_reduce.load("saved.json")
count = sum(each["nseg"] for each in saved.content["sections"])
assert cell.totnsegs == count, cell.totnsegs
lengths = [each["L"] for each in saved.content["sections"]]
ours = saved.instantiate(connect=None)
def clamp(soma):
    made = h.IClamp(soma(0.5))
    made.delay, made.dur, made.amp = 20, 100, 0.4
    return made
somas = [next(iter(each.somatic)) for each in (cell.template, ours)]
clamps = [clamp(each) for each in somas]
traces = [h.Vector().record(each(0.5)._ref_v) for each in somas]
places = {"x": np.zeros(2), "y": np.zeros(2), "z": np.array([30.0, 300.0])}
electrode = LFPy.RecExtElectrode(cell, sigma=0.3, method="linesource", **places)
cell.simulate(probes=[electrode], rec_imem=True)
theirs, own = (np.array(each) for each in traces)
print("result", json.dumps({
    "apart": float(np.abs(theirs - own).max()),
    "top": float(theirs.max()),
    "sum": float(np.abs(cell.imem.sum(axis=0)[1:]).max()),
    "size": float(np.abs(cell.imem).max()),
    "outside": np.abs(electrode.data).max(axis=1).tolist(),
}))
"""


@METHODS
def test_lfpy(method: str, tmp_path: Path) -> None:
    """Its cell does what an instance does, but for what 3D points of its own change."""
    readers.need("LFPy")

    @isolated
    def test() -> None:
        driven = Driven(method)
        del driven.others[:]
        saved = driven.reduction.saved()
        saved.export(tmp_path / "cell.hoc")
        saved.export(tmp_path / "cell.swc")
        saved.save(tmp_path / "saved.json")

    test()
    result = json.loads(readers.said(readers.run(LFPY, tmp_path)))
    # It gives sections points that have none, whose areas NEURON keeps to seven digits.
    assert result["apart"] < 1e-2
    assert result["top"] > 0
    # What flows into the cell is what the clamp's electrode has.
    assert result["sum"] == pytest.approx(0.4, abs=1e-6)
    near, far = result["outside"]
    assert near > 2 * far > 0


IN_PLACE = """
import json
import numpy as np
import LFPy
import neuron_reduce
import test_where
from neuron import h
h.load_file("stdrun.hoc")
model = test_where._in_space()
reduction = test_where._reduced(model, segments=1e4)
reduction.add_points()
geometry = reduction.geometry()
cell = LFPy.Cell(
    reduction.cell.all, v_init=-65, tstop=50, dt=0.025, nsegs_method=None, delete_sections=False
)
theirs = np.stack([cell.x, cell.y, cell.z])
middles = theirs.mean(axis=2).T
order = [segment for section in reduction.cell.all for segment in section]
assert len(order) == cell.totnsegs == len(geometry)
# It puts the soma's middle at 0.
apart = np.linalg.norm(middles - middles[0] - geometry.middle + geometry.middle[0], axis=1)
along = theirs[:, :, 1] - theirs[:, :, 0]
ours = (geometry.end - geometry.start).T
size = np.linalg.norm(along, axis=0) * np.linalg.norm(ours, axis=0)
# The axon's end had no points, and has those that NEURON makes up.
placed = ["axon[1]" not in segment.sec.name() for segment in order]
junctions = [not reduction.origins(segment) for segment in order]
assert any(junctions)
electrode = LFPy.RecExtElectrode(cell, sigma=0.3, method="linesource", x=[50.0], y=[90.0], z=[20.0])
assert np.isfinite(electrode.get_transformation_matrix()).all()
print("result", json.dumps({
    "apart": apart[placed].tolist(),
    "cosines": ((along * ours).sum(axis=0) / size)[placed].tolist(),
}))
"""


def test_lfpy_sees_compartments_where_their_membrane_was(tmp_path: Path) -> None:
    readers.need("LFPy")
    folder = str(Path(__file__).parent)
    script = f"import sys; sys.path.insert(0, {folder!r})\n{IN_PLACE}"
    result = json.loads(readers.said(readers.run(script, tmp_path)))
    assert max(result["apart"]) < 1e-3
    assert min(result["cosines"]) > 0.999999


@METHODS
def test_morphio(method: str, tmp_path: Path) -> None:
    readers.need("morphio")

    @isolated
    def test() -> None:
        import morphio

        model = _in_space()
        reduction = _reduced(model, method=method)
        reduction.add_points()
        path = tmp_path / "cell.swc"
        reduction.export(path)
        found = morphio.Morphology(path)
        kinds = {
            "axonal": morphio.SectionType.axon,
            "basal": morphio.SectionType.basal_dendrite,
            "apical": morphio.SectionType.apical_dendrite,
        }
        for name, kind in kinds.items():
            sections = [each for each in found.sections if each.type == kind]
            # MorphIO's begin anew wherever something branches off.
            length = math.fsum(
                math.dist(first, second)
                for each in sections
                for first, second in zip(each.points[:-1], each.points[1:], strict=True)
            )
            expected = math.fsum(each.L for each in getattr(reduction.cell, name))
            # What goes from where one is attached to where it begins is drawn too.
            assert length >= expected * (1 - 1e-4), name
        assert len(found.root_sections) > 0
        assert found.soma.points.shape[0] >= 2
        roles = Counter(each.type for each in found.sections)
        assert set(roles) == set(kinds.values())

    test()
