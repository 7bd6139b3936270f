"""A reduced cell that is kept is the same cell, to the last bit."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated
from models import kept, random_tree, small_cell, synapses
from models.kept import Driven
from neuron_reduce import (
    ArgumentError,
    CellError,
    NeuronReduceWarning,
    SavedCell,
    SavedCellError,
    SimulatorError,
)
from neuron_reduce._saved.describing import own_name

METHODS = pytest.mark.parametrize("method", list(kept.SETTINGS))

ELSEWHERE = """
import json, sys
import neuron_reduce
from models import kept, random_tree, synapses
saved = neuron_reduce.load(sys.argv[1])
instance = saved.instantiate(set_globals=True)
json.dump(kept.run(instance)[0], sys.stdout)
"""


@METHODS
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("python", [False, True])
def test_voltages_are_the_same_to_the_last_bit(
    method: str, python: bool, in_place: bool, tmp_path: Path
) -> None:
    @isolated
    def test() -> None:
        driven = Driven(method, python, in_place=in_place)
        expected = driven.run()
        assert kept.spikes(expected)
        path = tmp_path / "cell.json"
        driven.reduction.save(path)
        loaded = neuron_reduce.load(path)
        first, second = loaded.instantiate(), driven.reduction.instantiate()
        assert kept.run(driven.reduction.cell, first, second) == [expected] * 3
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE, str(path)],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert json.loads(done.stdout.decode().splitlines()[-1]) == expected

    test()


@METHODS
@pytest.mark.parametrize("seed", range(4))
def test_point_processes_at_ends_and_in_any_order(method: str, seed: int) -> None:
    @isolated
    def test() -> None:
        cell = random_tree.build(seed + 20)
        drive = synapses.scatter(cell, seed, 2e-3, 60)
        for index, stimulus in enumerate(drive.stimuli):
            stimulus.noise, stimulus.interval, stimulus.start = 0.5 * (index % 2), 7, index % 4
        reduction = neuron_reduce.reduce(
            cell, drive.synapses, drive.netcons, method=method, **kept.SETTINGS[method]
        )
        rng = random.Random(seed)
        sections, others = list(reduction.cell.all), []
        for index in range(12):
            place = rng.choice(sections)(rng.choice((0, 0, 0.3, 1, 1)))
            if index % 3:
                others.append(h.AlphaSynapse(place))
                others[-1].gmax, others[-1].onset = 1e-3 * rng.random(), 3 + index
            else:
                others.append(h.IClamp(place))
                others[-1].dur, others[-1].amp = 100, 0.02 * rng.random()
        expected = kept.run(reduction.cell)[0]
        assert kept.run(reduction.cell, reduction.instantiate()) == [expected] * 2

    test()


PARTS: list[dict[str, Any]] = [
    {"roots": ["apic[0]"], "segments": 20},
    {"roots": ["apic[1]"], "method": "classic"},
    {"keep": ["apic[0]"], "in_place": True, "segments": 20},
    {"keep": ["dend[0]"], "method": "lumped", "segments": 20},
]


@pytest.mark.parametrize("settings", PARTS)
@isolated
def test_parts_of_cells(settings: dict[str, Any]) -> None:
    cell = small_cell.build()
    drive = small_cell.drive(cell)
    reduction = neuron_reduce.reduce(cell, drive.synapses, drive.netcons, **settings)
    expected = kept.run(reduction.cell)
    instance = reduction.instantiate()
    assert kept.run(instance) == expected
    names = [each.name() for each in instance.all]
    assert len(set(names)) == len(names) == len(list(reduction.cell.all))
    sections = dict(zip(map(str, reduction.cell.all), instance.all, strict=True))
    for name in ("soma[0]", "axon[1]", "dend[0]", "dend[2]", "apic[0]", "apic[2]"):
        for x in (0.1, 0.7):
            own, made = reduction.place(name, x), instance.place(name, x)
            assert (sections[str(own.sec)], own.x) == (made.sec, made.x)


@METHODS
@isolated
def test_bytes_are_the_same(method: str) -> None:
    driven = Driven(method)
    first = driven.reduction.saved()
    driven.run()
    second = driven.reduction.saved()
    instance = first.instantiate()
    del instance
    third = neuron_reduce.SavedCell(json.loads(pickle.loads(pickle.dumps(first)).text))
    assert first.text == second.text == third.text
    assert first == second
    assert hash(first) == hash(second)


@isolated
def test_a_file_is_written_at_once() -> None:
    driven = Driven("classic")
    saved = driven.reduction.saved()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell.json"
        saved.save(path)
        before = path.read_bytes()
        path.chmod(0o640)
        saved.save(path)
        assert path.read_bytes() == before
        assert path.stat().st_mode & 0o777 == 0o640
        assert os.listdir(folder) == ["cell.json"]
        with pytest.raises(OSError, match=r"Is a directory|directory"):
            saved.save(folder)
        assert os.listdir(folder) == ["cell.json"]


@isolated
def test_what_an_instance_has() -> None:
    driven = Driven("folded")
    reduction = driven.reduction
    instance = reduction.instantiate(name="mine")
    cell = reduction.cell
    assert [each.name() for each in instance.all] == [
        f"mine.{each.name().split('.', 1)[1]}" for each in cell.all
    ]
    for name in ("all", "somatic", "apical", "basal", "axonal"):
        assert [each.nseg for each in getattr(instance, name)] == [
            each.nseg for each in getattr(cell, name)
        ]
    assert instance.soma[0].name() == "mine.soma[0]"
    assert instance.apic.name() == "mine.apic[0]"
    assert [each.name() for each in instance.axon] == ["mine.axon[0]"]
    assert len(instance.synapses) == len(reduction.synapses)
    for made, own in zip(instance.synapses, reduction.synapses, strict=True):
        assert made.hname().split("[")[0] == own.hname().split("[")[0]
        assert made.get_segment().x == own.get_segment().x
    assert len(instance.netcons) == len(reduction.netcons) + 3
    for index, (made, own) in enumerate(zip(instance.netcons, reduction.netcons, strict=False)):
        assert made.weight[0] == own.weight[0]
        assert made.syn() == instance.synapse(index)
        assert made.delay == own.delay
    for segment, own in zip(
        (each for section in instance.all for each in section),
        (each for section in cell.all for each in section),
        strict=True,
    ):
        assert (segment.area(), segment.ri(), segment.cm) == (own.area(), own.ri(), own.cm)
    assert instance.place("apic[1]", 0.9).sec.name() == reduction.place(
        "apic[1]", 0.9
    ).sec.name().replace(cell.apic.name().split(".")[0], "mine")
    assert instance.place("axon[1]").sec.name() == "mine.axon[1]"
    soma = Driven("classic", python=True).reduction.instantiate().place("python_cell.soma")
    assert soma.sec.name().endswith("soma[0]")
    with pytest.raises(ArgumentError, match=r"section is 'none'; expected the name of one"):
        instance.place("none")


@isolated
def test_a_soma_is_as_the_original_has_it() -> None:
    driven = Driven("classic", python=True)
    soma = driven.reduction.instantiate().soma
    assert soma.name().endswith(own_name(driven.reduction.cell.soma))


@isolated
def test_instances_go_in_any_order() -> None:
    driven = Driven("lumped")
    expected = driven.run()
    saved = driven.reduction.saved()
    count, own = len(list(h.allsec())), len(list(driven.reduction.cell.all))
    instances = [saved.instantiate(connect="sources" if each % 2 else None) for each in range(4)]
    assert len(list(h.allsec())) == count + 4 * own
    del instances[1]
    assert len(list(h.allsec())) == count + 3 * own
    assert kept.run(driven.reduction.cell, instances[2 - 1 + 1])[0] == expected
    del instances[0], instances[-2]
    assert kept.run(instances[0])[0] == expected
    instances.clear()
    assert len(list(h.allsec())) == count
    assert driven.run() == expected


@isolated
def test_the_original_may_be_gone() -> None:
    driven = Driven("folded")
    expected = driven.run()
    saved = driven.reduction.saved()
    del driven
    gc.collect()
    assert not list(h.allsec())
    assert kept.run(saved.instantiate()) == [expected]


@isolated
def test_an_instance_that_is_reduced_again_keeps_what_is_played_into_it() -> None:
    driven = Driven("folded")
    saved = driven.reduction.saved()
    other = saved.instantiate()
    instance = saved.instantiate()
    netcons = list(instance.netcons[: len(driven.drive.netcons)])
    reduction = neuron_reduce.reduce(
        instance, [each.syn() for each in netcons], netcons, segments=4, in_place=True
    )
    again = reduction.saved()
    assert [each["values"] for each in again.content["plays"]] == [[0, 0.2, -0.1, 0.05]]
    # Those that are played into other cells are not the cell's.
    assert not any("Vector" in note for note in again.notes)
    assert other.point_processes


@pytest.mark.parametrize("is_continuous", [False, True])
def test_a_statement_that_a_vector_is_played_into_is_none_of_the_cells(is_continuous: bool) -> None:
    @isolated
    def test() -> None:
        driven = Driven("folded")
        before = driven.reduction.saved().content["plays"]
        values, times = h.Vector([1, 2]), h.Vector([0, 5])
        # What NEURON has of it besides is the potential of the accessed section.
        values.play("hoc_ac_ = $1", times, *[1] * is_continuous, sec=driven.reduction.cell.dend[0])
        again = driven.reduction.saved()
        assert again.content["plays"] == before
        assert any("statement of hoc" in note for note in again.notes)
        driven.run()
        assert h.hoc_ac_ >= 2

    test()


@isolated
def test_a_network_is_connected_afterwards() -> None:
    driven = Driven("lumped")
    reduction, stimuli = driven.reduction, driven.drive.stimuli
    for each in driven.others[:2]:
        each.amp = 0
    driven.others[2].play_remove()
    driven.others[4].active(False)
    expected = driven.run()
    saved = reduction.saved()
    instance = saved.instantiate(connect=None)
    assert instance.netcons == []
    for index, stimulus in enumerate(stimuli):
        made = instance.connect(index, stimulus)
        assert made.weight[0] == reduction.netcons[index].weight[0]
        assert made.syn() == instance.synapse(index)
    # Where events of one time meet they come in the order in which NetCons were made: here it is.
    assert kept.run(instance)[0] == expected
    other = saved.instantiate(connect=None)
    made = other.connect(3, instance.soma[0](0.5), delay=2.5)
    assert (made.delay, made.preseg().sec) == (2.5, instance.soma[0])
    for index in (-1, len(stimuli), 1.0, None, "0", True):
        with pytest.raises(ArgumentError, match=r"index is .*; expected one of the original's"):
            instance.synapse(index)
        with pytest.raises(ArgumentError, match=r"index is .*; expected one of the original's"):
            instance.connect(index, stimuli[0])
    for source in (None, "soma", 1.5, -1, h.Vector(), instance.soma[0]):
        with pytest.raises(ArgumentError, match=r"source is .*expected a NetStim"):
            instance.connect(0, source)
    for delay in (-1, float("nan"), "1"):
        with pytest.raises(ArgumentError, match=r"delay is .*; expected a delay in ms"):
            instance.connect(0, stimuli[0], delay=delay)


@isolated
def test_gids() -> None:
    driven = Driven("classic")
    saved = driven.reduction.saved()
    context = h.ParallelContext()
    first = saved.instantiate(gid=7, threshold=-20)
    second = saved.instantiate(gid=8, connect=None)
    made = second.connect(0, 7)
    assert made.srcgid() == 7
    assert made.weight[0] == driven.reduction.netcons[0].weight[0]
    times, gids = h.Vector(), h.Vector()
    context.spike_record(-1, times, gids)
    context.set_maxstep(10)
    h.finitialize(-65)
    context.psolve(kept.DURATION)
    assert list(gids).count(7)
    with pytest.raises(ArgumentError, match="gid is 7, which this process has already"):
        saved.instantiate(gid=7)
    for gid in (-1, 1.0, "1", True):
        with pytest.raises(ArgumentError, match=r"gid is .*; expected a whole number"):
            saved.instantiate(gid=gid)
    count = len(list(h.allsec()))
    del first
    assert len(list(h.allsec())) < count
    assert saved.instantiate(gid=7).gid == 7


@isolated
def test_a_source_with_a_gid_is_kept() -> None:
    other = h.Section(name="other")
    context = h.ParallelContext()
    context.set_gid2node(3, context.id())
    detector = h.NetCon(other(0.5)._ref_v, None, sec=other)
    context.cell(3, detector)
    driven = Driven("classic")
    made = context.gid_connect(3, driven.reduction.synapses[0])
    made.weight[0], made.delay = 0.25, 3
    saved = driven.reduction.saved()
    assert {"kind": "gid", "gid": 3} in saved.content["sources"]
    netcon = saved.instantiate().netcons[-1]
    assert (netcon.srcgid(), netcon.weight[0], netcon.delay) == (3, 0.25, 3)


@isolated
def test_sources_that_are_not_known_are_told_and_may_be_stated() -> None:
    driven = Driven("classic")
    cell = h.IntFire1()
    netcons = [h.NetCon(cell, each, 10, 1, 1e-3) for each in driven.reduction.synapses[:2]]
    with pytest.warns(NeuronReduceWarning, match="2 NetCons have their events from IntFire1s"):
        saved = driven.reduction.saved()
    assert len(saved.notes) == 1
    instance = saved.instantiate()
    assert [each.pre() for each in instance.netcons[-2:]] == [None, None]
    stated = driven.reduction.saved(events={cell: [5, 40.0125, 7]})
    assert stated.notes == []
    expected = driven.run()
    for netcon in netcons:
        netcon.active(False)
    sent = [h.NetCon(None, each.syn(), 10, 1, 1e-3) for each in netcons]

    def send() -> None:
        for each in sent:
            for time in (5, 7, 40.0125):
                each.event(time + 1)

    handler = h.FInitializeHandler(1, send)
    with_events = driven.run()
    assert handler
    assert with_events != expected
    assert kept.run(stated.instantiate())[0] == pytest.approx(with_events, abs=1e-9)
    with pytest.raises(ArgumentError, match="which drives none of the cell's point processes"):
        driven.reduction.saved(events={h.IntFire1(): [1]})


@isolated
def test_globals_are_the_users() -> None:
    driven = Driven("classic")
    h.celsius = 17.5
    expected = driven.run()
    saved = driven.reduction.saved()
    h.celsius = 6.3
    with pytest.warns(NeuronReduceWarning, match=r"celsius is 6.3 and was 17.5 when the cell"):
        saved.instantiate()
    assert h.celsius == 6.3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Once is enough.
        saved.instantiate()
        instance = saved.instantiate(set_globals=True)
    assert h.celsius == 17.5
    assert kept.run(instance)[0] == expected


@isolated
def test_arguments_are_checked() -> None:
    driven = Driven("classic")
    saved = driven.reduction.saved()
    count = len(list(h.allsec()))
    for arguments, text in (
        ({"connect": True}, "connect is True; expected 'sources' or None"),
        ({"threshold": "high"}, "threshold is 'high'; expected a potential"),
        ({"name": "a b"}, "name is 'a b'; expected a text without spaces"),
        ({"name": 3}, "name is 3; expected a name"),
    ):
        with pytest.raises(ArgumentError, match=text):
            saved.instantiate(**arguments)
    assert len(list(h.allsec())) == count
    errors: list[str] = []

    gone = h.Section(name="gone")
    segment = gone(0.5)
    h.delete_section(sec=gone)
    for value in (gone, segment):
        with pytest.raises(ArgumentError, match=r"connect is <.*deleted section>; expected"):
            saved.instantiate(connect=value)
        with pytest.raises(CellError, match=r"source is a .*deleted section; expected one that"):
            saved.instantiate(connect=None).connect(0, value)
    for write in (saved.save, driven.reduction.save, driven.reduction.export):
        with pytest.raises(
            ArgumentError, match=r"path is .a.x00b.hoc., which has a null character"
        ):
            write("a\0b.hoc")

    def try_it() -> None:
        for call in (saved.instantiate, driven.reduction.saved):
            try:
                call()
            except SimulatorError as error:
                errors.append(str(error))

    handler = h.FInitializeHandler(1, lambda: h.CVode().event(1, try_it))
    h.finitialize(-65)
    h.continuerun(2)
    assert handler
    assert len(errors) == 2
    assert all("in the middle of a run" in each for each in errors)
    assert len(list(h.allsec())) == count


@isolated
def test_a_pointer_that_is_set_is_refused() -> None:
    from conftest import PROJECT
    from models import compiled_pointers

    compiled_pointers.load_mechanisms(
        Path(os.environ.get("NEURON_REDUCE_CACHE", PROJECT / ".cache"))
    )
    driven = Driven("classic")
    gap = h.HalfGap(next(iter(driven.reduction.cell.somatic))(0.5))
    assert driven.reduction.saved()
    h.setpointer(next(iter(driven.reduction.cell.axonal))(0.5)._ref_v, "vpeer", gap)
    with pytest.raises(SavedCellError, match=r"the POINTER vpeer of HalfGap\[0\] is set"):
        driven.reduction.saved()


def _nseg(saved: SavedCell) -> int:
    """Of the first section of an instance in a process of its own."""
    instance = saved.instantiate()
    return sum(each.nseg for each in instance.all)


@isolated
def test_pickles_and_copies() -> None:
    driven = Driven("folded")
    expected = driven.run()
    record = dataclasses.replace(driven.reduction.record, stage_seconds={})
    for made in (
        pickle.loads(pickle.dumps(driven.reduction)),
        copy.deepcopy(driven.reduction),
        copy.copy(driven.reduction.saved()),
        pickle.loads(pickle.dumps(copy.deepcopy(driven.reduction.saved()))),
    ):
        assert isinstance(made, SavedCell)
        assert made == driven.reduction.saved()
        assert str(made.record) == str(record)
        assert kept.run(made.instantiate())[0] == expected
    shallow = copy.copy(driven.reduction)
    assert isinstance(shallow, neuron_reduce.Reduction)
    assert shallow.cell is driven.reduction.cell
    with pytest.raises(TypeError, match="an instance is part of its session"):
        pickle.dumps(driven.reduction.instantiate())
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        counts = pool.map(_nseg, [driven.reduction, driven.reduction.saved()])
    assert counts == [sum(each.nseg for each in driven.reduction.cell.all)] * 2


@isolated
def test_sources_that_are_gone_are_told() -> None:
    driven = Driven("classic")
    driven.drive.stimuli.clear()
    with pytest.warns(NeuronReduceWarning, match="NetCons have their events from sources that are"):
        saved = driven.reduction.saved()
    assert {each.pre() for each in saved.instantiate().netcons} == {None}


@isolated
def test_what_is_gone_is_refused() -> None:
    driven = Driven("classic")
    for section in list(driven.reduction.cell.all):
        h.delete_section(sec=section)
    with pytest.raises(SavedCellError, match="is gone; expected it in the session"):
        driven.reduction.saved()


@isolated
def test_sections_that_were_attached_are_refused() -> None:
    driven = Driven("classic")
    other = h.Section(name="other")
    other.connect(driven.reduction.cell.dend[0](1))
    with pytest.raises(SavedCellError, match=r"other, a child of .*, is in none of the cell's"):
        driven.reduction.saved()


@isolated
def test_lengths_that_were_set_after_the_points() -> None:
    driven = Driven("classic")
    soma = kept.soma_of(driven.reduction.cell)
    soma.L = 1.3 * soma.L
    h.define_shape()
    expected = driven.run()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saved = driven.reduction.saved()
        instance = saved.instantiate()
    assert sum(each["arcs"] is not None for each in saved.content["sections"]) > 3
    for made, own in zip(instance.all, driven.reduction.cell.all, strict=True):
        assert [(each.area(), each.ri()) for each in made] == [
            (each.area(), each.ri()) for each in own
        ]
    assert kept.run(instance) == [expected]


@isolated
def test_lengths_are_taken_while_points_are_constant() -> None:
    driven = Driven("lumped", False)
    expected = driven.run()
    h.pt3dconst(1)
    instance = driven.reduction.instantiate()
    assert h.pt3dconst(0) == 1
    assert kept.run(instance)[0] == expected


@isolated
def test_synapses_without_their_instance_get_no_events() -> None:
    """NEURON ends the process where one comes to a point process whose section is gone."""
    driven = Driven("lumped", False)
    instance = driven.reduction.instantiate(connect=None)
    synapse, stimulus = instance.synapse(3), h.NetStim()
    netcon = instance.connect(3, stimulus)
    del instance
    gc.collect()
    assert netcon.syn() is None
    driven.run()
    # Whoever has a section has what is on it.
    instance = driven.reduction.instantiate(connect=None)
    section, netcon = instance.synapse(3).get_segment().sec, instance.connect(3, stimulus)
    synapse = instance.synapse(3)
    del instance
    gc.collect()
    assert synapse.get_segment().sec == section
    assert netcon.syn() == synapse


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
@isolated
def test_a_threshold_that_is_no_number_is_refused(threshold: float) -> None:
    saved = Driven("lumped", False).reduction.saved()
    with pytest.raises(ArgumentError, match=r"threshold is .*; expected a potential in mV, finite"):
        saved.instantiate(gid=1, threshold=threshold)
