"""What the functions of the published package's modules do, as JSON values.

The golden script calls this with the published modules, the tests with this package's. Numbers that
are complex are written as `[modulus, phase]`; sections without their cell's name.
"""

from __future__ import annotations

import cmath
import inspect
import random
from collections.abc import Callable
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from neuron import h

import observe
import session
from models import active, random_tree, small_cell, synapses

Observation = dict[str, Any]

NUMBER_SEEDS = range(40)
TREE_SEEDS = range(12)
ACTIVE_SEEDS = active.HH_SEEDS
FREQUENCIES = (0, 38, 100, 0)
"""In Hz, by the seed's remainder."""

WITHOUT = ((), ("apic",), ("axon",), ("apic", "axon"))
"""The kinds of section that cells lack. The published package ends NEURON where it is dend."""

SIGNATURES = (
    "reducing_methods._get_subtree_biophysical_properties",
    "reducing_methods.find_best_real_L",
    "reducing_methods.find_best_real_X",
    "reducing_methods.find_lowest_subtree_impedance",
    "reducing_methods.find_merged_loc",
    "reducing_methods.find_space_const_in_cm",
    "reducing_methods.measure_input_impedance_of_subtree",
    "reducing_methods.push_section",
    "reducing_methods.reduce_subtree",
    "reducing_methods.reduce_synapse",
    "subtree_reductor_func.Neuron",
    "subtree_reductor_func.add_PP_properties_to_dict",
    "subtree_reductor_func.append_to_section_lists",
    "subtree_reductor_func.apply_params_to_section",
    "subtree_reductor_func.calculate_nsegs_from_lambda",
    "subtree_reductor_func.calculate_nsegs_from_manual_arg",
    "subtree_reductor_func.calculate_subtree_q",
    "subtree_reductor_func.create_sections_in_hoc",
    "subtree_reductor_func.create_segments_to_mech_vals",
    "subtree_reductor_func.find_section_number",
    "subtree_reductor_func.find_synapse_loc",
    "subtree_reductor_func.gather_cell_subtrees",
    "subtree_reductor_func.gather_subtrees",
    "subtree_reductor_func.load_model",
    "subtree_reductor_func.mark_subtree_sections_with_subtree_index",
    "subtree_reductor_func.synapse_properties_match",
    "subtree_reductor_func.textify_seg_to_seg",
    "subtree_reductor_func.type_of_point_process",
)
"""The functions, by module."""

CELSIUS, V_INIT, DURATION = 6.3, -65.0, 60.0


def signature(found: inspect.Signature) -> list[list[str]]:
    """The parameters' names and, as text, their defaults."""
    return [
        [each.name, "" if each.default is each.empty else repr(each.default)]
        for each in found.parameters.values()
    ]


def _polar(value: complex) -> list[float]:
    return list(cmath.polar(value))


def frequency(seed: int) -> float:
    """The frequency of the reductions of a seed, in Hz."""
    return FREQUENCIES[seed % len(FREQUENCIES)]


def numbers(methods: ModuleType, functions: ModuleType, seed: int) -> Observation:
    """The functions from numbers to numbers, at random ones."""
    rng = random.Random(seed)
    resistance = 10 ** rng.uniform(3.5, 4.8)  # ohm cm2
    q = cmath.sqrt(
        complex(1, 2 * cmath.pi * frequency(seed) * resistance * rng.uniform(5e-7, 2e-6))
    )
    length = rng.uniform(0.05, 2.5)  # space constants
    input_impedance = cmath.rect(10 ** rng.uniform(6.5, 8.5), -rng.uniform(0, 0.7))  # ohm

    def impedance(x: float) -> complex:
        return input_impedance * cmath.cosh(q * (length - x)) / cmath.cosh(q * length)

    shares = [0.0, *(rng.random() for _ in range(7))]
    segments = 1 + int(rng.random() * 30)
    cables = [
        methods.CableParams(
            length=rng.uniform(20, 900),
            diam=rng.uniform(0.3, 9),
            space_const=rng.uniform(200, 1500),
            cm=1.0,
            rm=resistance,
            ra=150.0,
            e_pas=-70.0,
            electrotonic_length=rng.uniform(0.02, 2),
        )
        for _ in range(1 + int(rng.random() * 7))
    ]
    return {
        "fields": list(methods.CableParams._fields),
        "positions": [
            methods.find_best_real_X(input_impedance, impedance(share * length), q, length)
            for share in shares
        ],
        "tip": methods.find_best_real_X(input_impedance, impedance(length), q, length),
        # One that the cable has nowhere, on either side.
        "beyond": [
            methods.find_best_real_X(input_impedance, 1.5 * input_impedance, q, length),
            methods.find_best_real_X(input_impedance, 0.5 * impedance(length), q, length),
        ],
        "length": methods.find_best_real_L(input_impedance, impedance(length), q),
        "merged": [
            methods.find_merged_loc(segments, share)
            for share in (0, 1, 0.5, *(rng.random() for _ in range(5)))
        ],
        "space_constant": methods.find_space_const_in_cm(
            rng.uniform(1e-5, 1e-3), resistance, rng.uniform(50, 300)
        ),
        "segments": functions.calculate_nsegs_from_lambda(cables),
        "shared": [
            functions.calculate_nsegs_from_manual_arg(cables, total) for total in (2, 17, 40, 333)
        ],
    }


