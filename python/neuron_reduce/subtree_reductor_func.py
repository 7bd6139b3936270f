"""The published package's module of this name: see :mod:`neuron_reduce.compat`."""

from .compat.cables import CableParams, calculate_subtree_q, reduce_subtree
from .compat.impedances import measure_input_impedance_of_subtree, push_section
from .compat.mechanisms import EXCLUDE_MECHANISMS, create_segments_to_mech_vals
from .compat.point_processes import (
    add_PP_properties_to_dict,
    synapse_properties_match,
    type_of_point_process,
)
from .compat.positions import SOMA_LABEL, SynapseLocation, find_synapse_loc, reduce_synapse
from .compat.segmentation import calculate_nsegs_from_lambda, calculate_nsegs_from_manual_arg
from .compat.subtrees import (
    find_section_number,
    gather_cell_subtrees,
    gather_subtrees,
    mark_subtree_sections_with_subtree_index,
)
from .compat.templates import (
    Neuron,
    append_to_section_lists,
    apply_params_to_section,
    create_sections_in_hoc,
    load_model,
    textify_seg_to_seg,
)
from .reductor import subtree_reductor

__all__ = [
    "EXCLUDE_MECHANISMS",
    "SOMA_LABEL",
    "CableParams",
    "Neuron",
    "SynapseLocation",
    "add_PP_properties_to_dict",
    "append_to_section_lists",
    "apply_params_to_section",
    "calculate_nsegs_from_lambda",
    "calculate_nsegs_from_manual_arg",
    "calculate_subtree_q",
    "create_sections_in_hoc",
    "create_segments_to_mech_vals",
    "find_section_number",
    "find_synapse_loc",
    "gather_cell_subtrees",
    "gather_subtrees",
    "load_model",
    "mark_subtree_sections_with_subtree_index",
    "measure_input_impedance_of_subtree",
    "push_section",
    "reduce_subtree",
    "reduce_synapse",
    "subtree_reductor",
    "synapse_properties_match",
    "textify_seg_to_seg",
    "type_of_point_process",
]
