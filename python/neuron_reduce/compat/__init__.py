"""The names of the published package, for what was built on them.

Packages and scripts use more of neuron-reduce 0.0.7 (Amsalem et al. 2020) than its one documented
call: the functions of its modules ``neuron_reduce.reducing_methods`` and
``neuron_reduce.subtree_reductor_func``. Those two modules exist here too, and have their functions
from this package: they take and return what the published ones do, in its units. They are written
anew: impedances are NEURON's own, what is computed of them is computed by the Swift library.

Nothing else in ``neuron_reduce`` is made of them, with one exception:
``reducing_methods._get_subtree_biophysical_properties`` may be replaced at run time, and
:func:`replaced_properties` is how the classic reduction asks what the replacement says.

Of the steps that the published ``subtree_reductor`` consists of, those are here that stand by
themselves; those that only make sense in its own sequence are not.

:mod:`cables`: the cable that stands for a subtree; :mod:`impedances`: of subtrees, measured in
NEURON;
:mod:`positions`: where on a cable something belongs; :mod:`segmentation`: how many segments cables
get;
:mod:`subtrees`: the stems of a cell and what belongs to each; :mod:`mechanisms`: what is inserted
where;
:mod:`point_processes`: comparing synapses; :mod:`templates`: reduced cells in hoc.
"""

from .replacement import replaced_properties

__all__ = ["replaced_properties"]