def _dictionary(sections: dict[tuple[str, str], int]) -> dict[str, int]:
    return {" ".join(key): value for key, value in sorted(sections.items())}


def _names(sections: Any) -> list[str]:
    return [observe.short_name(section) for section in sections]


def _without_axon(cell: Any) -> None:
    for section in cell.soma[0].children():
        if ".axon" in section.name():
            h.disconnect(sec=section)


def tree(methods: ModuleType, functions: ModuleType, seed: int, is_active: bool) -> Observation:
    """The functions that take a cell's sections, on a random cell."""
    with session.emptied():
        cell = active.build_hh(seed) if is_active else random_tree.build(seed)
        h.celsius = CELSIUS
        h.finitialize(V_INIT)
        return _tree(methods, functions, cell, frequency(seed))


def _tree(methods: ModuleType, functions: ModuleType, cell: Any, hertz: float) -> Observation:
    _without_axon(cell)
    soma = h.SectionRef(sec=cell.soma[0])
    roots, indices = functions.gather_subtrees(soma)
    sections: list[Any] = []
    by_subtree: dict[int, list[Any]] = {}
    numbered: dict[tuple[str, str], int] = {}
    for index, root in enumerate(roots):
        kind = "apic" if "apic" in root.name() else "basal"
        functions.mark_subtree_sections_with_subtree_index(
            sections, by_subtree, root, numbered, kind, index
        )
    _, whole = methods.measure_input_impedance_of_subtree(roots[0], hertz)
    gathered = functions.gather_cell_subtrees(roots)
    values = functions.create_segments_to_mech_vals(sections)
    passive = sorted({each.name() for section in sections for each in section(0.5)})
    for root in roots:
        h.disconnect(sec=root)
    apical = any("apic" in root.name() for root in roots)
    places = [
        functions.find_synapse_loc(segment, numbered)
        for section in [cell.soma[0], *sections[::3]]
        for segment in list(section)[::3]
    ]
    subtrees = [_subtree(methods, functions, root, hertz) for root in roots]
    return {
        "gathered": [
            _names(gathered[0]),
            {str(index): _names(each) for index, each in gathered[1].items()},
            _dictionary(gathered[2]),
        ],
        "places": [list(each) for each in places],
        "went": [
            _went(methods, functions, cell, roots, place, apical, hertz)
            for place in places
            if place.subtree_index != "soma"
        ],
        "roots": _names(roots),
        "indices": indices,
        "sections": _names(sections),
        "by_subtree": {str(index): _names(each) for index, each in by_subtree.items()},
        "numbered": _dictionary(numbered),
        "whole": _polar(whole),
        "values": {
            f"{observe.short_name(segment.sec)}({segment.x:g})": each
            # A few of them: all would be a large file.
            for segment, each in list(values.items())[::23]
        },
        "passive": passive,
        "subtrees": subtrees,
    }


def _went(
    methods: ModuleType,
    functions: ModuleType,
    cell: Any,
    roots: list[Any],
    place: Any,
    apical: bool,
    hertz: float,
) -> list[float]:
    """Where a place goes on its subtree's cable: its position, and the middle of its segment."""
    root = roots[place.subtree_index]
    impedance, value = methods.measure_input_impedance_of_subtree(root, hertz)
    cable = methods.reduce_subtree(root, hertz)
    x = methods.reduce_synapse(
        cell,
        place,
        not (apical and place.subtree_index == 0),
        impedance,
        value,
        cable.electrotonic_length,
        functions.calculate_subtree_q(root, hertz),
    )
    (segments,) = functions.calculate_nsegs_from_lambda([cable])
    return [x, methods.find_merged_loc(segments, x)]


def _subtree(methods: ModuleType, functions: ModuleType, root: Any, hertz: float) -> Observation:
    reference = h.SectionRef(sec=root)
    *membrane, q = methods._get_subtree_biophysical_properties(reference, hertz)
    impedance, value = methods.measure_input_impedance_of_subtree(root, hertz)
    with methods.push_section(root):
        transfers = [impedance.transfer(x) for x in (0, 0.3, 1)]
    lowest = methods.find_lowest_subtree_impedance(reference, impedance)
    cable = methods.reduce_subtree(root, hertz)
    with replaced(methods):
        other = methods.reduce_subtree(root, hertz)
    return {
        "membrane": membrane,
        "q": _polar(q),
        "own_q": _polar(functions.calculate_subtree_q(root, hertz)),
        "input": _polar(value),
        "transfers": transfers,
        "lowest": _polar(lowest),
        "cable": cable._asdict(),
        "replaced": other._asdict(),
        "segments": functions.calculate_nsegs_from_lambda([cable]),
    }


@contextmanager
def replaced(methods: ModuleType) -> Any:
    """Has other passive properties than a stem's own."""
    original = methods._get_subtree_biophysical_properties
    methods._get_subtree_biophysical_properties = other_properties
    try:
        yield
    finally:
        methods._get_subtree_biophysical_properties = original


