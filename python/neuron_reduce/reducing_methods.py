"""The published package's module of this name: see :mod:`neuron_reduce.compat`.

``_get_subtree_biophysical_properties`` may be replaced here.
"""

from .compat.cables import (
    CableParams,
    _get_subtree_biophysical_properties,
    find_space_const_in_cm,
    reduce_subtree,
)
from .compat.impedances import (
    find_lowest_subtree_impedance,
    measure_input_impedance_of_subtree,
    push_section,
)
from .compat.positions import (
    SynapseLocation,
    find_best_real_L,
    find_best_real_X,
    find_merged_loc,
    reduce_synapse,
)

__all__ = [
    "CableParams",
    "SynapseLocation",
    "_get_subtree_biophysical_properties",
    "find_best_real_L",
    "find_best_real_X",
    "find_lowest_subtree_impedance",
    "find_merged_loc",
    "find_space_const_in_cm",
    "measure_input_impedance_of_subtree",
    "push_section",
    "reduce_subtree",
    "reduce_synapse",
]
