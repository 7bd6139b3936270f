"""One HTML file that shows what a reduction did and how close the reduced cell comes.

The file holds all it needs, Plotly's JavaScript included: it opens offline, and makes no network
request. Drawing needs the package plotly; importing this module does not.
"""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

from .._saved import files
from ..errors import MissingPackageError

if TYPE_CHECKING:
    from ..record import ReductionRecord

__all__ = ["write"]


def write(
    path: str | os.PathLike[str], record: ReductionRecord, evaluation: Any = None
) -> pathlib.Path:
    """Writes the report of a reduction and returns where it is.

    The same arguments give the same file, byte for byte.

    :param path: of the HTML file; one that is there is replaced. Its folder must exist.
    :param record: what the reduction did.
    :param evaluation: how close the reduced cell comes, over one input or several; or a single
        comparison. What is missing, the report says in a sentence.
    :raises ArgumentError: the path is none.
    :raises OSError: it cannot be written; what was there before is still there.
    :raises MissingPackageError: plotly is not installed.
    """
    try:
        import plotly  # noqa: F401
    except ImportError:
        raise MissingPackageError(
            "a report is drawn with the package plotly, which is not installed here; install it "
            "with `pip install plotly`, or this package as `pip install '.[report]'`"
        ) from None
    from . import _cases, _impedances, _metrics, _morphology, _page, _summary, _tables, _traces

    cases = _cases.of(evaluation)
    sections = [
        _summary.section(record, cases),
        _traces.section(cases),
        _metrics.section(cases),
        _morphology.section(record),
        _impedances.section(record),
        _tables.shared(record),
        _tables.cables(record),
        _tables.synapses(record),
        _tables.running(record, cases, evaluation),
        _tables.notes(record),
    ]
    name = files.named(path)
    page = _page.render(_summary.title(record), _summary.subtitle(record), sections)
    files.write(name, page)
    return pathlib.Path(name)