def other_properties(subtree_root_ref: Any, hertz: float) -> tuple[float, ...]:
    """Those of a stem, changed."""
    section = subtree_root_ref.sec
    cm, rm = 1.3 * section.cm, 0.8 / section.g_pas
    q = cmath.sqrt(complex(1, 2 * cmath.pi * hertz * rm * cm * 1e-6))
    return cm, rm, 1.1 * section.Ra, section.e_pas - 3, q


def reduction(methods: ModuleType, reductor: Callable[..., Any], seed: int) -> Observation:
    """A whole reduction in which the stems' passive properties are replaced."""
    with session.emptied():
        cell = random_tree.build(seed)
        drive = synapses.scatter(cell, seed, 2e-4, 30)
        h.v_init = V_INIT
        h.finitialize(V_INIT)
        name = cell.hname()
        original = observe.describe_original(cell)
        connections = observe.describe_connections(drive.netcons)
        with replaced(methods):
            reduced, returned, netcons, mapping = reductor(
                cell,
                list(drive.synapses),
                list(drive.netcons),
                reduction_frequency=frequency(seed),
                return_seg_to_seg=True,
            )
        return {
            "original": original,
            "cables": observe.describe_cables(reduced),
            **observe.describe_synapses(drive.synapses, returned, netcons),
            "connections_kept": observe.describe_connections(netcons) == connections,
            "mapping": observe.describe_mapping(mapping, name, reduced),
            "voltage": observe.somatic_voltage(reduced.soma[0], V_INIT, DURATION, 1.0),
        }


def result(reductor: Callable[..., Any], without: tuple[str, ...]) -> Observation:
    """What a reduced cell and its hoc model hold, of a cell that lacks some kinds of section."""
    with session.emptied():
        cell = small_cell.build(without)
        reduced, _, _ = reductor(cell, [], [], 0)
        model = reduced.hoc_model
        lists = ("all", "somatic", "apical", "basal", "axonal")
        found = {
            "lists": {each: _names(getattr(model, each)) for each in lists},
            "is_named": bool(h.reduced_cell == model),
            "soma_is_the_original": reduced.soma == cell.soma,
            "apic": None if reduced.apic is None else observe.short_name(reduced.apic),
            "dend": _names(reduced.dend),
            "axon": _names(reduced.axon),
        }
        h.reduced_cell = None
        return found


def synapse_kinds(functions: ModuleType) -> Observation:
    """The functions that compare point processes."""
    with session.emptied():
        section = h.Section(name="somewhere")
        kinds = {}
        made = []
        for build in (h.ExpSyn, h.Exp2Syn, h.AlphaSynapse, h.IClamp):
            point_process = build(section(0.5))
            functions.add_PP_properties_to_dict(point_process, kinds)
            made.append(point_process)
        # The published package counts a mechanism's FUNCTIONs among its variables.
        kinds["AlphaSynapse"] = [each for each in kinds["AlphaSynapse"] if each != "alpha"]
        twins = [h.Exp2Syn(section(0.5)) for _ in range(4)]
        twins[1].tau2 = 7.0
        twins[2].e = -75.0
        made += twins
        short = {**kinds, "Exp2Syn": ["tau1", "tau2"]}
        found = {
            "types": [functions.type_of_point_process(each) for each in made],
            "kinds": kinds,
            "match": _matches(functions, made, kinds),
            "match_short": _matches(functions, made, short),
        }
        # A point process outlives the name that it has here only.
        del made, twins, point_process
        return found


def _matches(functions: ModuleType, made: list[Any], kinds: dict[str, list[str]]) -> list[int]:
    return [
        int(functions.synapse_properties_match(one, other, kinds)) for one in made for other in made
    ]


def hoc_cell(functions: ModuleType) -> Observation:
    """The functions that make a cell of the template that is built in."""
    with session.emptied():
        name = functions.load_model("model.hoc")
        again = functions.load_model("model.hoc")
        h("objref published_cell")
        h(f"published_cell = new {name}()")
        instance = h.published_cell
        functions.create_sections_in_hoc("soma", 1, "published_cell")
        functions.append_to_section_lists("soma[0]", "somatic", "published_cell")
        functions.create_sections_in_hoc("dend", 3, "published_cell")
        for index in (0, 2):
            functions.append_to_section_lists(f"dend[{index}]", "basal", "published_cell")
        functions.create_sections_in_hoc("axon", 2, "published_cell")
        functions.append_to_section_lists("axon[1]", "axonal", "published_cell")
        lists = ("all", "somatic", "basal", "apical", "axonal")
        cell = functions.Neuron(instance)
        segments = {instance.soma[0](0.5): instance.dend[1](0.1)}
        found = {
            "names": [name, again],
            "attributes": sorted(vars(cell)),
            "lists": {each: _names(getattr(cell.hoc_model, each)) for each in lists},
            "text": [
                each.rpartition(".")[2]
                for pair in functions.textify_seg_to_seg(segments).items()
                for each in pair
            ],
        }
        h.published_cell = None
        return found
