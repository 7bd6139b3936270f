"""What was deleted, in the place of each argument of each public function, is refused."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from neuron import h

import neuron_reduce
import published_names
from isolated import isolated
from models import small_cell
from neuron_reduce import (
    ArgumentError,
    CellError,
    NeuronReduceError,
    Recording,
    reducing_methods,
    subtree_reductor_func,
)
from refusal import failure_of

TIME_LIMIT = 20
"""Seconds for one call."""


class _Gone:
    """By name: what was deleted, and what refers to it."""

    def __init__(self, with_netcons: bool) -> None:
        stimulus = h.NetStim()
        section, other = h.Section(name="gone"), h.Section(name="other")
        section.insert("pas")
        section.nseg = 3
        synapse = h.ExpSyn(section(0.5))
        list_of_it = h.SectionList([section])
        self.values: dict[str, Any] = {
            "section": section,
            "segment": section(0.5),
            "mechanism": section(0.5).pas,
            "variable": section(0.5)._ref_v,
            "point process": synapse,
            "SectionRef": h.SectionRef(sec=section),
            "SectionList": list_of_it,
        }
        if with_netcons:
            self.values["NetCon"] = h.NetCon(stimulus, synapse)
            self.values["NetCon of a variable"] = h.NetCon(section(0.5)._ref_v, None, sec=section)
        for name in list(self.values):
            self.values[f"list of a {name}"] = [self.values[name]]
            self.values[f"tuple of a {name}"] = (self.values[name],)
        # These have been hashed while the section was there.
        self.values["dictionary by segment"] = {
            section(0.2): [section(0.2)],
            section(0.8): [section(0.8)],
        }
        self.values["cell of a section"] = SimpleNamespace(soma=section)
        self.values["Impedance"] = h.Impedance()
        self.values["Impedance"].loc(0.5, sec=section)
        self.values["Impedance"].compute(0, 0)
        self._kept = stimulus, other
        h.delete_section(sec=section)


def _made(seed: Any) -> Any:
    model = small_cell.model()
    return model.cell, model.drive.synapses, model.drive.netcons, model


class _Session:
    """A model, and calls that work."""

    def __init__(self, gone: _Gone) -> None:
        self.gone = gone
        self.model = small_cell.model()
        self.python_cell = small_cell.PythonCell()
        cell = self.model.cell
        root = cell.apic[0]
        h.disconnect(sec=self.python_cell.apic[0])
        impedance, at_root = reducing_methods.measure_input_impedance_of_subtree(
            self.python_cell.apic[0], 0
        )
        cable = reducing_methods.CableParams(100, 1, 500, 1, 2e4, 100, -70, 0.3)
        instance = small_cell.build()
        location = reducing_methods.SynapseLocation(0, 0, 0.5)
        recording = Recording(np.arange(5.0), np.zeros(5))
        drive = self.model.drive
        self.kept = instance
        lists = {"synapses": drive.synapses, "netcons": drive.netcons}
        published = {"synapses_list": drive.synapses, "netcons_list": drive.netcons}
        runs = {"tstop": 1.0, "seeds": (1,), "workers": 1, "progress": False}
        reductor = dict.fromkeys(
            ["reduction_frequency", "total_segments_manual", "PP_params_dict", "mapping_type"]
        ) | {"model_filename": "model.hoc", "return_seg_to_seg": True}
        reductor |= {"reduction_frequency": 0, "total_segments_manual": -1}
        reductor |= {"mapping_type": "impedance", "method": "classic", "rates": None}
        reductor |= {"merge": "published", "leak": None}
        evaluate = {"tstart": 0, "method": "classic", "frequency": 0, "segments": -1, "dt": 0.1}
        evaluate |= {"v_init": None, "celsius": None, "ceiling": False, "sites": None}
        evaluate |= {"rates": None, "leak": None, "merge": False, "compared_parameters": None}
        tune = {"max_error": 0.05, "tstart": 0, "methods": ("classic",), "frequencies": (0,)}
        tune |= {"segments": (-1,), "error": "voltage", "dt": 0.1, "v_init": None, "sites": None}
        tune |= {"rates": None, "leak": None, "merge": False, "compared_parameters": None}
        own = {"template": "model.hoc", "method": "classic", "frequency": 0, "segments": -1}
        own |= {"compared_parameters": None, "rates": None, "merge": "exact", "leak": None}
        own |= {"roots": None, "keep": None, "spines": "collapsed", "soma": None}
        self.calls: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
            "reduce": (neuron_reduce.reduce, {"cell": cell, **lists, **own}),
            "subtree_reductor": (
                neuron_reduce.subtree_reductor,
                {"original_cell": cell, **published, **reductor},
            ),
            "evaluate": (neuron_reduce.evaluate, {"make_cell": _made, **runs, **evaluate}),
            "tune": (neuron_reduce.tune, {"make_cell": _made, **runs, **tune}),
            "compare": (
                neuron_reduce.compare,
                {
                    "full": recording,
                    "reduced": recording,
                    "tstart": 0,
                    "ceilings": (),
                    "cut": (2, 10),
                },
            ),
            "Recording": (
                Recording,
                {"time": np.arange(5.0), "soma": np.zeros(5), "dendrites": {}, "seconds": None},
            ),
            "place": (self._place, {"section": "dend[1]", "x": 0.5}),
            **{
                f"{module.__name__.split('.')[1]}.{name}": (getattr(module, name), arguments)
                for module, name, arguments in self._published(
                    root, impedance, at_root, cable, instance, location
                )
            },
        }

    def _place(self, section: Any, x: Any) -> Any:
        done = neuron_reduce.reduce(self.model.cell, [], [], method="classic", in_place=True)
        return done.place(section, x)

    def _published(
        self, root: Any, impedance: Any, at_root: complex, cable: Any, instance: Any, location: Any
    ) -> Iterator[tuple[Any, str, dict[str, Any]]]:
        methods, functions = reducing_methods, subtree_reductor_func
        cell, synapses = self.model.cell, self.model.drive.synapses
        reference = h.SectionRef(sec=root)
        detached = self.python_cell.apic[0]
        numbers = {"Z0": 1e8, "q": 1 + 0j, "max_depth": 50}
        yield (
            methods,
            "_get_subtree_biophysical_properties",
            {
                "subtree_root_ref": reference,
                "frequency": 0,
            },
        )
        yield methods, "find_best_real_L", {**numbers, "ZL_goal": 5e7, "max_L": 10}
        yield methods, "find_best_real_X", {**numbers, "ZX_goal": 5e7, "L": 10}
        yield (
            methods,
            "find_lowest_subtree_impedance",
            {
                "subtree_root_ref": h.SectionRef(sec=detached),
                "imp_obj": impedance,
            },
        )
        yield methods, "find_merged_loc", {"cable_nseg": 3, "relative_loc": 0.5}
        yield methods, "find_space_const_in_cm", {"diameter": 1e-4, "rm": 2e4, "ra": 100}
        yield (
            methods,
            "measure_input_impedance_of_subtree",
            {
                "subtree_root_section": root,
                "frequency": 0,
            },
        )
        yield methods, "push_section", {"section": root}
        yield methods, "reduce_subtree", {"subtree_root": root, "frequency": 0}
        yield (
            methods,
            "reduce_synapse",
            {
                "cell_instance": self.python_cell,
                "synapse_location": location,
                "on_basal": False,
                "imp_obj": impedance,
                "root_input_impedance": at_root,
                "new_cable_electrotonic_length": 1,
                "q_subtree": 1 + 0j,
            },
        )
        yield functions, "add_PP_properties_to_dict", {"PP": synapses[0], "PP_params_dict": {}}
        yield (
            functions,
            "append_to_section_lists",
            {
                "section": "dend[0]",
                "type_of_sectionlist": "basal",
                "instance_as_str": instance.hname(),
            },
        )
        yield (
            functions,
            "apply_params_to_section",
            {
                "name": "dend[0]",
                "type_of_sectionlist": "basal",
                "instance_as_str": cell.hname(),
                "section": cell.dend[0],
                "cable_params": cable,
                "nseg": 1,
            },
        )
        yield functions, "calculate_nsegs_from_lambda", {"new_cable_properties": [cable]}
        yield (
            functions,
            "calculate_nsegs_from_manual_arg",
            {
                "new_cable_properties": [cable],
                "total_segments_wanted": 10,
            },
        )
        yield functions, "calculate_subtree_q", {"root": root, "reduction_frequency": 0}
        yield (
            functions,
            "create_sections_in_hoc",
            {
                "type_of_section": "dend",
                "num": 2,
                "instance_as_str": instance.hname(),
            },
        )
        yield (
            functions,
            "create_segments_to_mech_vals",
            {
                "sections_to_delete": [root],
                "remove_mechs": False,
                "exclude": (),
            },
        )
        yield functions, "find_section_number", {"section": root}
        yield (
            functions,
            "find_synapse_loc",
            {
                "synapse_or_segment": root(0.5),
                "mapping_sections_to_subtree_index": {("apic", "0"): 0},
            },
        )
        yield functions, "gather_cell_subtrees", {"roots_of_subtrees": [root]}
        yield functions, "gather_subtrees", {"soma_ref": h.SectionRef(sec=cell.soma[0])}
        yield functions, "load_model", {"model_filename": "model.hoc"}
        yield (
            functions,
            "mark_subtree_sections_with_subtree_index",
            {
                "sections_to_delete": [],
                "section_per_subtree_index": {},
                "root_sec_of_subtree": root,
                "mapping_sections_to_subtree_index": {},
                "section_type": "apic",
                "subtree_index": 0,
            },
        )
        yield (
            functions,
            "synapse_properties_match",
            {
                "synapse": synapses[0],
                "PP": synapses[0],
                "PP_params_dict": {"Exp2Syn": ["tau1"]},
            },
        )
        yield functions, "textify_seg_to_seg", {"segs": {root(0.5): root(0.5)}}
        yield functions, "type_of_point_process", {"PP": synapses[0]}


NAMES = [
    "reduce",
    "subtree_reductor",
    "evaluate",
    "tune",
    "compare",
    "Recording",
    "place",
    # A Neuron asks nothing of what it is given.
    *(name for name in published_names.SIGNATURES if not name.endswith(".Neuron")),
]


FEW = [
    "section",
    "segment",
    "point process",
    "list of a section",
    "tuple of a segment",
    "dictionary by segment",
]
"""Of what is gone: for calls that start processes."""


@pytest.mark.parametrize("name", NAMES)
@isolated
def test_what_is_gone(name: str) -> None:
    is_published = "." in name
    # A run of a session with a NetCon whose target went ends the process, with this package or not.
    session = _Session(_Gone(with_netcons=name not in ("evaluate", "tune")))
    function, usual = session.calls[name]
    assert _outcome(function, usual) == (None, "nothing was raised")
    wrong = []
    for argument in usual:
        for gone, value in session.gone.values.items():
            if name in ("evaluate", "tune") and gone not in FEW:
                continue
            kind, message = _outcome(function, {**usual, argument: value})
            if kind is None:
                continue
            if issubclass(kind, NeuronReduceError) and (is_published or "expected" in message):
                continue
            # As Python's own functions answer to what is no number, and make_cell is called.
            python = (TypeError, AttributeError, LookupError, ValueError)
            if is_published and issubclass(kind, python):
                continue
            if argument in ("make_cell", "error") and issubclass(kind, (TypeError, ReferenceError)):
                continue
            wrong.append(f"{argument} = {gone}: {kind.__name__}: {message}")
    assert not wrong, "\n".join(wrong)


@isolated
def test_sections_of_a_hoc_cell_that_are_gone() -> None:
    model = small_cell.model()
    impedance, at_root = reducing_methods.measure_input_impedance_of_subtree(model.cell.apic[0], 0)
    h.delete_section(sec=model.cell.apic[2])
    for number in (2, 3):
        with pytest.raises(CellError, match=rf"has no apic\[{number}\]; expected"):
            reducing_methods.reduce_synapse(
                model.cell,
                reducing_methods.SynapseLocation(0, number, 0.5),
                False,
                impedance,
                at_root,
                1.0,
                1 + 0j,
            )


@pytest.mark.parametrize("seeds", [[1, None], [(1, None)], [[None]]], ids=repr)
@isolated
def test_the_seed_that_is_gone_is_named(seeds: list[Any]) -> None:
    segment = _Gone(with_netcons=False).values["segment"]

    def filled(value: Any) -> Any:
        kind = type(value)
        return kind(map(filled, value)) if kind in (list, tuple) else value or segment

    with pytest.raises(ArgumentError, match=r"seeds\[\d\].* is <segment of deleted section>; exp"):
        neuron_reduce.evaluate(_made, tstop=1, seeds=filled(seeds))


@isolated
def test_what_a_cell_is_kept_with_may_be_gone() -> None:
    gone = _Gone(with_netcons=False).values
    neuron_reduce.evaluate(
        lambda seed: (*_made(seed), gone["section"], gone["segment"]),
        tstop=1,
        seeds=(1,),
        method="classic",
        ceiling=False,
        progress=False,
    )


def _outcome(
    function: Callable[..., Any], arguments: dict[str, Any]
) -> tuple[type[BaseException] | None, str]:
    """What becomes of a call in a process of its own."""
    with tempfile.TemporaryFile() as file:
        process = os.fork()
        if process == 0:
            try:
                signal.alarm(TIME_LIMIT)
                kind, message = failure_of(lambda: function(**arguments))
                pickle.dump((kind, message), file)
                file.flush()
            finally:
                os._exit(0)
        _, status = os.waitpid(process, 0)
        if status:
            return SystemExit, f"the process ended, with the status {status}"
        file.seek(0)
        return pickle.load(file)
